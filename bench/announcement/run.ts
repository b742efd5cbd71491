import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseConfig } from '../../src/storage/database.ts';
import { startPostgres, startRedis } from '../../test/servers.ts';
import { quantile } from '../measure.ts';
import { type Deployment, deploy, type Ledger, openLedger, remove, startPlatforms } from './deployment.ts';
import { greet, type Live, type Said, talk, waits } from './live.ts';
import type { Seen } from './platforms.ts';
import { type Seeded, seed } from './seed.ts';

/** One announcement, from the minute when it is due to its closed books, or until the time is up. */
export type Run = {
  people: number;
  processes: number;
  store: 'sqlite' | 'postgres';
  /** Telegram's limit, on both ends; 0: none. */
  perSecond: number;
  /** Updates a second by people who talk meanwhile; 0: nobody does. */
  live: number;
  /** So many times a process is killed and started anew. */
  kills?: number;
  /** Ends after so long, wherever it is. */
  forMs?: number;
};

export type Outcome = {
  /** Calls to Telegram that were taken, against those allowed, over the middle of the job; NaN without a limit. */
  pace: number;
  /** Messages that arrived a second, over the same stretch. */
  speed: number;
  seen: Seen;
  /** From when it was due to the first message, and to the closed books (NaN: it was not finished), seconds. */
  firstAfterS: number;
  tookS: number;
  reachMs: number;
  memory: { start: number; peak: number; grownMb: number };
  cpuMsPer1000: number;
  databaseMb: number;
  live: { before: Quantiles; during: Quantiles; unanswered: number };
  books: Readonly<Record<string, number>>;
  /** What the platforms count against what the books say. All must be 0. */
  balance: { lacking: number; twice: number; sentButNotArrived: number; failedButArrived: number; unsettled: number };
  kills: number;
};

type Quantiles = { count: number; ackP50: number; ackP99: number; answerP50: number; answerP99: number };

const telegramShare = 0.9;
/** People who talk are heard for so long before it begins. */
const quietMs = 20_000;
const chats = 200;

