/**
 * Pictures and PDFs of ours (conversation/reply.ts, Media): where they can be fetched, and what bytes may be one. Their
 * address is public for whoever was told it: a messenger's servers and clients fetch without a name.
 */
import type { Hono } from 'hono';
import type { Media } from '../conversation/reply.ts';
import type { ChannelDeps, FetchedFile } from './channel.ts';
import { BadPayload } from './errors.ts';

/** What a person may send us, in bytes. */
export const FETCH_LIMIT = 5 * 1024 * 1024;
/** Ids are made by us: at least ten letters of chance, so that nobody finds one by trying. */
const ID = /^[\w-]{10,64}$/;
const EXTENSIONS: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'application/pdf': 'pdf' };
/** The bytes under an id never change; a week is as long as anybody looks at them. */
const CACHED = 'public, max-age=604800, immutable';

/** The path under which `mountMedia` serves it; its last part ends as its kind of file does, which messengers look at. */
export function mediaPath(media: Pick<Media, 'id' | 'name' | 'mime'>): string {
  if (!ID.test(media.id)) throw new BadPayload('a picture or file without a good id');
  return `/media/${media.id}/${asciiName(media)}`;
}

/** `GET /media/<id>/<name>`: public, cacheable; 404 for what there is not. The name is for the reader alone. */
export function mountMedia(app: Hono, load: NonNullable<ChannelDeps['media']>): void {
  app.get('/media/:id/:name', async (c) => {
    const id = c.req.param('id');
    const stored = ID.test(id) ? await load(id) : null;
    // What the bytes are decides, whatever was stored beside them: nothing is ever served that a browser could run.
    const mime = stored && kindOf(stored.content);
    if (!stored || !mime) return c.body(null, 404, { 'Cache-Control': 'no-store' });
    const name = asciiName({ name: stored.name, mime });
    const utf8 = encodeURIComponent(stored.name.toWellFormed().slice(0, 100).toWellFormed()).replace(/['()*]/g, '_');
    return c.body(new Uint8Array(stored.content), 200, {
      'Content-Type': mime,
      'Content-Length': String(stored.content.length),
      'Content-Disposition': `${mime === 'application/pdf' ? 'attachment' : 'inline'}; filename="${name}"; filename*=UTF-8''${utf8}`,
      'Cache-Control': CACHED,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "sandbox; default-src 'none'",
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'X-Robots-Tag': 'noindex',
    });
  });
}

/** @throws BadPayload when it is nowhere to be had, or is no JPEG, PNG or PDF */
export async function contentOf(media: Media, load: ChannelDeps['media']): Promise<Uint8Array> {
  const content = media.content ? await media.content() : (await load?.(media.id))?.content;
  if (!content) throw new BadPayload('a picture or file that is gone');
  if (kindOf(content) === null) throw new BadPayload('no JPEG, PNG or PDF');
  return content;
}

/** `image/jpeg`, `image/png`, `application/pdf`, by the first bytes; null: none of them. */
export function kindOf(content: Uint8Array): FetchedFile['mime'] | null {
  const found = MAGIC.find(([, magic]) => magic.every((byte, index) => content[index] === byte));
  return found?.[0] ?? null;
}

const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

/** ASCII, so that it stands in an address and a header as it is. */
function asciiName({ name, mime }: Pick<Media, 'name' | 'mime'>): string {
  const extension = EXTENSIONS[mime] ?? 'bin';
  const base = name
    .replace(/\.\w{1,5}$/, '')
    // No underscore: Viber fills in `replace_me_with_…` wherever it stands in a broadcast.
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `${base || 'file'}.${extension}`;
}
