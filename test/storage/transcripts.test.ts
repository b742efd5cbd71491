import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { createTranscripts, type Transcripts } from '../../src/storage/transcripts.ts';
import { engines, freshDatabase } from '../engines.ts';

const HOUR = 3_600_000;

describe.each(engines)('the transcript of a web chat on %s', (engine) => {
  let database: Database;
  let drop: () => Promise<void>;
  let now = 0;
  let transcripts: Transcripts;
  const seal = createSeal([randomBytes(32)]);

  beforeEach(async () => {
    ({ database, drop } = await freshDatabase(engine));
    now = Date.UTC(2026, 11, 1, 9);
    transcripts = createTranscripts({ database, seal, clock: { now: () => now }, ttlHours: 24 });
  });
  afterEach(() => drop());

  const textsAfter = async (chat: string, seq: number, limit = 100) =>
    (await transcripts.after(chat, seq, limit)).map((each) => each.message);

  test('a page that is opened again shows what was said, in order, and no other chat', async () => {
    const first = await transcripts.append('a', 'перше');
    await transcripts.append('b', 'чуже');
    const second = await transcripts.append('a', 'друге');
    expect(second).toBeGreaterThan(first);
    expect(await transcripts.after('a', 0, 100)).toEqual([
      { seq: first, message: 'перше' },
      { seq: second, message: 'друге' },
    ]);
    expect(await textsAfter('a', first)).toEqual(['друге']);
    expect(await textsAfter('a', 0, 1)).toEqual(['перше']);
    expect(await textsAfter('a', second)).toEqual([]);
  });

  test('forty messages at once from two processes get forty numbers', async () => {
    const other = createTranscripts({ database, seal, clock: { now: () => now }, ttlHours: 24 });
    const from = (index: number) => (index % 2 ? transcripts : other);
    const seqs = await Promise.all(Array.from({ length: 40 }, (_, index) => from(index).append('a', String(index))));
    expect(new Set(seqs).size).toBe(40);
    expect(await transcripts.after('a', 0, 100)).toHaveLength(40);
  });

  test('the clock may be set back, numbers still grow', async () => {
    const first = await transcripts.append('a', '1');
    now -= HOUR;
    expect(await transcripts.append('a', '2')).toBeGreaterThan(first);
  });

  test('a message after a sweep is not missed by a page that was open before', async () => {
    const seen = await transcripts.append('a', 'old');
    now += 24 * HOUR - 1;
    await transcripts.sweep();
    expect(await textsAfter('a', 0)).toEqual(['old']);
    now += 1;
    expect(await textsAfter('a', 0)).toEqual([]);
    await transcripts.sweep();
    expect(await database.db.selectFrom('web_messages').selectAll().execute()).toEqual([]);
    await transcripts.append('a', 'new');
    expect(await textsAfter('a', seen)).toEqual(['new']);
  });

  test('an open page hears of a message once it is kept, until it closes', async () => {
    const heard: string[] = [];
    const end = transcripts.onAppend('a', () => heard.push('one'));
    transcripts.onAppend('a', () => heard.push('two'));
    transcripts.onAppend('b', () => heard.push('other chat'));
    await transcripts.append('a', 'x');
    expect(heard).toEqual(['one', 'two']);
    end();
    end();
    await transcripts.append('a', 'y');
    expect(heard).toEqual(['one', 'two', 'two']);
  });

  test('neither words nor the id of a chat are readable in the database', async () => {
    await transcripts.append('secret-chat-id', 'не платять');
    const stored = JSON.stringify(await database.db.selectFrom('web_messages').selectAll().execute());
    expect(stored).not.toContain('secret-chat-id');
    expect(stored).not.toContain('не платять');
  });

  test('a forgotten chat is gone whole, and no other', async () => {
    await transcripts.append('a', '1');
    await transcripts.append('b', '2');
    await transcripts.forget('a');
    expect(await textsAfter('a', 0)).toEqual([]);
    expect(await textsAfter('b', 0)).toEqual(['2']);
  });
});
