/**
 * How fast something may be done, over all processes together: calls to a platform that allows so many a second.
 * Evenly spaced: nobody saves up turns, so no stretch of `perMs` holds more than `calls`, however it is cut.
 */
export type Pace = {
  /**
   * Reserves the next turn of the key; `count` of them for what costs more than one. Whoever had to wait asks `held` when
   * the wait is over, and takes a new turn if it is.
   * Never throws: where the store is down, each process paces itself at a share that is safe for several.
   */
  take(key: string, rate: Rate, count?: number): Promise<Turn>;
  /** Nobody takes a turn for so long, in any process. A hold that ends later stays. Never throws. */
  hold(key: string, ms: number): Promise<void>;
  /** @returns ms until the hold on the key ends; 0: there is none. Never throws. */
  held(key: string): Promise<number>;
  /**
   * Asked just before the call, once its turn has come: whoever is late must not meet those who are on time. No stretch
   * of `perMs` ever holds more than `calls` that have left, in all processes together.
   * @returns 0: go, it is counted; else ms, to ask again after them. Never throws.
   */
  leave(key: string, rate: Rate, count?: number): Promise<number>;
  /**
   * Turns that were used without waiting for them. They are charged with this process's next `take`, if that comes while
   * they still count.
   * @param asked they have asked to leave, and are counted there already
   */
  note(key: string, count?: number, asked?: boolean): void;
  close(): Promise<void>;
};

/** At most so many in a stretch of so many ms. `calls` 0: no limit, only holds. */
export type Rate = { calls: number; perMs: number };

/** ms to wait. `held`: for the end of a hold; nothing was reserved. Otherwise the turn is the caller's then. */
export type Turn = { waitMs: number; held: boolean };
