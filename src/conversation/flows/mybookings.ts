import type { Booking, Slot, Wait } from '../../bookings/bookings.ts';
import { shortDayOf, shortTimeOf } from '../clock-words.ts';
import { type Flow, type Told, type Turn, zoneOf } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice } from '../reply.ts';
import { inRows, toMenu } from '../screens.ts';
import type { Step } from '../session.ts';
import { buttonMeant, means, timeMeant } from '../typed.ts';
import { findTimes, keptWhen, type When, whenKept } from '../when.ts';
import { demoNote, describeBooking, mayInvite, packed, reminderNote, timeLabel, unpacked } from './book.ts';
import { askToLeave, relativesButtons, suitingTimes } from './family.ts';

/**
 * What the person has booked: shown, moved, cancelled, taken to the calendar. By buttons, or in words.
 * `mybookings` · `mybookings:ics:<id>` · `mybookings:move:<id>` · `mybookings:days:<id>` · `mybookings:day:<id>:<day>` ·
 * `mybookings:to:<id>:<wall>` · `mybookings:cancel:<id>` · `mybookings:gone:<id>` · and what is said by the buttons of a
 * reminder: `mybookings:coming:<id>` · `mybookings:useful:<id>` · `mybookings:useless:<id>`
 */
export const mybookings: Flow = {
  word: 'mybookings',
  async choose([step, id = '', value = ''], turn) {
    // Cancelled first, looked at after: a repeat of the same event finds the booking gone and must answer the same.
    if (step === 'gone') return cancel(id, turn);
    if (step === 'ics') return calendar(await turn.services.bookings.find(turn.person, id), turn);
    if (step === 'coming' || step === 'useful' || step === 'useless') return heard(step, id, turn);
    const open = await turn.services.bookings.of(turn.person);
    if (!step) return list(open, turn, await turn.services.bookings.waiting.of(turn.person));
    if (id === '' && (step === 'move' || step === 'cancel') && open.length !== 1) return which(step, open, turn);
    const booking = open.find((candidate) => candidate.id === id || id === '');
    if (!booking) return unknown(open, turn);
    // Whoever comes along leaves or proposes; only whoever booked moves and cancels it for all.
    if (booking.as === 'relative') return step === 'cancel' ? askToLeave(booking, turn) : suitingTimes(booking, turn);
    switch (step) {
      case 'move':
        return booking.together > 0 ? suitingTimes(booking, turn) : newTimes(booking, turn);
      case 'days':
        return newDays(booking, turn);
      case 'day':
        return newTimes(booking, turn, dayOfButton(value));
      case 'to':
        return moveTo(booking, unpacked(value), turn);
      case 'cancel':
        return askCancel(booking, turn);
      default:
        return list(open, turn);
    }
  },

  async hear(step, deed, turn) {
    if (deed.kind !== 'text') return null;
    const { text } = deed;
    const id = step.told.id ?? '';
    const [word, ...args] = (buttonMeant(text, await shownAt(step, turn)) ?? '').split(':');
    if (word === 'mybookings') return mybookings.choose(args, turn);
    if (step.step === 'list') return null;
    if (means(text, 'typed:no', turn.services)) return mybookings.choose([], turn);
    if (step.step === 'cancel') return means(text, 'typed:yes', turn.services) ? cancel(id, turn) : null;
    const booking = (await turn.services.bookings.of(turn.person)).find((candidate) => candidate.id === id);
    const when = booking && timeMeant(text, booking.zone, turn);
    return booking && when ? timesFor(booking, when, turn) : null;
  },

  async again(step, turn) {
    const booking = (await turn.services.bookings.of(turn.person)).find(({ id }) => id === step.told.id);
    if (!booking) return { replies: [] };
    if (step.step === 'cancel') return askCancel(booking, turn);
    if (step.step === 'days') return newDays(booking, turn);
    const when = whenKept(step.told.when ?? '');
    return when ? timesFor(booking, when, turn) : newTimes(booking, turn, step.told.day);
  },
};

function stand(step: 'list' | 'move' | 'days' | 'cancel', told: Record<string, string> = {}): Step {
  return { flow: 'mybookings', step, told };
}

/** The buttons of the screen where the person stands. */
async function shownAt(step: Step, turn: Turn): Promise<readonly (readonly Choice[])[]> {
  const told = step.step === 'list' ? await mybookings.choose([], turn) : await mybookings.again?.(step, turn);
  return told?.replies.flatMap((reply) => reply.rows ?? []) ?? [];
}

const dayOfButton = (value: string) => `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}`;