export async function deliver(run: Run): Promise<Outcome> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vistka-announcement-'));
  const key = randomBytes(32).toString('hex');
  const closers: (() => Promise<unknown> | unknown)[] = [() => remove(dataDir)];
  try {
    const postgres = run.store === 'postgres' ? await startPostgres(['fsync=on']) : null;
    if (postgres) closers.push(() => postgres.stop());
    const redis = run.store === 'postgres' ? await startRedis() : null;
    if (redis) closers.push(() => redis.stop());
    const database: DatabaseConfig = postgres
      ? { kind: 'postgres', url: postgres.url }
      : { kind: 'sqlite', file: join(dataDir, 'vistka.sqlite') };
    const telegramPeople = Math.round(run.people * telegramShare);
    const viberPer10s = run.perSecond === 0 ? 0 : 500;
    const talkMs = run.live > 0 ? quietMs : 2_000;
    let dueAt = 0;
    const seeded = await seed(database, key, {
      ...{ people: run.people, telegramPeople },
      dueAt: () => {
        dueAt = Date.now() + 6_000 + talkMs + (run.live > 0 && run.perSecond > 0 ? (chats / run.perSecond) * 2_000 : 0);
        return dueAt;
      },
    });
    const platforms = await startPlatforms({
      ...{ people: run.people, telegramPeople, telegramPerSecond: run.perSecond, viberPer10s },
    });
    closers.push(() => platforms.stop());
    const deployment = await deploy({
      ...{ processes: run.processes, database, redisUrl: redis?.url ?? null, platforms: platforms.root, key, dataDir },
      ...{ telegramPerSecond: run.perSecond, viberPer10s },
    });
    closers.push(() => deployment.stop());
    const ledger = await openLedger(database, seeded.announcement);
    closers.push(() => ledger.close());

    if (run.live > 0) await greet(deployment.ports, chats, run.perSecond);
    const live = run.live > 0 ? talk(deployment.ports, run.live, chats) : null;
    await wait(Math.max(0, dueAt - Date.now()));
    const course = await follow(run, { deployment, platforms, ledger, live });
    const { said } = course;
    const waited = waits(said, await platforms.answers());
    const { seen } = course;
    const { counts, rows } = { counts: await platforms.counts(), rows: await ledger.rows() };
    return {
      ...course,
      ...paceOf(seen, run.perSecond),
      firstAfterS: seen.firstAt === null ? Number.NaN : (seen.firstAt - dueAt) / 1_000,
      tookS: course.done ? (course.endedAt - dueAt) / 1_000 : Number.NaN,
      reachMs: seeded.reachMs,
      memory: memoryOf(course.samples),
      cpuMsPer1000: (course.cpuSeconds * 1_000) / (seen.arrived / 1_000),
      databaseMb: await ledger.size(),
      live: liveOf(said, waited, dueAt),
      ...audit(rows, counts, seeded, course.done),
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

type Sample = { at: number; mb: number; arrived: number };

async function follow(
  run: Run,
  {
    deployment,
    platforms,
    ledger,
    live,
  }: { deployment: Deployment; platforms: Platforms; ledger: Ledger; live: Live | null },
) {
  const samples: Sample[] = [];
  const began = Date.now();
  const cpuBefore = deployment.cpuSeconds();
  const endBy = began + (run.forMs ?? Number.POSITIVE_INFINITY);
  let kills = 0;
  let killing: Promise<void> = Promise.resolve();
  /** At random moments, all of them before the last tenth. */
  const moments = Array.from({ length: run.kills ?? 0 }, () => Math.random() * 0.9 * run.people).sort((a, b) => a - b);
  for (let lookedAt = 0; ; ) {
    const seen = await platforms.seen();
    samples.push({ at: Date.now(), mb: deployment.memoryMb(), arrived: seen.arrived });
    const next = moments[kills];
    if (next !== undefined && seen.arrived >= next) {
      kills += 1;
      killing = deployment.kill(Math.floor(Math.random() * run.processes));
      await killing;
    }
    if (Date.now() - lookedAt >= 2_000) {
      lookedAt = Date.now();
      const state = await ledger.state();
      if (state === 'paused') throw new Error('the announcement was paused: somebody was to look at it');
      const done = state === 'done';
      if (done || lookedAt >= endBy) {
        const cpuSeconds = deployment.cpuSeconds() - cpuBefore;
        const said = live ? await live.stop() : [];
        // The last answers are under way.
        await wait(1_000);
        // Stopped in the middle it settles what it has in hand first.
        if (!done) await deployment.stop();
        return { seen: await platforms.seen(), samples, done, endedAt: lookedAt, cpuSeconds, kills, said };
      }
      const progress = `${Math.round((seen.arrived / run.people) * 100)} %`;
      process.stderr.write(process.stderr.isTTY ? `\r  ${progress}  ` : '');
    }
    await wait(moments.length > kills ? 50 : 1_000);
  }
}

type Platforms = Awaited<ReturnType<typeof startPlatforms>>;

/**
 * Over the whole seconds in the middle: neither the first, nor the last in which few are left. Before and after them only
 * those who talk to the bot are answered, which is less than half of the pace.
 */
function paceOf({ perSecond, arrived }: Seen, limit: number): { pace: number; speed: number } {
  const total = perSecond.reduce((sum, n) => sum + n, 0);
  const busy = (n: number) => n > (limit > 0 ? limit / 2 : 50);
  const middle = perSecond.slice(perSecond.findIndex(busy) + 1, perSecond.findLastIndex(busy));
  const calls = middle.reduce((sum, n) => sum + n, 0) / middle.length;
  return { pace: limit > 0 ? calls / limit : Number.NaN, speed: (calls * arrived) / total };
}

/** `grownMb`: by a straight line from a fifth of the job to its end. */
function memoryOf(samples: readonly Sample[]): Outcome['memory'] {
  const whole = samples.at(-1)?.arrived ?? 0;
  const later = samples.filter(({ arrived, mb }) => arrived >= whole / 5 && !Number.isNaN(mb));
  const at = later.map((sample) => sample.at);
  const meanAt = mean(at);
  const meanMb = mean(later.map(({ mb }) => mb));
  const slope =
    later.reduce((sum, one) => sum + (one.at - meanAt) * (one.mb - meanMb), 0) /
    later.reduce((sum, one) => sum + (one.at - meanAt) ** 2, 0);
  return {
    start: samples[0]?.mb ?? Number.NaN,
    peak: Math.max(...samples.map(({ mb }) => mb)),
    grownMb: slope * ((at.at(-1) ?? 0) - (at[0] ?? 0)),
  };
}

function liveOf(said: readonly Said[], waited: readonly (number | null)[], dueAt: number): Outcome['live'] {
  const quantiles = (of: readonly { one: Said; answer: number | null }[]): Quantiles => {
    const acks = of.flatMap(({ one }) => (one.ackMs === null ? [] : [one.ackMs]));
    const answers = of.flatMap(({ answer }) => (answer === null ? [] : [answer]));
    return {
      count: of.length,
      ...{ ackP50: quantile(acks, 0.5), ackP99: quantile(acks, 0.99) },
      ...{ answerP50: quantile(answers, 0.5), answerP99: quantile(answers, 0.99) },
    };
  };
  const all = said.map((one, i) => ({ one, answer: waited[i] ?? null }));
  return {
    before: quantiles(all.filter(({ one }) => one.at < dueAt)),
    during: quantiles(all.filter(({ one }) => one.at >= dueAt)),
    unanswered: all.filter(({ answer }) => answer === null).length,
  };
}

/** Each person's row against what arrived at their number. */
function audit(
  rows: readonly { person: string; state: string; why: string | null }[],
  counts: Uint8Array,
  { people }: Seeded,
  done: boolean,
): Pick<Outcome, 'books' | 'balance'> {
  const books: Record<string, number> = {};
  const of = new Map(rows.map((row) => [row.person, row]));
  const balance = { lacking: 0, twice: 0, sentButNotArrived: 0, failedButArrived: 0, unsettled: 0 };
  for (const { state, why } of rows) {
    const name = why === null ? state : `${state}: ${why}`;
    books[name] = (books[name] ?? 0) + 1;
  }
  for (const [i, person] of people.entries()) {
    const row = of.get(person);
    const arrived = counts[i] ?? 0;
    if (arrived > 1) balance.twice += 1;
    if (!row) {
      if (done || arrived > 0) balance.lacking += 1;
    } else if (row.state === 'sent' && arrived === 0) balance.sentButNotArrived += 1;
    else if (row.state !== 'sent' && row.state !== 'uncertain' && arrived > 0) balance.failedButArrived += 1;
    if (done && (row?.state === 'waiting' || row?.state === 'sending')) balance.unsettled += 1;
  }
  if (rows.length !== of.size) balance.twice += rows.length - of.size;
  return { books, balance };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
