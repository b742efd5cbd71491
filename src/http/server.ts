import { randomBytes } from 'node:crypto';
import { createServer as createNodeServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
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

/**
 * What a platform delivers by the thousand is answered by a status alone, and needs nothing of what Hono makes of a request.
 * A handler of a POST that carries `byStatus` is served by that; the handler itself must do the same.
 * @param header by its name in lower case
 * @returns the status, or what makes one of the body. The body is capped as everywhere.
 */
export type StatusRoute = (
  header: (name: string) => string | undefined,
) => number | ((body: string) => Promise<number>);

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
  app.onError((error, c) => c.text(`500 ${failed(error, c.req.path)}`, 500));

  /** @returns the code by which the log knows it */
  function failed(error: unknown, path: string): string {
    const code = randomBytes(2).toString('hex').toUpperCase();
    // An error's message may quote what a person wrote (an SQL parameter, a parse error): only its kind and place are told.
    options.log('error', 'a request failed', {
      code,
      error: error instanceof Error ? error.name : 'unknown',
      at: error instanceof Error ? placeOf(error) : 'unknown',
      path: routeOf(path),
    });
    return code;
  }

  const byStatus = new Map<string, StatusRoute>();

  function serveByStatus(route: StatusRoute, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const end = (status: number) => {
      if (closing !== null || status === 413) outgoing.setHeader('Connection', 'close');
      outgoing.writeHead(status).end();
    };
    const fail = (error: unknown) => {
      failed(error, incoming.url ?? '');
      end(500);
    };
    try {
      const next = route((name) => firstOf(incoming.headers[name]));
      if (typeof next === 'number') end(next);
      else
        readBody(incoming, options.bodyLimitBytes, (body) => {
          if (body === null) end(413);
          else next(body).then(end).catch(fail);
        });
    } catch (error) {
      fail(error);
    }
  }

  const throughHono = getRequestListener(app.fetch, { hostname: options.host });
  const server = createNodeServer((incoming, outgoing) => {
    const route = incoming.method === 'POST' ? byStatus.get(incoming.url ?? '') : undefined;
    if (route) serveByStatus(route, incoming, outgoing);
    else void throughHono(incoming, outgoing);
  });

  async function shut(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const stream of streams) {
      stream.end();
    }
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const lastResort = setTimeout(() => server.closeAllConnections(), options.closeWithinMs ?? 10_000);
    server.closeIdleConnections();
    await closed;
    clearInterval(idle);
    clearTimeout(lastResort);
  }

  return {
    app,
    listen: () =>
      new Promise((resolve, reject) => {
        for (const { method, path, handler } of app.routes) {
          if (method === 'POST' && 'byStatus' in handler) byStatus.set(path, handler.byStatus as StatusRoute);
        }
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

const firstOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

/** Calls back once, with null for a body that is too large; never when the connection breaks off before its end. */
function readBody(incoming: IncomingMessage, limit: number, then: (body: string | null) => void): void {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > limit) {
    then(null);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
    else if (size - chunk.byteLength <= limit) then(null);
  });
  incoming.on('end', () => {
    if (size <= limit) then((chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8'));
  });
  incoming.on('error', () => undefined);
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
