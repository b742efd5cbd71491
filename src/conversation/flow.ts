import type { AnnouncedDate, Announcements } from '../announcements/announcements.ts';
import type { Subscribers } from '../announcements/subscribers.ts';
import type { Booking, Bookings } from '../bookings/bookings.ts';
import type { ClosingOutcome, Reason } from '../bookings/closures.ts';
import type { Article, Knowledge } from '../knowledge/knowledge.ts';
import type { Directory, OpeningHours, OpenState } from '../libraries/library.ts';
import type { Joins } from '../people/joins.ts';
import type { Profile } from '../people/profile.ts';
import type { Questions } from '../staff/questions.ts';
import type { Team } from '../staff/team.ts';
import type { Language, Values } from '../texts.ts';
import type { Deed, Event, IncomingFile } from './event.ts';
import type { Reply } from './reply.ts';
import type { Session, Step } from './session.ts';

/**
 * A flow is a file: what one word of the menu does. It reads the turn and says what to answer and where the person
 * stands then; it does nothing to the world but call services, which are idempotent by the turn's `eventId`.
 */
export type Flow = {
  /** Its buttons' actions begin with this word, its command is `/word`, its texts are `locales/<language>/<word>.json`. */
  word: string;
  /** A button or command of this flow. `args` are the parts of the action after the word. */
  choose(args: readonly string[], turn: Turn): Promise<Told>;
  /** What the person writes or shares while standing at a step. null: not this step's to answer. */
  hear?(step: Step, deed: Deed, turn: Turn): Promise<Told | null>;
  /** What is written here goes to a human being: also words of danger, after they have been answered at once. */
  passesOn?: boolean;
  /** Shows the step again, as after an answered question or a change of language. */
  again?(step: Step, turn: Turn): Promise<Told>;
};

/** What a flow answers. `at` absent: the person stays where they stand. */
export type Told = {
  replies: Reply[];
  at?: Step | null;
  /** Facts about the person to remember. */
  known?: Partial<Profile>;
  effects?: Effect[];
};

/** What merely follows from a turn: applied once, in one transaction, under `eventId:index`. */
export type Effect =
  | { kind: 'profile'; change: Partial<Profile> }
  /** An anonymous counter: `name` is what is counted, `key` which one. */
  | { kind: 'count'; name: string; key: string }
  /** A question that nothing answered, already scrubbed. Kept without whose it is, and without when but its day. */
  | { kind: 'unanswered'; text: string; language: Language; article: string | null }
  | { kind: 'stopped' }
  /** Deletes from the chat what may be deleted, before the replies are sent. */
  | { kind: 'clear' }
  | { kind: 'forget' }
  /** This chat is another person's from now on: what this one was doing ends. */
  | { kind: 'joined' }
  /** Some chats of this person are another's from now on. */
  | { kind: 'parted' };

export type Turn = {
  event: Event;
  /** `<channel>:<event id>`. */
  eventId: string;
  person: string;
  session: Session;
  language: Language;
  /** UTC ms. */
  now: number;
  services: Services;
  t(key: string, values?: Values): string;
  /** Shows the step where somebody stands once more; null where its flow has nothing to show. */
  again(step: Step, turn: Turn): Promise<Told | null>;
};

/** Whom words are for: enough of a turn to say something, also where nobody has asked. */
export type Reader = Pick<Turn, 'language' | 'session' | 'services' | 't'>;

/** Everything that a turn may ask. Values arrive from the wiring; the conversation imports only their types. */
export type Services = {
  knowledge: Knowledge;
  directory: Directory;
  bookings: Bookings;
  joins: Joins;
  team: Team;
  /** Closes a day of a library, or opens it again; `staff` is the id of the role that does so, for the record. */
  closeDay(order: { library: string; day: string; reason: Reason; staff: string }): Promise<ClosingOutcome>;
  openDay(order: { library: string; day: string; staff: string }): Promise<void>;
  questions: Questions;
  subscribers: Subscribers;
  announcements: Announcements;
  /** When somebody who follows a date is reminded of it, UTC ms, by the clock of that zone; some may have passed. */
  dateReminders(
    what: AnnouncedDate['what'],
    at: number,
    zone: string,
  ): readonly { which: 'week' | 'day' | 'hour'; dueAt: number }[];
  /** In which nothing comes that can wait, where a person has not chosen otherwise. */
  quietHours: { from: number; to: number };
  /** Addresses that open a chat with the bot and hand it a payload, one a channel that can be asked for it. */
  links(payload: string): Promise<readonly { channel: string; url: string }[]>;
  /** The address of a library's poster, to be printed; null where nobody but this machine could open it. */
  wall(library: string): string | null;
  /** A code as typed, in its one spelling; null where it can't be one of that kind. */
  readCode(text: string, kind: 'join' | 'staff'): string | null;
  t(language: Language, key: string, values?: Values): string;
  words(language: Language, key: string): readonly string[];
  /** What a reply looks like on each messenger that is on: for somebody who writes in one and is read in all. */
  previews(reply: Reply): readonly { channel: string; messages: readonly Preview[] }[];
  /** Fetches what a person sent; null: it can't be had, or is no JPEG, PNG or PDF, or too large. `content`: base64. */
  fetchFile(
    channel: string,
    file: IncomingFile,
  ): Promise<{ kind: 'picture' | 'file'; name: string; mime: string; content: string } | null>;
  openState(hours: OpeningHours, now: number): OpenState;
  /** Who checked the article's text in that language as a lawyer, and on which ISO day; null once the text has changed. */
  signOff(article: Article, language: Language): { by: string; on: string } | null;
  /** Makes the words of a person safe inside the bot's markup. `links: false`: and no messenger makes a link of them. */
  plain(text: string, options?: { links?: false }): string;
  calendarFile(booking: Booking, words: CalendarWords, now: number): string;
  /** `+380…` of a number as typed; null where it can't be one. `country` is where the person is. */
  phone(text: string, country: string | null): string | null;
  channel(name: string): {
    place: boolean;
    contact: boolean;
    document: boolean;
    pin: boolean;
    call: boolean;
    anonymous: boolean;
    charged: boolean;
  };
  allow(person: string): Promise<{ ok: true } | { ok: false; first: boolean }>;
  /** The channels on which a person is known, for the export. */
  channelsOf(person: string): Promise<readonly string[]>;
  libraryName: string | null;
  /** How long a talk is remembered. */
  sessionHours: number;
  defaultLanguage: Language;
  /** Session storage can't be reached: answers go on, flows pause. */
  sessionsDown: boolean;
};

/** One message as a messenger shows it: its words without marks, whether something comes with it, its buttons' labels. */
export type Preview = {
  text: string;
  picture: boolean;
  file: boolean;
  buttons: readonly (readonly string[])[];
};

export type CalendarWords = { summary: string; location: string; description: string };

/** The zone that the person's clock shows: chosen, else that of the country where they are, else Kyiv. */
export function zoneOf({ zone, country }: Pick<Session, 'zone' | 'country'>, knowledge: Knowledge): string {
  return zone ?? (country ? knowledge.country(country)?.zone : undefined) ?? 'Europe/Kyiv';
}
