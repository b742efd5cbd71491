/** Who wrote a moment ago: the newest `size` accounts, each for `ttlMs`. */
export type Known = {
  get(account: string): string | undefined;
  set(account: string, person: string): void;
  /** Goes through all: for the rare day that somebody leaves. */
  drop(person: string): void;
};

export function createKnown(options: { size: number; ttlMs: number; clock: { now(): number } }): Known {
  const { size, ttlMs, clock } = options;
  const entries = new Map<string, { person: string; until: number }>();
  return {
    get(account) {
      const entry = entries.get(account);
      if (!entry) return undefined;
      entries.delete(account);
      if (entry.until <= clock.now()) return undefined;
      entries.set(account, entry);
      return entry.person;
    },
    set(account, person) {
      entries.delete(account);
      entries.set(account, { person, until: clock.now() + ttlMs });
      if (entries.size > size) entries.delete(entries.keys().next().value as string);
    },
    drop(person) {
      for (const [account, entry] of entries) if (entry.person === person) entries.delete(account);
    },
  };
}
