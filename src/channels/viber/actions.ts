/**
 * What travels through the person's client and back: button presses and tracking data. Viber signs neither and shows
 * presses as typed text, so both are checked again on their way in. Nothing here grants a right: whoever forges an
 * action has pressed a button that the core judges like any other press. Hence no signature on them.
 */
import { z } from 'zod';

/** A press arrives as text. People don't begin a message with this and a lower-case word that has no blank in it. */
const PREFIX = '~';
/** `book:…`, `menu`: a flow's word, then whatever it needs. No blanks, so that a sentence never is one. */
const ACTION = /^[a-z][a-z0-9-]*(?::[\x21-\x7e]*)?$/;
/** conversation/event.ts promises at most 64 bytes; with the prefix that is below the 100 that old iOS clients take. */
const ACTION_LENGTH = 64;

/**
 * The two native buttons must have a body, though what comes back is a place or a contact. A client that can't do
 * them may send it as text: it is neither an action nor words.
 */
export const ASK_BODY = '~';
/** As many numbers as fit the 4,000 characters of tracking data. */
export const NUMBERS_LIMIT = 50;

export function isAction(text: string): boolean {
  return text.length <= ACTION_LENGTH && ACTION.test(text);
}

export function toActionBody(action: string): string {
  return PREFIX + action;
}

/** @returns null when it is not one of our buttons' texts but words. */
export function readActionBody(text: string): string | null {
  const action = text.slice(PREFIX.length);
  return text.startsWith(PREFIX) && isAction(action) ? action : null;
}

/**
 * `choices`: the last reply was sent as numbered text, and these are its numbers' actions. `ask`: it asked for this.
 * Every message carries tracking data, an empty one too, so that an older reply's never comes back for a newer one.
 */
export type Tracking = { choices?: string[] | undefined; ask?: 'contact' | undefined };

const trackingSchema = z.object({
  choices: z.array(z.string().refine(isAction)).max(NUMBERS_LIMIT).optional(),
  ask: z.literal('contact').optional(),
});

export function toTrackingData(tracking: Tracking): string {
  return JSON.stringify(tracking);
}

/** What can't be read counts as none. */
export function readTrackingData(data: string | undefined): Tracking {
  try {
    const parsed = trackingSchema.safeParse(JSON.parse(data ?? '{}'));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}
