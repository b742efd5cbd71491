import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { said } from '../emulators/web.ts';
import { type Server, startRedis } from '../servers.ts';
import { startVistka } from '../vistka.ts';
import { onTelegram, onViber, onWeb, type Visitor, visitor } from './visitor.ts';

type Vistka = Awaited<ReturnType<typeof startVistka>>;
type Row = Record<string, unknown>;

/** What Mariia tells of herself, and how the platforms know her: to be found nowhere in clear. */
const told = {
  name: 'Зореслава',
  other: 'Хвостовенко',
  phone: '+48509876123',
  words: 'квантифлюгель у погребі під яблунею',
};
const ids = { telegram: 7391846205, viber: 'qX9zUnmistakable7w==' };

describe.each(['SQLite', 'PostgreSQL and Redis'] as const)('Mariia, on %s', (stores) => {
  let redis: Server | null = null;
  let vistka: Vistka;
  beforeAll(async () => {
    redis = stores === 'SQLite' ? null : await startRedis();
    vistka = await startVistka({
      telegram: 'polling',
      viber: true,
      // She says more than anybody in a minute; the limit stays, for it leaves traces too.
      env: { LOG_LEVEL: 'debug', RATE_LIMIT_BURST: '100' },
      ...(redis ? { redisUrl: redis.url, database: 'postgres' as const } : {}),
    });
    await vistka.viber.until(() => vistka.viber.webhook !== '');
  });
  afterAll(async () => {
    await vistka.stop();
    await redis?.stop();
  });

  it('is kept in no clear word while she is known, and nothing points to her once she is forgotten', async () => {
    const reader = await vistka.web();
    const everyone: Visitor[] = [
      visitor(
        'Telegram by polling',
        onTelegram(vistka.telegram.person({ id: ids.telegram, name: told.name }), vistka.telegram.until),
      ),
      visitor('Viber', onViber(vistka.viber.person({ id: ids.viber, name: told.name }))),
      visitor('the web chat', onWeb(reader)),
    ];
    const secrets = [...Object.values(told), ...Object.values(ids).map(String), told.phone.slice(1), reader.chat()];
    for (const mariia of everyone) await tellsEverything(mariia);

    const before = await everythingStored(vistka, redis);
    expect(before.rows.people?.length).toBe(3);
    expect(found(secrets, before.bytes)).toEqual([]);
    expect(before.rows.subscriber_topics).toHaveLength(3);
    expect(found(['addiction', 'Підтримка родин'], before.bytes)).toEqual([]);
    expect(found(secrets, [Buffer.from(vistka.logs.join('\n'))])).toEqual([]);
    const metrics = await (await fetch(`${vistka.url}/metrics`)).text();
    expect(found(secrets, [Buffer.from(metrics)])).toEqual([]);

    const exported = await Promise.all(everyone.map(exportOf));
    for (const file of exported) for (const word of [told.name, told.phone]) expect(file).toContain(word);

    const pointers = pointersIn(before.rows);
    expect(pointers.length).toBeGreaterThan(8);
    for (const mariia of everyone) {
      await mariia.says('/privacy');
      await mariia.hears(/Як довго/);
      await mariia.presses('Забути мене');
      await mariia.hears(/Видалити все про вас/);
      await mariia.presses('Так, забути все');
      await mariia.hears(/Готово: я вас більше не знаю/);
    }
    // The farewell is said first, then the last traces go: the lease, and the letter that asked for it.
    const until = Date.now() + 10_000;
    let left: string[];
    do {
      const after = await everythingStored(vistka, redis);
      left = pointing(pointers, after);
      if (left.length > 0) await sleep(50);
    } while (left.length > 0 && Date.now() < until);
    expect(left).toEqual([]);

    const after = await everythingStored(vistka, redis);
    expect(found(secrets, after.bytes)).toEqual([]);
    expect(found(secrets, [Buffer.from(vistka.logs.join('\n'))])).toEqual([]);
    for (const table of ['people', 'identities', 'sessions', 'subscribers', 'subscriber_topics'])
      expect(after.rows[table] ?? [], table).toEqual([]);
    for (const booking of after.rows.bookings ?? [])
      expect(booking).toMatchObject({ person: null, contact: null, state: 'cancelled' });
    expect((after.rows.letters ?? []).filter((letter) => letter.person !== null || letter.payload !== null)).toEqual(
      [],
    );
    // In the web chat the farewell alone can still be read, until its time is over.
    expect(after.rows.web_messages?.length).toBe(1);
  });

  it('is answered as somebody new when she writes on before she has been forgotten', async () => {
    const reader = await vistka.web();
    await reader.says('/forget');
    await reader.hears(/Видалити все про вас/);
    expect(await reader.presses('Так, забути все')).toBe(202);
    expect(await reader.says('шеф забрав паспорт і не випускає нас')).toBe(202);
    await reader.until(() => reader.messages().some((message) => said(message).startsWith('112')));
  });

  it('begins anew when she writes again, as somebody unknown', async () => {
    const mariia = visitor('Viber', onViber(vistka.viber.person({ id: ids.viber })));
    await mariia.says('/mybookings');
    await mariia.hears(/У вас немає записів/);
    expect(await exportOf(mariia)).not.toContain(told.name);
  });
});

