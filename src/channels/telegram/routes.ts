import { hash, timingSafeEqual } from 'node:crypto';
import type { Update } from 'grammy/types';
import type { Hono } from 'hono';

/** Where Telegram delivers. */
export const WEBHOOK_PATH = '/webhooks/telegram';

const SECRET_HEADER = 'X-Telegram-Bot-Api-Secret-Token';

/**
 * `POST /webhooks/telegram`: 401 for a wrong secret, 400 for what is no JSON, 503 when the update could not be written
 * (Telegram delivers it again), else 200. Telegram repeats everything but 2xx and holds back the chat meanwhile, so an
 * update that we can't use gets its 200 as well.
 */
export function mountRoutes(
  app: Hono,
  options: {
    secret: string;
    /** Resolves when the update is safe, rejects when it is not. */
    take(update: Update): Promise<void>;
  },
): void {
  const wanted = digest(options.secret);
  app.post(WEBHOOK_PATH, async (c) => {
    // Digests of equal length are compared, in a time that tells neither the length nor the first difference.
    if (!timingSafeEqual(digest(c.req.header(SECRET_HEADER) ?? ''), wanted)) return c.body(null, 401);
    const update = parse(await c.req.text());
    if (update === 'malformed') return c.body(null, 400);
    if (update === null) return c.body(null, 200);
    try {
      await options.take(update);
      return c.body(null, 200);
    } catch {
      return c.body(null, 503);
    }
  });
}

const digest = (text: string) => hash('sha256', text, 'buffer');

/** Null: JSON, but no update. */
function parse(body: string): Update | null | 'malformed' {
  try {
    const update: unknown = JSON.parse(body);
    return isUpdate(update) ? update : null;
  } catch {
    return 'malformed';
  }
}

function isUpdate(value: unknown): value is Update {
  return typeof value === 'object' && value !== null && 'update_id' in value && Number.isSafeInteger(value.update_id);
}
