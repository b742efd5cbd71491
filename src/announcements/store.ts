import type { Kysely, Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import type { AnnouncementsTable } from '../storage/tables/announcements.ts';
import type { Tables } from '../storage/tables/index.ts';
import { languages } from '../texts.ts';
import type { Announcement, Audience, Content } from './announcements.ts';
import { isTopic } from './topics.ts';

/** The questions and statements of this room. One that takes a `Transaction` must be in one. */

type Db = Kysely<Tables>;
type Trx = Transaction<Tables>;
export type AnnouncementRow = Selectable<AnnouncementsTable>;

const date = z.object({
  what: z.enum(['event', 'deadline']),
  wall: z.string(),
  zone: z.string(),
  sum: z.string().nullable(),
  who: z.string().nullable(),
  book: z.boolean(),
});
const content = z.object({
  words: z.partialRecord(z.enum(languages), z.string()),
  link: z.string().nullable(),
  attachment: z
    .object({ id: z.string(), kind: z.enum(['picture', 'file']), name: z.string(), mime: z.string() })
    .nullable(),
  date: date.nullable(),
});
const audience = z.object({
  library: z.string().nullable(),
  oblast: z.string().nullable(),
  country: z.string().nullable(),
  channel: z.string().nullable(),
});

/** As the rest of the program sees it. `corrects`: the number of the one that it mends. */
export function announcementOf(row: AnnouncementRow, corrects: number | null): Announcement {
  const { id, no, state, staff, library, version, size } = row;
  return {
    ...{ id, no, state, staff, library, version, size, corrects },
    topic: isTopic(row.topic) ? row.topic : 'courses',
    content: content.parse(JSON.parse(row.content)) as Content,
    audience: audience.parse(JSON.parse(row.audience)) as Audience,
    dueAt: row.due_at,
    dateAt: row.date_at,
    pausedWhy: row.paused_why,
  };
}

/** The id of the file that comes with it. */
export function attachmentIn(text: string): string | null {
  return content.parse(JSON.parse(text)).attachment?.id ?? null;
}

/** UTC ms of the date. */
export function instantOf({ date }: Content): number | null {
  if (!date) return null;
  return Temporal.PlainDateTime.from(date.wall).toZonedDateTime(date.zone).epochMilliseconds;
}

export async function rowByNo(db: Db, no: number): Promise<AnnouncementRow | undefined> {
  if (!Number.isSafeInteger(no)) return undefined;
  return db.selectFrom('announcements').selectAll().where('no', '=', no).executeTakeFirst();
}

export async function rowById(db: Db, id: string): Promise<AnnouncementRow | undefined> {
  return db.selectFrom('announcements').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function numberOf(db: Db, id: string | null): Promise<number | null> {
  if (id === null) return null;
  const row = await db.selectFrom('announcements').select('no').where('id', '=', id).executeTakeFirst();
  return row?.no ?? null;
}

export async function nextNo(trx: Trx): Promise<number> {
  const row = await trx
    .selectFrom('announcements')
    .select((eb) => eb.fn.max('no').as('last'))
    .executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}

/**
 * Changes a row if it still stands as it was read.
 * @returns false when somebody else was quicker
 */
export async function changeRow(
  trx: Trx,
  row: Pick<AnnouncementRow, 'id' | 'state' | 'version'>,
  change: Partial<AnnouncementRow>,
): Promise<boolean> {
  const changed = await trx
    .updateTable('announcements')
    .set(change)
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .where('version', '=', row.version)
    .executeTakeFirstOrThrow();
  return changed.numUpdatedRows > 0n;
}

/** How many of a role, or of a library, were set going for a time after `since`; corrections are never too many. */
export async function setGoingSince(
  db: Db,
  since: number,
  of: { staff: string } | { library: string | null },
): Promise<number> {
  const row = await db
    .selectFrom('announcements')
    .select((eb) => eb.fn.countAll<number | string>().as('n'))
    .where('state', 'in', ['approving', 'scheduled', 'sending', 'paused', 'done', 'recalled'])
    .where('corrects', 'is', null)
    .where('due_at', '>', since)
    .$if('staff' in of, (query) => query.where('staff', '=', 'staff' in of ? of.staff : ''))
    .$if('library' in of, (query) => {
      const library = 'library' in of ? of.library : null;
      return library === null ? query.where('library', 'is', null) : query.where('library', '=', library);
    })
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** Somebody whom an announcement would reach. `accounts`: where, newest first. */
export type Reader = {
  person: string;
  language: string | null;
  country: string | null;
  accounts: readonly { channel: string; seenAt: number }[];
};

/** `topic`: its hash. `libraries`: followers of any of them; null: whatever they follow. */
export type Readers = {
  topic: string;
  libraries: readonly string[] | null;
  country: string | null;
  channel: string | null;
};

/**
 * The next page of those who asked for it and can be reached, in the order of their ids. A page touches the rows of its
 * own people only: however many there are, one page takes the same few milliseconds. `among`: none but these.
 */
export async function readersAfter(
  db: Db,
  { topic, libraries, country, channel }: Readers,
  after: string,
  limit: number,
  among: readonly string[] | null = null,
) {
  const people = await db
    .selectFrom('subscriber_topics')
    .innerJoin('subscribers', 'subscribers.person', 'subscriber_topics.person')
    .innerJoin('people', 'people.id', 'subscriber_topics.person')
    .select(['subscriber_topics.person', 'people.language', 'people.country'])
    .where('subscriber_topics.topic', '=', topic)
    .where('subscriber_topics.person', '>', after)
    .where('subscribers.stopped_at', 'is', null)
    .$if(among !== null, (query) => query.where('subscriber_topics.person', 'in', among ?? []))
    .$if(country !== null, (query) => query.where('people.country', '=', country))
    .$if(libraries !== null, (query) =>
      query.where((where) =>
        where.exists(
          where
            .selectFrom('subscriber_libraries')
            .select('subscriber_libraries.person')
            .whereRef('subscriber_libraries.person', '=', 'subscriber_topics.person')
            .where('subscriber_libraries.library', 'in', libraries ?? []),
        ),
      ),
    )
    .orderBy('subscriber_topics.person')
    .limit(limit)
    .execute();
  const last = people.at(-1)?.person ?? null;
  if (last === null) return { readers: [], last };
  return { readers: await withAccounts(db, people, channel), last: people.length < limit ? null : last };
}

/** Those to whom another chat has come since then, with what was asked for in it: the page they stand on may be over. */
export async function readersJoinedSince(db: Db, readers: Readers, since: number): Promise<readonly Reader[]> {
  const joined = await db
    .selectFrom('joinings')
    .innerJoin('joined_accounts', 'joined_accounts.joining', 'joinings.id')
    .innerJoin('identities', (join) =>
      join
        .onRef('identities.channel', '=', 'joined_accounts.channel')
        .onRef('identities.mark', '=', 'joined_accounts.mark'),
    )
    .select('identities.person')
    .distinct()
    .where('joinings.at', '>=', since)
    .execute();
  if (joined.length === 0) return [];
  const people = joined.map(({ person }) => person);
  return (await readersAfter(db, readers, '', people.length, people)).readers;
}

/** Those of them who are known and can be reached. */
export async function readersNamed(db: Db, ids: readonly string[]): Promise<readonly Reader[]> {
  if (ids.length === 0) return [];
  const people = await db
    .selectFrom('people')
    .select(['id as person', 'language', 'country'])
    .where('id', 'in', ids)
    .execute();
  return withAccounts(db, people, null);
}

async function withAccounts(
  db: Db,
  people: readonly Pick<Reader, 'person' | 'language' | 'country'>[],
  channel: string | null,
): Promise<readonly Reader[]> {
  if (people.length === 0) return [];
  const accounts = await db
    .selectFrom('identities')
    .select(['person', 'channel', 'seen_at'])
    .where(
      'person',
      'in',
      people.map(({ person }) => person),
    )
    .where('stopped_at', 'is', null)
    .$if(channel !== null, (query) => query.where('channel', '=', channel ?? ''))
    .orderBy('seen_at', 'desc')
    .execute();
  const of = Map.groupBy(accounts, ({ person }) => person);
  return people.flatMap(({ person, language, country }) => {
    const theirs = of.get(person);
    if (!theirs) return [];
    return [
      { person, language, country, accounts: theirs.map((one) => ({ channel: one.channel, seenAt: one.seen_at })) },
    ];
  });
}

/** @returns those of them who are still there */
export async function knownAmong(trx: Trx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await trx.selectFrom('people').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}
