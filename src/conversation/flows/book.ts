import type { Booking, BookOutcome, How, Kind, Slot } from '../../bookings/bookings.ts';
import type { Library } from '../../libraries/library.ts';
import { clocksDiffer, dayOf, isoDayOf, shortDayOf, shortTimeOf, timeOf } from '../clock-words.ts';
import type { Deed } from '../event.ts';
import { type Flow, type Reader, type Told, type Turn, zoneOf } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { inRows, toMenu } from '../screens.ts';
import type { Step } from '../session.ts';
import { buttonMeant, means, plainWords, timeMeant } from '../typed.ts';
import { findTimes, keptWhen, type When, whenKept } from '../when.ts';
import { placeLabel } from './library.ts';

/**
 * A consultation at a library, in at most six taps from the menu, four for who has booked before. The steps, in the order
 * of the screen:
 *
 *   library  which library (left out where it is known)      `book:lib:<id>`  `book:libs`
 *   time     three free times; day, kind, library beside it  `book:at:<wall>` `book:days` `book:day:<day>` `book:kinds` `book:kind:<id>`
 *   how      in person, by phone, by video                   `book:how:<how>` `book:hows`
 *   phone    only for a call; shared or typed
 *   name     the platform's first name, or any nickname      `book:name` `book:rename`
 *   confirm  how and name as last time, where there was one  `book:yes`
 *
 * From elsewhere: a called-off booking anew (`book:again:<id>:<wall>`), the waiting list (`book:wait` `book:wait:<day>`), a
 * time that has come free (`book:offer:<wait>` `book:pass:<wait>`).
 *
 * Every step can be typed: a button's words or number, a time, how, a kind, yes and no. What has been told so far stands
 * in the session's step; a button of an older screen starts from what it says itself.
 */
export const book: Flow = {
  word: 'book',
  async choose([step, value = '', more = ''], turn) {
    const told = toldSoFar(turn);
    switch (step) {
      case 'lib':
        return atLibrary(value, turn);
      case 'libs':
        return whichLibrary(turn);
      case 'kinds':
        return kinds(told, turn);
      case 'kind':
        return times({ ...told, kind: value }, turn);
      case 'times':
        return times(told, turn);
      case 'days':
        return days(told, turn);
      case 'day':
        return times(told, turn, value);
      case 'at':
        return chosenTime(value, told, turn);
      case 'how':
        return chosenHow(value, told, turn);
      case 'name':
        return askConfirm({ ...told, name: suggestedName(turn) }, turn);
      case 'rename':
        return askName(told, turn);
      case 'hows':
        return askHow(told, turn);
      case 'again':
        return likeBefore(value, more, turn);
      case 'wait':
        return wait(value, told, turn);
      case 'offer':
        return takeOffer(value, turn);
      case 'pass':
        return leaveWaiting(value, turn);
      case 'yes':
        return confirm(told, turn);
      default:
        return turn.session.library && turn.services.bookings.joined(turn.session.library)
          ? atLibrary(turn.session.library, turn)
          : whichLibrary(turn);
    }
  },

  async hear(step, deed, turn) {
    const told = step.told as ToldSoFar;
    if (step.step === 'phone') return hearPhone(deed, told, turn);
    if (step.step === 'name') return deed.kind === 'text' ? hearName(deed.text, told, turn) : null;
    if (deed.kind === 'text') {
      const pressed = await hearButton(deed.text, step, turn);
      if (pressed) return pressed;
    }
    if (step.step === 'library') {
      return deed.kind === 'text' || deed.kind === 'place' ? libraryNear(deed, turn) : null;
    }
    if (deed.kind !== 'text') return null;
    if (step.step === 'confirm' && means(deed.text, 'typed:yes', turn.services)) return confirm(told, turn);
    if (step.step === 'confirm' && means(deed.text, 'typed:no', turn.services)) return times(told, turn);
    return hearHow(deed.text, step, told, turn) ?? hearTime(deed.text, told, turn);
  },

  again(step, turn) {
    const told = step.told as ToldSoFar;
    switch (step.step) {
      case 'library':
        return whichLibrary(turn);
      case 'kinds':
        return kinds(told, turn);
      case 'days':
        return days(told, turn);
      case 'found':
        return found(whenKept(told.when ?? ''), told, turn);
      case 'how':
        return askHow(told, turn);
      case 'phone':
        return askPhone(told, turn);
      case 'name':
        return askName(told, turn);
      case 'confirm':
        return askConfirm(told, turn);
      default:
        return times(told, turn, told.day);
    }
  },
};

