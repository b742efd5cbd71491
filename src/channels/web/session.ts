import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const COOKIE = 'vistka_chat';
const FORM = /^([\w-]{22})\.([\w-]{22,64})$/;

export type Sessions = {
  /** The chat that the request belongs to, or a new one; either way the cookie's time starts anew. */
  open(c: Context): string;
  /** The chat of the request's cookie, null without a valid one. */
  find(c: Context): string | null;
  /** Takes the cookie away. */
  close(c: Context): void;
};

/**
 * A web chat is a cookie: 128 random bits, and our mark on them, so that nobody can choose an id, and an id seen
 * elsewhere opens nothing.
 *
 * @param mark a keyed hash
 */
export function createSessions(options: { hours: number; secure: boolean; mark(what: string): string }): Sessions {
  const attributes = { path: '/chat', httpOnly: true, sameSite: 'Lax', secure: options.secure } as const;
  const sign = (id: string) =>
    options
      .mark(`web-cookie:${id}`)
      .replace(/[^\w-]/g, '_')
      .slice(0, 64);

  function find(c: Context): string | null {
    const [, id, signature] = FORM.exec(getCookie(c, COOKIE) ?? '') ?? [];
    return id !== undefined && signature !== undefined && same(signature, sign(id)) ? id : null;
  }

  return {
    find,
    open(c) {
      const id = find(c) ?? randomBytes(16).toString('base64url');
      setCookie(c, COOKIE, `${id}.${sign(id)}`, { ...attributes, maxAge: Math.round(options.hours * 3600) });
      return id;
    },
    close(c) {
      setCookie(c, COOKIE, '', { ...attributes, maxAge: 0 });
    },
  };
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/**
 * Whether a posting comes from our own page: JSON, which no form of another site can send, and the browser's word on
 * where it comes from. What sends neither header is no browser and carries nobody's cookie.
 */
export function isOwnPage(c: Context): boolean {
  if (!/^application\/json\b/i.test(c.req.header('Content-Type') ?? '')) {
    return false;
  }
  const site = c.req.header('Sec-Fetch-Site');
  if (site !== undefined) {
    return site === 'same-origin';
  }
  const origin = c.req.header('Origin');
  return origin === undefined || hostOf(origin) === (c.req.header('Host') ?? new URL(c.req.url).host);
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
