import type { Context, Hono } from 'hono';
import type { Event } from '../../conversation/event.ts';
import type { ChannelDeps } from '../channel.ts';
import { clientAddress } from '../client-address.ts';
import type { Assets } from './assets.ts';
import { page } from './page.ts';
import { receive } from './receive.ts';
import { isOwnPage, type Sessions } from './session.ts';
import type { Streams } from './stream.ts';
import { pack, type Transcripts, unpack } from './transcripts.ts';
import { browserLanguage, pageLanguage, type WebLanguage, type WebWord, type WebWords } from './words.ts';

export type RoutesParts = {
  deps: Pick<ChannelDeps, 'accept' | 'clock' | 'report'> & {
    transcripts: Transcripts;
    mark(what: string): string;
    allowAddress(address: string): Promise<boolean>;
    urgent(event: Event): boolean;
    trustedProxies: readonly string[];
  };
  sessions: Sessions;
  streams: Streams;
  assets: Assets;
  words: Record<WebLanguage, WebWords>;
  title: string;
  /** Called for each good exchange with a page. */
  contact(): void;
};

const PRIVATE = { 'Cache-Control': 'no-store' };

export function mountRoutes(app: Hono, parts: RoutesParts): void {
  const { deps, sessions, streams } = parts;

  app.get('/chat', (c) => {
    sessions.open(c);
    parts.contact();
    c.header('Cache-Control', 'no-store');
    return c.html(page(pageLanguage(c.req.header('Accept-Language')), parts.title, parts.words));
  });
  app.get('/chat/', (c) => c.redirect('/chat', 301));

  app.get('/chat/assets/:name', (c) => {
    const asset = parts.assets.get(c.req.param('name'));
    if (asset === undefined) {
      return c.notFound();
    }
    const headers = { ETag: asset.etag, 'Cache-Control': 'no-cache' };
    if (c.req.header('If-None-Match') === asset.etag) {
      return c.body(null, 304, headers);
    }
    return c.body(asset.content, 200, { ...headers, 'Content-Type': asset.type });
  });

  app.get('/chat/events', (c) => {
    const chat = sessions.open(c);
    parts.contact();
    const seq = seqOf(c.req.header('Last-Event-ID') ?? c.req.query('after'));
    return streams.open(c, chat, seq, clientAddress(c, deps.trustedProxies));
  });

  app.post('/chat/messages', async (c) => {
    if (!isOwnPage(c)) {
      return refuse(c, parts.words, 403, 'unclear');
    }
    const chat = sessions.open(c);
    const received = receive(await c.req.json().catch(() => undefined), {
      chat,
      mark: (id) => deps.mark(`web event\n${chat}\n${id}`),
      language: browserLanguage(c.req.header('Accept-Language')),
      at: deps.clock.now(),
    });
    if (!received.ok) {
      return refuse(c, parts.words, 400, received.problem);
    }
    // Somebody in danger shares a library's address with everyone else who writes there.
    if (!deps.urgent(received.event) && !(await deps.allowAddress(clientAddress(c, deps.trustedProxies)))) {
      deps.report.count('web_limited');
      c.header('Retry-After', '60');
      return refuse(c, parts.words, 429, 'tooMany');
    }
    try {
      // The person's words first: the answer may come before `accept` returns. The page drops a repeat by its id.
      if (received.own !== null) {
        await deps.transcripts.append(chat, pack({ message: received.own }));
      }
      await deps.accept([received.event]);
    } catch {
      deps.report.log('error', 'a web message could not be written');
      return refuse(c, parts.words, 503, 'trouble');
    }
    parts.contact();
    return c.body(null, 202, PRIVATE);
  });

  app.get('/chat/files/:seq', async (c) => {
    const chat = sessions.find(c);
    const seq = seqOf(c.req.param('seq'));
    if (chat === null || seq === 0) {
      return c.notFound();
    }
    const [entry] = await deps.transcripts.after(chat, seq - 1, 1);
    const file = entry?.seq === seq ? unpack(entry.message)?.file : undefined;
    if (file === undefined) {
      return c.notFound();
    }
    return c.body(file.content, 200, {
      ...PRIVATE,
      'Content-Type': /^[\w.+-]+\/[\w.+-]+(?:;[\w .=+-]*)?$/.test(file.mime) ? file.mime : 'application/octet-stream',
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, '_')}`,
    });
  });

  app.post('/chat/leave', async (c) => {
    if (!isOwnPage(c)) {
      return refuse(c, parts.words, 403, 'unclear');
    }
    const chat = sessions.find(c);
    sessions.close(c);
    if (chat === null) {
      return c.body(null, 204, PRIVATE);
    }
    streams.end(chat);
    try {
      await deps.transcripts.forget(chat);
    } catch {
      deps.report.log('error', 'a web transcript could not be deleted');
      return refuse(c, parts.words, 503, 'trouble');
    }
    return c.body(null, 204, PRIVATE);
  });
}

/** A refusal that a person can read; `error` is the key that the page looks its own words up by. */
function refuse(
  c: Context,
  words: Record<WebLanguage, WebWords>,
  status: 400 | 403 | 429 | 503,
  error: WebWord,
): Response {
  const text = words[pageLanguage(c.req.header('Accept-Language'))][error];
  return c.json({ error, text }, status, PRIVATE);
}

/** @returns 0, "from the beginning", for whatever is not a seq */
function seqOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
