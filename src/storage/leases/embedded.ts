import type { Leases } from './contract.ts';

/** Leases within this process, which is the only one where there is no Redis. */
export function createEmbeddedLeases(clock: { now(): number }): Leases {
  const held = new Map<string, { token: symbol; until: number }>();
  return {
    async acquire(key, ttlMs) {
      const other = held.get(key);
      if (other && other.until > clock.now()) return null;
      const token = Symbol();
      held.set(key, { token, until: clock.now() + ttlMs });
      const mine = () => {
        const lease = held.get(key);
        return lease?.token === token && lease.until > clock.now();
      };
      return {
        async extend(ms) {
          if (!mine()) return false;
          held.set(key, { token, until: clock.now() + ms });
          return true;
        },
        async release() {
          if (held.get(key)?.token === token) held.delete(key);
        },
      };
    },
    async close() {
      held.clear();
    },
  };
}
