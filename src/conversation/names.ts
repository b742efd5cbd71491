import type { Language } from '../texts.ts';

/** Names of countries and languages as the reader calls them (from Unicode's own tables), and texts by language. */

const regions = new Map<Language, Intl.DisplayNames>();
const tongues = new Map<Language, Intl.DisplayNames>();

const named = new Map<string, string>();

export function countryName(code: string, language: Language): string {
  return once(`${language} country ${code}`, () => findCountryName(code, language));
}

/** Unicode's tables are slow to ask. */
function once(key: string, find: () => string): string {
  const known = named.get(key);
  if (known !== undefined) return known;
  const name = find();
  // Codes are few; the bound is for whoever invents some.
  if (named.size < 2_000) named.set(key, name);
  return name;
}

function findCountryName(code: string, language: Language): string {
  let names = regions.get(language);
  if (!names) {
    names = new Intl.DisplayNames(language, { type: 'region', style: 'short' });
    regions.set(language, names);
  }
  return names.of(code.toUpperCase()) ?? code.toUpperCase();
}

export function languageName(code: string, language: Language): string {
  return once(`${language} language ${code}`, () => findLanguageName(code, language));
}

function findLanguageName(code: string, language: Language): string {
  let names = tongues.get(language);
  if (!names) {
    names = new Intl.DisplayNames(language, { type: 'language' });
    tongues.set(language, names);
  }
  return names.of(code) ?? code;
}

/** A text in the reader's language, in Ukrainian where there is none. */
export function inWords(
  words: { uk: string } & { [other in Language]?: string | undefined },
  language: Language,
): string {
  return words[language] ?? words.uk;
}
