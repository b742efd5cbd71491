import { randomUUID } from 'node:crypto';
import { createDispatcher, type DispatcherDeps, type Due } from '../../src/delivery/dispatcher.ts';
import { createOutbox, type Message } from '../../src/delivery/outbox.ts';
import type { SendOutcome } from '../../src/delivery/retry.ts';
import type { Database } from '../../src/storage/database.ts';
import { createSeal } from '../../src/storage/seal.ts';

/** An outbox on a clock that a test sets, with a platform that does what the test wants and keeps what it got. */

export const morning = Date.UTC(2026, 11, 1, 8);
export const seal = createSeal([Buffer.alloc(32, 7)]);
export const later = { outcome: 'later', afterMs: 1_000, limited: false, uncertain: false } as const;
export const unsure = { ...later, uncertain: true } as const;

export type Sent = { channel: string; sender: string; words: string };

export function openOffice(database: Database) {
  const clock = { time: morning, now: () => clock.time };
  const outbox = createOutbox({ database, seal, clock });
  const sent: Sent[] = [];
  const gone: string[] = [];
  const faults: unknown[] = [];
  /** What the platform does next; then it takes everything. */
  const answers: (SendOutcome | Error | 'hang')[] = [];

  function dispatcher(change: Partial<DispatcherDeps<string>> = {}) {
    return createDispatcher<string>({
      ...{ database, seal, clock },
      alone: false,
      prepare: async ({ person, payload }: Due) => ({
        do: 'send',
        words: (payload as { words: string }).words,
        to: [{ channel: 'telegram', sender: person }].filter(({ channel }) => !gone.includes(`${person} ${channel}`)),
      }),
      async send(channel, sender, words) {
        sent.push({ channel, sender, words });
        const answer = answers.shift() ?? { outcome: 'sent' };
        if (answer === 'hang') return new Promise<never>(() => {});
        if (answer instanceof Error) throw answer;
        return answer;
      },
      async gone(person, channel) {
        gone.push(`${person} ${channel}`);
      },
      report: {
        count: () => undefined,
        fault: (_where, error) => {
          faults.push(error);
          return 'CODE';
        },
      },
      ...change,
    });
  }

  return {
    ...{ clock, outbox, sent, gone, faults, answers, dispatcher },
    put: (...messages: readonly Message[]) => database.transaction((trx) => outbox.put(trx, messages)),
    withdraw: (group: string) => database.transaction((trx) => outbox.withdraw(trx, group)),
    rows: () => database.db.selectFrom('outbox').selectAll().orderBy('due_at').orderBy('id').execute(),
    /** How many rows are in each state. */
    async books() {
      const rows = await database.db.selectFrom('outbox').select(['state', 'why']).execute();
      const books: Record<string, number> = {};
      for (const { state, why } of rows) {
        const name = why === null ? state : `${state} ${why}`;
        books[name] = (books[name] ?? 0) + 1;
      }
      return books;
    },
  };
}

/** A reminder that is due now; what a test is about, it gives. */
export function message(about: Partial<Message> & { words?: string } = {}): Message {
  const { words = 'hello', ...rest } = about;
  return {
    person: randomUUID(),
    kind: 'reminder',
    payload: { what: 'test', words },
    dueAt: morning,
    notAfter: morning + 3_600_000,
    group: null,
    dedupe: randomUUID(),
    ...rest,
  };
}
