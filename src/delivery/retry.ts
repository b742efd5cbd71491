/** When a message is tried again: facts in, decision out. */

/** What came of handing a message to a platform. */
export type SendOutcome =
  /** `receipt`: what names it there, where anything does. */
  | { outcome: 'sent'; receipt?: string | null }
  /** The person blocked the bot, left, or never was there. */
  | { outcome: 'gone' }
  /** The platform refused what we made. */
  | { outcome: 'refused' }
  /** Not now. `limited`: it asked for the pause. `uncertain`: it may have arrived all the same. */
  | { outcome: 'later'; afterMs: number; limited: boolean; uncertain: boolean };

/** What came of one that is sent to many. */
export type BulkOutcome =
  | SendOutcome
  /** The platform refuses the account: the same for everybody, until somebody acts. It has not arrived. */
  | { outcome: 'account' }
  /** These words can't be sent to many in one call; to each alone they may. They have not arrived. */
  | { outcome: 'unsupported' };

const minute = 60_000;

/** Waits between tries that surely did not arrive: doubling from two seconds, at most ten minutes. */
const firstMs = 2_000;
const longestMs = 10 * minute;

/** Calls in all that may have arrived: at worst the person reads it three times, minutes apart. */
export const unsureTries = 3;
const unsureMs = [minute, 5 * minute] as const;

/** A pause that a platform asks for is everybody's when it is this short; a longer one is this person's. */
const everybodysMs = minute;

/** @returns ms to wait; `chance` from 0 to 1 spreads those who failed together. */
export function pauseMs(
  later: { afterMs: number; limited: boolean; uncertain: boolean },
  facts: { attempts: number; unsure: number },
  chance: number,
): number {
  // Never sooner than asked; a little later, for others wait for the same moment.
  if (later.limited) return later.afterMs + chance * Math.min(1_000, later.afterMs);
  const wait = later.uncertain
    ? (unsureMs[facts.unsure] ?? unsureMs[1])
    : Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(facts.attempts - 1, 0), 20));
  return Math.max(later.afterMs, wait * (0.75 + chance / 2));
}

/** How long all messages of a channel wait after this. */
export function channelPauseMs(later: { afterMs: number; limited: boolean }): number {
  return later.limited && later.afterMs <= everybodysMs ? later.afterMs : 0;
}

/** Calls in all for an announcement, when the platform can't be reached. A pause that it asks for does not count. */
const bulkTries = 6;

/** Is another try of an announcement worth it after this one, which surely did not arrive? */
export function isWorthAnother(
  later: { limited: boolean },
  facts: { attempts: number; not_after: number },
  at: number,
): boolean {
  return at < facts.not_after && (later.limited || facts.attempts < bulkTries);
}

/** Is another call allowed after one that may have arrived? `unsure`: how many there were before it. */
export function mayRepeat(again: boolean, unsure: number): boolean {
  return again && unsure + 1 < unsureTries;
}
