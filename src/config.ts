import { BlockList } from 'node:net';
import { z } from 'zod';

/**
 * The environment, read once. Every variable is listed here and in README.md; nothing else reads `process.env`.
 * A choice is a union, an absent part is null. Secrets stand apart, so that a Config can be shown.
 */
export type Config = {
  telegram: { apiRoot: string; mode: 'polling' | 'webhook'; messagesPerSecond: number } | null;
  viber: {
    apiRoot: string;
    name: string;
    avatar: string | null;
    callsPer10s: number;
    prices: Record<string, number>;
  } | null;
  publicUrl: string | null;
  host: string;
  port: number;
  metricsPort: number | null;
  trustedProxies: readonly string[];
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  redisUrl: string | null;
  database: { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };
  dataDir: string;
  contentDir: string;
  localesDir: string;
  defaultLanguage: 'uk' | 'en' | 'pl' | 'ru';
  libraryName: string | null;
  demo: boolean;
  rateLimit: { burst: number; perMinute: number };
  sessionHours: number;
  approvalAbove: number;
  quietHours: { from: number; to: number };
  clockOffsetMs: number;
};

export type Secrets = {
  telegramToken: string | null;
  telegramWebhookSecret: string | null;
  viberToken: string | null;
  /** 32 bytes; null: made in the data directory. */
  key: Buffer | null;
  /** The one before, while SECRET_KEY is being replaced. */
  oldKey: Buffer | null;
};

