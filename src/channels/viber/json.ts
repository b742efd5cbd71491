type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** The reviver's third argument (the source text of a number) is not in TypeScript's library yet. */
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/**
 * JSON.parse that keeps what a double can't hold: an integer beyond 2^53 comes out as the string of its digits.
 * Viber's message tokens are such (5741311803571721087 would be rounded, and tell two messages apart no more).
 * @throws SyntaxError
 */
export function parseExact(text: string): unknown {
  return parse(text, (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? '')
      ? context.source
      : value,
  );
}
