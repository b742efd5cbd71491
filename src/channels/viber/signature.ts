import { createHmac, timingSafeEqual } from 'node:crypto';

const HEX_SHA256 = /^[0-9a-f]{64}$/i;

/**
 * Whether Viber sent these bytes: `X-Viber-Content-Signature` is the HMAC-SHA256 of the raw body under the bot's token,
 * in hex (developers.viber.com/docs/api/rest-bot-api/#callbacks). Never throws, whatever the header holds.
 */
export function isSigned(body: Uint8Array, signature: string | undefined, token: string): boolean {
  if (signature === undefined || !HEX_SHA256.test(signature)) return false;
  const expected = createHmac('sha256', token).update(body).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
