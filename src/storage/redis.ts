import { Redis } from 'ioredis';
import { STEPS, type Step } from './redis-steps.ts';
import { StoreDown } from './sessions/contract.ts';

/**
 * One connection to Redis, which may go away and come back at any time without a restart. While it is away every call
 * fails with StoreDown, at once when that is known, else after `COMMAND_MS`: nobody's answer waits for it.
 */
export type RedisStore = {
  readonly client: Redis;
  /** It answered when last asked. */
  readonly ready: boolean;
  /** The last answer, UTC ms of the system's clock; null: none yet. */
  readonly lastContact: number | null;
  /** @throws StoreDown for every failure that a mended Redis would not repeat */
  run<T>(work: (client: Redis) => Promise<T>): Promise<T>;
  /**
   * One step at a key. All that are asked for in one round of the event loop leave as one command, and are carried out in
   * that order. @throws as `run`
   */
  step(key: string, step: Step): Promise<unknown>;
  close(): Promise<void>;
};

const COMMAND_MS = 300;
const PROBE_MS = 500;
/** A network that swallows everything sends no end of connection: silence this long means a new one. */
const SILENCE_MS = 2_000;
const FIRST_CONTACT_MS = 2_000;

/** Resolves when Redis answers, or after `FIRST_CONTACT_MS` without it; never rejects, for it may come later. */
export async function connectRedis(url: string): Promise<RedisStore> {
  const client = new Redis(url, {
    commandTimeout: COMMAND_MS,
    connectTimeout: 2_000,
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    // Whoever asked has been told StoreDown; sent again, the command would act behind their back.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
  client.defineCommand('steps', { lua: STEPS });
  let answers = false;
  let lastContact: number | null = null;
  const heard = () => {
    answers = true;
    lastContact = Date.now();
  };
  const lost = () => {
    answers = false;
  };
  // A listener must be there, or ioredis prints the error; what it says is seen by every command that fails.
  client.on('error', lost);
  client.on('close', lost);
  client.on('ready', heard);

  const probe = () => {
    if (client.status === 'ready') client.ping().then(heard, lost);
  };
  const timer = setInterval(probe, PROBE_MS);
  timer.unref();
  await firstContact(client);

  /** What the caller is to know of a failure. */
  function failureOf(error: unknown): Error {
    const refusal = refusalOf(error);
    if (refusal === null) {
      lost();
      // A hiccup must not cost a whole round of probing.
      probe();
    }
    if (refusal === null || PASSING.has(refusal)) return new StoreDown(`redis: ${refusal ?? 'no answer'}`);
    // ioredis hangs the command with its arguments on its errors; they must not reach a log.
    return new Error(`redis refused: ${refusal}`);
  }

  async function carryOut<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    if (!answers || client.status !== 'ready') throw new StoreDown('redis is not reachable');
    try {
      const result = await work(client);
      lastContact = Date.now();
      return result;
    } catch (error) {
      throw failureOf(error);
    }
  }

  let asked: Asked[] = [];

  async function leave(): Promise<void> {
    const leaving = asked;
    asked = [];
    try {
      const ends = await carryOut((client) =>
        (client as Scripted).steps(
          leaving.length,
          leaving.map(({ key }) => key),
          leaving.flatMap(({ step }) => step),
        ),
      );
      for (const [index, { resolve, reject }] of leaving.entries()) {
        const end = ends[index];
        if (end instanceof Error) reject(failureOf(end));
        else resolve(end);
      }
    } catch (error) {
      for (const { reject } of leaving) reject(error);
    }
  }

  return {
    client,
    get ready() {
      return answers && client.status === 'ready';
    },
    get lastContact() {
      return lastContact;
    },
    run: (work) =>
      carryOut((client) => {
        gather(client);
        return work(client);
      }),
    step: (key, step) =>
      new Promise((resolve, reject) => {
        asked.push({ key, step, resolve, reject });
        if (asked.length === 1) setImmediate(leave);
      }),
    async close() {
      clearInterval(timer);
      await client.quit().catch(() => client.disconnect());
    },
  };
}

type Asked = { key: string; step: Step; resolve: (end: unknown) => void; reject: (error: unknown) => void };
type Scripted = Redis & {
  steps(count: number, keys: readonly string[], words: readonly (string | number)[]): Promise<unknown[]>;
};

const gathering = new WeakSet<object>();

/** What many people's turns ask in one round of the event loop leaves in one packet. */
function gather({ stream }: Redis): void {
  if (gathering.has(stream)) return;
  gathering.add(stream);
  stream.cork();
  setImmediate(() => {
    gathering.delete(stream);
    stream.uncork();
  });
}

/** Refusals that pass by themselves or by an operator's hand (Redis: the first word of an error reply is its code). */
const PASSING = new Set([
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'BUSY',
  'OOM',
  'MISCONF',
  'NOAUTH',
  'TRYAGAIN',
]);

/** @returns the code of an error that Redis itself replied with; null when there was no reply */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null;
  return /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR';
}

function firstContact(client: Redis): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FIRST_CONTACT_MS);
    client.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
