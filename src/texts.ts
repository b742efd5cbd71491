import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next from 'i18next';

/** The languages that the bot speaks. */
export const languages = ['uk', 'en', 'pl', 'ru'] as const;
export type Language = (typeof languages)[number];
export type Values = Record<string, string | number>;

/**
 * What the bot says, from `locales/<language>/<flow>.json`. Keys are `flow:name`; plurals follow i18next (`_one _few _many`).
 * A key that a language lacks is read in Ukrainian; `npm run check` finds such gaps before anybody else does.
 */
export type Texts = {
  t(language: Language, key: string, values?: Values): string;
  /** Words that mean a command, from a key whose value separates them by `|`. */
  words(language: Language, key: string): readonly string[];
};

/** @throws when a file is missing or is not JSON. */
export function loadTexts(localesDir: string): Texts {
  const resources: Record<string, Record<string, object>> = {};
  for (const language of languages) {
    const files = readdirSync(join(localesDir, language)).filter((name) => name.endsWith('.json'));
    resources[language] = Object.fromEntries(
      files.map((name) => [
        name.replace('.json', ''),
        JSON.parse(readFileSync(join(localesDir, language, name), 'utf8')),
      ]),
    );
  }
  const namespaces = Object.keys(resources.uk ?? {});
  const instance = i18next.createInstance();
  void instance.init({
    initAsync: false,
    resources: resources as never,
    supportedLngs: [...languages],
    fallbackLng: 'uk',
    ns: namespaces,
    defaultNS: false,
    returnEmptyString: false,
    interpolation: { escapeValue: false },
  });
  const speak = new Map(languages.map((language) => [language, instance.getFixedT(language)]));
  const say: Texts['t'] = (language, key, values) =>
    String(speak.get(language)?.(key as never, values as never) ?? key);
  // What has no values in it is the same every time.
  const plain = remember((language, key) => say(language, key));
  const template = remember((language, key) => say(language, key, { skipInterpolation: 'yes' }));
  return {
    t(language, key, values) {
      if (values === undefined) return plain(language, key);
      if ('count' in values) return say(language, key, values);
      return fill(template(language, key), values);
    },
    words: remember((language, key) => plain(language, key).split('|')),
  };
}

/** What i18next does with `{{name}}`, and nothing else of it stands in our texts; a value that is not handed in stays out. */
function fill(template: string, values: Values): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** Keys are few: they stand in the code and in the locale files. The bound is for whoever invents some. */
const MOST_KEYS = 10_000;

function remember<T>(find: (language: Language, key: string) => T): (language: Language, key: string) => T {
  const found = new Map(languages.map((language) => [language, new Map<string, T>()]));
  return (language, key) => {
    const known = found.get(language)?.get(key);
    if (known !== undefined) return known;
    const value = find(language, key);
    const keys = found.get(language);
    if (keys && keys.size < MOST_KEYS) keys.set(key, value);
    return value;
  };
}
