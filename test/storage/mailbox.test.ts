import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { createMailbox, type Letter, type Mailbox } from '../../src/storage/mailbox.ts';
import { engines, freshDatabase } from '../engines.ts';

const HOUR = 3_600_000;

describe.each(engines)('the mailbox on %s', (engine) => {
  let database: Database;
  let drop: () => Promise<void>;
  let mailbox: Mailbox;
  let now = 0;

  beforeEach(async () => {
    ({ database, drop } = await freshDatabase(engine));
    now = Date.UTC(2026, 11, 1, 9);
    mailbox = createMailbox(database, { now: () => now });
  });
  afterEach(() => drop());

  const letter = (eventId: string, change: Partial<Letter> = {}): Letter => ({
    channel: 'telegram',
    eventId,
    person: 'oksana',
    at: now,
    payload: `sealed ${eventId}`,
    ...change,
  });

  test('a message waits until it is answered', async () => {
    expect(await mailbox.write([letter('1')])).toEqual([letter('1')]);
    expect(await mailbox.next('oksana', 10)).toEqual([letter('1')]);
    await mailbox.done('telegram', '1');
    expect(await mailbox.next('oksana', 10)).toEqual([]);
  });

  test('nothing to write is nothing new', async () => {
    expect(await mailbox.write([])).toEqual([]);
  });

  test('of 200 writes at once, half of them repeats, each message is new once and none is lost', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => String(index % 100));
    const results = await Promise.all(ids.map((id) => mailbox.write([letter(id)])));
    expect(results.flat()).toHaveLength(100);
    expect(new Set(results.flat().map((found) => found.eventId)).size).toBe(100);
    expect(await mailbox.next('oksana', 1000)).toHaveLength(100);
  });

  test('a repeat within one delivery is left out, and the rest keeps its order', async () => {
    await mailbox.write([letter('b')]);
    const fresh = await mailbox.write([letter('c'), letter('b'), letter('a'), letter('c'), letter('d')]);
    expect(fresh.map((found) => found.eventId)).toEqual(['c', 'a', 'd']);
  });

  test('quick lines of one person keep their order, whatever their ids and clocks say', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => String(150 - index));
    await Promise.all(ids.map((id) => mailbox.write([letter(id, { at: now - Number(id) })])));
    await mailbox.write([letter('last', { at: now - HOUR })]);
    const found = await mailbox.next('oksana', 1000);
    expect(found.map((each) => each.eventId)).toEqual([...ids, 'last']);
    expect((await mailbox.next('oksana', 2)).map((each) => each.eventId)).toEqual(['150', '149']);
  });

  test('more than one statement holds is still written whole and in order', async () => {
    const letters = Array.from({ length: 1001 }, (_, index) => letter(`n${index}`));
    expect(await mailbox.write(letters)).toEqual(letters);
    expect(await mailbox.next('oksana', 2000)).toEqual(letters);
  });

  test('the same id on another channel is another message', async () => {
    await mailbox.write([letter('1')]);
    expect(await mailbox.write([letter('1', { channel: 'viber' })])).toHaveLength(1);
    await mailbox.done('telegram', '1');
    expect((await mailbox.next('oksana', 9)).map((each) => each.channel)).toEqual(['viber']);
  });

  test('many answered at once are all taken out, and no other', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => String(index));
    await mailbox.write([...ids.map((id) => letter(id)), letter('open'), letter('1', { channel: 'web' })]);
    await Promise.all(ids.map((id) => mailbox.done('telegram', id)));
    const left = await mailbox.next('oksana', 99);
    expect(left.map((each) => [each.channel, each.eventId])).toEqual([
      ['telegram', 'open'],
      ['web', '1'],
    ]);
  });

  test('a repeat of an answered message is dropped for 48 hours, and its key goes then', async () => {
    await mailbox.write([letter('1')]);
    await mailbox.done('telegram', '1');
    now += 48 * HOUR - 1;
    await mailbox.sweep(now);
    expect(await mailbox.write([letter('1')])).toEqual([]);
    now += 1;
    await mailbox.sweep(now);
    expect(await mailbox.write([letter('1')])).toHaveLength(1);
  });

  test('a message that nobody has answered is never swept', async () => {
    await mailbox.write([letter('1')]);
    await mailbox.sweep(now + 1000 * HOUR);
    expect(await mailbox.next('oksana', 9)).toHaveLength(1);
  });

  test('the people whom a dead process left waiting are found once each', async () => {
    await mailbox.write([letter('1'), letter('2'), letter('3', { person: 'petro' }), letter('4', { person: 'ira' })]);
    await mailbox.write([letter('5', { person: 'new', at: now + 1 })]);
    await mailbox.done('telegram', '4');
    expect(await mailbox.waiting(now + 1, 10)).toEqual(['oksana', 'petro']);
    expect(await mailbox.waiting(now + 1, 1)).toEqual(['oksana']);
    expect(await mailbox.waiting(now, 10)).toEqual([]);
  });

  test('of someone answered or forgotten neither words nor name stay, and a repeat is still dropped', async () => {
    await mailbox.write([letter('1'), letter('2'), letter('3', { person: 'petro' })]);
    await mailbox.done('telegram', '1');
    await mailbox.forget('oksana');
    const rows = await database.db.selectFrom('letters').selectAll().orderBy('seq').execute();
    expect(rows.map((row) => [row.person, row.payload])).toEqual([
      [null, null],
      [null, null],
      ['petro', 'sealed 3'],
    ]);
    expect(await mailbox.next('oksana', 9)).toEqual([]);
    expect(await mailbox.waiting(now + 1, 9)).toEqual(['petro']);
    expect(await mailbox.write([letter('2')])).toEqual([]);
  });
});

test('when the database can not be written, everyone who waits for it is told', async () => {
  const { database, drop } = await freshDatabase('sqlite');
  const mailbox = createMailbox(database, { now: () => 0 });
  await database.db.schema.dropTable('letters').execute();
  const letter = { channel: 'web', person: 'p', at: 0, payload: '' };
  const results = await Promise.allSettled(['1', '2'].map((eventId) => mailbox.write([{ ...letter, eventId }])));
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  await drop();
});
