import { setTimeout as sleep } from 'node:timers/promises';
import { GrammyError } from 'grammy';

/** How long the loops wait, in ms. */
export type Timing = {
  /** After the first failure; doubled after each further one. */
  backoffMs: number;
  maxBackoffMs: number;
  /** After a refused token: only a person can mend that. */
  refusedMs: number;
  /** How long Telegram may hold a getUpdates open, in seconds. */
  pollSeconds: number;
  /** Longest duration of one getUpdates, in seconds: above `pollSeconds`. */
  pollCapSeconds: number;
  /** Between two looks at the webhook. */
  superviseMs: number;
};

export const TIMING: Timing = {
  backoffMs: 1_000,
  maxBackoffMs: 60_000,
  refusedMs: 60_000,
  pollSeconds: 30,
  pollCapSeconds: 75,
  superviseMs: 60_000,
};

/** The pause before the next try. `failures` counts from 1. What Telegram asks for is kept exactly. */
export function pauseAfter(error: unknown, failures: number, timing: Timing, random = Math.random): number {
  if (error instanceof GrammyError) {
    const { retry_after: seconds } = error.parameters;
    if (error.error_code === 429 && seconds !== undefined) return seconds * 1000;
    if (error.error_code === 401 || error.error_code === 404) return timing.refusedMs;
  }
  const full = Math.min(timing.maxBackoffMs, timing.backoffMs * 2 ** Math.min(failures - 1, 20));
  // Half of it by chance, so that many processes do not come back at one instant.
  return full / 2 + (random() * full) / 2;
}

/** Waits; ends early, without an error, when the signal says so. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Repeats until it succeeds or the signal ends it; tells `failed` of every failure. */
export async function untilDone(
  work: () => Promise<void>,
  options: { timing: Timing; signal: AbortSignal; failed(error: unknown): void },
): Promise<void> {
  for (let failures = 1; !options.signal.aborted; failures++) {
    try {
      await work();
      return;
    } catch (error) {
      options.failed(error);
      await pause(pauseAfter(error, failures, options.timing), options.signal);
    }
  }
}