type ToldSoFar = {
  library?: string;
  kind?: string;
  /** The day that is shown, and the time that was typed. */
  day?: string;
  when?: string;
  wall?: string;
  how?: string;
  phone?: string;
  name?: string;
  /** How and name are those of the last booking. */
  asLast?: string;
};

function toldSoFar(turn: Turn): ToldSoFar {
  const at = turn.session.at;
  const told: ToldSoFar = at?.flow === 'book' ? at.told : {};
  return turn.session.library && !told.library ? { ...told, library: turn.session.library } : told;
}

function stand(step: string, told: ToldSoFar): Step {
  return { flow: 'book', step, told: told as Record<string, string> };
}

/** How to talk and how to be called hold for another time, and another library, too. */
function contactOf({ how, phone, name, asLast }: ToldSoFar): ToldSoFar {
  return {
    ...(how === undefined ? {} : { how }),
    ...(phone === undefined ? {} : { phone }),
    ...(name === undefined ? {} : { name }),
    ...(asLast === undefined ? {} : { asLast }),
  };
}

// ---------------------------------------------------------------- typed

/** A button of the screen where the person stands, by its words or its number. */
async function hearButton(text: string, step: Step, turn: Turn): Promise<Told | null> {
  if (text.length > 60) return null;
  const shown = (await book.again?.(step, turn))?.replies.at(-1)?.rows ?? [];
  const [word, ...args] = (buttonMeant(text, shown) ?? '').split(':');
  return word === 'book' ? book.choose(args, turn) : null;
}

function hearHow(text: string, step: Step, told: ToldSoFar, turn: Turn): Promise<Told> | null {
  if (step.step !== 'how' && step.step !== 'confirm') return null;
  const meant = howMeant(text, turn);
  return meant ? chosenHow(meant, told, turn) : null;
}

function howMeant(text: string, turn: Turn): How | undefined {
  return (['in-person', 'phone', 'video'] as const).find((how) => means(text, `typed:how.${how}`, turn.services));
}

/** A time, a kind of consultation, or both: «the lawyer, tomorrow at three». */
async function hearTime(text: string, told: ToldSoFar, turn: Turn): Promise<Told | null> {
  if (!told.library) return null;
  const offered = await turn.services.bookings.kindsAt(told.library);
  const { kind, rest } = kindMeant(text, offered);
  if (kind && rest === '') return times({ ...told, kind: kind.id }, turn);
  const when = timeMeant(rest, libraryZone, turn);
  return when && found(when, { ...told, ...(kind ? { kind: kind.id } : {}) }, turn);
}

/** A word of content/kinds.yaml that the text has, taken out of it with the short word before it: "to the lawyer". */
function kindMeant(text: string, offered: readonly Kind[]): { kind: Kind | null; rest: string } {
  const said = text.split(/\s+/).filter((word) => plainWords(word) !== '');
  for (const kind of offered) {
    const at = said.findIndex((word) => kind.words.some((name) => plainWords(word).startsWith(plainWords(name))));
    if (at < 0) continue;
    const from = at > 0 && plainWords(said[at - 1] ?? '').length <= 3 ? at - 1 : at;
    return { kind, rest: [...said.slice(0, from), ...said.slice(at + 1)].join(' ') };
  }
  return { kind: null, rest: text };
}

