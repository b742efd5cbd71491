import type { Reason } from '../../bookings/closures.ts';
import { isoDayOf, shortDayOf } from '../clock-words.ts';
import type { Flow, Told, Turn } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice } from '../reply.ts';
import { inRows, toMenu } from '../screens.ts';

/**
 * Staff: the library closes a day, with one tap after `/close`. Who had booked is told, and offered the next free times.
 * `close` · `close:at:<library>` · `close:day:<library>:<0 today|1 tomorrow>:<reason>` · `close:open:<library>:<0|1>`
 */
export const close: Flow = {
  word: 'close',
  async choose([step, library = '', day = '', why = ''], turn) {
    if (step === 'at') return offer(library, turn);
    if (step === 'day') return closeDay(library, dayAhead(day, turn), why, turn);
    if (step === 'open') return openDay(library, day, turn);
    const mine = await myLibraries(turn);
    if (mine.length === 0) return notStaff(turn);
    if (mine.length === 1) return offer(mine[0] ?? '', turn);
    const choices = mine.map((id) => ({ label: nameOf(id, turn), action: `close:at:${id}` }));
    return { replies: [{ text: turn.t('close:which'), rows: [...inRows(choices, 2), [toMenu(turn)]] }] };
  },
};

const reasons: readonly Reason[] = ['power', 'raid', 'other'];
/** Closures are of libraries, and those live by Kyiv's clock. */
const zone = 'Europe/Kyiv';

/** The libraries that take bookings and whose calendar this person may change. */
async function myLibraries({ person, services }: Turn): Promise<string[]> {
  const joined = services.bookings.joinedLibraries();
  const allowed = await Promise.all(joined.map((library) => services.team.allowed(person, 'calendar', library)));
  return joined.filter((_, i) => allowed[i] !== null);
}

async function offer(library: string, turn: Turn): Promise<Told> {
  if (!(await turn.services.team.allowed(turn.person, 'calendar', library))) return notStaff(turn);
  const rows: Choice[][] = ['0', '1'].flatMap((day) =>
    reasons.map((reason) => [
      {
        label: turn.t(`close:button.${reason}`, { day: turn.t(day === '0' ? 'close:today' : 'close:tomorrow') }),
        action: `close:day:${library}:${day}:${reason}`,
      },
    ]),
  );
  return {
    replies: [{ text: turn.t('close:offer', { library: nameOf(library, turn) }), rows: [...rows, [toMenu(turn)]] }],
  };
}

async function closeDay(library: string, day: string, why: string, turn: Turn): Promise<Told> {
  const reason = reasons.find((known) => known === why);
  const staff = await turn.services.team.allowed(turn.person, 'calendar', library);
  if (!staff || !reason) return notStaff(turn);
  const outcome = await turn.services.closeDay({ library, day, reason, staff: staff.id });
  if (outcome.outcome === 'past') return offer(library, turn);
  const ahead = day === dayAhead('0', turn) ? '0' : '1';
  return {
    replies: [
      {
        text: turn.t('close:closed', {
          library: nameOf(library, turn),
          day: shortDayOf(noonOf(day), zone, turn.language),
          count: outcome.cancelled,
        }),
        rows: [[{ label: turn.t('close:openAgain'), action: `close:open:${library}:${ahead}` }], [toMenu(turn)]],
      },
    ],
  };
}

async function openDay(library: string, ahead: string, turn: Turn): Promise<Told> {
  const staff = await turn.services.team.allowed(turn.person, 'calendar', library);
  if (!staff) return notStaff(turn);
  const day = dayAhead(ahead, turn);
  await turn.services.openDay({ library, day, staff: staff.id });
  const text = turn.t('close:opened', {
    library: nameOf(library, turn),
    day: shortDayOf(noonOf(day), zone, turn.language),
  });
  return { replies: [{ text, rows: [[toMenu(turn)]] }] };
}

function dayAhead(ahead: string, { now }: Turn): string {
  return Temporal.PlainDate.from(isoDayOf(now, zone))
    .add({ days: ahead === '1' ? 1 : 0 })
    .toString();
}

function noonOf(day: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: '12:00' }).epochMilliseconds;
}

function nameOf(library: string, turn: Turn): string {
  const found = turn.services.directory.get(library);
  return found ? inWords(found.name, turn.language) : library;
}

function notStaff(turn: Turn): Told {
  return { replies: [{ text: turn.t('team:notStaff'), rows: [[toMenu(turn)]] }] };
}
