import type { Api } from 'grammy';
import { GrammyError } from 'grammy';
import type { Update } from 'grammy/types';
import { pause, pauseAfter, type Timing } from './backoff.ts';
import type { Contact } from './contact.ts';
import { ALLOWED_UPDATES } from './receive.ts';

/** Most updates that one getUpdates brings (Bot API). */
const BATCH = 100;

/**
 * Listens by long polling until the signal ends it; never throws, never gives up.
 * A batch is confirmed to Telegram (by the next call's offset) only after `take` resolved: what could not be written
 * comes again. A second poller or a webhook set elsewhere (409) is waited out; a refused token is tried now and then.
 */
export async function poll(options: {
  api: Api;
  /** Resolves when all of them are safe, rejects when they are not. */
  take(updates: readonly Update[]): Promise<void>;
  contact: Contact;
  timing: Timing;
  signal: AbortSignal;
}): Promise<void> {
  const { api, contact, timing, signal } = options;
  let offset = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const updates = await fetchUpdates(api, offset, timing, signal);
      contact.well();
      if (updates.length > 0) await options.take(updates);
      // An empty answer has confirmed all before it. Telegram may restart its ids lower after a quiet week, and an old
      // offset would then confirm what nobody has read.
      const last = updates.at(-1);
      offset = last ? last.update_id + 1 : 0;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      contact.failed(error);
      if (isWebhookSet(error)) await removeWebhook(api);
      await pause(pauseAfter(error, failures, timing), signal);
    }
  }
}

async function fetchUpdates(api: Api, offset: number, timing: Timing, signal: AbortSignal): Promise<Update[]> {
  const call = { offset, limit: BATCH, timeout: timing.pollSeconds, allowed_updates: ALLOWED_UPDATES };
  // grammY's type wants the signal of the abort-controller package; it only listens to "abort".
  return api.raw.getUpdates(call, signal as unknown as NonNullable<Parameters<Api['raw']['getUpdates']>[1]>);
}

function isWebhookSet(error: unknown): boolean {
  return error instanceof GrammyError && error.error_code === 409 && /webhook/i.test(error.description);
}

/** Somebody set a webhook since our start. A failure shows in the next getUpdates. */
async function removeWebhook(api: Api): Promise<void> {
  await api.deleteWebhook({ drop_pending_updates: false }).catch(() => undefined);
}