/** The times that were written about, or the nearest ones. A single one is as good as tapped. */
async function found(when: When | null, told: ToldSoFar, turn: Turn): Promise<Told> {
  const { library, kind } = told;
  if (!when || !library || !kind) return times(told, turn);
  const free = await turn.services.bookings.free({ library, kind, limit: everyTime });
  const wanted = when.days?.from === when.days?.to ? when.days?.from : undefined;
  const limit = wanted ? 12 : 6;
  const { fitting, nearest } = findTimes(when, free, zoneOf(turn.session, turn.services.knowledge), limit);
  const here = { library, kind, when: keptWhen(when), ...contactOf(told) };
  const [only, ...others] = fitting;
  if (only && others.length === 0 && when.at !== null && when.days) return chosenTime(packed(only.wall), here, turn);
  const shown = fitting.length > 0 ? fitting : nearest;
  const key = fitting.length > 0 ? 'book:found' : nearest.length > 0 ? 'book:foundNear' : 'book:noTimes';
  return {
    replies: [
      {
        text: [turn.t(key), demoNote(shown[0]?.demo ?? false, turn)].filter((part) => part !== '').join('\n\n'),
        rows: [
          ...inRows(
            shown.map((slot) => timeChoice(slot, false, turn)),
            1,
          ),
          ...(fitting.length === 0 && wanted && !free.some((slot) => slot.wall.startsWith(wanted))
            ? [[waitChoice(turn, wanted)]]
            : []),
          ...(shown.length === 0 ? [[waitChoice(turn)]] : []),
          [
            { label: turn.t('book:otherDay'), action: 'book:days' },
            { label: turn.t('book:otherLibrary'), action: 'book:libs' },
          ],
          [toMenu(turn)],
        ],
      },
    ],
    at: stand('found', here),
  };
}

/** More than a calendar can have free. */
const everyTime = 2000;
/** Where a time is written without a place, it is the libraries'. */
const libraryZone = 'Europe/Kyiv';

// ---------------------------------------------------------------- library

async function whichLibrary(turn: Turn): Promise<Told> {
  const { directory, bookings, channel } = turn.services;
  const joined = bookings
    .joinedLibraries()
    .map((id) => directory.get(id))
    .filter((found) => found !== undefined);
  const can = channel(turn.event.channel).place;
  const near = [...joined]
    .sort((a, b) => inWords(a.settlement, 'uk').localeCompare(inWords(b.settlement, 'uk'), 'uk'))
    .slice(0, 8);
  const choices = near.map((found) => ({
    label: inWords(found.settlement, turn.language),
    action: `book:lib:${found.id}`,
  }));
  return {
    replies: [
      {
        text: turn.t(joined.length > 0 ? 'book:whichLibrary' : 'book:noneJoined'),
        rows: [...inRows(choices, 2), [toMenu(turn)]],
        ...(can && joined.length > 0 ? { ask: { what: 'place', label: turn.t('library:share') } as const } : {}),
      },
    ],
    at: stand('library', {}),
  };
}

async function libraryNear(deed: Extract<Deed, { kind: 'text' | 'place' }>, turn: Turn): Promise<Told | null> {
  const { directory, bookings } = turn.services;
  let point: { lat: number; lon: number };
  if (deed.kind === 'place') point = deed;
  else {
    const found = directory.findPlace(deed.text);
    if (found.outcome === 'none') return null;
    if (found.outcome === 'choose') {
      const rows = found.places.map((place) => {
        const near = directory.nearest(place, 1, (candidate) => bookings.joined(candidate.id))[0];
        const label = placeLabel(place, turn);
        return near ? [{ label, action: `book:lib:${near.library.id}` }] : [];
      });
      return {
        replies: [
          { text: turn.t('library:whichOne'), rows: [...rows.filter((row) => row.length > 0), [toMenu(turn)]] },
        ],
      };
    }
    point = found.place;
  }
  const nearest = directory.nearest(point, 1, (candidate) => bookings.joined(candidate.id))[0];
  return nearest ? atLibrary(nearest.library.id, turn) : null;
}

async function atLibrary(id: string, turn: Turn): Promise<Told> {
  const { directory, bookings } = turn.services;
  const found = directory.get(id);
  if (!found) return whichLibrary(turn);
  if (!bookings.joined(id)) return notJoined(found, turn);
  const at = turn.session.at;
  const kind = at?.flow === 'book' ? at.told.kind : undefined;
  const told = await times({ library: id, ...(kind ? { kind } : {}) }, turn);
  return { ...told, known: { library: id } };
}

