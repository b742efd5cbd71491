/**
 * Documents as links. Viber fetches files by a public address and whether it takes a calendar file is undocumented, so
 * the person gets the address. The document itself is sealed into it: nothing is stored, any process can serve it, and
 * a restart loses none.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Reply } from '../../conversation/reply.ts';

type Document = NonNullable<Reply['document']>;

/** Authenticated encryption under the program's key. `open` gives null for anything that `seal` didn't make. */
export type FileSeal = { seal(plain: string): string; open(sealed: string): string | null };

const LIFETIME_MS = 7 * 24 * 3_600_000;
/** What phones and the servers between take without complaint. */
const URL_LIMIT = 2000;
/** Four times the largest document that fits an address even if it deflates to nothing. */
const INFLATED_LIMIT = 256 * 1024;

const contentSchema = z.object({ n: z.string(), m: z.string(), c: z.string(), x: z.number() });

/** @returns null when the document is too long for an address */
export function linkTo(document: Document, options: { publicUrl: string; seal: FileSeal; now: number }): string | null {
  const content: z.output<typeof contentSchema> = {
    n: document.name,
    m: document.mime,
    c: document.content,
    x: options.now + LIFETIME_MS,
  };
  const sealed = toUrlSafe(options.seal.seal(deflateRawSync(JSON.stringify(content)).toString('base64')));
  const url = `${options.publicUrl}/files/${sealed}/${encodeURIComponent(fileName(document.name))}`;
  return url.length < URL_LIMIT ? url : null;
}

export function fileRoutes(app: Hono, options: { seal: FileSeal; now(): number }): void {
  app.get('/files/:sealed/:name', (c) => {
    const content = openContent(c.req.param('sealed'), options.seal);
    if (!content) return c.body(null, 404);
    if (content.x <= options.now()) return c.body(null, 410);
    // Shown inline, a calendar file opens the phone's calendar; any other kind is only ever saved.
    const inline = content.m.startsWith('text/calendar');
    return c.body(content.c, 200, {
      'Content-Type': `${content.m.replace(/;.*/, '')}; charset=utf-8`,
      'Content-Disposition': `${inline ? 'inline' : 'attachment'}; filename="${fileName(content.n)}"`,
      'Cache-Control': 'private, no-store',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "sandbox; default-src 'none'",
      'X-Robots-Tag': 'noindex',
    });
  });
}

function openContent(sealed: string, seal: FileSeal): z.output<typeof contentSchema> | null {
  try {
    const plain = seal.open(fromUrlSafe(sealed));
    if (plain === null) return null;
    const json = inflateRawSync(Buffer.from(plain, 'base64'), { maxOutputLength: INFLATED_LIMIT }).toString();
    return contentSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

/** ASCII, so that it stands in a header and an address as it is. */
function fileName(name: string): string {
  return name.replace(/[^\w.-]/g, '_').slice(0, 80) || 'file';
}

function toUrlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromUrlSafe(text: string): string {
  return text.replaceAll('-', '+').replaceAll('_', '/');
}
