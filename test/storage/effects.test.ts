import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addCount, countsSince } from '../../src/storage/counts.ts';
import type { Database } from '../../src/storage/database.ts';
import { once, sweepEffects } from '../../src/storage/effects.ts';
import { engines, freshDatabase } from '../engines.ts';

const DAY = 24 * 3_600_000;

describe.each(engines)('effects and counts on %s', (engine) => {
  let database: Database;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ database, drop } = await freshDatabase(engine));
  });
  afterEach(() => drop());

  const count = { day: '2026-12-01', name: 'not-found', key: 'pl' };
  const carryOut = (id: string, now = 0) =>
    database.transaction(async (trx) => {
      const first = await once(trx, id, now);
      if (first) await addCount(trx, count);
      return first;
    });

  test('a turn that is repeated ten times at once is counted once', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => carryOut('web:1:0')));
    expect(results.filter((first) => first)).toHaveLength(1);
    expect(await countsSince(database.db, 'not-found', '2026-12-01', 9)).toEqual([{ key: 'pl', n: 1 }]);
  });

  test('an effect that failed may be tried again', async () => {
    const failing = database.transaction(async (trx) => {
      await once(trx, 'web:1:0', 0);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await carryOut('web:1:0')).toBe(true);
  });

  test('an effect is remembered for seven days', async () => {
    await carryOut('web:1:0', 0);
    await sweepEffects(database.db, 7 * DAY - 1);
    expect(await carryOut('web:1:0')).toBe(false);
    await sweepEffects(database.db, 7 * DAY);
    expect(await carryOut('web:1:0')).toBe(true);
  });

  test('counts add up over days and processes, the highest first', async () => {
    const add = (change: Partial<typeof count>, times: number) =>
      Promise.all(Array.from({ length: times }, () => addCount(database.db, { ...count, ...change })));
    await Promise.all([add({}, 20), add({ day: '2026-12-02' }, 5), add({ key: 'es' }, 30), add({ name: 'helped' }, 2)]);
    await add({ day: '2026-11-30' }, 9);
    expect(await countsSince(database.db, 'not-found', '2026-12-01', 9)).toEqual([
      { key: 'es', n: 30 },
      { key: 'pl', n: 25 },
    ]);
    expect(await countsSince(database.db, 'not-found', '2026-12-01', 1)).toHaveLength(1);
    expect(await countsSince(database.db, 'helped', '2026-12-01', 9)).toEqual([{ key: 'pl', n: 2 }]);
  });
});
