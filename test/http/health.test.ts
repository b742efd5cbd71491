import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { type HealthSources, mountHealth } from '../../src/http/health.ts';
import { createMetrics, listenForMetrics, mountMetrics } from '../../src/http/metrics.ts';

function newApp(sources: Partial<HealthSources> = {}) {
  const app = new Hono();
  mountHealth(app, {
    stores: async () => ({ sql: { ok: true }, redis: { ok: true } }),
    content: () => ({ ok: true, articles: 20 }),
    channels: () => ({ telegram: { ok: true, lastContact: 60_000, problem: null } }),
    now: () => 90_400,
    ...sources,
  });
  return app;
}

test('the process lives', async () => {
  const response = await newApp().request('/healthz');
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('ok');
});

test('everything is in order: 200, with the age of the last contact', async () => {
  const response = await newApp().request('/readyz');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    ok: true,
    degraded: false,
    stores: { sql: { ok: true }, redis: { ok: true } },
    content: { ok: true, articles: 20 },
    channels: { telegram: { ok: true, lastContactAgeSeconds: 30, problem: null } },
  });
});

test('a store that is lost: 503, and which one', async () => {
  const stores = async () => ({ sql: { ok: true }, redis: { ok: false, problem: 'connection lost' } });
  const response = await newApp({ stores }).request('/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ ok: false, stores: { redis: { problem: 'connection lost' } } });
});

test('a store that answers with an error or not at all: 503, without the error’s words', async () => {
  const failing = newApp({ stores: () => Promise.reject(new TypeError('password=hunter2')) });
  const response = await failing.request('/readyz');
  expect(response.status).toBe(503);
  expect(await response.text()).not.toContain('hunter2');
  const hanging = newApp({ stores: () => new Promise(() => {}) });
  expect((await hanging.request('/readyz')).status).toBe(503);
});

test('content that cannot be used: 503', async () => {
  expect((await newApp({ content: () => ({ ok: false, problem: 'no articles' }) }).request('/readyz')).status).toBe(
    503,
  );
});

test('a platform that is deaf is reported, and the others go on', async () => {
  const channels = () => ({
    telegram: { ok: false, lastContact: null, problem: '401' },
    web: { ok: true, lastContact: null, problem: null },
  });
  const response = await newApp({ channels }).request('/readyz');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    ok: true,
    degraded: true,
    channels: { telegram: { ok: false, lastContactAgeSeconds: null, problem: '401' } },
  });
});

const peer = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });

test('numbers are for this machine only', async () => {
  const metrics = createMetrics();
  const app = new Hono();
  mountMetrics(app, metrics);
  metrics.count('updates', { channel: 'web' });
  metrics.count('updates', { channel: 'web' });
  metrics.observe('turn', 0.003);
  const own = await app.request('/metrics', {}, peer('127.0.0.1'));
  expect(own.status).toBe(200);
  const text = await own.text();
  expect(text).toContain('vistka_updates_total{channel="web"} 2');
  expect(text).toContain('vistka_turn_seconds_count 1');
  expect((await app.request('/metrics', {}, peer('::1'))).status).toBe(200);
  expect((await app.request('/metrics', {}, peer('203.0.113.9'))).status).toBe(404);
  expect((await app.request('/metrics')).status).toBe(404);
  const forwarded = await app.request('/metrics', { headers: { 'X-Forwarded-For': '203.0.113.9' } }, peer('127.0.0.1'));
  expect(forwarded.status).toBe(404);
});

test('a wrong label or number breaks no answer', async () => {
  const metrics = createMetrics();
  metrics.count('a', { x: '1' });
  metrics.count('a', { y: '1' });
  metrics.count('б', {});
  metrics.observe('t', Number.NaN);
  expect(await metrics.text()).toContain('vistka_a_total{x="1"} 1');
});

test('numbers on a port of their own', async () => {
  const metrics = createMetrics();
  const server = await listenForMetrics(metrics, '127.0.0.1', 0);
  const base = `http://127.0.0.1:${server.port}`;
  expect(await (await fetch(`${base}/metrics`)).text()).toContain('process_cpu');
  expect((await fetch(`${base}/chat`)).status).toBe(404);
  await server.close();
});
