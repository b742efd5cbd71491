import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Context, Hono } from 'hono';
import { type Language, languages, type Values } from '../texts.ts';
import { type Paper, papers, type Said, sheet, strayPage, type WallLibrary, type Way, wayPage } from './wall-page.ts';

export type WallParts = {
  library(id: string): WallLibrary | undefined;
  /** What opens a chat with the bot and hands it a payload, one a channel that is on; null: can't be known just now. */
  links(payload: string): Promise<readonly { channel: string; url: string | null }[]>;
  /** PUBLIC_URL; null: the links to our own pages work on this machine only. */
  publicUrl: string | null;
  /** Our own address on this machine. */
  hereUrl: string;
  t(language: Language, key: string, values?: Values): string;
  defaultLanguage: Language;
};

const HOUR = 'public, max-age=3600';
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** What every platform takes as a payload. */
const PAYLOAD = /^[A-Za-z0-9_-]{1,64}$/;
const STYLES = ['sheet.css', 'a4.css', 'a5.css'];

/**
 * `GET /wall/<library>`: the library's poster with the bot's real addresses, to be printed. `?size=a4|a5&lang=uk|en|pl|ru`
 * `GET /open/<channel>/<payload>`: a page whose button opens an app, for addresses that browsers and QR readers refuse.
 * Both are for everybody, need no script and set no cookie.
 */
export function mountWall(app: Hono, parts: WallParts): void {
  const styles = new Map(STYLES.map((name) => [name, style(name)]));
  const own = parts.publicUrl ?? parts.hereUrl;
  const wordsFor = (c: Context): Said => {
    const language = languages.find((one) => one === c.req.query('lang')) ?? parts.defaultLanguage;
    return {
      language,
      t: (key, values) => parts.t(language, key, values),
      nameOf: (other) => parts.t(other, 'language:name'),
    };
  };
  const secured = (c: Context, cache: string) => {
    c.header('Content-Security-Policy', POLICY);
    c.header('Cache-Control', cache);
  };
  const stray = (c: Context, title: string, more: string, status: 404 | 503 = 404) => {
    secured(c, 'no-store');
    return c.html(strayPage(wordsFor(c), title, more), status);
  };

  app.get('/wall/assets/:name', (c) => {
    const found = styles.get(c.req.param('name'));
    if (!found) return c.notFound();
    const headers = { ETag: found.etag, 'Cache-Control': 'no-cache' };
    if (c.req.header('If-None-Match') === found.etag) return c.body(null, 304, headers);
    return c.body(found.content, 200, { ...headers, 'Content-Type': 'text/css; charset=utf-8' });
  });

  app.get('/wall/:library', async (c) => {
    const id = c.req.param('library');
    const library = parts.library(id);
    if (!library) {
      const { t } = wordsFor(c);
      return stray(c, t('wall:unknown'), t('wall:unknownMore'));
    }
    const payload = `lib-${id}`;
    const links = await parts.links(payload);
    const known = links.flatMap(({ channel, url }): Way[] => (url === null ? [] : [{ channel, url }]));
    const unreachable = links.flatMap(({ channel, url }) => (url === null ? [channel] : []));
    // What works on this machine only belongs on no wall, where there is anything better.
    const better = known.filter(({ url }) => parts.publicUrl !== null || !url.startsWith(`${own}/`));
    const ways = (better.length > 0 ? better : known).map(({ channel, url }) => ({
      channel,
      url: isWebAddress(url) ? url : `${own}/open/${channel}/${payload}`,
    }));
    // A poster that lacks a channel for a moment must not stay so for an hour.
    secured(c, unreachable.length > 0 ? 'no-store' : HOUR);
    const size: Paper = papers.find((one) => one === c.req.query('size')) ?? 'a4';
    const site = parts.publicUrl !== null ? 'there' : better.length > 0 ? 'missing' : 'only here';
    return c.html(sheet(wordsFor(c), { id, library, ways, size, site, unreachable }));
  });

  app.get('/open/:channel/:payload', async (c) => {
    const { channel, payload } = c.req.param();
    const { t } = wordsFor(c);
    const link = PAYLOAD.test(payload)
      ? (await parts.links(payload)).find((one) => one.channel === channel)
      : undefined;
    if (link?.url === null) {
      const name = t(`wall:on.${channel}`);
      return stray(c, t('wall:open.away', { channel: name }), t('wall:open.awayMore'), 503);
    }
    // An address that a browser understands needs no page of ours.
    if (!link || isWebAddress(link.url)) return stray(c, t('wall:open.unknown'), t('wall:open.unknownMore'));
    secured(c, HOUR);
    c.header('X-Robots-Tag', 'noindex');
    return c.html(wayPage(wordsFor(c), { channel, url: link.url, chat: `/chat#${payload}` }));
  });
}

function isWebAddress(url: string): boolean {
  return /^https?:/.test(url);
}

function style(name: string): { content: string; etag: string } {
  const content = readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
  return { content, etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` };
}
