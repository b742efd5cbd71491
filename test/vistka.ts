import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type Overrides, startApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { startTelegram } from './emulators/telegram.ts';
import { startViber } from './emulators/viber.ts';
import { webPerson } from './emulators/web.ts';
import { emptyDatabase } from './engines.ts';

/** A Wednesday at ten in Kyiv, when libraries are open. */
export const wednesdayMorning = Date.UTC(2026, 10, 25, 8, 0);

export const secretKey = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

/**
 * The real program on a free port, in a folder of its own, talking to emulators of the platforms. What is asked for is
 * on; everything else is as `npm start` has it.
 */
export async function startVistka(
  wanted: {
    telegram?: 'polling' | 'webhook';
    viber?: boolean;
    redisUrl?: string;
    database?: 'sqlite' | 'postgres';
    env?: Record<string, string>;
    now?: number;
    overrides?: Overrides;
  } = {},
) {
  const port = await freePort();
  const dataDir = await mkdtemp(join(tmpdir(), 'vistka-'));
  const telegram = wanted.telegram ? await startTelegram() : null;
  const viber = wanted.viber ? await startViber() : null;
  const empty = wanted.database === 'postgres' ? await emptyDatabase('postgres') : null;
  const now = wanted.now ?? wednesdayMorning;
  const began = Date.now();
  const logs: string[] = [];
  const env = {
    PORT: String(port),
    DATA_DIR: dataDir,
    SECRET_KEY: secretKey,
    DEMO: '1',
    ...(telegram ? { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot } : {}),
    ...(viber ? { VIBER_AUTH_TOKEN: viber.token, VIBER_API_ROOT: viber.apiRoot } : {}),
    ...(wanted.telegram === 'webhook' || viber ? { PUBLIC_URL: `http://127.0.0.1:${port}` } : {}),
    ...(wanted.telegram === 'polling' ? { TELEGRAM_MODE: 'polling' } : {}),
    ...(wanted.redisUrl ? { REDIS_URL: wanted.redisUrl } : {}),
    ...(empty?.config.kind === 'postgres' ? { DATABASE_URL: empty.config.url } : {}),
    ...wanted.env,
  };
  const { config, secrets } = loadConfig(env);
  const start = (change: Partial<typeof config> = {}) =>
    startApp({ ...config, ...change }, secrets, {
      clock: { now: () => now + (Date.now() - began) },
      write: (line) => logs.push(line),
      ...wanted.overrides,
    });
  let app = await start();
  const others: App[] = [];

  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    config,
    /** Every line of the log. */
    logs,
    get telegram() {
      if (!telegram) throw new Error('this test asked for no Telegram');
      return telegram;
    },
    get viber() {
      if (!viber) throw new Error('this test asked for no Viber');
      return viber;
    },
    /** Somebody with the web chat open. */
    web: (language?: string) => webPerson(`http://127.0.0.1:${port}`, language),
    /** One more process of the same deployment. @returns its address */
    async another(): Promise<string> {
      const other = await start({ port: await freePort() });
      others.push(other);
      return other.address;
    },
    async restart() {
      await app.stop();
      app = await start();
    },
    async stop() {
      await Promise.all([app, ...others].map((one) => one.stop()));
      await telegram?.stop();
      await viber?.close();
      await empty?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
