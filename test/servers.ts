import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
    /** A server, as a user who may create databases. */
    postgresUrl: string;
  }
}

/**
 * Vitest's global setup: a Redis and a PostgreSQL of our own on free ports in a temporary folder, or those that
 * REDIS_URL and TEST_DATABASE_URL name. Nothing is skipped when one is missing: the run fails and says what to do.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started: Server[] = [];
  const stop = async () => {
    process.off('exit', killAll);
    for (const signal of SIGNALS) process.off(signal, killAll);
    await Promise.all(started.map((server) => server.stop()));
  };
  const killAll = () => {
    for (const server of started) server.kill();
  };
  process.on('exit', killAll);
  for (const signal of SIGNALS) process.on(signal, killAll);

  const own = async (url: string | undefined, start: () => Promise<Server>) => {
    if (url) return url;
    const server = await start();
    started.push(server);
    return server.url;
  };
  const results = await Promise.allSettled([
    own(process.env.REDIS_URL, startRedis),
    own(process.env.TEST_DATABASE_URL, () => startPostgres()),
  ]);
  const [redis, postgres] = results;
  if (redis?.status !== 'fulfilled' || postgres?.status !== 'fulfilled') {
    await stop();
    throw results.find((result) => result.status === 'rejected')?.reason;
  }
  project.provide('redisUrl', redis.value);
  project.provide('postgresUrl', postgres.value);
  return stop;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type Server = {
  url: string;
  process: ChildProcess;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
  /** The same without waiting, for a process that is about to end. */
  kill(): void;
};

/** A Redis of one's own, for tests that stop it or kill it. `port`: where an earlier one was. */
export async function startRedis(port?: number): Promise<Server> {
  const binary = findBinary('redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'vistka-redis-'));
  const chosen = port ?? (await freePort());
  const args = ['--port', String(chosen), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  return run(folder, `redis://127.0.0.1:${chosen}`, binary, args, 'Ready to accept connections');
}

/** `more`: settings on top of those of tests, such as `fsync=on` where the disk is to count. */
export async function startPostgres(more: readonly string[] = []): Promise<Server> {
  const binary = findBinary('postgres');
  const initdb = findBinary('initdb');
  const folder = mkdtempSync(join(tmpdir(), 'vistka-pg-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const owner = postgresOwner();
  if (owner) {
    chmodSync(folder, 0o755);
    chownSync(data, owner.uid, owner.gid);
  }
  execFileSync(initdb, ['-D', data, '-U', 'vistka', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], {
    ...owner,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${data}`,
    'max_connections=300',
    'fsync=off',
    ...more,
  ];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const url = `postgres://vistka@127.0.0.1:${port}/postgres`;
  return run(folder, url, binary, args, 'ready to accept connections', { ...owner, cwd: data });
}

/** PostgreSQL refuses to run as root, so there it runs as the user that its package made. */
function postgresOwner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function run(
  folder: string,
  url: string,
  binary: string,
  args: readonly string[],
  readyLine: string,
  options: { uid?: number; gid?: number; cwd?: string } = {},
): Promise<Server> {
  const child = spawn(binary, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // PostgreSQL ends at once by SIGQUIT, and takes its children with it; SIGKILL would leave them.
  const ending = binary.endsWith('postgres') ? 'SIGQUIT' : 'SIGKILL';
  const server: Server = {
    url,
    process: child,
    kill() {
      child.kill(ending);
      rmSync(folder, { recursive: true, force: true });
    },
    async stop() {
      child.kill(ending);
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      if (output === '' || !output.includes(readyLine)) output += chunk;
      if (output.includes(readyLine)) resolve(server);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    ended.then(() => reject(new Error(`${binary} ended before it was ready:\n${output}`)));
  });
}

/** @throws with the command that mends it */
function findBinary(name: string): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...postgresFolders(), '/usr/local/bin', '/usr/bin'];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (!found) throw new Error(`${name} is not installed, and the tests need it. Run: npm run setup`);
  return found;
}

/** Debian keeps the server's programs out of the PATH; the newest version comes first. */
function postgresFolders(root = '/usr/lib/postgresql'): string[] {
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin'));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
