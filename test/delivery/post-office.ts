import { randomUUID } from 'node:crypto';
import { createAbandoned } from '../../src/delivery/abandoned.ts';
import { type BulkDeps, createBulk, type Job, type ManyCall, type Trouble } from '../../src/delivery/bulk.ts';
import { createDispatcher, type DispatcherDeps, type Due } from '../../src/delivery/dispatcher.ts';
import { createOutbox, type Message } from '../../src/delivery/outbox.ts';
import { createTurns } from '../../src/delivery/pace.ts';
import type { BulkOutcome, SendOutcome } from '../../src/delivery/retry.ts';
import type { Database } from '../../src/storage/database.ts';
import { createEmbeddedPace } from '../../src/storage/pace/embedded.ts';
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

  /** What is being sent; `trouble` takes it out. */
  const jobs = new Map<string, Job>();
  const troubles: ({ group: string } & Trouble)[] = [];
  const calls: { channel: string; senders: readonly string[]; words: string }[] = [];

  function bulk(change: Partial<BulkDeps<string>> & { most?: number } = {}) {
    const { most, ...rest } = change;
    const report = {
      count: () => undefined,
      fault: (_where: string, error: unknown) => {
        faults.push(error);
        return 'CODE';
      },
    };
    const many: ManyCall<string> | null =
      most === undefined
        ? null
        : {
            most,
            async send(senders, words) {
              calls.push({ channel: 'telegram', senders, words });
              return senders.map((sender): BulkOutcome => {
                sent.push({ channel: 'telegram', sender, words });
                return { outcome: 'sent', receipt: null };
              });
            },
          };
    return createBulk<string>({
      ...{ database, seal, clock, report },
      // Pauses are waited for, and by this clock time goes by itself.
      turns: createTurns(createEmbeddedPace({ now: () => performance.now() })),
      abandoned: createAbandoned({ database, clock, alone: false, report }),
      jobs: async () => [...jobs.values()],
      prepare: async (dues) =>
        dues.map(({ person, payload }) => {
          const { words } = payload as { words: string };
          const to = [{ channel: 'telegram', sender: person }];
          return {
            ...{ do: 'send', words, key: words },
            to: to.filter(({ channel }) => !gone.includes(`${person} ${channel}`)),
          };
        }),
      async one(channel, sender, words) {
        sent.push({ channel, sender, words });
        const answer = answers.shift() ?? { outcome: 'sent', receipt: `r-${sent.length}` };
        if (answer === 'hang') return new Promise<never>(() => {});
        if (answer instanceof Error) throw answer;
        return answer;
      },
      many: () => many,
      async gone(person, channel) {
        gone.push(`${person} ${channel}`);
      },
      async trouble(group, trouble) {
        troubles.push({ group, ...trouble });
        jobs.delete(group);
      },
      ...rest,
    });
  }

  return {
    ...{ clock, outbox, sent, gone, faults, answers, dispatcher, bulk, jobs, troubles, calls },
    /** An announcement to so many people begins. */
    async announce(group: string, count: number, about: Partial<Message> & { words?: string } = {}) {
      const messages = Array.from({ length: count }, () => message({ kind: 'announcement', group, ...about }));
      await database.transaction((trx) => outbox.put(trx, messages));
      jobs.set(group, { group, blockedIsFine: false });
      return messages.map(({ person }) => person);
    },
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
