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
  override readonly name = 'ChannelDown';
  readonly uncertain: boolean;
  constructor(message: string, uncertain: boolean) {
    super(message);
    this.uncertain = uncertain;
  }
}

/** The platform refused what we made: our fault, never retried. */
export class BadPayload extends Error {
  override readonly name = 'BadPayload';
}
