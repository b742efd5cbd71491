import type { Article, Match } from '../knowledge.ts';
import { languages } from '../schema.ts';
import { keysOf, plainText, wordsOf } from './normalise.ts';
import { Classifier, featuresOf, type Sample } from './rank.ts';

/** What an article is found by, besides its own words. */
export type Findable = { article: Article; questions: readonly string[] };

export type Search = {
  /** @param keys the sound keys of the person's words. */
  ask(keys: readonly string[]): Pick<Match, 'outcome' | 'articles'>;
};

const most = 5;

export function createSearch(findables: readonly Findable[]): Search {
  const samples: Sample[] = [];
  findables.forEach(({ article, questions }, label) => {
    const add = (text: string, weight: number) =>
      samples.push({ features: featuresOf(keysOf(wordsOf(plainText(text)))), label, weight });
    for (const question of questions) add(question, 1);
    for (const language of languages) {
      const text = article.texts[language];
      if (!text) continue;
      add(text.title, 1);
      add(text.answer, 0.5);
      for (const line of [...text.steps, ...text.warn, ...text.more]) add(line, 0.3);
    }
  });
  const classifier = new Classifier(samples, findables.length, { rounds: 4, step: 3 });
  return {
    ask(keys) {
      if (keys.length === 0) return { outcome: 'none', articles: [] };
      const scores = softmax(classifier.scores(featuresOf(keys)));
      const articles = findables
        .map(({ article }, label) => ({ id: article.id, score: scores[label] ?? 0, why: [] as string[] }))
        .toSorted((a, b) => b.score - a.score || a.id.localeCompare(b.id))
        .slice(0, most);
      const [first, second] = articles;
      if (!first || first.score < 0.15) return { outcome: 'none', articles };
      const clear = first.score >= 0.5 || first.score > 2.5 * (second?.score ?? 0);
      return { outcome: clear ? 'answer' : 'choose', articles };
    },
  };
}

function softmax(scores: Float32Array): Float32Array {
  const max = Math.max(...scores);
  const out = scores.map((score) => Math.exp((score - max) * 1));
  const sum = out.reduce((total, value) => total + value, 0);
  return out.map((value) => value / sum);
}
