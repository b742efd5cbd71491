import { createHash } from 'node:crypto';
import type { Hono } from 'hono';

/**
 * `GET /calendar/<secret>.ics`: a consultant's calendar, for programs that subscribe to it.
 * @param read null: unknown or revoked
 */
export function mountCalendar(app: Hono, read: (secret: string) => Promise<string | null>): void {
  app.get('/calendar/:file', async (c) => {
    const secret = /^([\w-]{32})\.ics$/.exec(c.req.param('file'))?.[1];
    const text = secret === undefined ? null : await read(secret);
    // The address is the key: it goes no further than to who has it.
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Robots-Tag', 'noindex');
    if (text === null) return c.text('Not found\n', 404, { 'Cache-Control': 'no-store' });
    const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
    c.header('ETag', etag);
    c.header('Cache-Control', 'private, no-cache');
    const known = (c.req.header('If-None-Match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
    if (known.includes(etag) || known.includes('*')) return c.body(null, 304);
    c.header('Content-Disposition', 'inline; filename="vistka.ics"');
    return c.body(text, 200, { 'Content-Type': 'text/calendar; charset=utf-8' });
  });
}
