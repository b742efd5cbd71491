import type { Transaction } from 'kysely';
import type { Message } from '../delivery/outbox.ts';
import { newId } from '../ids.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { AnnouncedDate, Announcements, DateNotice } from './announcements.ts';
import { remindersGroup } from './followers.ts';
import { dayMs, type Newsroom, shown } from './newsroom.ts';
import { type AnnouncementRow, announcementOf, instantOf, numberOf, rowById, rowByNo } from './store.ts';

/** The calendar of what was announced, and who wants to be reminded of it. */
export type Dates = Pick<
  Announcements,
  'numberOf' | 'published' | 'publishedNo' | 'upcoming' | 'follow' | 'unfollow'
> & {
  /** To be called when the date of an announcement may be another: those who follow it are reminded of that one. */
  moved(row: AnnouncementRow): Promise<void>;
  /**
   * To be called when a correction goes out, and when its words change: what it mends reads like it from now on, also for
   * who has not got it yet and in the calendar; so do other corrections of it, for nobody knows which arrives last.
   * Harmless when it is repeated, and also when it ended half-way.
   */
  mend(correction: AnnouncementRow): Promise<void>;
};

/** Once it has begun: what was stopped before was told nobody. */
const readable = ['sending', 'paused', 'done'] as const;
/** Of the reader's clock. */
const morning = 10;
const hourMs = 3_600_000;

export function createDates(room: Newsroom): Dates {
  const { database, clock, outbox, seal } = room;
  const { db } = database;

  const groupFor = (id: string, person: string) => remindersGroup(seal, id, person);

  function messages(row: AnnouncementRow, person: string, zone: string): Message[] {
    const { content } = announcementOf(row, null);
    const at = row.date_at;
    if (!content.date || at === null) return [];
    const now = clock.now();
    return remindersOf(content.date.what, at, zone)
      .filter(({ dueAt }) => dueAt > now)
      .map(({ which, dueAt }) => ({
        person,
        kind: 'reminder' as const,
        payload: { what: 'date', announcement: row.id, at, language: null } satisfies DateNotice,
        dueAt,
        notAfter: at,
        group: groupFor(row.id, person),
        // Whoever changes their mind twice is reminded all the same.
        dedupe: `date:${row.id}:${which}:${newId(now)}`,
      }));
  }

  async function put(trx: Transaction<Tables>, row: AnnouncementRow, person: string, zone: string): Promise<void> {
    const wanted = messages(row, person, zone);
    if (wanted.length > 0) await outbox.put(trx, wanted);
  }

  const isPublished = (row: AnnouncementRow | undefined): row is AnnouncementRow =>
    row !== undefined && (readable as readonly string[]).includes(row.state) && row.begun_at !== null;

  /** A date is followed once, by the first announcement of it, also from the message that mends it. */
  async function firstByNo(no: number): Promise<AnnouncementRow | undefined> {
    const row = await rowByNo(db, no);
    return row && row.corrects !== null ? rowById(db, row.corrects) : row;
  }

  async function moved(row: AnnouncementRow): Promise<void> {
    for (let after: string | null = ''; after !== null; ) {
      const people: { person: string }[] = await db
        .selectFrom('announcement_followers')
        .select('person')
        .where('announcement', '=', row.id)
        .where('person', '>', after)
        .orderBy('person')
        .limit(200)
        .execute();
      for (const { person } of people) {
        const zone = await room.zoneOf(person);
        await database.transaction(async (trx) => {
          await outbox.withdraw(trx, groupFor(row.id, person));
          await put(trx, row, person, zone);
        });
      }
      after = people.at(-1)?.person ?? null;
    }
  }

  return {
    numberOf: (id) => numberOf(db, id),
    async published(id) {
      const row = await rowById(db, id);
      return isPublished(row) ? shown(room, row) : null;
    },
    async publishedNo(no) {
      const row = await rowByNo(db, no);
      return isPublished(row) ? shown(room, row) : null;
    },
    async upcoming({ person, limit }) {
      const rows = await db
        .selectFrom('announcements')
        .leftJoin('announcement_followers as follower', (join) =>
          join.onRef('follower.announcement', '=', 'announcements.id').on('follower.person', '=', person),
        )
        .selectAll('announcements')
        .select('follower.person as follower')
        .where('date_at', '>', clock.now())
        .where('state', 'in', readable)
        .where('begun_at', 'is not', null)
        .orderBy('date_at')
        .orderBy('no')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...announcementOf(row, null), followed: row.follower !== null }));
    },
    async follow({ person, no, zone }) {
      const row = await firstByNo(no);
      if (!isPublished(row) || row.date_at === null || row.date_at <= clock.now()) return null;
      await database.transaction(async (trx) => {
        const added = await trx
          .insertInto('announcement_followers')
          .values({ announcement: row.id, person })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (added.numInsertedOrUpdatedRows !== 0n) await put(trx, row, person, zone);
      });
      return shown(room, row);
    },
    async unfollow(person, no) {
      const row = await firstByNo(no);
      if (!row) return;
      await database.transaction(async (trx) => {
        await trx
          .deleteFrom('announcement_followers')
          .where('announcement', '=', row.id)
          .where('person', '=', person)
          .execute();
        await outbox.withdraw(trx, groupFor(row.id, person));
      });
    },
    moved,
    async mend(correction) {
      const first = correction.corrects === null ? undefined : await rowById(db, correction.corrects);
      if (!first) return;
      const { content } = correction;
      const date_at = instantOf(announcementOf(correction, null).content);
      // Before the date itself is written: what dies between the two is done again.
      if (date_at !== first.date_at) await moved({ ...first, content, date_at });
      await db
        .updateTable('announcements')
        .set((eb) => ({ content, version: eb('version', '+', 1), date_at }))
        .where('id', '=', first.id)
        .where('content', '!=', content)
        .execute();
      await db
        .updateTable('announcements')
        .set((eb) => ({ content, version: eb('version', '+', 1) }))
        .where('corrects', '=', first.id)
        .where('state', 'in', ['sending', 'paused'])
        .where('begun_at', 'is not', null)
        .where('content', '!=', content)
        .execute();
    },
  };
}

/** A deadline: a week and a day before, in the morning of the reader. An event: a day and an hour before it begins. */
export function remindersOf(
  what: AnnouncedDate['what'],
  at: number,
  zone: string,
): readonly { which: 'week' | 'day' | 'hour'; dueAt: number }[] {
  if (what === 'event') {
    return [
      { which: 'day', dueAt: at - dayMs },
      { which: 'hour', dueAt: at - hourMs },
    ];
  }
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  const before = (days: number) =>
    day.subtract({ days }).toZonedDateTime({ timeZone: zone, plainTime: { hour: morning } }).epochMilliseconds;
  return [
    { which: 'week', dueAt: before(7) },
    { which: 'day', dueAt: before(1) },
  ];
}
