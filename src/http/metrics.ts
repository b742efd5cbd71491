import { createServer } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Counters and timings for Prometheus. Neither `count` nor `observe` ever throws: a number must not break an answer. */
export type Metrics = {
  /** Adds one to `vistka_<name>_total`. Labels of low cardinality only, the same names at every call of a name. */
  count(name: string, labels?: Record<string, string>): void;
  /** Notes a duration in `vistka_<name>_seconds`. */
  observe(name: string, seconds: number): void;
  /** Everything, in Prometheus' text format. */
  text(): Promise<string>;
};

const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const timings = new Map<string, Histogram>();

  return {
    count(name, labels = {}) {
      try {
        const key = metricName(name);
        let counter = counters.get(key);
        if (counter === undefined) {
          counter = new Counter({
            name: `vistka_${key}_total`,
            help: name,
            labelNames: Object.keys(labels),
            registers: [registry],
          });
          counters.set(key, counter);
        }
        counter.inc(labels);
      } catch {
        // A label that the first call did not have: the count is lost, the answer is not.
      }
    },
    observe(name, seconds) {
      const key = metricName(name);
      let timing = timings.get(key);
      if (timing === undefined) {
        timing = new Histogram({ name: `vistka_${key}_seconds`, help: name, buckets: BUCKETS, registers: [registry] });
        timings.set(key, timing);
      }
      if (Number.isFinite(seconds)) {
        timing.observe(seconds);
      }
    },
    text: () => registry.metrics(),
  };
}

function metricName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * `GET /metrics` for a peer on this machine, 404 for everyone else. A reverse proxy on this machine is a loopback peer
 * too, so a request that was forwarded is refused as well.
 */
export function mountMetrics(app: Hono, metrics: Metrics): void {
  app.get('/metrics', async (c) => {
    if (
      !isLoopback(peerOf(c)) ||
      c.req.header('X-Forwarded-For') !== undefined ||
      c.req.header('Forwarded') !== undefined
    ) {
      return c.notFound();
    }
    return c.body(await metrics.text(), 200, { 'Content-Type': TYPE, 'Cache-Control': 'no-store' });
  });
}

/** Metrics on a port of their own (`METRICS_PORT`), which the operator keeps inside the network. */
export async function listenForMetrics(
  metrics: Metrics,
  host: string,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    try {
      response.writeHead(200, { 'Content-Type': TYPE }).end(await metrics.text());
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function peerOf(c: Context): string | undefined {
  const served = (c.env as Partial<HttpBindings> | undefined)?.incoming !== undefined;
  return served ? getConnInfo(c).remote.address : undefined;
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:127\.|::1$|::ffff:127\.)/.test(address);
}
