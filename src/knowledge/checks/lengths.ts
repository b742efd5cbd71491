import { join } from 'node:path';
import { type ArticleText, languages } from '../schema.ts';
import type { Finding, Material } from './material.ts';

/** What of an answer stands together: characters that a small screen shows with little scrolling. */
const screenful = 1000;
const mostWords = 20;

/** An answer fits a small screen, and its sentences are short. The limits of single fields stand in the schema. */
export function lengths({ articles, resources }: Pick<Material, 'articles' | 'resources'>): Finding[] {
  const ofArticles = articles.flatMap(({ dir, article }) =>
    languages.flatMap((language) => {
      const text = article.texts[language];
      return text ? ofText(join(dir, `${language}.yaml`), text) : [];
    }),
  );
  const ofResources = resources.flatMap(({ file, at, resource }) =>
    languages.flatMap((language) => longSentences(file, [at, 'does', language], resource.does[language] ?? '')),
  );
  return [...ofArticles, ...ofResources];
}

function ofText(file: string, text: ArticleText): Finding[] {
  const { title, answer, steps, warn, more, countries } = text;
  const together = [title, answer, ...steps, ...warn].join('\n').length;
  const found: Finding[] = [];
  if (together > screenful) {
    found.push({
      file,
      path: ['steps'],
      message: `title, answer, steps and warnings have ${together} characters, at most ${screenful} fit: move some to "more"`,
    });
  }
  return [
    ...found,
    ...longSentences(file, ['answer'], answer),
    ...steps.flatMap((step, at) => longSentences(file, ['steps', at], step)),
    ...warn.flatMap((line, at) => longSentences(file, ['warn', at], line)),
    ...more.flatMap((line, at) => longSentences(file, ['more', at], line)),
    ...Object.entries(countries).flatMap(([country, part]) => longSentences(file, ['countries', country], part)),
  ];
}

function longSentences(file: string, path: readonly PropertyKey[], text: string): Finding[] {
  return sentencesIn(text)
    .map((sentence) => sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)))
    .filter((words) => words.length > mostWords)
    .map((words) => ({
      file,
      path,
      message: `a sentence of ${words.length} words ("${words.slice(0, 4).join(' ')} …"): make two of it`,
      warning: true,
    }));
}

/** Ends are a full stop, a question or exclamation mark, a semicolon or colon, or a new line. */
function sentencesIn(text: string): string[] {
  return text.split(/(?<=[.!?;:…])\s+|\n/u);
}