/** "Cancel" was said, and there is more than one, or none. */
function which(step: 'move' | 'cancel', open: readonly Booking[], turn: Turn): Told {
  if (open.length === 0) return list(open, turn);
  const choices = open.map((booking) => [
    {
      label: shortTimeOf(booking.at, booking.zone, turn.language),
      action: `mybookings:${step}:${booking.id}`,
    },
  ]);
  return { replies: [{ text: turn.t('mybookings:whichOne'), rows: [...choices, [toMenu(turn)]] }], at: stand('list') };
}

function list(open: readonly Booking[], turn: Turn, waits: readonly Wait[] = []): Told {
  if (open.length === 0 && waits.length === 0) {
    return {
      replies: [
        { text: turn.t('mybookings:none'), rows: [[{ label: turn.t('menu:book'), action: 'book' }], [toMenu(turn)]] },
      ],
      at: null,
    };
  }
  const shown = [...open.map((booking) => card(booking, turn)), ...waits.map((wait) => waitCard(wait, turn))];
  return {
    replies: shown.map(({ text, rows }, i) => ({
      text,
      rows: [...rows, ...(i === shown.length - 1 ? [[toMenu(turn)]] : [])],
    })),
    at: stand('list'),
  };
}

type Card = { text: string; rows: Choice[][] };

function card(booking: Booking, turn: Turn): Card {
  const { t } = turn;
  const { id } = booking;
  const text = [describeBooking(booking, turn), demoNote(booking.demo, turn)]
    .filter((part) => part !== '')
    .join('\n\n');
  if (booking.as === 'relative') return { text, rows: relativesButtons(booking, turn) };
  const own = [
    [
      { label: t('mybookings:move'), action: `mybookings:move:${id}` },
      { label: t('mybookings:cancel'), action: `mybookings:cancel:${id}` },
    ],
    [{ label: t('mybookings:calendar'), action: `mybookings:ics:${id}` }],
    ...(mayInvite(booking, turn) ? [[{ label: t('family:invite'), action: `family:invite:${id}` }]] : []),
  ];
  return { text, rows: own };
}

function waitCard(wait: Wait, turn: Turn): Card {
  const rows = [[{ label: turn.t('mybookings:waitNoMore'), action: `book:pass:${wait.id}` }]];
  return { text: waitingFor(wait, turn), rows };
}

/** What the person waits for: library, kind, day. */
export function waitingFor({ library, kind, day }: Wait, { t, language, services }: Turn): string {
  const where = services.directory.get(library);
  const what = services.bookings.kind(kind);
  const noon = day && Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: 'Europe/Kyiv', plainTime: '12:00' });
  const about = [
    where ? inWords(where.name, language) : library,
    what ? inWords(what.name, language) : '',
    noon ? shortDayOf(noon.epochMilliseconds, 'Europe/Kyiv', language) : '',
  ];
  return t('mybookings:waits', { what: about.filter((part) => part !== '').join(', ') });
}

function unknown(open: readonly Booking[], turn: Turn): Told {
  const told = list(open, turn);
  return { ...told, replies: [{ text: turn.t('mybookings:notThere') }, ...told.replies] };
}

async function calendar(booking: Booking | null, turn: Turn): Promise<Told> {
  if (!booking) return unknown(await turn.services.bookings.of(turn.person), turn);
  const found = turn.services.directory.get(booking.library);
  const place = found ? inWords(found.name, turn.language) : '';
  const content = turn.services.calendarFile(
    booking,
    {
      // Neutral on purpose: others may see the calendar.
      summary: turn.t('mybookings:calendarTitle'),
      location: [place, found?.address ?? ''].filter((part) => part !== '').join(', '),
      description: turn.t('mybookings:calendarText'),
    },
    turn.now,
  );
  return {
    replies: [
      {
        text: turn.t(booking.state === 'cancelled' ? 'mybookings:calendarGone' : 'mybookings:calendarHere'),
        document: { name: 'vistka.ics', mime: 'text/calendar', content },
        rows: [[{ label: turn.t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)]],
      },
    ],
  };
}

async function newTimes(booking: Booking, turn: Turn, day?: string): Promise<Told> {
  const { library, kind } = booking;
  const free = await turn.services.bookings.free({ library, kind, limit: day ? 12 : 3, ...(day ? { day } : {}) });
  const at = stand('move', { id: booking.id, ...(day ? { day } : {}) });
  return offer(free.length > 0 ? 'mybookings:pickTime' : 'book:noTimes', free, { booking, at }, turn);
}

