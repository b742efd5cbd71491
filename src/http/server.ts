import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';

/** One line in the log: a stable message and low-cardinality fields (the shape of report.ts). */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;

export type ServerOptions = {
  host: string;
  /** 0 takes a free one; `listen` tells which. */
  port: number;
  /** Larger bodies get 413 before any handler sees them. */
  bodyLimitBytes: number;
  log: Log;
  /** How long `close` waits for requests in hand before it cuts their connections. */
  closeWithinMs?: number;
};

export type HttpServer = {
  app: Hono;
  /** Resolves once connections are taken. @throws the system's error, such as EADDRINUSE */
  listen(): Promise<{ url: string; port: number }>;
  /** Takes no new connection, ends event streams, lets requests in hand finish. A second call waits for the first. */
  close(): Promise<void>;
};

/** The HTTP server that every room mounts its routes on. Making one starts nothing. */
export function createServer(options: ServerOptions): HttpServer {
  const app = new Hono();
  const streams = new Set<ServerResponse>();
  let closing: Promise<void> | null = null;

  app.use(safeHeaders());
  app.use(limitBody(options.bodyLimitBytes));
  app.use(async (c, next) => {
    await next();
    if (closing !== null) {
      c.res.headers.set('Connection', 'close');
    }
    // `env` is the Node request and response when served, and absent when a test calls app.request().
    const outgoing = (c.env as Partial<HttpBindings> | undefined)?.outgoing;
    if (
      c.req.method === 'GET' &&
      outgoing !== undefined &&
      c.res.headers.get('Content-Type')?.startsWith('text/event-stream')
    ) {
      streams.add(outgoing);
      outgoing.once('close', () => streams.delete(outgoing));
    }
  });
  app.notFound((c) => c.text('404', 404));
  app.onError((error, c) => {
    const code = randomBytes(2).toString('hex').toUpperCase();
    // An error's message may quote what a person wrote (an SQL parameter, a parse error): only its kind and place are told.
    options.log('error', 'a request failed', {
      code,
      error: error.name,
      at: placeOf(error),
      path: routeOf(c.req.path),
    });
    return c.text(`500 ${code}`, 500);
  });

  const server = createAdaptorServer({ fetch: app.fetch, hostname: options.host });

  async function shut(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const stream of streams) {
      stream.end();
    }
    const idle = setInterval(() => closeIdle(), 50);
    const lastResort = setTimeout(() => {
      if ('closeAllConnections' in server) {
        server.closeAllConnections();
      }
    }, options.closeWithinMs ?? 10_000);
    closeIdle();
    await closed;
    clearInterval(idle);
    clearTimeout(lastResort);
  }

  function closeIdle(): void {
    if ('closeIdleConnections' in server) {
      server.closeIdleConnections();
    }
  }

  return {
    app,
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => {
          server.off('error', reject);
          const address = server.address();
          const port = typeof address === 'object' && address !== null ? address.port : options.port;
          resolve({ url: `http://${urlHost(options.host)}:${port}`, port });
        });
      }),
    close() {
      closing ??= server.listening ? shut() : Promise.resolve();
      return closing;
    },
  };
}

/** Pages may load only what we serve ourselves, be framed by nobody, and tell no other site where the person came from. */
const SAFE_HEADERS: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; " +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'geolocation=(self), camera=(), microphone=()'],
];

/** Not on webhooks: only a platform's server reads those answers, and there are many. A route's own header stands. */
function safeHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.req.path.startsWith('/webhooks/')) {
      return;
    }
    for (const [name, value] of SAFE_HEADERS) {
      if (!c.res.headers.has(name)) {
        c.res.headers.set(name, value);
      }
    }
  };
}

/**
 * A declared length is held by Node's parser, so looking at it is enough. A chunked body is read up to the limit here,
 * since a handler may well catch the error of a stream that breaks off and answer something else.
 */
function limitBody(limit: number): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') {
      return next();
    }
    const declared = c.req.header('Content-Length');
    if (declared !== undefined && c.req.header('Transfer-Encoding') === undefined) {
      return Number(declared) <= limit ? next() : c.text('413', 413, { Connection: 'close' });
    }
    if (c.req.raw.body === null) {
      return next();
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of c.req.raw.body as ReadableStream<Uint8Array>) {
      size += chunk.byteLength;
      if (size > limit) {
        return c.text('413', 413, { Connection: 'close' });
      }
      chunks.push(chunk);
    }
    c.req.raw = new Request(c.req.raw, { body: Buffer.concat(chunks) });
    return next();
  };
}

/** The first line of ours in a stack: `src/conversation/inbox.ts:41:7`. */
function placeOf(error: Error): string {
  return /(?:src|node_modules)\/[\w./@-]+:\d+:\d+/.exec(error.stack ?? '')?.[0] ?? 'unknown';
}

/** A path can hold an id or a secret: its first two parts are enough to find the route. */
function routeOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}

function urlHost(host: string): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return shown.includes(':') ? `[${shown}]` : shown;
}
