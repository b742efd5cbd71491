import type { Language } from '../texts.ts';
import type { Topic } from './topics.ts';

/**
 * What staff tell many people. Every act asks who is acting, by the role they have at that moment, and is harmless when
 * it is repeated. `no` is the small number by which an announcement is called in chats.
 */
export type Announcements = {
  /** Whose announcements a person may write: a library's, null: the whole network's. None for nearly everybody. */
  scopes(person: string): Promise<readonly (string | null)[]>;
  /** A new draft; the same for the same event. null: not theirs to write. */
  draft(request: {
    eventId: string;
    person: string;
    library: string | null;
    topic: Topic;
    language: Language;
    words: string;
  }): Promise<Announcement | null>;
  /** null: there is none, or it is not theirs to see. */
  find(person: string, no: number): Promise<Announcement | null>;
  /** What may interest them: what is under way or waits for somebody, then drafts, then the last that are done; each newest first. */
  list(person: string): Promise<readonly Announcement[]>;
  /**
   * Changes a draft, or one that has not begun (it becomes a draft again), or the words of one that is being sent: who is
   * still waiting gets the new ones, those who had the old can be sent a correction. null: not theirs, over, or so large
   * that a second person must read the new words too: then a correction does it.
   */
  change(person: string, no: number, change: Change): Promise<Announcement | null>;
  /** A photo or document comes with it. Kept until 30 days after the announcement is done. */
  attach(person: string, no: number, file: AttachedFile): Promise<Announcement | null>;
  /** Who would get it now. */
  reach(person: string, no: number): Promise<Reach | null>;
  /** The second tap. */
  confirm(request: Confirmation): Promise<Confirmed>;
  /** Takes back what has not begun: a draft again. */
  undo(person: string, no: number): Promise<Announcement | null>;
  pause(person: string, no: number): Promise<Announcement | null>;
  /**
   * Goes on; after too many had blocked it, a person has looked and wants it so. What nobody has got yet and a second
   * person has not allowed is a draft again.
   */
  resume(person: string, no: number): Promise<Announcement | null>;
  /** Nobody gets it from now on who has not got it yet. */
  recall(person: string, no: number): Promise<Announcement | null>;
  /** Throws a draft away. */
  drop(person: string, no: number): Promise<boolean>;
  /**
   * The second person's word on the `version` that they have read. null: not theirs to give, no longer asked for, another
   * version by now, or its date would have passed.
   */
  approve(person: string, no: number, version: number): Promise<Announcement | null>;
  refuse(person: string, no: number): Promise<Announcement | null>;
  /** A draft that mends what was sent: its words take the old ones' place where that can be, else they follow. */
  correct(request: { eventId: string; person: string; no: number }): Promise<Announcement | null>;
  /** How far it is. null: not theirs to see. */
  progress(person: string, no: number): Promise<Progress | null>;

  /** By which number it is called; null: there is none. */
  numberOf(id: string): Promise<number | null>;
  /** As people read it; null: there is none any more. */
  published(id: string): Promise<Announcement | null>;
  publishedNo(no: number): Promise<Announcement | null>;
  /** Dates to come of what was announced, soonest first; with `person`, which of them they follow. */
  upcoming(request: { person: string; limit: number }): Promise<readonly (Announcement & { followed: boolean })[]>;
  /** Reminds them of the date. null: it has none to come. */
  follow(request: { person: string; no: number; zone: string }): Promise<Announcement | null>;
  unfollow(person: string, no: number): Promise<void>;
};

export type State = 'draft' | 'approving' | 'scheduled' | 'sending' | 'paused' | 'done' | 'recalled' | 'dropped';

/** Too many blocked the bot; the platform refuses the account or its money is gone; by hand; the author has no role any more. */
export type PausedWhy = 'blocked' | 'account' | 'staff' | 'cut-off';

