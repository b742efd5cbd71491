import type { Kysely, Transaction } from 'kysely';
import type { Message, Outbox } from '../delivery/outbox.ts';
import type { Carry } from '../people/joins.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import { record } from './audit.ts';
import { anyCan, can } from './roles.ts';
import { allStaff, rolesOf, type StaffRow, staffByNo } from './store.ts';

/**
 * What people write to a librarian, and what she answers. The librarian knows a number, a language and a country: never
 * who it is. Texts are sealed and go after 30 days. A message is put into the outbox in the transaction that keeps it;
 * the outbox carries its id alone, so that what has been deleted is not said.
 */
export type Questions = {
  /** Is there anybody to whom somebody of that library could write? `library` null: none chosen. */
  open(library: string | null): Promise<boolean>;
  /** The newest talk of a person that is not over; null when there is none. */
  current(person: string): Promise<Conversation | null>;
  /** A talk of this person by its number, also one that is over. */
  own(person: string, no: number): Promise<Conversation | null>;
  /**
   * Adds to the talk of that number, or to the one going on, or begins one. One that was over is open again.
   * Idempotent by its event.
   */
  write(request: {
    eventId: string;
    person: string;
    no: number | null;
    library: string | null;
    language: string;
    country: string | null;
    text: string;
  }): Promise<{ outcome: 'sent'; conversation: Conversation } | { outcome: 'blocked' | 'nobody' }>;
  /** The person has what they need. */
  end(person: string, no: number): Promise<Conversation | null>;

  /** For staff: what waits, the oldest first, then what they have in hand. null: not theirs to see. */
  inbox(person: string): Promise<readonly (Conversation & { mine: boolean; last: string })[] | null>;
  /** For staff: a talk with its messages. null: not theirs to see, or not there. */
  look(person: string, no: number): Promise<Looked | null>;
  /** For staff. `anyway`: also when a colleague has it. */
  take(person: string, no: number, anyway: boolean): Promise<Taken>;
  /** For staff: sends words to the person. Takes the talk, if nobody has it. Idempotent by its event. */
  answer(request: { eventId: string; person: string; no: number; text: string }): Promise<Taken>;
  /** For staff: who else could answer. */
  others(person: string, no: number): Promise<readonly { no: number; role: string; library: string | null }[]>;
  handOver(person: string, no: number, to: number): Promise<Taken>;
  close(person: string, no: number): Promise<Taken>;
  reopen(person: string, no: number): Promise<Taken>;
  /** No more messages from any chat of this person. What is kept is a keyed hash of each chat. */
  block(person: string, no: number): Promise<Taken>;
  unblock(person: string, no: number): Promise<Taken>;

  /** A talk and one of its messages, for the moment of sending; null once it is gone. */
  message(no: number, id: string | null): Promise<{ conversation: Conversation; text: string } | null>;
  /** May this person answer in that talk, now? */
  mayAnswer(person: string, conversation: Conversation): Promise<boolean>;

  /** The words of a person and those to them, as they are kept. */
  export(person: string): Promise<readonly { side: 'person' | 'staff'; text: string; at: number }[]>;
  /** The texts go, and the librarian is told that they went. */
  forget(person: string): Promise<void>;
  sweep(): Promise<void>;
  readonly carry: Carry;
};

export type Conversation = {
  no: number;
  library: string | null;
  state: 'waiting' | 'answering' | 'closed' | 'forgotten';
  language: string;
  country: string | null;
  /** UTC ms. */
  openedAt: number;
  touchedAt: number;
};

export type Looked = {
  conversation: Conversation;
  mine: boolean;
  /** A colleague has it. */
  taken: boolean;
  blocked: boolean;
  messages: readonly { side: 'person' | 'staff'; text: string; at: number }[];
};

/** `taken`: a colleague has it. `unknown`: not there, or not theirs to see. `forgotten`: the person has asked for that. */
export type Taken = { outcome: 'done'; conversation: Conversation } | { outcome: 'taken' | 'unknown' | 'forgotten' };

/** What stands in the outbox. The words are made at the moment of sending. */
export type QuestionNotice = {
  /** `question`: to a librarian. `reply`: to the person. */
  what: 'question' | 'reply';
  about: 'asked' | 'added' | 'handed' | 'ended' | 'forgotten' | 'answered' | 'closed';
  no: number;
  message: string | null;
  /** That of the talk, where the person has not chosen one; null to a librarian. */
  language: string | null;
};

