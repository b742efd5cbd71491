import type { Transaction } from 'kysely';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import {
  arrivedAfter,
  booksOf,
  deleteOf,
  deleteSettled,
  insertRows,
  isGroupInHand,
  isGroupOpen,
  makeAnonymous,
  peopleIn,
  waitingOf,
  withdrawGroup,
} from './store.ts';

/**
 * Everything that the bot starts of its own accord is put here first, in the transaction that makes it true, and sent
 * by a dispatcher (dispatcher.ts) when it is due.
 *
 *     await database.transaction(async (trx) => {
 *       …                                                    // the booking, the answer, the announcement
 *       await outbox.put(trx, [{ person, kind: 'answer', payload: { what: 'answer', … }, dueAt, notAfter, group, dedupe }]);
 *     });
 */
export type Outbox = {
  /**
   * Puts messages; one whose `dedupe` has been put before is left out, also when it has been sent or withdrawn. Of an
   * announcement nobody gets a second one, not even who has become one person with somebody since.
   * Calling it again in a transaction that is tried again is harmless.
   * @returns how many were new
   */
  put(trx: Transaction<Tables>, messages: readonly Message[]): Promise<number>;
  /**
   * Takes back what waits in a group. What is just being sent can't be taken back, but is not tried again.
   * @returns how many were taken back
   */
  withdraw(trx: Transaction<Tables>, group: string): Promise<number>;
  /** What of a group is still to come, soonest first. */
  waiting(group: string): Promise<readonly { dedupe: string; dueAt: number }[]>;
  /** Whether any of a group is still to come, or under way. Cheap, however many there are. */
  isOpen(group: string): Promise<boolean>;
  /** Whether any of a group is in the hands of somebody who sends, or was when they died. */
  inHand(group: string): Promise<boolean>;
  /** What became of the messages of a group, counted. 100,000 take some 10 ms. */
  books(group: string): Promise<Books>;
  /** Those of a group that arrived, then those that may have; after that id, '' for the first. */
  sentTo(group: string, after: string, limit: number): Promise<readonly Arrived[]>;
  /**
   * Everything of a person goes, whether it was sent or not. What was announced to them stays in its books and leads to
   * nobody; what of it waits is withdrawn.
   */
  forget(person: string): Promise<void>;
  /** Drops what was settled more than 30 days ago, if its announcement is over. */
  sweep(): Promise<void>;
  /** Calls `listener` after something was put that is due at once. */
  onPut(listener: () => void): void;
};

/** `failed`: by the reason why. Together they are everybody of the group. */
export type Books = {
  waiting: number;
  sending: number;
  sent: number;
  uncertain: number;
  withdrawn: number;
  failed: Readonly<Record<string, number>>;
};

/** `receipt`: what names it on that platform; null where nothing does. */
export type Arrived = { id: string; person: string; channel: string | null; receipt: string | null };

export type Message = {
  person: string;
  kind: Kind;
  /** What to say, as data: words, language and zone are those of the moment of sending. JSON; stored sealed. */
  payload: { readonly what: string; readonly [more: string]: unknown };
  /** UTC ms: not before. */
  dueAt: number;
  /** UTC ms: from then on it is too late, and it is not sent. */
  notAfter: number;
  /** What it belongs to, to be withdrawn together: `booking:<id>`. */
  group: string | null;
  /** The same thing is never put twice: `reminder:<booking>:<version>:day`. Nothing of a person. */
  dedupe: string;
};

/**
 * `priority`: smaller goes first, 1 to 3. `again`: sent once more when nobody knows whether it has arrived, so its words
 * must be harmless twice.
 */
export const kinds = {
  /** Somebody is waiting for it: a librarian's words, a booking confirmed. */
  answer: { priority: 1, again: true },
  reminder: { priority: 2, again: true },
  notice: { priority: 2, again: true },
  announcement: { priority: 3, again: false },
} as const satisfies Record<string, { priority: 1 | 2 | 3; again: boolean }>;
export type Kind = keyof typeof kinds;

const KEPT_MS = 30 * 86_400_000;

export function createOutbox(deps: { database: Database; seal: Seal; clock: { now(): number } }): Outbox {
  const { database, seal, clock } = deps;
  const listeners: (() => void)[] = [];
  return {
    async put(trx, all) {
      const now = clock.now();
      const messages = await withoutTwice(trx, all);
      const rows = messages.map(({ person, kind, payload, dueAt, notAfter, group, dedupe }) => {
        const id = newId(now);
        return {
          ...{ id, person, kind, dedupe, due_at: dueAt, not_after: notAfter, about: group },
          payload: seal.seal(JSON.stringify(payload), id),
          priority: kinds[kind].priority,
          state: 'waiting' as const,
          attempts: 0,
          unsure: 0,
        };
      });
      const added = await insertRows(trx, rows);
      // The transaction is not over yet; a listener looks a moment later, and the next poll finds what it missed.
      if (added > 0 && messages.some((message) => message.dueAt <= now)) for (const listener of listeners) listener();
      return added;
    },
    withdraw: (trx, group) => withdrawGroup(trx, group, clock.now()),
    waiting: (group) => waitingOf(database.db, group),
    isOpen: (group) => isGroupOpen(database.db, group),
    inHand: (group) => isGroupInHand(database.db, group, clock.now()),
    books: (group) => booksOf(database.db, group),
    sentTo: (group, after, limit) => arrivedAfter(database.db, group, after, limit),
    async forget(person) {
      await makeAnonymous(database.db, person, clock.now());
      await deleteOf(database.db, person);
    },
    sweep: () => deleteSettled(database.db, clock.now() - KEPT_MS),
    onPut: (listener) => {
      listeners.push(listener);
    },
  };
}

async function withoutTwice(trx: Transaction<Tables>, messages: readonly Message[]): Promise<readonly Message[]> {
  const announced = messages.filter(({ kind, group }) => kind === 'announcement' && group !== null);
  const have = new Set<string>();
  for (const [group, some] of Map.groupBy(announced, (message) => message.group ?? '')) {
    const people = some.map(({ person }) => person);
    for (const person of await peopleIn(trx, group, people)) have.add(`${group} ${person}`);
  }
  return messages.filter(({ kind, group, person }) => kind !== 'announcement' || !have.has(`${group} ${person}`));
}
