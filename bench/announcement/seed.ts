import { randomBytes } from 'node:crypto';
import { createAnnouncements } from '../../src/announcements/room.ts';
import { topicMarks } from '../../src/announcements/topic-marks.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import { newId } from '../../src/ids.ts';
import { createPeople } from '../../src/people/people.ts';
import { deskOf } from '../../src/staff/desk.ts';
import { inviteFromTerminal } from '../../src/staff/invitations.ts';
import { createTeam } from '../../src/staff/team.ts';
import { type Database, type DatabaseConfig, openDatabase } from '../../src/storage/database.ts';
import { openSeal } from '../../src/storage/keys.ts';
import type { Seal } from '../../src/storage/seal.ts';
import { telegramBase, viberName } from './platforms.ts';

/**
 * A deployment with many subscribers and one announcement for all of them, made before its processes start: people by
 * plain statements, as fast as the engine takes them; the announcement by the room itself, to the second tap.
 */
export type Seeded = {
  announcement: string;
  /** Person ids, by the number by which the platforms know them. */
  people: readonly string[];
  /** ms: counting all readers, as staff are shown it. */
  reachMs: number;
  seedMs: number;
};

const topic = 'courses';
const rowsAtOnce = 2_000;
const words = {
  uk: 'У бібліотеці починаються курси комп’ютерної грамотності для старших людей. Заняття щовівторка о десятій, безкоштовно. Приходьте самі й приводьте батьків: навчимо дзвонити по відео, платити за комунальні та не вірити шахраям.',
  en: 'A course on computers for older people begins at the library. Every Tuesday at ten, free of charge.',
  pl: 'W bibliotece zaczyna się kurs komputerowy dla starszych. W każdy wtorek o dziesiątej, bezpłatnie.',
} as const;

export async function seed(
  config: DatabaseConfig,
  key: string,
  wanted: { people: number; telegramPeople: number; dueAt(): number },
): Promise<Seeded> {
  const began = performance.now();
  const database = await openDatabase(config);
  try {
    const seal = await openSeal(database, [Buffer.from(key, 'hex')]);
    const people = await addPeople(database, seal, wanted);
    // As it would be after some days; planning by the statistics of an empty database is nobody's everyday.
    if (database.engine === 'postgres') await analyse(database);
    const seedMs = performance.now() - began;
    return { people, seedMs, ...(await announce(database, seal, wanted.dueAt)) };
  } finally {
    await database.close();
  }
}

async function addPeople(
  database: Database,
  seal: Seal,
  { people, telegramPeople }: { people: number; telegramPeople: number },
): Promise<string[]> {
  const now = Date.now();
  const day = new Date(now).toISOString().slice(0, 10);
  const mark = createPeople({ database, seal, clock: Date }).mark;
  const chosen = topicMarks(seal).get(topic) ?? '';
  const ids: string[] = [];
  for (let from = 0; from < people; from += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, people - from) }, (_, place) => {
      const i = from + place;
      const channel = i < telegramPeople ? 'telegram' : 'viber';
      const sender = i < telegramPeople ? String(telegramBase + i) : viberName(i);
      const found = mark(channel, sender);
      // Over a year, so that the order of ids is not the order of platforms.
      const person = newId(now - ((i * 7919) % 365) * 86_400_000);
      return { i, person, channel, mark: found, sealed: seal.seal(sender, `identity ${found}`) };
    });
    await database.db.transaction().execute(async (trx) => {
      await trx
        .insertInto('people')
        .values(rows.map(({ person, i }) => ({ id: person, seen_day: day, ...readerOf(i) })))
        .execute();
      await trx
        .insertInto('identities')
        .values(rows.map(({ i: _, ...account }) => ({ ...account, seen_at: now })))
        .execute();
      await trx
        .insertInto('subscribers')
        .values(rows.map(({ person }) => ({ person, consent_at: now, consent: '1 uk', quiet: 'none' })))
        .execute();
      await trx
        .insertInto('subscriber_topics')
        .values(rows.map(({ person }) => ({ person, topic: chosen })))
        .execute();
    });
    for (const { person } of rows) ids.push(person);
  }
  return ids;
}

/** Most in Ukrainian, in Poland, Czechia, Germany and at home. */
function readerOf(i: number): { language: string; country: string } {
  return {
    language: (['uk', 'uk', 'uk', 'uk', 'uk', 'uk', 'ru', 'uk', 'pl', 'en'] as const)[i % 10] ?? 'uk',
    country: (['pl', 'cz', 'de', 'ua', 'it'] as const)[i % 5] ?? 'pl',
  };
}

async function analyse(database: Database): Promise<void> {
  const { sql } = await import('kysely');
  await sql`analyze`.execute(database.db);
}

/** A network's librarian writes it and confirms; it is due when the processes have been up for a while. */
async function announce(database: Database, seal: Seal, dueAt: () => number) {
  const clock = Date;
  const team = createTeam({ database, seal, clock });
  const people = createPeople({ database, seal, clock });
  const outbox = createOutbox({ database, seal, clock });
  const room = createAnnouncements(
    {
      ...{ database, seal, clock, outbox },
      staff: deskOf(team, async () => undefined),
      librariesIn: () => [],
      charged: (channel) => channel === 'viber',
      prices: {},
      approvalAbove: Number.POSITIVE_INFINITY,
      zoneOf: async () => 'Europe/Kyiv',
    },
    async () => null,
  );
  const person = await people.identify('telegram', String(authorChat));
  const { code } = await inviteFromTerminal({ database, seal, clock }, { role: 'admin', library: null });
  await team.join({ person, code, name: 'Марія' });
  const draft = await room.draft({
    ...{ eventId: randomBytes(8).toString('hex'), person, library: null, topic },
    ...{ language: 'uk' as const, words: words.uk },
  });
  if (!draft) throw new Error('no draft was made');
  for (const language of ['en', 'pl'] as const) {
    await room.change(person, draft.no, { words: { language, text: words[language] } });
  }
  const began = performance.now();
  const reach = await room.reach(person, draft.no);
  const reachMs = performance.now() - began;
  const version = (await room.find(person, draft.no))?.version ?? 0;
  const confirmed = await room.confirm({ person, no: draft.no, version, people: reach?.people ?? 0, at: null });
  if (confirmed.outcome !== 'scheduled') throw new Error(`not confirmed: ${confirmed.outcome}`);
  await database.db.updateTable('announcements').set({ due_at: dueAt() }).where('id', '=', draft.id).execute();
  return { announcement: draft.id, reachMs };
}

export const authorChat = 900_000_000;
