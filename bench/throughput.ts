import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { startRedis } from '../test/servers.ts';
import { freePort } from './free-port.ts';
import { atLeast, atMost, type Finding, median, quantile, told } from './measure.ts';
import { cpuSeconds } from './processes.ts';

/**
 * The whole bot (inbox, danger check, search, session) against a bare grammY echo with a Redis session: the same
 * updates, the same Redis, the same Telegram that says yes at once. A round counts as over when every update was
 * answered, not when it was acknowledged.
 */
const secret = 'bench-secret-0123456789';
const token = '1:bench';
const rounds = Number(process.env.ROUNDS ?? 5);
const updates = Number(process.env.UPDATES ?? 5000);
const chats = 2000;
const connections = 64;
const texts = [
  'шеф не платить',
  'де найближча бібліотека',
  'menu',
  'як оформити пенсію',
  'what is temporary protection',
  '/menu',
  'погода завтра',
  'як подзвонити мамі по відео',
];

type Running = { name: string; url: string; process: ChildProcess; stop(): Promise<void> };

export async function throughput(): Promise<Finding[]> {
  const redis = await startRedis();
  const sink = await startSink();
  const findings: Finding[] = [];
  try {
    const speeds = new Map<string, number[]>();
    const costs = new Map<string, number[]>();
    const acks: number[] = [];
    const bots = [await startBot('echo', redis.url, sink.root), await startBot('vistka', redis.url, sink.root)];
    // Everybody has written once before it counts.
    for (const bot of bots) await round(bot, sink, chats, []);
    for (let i = 0; i < rounds; i++) {
      // In turns, so that whatever else this machine does falls on both alike.
      for (const bot of bots) {
        process.stderr.write('.');
        const before = cpuSeconds(bot.process.pid);
        const speed = await round(bot, sink, updates, bot.name === 'vistka' ? acks : []);
        speeds.set(bot.name, [...(speeds.get(bot.name) ?? []), speed]);
        costs.set(bot.name, [...(costs.get(bot.name) ?? []), ((cpuSeconds(bot.process.pid) - before) / updates) * 1e6]);
      }
    }
    const echo = median(speeds.get('echo') ?? []);
    const ours = median(speeds.get('vistka') ?? []);
    findings.push(
      told('updates/s, a bare grammY echo with a Redis session', Math.round(echo), 'updates/s'),
      told('updates/s, the whole bot', Math.round(ours), 'updates/s'),
      atLeast('the whole bot against the echo', Number((ours / echo).toFixed(2)), 'x', 1),
      told('processor time an update, the echo', Math.round(median(costs.get('echo') ?? [])), 'µs'),
      told('processor time an update, the whole bot', Math.round(median(costs.get('vistka') ?? [])), 'µs'),
      told('p99 of the acknowledgement under that load', Number(quantile(acks, 0.99).toFixed(1)), 'ms'),
      ...(await fairness(bots, sink)),
    );
    for (const bot of bots) await bot.stop();
  } finally {
    await sink.stop();
    await redis.stop();
  }
  return findings;
}

/** @returns updates answered a second */
async function round(bot: Running, sink: Sink, count: number, acks: number[]): Promise<number> {
  await sink.reset();
  const began = performance.now();
  await post(
    bot,
    Array.from({ length: count }, (_, i) => update(texts[i % texts.length] ?? '', 1 + (i % chats))),
    acks,
  );
  await sink.until(count);
  // An answer may be several messages: the last of them counts.
  await sink.quiet();
  return count / (((await sink.last()) - performance.timeOrigin - began) / 1000);
}

/** 200 people who send ten messages at once, and updates that come twice. */
async function fairness(bots: readonly Running[], sink: Sink): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const bot of bots) {
    await sink.reset();
    const once = Array.from({ length: 480 }, (_, i) => update('/menu', 100_000 + i));
    await post(bot, [...once, ...once], []);
    await sink.until(480);
    await sink.quiet();
    const doubled = (await sink.total()) / 480;
    findings.push(
      bot.name === 'vistka'
        ? atMost('answers to an update that came twice', doubled, 'answers', 1)
        : told('the echo: answers to an update that came twice', doubled, 'answers'),
    );
  }
  const ours = bots.find((bot) => bot.name === 'vistka');
  if (ours) {
    await sink.reset();
    const overlapping = Array.from({ length: 2000 }, (_, i) => update('/menu', 200_000 + (i % 200)));
    await post(ours, overlapping, []);
    await sink.until(2000);
    findings.push(
      atMost("one person's overlapping messages that were lost", 2000 - (await sink.total()), 'messages', 0),
    );
  }
  return findings;
}

let updateIds = 1;

function update(text: string, chat: number): object {
  updateIds += 1;
  const from = { id: chat, is_bot: false, first_name: 'Оксана', language_code: 'uk' };
  return {
    update_id: updateIds,
    message: {
      message_id: updateIds,
      date: 1_764_000_000,
      text,
      from,
      chat: { id: chat, type: 'private', first_name: 'Оксана' },
    },
  };
}

async function post(bot: Running, bodies: readonly object[], acks: number[]): Promise<void> {
  const dispatcher = new Agent({ connections, pipelining: 1 });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < bodies.length; i = next++) {
      const began = performance.now();
      const { statusCode, body } = await request(bot.url, {
        method: 'POST',
        dispatcher,
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
        body: JSON.stringify(bodies[i]),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${bot.name} answered ${statusCode}`);
      acks.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  await dispatcher.close();
}

async function startBot(name: 'echo' | 'vistka', redisUrl: string, apiRoot: string): Promise<Running> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'vistka-bench-'));
  const file = name === 'echo' ? 'bench/echo.ts' : 'src/start.js';
  const child = fork(file, [], {
    // `PROFILE=folder`: where the time goes, for Chrome's or VS Code's viewer.
    execArgv: process.env.PROFILE && name === 'vistka' ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: dataDir,
      REDIS_URL: redisUrl,
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_API_ROOT: apiRoot,
      TELEGRAM_WEBHOOK_SECRET: secret,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      RATE_LIMIT_PER_MINUTE: '0',
      LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
    },
  });
  const url = `http://127.0.0.1:${port}${name === 'echo' ? '/' : '/webhooks/telegram'}`;
  await untilListening(port);
  return {
    name,
    url,
    process: child,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number): Promise<void> {
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const socket = connect(port, '127.0.0.1');
    const up = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}

type Sink = Awaited<ReturnType<typeof startSink>>;

async function startSink() {
  const child = fork('bench/telegram-sink.ts', [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const ask = async (what: 'total' | 'reset') => {
    child.send(what);
    const [counted] = (await once(child, 'message')) as [{ total: number; last: number }];
    return counted;
  };
  return {
    root: `http://127.0.0.1:${port}`,
    total: async () => (await ask('total')).total,
    /** When the last message came, epoch ms. */
    last: async () => (await ask('total')).last,
    reset: () => ask('reset'),
    async until(count: number): Promise<void> {
      for (const until = Date.now() + 60_000; Date.now() < until; ) {
        if ((await ask('total')).total >= count) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`only ${(await ask('total')).total} of ${count} were answered in a minute`);
    },
    /** Nothing more comes: half a second without a message. */
    async quiet(): Promise<void> {
      for (let last = -1, now = (await ask('total')).total; last !== now; ) {
        last = now;
        await new Promise((resolve) => setTimeout(resolve, 500));
        now = (await ask('total')).total;
      }
    },
    async stop(): Promise<void> {
      child.kill();
      await once(child, 'exit');
    },
  };
}