type Db = Kysely<Tables>;
type Trx = Transaction<Tables>;
type Row = NonNullable<Awaited<ReturnType<typeof rowOf>>>;

const dayMs = 86_400_000;
/** How long a text is kept. */
const keptMs = 30 * dayMs;
/** Too late for a librarian to be told; too late for an answer to be of use. */
const tellStaffMs = 3 * dayMs;
const tellPersonMs = 14 * dayMs;
const shownMessages = 12;
const shownConversations = 50;

export function createQuestions(deps: {
  database: Database;
  seal: Seal;
  clock: { now(): number };
  outbox: Pick<Outbox, 'put' | 'withdraw'>;
}): Questions {
  const { database, seal, clock, outbox } = deps;
  const { db } = database;

  const opened = (row: { id: string; sealed: string }) => seal.open(row.sealed, messageKey(row.id)) ?? '';
  const blockMark = ({ channel, mark }: { channel: string; mark: string }) => seal.mark(`block\n${channel}\n${mark}`);

  async function blockMarks(trx: Db, person: string): Promise<string[]> {
    const rows = await trx.selectFrom('identities').select(['channel', 'mark']).where('person', '=', person).execute();
    return rows.map(blockMark);
  }

  async function isBlocked(trx: Db, person: string | null): Promise<boolean> {
    const marks = person === null ? [] : await blockMarks(trx, person);
    if (marks.length === 0) return false;
    const found = await trx.selectFrom('blocks').select('mark').where('mark', 'in', marks).limit(1).executeTakeFirst();
    return found !== undefined;
  }

  function messageTo(person: string, notice: QuestionNotice, dedupe: string): Message {
    const toStaff = notice.what === 'question';
    const now = clock.now();
    return {
      person,
      kind: toStaff ? 'notice' : 'answer',
      payload: notice,
      dueAt: now,
      notAfter: now + (toStaff ? tellStaffMs : tellPersonMs),
      group: groupOf(notice.no),
      dedupe: `question:${notice.no}:${notice.about}:${dedupe}`,
    };
  }

  /** Tells whoever has the talk, else all who could take it. */
  async function tellStaff(trx: Trx, row: Row, notice: Pick<QuestionNotice, 'about' | 'message'>, dedupe: string) {
    const people = receiversOf(await allStaff(trx), row);
    await outbox.put(
      trx,
      people.map(({ person, no }) =>
        messageTo(person, { what: 'question', no: row.no, language: null, ...notice }, `${dedupe}:${no}`),
      ),
    );
  }

  async function addMessage(trx: Trx, row: Row, message: { id: string; side: 'person' | 'staff'; text: string }) {
    const now = clock.now();
    const last = await trx
      .selectFrom('conversation_messages')
      .select((eb) => eb.fn.max('seq').as('seq'))
      .where('conversation', '=', row.no)
      .executeTakeFirst();
    await trx
      .insertInto('conversation_messages')
      .values({
        id: message.id,
        conversation: row.no,
        seq: Number(last?.seq ?? 0) + 1,
        side: message.side,
        sealed: seal.seal(message.text, messageKey(message.id)),
        at: now,
      })
      .execute();
    await trx.updateTable('conversations').set({ touched_at: now }).where('no', '=', row.no).execute();
  }

  /** Runs what a member of staff does with a talk, if it is theirs to do. */
  function asStaff(
    person: string,
    no: number,
    work: (trx: Trx, row: Row, me: StaffRow) => Promise<Partial<Row> | 'taken' | null>,
  ): Promise<Taken> {
    return database.transaction<Taken>(async (trx) => {
      const row = await rowOf(trx, no);
      const me = row && (await rolesOf(trx, person)).find((role) => can(role, 'answer', row.library));
      if (!row || !me) return { outcome: 'unknown' };
      if (row.state === 'forgotten') return { outcome: 'forgotten' };
      const change = await work(trx, row, me);
      if (change === 'taken') return { outcome: 'taken' };
      if (change !== null) await trx.updateTable('conversations').set(change).where('no', '=', no).execute();
      return { outcome: 'done', conversation: conversationOf({ ...row, ...change }) };
    });
  }

  const audit = (trx: Trx, me: StaffRow, what: Parameters<typeof record>[1]['what'], row: Row) =>
    record(trx, { staff: me.id, what, about: `conversation ${row.no}`, library: row.library }, clock.now());

  return {
    async open(library) {
      const staff = await allStaff(db);
      return staff.some((row) => can(row, 'answer', library));
    },

    async current(person) {
      const row = await currentRow(db, person);
      return row ? conversationOf(row) : null;
    },

    async own(person, no) {
      const row = await rowOf(db, no);
      return row?.person === person ? conversationOf(row) : null;
    },

    async write({ eventId, person, no, library, language, country, text }) {
      const id = seal.mark(`question\n${eventId}`);
      return database.transaction(async (trx) => {
        const earlier = await trx
          .selectFrom('conversation_messages')
          .innerJoin('conversations', 'conversations.no', 'conversation_messages.conversation')
          .selectAll('conversations')
          .where('conversation_messages.id', '=', id)
          .executeTakeFirst();
        if (earlier) return { outcome: 'sent', conversation: conversationOf(earlier) };
        if (await isBlocked(trx, person)) return { outcome: 'blocked' };

        const asked = no === null ? undefined : await rowOf(trx, no);
        const found = asked?.person === person ? asked : await currentRow(trx, person);
        const staff = await allStaff(trx);
        const now = clock.now();
        const row: Row = found
          ? { ...found, state: found.state === 'answering' ? 'answering' : 'waiting' }
          : {
              ...{ no: await nextNo(trx), person, library, state: 'waiting', staff: null },
              ...{ language, country, opened_at: now, touched_at: now },
            };
        if (receiversOf(staff, row).length === 0) return { outcome: 'nobody' };
        if (found) {
          const staffNo = row.state === 'answering' ? row.staff : null;
          await trx
            .updateTable('conversations')
            .set({ state: row.state, staff: staffNo })
            .where('no', '=', row.no)
            .execute();
        } else await trx.insertInto('conversations').values(row).execute();
        await addMessage(trx, row, { id, side: 'person', text });
        await tellStaff(trx, row, { about: found ? 'added' : 'asked', message: id }, id);
        return { outcome: 'sent', conversation: conversationOf(row) };
      });
    },

    async end(person, no) {
      return database.transaction(async (trx) => {
        const row = await rowOf(trx, no);
        if (row?.person !== person) return null;
        if (row.state === 'waiting' || row.state === 'answering') {
          await trx.updateTable('conversations').set({ state: 'closed' }).where('no', '=', no).execute();
          // What nobody has seen yet need not be said any more.
          await outbox.withdraw(trx, groupOf(no));
          if (row.state === 'answering') {
            await tellStaff(trx, row, { about: 'ended', message: null }, String(row.touched_at));
          }
        }
        return conversationOf({ ...row, state: 'closed' });
      });
    },

    async inbox(person) {
      const mine = await rolesOf(db, person);
      if (!mine.some((row) => can(row, 'answer', row.library))) return null;
      const rows = await db
        .selectFrom('conversations')
        .selectAll()
        .where('state', 'in', ['waiting', 'answering'])
        .orderBy('touched_at')
        .limit(1000)
        .execute();
      const numbers = new Set(mine.map((row) => row.no));
      const isMine = (row: Row) => row.staff !== null && numbers.has(row.staff);
      const shown = rows
        .filter((row) => anyCan(mine, 'answer', row.library) && (row.state === 'waiting' || isMine(row)))
        .sort((a, b) => Number(isMine(a)) - Number(isMine(b)))
        .slice(0, shownConversations);
      const last = await lastTexts(
        db,
        shown.map((row) => row.no),
      );
      return shown.map((row) => {
        const message = last.get(row.no);
        return { ...conversationOf(row), mine: isMine(row), last: message ? opened(message) : '' };
      });
    },

    async look(person, no) {
      const row = await rowOf(db, no);
      const mine = await rolesOf(db, person);
      if (!row || !anyCan(mine, 'answer', row.library)) return null;
      const messages = await db
        .selectFrom('conversation_messages')
        .select(['id', 'side', 'sealed', 'at'])
        .where('conversation', '=', no)
        .orderBy('seq', 'desc')
        .limit(shownMessages)
        .execute();
      const isMine = mine.some((role) => role.no === row.staff);
      return {
        conversation: conversationOf(row),
        mine: isMine,
        taken: row.state === 'answering' && !isMine,
        blocked: await isBlocked(db, row.person),
        messages: messages
          .toReversed()
          .map((message) => ({ side: message.side, text: opened(message), at: message.at })),
      };
    },

    take: (person, no, anyway) =>
      asStaff(person, no, async (trx, row, me) => {
        if (row.state === 'answering' && row.staff === me.no) return null;
        if (row.state === 'answering' && !anyway) return 'taken';
        await audit(trx, me, 'take', row);
        return { state: 'answering', staff: me.no };
      }),

    answer({ eventId, person, no, text }) {
      const id = seal.mark(`answer\n${eventId}`);
      return asStaff(person, no, async (trx, row, me) => {
        if (row.state === 'answering' && row.staff !== me.no) return 'taken';
        const earlier = await trx
          .selectFrom('conversation_messages')
          .select('id')
          .where('id', '=', id)
          .executeTakeFirst();
        if (earlier || row.person === null) return null;
        await addMessage(trx, row, { id, side: 'staff', text });
        await outbox.put(trx, [messageTo(row.person, { ...toPerson(row), about: 'answered', message: id }, id)]);
        await audit(trx, me, 'answer', row);
        return { state: 'answering', staff: me.no };
      });
    },

    async others(person, no) {
      const row = await rowOf(db, no);
      const mine = await rolesOf(db, person);
      if (!row || !anyCan(mine, 'answer', row.library)) return [];
      return (await allStaff(db))
        .filter((role) => role.person !== person && can(role, 'answer', row.library))
        .map((role) => ({ no: role.no, role: role.role, library: role.library }));
    },

    handOver: (person, no, to) =>
      asStaff(person, no, async (trx, row, me) => {
        const whom = await staffByNo(trx, to);
        if (!whom?.person || !can(whom, 'answer', row.library)) return 'taken';
        if (row.staff === to && row.state === 'answering') return null;
        await audit(trx, me, 'hand over', row);
        await outbox.put(trx, [
          messageTo(
            whom.person,
            {
              ...({ what: 'question', about: 'handed', no, language: null } as const),
              message: (await lastTexts(trx, [no])).get(no)?.id ?? null,
            },
            `${to}:${row.touched_at}:${me.no}`,
          ),
        ]);
        return { state: 'answering', staff: to };
      }),

    close: (person, no) =>
      asStaff(person, no, async (trx, row, me) => {
        if (row.state === 'closed') return null;
        await audit(trx, me, 'close', row);
        if (row.person !== null) {
          await outbox.put(trx, [
            messageTo(row.person, { ...toPerson(row), about: 'closed', message: null }, String(row.touched_at)),
          ]);
        }
        return { state: 'closed', staff: me.no };
      }),

    reopen: (person, no) =>
      asStaff(person, no, async (trx, row, me) => {
        if (row.state !== 'closed') return null;
        await audit(trx, me, 'reopen', row);
        return { state: 'answering', staff: me.no };
      }),

    block: (person, no) =>
      asStaff(person, no, async (trx, row, me) => {
        const marks = row.person === null ? [] : await blockMarks(trx, row.person);
        for (const mark of marks) {
          await trx
            .insertInto('blocks')
            .values({ mark, staff: me.id, at: clock.now() })
            .onConflict((conflict) => conflict.column('mark').doNothing())
            .execute();
        }
        await audit(trx, me, 'block', row);
        return { state: 'closed', staff: me.no };
      }),

    unblock: (person, no) =>
      asStaff(person, no, async (trx, row, me) => {
        const marks = row.person === null ? [] : await blockMarks(trx, row.person);
        if (marks.length > 0) await trx.deleteFrom('blocks').where('mark', 'in', marks).execute();
        await audit(trx, me, 'unblock', row);
        return null;
      }),

    async message(no, id) {
      const row = await rowOf(db, no);
      if (!row) return null;
      const message = id === null ? undefined : await messageRow(db, no, id);
      if (id !== null && !message) return null;
      return { conversation: conversationOf(row), text: message ? opened(message) : '' };
    },

    async mayAnswer(person, conversation) {
      return anyCan(await rolesOf(db, person), 'answer', conversation.library);
    },

    async export(person) {
      const rows = await db
        .selectFrom('conversation_messages')
        .innerJoin('conversations', 'conversations.no', 'conversation_messages.conversation')
        .select(['id', 'side', 'sealed', 'at'])
        .where('conversations.person', '=', person)
        .orderBy('at')
        .orderBy('seq')
        .execute();
      return rows.map((row) => ({ side: row.side, text: opened(row), at: row.at }));
    },

    async forget(person) {
      await database.transaction(async (trx) => {
        const rows = await trx.selectFrom('conversations').selectAll().where('person', '=', person).execute();
        for (const row of rows) {
          await trx.deleteFrom('conversation_messages').where('conversation', '=', row.no).execute();
          await outbox.withdraw(trx, groupOf(row.no));
          if (row.state !== 'closed') await tellStaff(trx, row, { about: 'forgotten', message: null }, 'once');
          await trx
            .updateTable('conversations')
            .set({ person: null, state: 'forgotten', language: '', country: null })
            .where('no', '=', row.no)
            .execute();
        }
      });
    },

    async sweep() {
      const before = clock.now() - keptMs;
      await db.deleteFrom('conversation_messages').where('at', '<=', before).execute();
      // The newest number stays, so that none is given twice.
      await db
        .deleteFrom('conversations')
        .where('touched_at', '<=', before)
        .where((where) =>
          where(
            'no',
            '<',
            where.selectFrom('conversations').select((eb) => eb.fn.max('no').as('no')),
          ),
        )
        .execute();
    },

    carry: {
      room: 'questions',
      async take(trx, from, into) {
        const rows = await trx.selectFrom('conversations').select('no').where('person', '=', from).execute();
        await trx.updateTable('conversations').set({ person: into }).where('person', '=', from).execute();
        return rows.map((row) => String(row.no));
      },
      async giveBack(trx, ids, from, to) {
        await trx
          .updateTable('conversations')
          .set({ person: to })
          .where('person', '=', from)
          .where('no', 'in', ids.map(Number))
          .execute();
      },
    },
  };
}