/** Every fault of the environment at once: which variable, what is wrong, how to mend it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const telegramRoot = 'https://api.telegram.org';
const viberRoot = 'https://chatapi.viber.com/pa';

const number = (min: number, max: number) =>
  z.coerce
    .number({ error: 'write a number' })
    .int('write a whole number')
    .min(min, `at least ${min}`)
    .max(max, `at most ${max}`);
const url = z
  .url({ protocol: /^https?$/, error: 'write a full address, for example https://bot.library.example' })
  .transform((value) => value.replace(/\/+$/, ''));
const key = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'write 64 hexadecimal digits (32 bytes), for example the output of: openssl rand -hex 32')
  .transform((hex) => Buffer.from(hex, 'hex'));

const environment = z.object({
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'write the token as BotFather gave it, for example 123456:ABC-def')
    .optional(),
  TELEGRAM_API_ROOT: url.default(telegramRoot),
  TELEGRAM_MODE: z.enum(['polling', 'webhook'], 'write polling or webhook').optional(),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{16,256}$/, 'write 16 to 256 letters, digits, _ or -')
    .optional(),
  TELEGRAM_MESSAGES_PER_SECOND: number(0, 1000).default(30),
  VIBER_AUTH_TOKEN: z.string().min(10, 'write the token as Viber gave it').optional(),
  VIBER_API_ROOT: url.default(viberRoot),
  VIBER_BOT_NAME: z.string().max(28, 'at most 28 characters').optional(),
  VIBER_AVATAR_URL: z.url({ protocol: /^https$/, error: 'write an https address' }).optional(),
  VIBER_CALLS_PER_10S: number(1, 100_000).default(500),
  VIBER_PRICES: z
    .string()
    .transform((text, context) => {
      try {
        return z.record(z.string().regex(/^[a-z]{2}$/), z.number().nonnegative()).parse(JSON.parse(text));
      } catch {
        context.addIssue('write JSON with a price in euro by country, for example {"ua":0.0196}');
        return z.NEVER;
      }
    })
    .optional(),
  PUBLIC_URL: url.optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: number(0, 65_535).default(8080),
  METRICS_PORT: number(0, 65_535).optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .refine(
      (parts) => parts.every(isAddressOrNetwork),
      'write addresses or networks, separated by commas, for example 10.0.0.0/8',
    )
    .default([]),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], 'write debug, info, warn, error or silent')
    .default('info'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'write an address such as redis://127.0.0.1:6379' }).optional(),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'write an address such as postgres://user:password@host/vistka' })
    .optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  SECRET_KEY: key.optional(),
  SECRET_KEY_OLD: key.optional(),
  CONTENT_DIR: z.string().min(1).default('./content'),
  LOCALES_DIR: z.string().min(1).default('./locales'),
  DEFAULT_LANGUAGE: z.enum(['uk', 'en', 'pl', 'ru'], 'write uk, en, pl or ru').default('uk'),
  LIBRARY_NAME: z.string().max(80, 'at most 80 characters').optional(),
  DEMO: z.enum(['0', '1'], 'write 1 or 0').optional(),
  RATE_LIMIT_BURST: number(1, 10_000).default(20),
  RATE_LIMIT_PER_MINUTE: number(0, 100_000).default(30),
  SESSION_HOURS: number(1, 24 * 90).default(72),
  APPROVAL_ABOVE: number(0, 10_000_000).default(500),
  QUIET_HOURS: z
    .string()
    .regex(/^([01]?\d|2[0-3])-([01]?\d|2[0-3])$/, 'write two hours, for example 21-8')
    .default('21-8')
    .transform((text) => {
      const [from, to] = text.split('-').map(Number) as [number, number];
      return { from, to };
    }),
  CLOCK_OFFSET: z
    .string()
    .default('PT0S')
    .transform((text, context) => {
      try {
        const duration = Temporal.Duration.from(text);
        return duration.total({ unit: 'millisecond', relativeTo: Temporal.Now.plainDateISO() });
      } catch {
        context.addIssue('write an ISO duration, for example PT26H or -P1D');
        return z.NEVER;
      }
    }),
});

/** @throws ConfigError with every fault of the environment. Empty values count as absent. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): { config: Config; secrets: Secrets } {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environment.safeParse(given);
  const issues = parsed.success ? [] : parsed.error.issues;
  const faults = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  // What is wrong in itself is left out, so that the rest is looked at all the same.
  const wrong = new Set(issues.map((issue) => String(issue.path[0])));
  const e = environment.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))));
  const lacks = (name: 'PUBLIC_URL' | 'SECRET_KEY') => !e[name] && !wrong.has(name);

  if (e.PUBLIC_URL?.startsWith('http://') && !loopback.test(new URL(e.PUBLIC_URL).hostname)) {
    faults.push('PUBLIC_URL: write an https address; http is for this machine only');
  }
  if (e.VIBER_AUTH_TOKEN && lacks('PUBLIC_URL')) {
    faults.push('VIBER_AUTH_TOKEN: Viber reaches the bot only through a public address: set PUBLIC_URL as well');
  }
  if (e.TELEGRAM_MODE === 'webhook' && lacks('PUBLIC_URL')) {
    faults.push('TELEGRAM_MODE: a webhook needs a public address: set PUBLIC_URL, or write polling');
  }
  if (e.DATABASE_URL && lacks('SECRET_KEY')) {
    faults.push(
      'SECRET_KEY: with DATABASE_URL it must be given (openssl rand -hex 32), for another process must read the same data',
    );
  }
  const roots = [
    ...(e.TELEGRAM_BOT_TOKEN ? [e.TELEGRAM_API_ROOT] : []),
    ...(e.VIBER_AUTH_TOKEN ? [e.VIBER_API_ROOT] : []),
  ];
  if (e.CLOCK_OFFSET !== 0 && !roots.every((root) => loopback.test(new URL(root).hostname))) {
    faults.push('CLOCK_OFFSET: is for checks only, and every platform address must then be on this machine: remove it');
  }
  if (faults.length > 0) throw new ConfigError(faults);

  const noPlatform = !e.TELEGRAM_BOT_TOKEN && !e.VIBER_AUTH_TOKEN;
  return {
    config: {
      telegram: e.TELEGRAM_BOT_TOKEN
        ? {
            apiRoot: e.TELEGRAM_API_ROOT,
            mode: e.TELEGRAM_MODE ?? (e.PUBLIC_URL ? 'webhook' : 'polling'),
            messagesPerSecond: e.TELEGRAM_MESSAGES_PER_SECOND,
          }
        : null,
      viber: e.VIBER_AUTH_TOKEN
        ? {
            apiRoot: e.VIBER_API_ROOT,
            name: e.VIBER_BOT_NAME ?? 'Vistka',
            avatar: e.VIBER_AVATAR_URL ?? null,
            callsPer10s: e.VIBER_CALLS_PER_10S,
            prices: e.VIBER_PRICES ?? {},
          }
        : null,
      publicUrl: e.PUBLIC_URL ?? null,
      host: e.HOST,
      port: e.PORT,
      metricsPort: e.METRICS_PORT ?? null,
      trustedProxies: e.TRUSTED_PROXIES,
      logLevel: e.LOG_LEVEL,
      redisUrl: e.REDIS_URL ?? null,
      database: e.DATABASE_URL
        ? { kind: 'postgres', url: e.DATABASE_URL }
        : { kind: 'sqlite', file: `${e.DATA_DIR}/vistka.sqlite` },
      dataDir: e.DATA_DIR,
      contentDir: e.CONTENT_DIR,
      localesDir: e.LOCALES_DIR,
      defaultLanguage: e.DEFAULT_LANGUAGE,
      libraryName: e.LIBRARY_NAME ?? null,
      demo: e.DEMO ? e.DEMO === '1' : noPlatform,
      rateLimit: { burst: e.RATE_LIMIT_BURST, perMinute: e.RATE_LIMIT_PER_MINUTE },
      sessionHours: e.SESSION_HOURS,
      approvalAbove: e.APPROVAL_ABOVE,
      quietHours: e.QUIET_HOURS,
      clockOffsetMs: e.CLOCK_OFFSET,
    },
    secrets: {
      telegramToken: e.TELEGRAM_BOT_TOKEN ?? null,
      telegramWebhookSecret: e.TELEGRAM_WEBHOOK_SECRET ?? null,
      viberToken: e.VIBER_AUTH_TOKEN ?? null,
      key: e.SECRET_KEY ?? null,
      oldKey: e.SECRET_KEY_OLD ?? null,
    },
  };
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  try {
    if (bits === undefined) new BlockList().addAddress(address, family);
    else new BlockList().addSubnet(address, Number(bits), family);
    return true;
  } catch {
    return false;
  }
}
