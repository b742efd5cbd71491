import { z } from 'zod';
import type { Country, FoundCountry } from './knowledge.ts';
import { type Found, type Pattern, PhraseBook } from './search/phrases.ts';
import { soundKey } from './search/transliterate.ts';

const names = z.array(z.string().trim().min(1)).min(1, 'say how people name it');

/** content/countries.yaml: the countries where people work, and how they are named in a question. */
export const countriesFile = z.array(
  z.strictObject({
    code: z.string().regex(/^[a-z]{2}$/, 'write the country as two small letters, for example pl'),
    /** IANA zone of its capital. */
    zone: z.string().refine(isZone, 'not a time zone; write one such as Europe/Warsaw'),
    /** Patterns: words in every language and case. */
    names,
    towns: z.array(z.strictObject({ name_uk: z.string().min(1), lat: z.number(), lon: z.number(), names })).default([]),
  }),
);
export type CountryWords = z.output<typeof countriesFile>[number];

const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'Europe/Kyiv']);

function isZone(zone: string): boolean {
  return zones.has(zone);
}

type Place = { country: Country; town?: { name_uk: string; lat: number; lon: number } };

export type CountryFinder = {
  /** @param sentences sound keys of a text, sentence by sentence. */
  find(sentences: readonly (readonly string[])[]): FoundCountry | null;
};

export function createCountryFinder(
  list: readonly CountryWords[],
  parse: (source: string) => readonly Pattern[],
): CountryFinder {
  const book = new PhraseBook<Place>();
  for (const { code, zone, names: words, towns } of list) {
    const country: Country = { code, zone };
    for (const word of words) for (const pattern of parse(word)) book.add(pattern, { country });
    for (const { names: townWords, ...town } of towns) {
      for (const word of townWords) for (const pattern of parse(word)) book.add(pattern, { country, town });
    }
  }
  return {
    find(sentences) {
      const found = book.find(sentences);
      if (found.length === 0) return null;
      const keys = sentences.flat();
      const best = found.toSorted((a, b) => nearness(b, keys) - nearness(a, keys) || a.from - b.from)[0];
      if (!best) return null;
      const { country } = best.meaning;
      const town =
        best.meaning.town ??
        found.find((other) => other.meaning.town && other.meaning.country === country)?.meaning.town;
      return town ? { ...country, town } : country;
    },
  };
}

const inside = new Set(['в', 'у', 'на', 'in', 'at', 'w', 'we', 'під', 'під час', 'біля'].map(soundKey));
const towards = new Set(['до', 'to', 'do', 'для'].map(soundKey));
const from = new Set(['з', 'із', 'зі', 'из', 'с', 'from', 'z', 'ze', 'від', 'из-за'].map(soundKey));
const home = 'ua';

/** Where the person probably is: «в Німеччині» before «до Німеччини» before «з Польщі»; home only where nothing else is. */
function nearness(match: Found<Place>, keys: readonly string[]): number {
  const before = keys[match.from - 1] ?? '';
  const first = keys[match.from] ?? '';
  let score = 2;
  if (inside.has(before) || inside.has(first)) score = 4;
  else if (towards.has(before)) score = 3;
  else if (from.has(before)) score = 1;
  return match.meaning.country.code === home ? score - 10 : score;
}
