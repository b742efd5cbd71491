/**
 * The program's only clock. Everything that needs the time is handed a `Clock`; nothing else reads the system's.
 * `CLOCK_OFFSET` shifts it for checks (see config.ts).
 */
export type Clock = {
  /** Now, as UTC epoch milliseconds. */
  now(): number;
};

export function systemClock(offsetMs = 0): Clock {
  return { now: () => Date.now() + offsetMs };
}
