import { newId } from '../ids.ts';
import { once } from '../storage/effects.ts';
import type { Announcement, Announcements, Change, Confirmation, Confirmed, Content } from './announcements.ts';
import { groupOf } from './announcements.ts';
import { countReach, countReceivers } from './audience.ts';
import { act, campaignNotice, dayMs, type Held, held, minuteMs, type Newsroom, shown } from './newsroom.ts';
import { type AnnouncementRow, announcementOf, instantOf, nextNo, rowById, rowByNo, setGoingSince } from './store.ts';

/** From the first word to the second tap, and what can be done after it. */
export type Drafts = Omit<
  Announcements,
  'progress' | 'numberOf' | 'published' | 'publishedNo' | 'upcoming' | 'follow' | 'unfollow' | 'list'
>;

/** Time to take it back. */
export const undoMs = minuteMs;
/** Set going by one role, and for one library, within a day. */
export const perRoleADay = 6;
export const perLibraryADay = 10;
/** Beyond that it is another number of people than the one that was confirmed. */
const mayDiffer = (people: number) => Math.max(5, Math.ceil(people / 20));

/** Takes back what was about to be one too many. */
class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly limit: number;
  constructor(limit: number) {
    super('so many a day are allowed');
    this.limit = limit;
  }
}

const emptyContent: Content = { words: {}, link: null, attachment: null, date: null };

