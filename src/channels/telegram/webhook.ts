import type { Api } from 'grammy';
import { pause, type Timing, untilDone } from './backoff.ts';
import type { Contact } from './contact.ts';
import { ALLOWED_UPDATES } from './receive.ts';

/** Deliveries at once. Telegram's own default, and more than one process writes at a time. */
const MAX_CONNECTIONS = 40;

/**
 * Registers the webhook and looks after it until the signal ends it: registers again when somebody replaced it, and
 * says when Telegram can't deliver. Never throws.
 */
export async function keepWebhook(options: {
  api: Api;
  url: string;
  secret: string;
  contact: Contact;
  /** For the age of Telegram's last failed delivery. */
  now(): number;
  timing: Timing;
  signal: AbortSignal;
}): Promise<void> {
  const { api, url, contact, timing, signal } = options;
  const register = async () => {
    await api.setWebhook(url, {
      secret_token: options.secret,
      allowed_updates: ALLOWED_UPDATES,
      max_connections: MAX_CONNECTIONS,
      drop_pending_updates: false,
    });
    contact.well();
  };
  const look = async () => {
    const info = await api.getWebhookInfo();
    if (info.url !== url) {
      contact.note('webhook elsewhere');
      await register();
      return;
    }
    contact.heard();
    // Given in whole seconds, rounded down.
    const failedAt = (info.last_error_date ?? 0) * 1000 + 1000;
    const failing = info.pending_update_count > 0 && options.now() - failedAt < 2 * timing.superviseMs;
    if (failing) contact.note('webhook failing');
    else contact.well();
  };
  const retry = { timing, signal, failed: contact.failed };
  await untilDone(register, retry);
  while (!signal.aborted) {
    await pause(timing.superviseMs, signal);
    await untilDone(look, retry);
  }
}
