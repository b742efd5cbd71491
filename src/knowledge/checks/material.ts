import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ContentError, readContentFile } from '../../content-file.ts';
import { readContent } from '../content.ts';
import type { Article } from '../knowledge.ts';
import type { NumbersFile } from '../resources.ts';
import { type Language, languages, questionsFile, type Resource } from '../schema.ts';

/** What the rules look at: the content as the program reads it, and every file as it stands. */
export type Material = {
  articles: readonly Paper[];
  resources: readonly Entry[];
  numbers: { file: string; value: NumbersFile };
  /** Every YAML file. */
  sheets: readonly Sheet[];
  /** The files of lines: tables and lists. */
  tables: readonly { file: string; lines: readonly string[] }[];
};

/** An article, its folder, and how people ask for it. */
export type Paper = { dir: string; article: Article; questions: Readonly<Record<Language, readonly string[]>> };

/** A resource and where it stands: the place in its file, from 0. */
export type Entry = { file: string; at: number; resource: Resource };

export type Sheet = { file: string; value: unknown };

/** What a rule has to say. A warning does not fail the check. */
export type Finding = {
  file: string;
  /** The field, from which its line is looked up. */
  path: readonly PropertyKey[];
  /** The line itself, in a file that has no fields. */
  line?: number;
  /** What is wrong; how to mend it. */
  message: string;
  warning?: true;
};

/** Reads what can be read; faults of form are for `checkKnowledge` to tell. */
export function readMaterial(contentDir: string): Material {
  const content = readContent(contentDir);
  const places = new Map<string, number>();
  return {
    articles: content.articles.map(({ article }) => {
      const dir = join(contentDir, 'articles', article.id);
      return { dir, article, questions: readQuestions(join(dir, 'questions.yaml')) };
    }),
    resources: [...content.resources.values()].map((resource) => {
      const file = join(contentDir, 'resources', `${resource.country}.yaml`);
      const at = places.get(file) ?? 0;
      places.set(file, at + 1);
      return { file, at, resource };
    }),
    numbers: { file: join(contentDir, 'danger', 'numbers.yaml'), value: content.numbers },
    sheets: filesIn(contentDir, 'yaml').flatMap((file) => {
      const value = readSheet(file);
      return value === undefined ? [] : [{ file, value }];
    }),
    tables: [...filesIn(contentDir, 'tsv'), ...filesIn(contentDir, 'txt')].map((file) => ({
      file,
      lines: readFileSync(file, 'utf8').split('\n'),
    })),
  };
}

function filesIn(dir: string, ending: string): string[] {
  return globSync(`**/*.${ending}`, { cwd: dir })
    .toSorted()
    .map((file) => join(dir, file));
}

function readSheet(file: string): unknown {
  try {
    return readContentFile(file, z.unknown()).value;
  } catch (error) {
    if (error instanceof ContentError) return undefined;
    throw error;
  }
}

function readQuestions(file: string): Paper['questions'] {
  const none = { uk: [], en: [], pl: [], ru: [] };
  if (!existsSync(file)) return none;
  const read = questionsFile.safeParse(readSheet(file));
  return read.success ? read.data : none;
}

/** Every text of a file, with the language that it is in where that can be told. */
export type Written = { file: string; path: readonly PropertyKey[]; text: string; language: Language | null };

export function textsOf({ file, value }: Sheet): Written[] {
  const named = languages.find((language) => file.endsWith(`/${language}.yaml`) && file.includes('articles/'));
  const found: Written[] = [];
  walk(value, [], named ?? null, (path, text, language) => found.push({ file, path, text, language }));
  return found;
}

function walk(
  value: unknown,
  path: readonly PropertyKey[],
  language: Language | null,
  see: (path: readonly PropertyKey[], text: string, language: Language | null) => void,
): void {
  if (typeof value === 'string') see(path, value, language);
  else if (Array.isArray(value)) value.forEach((inner, at) => void walk(inner, [...path, at], language, see));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const own = languages.find((known) => known === key && 'uk' in value);
      walk(inner, [...path, key], own ?? language, see);
    }
  }
}

/** How people ask and what they type, mistakes and all: nothing there is a slip of ours. */
export function isAsTyped(file: string): boolean {
  return /(?:questions|more-questions|synonyms|off-topic|countries|danger\/(?!numbers)\w+)\.yaml$/.test(file);
}
