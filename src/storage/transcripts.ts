import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { Seal } from './seal.ts';

/** What was said in a web chat lately, so that a page that is opened again shows it. Sealed; `chat` is stored as a hash. */
export type Transcripts = {
  /** @returns the message's number: it grows over all chats and is never used twice, also after a sweep */
  append(chat: string, message: string): Promise<number>;
  /** What came after `seq` (0: everything kept), oldest first. */
  after(chat: string, seq: number, limit: number): Promise<readonly { seq: number; message: string }[]>;
  /** Calls `fn` after each append of this process to the chat. @returns ends it */
  onAppend(chat: string, fn: () => void): () => void;
  forget(chat: string): Promise<void>;
  /** Drops what is older than `ttlHours`. */
  sweep(): Promise<void>;
};

export function createTranscripts(deps: {
  database: Database;
  seal: Seal;
  clock: { now(): number };
  ttlHours: number;
}): Transcripts {
  const { database, seal, clock, ttlHours } = deps;
  const { db } = database;
  const listeners = new Map<string, Set<() => void>>();
  const markOf = (chat: string) => seal.mark(`web chat\n${chat}`);
  const oldest = () => clock.now() - ttlHours * 3_600_000;

  return {
    async append(chat, message) {
      const mark = markOf(chat);
      const seq = await insert(database, { chat: mark, sealed: seal.seal(message, aboutOf(mark)), at: clock.now() });
      for (const listener of [...(listeners.get(chat) ?? [])]) listener();
      return seq;
    },
    async after(chat, seq, limit) {
      const mark = markOf(chat);
      const rows = await db
        .selectFrom('web_messages')
        .select(['seq', 'sealed'])
        .where('chat', '=', mark)
        .where('seq', '>', seq)
        .where('at', '>', oldest())
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.flatMap((row) => {
        const message = seal.open(row.sealed, aboutOf(mark));
        return message === null ? [] : [{ seq: row.seq, message }];
      });
    },
    onAppend(chat, fn) {
      const ofChat = listeners.get(chat) ?? new Set();
      listeners.set(chat, ofChat);
      // A wrapper of its own, so that the same function may listen twice and end once.
      const listener = () => fn();
      ofChat.add(listener);
      return () => {
        ofChat.delete(listener);
        if (ofChat.size === 0 && listeners.get(chat) === ofChat) listeners.delete(chat);
      };
    },
    async forget(chat) {
      await db.deleteFrom('web_messages').where('chat', '=', markOf(chat)).execute();
    },
    async sweep() {
      await db.deleteFrom('web_messages').where('at', '<=', oldest()).execute();
    },
  };
}

const aboutOf = (mark: string) => `web message ${mark}`;

/**
 * The next number is one above the highest, and at least the time: after a sweep has emptied the table, numbers that open
 * pages have already seen do not come again.
 */
async function insert(database: Database, row: { chat: string; sealed: string; at: number }): Promise<number> {
  const next = sql<number>`(select coalesce(max(seq), 0) + 1 from web_messages)`;
  for (;;) {
    const added = await database.db
      .insertInto('web_messages')
      .values({ ...row, seq: sql<number>`case when ${next} > ${row.at} then ${next} else ${row.at} end` })
      // Another process took the number at the same moment: take the one after.
      .onConflict((conflict) => conflict.column('seq').doNothing())
      .returning('seq')
      .executeTakeFirst();
    if (added) return added.seq;
  }
}
