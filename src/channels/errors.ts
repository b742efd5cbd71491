/** Why a send failed, by what the caller does next. Never told apart by their text. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super(`the platform asks to wait ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The person blocked the bot, left, or never was there: stop sending, keep no retry. */
export class PersonGone extends Error {
  override readonly name = 'PersonGone';
}

/** The platform could not be reached or failed. `uncertain`: the message may have been delivered all the same. */
export class ChannelDown extends Error {
  override readonly name: string = 'ChannelDown';
  readonly uncertain: boolean;
  constructor(message: string, uncertain: boolean) {
    super(message);
    this.uncertain = uncertain;
  }
}

/** The platform refused what we made: our fault, never retried. */
export class BadPayload extends Error {
  override readonly name: string = 'BadPayload';
}

/** This bot may not do it that way, whatever the payload: another way may work. */
export class NotSupported extends BadPayload {
  override readonly name = 'NotSupported';
}

/** The platform refuses the account (its token, its money): certain, and the same for everybody until somebody acts. */
export class AccountTrouble extends ChannelDown {
  override readonly name = 'AccountTrouble';
  constructor(message: string) {
    super(message, false);
  }
}

/**
 * What follows from a send. `later`: it can't be taken just now, but may be after so many ms. `limited`: the platform
 * asked for that pause; `uncertain`: it may have arrived all the same.
 */
export type Outcome =
  | { outcome: 'sent'; receipt: string | null }
  | { outcome: 'gone' }
  | { outcome: 'refused' }
  | { outcome: 'later'; afterMs: number; limited: boolean; uncertain: boolean };

/** Waits for a send and tells its outcome; only an error that is none of the above is thrown. */
export async function outcomeOf(sending: Promise<string | null> | Promise<void>): Promise<Outcome> {
  try {
    const receipt = await sending;
    return { outcome: 'sent', receipt: receipt ?? null };
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** The outcome of a send that failed so; an error that is none of the above is thrown. */
export function outcomeOfError(error: unknown): Exclude<Outcome, { outcome: 'sent' }> {
  if (error instanceof RateLimited)
    return { outcome: 'later', afterMs: error.retryAfterMs, limited: true, uncertain: false };
  if (error instanceof PersonGone) return { outcome: 'gone' };
  if (error instanceof BadPayload) return { outcome: 'refused' };
  if (error instanceof ChannelDown)
    return { outcome: 'later', afterMs: 1_000, limited: false, uncertain: error.uncertain };
  throw error;
}
