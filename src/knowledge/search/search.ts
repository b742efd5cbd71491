import type { Article, Match } from '../knowledge.ts';
import { languages } from '../schema.ts';
import { type Features, featuresOf, featuresOfText, type Synonyms } from './features.ts';
import { plainText } from './normalise.ts';
import { Ranker, type Sample } from './rank.ts';

/** An article and how people ask for it. */
export type Findable = { article: Article; questions: readonly string[] };

export type Search = {
  /** @param sentences the sound keys of the person's words. */
  ask(sentences: readonly (readonly string[])[]): Pick<Match, 'outcome' | 'articles'>;
};

const most = 5;
const weights = { question: 1, title: 1, answer: 0.5, line: 0.3 };
/** From scores to shares that behave like probabilities; found by leaving out sample questions. */
const sharpness = 1.2;
/** Below these shares the bot asks which is meant, or says that it does not know. */
const sure = 0.5;
const ahead = 2.5;
const likely = 0.12;
const leastKnown = 0.3;

/**
 * @param offTopic questions that the bot has no business answering: they teach it what to leave alone.
 */
export function createSearch(findables: readonly Findable[], synonyms: Synonyms, offTopic: readonly string[]): Search {
  const samples: Sample[] = [];
  const add = (text: string, label: number, weight: number) =>
    samples.push({ features: featuresOfText(plainText(text), synonyms), label, weight });
  findables.forEach(({ article, questions }, label) => {
    for (const question of questions) add(question, label, weights.question);
    for (const language of languages) {
      const text = article.texts[language];
      if (!text) continue;
      add(text.title, label, weights.title);
      add(text.answer, label, weights.answer);
      for (const line of [...text.steps, ...text.warn, ...text.more]) add(line, label, weights.line);
    }
  });
  const elsewhere = findables.length;
  for (const question of offTopic) add(question, elsewhere, weights.question);
  const ranker = new Ranker(samples, findables.length + 1);

  return {
    ask(sentences) {
      const features = featuresOf(sentences, synonyms);
      const shares = sharesOf(ranker.scores(features));
      const ranked = findables
        .map(({ article }, label) => ({ id: article.id, label, share: shares[label] ?? 0 }))
        .toSorted((a, b) => b.share - a.share || a.id.localeCompare(b.id))
        .slice(0, most);
      const articles = ranked.map(({ id, label, share }) => ({
        id,
        score: share,
        get why() {
          return reasons(sentences, synonyms, ranker, label);
        },
      }));
      return { outcome: outcomeOf(features, ranker, articles, shares[elsewhere] ?? 0), articles };
    },
  };
}

function outcomeOf(
  features: Features,
  ranker: Ranker,
  [first, second]: readonly { score: number }[],
  elsewhere: number,
): Match['outcome'] {
  if (!first || first.score < likely || elsewhere > first.score || ranker.known(features) < leastKnown) return 'none';
  return first.score >= sure || first.score > ahead * (second?.score ?? 0) ? 'answer' : 'choose';
}

function sharesOf(scores: Float32Array): Float32Array {
  const max = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const raw = scores.map((score) => Math.exp((score - max) * sharpness));
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => value / sum);
}

/** The words that speak most for a label, strongest first: what is told to someone who asks why. */
function reasons(
  sentences: readonly (readonly string[])[],
  synonyms: Synonyms,
  ranker: Ranker,
  label: number,
): readonly string[] {
  return sentences
    .flatMap((sentence) =>
      sentence.map((key) => ({ key, score: ranker.scores(featuresOf([[key]], synonyms))[label] ?? 0 })),
    )
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ key, score }) => `${key} ${score.toFixed(1)}`);
}
