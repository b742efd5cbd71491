import { timingSafeEqual } from 'node:crypto';
import type { Update } from 'grammy/types';
import type { Handler, Hono } from 'hono';

/** Where Telegram delivers. */
export const WEBHOOK_PATH = '/webhooks/telegram';

const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

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
  const wanted = shelved(options.secret);

  async function answer(body: string): Promise<200 | 400 | 503> {
    const update = parse(body);
    if (update === 'malformed') return 400;
    if (update === null) return 200;
    try {
      await options.take(update);
      return 200;
    } catch {
      return 503;
    }
  }

  /** The HTTP server takes this way where it finds it (http/server.ts, StatusRoute): an answer is a status and no more. */
  function byStatus(header: (name: string) => string | undefined): 401 | ((body: string) => Promise<200 | 400 | 503>) {
    return timingSafeEqual(shelved(header(SECRET_HEADER) ?? ''), wanted) ? answer : 401;
  }

  const handle: Handler = async (c) => {
    const next = byStatus((name) => c.req.header(name));
    return c.body(null, typeof next === 'number' ? next : await next(await c.req.text()));
  };
  app.post(WEBHOOK_PATH, Object.assign(handle, { byStatus }));
}

/** A secret has at most 256 characters (setWebhook). */
const SHELF_BYTES = 256;

/**
 * A secret with its length, on a shelf that has room for the longest one: two of them are compared in a time that tells neither
 * the length nor the first difference. Of what is longer than any secret the beginning is enough, for its length differs.
 */
function shelved(secret: string): Buffer {
  const shelf = Buffer.alloc(4 + SHELF_BYTES);
  shelf.writeUInt32LE(secret.length);
  shelf.write(secret, 4, 'utf8');
  return shelf;
}

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
