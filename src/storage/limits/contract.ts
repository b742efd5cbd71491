/** Counts what a key has used up, over all processes. Implementations wrap rate-limiter-flexible. */
export type Limits = {
  /**
   * Takes one from the key's bucket.
   * @returns `first` is true only for the first refusal of a run, so that the person is warned once.
   * Never throws: where the store is down, counts in memory.
   */
  take(key: string, limit: Limit): Promise<{ ok: true } | { ok: false; first: boolean; retryAfterMs: number }>;
  /** Nothing tells any more that the key was used. Never throws: where the store is down, its bucket ends by itself. */
  forget(key: string): Promise<void>;
  close(): Promise<void>;
};

/** A burst, refilled evenly: at most `burst` at once and `perMinute` in the long run. `perMinute` 0 = no limit. */
export type Limit = { burst: number; perMinute: number };
