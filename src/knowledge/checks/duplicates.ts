import { join } from 'node:path';
import { languages } from '../schema.ts';
import { keysOf, plainText, wordsOf } from '../search/normalise.ts';
import type { Finding, Material } from './material.ts';

/** From so many words on, one other word is too little to tell two questions apart. */
const longEnough = 5;

type Asked = { id: string; file: string; path: readonly PropertyKey[]; text: string; words: string };

/**
 * The same question must not teach two different answers (a fault), nor stand twice under one (a warning). Questions of
 * two articles that differ by one word only are warned of: the word may well be what matters.
 */
export function duplicates({ articles }: Pick<Material, 'articles'>): Finding[] {
  const all: Asked[] = articles.flatMap(({ dir, article, questions }) =>
    languages.flatMap((language) =>
      questions[language].map((text, at) => ({
        id: article.id,
        file: join(dir, 'questions.yaml'),
        path: [language, at],
        text,
        words: wordsIn(text).join(' '),
      })),
    ),
  );
  return [...same(all), ...nearlySame(all)];
}

/** As the search hears them, in no order: case, apostrophes, script and small spelling differences are one. */
function wordsIn(text: string): string[] {
  return keysOf(wordsOf(plainText(text))).toSorted();
}

function same(all: readonly Asked[]): Finding[] {
  const groups = [...Map.groupBy(all, (asked) => asked.words).values()];
  return groups.flatMap(([first, ...others]) =>
    others.map((other): Finding => {
      if (!first) throw new Error('a group of none');
      if (other.id === first.id)
        return { ...placeOf(other), message: `"${other.text}" stands here twice: remove one`, warning: true };
      return {
        ...placeOf(other),
        message: `"${other.text}" also stands under ${first.id}: keep it where it is better answered`,
      };
    }),
  );
}

function nearlySame(all: readonly Asked[]): Finding[] {
  const seen = new Map<string, Asked>();
  const told = new Set<string>();
  const found: Finding[] = [];
  for (const asked of all) {
    const words = asked.words.split(' ');
    if (words.length < longEnough) continue;
    for (const at of words.keys()) {
      const rest = words.toSpliced(at, 1).join(' ');
      const other = seen.get(rest);
      if (!other) seen.set(rest, asked);
      else if (other.id !== asked.id && other.words !== asked.words && !told.has(`${other.text}\n${asked.text}`)) {
        told.add(`${other.text}\n${asked.text}`);
        found.push({
          ...placeOf(asked),
          message: `"${asked.text}" is almost "${other.text}" of ${other.id}: say it otherwise if both mean the same`,
          warning: true,
        });
      }
    }
  }
  return found;
}

function placeOf({ file, path }: Asked): { file: string; path: readonly PropertyKey[] } {
  return { file, path };
}
