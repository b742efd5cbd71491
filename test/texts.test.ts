import { readdirSync, readFileSync } from 'node:fs';
import i18next from 'i18next';
import { expect, it } from 'vitest';
import { languages, loadTexts } from '../src/texts.ts';

/** All texts of a language, by `file:path.to.key`. */
function all(language: string): [string, string][] {
  const walk = (value: unknown, path: string): [string, string][] =>
    typeof value === 'string'
      ? [[path, value]]
      : Object.entries(value as object).flatMap(([key, inner]) =>
          walk(inner, path.endsWith(':') ? path + key : `${path}.${key}`),
        );
  return readdirSync(`locales/${language}`).flatMap((file) =>
    walk(JSON.parse(readFileSync(`locales/${language}/${file}`, 'utf8')), `${file.replace('.json', '')}:`),
  );
}

it('every text says with its values what i18next makes of it', async () => {
  const texts = loadTexts('locales');
  for (const language of languages) {
    const written = all(language);
    const plainly = i18next.createInstance();
    await plainly.init({
      lng: language,
      resources: { [language]: { all: Object.fromEntries(written) } },
      defaultNS: 'all',
      keySeparator: false,
      nsSeparator: false,
      interpolation: { escapeValue: false },
    });
    for (const [key, text] of written) {
      const names = [...text.matchAll(/\{\{\s*(\w+)/g)].map((found) => found[1] ?? '');
      const values = Object.fromEntries(
        names.filter((name) => name !== 'count').map((name) => [name, `<${name} $& "є">`]),
      );
      if (names.includes('count')) continue;
      expect(texts.t(language, key, values), key).toBe(plainly.t(key, values));
    }
  }
});

it('the same text is said the same the second time, with other values otherwise', () => {
  const { t } = loadTexts('locales');
  expect(t('uk', 'menu:hello')).toBe(t('uk', 'menu:hello'));
  expect(t('uk', 'ask:checked', { date: '1' })).not.toBe(t('uk', 'ask:checked', { date: '2' }));
});
