import { randomUUID } from 'node:crypto';
import type { ExpressionBuilder } from 'kysely';
import type { Books, Message } from '../delivery/outbox.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { AnnouncementNotice, Announcements, PausedWhy, Progress } from './announcements.ts';
import { groupOf } from './announcements.ts';
import { pagesOf, readersOf } from './audience.ts';
import type { Dates } from './dates.ts';
import { campaignNotice, dayMs, held, type Newsroom, responsible, shown } from './newsroom.ts';
import {
  type AnnouncementRow,
  announcementOf,
  attachmentIn,
  changeRow,
  knownAmong,
  readersJoinedSince,
  rowById,
  rowByNo,
} from './store.ts';

/**
 * What goes on by itself: an announcement whose time has come begins, everybody gets a row in the outbox (page by page,
 * and after a crash from the page where it stopped), and when no row is left its books are closed. Several processes
 * may do this; whoever holds the announcement's lease does.
 */
export type Schedule = Pick<Announcements, 'progress'> & {
  /** To be called every second or so. Never overlaps itself. */
  tend(): Promise<void>;
  /** What is being sent: the rows of no other group may leave. What is just being mended waits. */
  jobs(): Promise<readonly { group: string; blockedIsFine: boolean }[]>;
  /** The delivery has stopped a group. */
  trouble(group: string, why: PausedWhy): Promise<void>;
  /** Drops what nobody needs any more. */
  sweep(): Promise<void>;
};

/** Shows how far it is in one message that changes. `message`: where it stands sealed; null: not shown yet, or can't be. */
export type ShowProgress = (person: string, progress: Progress, message: string | null) => Promise<string | null>;

/** Somebody whose phone was off for longer reads old news. */
const newsMs = 3 * dayMs;
const leaseMs = 30_000;
const showEveryMs = 5_000;
const rowsAtOnce = 200;
const keptMs = 30 * dayMs;
/** All have their row. */
const full = '~';

