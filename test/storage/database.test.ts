import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type DatabaseConfig, openDatabase } from '../../src/storage/database.ts';
import { emptyDatabase, engines, freshDatabase } from '../engines.ts';

describe.each(engines)('the database on %s', (engine) => {
  test('opens empty, keeps what was written, and opens again', async () => {
    const { config, drop } = await emptyDatabase(engine);
    const first = await openDatabase(config);
    await first.db.insertInto('done_effects').values({ id: 'a', at: 1_795_000_000_123 }).execute();
    await first.close();
    const second = await openDatabase(config);
    const rows = await second.db.selectFrom('done_effects').selectAll().execute();
    expect(rows).toEqual([{ id: 'a', at: 1_795_000_000_123 }]);
    await second.close();
    await drop();
  });

  test('five processes that start at once make one schema', async () => {
    const { config, drop } = await emptyDatabase(engine);
    const exits = await Promise.all(Array.from({ length: 5 }, () => openInOwnProcess(config)));
    expect(exits).toEqual(['opened', 'opened', 'opened', 'opened', 'opened']);
    const database = await openDatabase(config);
    expect(await database.db.selectFrom('people').selectAll().execute()).toEqual([]);
    await database.close();
    await drop();
  });

  test('twenty transactions that add one each to what they read lose none', async () => {
    const { database, drop } = await freshDatabase(engine);
    const key = { day: '2026-12-01', name: 'asked', key: 'pl' };
    await database.db
      .insertInto('counts')
      .values({ ...key, n: 0 })
      .execute();
    const addOne = () =>
      database.transaction(async (trx) => {
        const { n } = await trx.selectFrom('counts').select('n').executeTakeFirstOrThrow();
        await trx
          .updateTable('counts')
          .set({ n: n + 1 })
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, addOne));
    expect(await database.db.selectFrom('counts').select('n').executeTakeFirst()).toEqual({ n: 20 });
    await drop();
  });

  test('a transaction that throws leaves nothing', async () => {
    const { database, drop } = await freshDatabase(engine);
    const failing = database.transaction(async (trx) => {
      await trx.insertInto('done_effects').values({ id: 'a', at: 1 }).execute();
      throw new Error('the hour is gone');
    });
    await expect(failing).rejects.toThrow('the hour is gone');
    expect(await database.db.selectFrom('done_effects').selectAll().execute()).toEqual([]);
    await drop();
  });

  test('an identity without its person is refused', async () => {
    const { database, drop } = await freshDatabase(engine);
    const identity = { channel: 'web', mark: 'm', sealed: 's', person: 'nobody', seen_at: 1, stopped_at: null };
    await expect(database.db.insertInto('identities').values(identity).execute()).rejects.toThrow();
    await drop();
  });
});

async function openInOwnProcess(config: DatabaseConfig): Promise<string> {
  const module = new URL('../../src/storage/database.ts', import.meta.url).href;
  const program = `import { openDatabase } from '${module}';
    const database = await openDatabase(${JSON.stringify(config)});
    await database.close();
    process.stdout.write('opened');`;
  const args = ['--input-type=module', '--eval', program];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}
