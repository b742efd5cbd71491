import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startTelegram } from '../emulators/telegram.ts';
import { webPerson } from '../emulators/web.ts';
import { freePort } from '../vistka.ts';
import { type Run, run } from './process.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'vistka-main-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function start(env: Record<string, string>): Run {
  const started = run(env);
  cleanups.push(async () => {
    started.kill('SIGKILL');
    await started.ended;
  });
  return started;
}

/** Telegram, and the environment of a program that serves it. */
async function withTelegram(more: Record<string, string> = {}) {
  const telegram = await startTelegram();
  cleanups.push(() => telegram.stop());
  const env = {
    PORT: '0',
    DATA_DIR: folder(),
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    LOG_LEVEL: 'silent',
    ...more,
  };
  return { telegram, env };
}

/** SIGTERM's last resort is 20 s away, and ends with 1. */
const soonMs = 10_000;

describe('The program', { timeout: 60_000 }, () => {
  it('starts with no configuration, says where it is and what can be switched on, serves, and ends at once when asked', async () => {
    const [port, dataDir] = [await freePort(), join(folder(), 'data')];
    const program = start({ PORT: String(port), DATA_DIR: dataDir });
    const banner = await program.serves();
    expect(banner).toContain(`http://localhost:${port}/chat`);
    for (const variable of [
      'TELEGRAM_BOT_TOKEN',
      'VIBER_AUTH_TOKEN',
      'PUBLIC_URL',
      'REDIS_URL',
      'DATABASE_URL',
      'DEMO=0',
    ])
      expect(banner).toContain(variable);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    const reader = await webPerson(`http://127.0.0.1:${port}`);
    await reader.says('/menu');
    await reader.hears(/Чим допомогти/);

    const second = await start({ PORT: String(await freePort()), DATA_DIR: dataDir }).ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^Can't start: another process of Vistka uses this data directory/);
    expect(second.stderr.trim().split('\n').length).toBe(1);

    const began = Date.now();
    program.kill('SIGTERM');
    const end = await program.ended;
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(Date.now() - began).toBeLessThan(soonMs);
    expect(readFileSync(join(dataDir, 'secret.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('lists every wrong variable at once, with its mend, and ends with 1', async () => {
    const dataDir = join(folder(), 'data');
    const end = await start({
      DATA_DIR: dataDir,
      PORT: 'eighty',
      TELEGRAM_BOT_TOKEN: 'nonsense',
      TELEGRAM_MODE: 'webhook',
      VIBER_AUTH_TOKEN: '0123456789abcdef',
      DATABASE_URL: 'mysql://x',
      SECRET_KEY: 'short',
      DEFAULT_LANGUAGE: 'de',
      QUIET_HOURS: 'night',
      CLOCK_OFFSET: 'PT1H',
    }).ended;
    expect(end.code).toBe(1);
    const lines = end.stderr.trim().split('\n');
    expect(
      lines
        .slice(1)
        .map((line) => line.trim().split(':')[0])
        .sort(),
    ).toEqual([
      'CLOCK_OFFSET',
      'DATABASE_URL',
      'DEFAULT_LANGUAGE',
      'PORT',
      'QUIET_HOURS',
      'SECRET_KEY',
      'TELEGRAM_BOT_TOKEN',
      'TELEGRAM_MODE',
      'VIBER_AUTH_TOKEN',
    ]);
    expect(end.stderr).not.toMatch(/nonsense|0123456789abcdef/);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('says so when another program listens on its port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    cleanups.push(() => other.close());
    const { port } = other.address() as { port: number };
    const end = await start({ PORT: String(port), DATA_DIR: folder() }).ended;
    expect(end.code).toBe(1);
    expect(end.stderr).toBe(
      `Can't start: another program listens on 127.0.0.1:${port} already; stop it, or choose another PORT (or METRICS_PORT).\n`,
    );
  });

  it('says so when the database can’t be reached', async () => {
    const end = await start({
      PORT: '0',
      DATA_DIR: folder(),
      DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/vistka`,
      SECRET_KEY: '0'.repeat(64),
    }).ended;
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/^Can't start: the database can't be reached .*DATABASE_URL/);
  });

  it('names file, line and field when a content file is broken', async () => {
    const content = join(folder(), 'content');
    cpSync('content', content, { recursive: true });
    const file = join(content, 'resources', 'pl.yaml');
    const lines = readFileSync(file, 'utf8').split('\n');
    const at = lines.findIndex((line) => /^\s+checked_on:/.test(line));
    lines[at] = (lines[at] ?? '').replace(/checked_on:.*/, 'checked_on: yesterday');
    writeFileSync(file, lines.join('\n'));
    const end = await start({ PORT: '0', DATA_DIR: folder(), CONTENT_DIR: content }).ended;
    expect(end.code).toBe(1);
    expect(end.stderr).toContain(`${file}:${at + 1} `);
    expect(end.stderr).toContain('checked_on');
  });

  it('finishes what is in hand on SIGTERM, and leaves the rest for its next start', async () => {
    const { telegram, env } = await withTelegram({ RATE_LIMIT_PER_MINUTE: '0' });
    const program = start(env);
    await program.serves();
    const people = Array.from({ length: 20 }, () => telegram.person());
    const heard = () => people.reduce((sum, person) => sum + person.messages().length, 0);
    for (const person of people) for (let i = 0; i < 5; i++) person.says('/language');
    await telegram.until(() => heard() > 10);
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    await start(env).serves();
    await telegram.until(() => heard() >= 100);
    await telegram.settled();
    // Nothing was under way when the process ended, so nothing is said twice.
    for (const person of people) expect(person.messages().length).toBe(5);
  });

  it('ends at once on SIGTERM though Telegram has asked for a long pause, and answers after its next start', async () => {
    const { telegram, env } = await withTelegram();
    const program = start(env);
    await program.serves();
    const person = telegram.person();
    telegram.inject({ status: 429, retryAfter: 600 }, { method: 'sendMessage' });
    person.says('/language');
    await telegram.until(() => telegram.count('sendMessage') === 1);
    await telegram.settled();
    const began = Date.now();
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
    expect(Date.now() - began).toBeLessThan(soonMs);
    await start(env).serves();
    await person.hears(/Оберіть мову/);
  });
});