export function createSchedule(room: Newsroom, dates: Dates, show: ShowProgress): Schedule {
  const { database, clock, staff, outbox, seal } = room;
  const { db } = database;
  const holder = randomUUID();
  const shownAt = new Map<string, number>();
  let tending: Promise<void> | null = null;

  async function tendAll(): Promise<void> {
    const now = clock.now();
    const rows = await db
      .selectFrom('announcements')
      .selectAll()
      .where((where) =>
        where.or([
          where('state', 'in', ['approving', 'scheduled', 'sending']),
          where.and([where('state', '=', 'recalled'), where('books', 'is', null)]),
        ]),
      )
      .where(freeFor(holder, now))
      .orderBy('no')
      .execute();
    const faults: unknown[] = [];
    // What is wrong with one must not hold up the others.
    for (const row of rows) await tendOne(row, now).catch((error: unknown) => void faults.push(error));
    if (faults.length > 0) throw faults[0];
  }

  async function tendOne(row: AnnouncementRow, now: number): Promise<void> {
    if (row.state !== 'recalled' && (await staff.holder(row.staff)) === null) return stop(row, 'cut-off');
    if (row.state === 'scheduled' && row.due_at !== null && row.due_at <= now) return begin(row, now);
    if (row.state === 'sending') return goOn(row);
    if (row.state === 'recalled') return close(row, 'recalled');
  }

  async function begin(row: AnnouncementRow, now: number): Promise<void> {
    const begun = await database.transaction((trx) => changeRow(trx, row, { state: 'sending', begun_at: now }));
    if (!begun) return;
    await goOn({ ...row, state: 'sending', begun_at: now });
  }

  async function goOn(row: AnnouncementRow): Promise<void> {
    if (!(await hold(row))) return;
    try {
      const filled = row.filled_to === full || ((await isReady(row)) && (await fill(row)));
      if (!filled) return;
      if (await outbox.isOpen(groupOf(row.id))) await showNow(row);
      else await close({ ...row, filled_to: full }, 'done');
    } finally {
      await letGo(row);
    }
  }

  /**
   * A correction waits until nobody of those who get the first words any more is on their way to somebody (`jobs` lets
   * none follow): whoever has the old words by then is corrected, and whoever gets it later gets the new ones.
   */
  async function isReady(row: AnnouncementRow): Promise<boolean> {
    if (row.corrects === null || row.filled_to !== null) return true;
    await dates.mend(row);
    return !(await outbox.inHand(groupOf(row.corrects)));
  }

  async function hold(row: AnnouncementRow): Promise<boolean> {
    const now = clock.now();
    const taken = await db
      .updateTable('announcements')
      .set({ holder, lease_until: now + leaseMs })
      .where('id', '=', row.id)
      .where('state', '=', 'sending')
      .where(freeFor(holder, now))
      .executeTakeFirstOrThrow();
    return taken.numUpdatedRows > 0n;
  }

  async function letGo(row: AnnouncementRow): Promise<void> {
    await db
      .updateTable('announcements')
      .set({ holder: null, lease_until: null })
      .where('id', '=', row.id)
      .where('holder', '=', holder)
      .execute();
  }

  /** @returns false when it was stopped meanwhile */
  async function fill(row: AnnouncementRow): Promise<boolean> {
    const after = row.filled_to ?? '';
    const pages = row.corrects === null ? peoplePages(row, after) : receiverPages(row, row.corrects, after);
    for await (const { messages, last } of pages) {
      const going = await database.transaction(async (trx) => {
        const now = clock.now();
        const still = await trx
          .updateTable('announcements')
          .set({ filled_to: last ?? full, lease_until: now + leaseMs })
          .where('id', '=', row.id)
          .where('state', '=', 'sending')
          .where('holder', '=', holder)
          .executeTakeFirstOrThrow();
        if (still.numUpdatedRows === 0n) return false;
        // Who was forgotten since the page was read is not written down again.
        const known = await knownAmong(
          trx,
          messages.map(({ person }) => person),
        );
        const wanted = messages.filter(({ person }) => known.has(person));
        if (wanted.length > 0) await outbox.put(trx, wanted);
        return true;
      });
      if (!going) return false;
      await showNow(row);
    }
    return true;
  }

  async function* peoplePages(row: AnnouncementRow, after: string) {
    const { topic, audience } = announcementOf(row, null);
    const wanted = readersOf(room, topic, audience);
    for await (const page of pagesOf(room, wanted, after)) {
      // Who has one already gets no second one.
      const joined = page.last === null ? await readersJoinedSince(db, wanted, row.begun_at ?? clock.now()) : [];
      yield { messages: [...page.readers, ...joined].map(({ person }) => messageTo(row, person)), last: page.last };
    }
  }

  /** Those who got the first, where it arrived. */
  async function* receiverPages(row: AnnouncementRow, corrects: string, after: string) {
    for (let from: string | null = after; from !== null; ) {
      const sent = await outbox.sentTo(groupOf(corrects), from, rowsAtOnce);
      const last: string | null = sent.length < rowsAtOnce ? null : (sent.at(-1)?.id ?? null);
      const messages = sent.map(({ person, channel, receipt }) =>
        messageTo(row, person, channel !== null && receipt !== null ? { channel, receipt } : undefined),
      );
      yield { messages, last };
      from = last;
    }
  }

  function messageTo(row: AnnouncementRow, person: string, edits?: AnnouncementNotice['edits']): Message {
    const now = clock.now();
    const end = (row.begun_at ?? now) + newsMs;
    return {
      person,
      kind: 'announcement',
      payload: {
        ...({ what: 'announcement', announcement: row.id, language: null } satisfies AnnouncementNotice),
        ...(edits ? { edits } : {}),
      },
      dueAt: now,
      notAfter: row.date_at !== null && row.date_at > now ? Math.min(end, row.date_at) : end,
      group: groupOf(row.id),
      dedupe: `${groupOf(row.id)}:${seal.mark(`${row.id}\n${person}`)}`,
    };
  }

  /** The books are kept when the rows go. */
  async function close(row: AnnouncementRow, state: 'done' | 'recalled'): Promise<void> {
    const now = clock.now();
    const books = await outbox.books(groupOf(row.id));
    if (books.waiting + books.sending > 0) return;
    const author = await staff.holder(row.staff);
    await database.transaction(async (trx) => {
      const closed = await trx
        .updateTable('announcements')
        .set({
          ...{ state, books: JSON.stringify({ ...books, tookMs: now - (row.begun_at ?? now) }), done_at: now },
          size: audienceOf(books),
        })
        .where('id', '=', row.id)
        .where('state', '=', row.state)
        .where('books', 'is', null)
        .executeTakeFirstOrThrow();
      if (closed.numUpdatedRows === 0n || author === null || state === 'recalled') return;
      await outbox.put(trx, [campaignNotice(row, { id: row.staff, person: author }, 'done', { now, once: 'done' })]);
    });
    await showNow({ ...row, state }, true);
    // Where it was shown is somebody's chat; it changes no more.
    await db.updateTable('announcements').set({ progress: null }).where('id', '=', row.id).execute();
    shownAt.delete(row.id);
  }

  async function stop(row: AnnouncementRow, why: PausedWhy): Promise<void> {
    const now = clock.now();
    const told = await responsible(room, row, why);
    await database.transaction(async (trx) => {
      // Who works here no longer is shown nothing more, and nothing of theirs is kept.
      const forgotten = why === 'cut-off' ? { progress: null } : {};
      const change = { state: 'paused' as const, paused_why: why, changed_at: now, ...forgotten };
      if (!(await changeRow(trx, row, change))) return;
      const about = why === 'cut-off' ? 'cut-off' : 'paused';
      const notices = told.map((one) => campaignNotice(row, one, about, { now, once: String(now) }));
      if (notices.length > 0) await outbox.put(trx, notices);
    });
  }

  /** Shown every few seconds; that it could not be shown stops nothing. */
  async function showNow(row: AnnouncementRow, last = false): Promise<void> {
    const now = clock.now();
    if (!last && now - (shownAt.get(row.id) ?? 0) < showEveryMs) return;
    shownAt.set(row.id, now);
    const person = await staff.holder(row.staff);
    if (person === null) return;
    const fresh = await rowById(db, row.id);
    if (!fresh) return;
    const before = fresh.progress === null ? null : seal.open(fresh.progress, fresh.id);
    const message = await show(person, await progressOf(fresh), before).catch(() => null);
    if (message === null || message === before) return;
    await db
      .updateTable('announcements')
      .set({ progress: seal.seal(message, fresh.id) })
      .where('id', '=', fresh.id)
      .execute();
  }

  async function progressOf(row: AnnouncementRow): Promise<Progress> {
    const now = clock.now();
    const books = readBooks(row.books) ?? { ...(await outbox.books(groupOf(row.id))), tookMs: null };
    const { sent, uncertain, withdrawn, failed } = books;
    const settled = sent + uncertain + withdrawn + sum(failed);
    const audience = row.filled_to === full ? audienceOf(books) : Math.max(row.size ?? 0, audienceOf(books));
    const remaining = row.state === 'done' || row.state === 'recalled' ? 0 : Math.max(0, audience - settled);
    const runs = row.state === 'sending' && row.begun_at !== null && settled >= 20;
    return {
      announcement: await shown(room, row),
      ...{ audience, remaining, sent, uncertain, withdrawn, failed },
      leftMs: runs ? Math.round(((now - (row.begun_at ?? now)) / settled) * remaining) : null,
      tookMs: books.tookMs,
    };
  }

  return {
    tend() {
      tending ??= tendAll().finally(() => {
        tending = null;
      });
      return tending;
    },
    async jobs() {
      const rows = await db
        .selectFrom('announcements')
        .select(['id', 'blocked_is_fine', 'corrects', 'filled_to'])
        .where('state', '=', 'sending')
        .orderBy('begun_at')
        .execute();
      const beingMended = new Set(rows.flatMap((row) => (row.filled_to === full ? [] : (row.corrects ?? []))));
      return rows
        .filter(({ id }) => !beingMended.has(id))
        .map((row) => ({ group: groupOf(row.id), blockedIsFine: row.blocked_is_fine === 1 }));
    },
    async trouble(group, why) {
      const id = group.replace(/^announcement:/, '');
      // Somebody may change its words at the same moment.
      for (let row = await rowById(db, id); row?.state === 'sending'; row = await rowById(db, id)) await stop(row, why);
    },
    async progress(person, no) {
      const own = await held(room, person, no);
      const row = own?.row ?? (await rowByNo(db, no));
      if (!row || (!own && !(await staff.allowed(person, 'approve', row.library)))) return null;
      return progressOf(row);
    },
    async sweep() {
      const now = clock.now();
      await db
        .updateTable('announcements')
        .set({ state: 'dropped', done_at: now })
        .where('state', '=', 'draft')
        .where('changed_at', '<', now - keptMs)
        .execute();
      const over = await db
        .selectFrom('announcements')
        .selectAll()
        .where('state', 'in', ['done', 'recalled', 'dropped'])
        .where('done_at', '<', now - keptMs)
        .where('content', 'like', '%"attachment":{%')
        .execute();
      for (const row of over) {
        const { content } = announcementOf(row, null);
        if (!content.attachment || (row.date_at ?? 0) > now) continue;
        await database.transaction((trx) =>
          changeRow(trx, row, { content: JSON.stringify({ ...content, attachment: null }) }),
        );
      }
      await dropUnused(now - keptMs);
    },
  };

  /** Files that no announcement has any more: theirs is long over, or another took their place. */
  async function dropUnused(before: number): Promise<void> {
    const old = await db.selectFrom('attachments').select('id').where('made_at', '<', before).execute();
    if (old.length === 0) return;
    await database.transaction(async (trx) => {
      const using = await trx
        .selectFrom('announcements')
        .select('content')
        .where('content', 'like', '%"attachment":{%')
        .execute();
      const used = new Set(using.map((row) => attachmentIn(row.content)));
      const ids = old.map(({ id }) => id).filter((id) => !used.has(id));
      if (ids.length > 0) await trx.deleteFrom('attachments').where('id', 'in', ids).execute();
    });
  }
}

/** Nobody works on it, or this one does. */
const freeFor = (holder: string, now: number) => (where: ExpressionBuilder<Tables, 'announcements'>) =>
  where.or([where('holder', 'is', null), where('lease_until', '<=', now), where('holder', '=', holder)]);

type ClosedBooks = Books & { tookMs: number | null };

function readBooks(text: string | null): ClosedBooks | null {
  return text === null ? null : (JSON.parse(text) as ClosedBooks);
}

function audienceOf({ waiting, sending, sent, uncertain, withdrawn, failed }: Books): number {
  return waiting + sending + sent + uncertain + withdrawn + sum(failed);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, n) => all + n, 0);
}