/** A question in her own words, her country, her library, one booking by phone, and a second one begun. */
async function tellsEverything(mariia: Visitor): Promise<void> {
  await mariia.says(told.words);
  await mariia.hears();
  await mariia.says('/country');
  await mariia.presses('Польща');
  await mariia.hears(/Запам’ятовую/);
  await mariia.says('новини');
  await mariia.presses('☐ Підтримка родин');
  await mariia.hears(/Обрано: Підтримка родин/);
  await mariia.presses('Готово');
  await mariia.hears(/Загальні новини/);
  await mariia.says('/book');
  await mariia.presses('Шостка');
  await mariia.presses(/\d\d:\d\d/);
  await mariia.presses('Телефоном');
  await mariia.hears(/На який номер/);
  await mariia.says(told.phone);
  await mariia.hears(/Як до вас звертатися/);
  await mariia.says(told.name);
  await mariia.hears(/Перевірте/);
  await mariia.presses('Так, записати');
  await mariia.hears(/^Записано/);
  await mariia.says('/book');
  await mariia.presses(/\d\d:\d\d/);
  await mariia.hears(/Як минулого разу/);
  await mariia.presses('Інше ім’я');
  await mariia.hears(/Як до вас звертатися/);
  await mariia.says(told.other);
  await mariia.hears(/Перевірте/);
}

async function exportOf(mariia: Visitor): Promise<string> {
  await mariia.says('/export');
  await mariia.hears(/Ось усе/);
  return mariia.opensFile();
}

type Stored = { rows: Record<string, Row[]>; redis: Record<string, string>; bytes: Buffer[] };

/** Every row of every table, every key of Redis, and every byte that lies in the data directory. */
async function everythingStored(vistka: Vistka, redis: Server | null): Promise<Stored> {
  const { database } = vistka.config;
  const rows = database.kind === 'postgres' ? await rowsOfPostgres(database.url) : rowsOfSqlite(database.file);
  const kept = redis ? await everythingIn(redis.url) : {};
  // What was learnt of content and compiled lies there too: it was made before anybody wrote.
  const files = readdirSync(vistka.dataDir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'secret.key')
    .map((entry) => entry.name);
  return {
    rows,
    redis: kept,
    bytes: [
      ...files.map((file) => readFileSync(join(vistka.dataDir, file))),
      Buffer.from(JSON.stringify(rows)),
      Buffer.from(JSON.stringify(kept)),
    ],
  };
}

function rowsOfSqlite(file: string): Record<string, Row[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
  const rows = Object.fromEntries(
    tables.map(({ name }) => [name, database.prepare(`select * from "${name}"`).all() as Row[]]),
  );
  database.close();
  return rows;
}

async function rowsOfPostgres(url: string): Promise<Record<string, Row[]>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    const rows: Record<string, Row[]> = {};
    for (const { name } of tables.rows) rows[name] = (await client.query<Row>(`select * from "${name}"`)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

async function everythingIn(url: string): Promise<Record<string, string>> {
  const client = new Redis(url);
  try {
    const kept: Record<string, string> = {};
    for (const key of await client.keys('*')) {
      const type = await client.type(key);
      kept[key] = JSON.stringify(
        type === 'hash' ? await client.hgetall(key) : type === 'string' ? await client.get(key) : type,
      );
    }
    return kept;
  } finally {
    client.disconnect();
  }
}

/** Which secrets stand somewhere, as they are or in one of the ways in which a program writes them down. */
function found(secrets: readonly string[], bytes: readonly Buffer[]): string[] {
  const forms = (secret: string): Buffer[] => [
    Buffer.from(secret),
    Buffer.from(secret, 'utf16le'),
    Buffer.from(Buffer.from(secret).toString('hex')),
    Buffer.from(Buffer.from(secret).toString('base64').slice(0, -4)),
    Buffer.from(encodeURIComponent(secret)),
    Buffer.from(JSON.stringify(secret).slice(1, -1)),
    Buffer.from([...secret].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')),
  ];
  return secrets.filter((secret) => forms(secret).some((form) => bytes.some((all) => all.includes(form))));
}

/** Whatever stands for her in the tables: her random ids, the marks of her accounts and of her web chat, her letters. */
function pointersIn(rows: Record<string, Row[]>): string[] {
  return [
    ...(rows.people ?? []).map((row) => String(row.id)),
    ...(rows.identities ?? []).flatMap((row) => [String(row.mark), String(row.sealed)]),
    ...(rows.bookings ?? []).map((row) => String(row.contact)),
  ];
}

function pointing(pointers: readonly string[], stored: Stored): string[] {
  const places = [
    ...Object.entries(stored.rows).map(([table, rows]) => [table, JSON.stringify(rows)] as const),
    ...Object.entries(stored.redis).map(([key, value]) => [`redis ${key}`, `${key} ${value}`] as const),
  ];
  return places.flatMap(([place, text]) => pointers.filter((pointer) => text.includes(pointer)).map(() => place));
}
