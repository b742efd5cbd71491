import type { Database } from '../storage/database.ts';
import { kinds } from './outbox.ts';
import { mayRepeat } from './retry.ts';
import { abandonedRows, freeAll, type OutboxRow, takeOver, takeOverUncertain } from './store.ts';

/**
 * What dead processes have left. A row that was leased and not marked is simply claimed again when its lease is over;
 * one that was marked may have been sent: its kind says whether it is sent again.
 */
export type Abandoned = {
  /** To be called before anything is claimed, as often as one likes: it looks every second. */
  takeUp(): Promise<void>;
};

const AT_ONCE = 300;
const EVERY_MS = 1_000;

/** @param alone no other process serves this database: what is found in hand at the first look belongs to a dead one */
export function createAbandoned(deps: {
  database: Database;
  clock: { now(): number };
  alone: boolean;
  report: { count(name: string, labels?: Record<string, string>): void };
}): Abandoned {
  const { database, clock, report } = deps;
  const { db } = database;
  let alone = deps.alone;
  let looked = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    if (alone) await freeAll(db);
    for (;;) {
      const now = clock.now();
      const rows = await abandonedRows(db, now, alone, AT_ONCE);
      const mayGo = (row: OutboxRow) => mayRepeat(isRepeated(row), row.unsure) && row.not_after > now;
      for (const row of rows.filter(mayGo)) await takeOver(db, row, now);
      const ids = rows.filter((row) => !mayGo(row)).map((row) => row.id);
      for (const { kind } of await takeOverUncertain(db, ids, alone, now))
        report.count('outbox', { kind, state: 'uncertain' });
      if (rows.length < AT_ONCE) break;
    }
    alone = false;
  }

  return {
    takeUp() {
      if (looking) return looking;
      if (Math.abs(clock.now() - looked) < EVERY_MS) return Promise.resolve();
      looked = clock.now();
      looking = look().finally(() => {
        looking = null;
      });
      return looking;
    },
  };
}

/** Of a kind that this build does not know nothing is sent twice. */
export function isRepeated(row: { kind: string }): boolean {
  return row.kind in kinds && kinds[row.kind as keyof typeof kinds].again;
}