const toPerson = ({ no, language }: Row) => ({ what: 'reply', no, language }) as const;
const messageKey = (id: string) => `question ${id}`;
const groupOf = (no: number) => `question:${no}`;

function conversationOf(row: Row): Conversation {
  const { no, library, state, language, country } = row;
  return { no, library, state, language, country, openedAt: row.opened_at, touchedAt: row.touched_at };
}

function rowOf(db: Db, no: number) {
  return db.selectFrom('conversations').selectAll().where('no', '=', no).executeTakeFirst();
}

function currentRow(db: Db, person: string) {
  return db
    .selectFrom('conversations')
    .selectAll()
    .where('person', '=', person)
    .where('state', 'in', ['waiting', 'answering'])
    .orderBy('touched_at', 'desc')
    .executeTakeFirst();
}

function messageRow(db: Db, no: number, id: string) {
  return db
    .selectFrom('conversation_messages')
    .select(['id', 'sealed'])
    .where('id', '=', id)
    .where('conversation', '=', no)
    .executeTakeFirst();
}

/** The newest words of the person in each talk. */
async function lastTexts(db: Db, numbers: readonly number[]) {
  if (numbers.length === 0) return new Map<number, { id: string; sealed: string }>();
  const rows = await db
    .selectFrom('conversation_messages')
    .select(['conversation', 'id', 'sealed'])
    .where('conversation', 'in', numbers)
    .where('side', '=', 'person')
    .orderBy('seq')
    .execute();
  return new Map(rows.map((row) => [row.conversation, row]));
}

async function nextNo(trx: Trx): Promise<number> {
  const row = await trx
    .selectFrom('conversations')
    .select((eb) => eb.fn.max('no').as('last'))
    .executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}

/** Whoever has the talk; else those of the library; else the network's admins. Each person once. */
function receiversOf(staff: readonly StaffRow[], row: Pick<Row, 'library' | 'staff' | 'state'>) {
  const able = staff.filter((role) => can(role, 'answer', row.library));
  const holder = able.filter((role) => row.state === 'answering' && role.no === row.staff);
  const near = able.filter((role) => role.role !== 'admin');
  const chosen = [holder, near, able].find((group) => group.length > 0) ?? [];
  const people = new Map<string, { person: string; no: number }>();
  for (const { person, no } of chosen) if (person !== null) people.set(person, { person, no });
  return [...people.values()];
}
