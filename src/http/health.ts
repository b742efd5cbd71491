import type { Hono } from 'hono';

/** Whether a part can serve, and what is wrong in a few words without secrets or persons. */
export type PartHealth = { ok: boolean; problem?: string | null };

export type HealthSources = {
  /** Each store by its name (`sql`, `redis`). One that throws or hangs is reported as failed. */
  stores(): Promise<Record<string, PartHealth>>;
  /** The content and what speaks against it. */
  content(): PartHealth & Record<string, unknown>;
  /** Each channel by its name. `lastContact`: UTC epoch ms, null when there has been none. */
  channels(): Record<string, { ok: boolean; lastContact: number | null; problem: string | null }>;
  now(): number;
};

/** A store that has not answered in this time can't serve anyone. */
const STORES_WITHIN_MS = 2_000;

/**
 * `/healthz`: the process lives. `/readyz`: it can serve; 503 when a store or the content fails. A platform that can't
 * be reached shows under `channels` and as `degraded`, but keeps 200: the other ways in must go on being served.
 */
export function mountHealth(app: Hono, sources: HealthSources): void {
  app.get('/healthz', (c) => c.text('ok', 200, { 'Cache-Control': 'no-store' }));
  app.get('/readyz', async (c) => {
    const state = await readiness(sources);
    return c.json(state, state.ok ? 200 : 503, { 'Cache-Control': 'no-store' });
  });
}

type Readiness = {
  ok: boolean;
  degraded: boolean;
  stores: Record<string, PartHealth>;
  content: PartHealth;
  channels: Record<string, { ok: boolean; lastContactAgeSeconds: number | null; problem: string | null }>;
};

async function readiness(sources: HealthSources): Promise<Readiness> {
  const stores = await inTime(sources.stores());
  const content = sources.content();
  const now = sources.now();
  const channels: Readiness['channels'] = {};
  for (const [name, health] of Object.entries(sources.channels())) {
    const age = health.lastContact === null ? null : Math.max(0, Math.round((now - health.lastContact) / 1000));
    channels[name] = { ok: health.ok, lastContactAgeSeconds: age, problem: health.problem };
  }
  const ok = content.ok && Object.values(stores).every((store) => store.ok);
  const degraded = !Object.values(channels).every((channel) => channel.ok);
  return { ok, degraded, stores, content, channels };
}

async function inTime(stores: Promise<Record<string, PartHealth>>): Promise<Record<string, PartHealth>> {
  const failed = (problem: string) => ({ stores: { ok: false, problem } });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Record<string, PartHealth>>((resolve) => {
    timer = setTimeout(() => resolve(failed(`no answer in ${STORES_WITHIN_MS} ms`)), STORES_WITHIN_MS);
  });
  try {
    return await Promise.race([stores, late]);
  } catch (error) {
    return failed(error instanceof Error ? error.name : 'failed');
  } finally {
    clearTimeout(timer);
  }
}
