// The full tables know the freephone and shared-cost ranges of each country; the program itself needs only the small ones.
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Resource } from '../schema.ts';
import type { Finding, Material } from './material.ts';

/** The numbers of social value that the whole EU shares (Decision 2007/116/EC), and Germany's own beside them. */
const harmonised = new Set(['116000', '116006', '116111', '116117', '116123']);
const national: Readonly<Record<string, readonly string[]>> = { de: ['116016', '116116'] };

/**
 * Every number can be dialled as it stands: international and valid, or a national one of its country that says so
 * (`from: country`), or a short code. What is shown is the number that is dialled.
 */
export function phones({ resources }: Pick<Material, 'resources'>): Finding[] {
  return resources.flatMap(({ file, at, resource }) =>
    resource.phones.flatMap((phone, n): Finding[] => {
      const path = [at, 'phones', n];
      const wrong = faultOf(phone, resource.country);
      if (wrong) return [{ file, path: [...path, 'number'], message: wrong }];
      if (shownOtherwise(phone)) {
        return [
          { file, path: [...path, 'display'], message: `shows other digits than ${phone.number}: make them equal` },
        ];
      }
      return [];
    }),
  );
}

type Phone = Resource['phones'][number];

/** @returns null where the number is right. */
function faultOf({ number, from }: Phone, country: string): string | null {
  if (number.startsWith('+')) {
    const parsed = parsePhoneNumberFromString(number);
    if (parsed?.isValid()) return null;
    return `${number} is not a valid number: compare it with the source`;
  }
  if (from !== 'country')
    return `${number} can't be dialled from abroad: write it with + and the country's code, or from: country`;
  if (/^116\d{3}$/.test(number)) {
    const known = harmonised.has(number) || (national[country] ?? []).includes(number);
    return known ? null : `${number} is none of the 116 numbers: compare it with the source`;
  }
  if (/^\d{2,5}$/.test(number)) return null;
  // The freephone numbers of the EU's own services are international.
  if (country === 'eu') return /^00800\d{8}$/.test(number) ? null : `${number} is no number of the whole EU`;
  const code = country.toUpperCase();
  if (!isSupportedCountry(code)) return null;
  return parsePhoneNumberFromString(number, code)?.isValid()
    ? null
    : `${number} is no number of ${country}: compare it with the source`;
}

function shownOtherwise({ number, display }: Phone): boolean {
  const shown = display.replace(/\D/g, '').replace(/^0+/, '');
  const dialled = number.replace(/\D/g, '').replace(/^0+/, '');
  return shown !== dialled && !dialled.endsWith(shown);
}
