import { parseArgs } from 'node:util';
import { type Reason, reasons } from '../bookings/closures.ts';
import { loadKinds } from '../bookings/kinds.ts';
import { systemClock } from '../clock.ts';
import { type Config, ConfigError, loadConfig, type Secrets } from '../config.ts';
import { createGrouping } from '../knowledge/alike.ts';
import { type Content, readContent } from '../knowledge/content.ts';
import type { Article } from '../knowledge/knowledge.ts';
import { type Language, languages } from '../knowledge/schema.ts';
import { signedText } from '../knowledge/signed-text.ts';
import { loadLibraries } from '../libraries/load.ts';
import { createLinker } from '../links.ts';
import { type Deed, record, recorded, terminal } from '../staff/audit.ts';
import { inviteFromTerminal } from '../staff/invitations.ts';
import { type Role, roles } from '../staff/roles.ts';
import { createSignOffs, sign, unsign } from '../staff/sign-offs.ts';
import { createTeam } from '../staff/team.ts';
import { createUnanswered } from '../staff/unanswered.ts';
import { countsSince } from '../storage/counts.ts';
import { type Database, openDatabase } from '../storage/database.ts';
import { openSeal } from '../storage/keys.ts';
import { secretKeys } from '../storage/secret-key.ts';
import {
  cancel,
  close,
  confirm,
  feed,
  open,
  type Parts,
  requests,
  type Said,
  wentAs,
  withReminders,
} from './staff-bookings.ts';

/**
 * What the admin does from a terminal:
 *
 *     npm run --silent staff -- invite --role admin [--library ID] [--json]     a link that makes somebody staff, once
 *     npm run staff -- team           who works here, by number
 *     npm run staff -- remove NO      ends a role at once, and what it has set going
 *     npm run staff -- audit          what staff did lately
 *     npm run staff -- requests       bookings that wait for a librarian's word
 *     npm run staff -- confirm ID     says yes to one; the bot tells the person
 *     npm run staff -- cancel ID      calls one off; the bot tells the person
 *     npm run staff -- held ID        they came; missed ID: they did not
 *     npm run staff -- close LIBRARY DAY [--reason power|raid|other]     calls a day off; open LIBRARY DAY
 *     npm run staff -- feed CONSULTANT [--revoke]                 an address for a consultant's calendar program
 *     npm run staff -- sign ARTICLE --by NAME [--language uk]     a lawyer's name under an article's text
 *     npm run staff -- unsign ARTICLE [--language uk]             takes it off
 *     npm run staff -- signs                                      lists the names
 *     npm run staff -- wrong-numbers [--since DAY]                numbers that people told of as not working
 *     npm run staff -- unanswered [--since DAY]                   questions that nothing answered, grouped
 */

const usage = `npm run staff -- invite --role ${roles.join('|')} [--library ID] [--json]
                                makes an invitation for one person, for seven days
npm run staff -- team           lists who works here, by number
npm run staff -- remove NO      ends a role at once: its announcements stop, its invitations hold no longer
npm run staff -- audit          lists what staff did lately
npm run staff -- requests       lists the bookings that wait to be confirmed
npm run staff -- confirm ID     confirms one
npm run staff -- cancel ID      calls one off, and the person is told
npm run staff -- held ID        says that they came; missed ID: that they did not
npm run staff -- close LIBRARY DAY [--reason power|raid|other]
                                closes a day, calls off what is booked on it and offers other times
npm run staff -- open LIBRARY DAY
                                opens a closed day again
npm run staff -- feed LIBRARY/CONSULTANT [--revoke]
                                makes, or ends, an address for a consultant's calendar program
npm run staff -- sign ARTICLE --by "NAME" [--language uk]
                                puts the name of the lawyer who has checked the text under it
npm run staff -- unsign ARTICLE [--language uk]
                                takes the name off
npm run staff -- signs          lists the names, and which texts have changed since
npm run staff -- wrong-numbers [--since 2026-11-01]
                                lists the numbers that people found not to work
npm run staff -- unanswered [--since 2026-11-01]
                                lists what people asked in vain, grouped by what comes nearest and by wording
`;

