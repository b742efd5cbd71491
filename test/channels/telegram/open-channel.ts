import { Hono } from 'hono';
import type { ChannelDeps } from '../../../src/channels/channel.ts';
import { type CommandSet, createTelegram, type TelegramConfig } from '../../../src/channels/telegram/index.ts';
import type { Event } from '../../../src/conversation/event.ts';
import type { TelegramEmulator } from '../../emulators/telegram.ts';

/** Short pauses, so that what is retried is retried at once. */
export const QUICK = {
  backoffMs: 5,
  maxBackoffMs: 20,
  refusedMs: 30,
  pollSeconds: 5,
  pollCapSeconds: 8,
  superviseMs: 20,
};

export const SECRET = 'a-secret-of-at-least-sixteen';

const introduction = {
  commands: [{ command: 'menu', description: 'Menu' }],
  description: 'A library next door',
  shortDescription: 'A library',
};
export const COMMANDS: CommandSet = {
  uk: { ...introduction, name: 'Вістка', commands: [{ command: 'menu', description: 'Меню' }] },
  en: introduction,
  pl: introduction,
  ru: introduction,
};

/** A channel at the emulator, with a mailbox that a test can look into and break. */
export function openChannel(telegram: TelegramEmulator, config: Partial<TelegramConfig> = {}) {
  const accepted: Event[] = [];
  const batches: number[] = [];
  const logs: string[] = [];
  const counted: string[] = [];
  let broken = 0;
  const deps: ChannelDeps = {
    async accept(events) {
      if (broken > 0) {
        broken -= 1;
        throw new Error('the disk is full');
      }
      batches.push(events.length);
      accepted.push(...events);
    },
    welcome: async () => null,
    clock: { now: () => Date.now() },
    report: {
      log: (level, message, fields) => void logs.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
      count: (name, labels) => void counted.push(`${name} ${JSON.stringify(labels ?? {})}`),
    },
  };
  const channel = createTelegram(
    {
      token: telegram.token,
      apiRoot: telegram.apiRoot,
      mode: 'polling',
      webhookUrl: null,
      webhookSecret: SECRET,
      commands: COMMANDS,
      timing: QUICK,
      ...config,
    },
    deps,
  );
  const app = new Hono();
  channel.routes(app);
  return {
    channel,
    app,
    accepted,
    batches,
    logs,
    counted,
    /** The next writes fail. */
    breakMailbox(times: number): void {
      broken = times;
    },
  };
}
