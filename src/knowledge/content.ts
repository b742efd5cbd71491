import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ContentError, type Fault, readContentFile } from '../content-file.ts';
import { countriesFile } from './countries.ts';
import type { Article } from './knowledge.ts';
import {
  type ArticleText,
  articleFile,
  articleText,
  dangerClasses,
  dangerNumbers,
  dangerPhrases,
  harmlessFile,
  type Language,
  languages,
  questionsFile,
  type Resource,
  resourcesFile,
} from './schema.ts';
import { type Pattern, parsePattern } from './search/phrases.ts';

/** An article as it was read, and how people ask for it. */
export type WrittenArticle = { article: Article; questions: readonly string[] };

/** All of `content/` that the knowledge room answers from. */
export type Content = {
  articles: readonly WrittenArticle[];
  resources: ReadonlyMap<string, Resource>;
  countries: z.output<typeof countriesFile>;
  numbers: z.output<typeof dangerNumbers>;
  danger: readonly z.output<typeof dangerPhrases>[];
  harmless: readonly string[];
  /** Words by what they say; those that danger is told with have names that begin with `danger-`. */
  synonyms: z.output<typeof synonymsFile>;
  offTopic: readonly string[];
  /** The patterns of all these files, parsed once. */
  parse: ParsePattern;
  /** What is wrong. */
  faults: readonly Fault[];
  /** What is named and not there. */
  gaps: readonly Gap[];
};

/** Gives a pattern of a content file in all its orders. */
export type ParsePattern = (source: string) => readonly Pattern[];

/** A fault whose line is looked up only when someone asks. */
export type Gap = Omit<Fault, 'line'> & { path: readonly PropertyKey[] };

class Faults {
  readonly faults: Fault[] = [];
  readonly gaps: Gap[] = [];
  readonly patterns = new Map<string, readonly Pattern[]>();
  readonly #lineOf = lineFinder();

  /** The value of a file, or undefined where it is missing or wrong, which is then noted. */
  read<S extends z.ZodType>(file: string, schema: S): z.output<S> | undefined {
    if (!existsSync(file)) {
      this.gaps.push({ file, path: [], field: '(file)', message: 'the file is missing: write it' });
      return undefined;
    }
    try {
      return readContentFile(file, schema).value;
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      this.faults.push(...error.faults);
      return undefined;
    }
  }

  gap(file: string, path: readonly PropertyKey[], message: string): void {
    this.gaps.push({ file, path, field: path.map(String).join('.'), message });
  }

