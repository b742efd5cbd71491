import { parseArgs } from 'node:util';
import { loadKinds } from '../bookings/kinds.ts';
import { confirmBooking, requestedBookings } from '../bookings/requests.ts';
import { systemClock } from '../clock.ts';
import { ConfigError, loadConfig } from '../config.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { type Language, languages } from '../knowledge/schema.ts';
import { signedText } from '../knowledge/signed-text.ts';
import { createSignOffs, sign, unsign } from '../staff/sign-offs.ts';
import { countsSince } from '../storage/counts.ts';
import { type Database, openDatabase } from '../storage/database.ts';
import { createSeal } from '../storage/seal.ts';
import { ownSecretKey } from '../storage/secret-key.ts';

/**
 * What the admin does from a terminal:
 *
 *     npm run staff -- requests       bookings that wait for a librarian's word
 *     npm run staff -- confirm ID     says yes to one
 *     npm run staff -- sign ARTICLE --by NAME [--language uk]     a lawyer's name under an article's text
 *     npm run staff -- unsign ARTICLE [--language uk]             takes it off
 *     npm run staff -- signs                                      lists the names
 *     npm run staff -- wrong-numbers [--since DAY]                numbers that people told of as not working
 */

const usage = `npm run staff -- requests       lists the bookings that wait to be confirmed
npm run staff -- confirm ID     confirms one
npm run staff -- sign ARTICLE --by "NAME" [--language uk]
                                puts the name of the lawyer who has checked the text under it
npm run staff -- unsign ARTICLE [--language uk]
                                takes the name off
npm run staff -- signs          lists the names, and which texts have changed since
npm run staff -- wrong-numbers [--since 2026-11-01]
                                lists the numbers that people found not to work
`;

export type Said = { code: 0 | 1; out: string };

/** @throws ConfigError, or the error of a database that can't be had */
export async function staff(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<Said> {
  const order = readOrder(args);
  if (!order) return { code: 1, out: usage };

  const { config, secrets } = loadConfig(env);
  const key = secrets.key ?? ownSecretKey(config.dataDir);
  const database = await openDatabase(config.database);
  try {
    const parts = { database, seal: createSeal([key]), clock: systemClock(config.clockOffsetMs) };
    const today = isoDay(parts.clock.now());
    switch (order.command) {
      case 'requests': {
        const kinds = new Map(loadKinds(config.contentDir).map((kind) => [kind.id, kind.name.uk]));
        return await requests(parts, (kind) => kinds.get(kind) ?? kind);
      }
      case 'confirm':
        return await confirm({ ...parts, reminders: remindersOf(parts, config) }, order.id);
      case 'sign':
        return await signText(database, loadKnowledge(config.contentDir), { ...order, on: today });
      case 'unsign':
        return await takeNameOff(database, order);
      case 'signs':
        return await signs(database, loadKnowledge(config.contentDir));
      case 'wrong-numbers':
        return await wrongNumbers(database, loadKnowledge(config.contentDir), order.since ?? monthBefore(today));
    }
  } finally {
    await database.close();
  }
}

type Order =
  | { command: 'requests' | 'signs' }
  | { command: 'confirm'; id: string }
  | { command: 'sign'; article: string; language: Language; by: string }
  | { command: 'unsign'; article: string; language: Language }
  | { command: 'wrong-numbers'; since: string | null };

/** @returns null where it is no order that we know. */
function readOrder(args: readonly string[]): Order | null {
  const given = parseOptions(args);
  if (!given || given.positionals.length > 2) return null;
  const { by = '', language = 'uk', since = null } = given.values;
  const [command, id = ''] = given.positionals;
  const known = languages.find((one) => one === language);
  if (!known || (since !== null && !isDay(since))) return null;
  switch (command) {
    case 'requests':
    case 'signs':
      return { command };
    case 'confirm':
      return id === '' ? null : { command, id };
    case 'sign':
      return id === '' || by.trim() === '' ? null : { command, article: id, language: known, by: by.trim() };
    case 'unsign':
      return id === '' ? null : { command, article: id, language: known };
    case 'wrong-numbers':
      return { command, since };
    default:
      return null;
  }
}

/** @returns null for an option that does not exist or lacks its value. */
function parseOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { by: text, language: text, since: text } });
  } catch {
    return null;
  }
}

type Parts = Parameters<typeof confirmBooking>[0];

