import { GrammyError } from 'grammy';
import type { Update } from 'grammy/types';
import { Agent } from 'undici';
import type { Event } from '../../conversation/event.ts';
import type { Channel, ChannelDeps } from '../channel.ts';
import { CALL_SECONDS, createApi } from './api.ts';
import { TIMING, type Timing, untilDone } from './backoff.ts';
import { createContact } from './contact.ts';
import { fetchFile } from './fetch-file.ts';
import { type CommandSet, introductions } from './introduce.ts';
import { poll } from './polling.ts';
import { preview } from './preview.ts';
import { toEvent } from './receive.ts';
import { mountRoutes } from './routes.ts';
import { editReply, sendReply, toChannelError } from './send.ts';
import { createTrail, DELETE_AT_ONCE } from './trail.ts';
import { createUploads } from './uploads.ts';
import { keepWebhook } from './webhook.ts';

export type { CommandSet } from './introduce.ts';

export type TelegramConfig = {
  token: string;
  /** Without a slash at the end. */
  apiRoot: string;
  mode: 'webhook' | 'polling';
  /** The full public address of `/webhooks/telegram`; null when polling. */
  webhookUrl: string | null;
  /** 1-256 of `A-Za-z0-9_-`. */
  webhookSecret: string;
  commands: CommandSet;
  /** Pauses other than the usual ones, for tests. */
  timing?: Partial<Timing>;
};

/** More than there are calls to many at once (delivery/bulk.ts): one that waits for a connection has lost its turn. */
const CONNECTIONS = 128;

/** Longest wait for an upload: five megabytes by a village's line. */
const UPLOAD_SECONDS = 120;

/** Telegram, by webhook or by long polling. Making it starts nothing. */
export function createTelegram(config: TelegramConfig, deps: ChannelDeps): Channel {
  const timing = { ...TIMING, ...config.timing };
  const dispatcher = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: 10_000 },
    headersTimeout: (timing.pollCapSeconds + 10) * 1000,
    bodyTimeout: (timing.pollCapSeconds + 10) * 1000,
  });
  const { token, apiRoot } = config;
  const api = createApi({ token, apiRoot, timeoutSeconds: CALL_SECONDS, dispatcher });
  const longApi = createApi({ token, apiRoot, timeoutSeconds: timing.pollCapSeconds, dispatcher });
  const slow = createApi({ token, apiRoot, timeoutSeconds: UPLOAD_SECONDS, dispatcher });
  const uploads = createUploads({ api, slow }, deps.media);
  const contact = createContact(deps);
  const trail = createTrail(deps.clock);
  const stopping = new AbortController();
  const inHand = new Set<Promise<unknown>>();

  const track = <T>(work: Promise<T>): Promise<T> => {
    inHand.add(work);
    void work.catch(() => undefined).finally(() => inHand.delete(work));
    return work;
  };

  /** Resolves when all that the updates say is safe; the spinner on a pressed button ends after that, by and by. */
  const take = async (updates: readonly Update[]): Promise<void> => {
    const read = updates.map((update) => ({ update, event: readUpdate(update, deps) }));
    const events = read.flatMap(({ event }) => (event === null ? [] : [event]));
    if (events.length > 0) await deps.accept(events);
    for (const { update, event } of read) {
      if (event !== null && update.message) trail.note(event.sender, update.message.message_id);
    }
    for (const update of updates) if (update.callback_query) void endSpinner(update.callback_query.id);
  };

  const endSpinner = async (query: string): Promise<void> => {
    try {
      await api.answerCallbackQuery(query);
      contact.heard();
    } catch (error) {
      // A press may be too old for an answer by now; whatever else fails, the person's real answer is on its way.
      if (!(error instanceof GrammyError) || error.error_code !== 400) {
        deps.report.count('telegram_spinners_left', {});
      }
    }
  };

  const listen = (): Promise<void> => {
    const { signal } = stopping;
    const loop = { contact, timing, signal };
    if (config.mode === 'webhook' && config.webhookUrl !== null) {
      const { webhookUrl: url, webhookSecret: secret } = config;
      return keepWebhook({ ...loop, api, url, secret, now: deps.clock.now });
    }
    const unhook = async () => {
      await api.deleteWebhook({ drop_pending_updates: false });
    };
    return untilDone(unhook, { timing, signal, failed: contact.failed }).then(() =>
      poll({ ...loop, api: longApi, take: (updates) => track(take(updates)) }),
    );
  };

  const present = async (): Promise<void> => {
    for (const step of introductions(api, config.commands)) {
      await untilDone(() => unlessRefused(step, deps), { timing, signal: stopping.signal, failed: () => undefined });
    }
  };

  const paused = (ms: number) => deps.paused?.('telegram', ms);

  return {
    name: 'telegram',
    capabilities: {
      place: true,
      contact: true,
      document: true,
      pin: true,
      call: true,
      anonymous: false,
      charged: false,
    },
    routes(app) {
      if (config.mode !== 'webhook') return;
      mountRoutes(app, {
        secret: config.webhookSecret,
        async take(update) {
          if (stopping.signal.aborted) throw new Error('stopping');
          contact.heard();
          await track(take([update]));
        },
      });
    },
    start() {
      void listen();
      void present();
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled([...inHand]);
    },
    async send(recipient, reply, options) {
      const sent = (message: number) => trail.note(recipient, message);
      const receipt = await sendReply({ api, uploads, sent, paused, ...options }, recipient, reply);
      contact.heard();
      return receipt;
    },
    async edit(recipient, receipt, reply) {
      await editReply({ api, uploads, paused }, recipient, receipt, reply);
      contact.heard();
    },
    fetchFile: (file) => fetchFile({ api, apiRoot, token, dispatcher }, file),
    preview,
    async clear(recipient) {
      const messages = trail.take(recipient);
      if (messages.length === 0) return;
      try {
        await api.raw.deleteMessages({ chat_id: recipient, message_ids: messages.slice(0, DELETE_AT_ONCE) });
      } catch {
        // Too old, or gone already: the person is told how to delete what is left.
        deps.report.count('chats_not_cleared', { channel: 'telegram' });
      }
    },
    health: contact.health,
  };
}

/** An update that we fail to read must not come back for ever: it is counted, and let go. */
function readUpdate(update: Update, deps: ChannelDeps): Event | null {
  try {
    return toEvent(update, deps.clock.now());
  } catch {
    deps.report.count('updates_unreadable', { channel: 'telegram' });
    return null;
  }
}

/** Words that Telegram refuses stay refused: noted for the librarians' admin, not tried for ever. */
async function unlessRefused(step: () => Promise<void>, deps: ChannelDeps): Promise<void> {
  try {
    await step();
  } catch (error) {
    const meaning = toChannelError(error);
    if (meaning?.name !== 'BadPayload') throw error;
    deps.report.log('warn', 'telegram: an introduction was refused', { reason: meaning.message });
  }
}