/** @throws ConfigError, or the error of a database that can't be had */
export async function staff(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<Said> {
  const order = readOrder(args);
  if (!order) return { code: 1, out: usage };

  const { config, secrets } = loadConfig(env);
  const database = await openDatabase(config.database);
  try {
    const parts = {
      database,
      seal: await openSeal(database, secretKeys(secrets, config.dataDir)),
      clock: systemClock(config.clockOffsetMs),
    };
    const today = isoDay(parts.clock.now());
    switch (order.command) {
      case 'invite':
        return await invite(parts, order, { config, secrets });
      case 'team':
        return await listTeam(parts);
      case 'remove':
        return await remove(parts, order.no);
      case 'audit':
        return await audit(database);
      case 'requests': {
        const kinds = new Map(loadKinds(config.contentDir).map((kind) => [kind.id, kind.name.uk]));
        return await requests(parts, (kind) => kinds.get(kind) ?? kind);
      }
      case 'confirm':
        return await noted(parts, { what: 'confirm booking', about: order.id }, () =>
          confirm(withReminders(parts, config), order.id),
        );
      case 'held':
      case 'missed': {
        const { command, id } = order;
        return await noted(parts, { what: command, about: id }, () =>
          wentAs(withReminders(parts, config), id, command),
        );
      }
      case 'cancel':
        return await noted(parts, { what: 'cancel booking', about: order.id }, () =>
          cancel(withReminders(parts, config), order.id),
        );
      case 'close':
        return await noted(parts, { what: 'close day', about: order.day, library: order.library }, () =>
          close(withReminders(parts, config), order),
        );
      case 'open':
        return await noted(parts, { what: 'open day', about: order.day, library: order.library }, () =>
          open(parts, order),
        );
      case 'feed': {
        const base = config.publicUrl ?? `http://localhost:${config.port}`;
        return await noted(parts, { what: order.revoke ? 'revoke feed' : 'make feed', about: order.consultant }, () =>
          feed(parts, order, base),
        );
      }
      case 'sign':
        return await noted(parts, { what: 'sign', about: `${order.article} ${order.language}` }, () =>
          signText(database, readContent(config.contentDir), { ...order, on: today }),
        );
      case 'unsign':
        return await noted(parts, { what: 'unsign', about: `${order.article} ${order.language}` }, () =>
          takeNameOff(database, order),
        );
      case 'signs':
        return await signs(database, readContent(config.contentDir));
      case 'wrong-numbers':
        return await wrongNumbers(database, readContent(config.contentDir), order.since ?? monthBefore(today));
      case 'unanswered':
        return await unansweredQuestions(parts, readContent(config.contentDir), order.since ?? monthBefore(today));
    }
  } finally {
    await database.close();
  }
}

type Order =
  | { command: 'requests' | 'signs' | 'audit' | 'team' }
  | { command: 'remove'; no: number }
  | { command: 'invite'; role: Role; library: string | null; json: boolean }
  | { command: 'confirm' | 'cancel'; id: string }
  | { command: 'held' | 'missed'; id: string }
  | { command: 'close'; library: string; day: string; reason: Reason }
  | { command: 'open'; library: string; day: string }
  | { command: 'feed'; consultant: string; revoke: boolean }
  | { command: 'sign'; article: string; language: Language; by: string }
  | { command: 'unsign'; article: string; language: Language }
  | { command: 'wrong-numbers' | 'unanswered'; since: string | null };

/** @returns null where it is no order that we know. */
function readOrder(args: readonly string[]): Order | null {
  const given = parseOptions(args);
  if (!given || given.positionals.length > 3) return null;
  const { by = '', language = 'uk', since = null } = given.values;
  const [command, id = '', day] = given.positionals;
  if (day !== undefined && command !== 'close' && command !== 'open') return null;
  const known = languages.find((one) => one === language);
  if (!known || (since !== null && !isDay(since))) return null;
  switch (command) {
    case 'invite': {
      const role = roles.find((one) => one === given.values.role);
      const { library = null, json = false } = given.values;
      return role && id === '' ? { command, role, library, json } : null;
    }
    case 'requests':
    case 'signs':
    case 'audit':
    case 'team':
      return { command };
    case 'remove':
      return /^\d{1,9}$/.test(id) ? { command, no: Number(id) } : null;
    case 'confirm':
    case 'held':
    case 'missed':
    case 'cancel':
      return id === '' ? null : { command, id };
    case 'close': {
      const reason = reasons.find((one) => one === (given.values.reason ?? 'other'));
      return reason && day && isDay(day) ? { command, library: id, day, reason } : null;
    }
    case 'open':
      return day && isDay(day) ? { command, library: id, day } : null;
    case 'feed':
      return id === '' ? null : { command, consultant: id, revoke: given.values.revoke ?? false };
    case 'sign':
      return id === '' || by.trim() === '' ? null : { command, article: id, language: known, by: by.trim() };
    case 'unsign':
      return id === '' ? null : { command, article: id, language: known };
    case 'wrong-numbers':
    case 'unanswered':
      return { command, since };
    default:
      return null;
  }
}

/** @returns null for an option that does not exist or lacks its value. */
function parseOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{ by: text, language: text, since: text, role: text, library: text, reason: text },
        ...{ json: { type: 'boolean' }, revoke: { type: 'boolean' } },
      },
    });
  } catch {
    return null;
  }
}

/** Without a library, a librarian or a consultant is one of the whole network. */
async function invite(
  parts: Parts,
  { role, library, json }: Extract<Order, { command: 'invite' }>,
  { config, secrets }: { config: Config; secrets: Secrets },
): Promise<Said> {
  if (library !== null && !loadLibraries(config.contentDir, { demo: config.demo }).some(({ id }) => id === library)) {
    return {
      code: 1,
      out: `There is no library ${printable(library)}. Their ids are in ${config.contentDir}/libraries.\n`,
    };
  }
  const { code, expires } = await inviteFromTerminal(parts, { role, library });
  const links = await createLinker(config, secrets)(`staff-${code}`);
  const invitation = { code, expires: new Date(expires).toISOString(), ...links };
  if (json) return { code: 0, out: `${JSON.stringify(invitation)}\n` };
  const ways = Object.values(links).filter((link) => link !== null);
  return {
    code: 0,
    out: `${ways.join('\n')}\n\nOr write to the bot: /join ${code}\nFor one person, until ${invitation.expires}.\n`,
  };
}

