import { describe, expect, it } from 'vitest';
import { type ChannelPace, createTurns } from '../../src/delivery/pace.ts';
import { createEmbeddedPace } from '../../src/storage/pace/embedded.ts';

const steady = { now: () => performance.now() };
const never = new AbortController().signal;
const open = (channels: Record<string, ChannelPace>) => {
  const pace = createEmbeddedPace(steady);
  return { pace, turns: createTurns(pace, channels) };
};

describe('when something that the bot starts may go out', () => {
  it('one chat is not sent to twice at once, not even after a direct reply; another one is', async () => {
    const { turns } = open({ telegram: { rate: { calls: 0, perMs: 1_000 }, chatMs: 100 } });
    const began = performance.now();
    await turns.replying('telegram', 'oksana');
    const gone: string[] = [];
    await Promise.all([
      turns.patiently('telegram', 'oksana', never).then(() => gone.push('announcement')),
      turns.soon('telegram', 'oksana').then(() => gone.push('reminder')),
      turns.soon('telegram', 'petro').then(() => gone.push('petro')),
    ]);
    expect(gone).toEqual(['petro', 'announcement', 'reminder']);
    expect(performance.now() - began).toBeGreaterThan(198);
  });

  it('who is told that the program stops has nothing under way that would count as sent', async () => {
    const { turns } = open({ telegram: { rate: { calls: 10, perMs: 60_000 }, chatMs: 0 } });
    const stop = new AbortController();
    const marking = Promise.withResolvers<boolean>();
    const begun = Promise.withResolvers<void>();
    let marked = false;
    await turns.patiently('telegram', 'petro', stop.signal);
    const turn = turns.patiently('telegram', 'oksana', stop.signal, async () => {
      begun.resolve();
      marked = await marking.promise;
      return marked;
    });
    await begun.promise;
    stop.abort();
    setImmediate(() => marking.resolve(true));
    expect(await turn).toBe(false);
    expect(marked).toBe(true);
  });

  it('a reminder goes ahead of the thousands to whom something is told', async () => {
    const { turns } = open({ telegram: { rate: { calls: 200, perMs: 1_000 }, chatMs: 0 } });
    const told: number[] = [];
    const stop = new AbortController();
    const all = Array.from({ length: 2_000 }, (_, i) =>
      turns.patiently('telegram', `${i}`, stop.signal).then((mayGo) => mayGo && told.push(i)),
    );
    expect(await turns.soon('telegram', 'oksana')).toBe(0);
    // A tenth of a second of turns was reserved before it came.
    expect(told.length).toBeLessThan(60);
    stop.abort();
    await Promise.all(all);
  });

  it('direct replies are counted: what the bot starts waits for them, and they for nothing when nobody is told anything', async () => {
    const { turns } = open({ telegram: { rate: { calls: 100, perMs: 1_000 }, chatMs: 0 } });
    for (let i = 0; i < 20; i++) await turns.replying('telegram', `${i}`);
    const began = performance.now();
    await turns.patiently('telegram', 'oksana', never);
    expect(performance.now() - began).toBeGreaterThan(198);
  });

  it('while many are told something, a direct reply takes the next free place, before all of them', async () => {
    const { turns } = open({ telegram: { rate: { calls: 20, perMs: 500 }, chatMs: 0 } });
    const left: number[] = [];
    const stop = new AbortController();
    const all = Array.from({ length: 200 }, (_, i) =>
      turns.patiently('telegram', `${i}`, stop.signal).then((mayGo) => mayGo && left.push(performance.now())),
    );
    // The limit is reached: whoever went at once now would be refused.
    while (left.length < 25) await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    await turns.replying('telegram', 'oksana');
    expect(performance.now() - began).toBeLessThanOrEqual(175);
    left.push(performance.now());
    const last = performance.now();
    expect(left.filter((at) => at > last - 500).length).toBeLessThanOrEqual(20);
    stop.abort();
    await Promise.all(all);
  });

  it('while the platform asks for a pause, a reminder is put off and an announcement waits', async () => {
    const { turns } = open({ telegram: { rate: { calls: 0, perMs: 1_000 }, chatMs: 0 } });
    await turns.hold('telegram', 150);
    const began = performance.now();
    const heldMs = await turns.soon('telegram', 'oksana');
    expect(heldMs).toBeGreaterThan(0);
    expect(heldMs).toBeLessThanOrEqual(150);
    expect(await turns.patiently('telegram', 'petro', never)).toBe(true);
    expect(performance.now() - began).toBeGreaterThan(148);
  });

  it('a pause that comes while they wait for their turn is kept by them too', async () => {
    const { turns } = open({ telegram: { rate: { calls: 10, perMs: 1_000 }, chatMs: 0 } });
    await turns.patiently('telegram', 'first', never);
    const began = performance.now();
    const second = turns.patiently('telegram', 'second', never);
    await turns.hold('telegram', 300);
    await second;
    expect(performance.now() - began).toBeGreaterThan(298);
  });

  it('whoever waits leaves at once when the process ends', async () => {
    const { turns } = open({ telegram: { rate: { calls: 1, perMs: 1_000_000 }, chatMs: 0 } });
    const stop = new AbortController();
    expect(await turns.patiently('telegram', 'first', stop.signal)).toBe(true);
    const waiting = [1, 2, 3].map((i) => turns.patiently('telegram', `${i}`, stop.signal));
    setImmediate(() => stop.abort());
    expect(await Promise.all(waiting)).toEqual([false, false, false]);
  });
});
