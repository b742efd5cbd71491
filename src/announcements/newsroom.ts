import type { Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Message, Outbox } from '../delivery/outbox.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { Announcement, CampaignNotice, PausedWhy } from './announcements.ts';
import type { AudienceFacts } from './audience.ts';
import { type AnnouncementRow, announcementOf, changeRow, numberOf, rowByNo } from './store.ts';

/** What every act of this room works with. */
export type Newsroom = AudienceFacts & {
  clock: Clock;
  outbox: Outbox;
  staff: StaffDesk;
  /** More people than this need a second person's word. */
  approvalAbove: number;
  /** The zone that a person's clock shows. */
  zoneOf(person: string): Promise<string>;
};

/** What is asked of those who know who works here. A role counts at the moment of asking. */
export type StaffDesk = {
  /** The role by which a person may do that there; null: they may not. */
  allowed(person: string, action: 'announce' | 'approve', library: string | null): Promise<{ id: string } | null>;
  /** What a person may write for; null stands for the whole network. */
  scopes(person: string): Promise<readonly (string | null)[]>;
  /** Everybody who may say yes to that, by their role. */
  approvers(library: string | null): Promise<readonly { id: string; person: string }[]>;
  /** Who has that role; null: it has ended. */
  holder(id: string): Promise<string | null>;
  /** A line in the record. `about`: the announcement's number. */
  note(
    trx: Transaction<Tables>,
    deed: {
      staff: string;
      what: 'announce' | 'approve' | 'refuse' | 'pause' | 'resume' | 'recall';
      about: string;
      library: string | null;
    },
  ): Promise<void>;
};

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

/** A row with the role by which this person may work on it. */
export type Held = { row: AnnouncementRow; staff: string };

export async function held(room: Newsroom, person: string, no: number): Promise<Held | null> {
  const row = await rowByNo(room.database.db, no);
  const staff = row && (await room.staff.allowed(person, 'announce', row.library));
  return row && staff ? { row, staff: staff.id } : null;
}

export async function shown(room: Newsroom, row: AnnouncementRow): Promise<Announcement> {
  return announcementOf(row, await numberOf(room.database.db, row.corrects));
}

/** Somebody else's change in between is met by looking again. */
const rounds = 10;

/**
 * Reads, decides, and writes if it still stands as it was read.
 * @param decide null: not now. `also` runs in the same transaction
 */
export async function act(
  room: Newsroom,
  find: () => Promise<Held | null>,
  decide: (found: Held) => Promise<Partial<AnnouncementRow> | null>,
  also: (trx: Transaction<Tables>, row: AnnouncementRow, staff: string) => Promise<void> = async () => undefined,
): Promise<Announcement | null> {
  for (let round = 0; round < rounds; round++) {
    const found = await find();
    if (!found) return null;
    const change = await decide(found);
    if (!change) return null;
    const row = { ...found.row, ...change, changed_at: room.clock.now() };
    const written = await room.database.transaction(async (trx) => {
      const done = await changeRow(trx, found.row, { ...change, changed_at: row.changed_at });
      if (done) await also(trx, row, found.staff);
      return done;
    });
    if (written) return shown(room, row);
  }
  throw new Error('an announcement could not be changed: it kept changing');
}

/** How long staff are told of something after it happened. */
const toldFor = 3 * dayMs;

/** `once`: what makes it another message than the one before. */
export function campaignNotice(
  row: Pick<AnnouncementRow, 'id'>,
  to: { id: string; person: string },
  about: CampaignNotice['about'],
  { now, once }: { now: number; once: string },
): Message {
  return {
    person: to.person,
    kind: 'notice',
    payload: { what: 'campaign', about, announcement: row.id, language: null } satisfies CampaignNotice,
    dueAt: now,
    notAfter: now + toldFor,
    group: `campaign:${row.id}`,
    dedupe: `campaign:${row.id}:${about}:${once}:${to.id}`,
  };
}

/** Whom to tell that it stopped: the author, and those who can let it go on if the author is gone. */
export async function responsible(room: Newsroom, row: AnnouncementRow, why: PausedWhy) {
  const author = await room.staff.holder(row.staff);
  const others = why === 'staff' ? [] : await room.staff.approvers(row.library);
  const people = new Map(others.map((one) => [one.person, one]));
  if (author !== null && why !== 'cut-off') people.set(author, { id: row.staff, person: author });
  return [...people.values()];
}