export type Announcement = {
  id: string;
  no: number;
  state: State;
  /** The role that writes it: a random staff id. */
  staff: string;
  /** null: the whole network's. */
  library: string | null;
  topic: Topic;
  content: Content;
  audience: Audience;
  version: number;
  /** UTC ms. */
  dueAt: number | null;
  /** UTC ms of the event or deadline. */
  dateAt: number | null;
  /** The number of the announcement that it mends. */
  corrects: number | null;
  pausedWhy: PausedWhy | null;
  size: number | null;
};

/** `words`: plain, as typed, by language; at least one. `link`: https. */
export type Content = {
  words: Partial<Record<Language, string>>;
  link: string | null;
  attachment: { id: string; kind: 'picture' | 'file'; name: string; mime: string } | null;
  date: AnnouncedDate | null;
};

/** `wall`: `YYYY-MM-DDTHH:MM` in `zone`. `sum` and `who`: of a contest, as typed. `book`: places can be booked. */
export type AnnouncedDate = {
  what: 'event' | 'deadline';
  wall: string;
  zone: string;
  sum: string | null;
  who: string | null;
  book: boolean;
};

/** Among those who follow the topic. Of a library's announcement `library` is that library. */
export type Audience = {
  library: string | null;
  /** A key of the directory. */
  oblast: string | null;
  /** Where people are, ISO code. */
  country: string | null;
  channel: string | null;
};

export type Change = {
  words?: { language: Language; text: string | null };
  link?: string | null;
  date?: AnnouncedDate | null;
  attachment?: null;
  topic?: Topic;
  audience?: Partial<Audience>;
};

/** `content`: base64. */
export type AttachedFile = { kind: 'picture' | 'file'; name: string; mime: string; content: string };

export type Reach = {
  people: number;
  /** By the channel on which each would be reached. */
  channels: Readonly<Record<string, number>>;
  /** How many read it in a language that is not their own, by that language of theirs. */
  otherLanguage: Partial<Record<Language, number>>;
  /** What the messages that a platform charges would cost at most, EUR; null: no price is known. */
  charged: { messages: number; euro: number | null };
};

/** `people`: the number that was shown, or typed back. `at`: UTC ms, null: now. */
export type Confirmation = { person: string; no: number; version: number; people: number; at: number | null };

export type Confirmed =
  /** It begins at `dueAt`, a minute from now at the earliest; until then it can be undone. */
  | { outcome: 'scheduled'; announcement: Announcement; dueAt: number }
  /** `approvers`: people who can say yes; 0: somebody must be invited first. */
  | { outcome: 'approving'; announcement: Announcement; people: number; approvers: number }
  /** The number is another by now. */
  | { outcome: 'changed'; people: number }
  | { outcome: 'nobody' }
  /** So many a day are allowed. */
  | { outcome: 'limit'; limit: number }
  /** Words are missing, or it is a correction of something that is gone. */
  | { outcome: 'unfinished' }
  | { outcome: 'too-late' }
  /** Not theirs, or not a draft of that version any more. */
  | { outcome: 'not-now' };

export type Progress = {
  announcement: Announcement;
  /** Counted when the sending began. */
  audience: number;
  /** Not yet in the outbox, or there and waiting. */
  remaining: number;
  sent: number;
  uncertain: number;
  withdrawn: number;
  failed: Readonly<Record<string, number>>;
  /** ms until the end at the present pace; null: unknown. */
  leftMs: number | null;
  /** ms it has taken. */
  tookMs: number | null;
};

/** What is told to staff about an announcement, through the outbox. */
export type CampaignNotice = {
  what: 'campaign';
  about: 'approve' | 'approved' | 'refused' | 'paused' | 'cut-off' | 'done';
  announcement: string;
  language: null;
};
/** The announcement itself. `edits`: where the one that it mends arrived. */
export type AnnouncementNotice = {
  what: 'announcement';
  announcement: string;
  language: null;
  edits?: { channel: string; receipt: string } | undefined;
};
/** A date that somebody follows comes near. `at`: UTC ms of the date as it was then. */
export type DateNotice = { what: 'date'; announcement: string; at: number; language: null };

/** The group of an announcement's rows in the outbox. */
export function groupOf(id: string): string {
  return `announcement:${id}`;
}
