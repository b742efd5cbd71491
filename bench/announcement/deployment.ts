import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { DatabaseConfig } from '../../src/storage/database.ts';
import { freePort } from '../free-port.ts';
import { cpuSeconds, residentMb, untilHealthy } from '../processes.ts';
import type { Ask, Rules, Seen } from './platforms.ts';

/** The processes of a deployment, and what the machine tells of them. */
export type Deployment = {
  readonly ports: readonly number[];
  /** Ends one by SIGKILL and starts it anew. */
  kill(which: number): Promise<void>;
  /** MB that all of them hold together. */
  memoryMb(): number;
  /** Processor seconds of all of them, those that were killed too. */
  cpuSeconds(): number;
  stop(): Promise<void>;
};

export const secret = 'bench-secret-0123456789';

export async function deploy(wanted: {
  processes: number;
  database: DatabaseConfig;
  redisUrl: string | null;
  platforms: string;
  key: string;
  dataDir: string;
  telegramPerSecond: number;
  viberPer10s: number;
}): Promise<Deployment> {
  const ports = await Promise.all(Array.from({ length: wanted.processes }, freePort));
  let spent = 0;
  const start = (port: number, n: number): ChildProcess => {
    const log = openSync(join(wanted.dataDir, `log-${n}.txt`), 'a');
    // `PROFILE=folder`: where the time goes, for Chrome's or VS Code's viewer.
    const profile = process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : [];
    const child = spawn(process.execPath, [...profile, 'src/main.ts'], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH ?? '',
        PORT: String(port),
        DATA_DIR: wanted.dataDir,
        SECRET_KEY: wanted.key,
        ...(wanted.database.kind === 'postgres' ? { DATABASE_URL: wanted.database.url } : {}),
        ...(wanted.redisUrl ? { REDIS_URL: wanted.redisUrl } : {}),
        TELEGRAM_BOT_TOKEN: '1:bench',
        TELEGRAM_API_ROOT: wanted.platforms,
        TELEGRAM_WEBHOOK_SECRET: secret,
        TELEGRAM_MESSAGES_PER_SECOND: String(wanted.telegramPerSecond),
        VIBER_AUTH_TOKEN: 'bench-viber-token',
        VIBER_API_ROOT: `${wanted.platforms}/pa`,
        VIBER_CALLS_PER_10S: String(wanted.viberPer10s === 0 ? 100_000 : wanted.viberPer10s),
        PUBLIC_URL: `http://127.0.0.1:${ports[0]}`,
        RATE_LIMIT_PER_MINUTE: '0',
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
      },
    });
    closeSync(log);
    return child;
  };
  const children = ports.map(start);
  await Promise.all(ports.map(untilHealthy));
  return {
    ports,
    async kill(which) {
      const child = children[which];
      if (!child) return;
      spent += cpuSeconds(child.pid);
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      const port = ports[which] ?? 0;
      children[which] = start(port, which);
      await untilHealthy(port);
    },
    memoryMb: () => children.reduce((sum, child) => sum + residentMb(child.pid), 0),
    cpuSeconds: () => children.reduce((sum, child) => sum + cpuSeconds(child.pid), spent),
    async stop() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGTERM');
          await once(child, 'exit');
        }),
      );
    },
  };
}

export type Platforms = Awaited<ReturnType<typeof startPlatforms>>;

export async function startPlatforms(rules: Rules) {
  const child = fork(join(import.meta.dirname, 'platforms.ts'), [JSON.stringify(rules)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  // The platforms do not share this machine: what they measure must not be that it is busy. Root only.
  try {
    setPriority(child.pid ?? 0, -15);
  } catch {
    process.stderr.write('the platforms run with the priority of everything else\n');
  }
  let before: Promise<unknown> = Promise.resolve();
  const ask = <T>(what: Ask): Promise<T> => {
    const answer = before.then(async () => {
      child.send(what);
      const [said] = (await once(child, 'message')) as [T];
      return said;
    });
    before = answer.catch(() => undefined);
    return answer;
  };
  return {
    root: `http://127.0.0.1:${port}`,
    seen: () => ask<Seen>('seen'),
    /** How many messages each recipient has got. */
    counts: async () => new Uint8Array(Buffer.from(await ask<string>('counts'), 'base64')),
    /** Messages to chats that are no recipients, epoch ms. */
    answers: () => ask<[chat: number, at: number][]>('answers'),
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** How the announcement stands in its database, read from outside and seldom, so that it costs nearly nothing. */
export type Ledger = {
  state(): Promise<string>;
  /** Each row: the person, and what became of it. */
  rows(): Promise<readonly { person: string; state: string; why: string | null }[]>;
  /** MB on the disk. */
  size(): Promise<number>;
  close(): Promise<void>;
};

export async function openLedger(config: DatabaseConfig, announcement: string): Promise<Ledger> {
  const state = 'select state from announcements where id = ';
  const rows = 'select person, state, why from outbox where about = ';
  const group = `announcement:${announcement}`;
  if (config.kind === 'sqlite') {
    const db = new DatabaseSync(config.file, { readOnly: true });
    return {
      state: async () => String(db.prepare(`${state}?`).get(announcement)?.state),
      rows: async () => db.prepare(`${rows}?`).all(group) as { person: string; state: string; why: string | null }[],
      size: async () => {
        const { page_count } = db.prepare('pragma page_count').get() as { page_count: number };
        return (page_count * 4096) / 1024 ** 2;
      },
      close: async () => db.close(),
    };
  }
  const client = new pg.Client({ connectionString: config.url });
  await client.connect();
  return {
    state: async () => String((await client.query(`${state}$1`, [announcement])).rows[0]?.state),
    rows: async () => (await client.query(`${rows}$1`, [group])).rows,
    size: async () =>
      Number((await client.query('select pg_database_size(current_database()) as n')).rows[0].n) / 1024 ** 2,
    close: () => client.end(),
  };
}

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