  fault(file: string, path: readonly PropertyKey[], message: string): void {
    this.faults.push({ file, line: this.#lineOf(file, path), field: path.map(String).join('.'), message });
  }
}

/** Finds lines in files, each of which is read again, with line numbers, when something in it is first complained of. */
export function lineFinder(): (file: string, path: readonly PropertyKey[]) => number {
  const found = new Map<string, (path: readonly PropertyKey[]) => number>();
  return (file, path) => {
    if (path.length === 0) return 1;
    const lineOf = found.get(file) ?? readContentFile(file, z.unknown()).lineOf;
    found.set(file, lineOf);
    return lineOf(path);
  };
}

export function readContent(contentDir: string): Content {
  const noted = new Faults();
  const more = noted.read(join(contentDir, 'more-questions.yaml'), moreQuestionsFile) ?? {};
  const articles = readArticles(join(contentDir, 'articles'), more, noted);
  const resources = readResources(join(contentDir, 'resources'), noted);
  checkReferences(contentDir, articles, resources, noted);
  const countries = readCountries(join(contentDir, 'countries.yaml'), noted);
  const danger = dangerClasses.flatMap(
    (name) => readDanger(join(contentDir, 'danger', `${name}.yaml`), name, noted) ?? [],
  );
  const numbers = readNumbers(join(contentDir, 'danger', 'numbers.yaml'), resources, noted);
  const harmless = noted.read(join(contentDir, 'danger', 'harmless.yaml'), harmlessFile) ?? [];
  const dangerWords = readSynonyms(join(contentDir, 'danger', 'words.yaml'), noted);
  const synonyms = {
    ...readSynonyms(join(contentDir, 'synonyms.yaml'), noted),
    ...Object.fromEntries(Object.entries(dangerWords).map(([group, words]) => [`danger-${group}`, words])),
  };
  const offTopic = Object.values(noted.read(join(contentDir, 'off-topic.yaml'), questionsFile) ?? {}).flat();
  const { faults, gaps, patterns } = noted;
  const parse: ParsePattern = (source) => patterns.get(source) ?? parsePattern(source);
  return { articles, resources, countries, numbers, danger, harmless, synonyms, offTopic, parse, faults, gaps };
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .toSorted();
}

/** content/more-questions.yaml: further ways to ask, by article, in any language. */
const moreQuestionsFile = z.record(z.string(), z.array(z.string().trim().min(1)));

function readArticles(dir: string, more: z.output<typeof moreQuestionsFile>, noted: Faults): WrittenArticle[] {
  const articles = foldersIn(dir).flatMap((id) => readArticle(join(dir, id), id, noted) ?? []);
  return articles.map(({ article, questions }) => ({
    article,
    questions: [...questions, ...(more[article.id] ?? [])],
  }));
}

function readArticle(dir: string, id: string, noted: Faults): WrittenArticle | undefined {
  const file = join(dir, 'article.yaml');
  const common = noted.read(file, articleFile);
  const uk = noted.read(join(dir, 'uk.yaml'), articleText);
  const questions = noted.read(join(dir, 'questions.yaml'), questionsFile);
  const others: Partial<Record<Language, ArticleText>> = {};
  for (const language of languages) {
    const textFile = join(dir, `${language}.yaml`);
    if (language === 'uk' || !existsSync(textFile)) continue;
    const text = noted.read(textFile, articleText);
    if (text) others[language] = text;
  }
  if (!common || !uk) return undefined;
  if (common.id !== id) noted.fault(file, ['id'], `the id must be the folder's name, "${id}"`);
  const texts: Article['texts'] = { ...others, uk };
  for (const language of languages) {
    for (const country of Object.keys(texts[language]?.countries ?? {})) {
      if (common.countries[country]) continue;
      const textFile = join(dir, `${language}.yaml`);
      noted.gap(textFile, ['countries', country], 'say in article.yaml where this country part was read');
    }
  }
  return { article: { ...common, texts }, questions: Object.values(questions ?? {}).flat() };
}

function readResources(dir: string, noted: Faults): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  if (!existsSync(dir)) return resources;
  for (const name of readdirSync(dir).toSorted()) {
    if (!name.endsWith('.yaml')) continue;
    const file = join(dir, name);
    for (const [at, resource] of (noted.read(file, resourcesFile) ?? []).entries()) {
      if (resources.has(resource.id)) noted.fault(file, [at, 'id'], `"${resource.id}" is there twice: rename one`);
      if (`${resource.country}.yaml` !== name) {
        noted.fault(file, [at, 'country'], `a resource of "${resource.country}" belongs in ${resource.country}.yaml`);
      }
      resources.set(resource.id, resource);
    }
  }
  return resources;
}

function checkReferences(
  contentDir: string,
  articles: readonly WrittenArticle[],
  resources: ReadonlyMap<string, Resource>,
  noted: Faults,
): void {
  const ids = new Set(articles.map(({ article }) => article.id));
  for (const { article } of articles) {
    const file = join(contentDir, 'articles', article.id, 'article.yaml');
    article.resources.forEach((id, at) => {
      if (!resources.has(id)) noted.gap(file, ['resources', at], `there is no resource "${id}" in content/resources`);
    });
    article.related.forEach((id, at) => {
      if (!ids.has(id)) noted.gap(file, ['related', at], `there is no article "${id}"`);
    });
  }
  const places = new Map<string, number>();
  for (const resource of resources.values()) {
    const file = join(contentDir, 'resources', `${resource.country}.yaml`);
    const place = places.get(file) ?? 0;
    places.set(file, place + 1);
    resource.topics.forEach((id, at) => {
      if (!ids.has(id)) noted.gap(file, [place, 'topics', at], `there is no article "${id}"`);
    });
  }
}

function readCountries(file: string, noted: Faults): Content['countries'] {
  const countries = noted.read(file, countriesFile) ?? [];
  countries.forEach(({ names, towns }, at) => {
    checkPatterns(names, file, [at, 'names'], noted);
    towns.forEach((town, n) => {
      checkPatterns(town.names, file, [at, 'towns', n, 'names'], noted);
    });
  });
  return countries;
}

/** content/synonyms.yaml: patterns by the group in which they mean the same. */
const synonymsFile = z.record(z.string(), z.array(z.string().trim().min(1)).min(1));

function readSynonyms(file: string, noted: Faults): Content['synonyms'] {
  const synonyms = noted.read(file, synonymsFile) ?? {};
  for (const [group, patterns] of Object.entries(synonyms)) checkPatterns(patterns, file, [group], noted);
  return synonyms;
}

function readDanger(
  file: string,
  name: (typeof dangerClasses)[number],
  noted: Faults,
): z.output<typeof dangerPhrases> | undefined {
  const words = noted.read(file, dangerPhrases);
  if (!words) return undefined;
  if (words.class !== name) noted.fault(file, ['class'], `the class must be the file's name, "${name}"`);
  for (const list of ['phrases', 'except'] as const) {
    for (const language of languages) checkPatterns(words[list][language], file, [list, language], noted);
  }
  return words;
}

function checkPatterns(patterns: readonly string[], file: string, path: readonly PropertyKey[], noted: Faults): void {
  patterns.forEach((pattern, at) => {
    try {
      const source = pattern.replace(/^\? /, '');
      noted.patterns.set(source, parsePattern(source));
    } catch (error) {
      noted.fault(file, [...path, at], error instanceof Error ? error.message : String(error));
    }
  });
}

function readNumbers(file: string, resources: ReadonlyMap<string, Resource>, noted: Faults): Content['numbers'] {
  const none = { emergency: {}, lines: {}, ukraine: {}, checked_on: '', review_by: '' };
  const numbers = noted.read(file, dangerNumbers);
  if (!numbers) return none;
  if (!numbers.emergency.any)
    noted.fault(file, ['emergency'], 'say under `any` what to call where the country is unknown');
  const check = (lists: Readonly<Partial<Record<string, readonly string[]>>>, path: readonly PropertyKey[]) => {
    for (const [name, ids] of Object.entries(lists)) {
      ids?.forEach((id, at) => {
        const line = resources.get(id);
        if (!line) noted.gap(file, [...path, name, at], `there is no resource "${id}" in content/resources`);
        else if (line.phones.length === 0) noted.gap(file, [...path, name, at], `"${id}" has no phone to call`);
      });
    }
  };
  for (const [country, lists] of Object.entries(numbers.lines)) check(lists, ['lines', country]);
  check(numbers.ukraine, ['ukraine']);
  return numbers;
}