/** What was done leaves its line in the audit. */
async function noted(parts: Parts, deed: Omit<Deed, 'staff'>, work: () => Promise<Said>): Promise<Said> {
  const said = await work();
  if (said.code === 0) await record(parts.database.db, { ...deed, staff: terminal }, parts.clock.now());
  return said;
}

async function listTeam(parts: Parts): Promise<Said> {
  const lines = (await createTeam(parts).everybody()).map(({ no, role, library, name, since }) =>
    [no, role, library ?? 'the network', printable(name), `since ${isoDay(since)}`].filter((part) => part).join('  '),
  );
  return {
    code: 0,
    out: lines.length > 0 ? `${lines.join('\n')}\n` : 'Nobody works here yet: npm run staff -- invite.\n',
  };
}

async function remove(parts: Parts, no: number): Promise<Said> {
  return (await createTeam(parts).removeFromTerminal(no))
    ? {
        code: 0,
        out: `Role ${no} has ended. What it had announced and was not sent yet is stopped, and admins are told.\n`,
      }
    : { code: 1, out: `There is no role ${no}. npm run staff -- team lists them.\n` };
}

async function audit(database: Database): Promise<Said> {
  const lines = (await recorded(database.db, 200)).map(({ staff, what, about, library, at }) =>
    [new Date(at).toISOString(), staff, what, about, library].filter((part) => part).join('  '),
  );
  return { code: 0, out: lines.length > 0 ? `${lines.join('\n')}\n` : 'Staff have done nothing yet.\n' };
}

const longestName = 60;

async function signText(
  { db }: Database,
  content: Content,
  order: { article: string; language: Language; by: string; on: string },
): Promise<Said> {
  const article = articleIn(content, order.article);
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

function articleIn(content: Content, id: string): Article | undefined {
  return content.articles.find(({ article }) => article.id === id)?.article;
}

async function takeNameOff({ db }: Database, order: { article: string; language: Language }): Promise<Said> {
  const was = await unsign(db, order.article, order.language);
  return was
    ? { code: 0, out: 'The name is off; it disappears within a minute.\n' }
    : { code: 1, out: 'Nobody signed that text. npm run staff -- signs lists what is signed.\n' };
}

async function signs({ db }: Database, content: Content): Promise<Said> {
  const signOffs = await createSignOffs(db);
  if (signOffs.all().length === 0) return { code: 0, out: 'No text is signed.\n' };
  const lines = signOffs.all().map(({ article: id, language, by, on }) => {
    const article = articleIn(content, id);
    const text = article && signedText(article, language);
    const holds = text && signOffs.under(id, language, () => text) !== null;
    return [id, language, by, on, holds ? 'shown' : 'NOT SHOWN: the text has changed, ask for another look'].join('  ');
  });
  return { code: 0, out: `${lines.join('\n')}\n` };
}

const mostListed = 200;

async function wrongNumbers({ db }: Database, content: Content, since: string): Promise<Said> {
  const told = await countsSince(db, 'wrong-number', since, mostListed);
  if (told.length === 0) return { code: 0, out: `Nobody told of a wrong number since ${since}.\n` };
  const lines = told.map(({ key, n }) => {
    const resource = content.resources.get(key);
    if (!resource) return `${n}  ${printable(key)}  (no longer in content/resources)`;
    const numbers = resource.phones.map((phone) => phone.number).join(', ');
    return `${n}  ${key}  ${numbers}  checked ${resource.checked_on}  content/resources/${resource.country}.yaml`;
  });
  return { code: 0, out: `Told since ${since}, how often:\n${lines.join('\n')}\n` };
}

const mostExamples = 5;

/** By the article that comes nearest and the language, most asked first; in each, what is worded alike together. */
async function unansweredQuestions(parts: Parts, content: Content, since: string): Promise<Said> {
  const questions = await createUnanswered(parts).since(since);
  if (questions.length === 0) return { code: 0, out: `Nothing was asked in vain since ${since}.\n` };
  const grouped = createGrouping(content);
  const nearest = Map.groupBy(questions, ({ article, language }) => `${article ?? 'nothing'} (${language})`);
  const blocks = [...nearest]
    .toSorted(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .map(([name, asked]) => {
      const groups = grouped(asked, ({ text }) => text);
      const more = groups.length > mostExamples ? [`       and ${groups.length - mostExamples} more`] : [];
      const lines = groups
        .slice(0, mostExamples)
        .map((alike) => `  ${String(alike.length).padStart(3)}  ${printable(alike[0]?.text ?? '')}`);
      return [`${asked.length}  nearest: ${name}`, ...lines, ...more].join('\n');
    });
  return { code: 0, out: `Asked in vain since ${since}:\n${blocks.join('\n')}\n` };
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
