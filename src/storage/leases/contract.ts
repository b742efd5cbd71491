/** One holder a key at a time, across processes. A lease that is not extended expires: a dead process blocks nobody. */
export type Leases = {
  /** @returns null when somebody else holds it. @throws StoreDown */
  acquire(key: string, ttlMs: number): Promise<Lease | null>;
  close(): Promise<void>;
};

export type Lease = {
  /** @returns false when the lease was lost: stop working under it. */
  extend(ttlMs: number): Promise<boolean>;
  /** Lets go only if still held. */
  release(): Promise<void>;
};
