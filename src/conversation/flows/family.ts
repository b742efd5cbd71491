import type { Booking, FamilyOutcome, Slot } from '../../bookings/bookings.ts';
import { dayOf, shortDayOf } from '../clock-words.ts';
import { type Flow, type Told, type Turn, zoneOf } from '../flow.ts';
import type { Choice } from '../reply.ts';
import { inRows, linkLine, toMenu } from '../screens.ts';
import type { Step } from '../session.ts';
import { buttonMeant, means, timeMeant } from '../typed.ts';
import { findTimes, keptWhen, type When, whenKept } from '../when.ts';
import { demoNote, describeBooking, packed, reminderNote, timeLabel, unpacked, whenWords } from './book.ts';
import { languageChoices } from './start.ts';

/**
 * One consultation for relatives who are far apart. Whoever has booked sends a link; the relative opens it wherever they
 * are, comes along, sees the time by their own clock and may propose another that suits both.
 * `family:invite:<id>` · `family:code:<code>` (the link) · `family:yes:<code>` · `family:out:<id>` · `family:left:<id>` ·
 * `family:other:<id>` · `family:days:<id>` · `family:day:<id>:<day>` · `family:try:<id>:<wall>`, and to whoever booked:
 * `family:ok:<id>:<wall>` · `family:no:<id>`
 */
export const family: Flow = {
  word: 'family',
  async choose([step, id = '', value = ''], turn) {
    switch (step) {
      case 'code':
        return askToCome(id.toUpperCase(), turn);
      case 'yes':
        return come(id, turn);
      case 'ok':
        return agree(id, value, turn);
      case 'no':
        return refuse(id, turn);
      case 'left':
        return leave(id, turn);
    }
    const booking = (await turn.services.bookings.of(turn.person)).find((open) => open.id === id);
    if (!booking) return gone(turn);
    switch (step) {
      case 'invite':
        return invite(booking, turn);
      case 'out':
        return askToLeave(booking, turn);
      case 'days':
        return suitingDays(booking, turn);
      case 'day':
        return suitingTimes(booking, turn, `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`);
      case 'try':
        return propose(booking, unpacked(value), turn);
      default:
        return suitingTimes(booking, turn);
    }
  },

  async hear(step, deed, turn) {
    if (deed.kind !== 'text') return null;
    const { text } = deed;
    const shown = (await family.again?.(step, turn))?.replies.flatMap((reply) => reply.rows ?? []) ?? [];
    const [word, ...args] = (buttonMeant(text, shown) ?? '').split(':');
    if (word === 'family') return family.choose(args, turn);
    const { id = '', code = '' } = step.told;
    if (step.step === 'asked') return means(text, 'typed:yes', turn.services) ? come(code, turn) : null;
    if (step.step === 'out') return means(text, 'typed:yes', turn.services) ? leave(id, turn) : null;
    const booking = (await turn.services.bookings.of(turn.person)).find((open) => open.id === id);
    const when = booking && timeMeant(text, booking.zone, turn);
    return booking && when ? suitingFor(booking, when, turn) : null;
  },

  async again(step, turn) {
    const { id, code = '', day, when = '' } = step.told;
    if (step.step === 'asked') return askToCome(code, turn);
    const booking = (await turn.services.bookings.of(turn.person)).find((open) => open.id === id);
    if (!booking) return { replies: [] };
    if (step.step === 'out') return askToLeave(booking, turn);
    if (step.step === 'days') return suitingDays(booking, turn);
    const kept = whenKept(when);
    return kept ? suitingFor(booking, kept, turn) : suitingTimes(booking, turn, day);
  },
};

function stand(step: 'asked' | 'out' | 'other' | 'days', told: Record<string, string>): Step {
  return { flow: 'family', step, told };
}

function gone(turn: Turn): Told {
  return {
    replies: [
      {
        text: turn.t('family:gone'),
        rows: [[{ label: turn.t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)]],
      },
    ],
  };
}

// ---------------------------------------------------------------- whoever booked

async function invite(booking: Booking, turn: Turn): Promise<Told> {
  const { t, services, person, eventId, language } = turn;
  const invited = await services.bookings.family.invite({ eventId, person, booking: booking.id });
  const toBookings = [{ label: t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)];
  if (invited.outcome !== 'invited') {
    return invited.outcome === 'full' ? { replies: [{ text: t('family:full'), rows: [toBookings] }] } : gone(turn);
  }
  const links = await services.links(`family-${invited.code}`);
  const until = dayOf(invited.expires, zoneOf(turn.session, services.knowledge), language);
  return {
    replies: [
      { text: t('family:howTo', { until }) },
      {
        text: [t('family:forward'), ...links.map((link) => linkLine(link, turn))].join('\n'),
        rows: [toBookings],
      },
    ],
  };
}

