import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { emptyDatabase } from '../engines.ts';

/** The disk, held by hand: what is to be synced waits here until the test lets it. */
const real = fs.fdatasync;
let asked: { carryOut(): void; fail(): void }[];
let holding: boolean;
let database: Database;
let drop: () => Promise<void>;

beforeEach(async () => {
  asked = [];
  holding = false;
  fs.fdatasync = ((descriptor: number, told: (error: Error | null) => void) => {
    if (!holding) return real(descriptor, told);
    asked.push({
      carryOut: () => real(descriptor, told),
      fail: () => told(Object.assign(new Error('the disk is gone'), { code: 'EIO' })),
    });
  }) as typeof fs.fdatasync;
  syncBuiltinESMExports();
  const empty = await emptyDatabase('sqlite');
  drop = empty.drop;
  database = await openDatabase(empty.config);
  holding = true;
});
afterEach(async () => {
  fs.fdatasync = real;
  syncBuiltinESMExports();
  holding = false;
  for (const sync of asked) sync.carryOut();
  await database.close();
  await drop();
});

const write = (id: string) => database.db.insertInto('done_effects').values({ id, at: 1 }).execute();
const writeTogether = (id: string) =>
  database.together((trx) => trx.insertInto('done_effects').values({ id, at: 1 }).execute());
const read = async () => (await database.db.selectFrom('done_effects').select('id').execute()).map(({ id }) => id);
const ended = async (work: Promise<unknown>): Promise<boolean> => {
  const waiting = Symbol();
  for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
  return (await Promise.race([work, Promise.resolve(waiting)])) !== waiting;
};

test.each([
  ['a statement', write],
  [
    'a transaction',
    (id: string) => database.transaction((trx) => trx.insertInto('done_effects').values({ id, at: 1 }).execute()),
  ],
  ['several that share a transaction', writeTogether],
])('nobody is told that it is written before the disk has it: %s', async (_, write) => {
  const writing = write('a');
  await expect.poll(() => asked.length).toBe(1);
  expect(await ended(writing)).toBe(false);
  asked.shift()?.carryOut();
  await writing;
  expect(await read()).toEqual(['a']);
});

test('nobody reads what the disk does not have yet', async () => {
  const writing = write('a');
  const reading = read();
  await expect.poll(() => asked.length).toBe(1);
  expect(await ended(reading)).toBe(false);
  asked.shift()?.carryOut();
  expect(await reading).toEqual(['a']);
  await writing;
});

test('who writes while the disk is busy waits for its next turn, and shares that with others', async () => {
  const first = write('a');
  await expect.poll(() => asked.length).toBe(1);
  const others = [write('b'), writeTogether('c')];
  expect(await ended(Promise.race(others))).toBe(false);
  asked.shift()?.carryOut();
  await first;
  await expect.poll(() => asked.length).toBe(1);
  expect(await ended(Promise.race(others))).toBe(false);
  asked.shift()?.carryOut();
  await Promise.all(others);
  expect(asked).toEqual([]);
});

test('a disk that fails is told to who wrote, and tried anew by the next', async () => {
  const writing = write('a');
  await expect.poll(() => asked.length).toBe(1);
  asked.shift()?.fail();
  await expect(writing).rejects.toThrow('the disk is gone');
  holding = false;
  await write('b');
  expect(await read()).toEqual(['a', 'b']);
});
