import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * `npm run check`: every language says everything. The same keys and variables in all four, the plural forms that the
 * language has and no others, no key that the code does not use, none that it uses and nobody wrote.
 */
type Texts = Map<string, string>;

const languages = ['uk', 'en', 'pl', 'ru'] as const;
const plural = /_(zero|one|two|few|many|other)$/;

/** @returns one line a fault: file, key, what is wrong and how to mend it */
export function checkLocales(localesDir: string, sources: readonly string[]): string[] {
  const byLanguage = new Map(languages.map((language) => [language, readLanguage(join(localesDir, language))]));
  const ukrainian = byLanguage.get('uk') ?? new Map();
  const faults: string[] = [];
  for (const [language, texts] of byLanguage) {
    const place = (key: string) => `${localesDir}/${language}/${key.split(':')[0]}.json ${key.split(':')[1]}`;
    for (const key of basesOf(ukrainian)) {
      if (!basesOf(texts).has(key)) faults.push(`${place(key)}: missing; translate it from uk`);
    }
    for (const key of basesOf(texts)) {
      if (!basesOf(ukrainian).has(key)) faults.push(`${place(key)}: not in uk; add it there or remove it here`);
    }
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const base of pluralsOf(texts)) {
      const written = [...texts.keys()]
        .filter((key) => key.replace(plural, '') === base && key !== base)
        .map((key) => plural.exec(key)?.[1] ?? '');
      const missing = forms.filter((form) => !written.includes(form));
      const needless = written.filter((form) => !(forms as string[]).includes(form));
      if (missing.length > 0) faults.push(`${place(base)}: lacks the plural forms ${missing.join(', ')}`);
      if (needless.length > 0)
        faults.push(`${place(base)}: ${language} has no plural forms ${needless.join(', ')}; remove them`);
    }
    for (const [key, text] of texts) {
      if (text.trim() === '') faults.push(`${place(key)}: empty`);
      const twin = ukrainian.get(key) ?? ukrainian.get(key.replace(plural, '_other'));
      if (twin !== undefined && variablesOf(twin) !== variablesOf(text)) {
        faults.push(
          `${place(key)}: has the variables ${variablesOf(text) || 'none'}, uk has ${variablesOf(twin) || 'none'}`,
        );
      }
      for (const word of mixedWords(text))
        faults.push(`${place(key)}: Latin and Cyrillic letters in one word: ${word}`);
    }
  }
  faults.push(...checkUse(basesOf(ukrainian), sources));
  return faults;
}

function readLanguage(dir: string): Texts {
  const texts: Texts = new Map();
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json'))) {
    collect(JSON.parse(readFileSync(join(dir, file), 'utf8')), `${file.replace('.json', '')}:`, texts);
  }
  return texts;
}

function collect(value: unknown, path: string, into: Texts): void {
  if (typeof value === 'string') into.set(path, value);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      collect(inner, path.endsWith(':') ? `${path}${key}` : `${path}.${key}`, into);
  }
}

const basesOf = (texts: Texts) => new Set([...texts.keys()].map((key) => key.replace(plural, '')));
const pluralsOf = (texts: Texts) =>
  new Set([...texts.keys()].filter((key) => plural.test(key)).map((key) => key.replace(plural, '')));
const variablesOf = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map((found) => found[1])
    .sort()
    .join(', ');
const mixedWords = (text: string) =>
  (text.match(/\p{L}+/gu) ?? []).filter((word) => /\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}/u.test(word));

/**
 * Keys are written in the code as `'ask:title'` or as a template whose changing part stands for anything
 * (`book:how.${how}`); a key that fits neither is not used.
 */
function checkUse(keys: ReadonlySet<string>, sources: readonly string[]): string[] {
  const namespaces = [...new Set([...keys].map((key) => key.split(':')[0] ?? ''))];
  const code = sources.join('\n');
  const patterns = [...code.matchAll(new RegExp(`\`((?:${namespaces.join('|')}):[^\`]*)\``, 'g'))].map(
    (found) =>
      new RegExp(
        `^${(found[1] ?? '')
          .replace(/\$\{[^}]*\}/g, '\u0000')
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll('\u0000', '.+')}$`,
      ),
  );
  const unused = [...keys].filter(
    (key) => !code.includes(`'${key}'`) && !patterns.some((pattern) => pattern.test(key)),
  );
  // Buttons' actions look like keys, so only what is asked of `t` counts.
  const asked = [...code.matchAll(/\bt\(([^()]*)/g)].flatMap((call) => [
    ...(call[1] ?? '').matchAll(/'([a-z]+:[\w.-]+)'/g),
  ]);
  const unknown = [...new Set(asked.map((found) => found[1] ?? ''))].filter((key) => !keys.has(key));
  return [
    ...unused.map((key) => `locales: ${key} is used nowhere; remove it`),
    ...unknown.map((key) => `locales: the code says ${key}, which is not written`),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const faults = checkLocales('locales', sources);
  process.stdout.write(faults.length > 0 ? `${faults.join('\n')}\n` : 'locales: complete in uk, en, pl, ru\n');
  process.exitCode = faults.length > 0 ? 1 : 0;
}
