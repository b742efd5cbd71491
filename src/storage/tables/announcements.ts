/** What a person asked to be told, and that they did. Choices of who has stopped are kept, so that coming back is one tap. */
export type SubscribersTable = {
  person: string;
  /** UTC ms of the tap that asked for it, and what stood above the button: a version of the words and their language. */
  consent_at: number;
  consent: string;
  /** `21-8` as in QUIET_HOURS, `none`; null: as everybody. */
  quiet: string | null;
  /** UTC ms; null: they are told. */
  stopped_at: number | null;
  /** `asked`: by the person; `gone`: blocked or left on every platform. */
  stopped_why: 'asked' | 'gone' | null;
};

/** `topic` is a keyed hash: that somebody follows the club for families of drug users must not stand in a stolen file. */
export type SubscriberTopicsTable = { person: string; topic: string };

export type SubscriberLibrariesTable = { person: string; library: string };

/** Something that staff tell many people, from the first word to the books. */
export type AnnouncementsTable = {
  id: string;
  /** A small number, for lists and buttons. */
  no: number;
  /**
   * `draft` -> (`approving` ->) `scheduled` -> `sending` <-> `paused` -> `done`; `recalled` and `dropped` end it before.
   */
  state: 'draft' | 'approving' | 'scheduled' | 'sending' | 'paused' | 'done' | 'recalled' | 'dropped';
  /** The role that writes it, a random staff id. */
  staff: string;
  /** Whose it is. Null: the whole network's. */
  library: string | null;
  topic: string;
  /** JSON: words by language, link, attachment, date. Public words: not sealed. */
  content: string;
  /** JSON: for whom. */
  audience: string;
  /** Rises with every change of the content. */
  version: number;
  /** UTC ms: when the sending begins. */
  due_at: number | null;
  /** UTC ms of the event or the deadline that it tells of, for the calendar. */
  date_at: number | null;
  /** People counted when the sending began. */
  size: number | null;
  /** Those with an id up to this one have their row in the outbox; null: none yet. `~`: all have. */
  filled_to: string | null;
  /** The announcement that this one mends. */
  corrects: string | null;
  /** The staff id of the second person. */
  approved_by: string | null;
  /** `blocked`: too many blocked it; `account`: the platform refuses us; `staff`: by hand; `cut-off`: the author's role ended. */
  paused_why: 'blocked' | 'account' | 'staff' | 'cut-off' | null;
  /** 1: a person has looked at the many who blocked, and sends all the same. */
  blocked_is_fine: number;
  /** Which process fills or reports it, and until when (UTC ms). */
  holder: string | null;
  lease_until: number | null;
  /** JSON: the channel and the platform's name of the message that shows the progress, sealed about the id. */
  progress: string | null;
  /** JSON: the books when it was done, kept when the rows are gone. */
  books: string | null;
  /** UTC ms. */
  made_at: number;
  changed_at: number;
  begun_at: number | null;
  done_at: number | null;
};

/** Who wants to be reminded of the date of an announcement. */
export type AnnouncementFollowersTable = { announcement: string; person: string };

/** A photo or a document of an announcement, base64. */
export type AttachmentsTable = {
  id: string;
  kind: 'picture' | 'file';
  name: string;
  mime: string;
  content: string;
  /** UTC ms. */
  made_at: number;
};