/** The times that were written about, or the nearest ones. */
async function timesFor(booking: Booking, when: When, turn: Turn): Promise<Told> {
  const { library, kind } = booking;
  const free = await turn.services.bookings.free({ library, kind, limit: 2000 });
  const { fitting, nearest } = findTimes(when, free, zoneOf(turn.session, turn.services.knowledge), 6);
  const at = stand('move', { id: booking.id, when: keptWhen(when) });
  if (fitting.length > 0) return offer('mybookings:pickTime', fitting, { booking, at }, turn);
  return offer(nearest.length > 0 ? 'book:foundNear' : 'book:noTimes', nearest, { booking, at }, turn);
}

function offer(key: string, free: readonly Slot[], { booking, at }: { booking: Booking; at: Step }, turn: Turn): Told {
  const choices: Choice[] = free.map((slot) => ({
    label: timeLabel(slot, false, turn),
    action: `mybookings:to:${booking.id}:${packed(slot.wall)}`,
  }));
  return {
    replies: [
      {
        text: turn.t(key),
        rows: [
          ...choices.map((choice) => [choice]),
          [
            { label: turn.t('book:otherDay'), action: `mybookings:days:${booking.id}` },
            { label: turn.t('mybookings:leave'), action: 'mybookings' },
          ],
        ],
      },
    ],
    at,
  };
}

async function newDays(booking: Booking, turn: Turn): Promise<Told> {
  const free = await turn.services.bookings.freeDays({ library: booking.library, kind: booking.kind, limit: 12 });
  const choices = free.map(({ day }) => ({
    label: shortDayOf(
      Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: booking.zone, plainTime: '12:00' }).epochMilliseconds,
      booking.zone,
      turn.language,
    ),
    action: `mybookings:day:${booking.id}:${day.replaceAll('-', '')}`,
  }));
  return {
    replies: [
      {
        text: turn.t(choices.length > 0 ? 'book:whichDay' : 'book:noTimes'),
        rows: [...inRows(choices, 3), [{ label: turn.t('mybookings:leave'), action: 'mybookings' }]],
      },
    ],
    at: stand('days', { id: booking.id }),
  };
}

async function moveTo(booking: Booking, wall: string | null, turn: Turn): Promise<Told> {
  if (!wall) return newTimes(booking, turn);
  const moved = await turn.services.bookings.move({
    eventId: turn.eventId,
    person: turn.person,
    booking: booking.id,
    wall,
  });
  if (moved.outcome === 'taken') {
    return offer('book:taken', moved.nearest, { booking, at: stand('move', { id: booking.id }) }, turn);
  }
  if (moved.outcome === 'unknown') return unknown(await turn.services.bookings.of(turn.person), turn);
  return {
    replies: [
      {
        text: [
          `${turn.t('mybookings:moved')}\n${describeBooking(moved.booking, turn)}`,
          await reminderNote(moved.booking, turn),
          demoNote(moved.booking.demo, turn),
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

function askCancel(booking: Booking, turn: Turn): Told {
  return {
    replies: [
      {
        text: `${turn.t('mybookings:askCancel')}\n${describeBooking(booking, turn)}`,
        rows: [
          [{ label: turn.t('mybookings:yesCancel'), action: `mybookings:gone:${booking.id}` }],
          [{ label: turn.t('mybookings:leave'), action: 'mybookings' }],
        ],
      },
    ],
    at: stand('cancel', { id: booking.id }),
  };
}

async function cancel(id: string, turn: Turn): Promise<Told> {
  const outcome = await turn.services.bookings.cancel({ eventId: turn.eventId, person: turn.person, booking: id });
  if (outcome.outcome === 'unknown') return unknown(await turn.services.bookings.of(turn.person), turn);
  return {
    replies: [
      {
        text: turn.t('mybookings:cancelled'),
        rows: [
          [{ label: turn.t('mybookings:outOfCalendar'), action: `mybookings:ics:${id}` }],
          [{ label: turn.t('menu:book'), action: 'book' }],
          [toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

/** A button of a reminder, or of the question the day after. It may be pressed late, or twice. */
async function heard(said: 'coming' | 'useful' | 'useless', id: string, turn: Turn): Promise<Told> {
  const { bookings } = turn.services;
  const booking = await bookings.heard({ person: turn.person, booking: id, said });
  if (!booking) return unknown(await bookings.of(turn.person), turn);
  const text = turn.t(`mybookings:thanks.${said}`);
  const more: Choice = { label: turn.t('notices:bookMore'), action: 'book' };
  const talk: Choice = { label: turn.t('menu:librarian'), action: 'librarian' };
  const rows: Record<typeof said, Choice[][]> = {
    coming: [[{ label: turn.t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)]],
    useful: [[more], [toMenu(turn)]],
    useless: [[more], [talk, toMenu(turn)]],
  };
  return { replies: [{ text, rows: rows[said] }] };
}