export function createDrafts(room: Newsroom): Drafts {
  const { database, clock, staff, outbox } = room;
  const { db } = database;
  const mine = (person: string, no: number) => () => held(room, person, no);

  /** What may be approved is seen by whoever may approve it. */
  async function seen(person: string, no: number): Promise<AnnouncementRow | null> {
    const own = await held(room, person, no);
    if (own) return own.row;
    const row = await rowByNo(db, no);
    return row && (await staff.allowed(person, 'approve', row.library)) ? row : null;
  }

  async function add(
    eventId: string,
    person: string,
    values: Pick<AnnouncementRow, 'library' | 'topic' | 'content' | 'audience' | 'corrects' | 'date_at'>,
  ): Promise<Announcement | null> {
    const by = await staff.allowed(person, 'announce', values.library);
    if (!by) return null;
    const now = clock.now();
    const mark = room.seal.mark(`draft\n${person}\n${eventId}`);
    const id = await database.transaction(async (trx) => {
      const made = await trx.selectFrom('announcements').select('id').where('id', '=', mark).executeTakeFirst();
      if (made || !(await once(trx, `draft:${mark}`, now))) return mark;
      await trx
        .insertInto('announcements')
        .values({
          ...{ id: mark, no: await nextNo(trx), state: 'draft', staff: by.id, version: 1, blocked_is_fine: 0 },
          ...values,
          ...{ due_at: null, size: null, filled_to: null, approved_by: null, paused_why: null, holder: null },
          ...{ lease_until: null, progress: null, books: null, made_at: now, changed_at: now, begun_at: null },
          done_at: null,
        })
        .execute();
      return mark;
    });
    const row = await rowById(db, id);
    return row ? shown(room, row) : null;
  }

  /** For so many that one person alone must not send it. */
  const isLarge = ({ size }: AnnouncementRow) => (size ?? 0) > room.approvalAbove;

  /** Words, date and the like: of what has not begun, or is going on. */
  function changed(row: AnnouncementRow, change: Change): Partial<AnnouncementRow> | null {
    const going = isGoing(row);
    if (!going && !['draft', 'approving', 'scheduled', 'paused'].includes(row.state)) return null;
    if (going && (change.topic !== undefined || change.audience !== undefined)) return null;
    // A second person has read other words; a correction is read by one again.
    if (going && isLarge(row)) return null;
    const { content, audience, topic } = announcementOf(row, null);
    const after = changedContent(content, change);
    if (going && Object.keys(after.words).length === 0) return null;
    // A library's announcement goes to those who follow that library, whatever is asked.
    const to = { ...audience, ...change.audience, ...(row.library === null ? {} : { library: row.library }) };
    return {
      content: JSON.stringify(after),
      audience: JSON.stringify(to),
      topic: change.topic ?? topic,
      version: row.version + 1,
      date_at: row.corrects === null ? instantOf(after) : null,
      ...(going ? {} : { state: 'draft', due_at: null, approved_by: null }),
    };
  }

  async function confirm({ person, no, version, people, at }: Confirmation): Promise<Confirmed> {
    const found = await held(room, person, no);
    if (found?.row.version !== version) return { outcome: 'not-now' };
    const now = clock.now();
    const announcement = await shown(room, found.row);
    // Asked twice, it has been done once.
    if (announcement.state === 'scheduled')
      return { outcome: 'scheduled', announcement, dueAt: found.row.due_at ?? now };
    if (announcement.state !== 'draft') return { outcome: 'not-now' };
    if (Object.keys(announcement.content.words).length === 0) return { outcome: 'unfinished' };
    const date = instantOf(announcement.content);
    const begins = Math.max(now + undoMs, at ?? 0);
    if (date !== null && date <= begins) return { outcome: 'too-late' };
    const limit = await reachedLimit(db, found, now);
    if (limit !== null) return { outcome: 'limit', limit };
    const counted = await reachOf(found.row);
    if (!counted || counted.people === 0) return { outcome: 'nobody' };
    if (Math.abs(counted.people - people) > mayDiffer(people)) return { outcome: 'changed', people: counted.people };

    const needsWord = counted.people > room.approvalAbove;
    const approvers = needsWord
      ? (await staff.approvers(found.row.library)).filter((one) => one.person !== person)
      : [];
    const change: Partial<AnnouncementRow> = needsWord
      ? { state: 'approving', due_at: at ?? now, size: counted.people }
      : { state: 'scheduled', due_at: begins, size: counted.people };
    const done = await act(
      room,
      mine(person, no),
      // Whoever sets it going answers for it, whoever wrote it: their own yes is not a second person's.
      async ({ row, staff: by }) =>
        row.state === 'draft' && row.version === version ? { ...change, staff: by } : null,
      async (trx, row, by) => {
        // Others may have set theirs going since it was counted.
        const reached = await reachedLimit(trx, { row, staff: by }, now, 1);
        if (reached !== null) throw new LimitReached(reached);
        await staff.note(trx, { staff: by, what: 'announce', about: String(row.no), library: row.library });
        const asked = approvers.map((one) => campaignNotice(row, one, 'approve', { now, once: String(row.version) }));
        if (asked.length > 0) await outbox.put(trx, asked);
      },
    ).catch((error: unknown) => {
      if (error instanceof LimitReached) return error;
      throw error;
    });
    if (done instanceof LimitReached) return { outcome: 'limit', limit: done.limit };
    if (!done) return { outcome: 'not-now' };
    return needsWord
      ? { outcome: 'approving', announcement: done, people: counted.people, approvers: approvers.length }
      : { outcome: 'scheduled', announcement: done, dueAt: begins };
  }

  /** @param own it counts itself already */
  async function reachedLimit(on: typeof db, { row, staff: by }: Held, now: number, own = 0): Promise<number | null> {
    const { library, corrects } = row;
    if (corrects !== null) return null;
    if ((await setGoingSince(on, now - dayMs, { staff: by })) - own >= perRoleADay) return perRoleADay;
    if ((await setGoingSince(on, now - dayMs, { library })) - own >= perLibraryADay) return perLibraryADay;
    return null;
  }

  /** Of a correction: those who got the first; and where that goes to many still, those who are to get it in these words. */
  async function reachOf(row: AnnouncementRow) {
    const announcement = announcementOf(row, null);
    if (row.corrects === null) return countReach(room, announcement, clock.now());
    const got = await countReceivers(room, groupOf(row.corrects), clock.now());
    const first = await rowById(db, row.corrects);
    const goes = first && isGoing(first) && isLarge(first);
    return goes ? { ...got, people: Math.max(got.people, first.size ?? 0) } : got;
  }

  /** Asked for by whoever may approve, and is not the author. */
  async function toApprove(person: string, no: number): Promise<Held | null> {
    const row = await rowByNo(db, no);
    if (row?.state !== 'approving') return null;
    const by = await staff.allowed(person, 'approve', row.library);
    return by && (await staff.holder(row.staff)) !== person ? { row, staff: by.id } : null;
  }

  async function tellAuthor(
    trx: Parameters<typeof outbox.put>[0],
    row: AnnouncementRow,
    author: string | null,
    about: 'approved' | 'refused',
  ) {
    if (author === null) return;
    const to = { id: row.staff, person: author };
    await outbox.put(trx, [campaignNotice(row, to, about, { now: clock.now(), once: String(row.version) })]);
  }

  return {
    scopes: staff.scopes,
    draft: ({ eventId, person, library, topic, language, words }) =>
      add(eventId, person, {
        library,
        topic,
        content: JSON.stringify({ ...emptyContent, words: { [language]: words } }),
        audience: JSON.stringify({ library, oblast: null, country: null, channel: null }),
        corrects: null,
        date_at: null,
      }),
    async find(person, no) {
      const row = await seen(person, no);
      return row && shown(room, row);
    },
    change: (person, no, change) => act(room, mine(person, no), async ({ row }) => changed(row, change)),
    async attach(person, no, { content, ...file }) {
      const now = clock.now();
      const id = newId(now);
      const reference = { id, ...file };
      return act(
        room,
        mine(person, no),
        async ({ row }) => {
          const change = changed(row, {});
          const now = announcementOf(row, null).content;
          return change && { ...change, content: JSON.stringify({ ...now, attachment: reference }) };
        },
        async (trx) => {
          await trx
            .insertInto('attachments')
            .values({ id, ...file, content, made_at: now })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        },
      );
    },
    async reach(person, no) {
      const row = await seen(person, no);
      return row ? reachOf(row) : null;
    },
    confirm,
    undo: (person, no) =>
      act(room, mine(person, no), async ({ row }) => {
        if (row.state === 'scheduled' || row.state === 'approving') {
          return { state: 'draft', due_at: null, version: row.version + 1, approved_by: null };
        }
        return null;
      }),
    pause: (person, no) =>
      act(
        room,
        mine(person, no),
        async ({ row }) => (row.state === 'sending' ? { state: 'paused', paused_why: 'staff' } : null),
        (trx, row, by) => staff.note(trx, { staff: by, what: 'pause', about: String(row.no), library: row.library }),
      ),
    resume: (person, no) =>
      act(
        room,
        mine(person, no),
        async ({ row, staff: by }) => {
          if (row.state !== 'paused') return null;
          return {
            ...resumed(row),
            paused_why: null,
            blocked_is_fine: row.paused_why === 'blocked' ? 1 : row.blocked_is_fine,
            // Whoever lets it go on answers for it.
            ...(row.paused_why === 'cut-off' ? { staff: by, progress: null } : {}),
          };
        },
        (trx, row, by) => staff.note(trx, { staff: by, what: 'resume', about: String(row.no), library: row.library }),
      ),
    recall: (person, no) =>
      act(
        room,
        mine(person, no),
        async ({ row }) =>
          ['approving', 'scheduled', 'sending', 'paused'].includes(row.state)
            ? { state: 'recalled', done_at: clock.now() }
            : null,
        async (trx, row, by) => {
          await outbox.withdraw(trx, groupOf(row.id));
          await staff.note(trx, { staff: by, what: 'recall', about: String(row.no), library: row.library });
        },
      ),
    async drop(person, no) {
      const dropped = await act(room, mine(person, no), async ({ row }) =>
        row.state === 'draft' ? { state: 'dropped', done_at: clock.now() } : null,
      );
      return dropped !== null;
    },
    async approve(person, no, version) {
      const author = await authorOf(no);
      return act(
        room,
        () => toApprove(person, no),
        async ({ row, staff: by }) => {
          const begins = Math.max(clock.now() + undoMs, row.due_at ?? 0);
          const date = instantOf(announcementOf(row, null).content);
          if (row.version !== version || (date !== null && date <= begins)) return null;
          return { state: 'scheduled', approved_by: by, due_at: begins };
        },
        async (trx, row, by) => {
          await staff.note(trx, { staff: by, what: 'approve', about: String(row.no), library: row.library });
          await tellAuthor(trx, row, author, 'approved');
        },
      );
    },
    async refuse(person, no) {
      const author = await authorOf(no);
      return act(
        room,
        () => toApprove(person, no),
        async ({ row }) => ({ state: 'draft', due_at: null, version: row.version + 1 }),
        async (trx, row, by) => {
          await staff.note(trx, { staff: by, what: 'refuse', about: String(row.no), library: row.library });
          await tellAuthor(trx, row, author, 'refused');
        },
      );
    },
    async correct({ eventId, person, no }) {
      const found = await held(room, person, no);
      if (!found || !['sending', 'paused', 'done', 'recalled'].includes(found.row.state)) return null;
      const { id, library, topic, content, audience } = found.row;
      // A correction of a correction mends the same first message.
      const corrects = found.row.corrects ?? id;
      return add(eventId, person, { library, topic, content, audience, corrects, date_at: null });
    },
  };

  /** What nobody has got yet, and no second person has allowed, begins anew. */
  function resumed(row: AnnouncementRow): Partial<AnnouncementRow> {
    if (row.begun_at !== null) return { state: 'sending' };
    if (isLarge(row) && row.approved_by === null) return { state: 'draft', due_at: null, version: row.version + 1 };
    return { state: 'scheduled', due_at: Math.max(clock.now() + undoMs, row.due_at ?? 0) };
  }

  async function authorOf(no: number): Promise<string | null> {
    const row = await rowByNo(db, no);
    return row ? staff.holder(row.staff) : null;
  }
}

function isGoing({ state, begun_at }: AnnouncementRow): boolean {
  return (state === 'sending' || state === 'paused') && begun_at !== null;
}

function changedContent(content: Content, { words, link, date, attachment }: Change): Content {
  const all = { ...content.words };
  if (words) {
    if (words.text === null) delete all[words.language];
    else all[words.language] = words.text;
  }
  return {
    words: all,
    link: link === undefined ? content.link : link,
    date: date === undefined ? content.date : date,
    attachment: attachment === undefined ? content.attachment : attachment,
  };
}
