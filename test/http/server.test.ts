import { once } from 'node:events';
import { connect } from 'node:net';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { expect, test } from 'vitest';
import { createServer, type Log, type StatusRoute } from '../../src/http/server.ts';

const LIMIT = 262_144;

function newServer(log: Log = () => {}, closeWithinMs = 5_000) {
  const server = createServer({ host: '127.0.0.1', port: 0, bodyLimitBytes: LIMIT, log, closeWithinMs });
  server.app.post('/echo', async (c) => c.json({ length: (await c.req.arrayBuffer()).byteLength }));
  return server;
}

/** A body without a declared length. */
function chunked(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      const size = Math.min(left, 65_536);
      left -= size;
      if (size > 0) controller.enqueue(new Uint8Array(size));
      else controller.close();
    },
  });
}

test('a body of exactly 256 KiB is taken, one byte more is too large, with and without a declared length', async () => {
  const server = newServer();
  const { url } = await server.listen();
  const declared = (bytes: number) => fetch(`${url}/echo`, { method: 'POST', body: new Uint8Array(bytes) });
  const streamed = (bytes: number) =>
    fetch(`${url}/echo`, { method: 'POST', body: chunked(bytes), duplex: 'half' } as RequestInit);
  for (const send of [declared, streamed]) {
    const fits = await send(LIMIT);
    expect(fits.status).toBe(200);
    expect(await fits.json()).toEqual({ length: LIMIT });
    expect((await send(LIMIT + 1)).status).toBe(413);
  }
  await server.close();
});

test('a handler that catches every error of its own still cannot read a body that is too large', async () => {
  const { app } = newServer();
  let reached = false;
  app.post('/careless', async (c) => {
    reached = true;
    return c.text((await c.req.text().catch(() => '')) && 'read');
  });
  const response = await app.request('/careless', { method: 'POST', body: 'x'.repeat(LIMIT + 1) });
  expect(response.status).toBe(413);
  expect(reached).toBe(false);
});

test('a route that answers by a status alone has the same cap, the same silence about faults, and Hono’s way beside it', async () => {
  const lines: string[] = [];
  const server = newServer((_, message, fields) => lines.push(JSON.stringify({ message, ...fields })));
  const byStatus: StatusRoute = (header) => {
    if (header('x-secret') !== 's') return 401;
    return async (body) => {
      if (body === 'мене б’ють') throw new TypeError(`cannot store ${body}`);
      return body.length === LIMIT ? 200 : 400;
    };
  };
  server.app.post(
    '/webhooks/one/private-id',
    Object.assign((c: Context) => c.text('by Hono'), { byStatus }),
  );
  const { url } = await server.listen();
  const post = (body: RequestInit['body'], secret = 's', query = '') =>
    fetch(`${url}/webhooks/one/private-id${query}`, {
      method: 'POST',
      headers: { 'X-Secret': secret },
      body: body ?? null,
      duplex: 'half',
    } as RequestInit);
  expect((await post('x', 'wrong')).status).toBe(401);
  expect((await post('x')).status).toBe(400);
  expect((await post('x'.repeat(LIMIT))).status).toBe(200);
  expect((await post(chunked(LIMIT))).status).toBe(200);
  expect((await post('x'.repeat(LIMIT + 1))).status).toBe(413);
  expect((await post(chunked(LIMIT + 1))).status).toBe(413);
  const fault = await post('мене б’ють');
  expect([fault.status, await fault.text()]).toEqual([500, '']);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('TypeError');
  expect(lines[0]).not.toMatch(/мене|private-id/);
  expect(await (await post('x', 's', '?')).text()).toBe('by Hono');
  await server.close();
});

test('an unknown path is a plain 404', async () => {
  const response = await newServer().app.request('/nothing/here');
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('404');
});

test('a fault shows a code and nothing of the program, and the log has the code but not the person’s words', async () => {
  const lines: string[] = [];
  const { app } = newServer((level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })));
  app.get('/broken/:id', () => {
    throw new TypeError('cannot store "мене б’ють"');
  });
  const response = await app.request('/broken/private-id');
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).toMatch(/^500 [0-9A-F]{4}$/);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(text.slice(4));
  expect(lines[0]).toContain('TypeError');
  expect(lines[0]).not.toMatch(/мене|б’ють/);
});

test('a page may load nothing from elsewhere and be framed nowhere', async () => {
  const { app } = newServer();
  app.get('/own', (c) => c.text('x', 200, { 'Content-Security-Policy': "default-src 'self'" }));
  const { headers } = await app.request('/');
  const policy = headers.get('Content-Security-Policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(headers.get('Referrer-Policy')).toBe('no-referrer');
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect((await app.request('/own')).headers.get('Content-Security-Policy')).toBe("default-src 'self'");
});

test('closing finishes the request in hand, ends event streams and takes nothing new', async () => {
  const server = newServer();
  let entered: () => void = () => {};
  const inHand = new Promise<void>((resolve) => {
    entered = resolve;
  });
  let finish: () => void = () => {};
  const work = new Promise<void>((resolve) => {
    finish = resolve;
  });
  server.app.get('/slow', async (c) => {
    entered();
    await work;
    return c.text('done');
  });
  let left: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  server.app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: 'hello' });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      left();
    }),
  );
  const { url, port } = await server.listen();
  const events = await fetch(`${url}/events`);
  const reader = (events.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  const slow = fetch(`${url}/slow`);
  await inHand;
  const closed = server.close();
  expect((await reader.read()).done).toBe(true);
  await gone;
  const refused = connect(port, '127.0.0.1');
  const [error] = await once(refused, 'error');
  expect(error.code).toBe('ECONNREFUSED');
  finish();
  const response = await slow;
  expect(await response.text()).toBe('done');
  await closed;
  await server.close();
});

test('a request that never ends does not keep the program from closing', async () => {
  const server = newServer(() => {}, 100);
  let entered: () => void = () => {};
  const inHand = new Promise<void>((resolve) => {
    entered = resolve;
  });
  server.app.get('/never', async () => {
    entered();
    return new Promise<Response>(() => {});
  });
  const { url } = await server.listen();
  const request = fetch(`${url}/never`).catch(() => 'cut');
  await inHand;
  await server.close();
  expect(await request).toBe('cut');
});

test('a port that is taken is an error at once', async () => {
  const first = newServer();
  const { port } = await first.listen();
  const second = createServer({ host: '127.0.0.1', port, bodyLimitBytes: LIMIT, log: () => {} });
  await expect(second.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await second.close();
  await first.close();
});