function notJoined(found: Library, turn: Turn): Told {
  const near = turn.services.directory.nearest(found, 1, (candidate) => turn.services.bookings.joined(candidate.id))[0];
  return {
    replies: [
      {
        text: turn.t('book:notJoined', { library: inWords(found.name, turn.language) }),
        rows: [
          ...(near
            ? [
                [
                  {
                    label: turn.t('library:bookAt', { library: inWords(near.library.settlement, turn.language) }),
                    action: `book:lib:${near.library.id}`,
                  },
                ],
              ]
            : []),
          [{ label: turn.t('library:about'), action: `library:i:${found.id}` }, toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

// ---------------------------------------------------------------- time

/** The first screen: the next three free times, and everything else one tap away. `day`: only of that day. */
async function times(told: ToldSoFar, turn: Turn, day?: string): Promise<Told> {
  const { bookings, directory } = turn.services;
  const { t, language } = turn;
  const found = told.library ? directory.get(told.library) : undefined;
  if (!found || !bookings.joined(found.id)) return whichLibrary(turn);
  const offered = await bookings.kindsAt(found.id);
  const kind = offered.find((candidate) => candidate.id === told.kind) ?? offered[0];
  if (!kind) return notJoined(found, turn);
  const free = await bookings.free({ library: found.id, kind: kind.id, limit: day ? 12 : 3, ...(day ? { day } : {}) });
  const here = { library: found.id, kind: kind.id, ...(day ? { day } : {}), ...contactOf(told) };
  const around: Choice[][] = [
    [
      ...(free.length > 0 ? [{ label: t('book:otherDay'), action: 'book:days' }] : []),
      ...(offered.length > 1 ? [{ label: t('book:otherKind'), action: 'book:kinds' }] : []),
    ],
    [{ label: t('book:otherLibrary'), action: 'book:libs' }, toMenu(turn)],
  ].filter((row) => row.length > 0);
  const head = `**${inWords(found.name, language)}**\n${inWords(kind.name, language)}. ${t('book:minutes', { count: kind.minutes })}`;
  return {
    replies: [
      {
        text: [
          head,
          free.length > 0 ? clockNote(free, turn) : t('book:noTimes'),
          demoNote(free[0]?.demo ?? found.demo, turn),
        ]
          .filter((part) => part !== '')
          .join('\n\n'),
        rows: [
          ...inRows(
            free.map((slot) => timeChoice(slot, day !== undefined, turn)),
            day ? 3 : 1,
          ),
          ...(free.length === 0 ? [[waitChoice(turn, day)]] : []),
          ...around,
        ],
      },
    ],
    at: stand('time', here),
  };
}

function timeChoice(slot: Slot, dayIsKnown: boolean, turn: Turn): Choice {
  return { label: timeLabel(slot, dayIsKnown, turn), action: `book:at:${packed(slot.wall)}` };
}

/** A time on a button: in the library's clock, and in the person's own where it differs. */
export function timeLabel(slot: Slot, dayIsKnown: boolean, reader: Reader): string {
  const { language, t } = reader;
  const own = zoneOf(reader.session, reader.services.knowledge);
  const time = dayIsKnown ? timeOf(slot.at, slot.zone, language) : shortTimeOf(slot.at, slot.zone, language);
  if (!clocksDiffer(slot.at, slot.zone, own)) return time;
  return `${time} ${t('resources:yours', { time: timeOf(slot.at, own, language) })}`;
}

function clockNote(free: readonly Slot[], turn: Turn): string {
  const own = zoneOf(turn.session, turn.services.knowledge);
  const first = free[0];
  return turn.t(first && clocksDiffer(first.at, first.zone, own) ? 'book:pickTimeKyiv' : 'book:pickTime');
}

async function kinds(told: ToldSoFar, turn: Turn): Promise<Told> {
  const offered = told.library ? await turn.services.bookings.kindsAt(told.library) : [];
  if (offered.length === 0) return whichLibrary(turn);
  const lines = offered.map(
    (kind) => `**${inWords(kind.name, turn.language)}.** ${inWords(kind.about, turn.language)}`,
  );
  return {
    replies: [
      {
        text: [turn.t('book:whichKind'), ...lines].join('\n'),
        rows: [
          ...offered.map((kind) => [{ label: inWords(kind.name, turn.language), action: `book:kind:${kind.id}` }]),
          [toMenu(turn)],
        ],
      },
    ],
    at: stand('kinds', told),
  };
}

async function days(told: ToldSoFar, turn: Turn): Promise<Told> {
  if (!told.library || !told.kind) return times(told, turn);
  const free = await turn.services.bookings.freeDays({ library: told.library, kind: told.kind, limit: 12 });
  if (free.length === 0) return times(told, turn);
  const choices = free.map(({ day }) => ({
    label: shortDayOf(
      Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: 'Europe/Kyiv', plainTime: '12:00' }).epochMilliseconds,
      'Europe/Kyiv',
      turn.language,
    ),
    action: `book:day:${day}`,
  }));
  return {
    replies: [{ text: turn.t('book:whichDay'), rows: [...inRows(choices, 3), [toMenu(turn)]] }],
    at: stand('days', told),
  };
}

async function chosenTime(value: string, told: ToldSoFar, turn: Turn): Promise<Told> {
  const wall = unpacked(value);
  if (!wall || !told.library || !told.kind) return times(told, turn);
  const kind = turn.services.bookings.kind(told.kind);
  const next: ToldSoFar = { library: told.library, kind: told.kind, wall, ...contactOf(told) };
  const ways = howsFor(kind, turn);
  const [only, ...others] = ways;
  // Asked before, for a time that somebody else had: not asked again.
  if (next.how && ways.includes(next.how as How)) return goOn(next, turn);
  const last = await turn.services.bookings.last(turn.person);
  if (last && ways.includes(last.how) && (last.how !== 'phone' || last.phone) && (kind?.anonymous || last.name)) {
    const { how, name } = last;
    const phone = how === 'phone' && last.phone ? { phone: last.phone } : {};
    return askConfirm({ ...next, how, ...phone, name: kind?.anonymous ? '' : name, asLast: '1' }, turn);
  }
  if (only && others.length === 0) return chosenHow(only, next, turn);
  return askHow(next, turn);
}

/** The same as one that was called off, at another time. */
async function likeBefore(id: string, wall: string, turn: Turn): Promise<Told> {
  const before = await turn.services.bookings.find(turn.person, id);
  const at = unpacked(wall);
  if (before?.as !== 'owner' || !at) return book.choose([], turn);
  const { library, kind, how, name, phone } = before;
  return goOn({ library, kind, wall: at, how, name, asLast: '1', ...(phone ? { phone } : {}) }, turn);
}

// ---------------------------------------------------------------- waiting

/** "Tell me when a time comes free", on that day or on any. */
async function wait(day: string, told: ToldSoFar, turn: Turn): Promise<Told> {
  const { library, kind } = told;
  if (!library || !kind) return times(told, turn);
  const { eventId, person, language, t } = turn;
  const only = /^\d{4}-\d\d-\d\d$/.test(day) ? day : null;
  const { outcome } = await turn.services.bookings.waiting.join({
    eventId,
    person,
    library,
    kind,
    day: only,
    language,
  });
  if (outcome === 'free' || outcome === 'not-joined') return times(told, turn, only ?? undefined);
  const text = t(outcome === 'waiting' ? 'book:waiting' : 'book:waitingTooMany');
  return {
    replies: [{ text, rows: [[{ label: t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)]] }],
    at: null,
  };
}

/** A time is held for them: the rest of the steps as usual. */
async function takeOffer(id: string, turn: Turn): Promise<Told> {
  const slot = await turn.services.bookings.waiting.offered(turn.person, id);
  if (!slot) {
    return {
      replies: [
        { text: turn.t('book:offerOver'), rows: [[{ label: turn.t('menu:book'), action: 'book' }, toMenu(turn)]] },
      ],
    };
  }
  return chosenTime(packed(slot.wall), { library: slot.library, kind: slot.kind }, turn);
}

async function leaveWaiting(id: string, turn: Turn): Promise<Told> {
  await turn.services.bookings.waiting.leave(turn.person, id);
  return {
    replies: [
      { text: turn.t('book:waitingOver'), rows: [[{ label: turn.t('menu:book'), action: 'book' }, toMenu(turn)]] },
    ],
    at: null,
  };
}

/** Offered where nothing is free. */
function waitChoice(turn: Turn, day?: string): Choice {
  if (!day) return { label: turn.t('book:wait'), action: 'book:wait' };
  const noon = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: libraryZone, plainTime: '12:00' });
  const words = shortDayOf(noon.epochMilliseconds, libraryZone, turn.language);
  return { label: turn.t('book:waitDay', { day: words }), action: `book:wait:${day}` };
}

// ---------------------------------------------------------------- how

/** A video call needs a messenger that makes calls; one who has none is offered the rest. */
function howsFor(kind: Kind | undefined, turn: Turn): How[] {
  const can = turn.services.channel(turn.event.channel);
  return (kind?.how ?? []).filter((how) => how !== 'video' || can.call);
}

async function askHow(told: ToldSoFar, turn: Turn): Promise<Told> {
  const kind = told.kind ? turn.services.bookings.kind(told.kind) : undefined;
  const choices = howsFor(kind, turn).map((how) => ({ label: turn.t(`book:how.${how}`), action: `book:how:${how}` }));
  if (choices.length === 0) return times(told, turn);
  return {
    replies: [
      {
        text: turn.t('book:askHow'),
        rows: [
          ...choices.map((choice) => [choice]),
          [{ label: turn.t('book:otherTime'), action: 'book:times' }, toMenu(turn)],
        ],
      },
    ],
    at: stand('how', told),
  };
}

async function chosenHow(value: string, told: ToldSoFar, turn: Turn): Promise<Told> {
  if (!told.wall) return times(told, turn);
  const kind = told.kind ? turn.services.bookings.kind(told.kind) : undefined;
  if (!howsFor(kind, turn).includes(value as How)) return askHow(told, turn);
  // Chosen anew, a call may be to another number.
  const { phone: _, asLast: __, ...rest } = told;
  return goOn({ ...rest, how: value }, turn);
}

/** What is still to be asked: a number, a name, nothing. */
async function goOn(told: ToldSoFar, turn: Turn): Promise<Told> {
  if (told.how === 'phone' && !told.phone) return askPhone(told, turn);
  if (told.kind && turn.services.bookings.kind(told.kind)?.anonymous) return askConfirm({ ...told, name: '' }, turn);
  return told.name === undefined ? askName(told, turn) : askConfirm(told, turn);
}

// ---------------------------------------------------------------- phone and name

async function askPhone(told: ToldSoFar, turn: Turn): Promise<Told> {
  const can = turn.services.channel(turn.event.channel).contact;
  return {
    replies: [
      {
        text: turn.t(can ? 'book:askPhone' : 'book:askPhoneTyped'),
        rows: [[{ label: turn.t('book:otherHow'), action: `book:at:${packed(told.wall ?? '')}` }, toMenu(turn)]],
        ...(can ? { ask: { what: 'contact', label: turn.t('book:sharePhone') } as const } : {}),
      },
    ],
    at: stand('phone', told),
  };
}

async function hearPhone(deed: Deed, told: ToldSoFar, turn: Turn): Promise<Told | null> {
  const given = deed.kind === 'contact' ? deed.phone : deed.kind === 'text' ? deed.text : null;
  if (given === null) return null;
  const other = howMeant(given, turn);
  if (other && other !== 'phone') return chosenHow(other, told, turn);
  const phone = turn.services.phone(given, turn.session.country);
  if (!phone) {
    // Few digits: it was no try at a number, so let it be answered as a question.
    if (deed.kind === 'text' && deed.text.replace(/\D/g, '').length < 5) return null;
    return {
      ...(await askPhone(told, turn)),
      replies: [
        {
          text: turn.t('book:badPhone'),
          rows: [[{ label: turn.t('book:otherHow'), action: `book:at:${packed(told.wall ?? '')}` }, toMenu(turn)]],
        },
      ],
    };
  }
  // A shared number brings its owner's name along, so that nothing more is asked.
  const named = deed.kind === 'contact' && deed.name ? { name: tidyName(deed.name) } : {};
  return goOn({ ...told, phone, ...named }, turn);
}

async function askName(told: ToldSoFar, turn: Turn): Promise<Told> {
  const suggested = suggestedName(turn);
  return {
    replies: [
      {
        text: turn.t(suggested === '' ? 'book:askNameTyped' : 'book:askName'),
        rows: [
          ...(suggested === ''
            ? [[{ label: turn.t('book:noName'), action: 'book:name' }]]
            : [[{ label: suggested, action: 'book:name' }]]),
          [toMenu(turn)],
        ],
      },
    ],
    at: stand('name', told),
  };
}

/** A short line is a name; a long one is a question that wants its answer first. */
async function hearName(text: string, told: ToldSoFar, turn: Turn): Promise<Told | null> {
  const name = tidyName(text);
  if (name === '' || text.trim().length > longestName || /[?\n]/.test(text)) return null;
  const { asLast: _, ...next } = told;
  return askConfirm({ ...next, name }, turn);
}

const longestName = 40;

function suggestedName(turn: Turn): string {
  return tidyName(turn.event.hint?.name ?? '').slice(0, longestName);
}

function tidyName(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}

// ---------------------------------------------------------------- confirm

async function askConfirm(told: ToldSoFar, turn: Turn): Promise<Told> {
  const { directory, bookings } = turn.services;
  const found = told.library ? directory.get(told.library) : undefined;
  const kind = told.kind ? bookings.kind(told.kind) : undefined;
  if (!found || !kind || !told.wall || !told.how) return times(told, turn);
  const at = instantOf(told.wall);
  const name = told.name ? turn.services.plain(told.name) : '';
  const how = turn.t(`book:how.${told.how}`).toLowerCase();
  const as = [how, name].filter((part) => part !== '').join(', ');
  const lines = [
    told.asLast ? turn.t('book:asLastTime', { as }) : turn.t('book:check'),
    `**${whenWords(at, 'Europe/Kyiv', turn)}**`,
    inWords(found.name, turn.language),
    `${inWords(kind.name, turn.language)}, ${how}, ${turn.t('book:minutes', { count: kind.minutes })}`,
    ...(name === '' || told.asLast ? [] : [turn.t('book:calledBy', { name })]),
    ...(told.phone ? [turn.t('book:phoneIs', { phone: told.phone })] : []),
  ];
  return {
    replies: [
      {
        text: lines.join('\n'),
        rows: [
          [{ label: turn.t('book:yes'), action: 'book:yes' }],
          [
            { label: turn.t('book:otherTime'), action: 'book:times' },
            ...(howsFor(kind, turn).length > 1 ? [{ label: turn.t('book:otherHow'), action: 'book:hows' }] : []),
          ],
          [...(kind.anonymous ? [] : [{ label: turn.t('book:otherName'), action: 'book:rename' }]), toMenu(turn)],
        ],
      },
    ],
    at: stand('confirm', told),
  };
}

async function confirm(told: ToldSoFar, turn: Turn): Promise<Told> {
  const { library, kind, wall, how } = told;
  if (!library || !kind || !wall || !how) return times(told, turn);
  const outcome = await turn.services.bookings.book({
    eventId: turn.eventId,
    person: turn.person,
    library,
    kind,
    wall,
    how: how as How,
    name: told.name ?? '',
    phone: told.phone ?? null,
    language: turn.language,
    channel: turn.event.channel,
    fromAnonymousChannel: turn.services.channel(turn.event.channel).anonymous,
  });
  return answered[outcome.outcome](outcome as never, told, turn);
}

/** What the bot says of each outcome. The type keeps it complete. */
const answered: {
  [K in BookOutcome['outcome']]: (
    outcome: Extract<BookOutcome, { outcome: K }>,
    told: ToldSoFar,
    turn: Turn,
  ) => Told | Promise<Told>;
} = {
  booked: async ({ booking }, _told, turn) => ({
    replies: [await bookedReply('book:booked', booking, turn)],
    at: null,
  }),
  requested: async ({ booking }, _told, turn) => ({
    replies: [await bookedReply('book:requested', booking, turn)],
    at: null,
  }),
  taken: ({ nearest }, told, turn) => taken(nearest, told, turn),
  'too-many': (_outcome, _told, turn) => ({
    replies: [
      {
        text: turn.t('book:tooMany'),
        rows: [[{ label: turn.t('menu:mybookings'), action: 'mybookings' }], [toMenu(turn)]],
      },
    ],
    at: null,
  }),
  'not-joined': (_outcome, _told, turn) => whichLibrary(turn),
};

function taken(nearest: readonly Slot[], told: ToldSoFar, turn: Turn): Told {
  return {
    replies: [
      {
        text: turn.t(nearest.length > 0 ? 'book:taken' : 'book:noTimes'),
        rows: [
          ...nearest.map((slot) => [timeChoice(slot, false, turn)]),
          ...(nearest.length === 0 ? [[waitChoice(turn)]] : []),
          [
            { label: turn.t('book:otherDay'), action: 'book:days' },
            { label: turn.t('book:otherLibrary'), action: 'book:libs' },
          ],
          [toMenu(turn)],
        ],
      },
    ],
    at: stand('found', { ...told, wall: '', when: `${told.wall?.slice(0, 10)}/${told.wall?.slice(0, 10)}` }),
  };
}

async function bookedReply(key: string, booking: Booking, turn: Turn): Promise<Reply> {
  return {
    text: [
      `${turn.t(key)}\n${describeBooking(booking, turn)}`,
      [await reminderNote(booking, turn), turn.t('book:changeAnyTime')].filter((part) => part !== '').join(' '),
      demoNote(booking.demo, turn),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
    rows: [
      [{ label: turn.t('mybookings:calendar'), action: `mybookings:ics:${booking.id}` }],
      ...(mayInvite(booking, turn)
        ? [[{ label: turn.t('family:invite'), action: `family:invite:${booking.id}` }]]
        : []),
      [{ label: turn.t('menu:mybookings'), action: 'mybookings' }, toMenu(turn)],
    ],
  };
}

/** Relatives can come along to what is not a group's. */
export function mayInvite(booking: Booking, { services }: Pick<Turn, 'services'>): boolean {
  return booking.as === 'owner' && services.bookings.kind(booking.kind)?.capacity === 1;
}

/** Which reminders the person can count on; only those that will really come. */
export async function reminderNote(booking: Booking, { services, t, person }: Turn): Promise<string> {
  const ahead = await services.bookings.ahead(booking, person);
  if (ahead.includes('day')) return t('book:remindTwice');
  return ahead.includes('hour') ? t('book:remindOnce') : '';
}

/** Time in both clocks, place, how long and in which way. Never what about. */
export function describeBooking(booking: Booking, reader: Reader): string {
  const { t, language, services } = reader;
  const found = services.directory.get(booking.library);
  const where = found ? inWords(found.name, language) : booking.library;
  const address = found?.address && booking.how === 'in-person' ? `, ${found.address}` : '';
  return [
    `**${whenWords(booking.at, booking.zone, reader)}**`,
    `${where}${address}`,
    `${t(`book:how.${booking.how}`)}, ${t('book:minutes', { count: booking.minutes })}`,
    ...(booking.state === 'requested' ? [t('book:notYet')] : []),
    ...(booking.as === 'relative' ? [t('family:youCome')] : []),
    ...(booking.as === 'owner' && booking.together > 0 ? [t('family:together', { count: booking.together })] : []),
  ].join('\n');
}

/** «четвер, 3 грудня, о 15:00 за київським часом (у вас 14:00)» */
export function whenWords(at: number, zone: string, { language, t, session, services }: Reader): string {
  const own = zoneOf(session, services.knowledge);
  const values = { day: dayOf(at, zone, language), time: timeOf(at, zone, language) };
  if (!clocksDiffer(at, zone, own)) return t('book:when', values);
  const sameDay = isoDayOf(at, zone) === isoDayOf(at, own);
  const yours = sameDay ? timeOf(at, own, language) : `${shortDayOf(at, own, language)}, ${timeOf(at, own, language)}`;
  return `${t('book:whenKyiv', values)} ${t('resources:yours', { time: yours })}`;
}

export function demoNote(demo: boolean, { t }: Pick<Turn, 't'>): string {
  return demo ? t('notices:demo') : '';
}

/** A wall time inside a button: `202612031500`. */
export function packed(wall: string): string {
  return wall.replace(/\D/g, '').slice(0, 12);
}

/** null when it is none. */
export function unpacked(text: string): string | null {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  return parts ? `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}` : null;
}

function instantOf(wall: string): number {
  return Temporal.PlainDateTime.from(wall).toZonedDateTime('Europe/Kyiv').epochMilliseconds;
}