async function requests(parts: Parts, kindName: (kind: string) => string): Promise<Said> {
  const waiting = await requestedBookings(parts);
  if (waiting.length === 0) return { code: 0, out: 'No booking waits to be confirmed.\n' };
  const lines = waiting.map(({ id, wall, zone, library, kind, how, name, phone }) =>
    [id, `${wall.replace('T', ' ')} ${zone}`, library, kindName(kind), how, printable(name), phone]
      .filter((part) => part)
      .join('  '),
  );
  return { code: 0, out: `${lines.join('\n')}\n` };
}

async function confirm(parts: Parts, id: string): Promise<Said> {
  const result = await confirmBooking(parts, id);
  switch (result.outcome) {
    case 'confirmed':
      return { code: 0, out: `Confirmed: ${result.booking.wall.replace('T', ' ')}, ${result.booking.library}.\n` };
    case 'already':
      return { code: 0, out: 'It was confirmed before.\n' };
    case 'cancelled':
      return { code: 1, out: 'The person has cancelled it.\n' };
    case 'over':
      return { code: 1, out: 'Its time has passed.\n' };
    case 'unknown':
      return { code: 1, out: 'There is no booking with this id. npm run staff -- requests lists those that wait.\n' };
  }
}

const longestName = 60;

async function signText(
  { db }: Database,
  knowledge: Knowledge,
  order: { article: string; language: Language; by: string; on: string },
): Promise<Said> {
  const article = knowledge.article(order.article);
  if (!article) return { code: 1, out: `There is no article "${printable(order.article)}" in content/articles.\n` };
  const text = signedText(article, order.language);
  if (text === null) return { code: 1, out: `${article.id} is not written in ${order.language}.\n` };
  if (order.by.length > longestName || order.by !== printable(order.by))
    return {
      code: 1,
      out: `Write the name as people shall read it, on one line of at most ${longestName} characters.\n`,
    };
  await sign(db, { article: article.id, language: order.language, by: order.by, on: order.on }, text);
  const title = article.texts[order.language]?.title ?? '';
  return {
    code: 0,
    out: `Signed: ${article.id} (${order.language}), "${title}", by ${order.by} on ${order.on}.
It is shown within a minute, and until a word of the text or a source changes.\n`,
  };
}

async function takeNameOff({ db }: Database, order: { article: string; language: Language }): Promise<Said> {
  const was = await unsign(db, order.article, order.language);
  return was
    ? { code: 0, out: 'The name is off; it disappears within a minute.\n' }
    : { code: 1, out: 'Nobody signed that text. npm run staff -- signs lists what is signed.\n' };
}

async function signs({ db }: Database, knowledge: Knowledge): Promise<Said> {
  const signOffs = await createSignOffs(db);
  if (signOffs.all().length === 0) return { code: 0, out: 'No text is signed.\n' };
  const lines = signOffs.all().map(({ article: id, language, by, on }) => {
    const article = knowledge.article(id);
    const text = article && signedText(article, language);
    const holds = text && signOffs.under(id, language, () => text) !== null;
    return [id, language, by, on, holds ? 'shown' : 'NOT SHOWN: the text has changed, ask for another look'].join('  ');
  });
  return { code: 0, out: `${lines.join('\n')}\n` };
}

const mostListed = 200;

async function wrongNumbers({ db }: Database, knowledge: Knowledge, since: string): Promise<Said> {
  const told = await countsSince(db, 'wrong-number', since, mostListed);
  if (told.length === 0) return { code: 0, out: `Nobody told of a wrong number since ${since}.\n` };
  const lines = told.map(({ key, n }) => {
    const resource = knowledge.resource(key);
    if (!resource) return `${n}  ${printable(key)}  (no longer in content/resources)`;
    const numbers = resource.phones.map((phone) => phone.number).join(', ');
    return `${n}  ${key}  ${numbers}  checked ${resource.checked_on}  content/resources/${resource.country}.yaml`;
  });
  return { code: 0, out: `Told since ${since}, how often:\n${lines.join('\n')}\n` };
}

function isoDay(now: number): string {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('Europe/Kyiv').toPlainDate().toString();
}

function monthBefore(day: string): string {
  return Temporal.PlainDate.from(day).subtract({ months: 1 }).toString();
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** A name is whatever somebody typed; it must not move the cursor of the terminal. */
function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').trim();
}

if (import.meta.main) {
  try {
    const { code, out } = await staff(process.argv.slice(2), process.env);
    process.stdout.write(out);
    process.exitCode = code;
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults.join('\n') : String(error);
    process.stderr.write(`${faults}\n`);
    process.exitCode = 1;
  }
}
