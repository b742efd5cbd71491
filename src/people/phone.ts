import { createRequire } from 'node:module';
import type { CountryCode } from 'libphonenumber-js';

/** Loaded when the first number comes: it is a hundred files, and most people never write one. */
const numbers = (): typeof import('libphonenumber-js') => createRequire(import.meta.url)('libphonenumber-js');

/**
 * A phone number as a person typed it, as E.164 (`+380671234567`); null where it can't be one. A number without its
 * country's code is read as one of Ukraine first, then of the country where the person is.
 */
export function toE164(text: string, country: string | null): string | null {
  const { isSupportedCountry, parsePhoneNumberFromString } = numbers();
  const typed = text.trim().replace(/^00/, '+').slice(0, 40);
  const homes = ['UA', country?.toUpperCase() ?? 'UA'].filter((code): code is CountryCode => isSupportedCountry(code));
  for (const home of homes) {
    const number = parsePhoneNumberFromString(typed, home);
    if (number?.isValid()) return number.number;
  }
  // A country's code without its plus: 48501234567.
  const bare = parsePhoneNumberFromString(`+${typed.replace(/\D/g, '')}`);
  return bare?.isValid() ? bare.number : null;
}