async function agree(id: string, value: string, turn: Turn): Promise<Told> {
  const { bookings } = turn.services;
  const wall = unpacked(value);
  const { eventId, person } = turn;
  const moved = wall ? await bookings.family.agree({ eventId, person, booking: id, wall }) : null;
  if (!moved || moved.outcome === 'unknown') return gone(turn);
  if (moved.outcome === 'taken') {
    const choices = moved.nearest.map((slot) => [
      { label: timeLabel(slot, false, turn), action: `mybookings:to:${id}:${packed(slot.wall)}` },
    ]);
    const back = { label: turn.t('mybookings:leave'), action: 'mybookings' };
    return { replies: [{ text: turn.t('book:taken'), rows: [...choices, [back]] }] };
  }
  const { booking } = moved;
  return {
    replies: [
      {
        text: [
          `${turn.t('mybookings:moved')}\n${describeBooking(booking, turn)}`,
          await reminderNote(booking, turn),
          demoNote(booking.demo, turn),
        ]
          .filter((part) => part !== '')
          .join('\n\n'),
        rows: [
          [{ label: turn.t('mybookings:calendar'), action: `mybookings:ics:${booking.id}` }],
          [{ label: turn.t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

async function refuse(id: string, turn: Turn): Promise<Told> {
  const { eventId, person } = turn;
  await turn.services.bookings.family.refuse({ eventId, person, booking: id });
  return {
    replies: [
      {
        text: turn.t('family:kept'),
        rows: [[{ label: turn.t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)]],
      },
    ],
  };
}

// ---------------------------------------------------------------- the relative

/** The link only asks. It tells the time and the place, never what about, and nothing at all once it is used. */
async function askToCome(code: string, turn: Turn): Promise<Told> {
  const found = await turn.services.bookings.family.look(turn.person, code);
  if (found.outcome === 'joined') return welcome(found.booking, turn);
  if (found.outcome !== 'invited') return refused(found.outcome, turn);
  const { booking } = found;
  return {
    replies: [
      {
        text: [
          `${turn.t('family:asked')}\n${whenAndWhere(booking, turn)}`,
          turn.t('family:whatItMeans'),
          demoNote(booking.demo, turn),
        ]
          .filter((part) => part !== '')
          .join('\n\n'),
        rows: [
          [{ label: turn.t('family:come'), action: `family:yes:${code}` }],
          [{ label: turn.t('family:notCome'), action: 'menu' }],
          ...(turn.session.language === null ? [languageChoices(turn)] : []),
        ],
      },
    ],
    at: stand('asked', { code }),
  };
}

const whenAndWhere = (booking: Booking, turn: Turn) => describeBooking({ ...booking, as: 'owner', together: 0 }, turn);

const whyNot = { own: 'family:own', full: 'family:fullHere', unknown: 'family:unknown' } as const;

function refused(outcome: Exclude<FamilyOutcome['outcome'], 'invited' | 'joined'>, turn: Turn): Told {
  return { replies: [{ text: turn.t(whyNot[outcome]), rows: [[toMenu(turn)]] }], at: null };
}

async function come(code: string, turn: Turn): Promise<Told> {
  const { person, language } = turn;
  const joined = await turn.services.bookings.family.join({ person, code, language });
  if (joined.outcome !== 'joined') return refused(joined.outcome === 'invited' ? 'unknown' : joined.outcome, turn);
  return welcome(joined.booking, turn);
}

/** They have come along; where they are is asked, so that the time is shown by their clock. */
async function welcome(booking: Booking, turn: Turn): Promise<Told> {
  const { t, session } = turn;
  const placeKnown = session.country !== null || session.zone !== null;
  return {
    replies: [
      {
        text: [
          `${t('family:joined')}\n${describeBooking(booking, turn)}`,
          await reminderNote(booking, turn),
          placeKnown ? '' : t('family:whereAreYou'),
          demoNote(booking.demo, turn),
        ]
          .filter((part) => part !== '')
          .join('\n\n'),
        rows: [
          ...(placeKnown ? [] : [[{ label: t('family:sayWhere'), action: 'country' }]]),
          ...relativesButtons(booking, turn),
          [{ label: t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

/** What a relative can do about a consultation. */
export function relativesButtons({ id }: Booking, { t }: Pick<Turn, 't'>): Choice[][] {
  return [
    [{ label: t('family:other'), action: `family:other:${id}` }],
    [
      { label: t('mybookings:calendar'), action: `mybookings:ics:${id}` },
      { label: t('family:out'), action: `family:out:${id}` },
    ],
  ];
}

export async function askToLeave(booking: Booking, turn: Turn): Promise<Told> {
  return {
    replies: [
      {
        text: `${turn.t('family:askLeave')}\n${describeBooking(booking, turn)}`,
        rows: [
          [{ label: turn.t('family:yesLeave'), action: `family:left:${booking.id}` }],
          [{ label: turn.t('mybookings:leave'), action: 'mybookings' }],
        ],
      },
    ],
    at: stand('out', { id: booking.id }),
  };
}

async function leave(id: string, turn: Turn): Promise<Told> {
  const { eventId, person } = turn;
  const outcome = await turn.services.bookings.family.leave({ eventId, person, booking: id });
  if (outcome === 'unknown') return gone(turn);
  return { replies: [{ text: turn.t('family:left'), rows: [[toMenu(turn)]] }], at: null };
}

// ---------------------------------------------------------------- another time

/** Free times within decent hours by the clock of each. */
export async function suitingTimes(booking: Booking, turn: Turn, day?: string): Promise<Told> {
  const { person, services } = turn;
  const limit = day ? 12 : 3;
  const query = { person, booking: booking.id, limit, ...(day ? { day } : {}) };
  const free = await services.bookings.family.suits(query);
  const at = stand('other', { id: booking.id, ...(day ? { day } : {}) });
  return offer(free.length > 0 ? 'family:pickTime' : 'family:noTimes', free, { booking, at }, turn);
}

async function suitingFor(booking: Booking, when: When, turn: Turn): Promise<Told> {
  const { person, services } = turn;
  const free = await services.bookings.family.suits({ person, booking: booking.id, limit: 2000 });
  const { fitting, nearest } = findTimes(when, free, zoneOf(turn.session, services.knowledge), 6);
  const at = stand('other', { id: booking.id, when: keptWhen(when) });
  if (fitting.length > 0) return offer('family:pickTime', fitting, { booking, at }, turn);
  return offer(nearest.length > 0 ? 'book:foundNear' : 'family:noTimes', nearest, { booking, at }, turn);
}

function offer(key: string, free: readonly Slot[], { booking, at }: { booking: Booking; at: Step }, turn: Turn): Told {
  const { t } = turn;
  // Whoever booked moves it at once; a relative asks.
  const action = booking.as === 'owner' ? 'mybookings:to' : 'family:try';
  const choices = free.map((slot) => [
    { label: timeLabel(slot, false, turn), action: `${action}:${booking.id}:${packed(slot.wall)}` },
  ]);
  return {
    replies: [
      {
        text: t(key),
        rows: [
          ...choices,
          [
            { label: t('book:otherDay'), action: `family:days:${booking.id}` },
            { label: t('mybookings:leave'), action: 'mybookings' },
          ],
        ],
      },
    ],
    at,
  };
}

async function suitingDays(booking: Booking, turn: Turn): Promise<Told> {
  const { person, services, t, language } = turn;
  const free = await services.bookings.family.suits({ person, booking: booking.id, limit: 2000 });
  const byDay = new Map(free.map((slot) => [slot.wall.slice(0, 10), slot]));
  const choices = [...byDay].slice(0, 12).map(([day, slot]) => ({
    label: shortDayOf(slot.at, slot.zone, language),
    action: `family:day:${booking.id}:${day.replaceAll('-', '')}`,
  }));
  return {
    replies: [
      {
        text: t(choices.length > 0 ? 'book:whichDay' : 'family:noTimes'),
        rows: [...inRows(choices, 3), [{ label: t('mybookings:leave'), action: 'mybookings' }]],
      },
    ],
    at: stand('days', { id: booking.id }),
  };
}

async function propose(booking: Booking, wall: string | null, turn: Turn): Promise<Told> {
  const { eventId, person, services, t } = turn;
  if (!wall) return suitingTimes(booking, turn);
  const { outcome } = await services.bookings.family.propose({ eventId, person, booking: booking.id, wall });
  if (outcome === 'unknown') return gone(turn);
  if (outcome === 'taken') return suitingTimes(booking, turn);
  const at = Temporal.PlainDateTime.from(wall).toZonedDateTime(booking.zone).epochMilliseconds;
  return {
    replies: [
      {
        text: `${t('family:passedOn')}\n**${whenWords(at, booking.zone, turn)}**`,
        rows: [[{ label: t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)]],
      },
    ],
    at: null,
  };
}
