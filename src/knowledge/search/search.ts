import type { Match } from '../knowledge.ts';
import { type Features, featuresOf, type Synonyms } from './features.ts';
import { type Counted, count, Ranker, type Sample } from './rank.ts';

/** A text that stands for an article, and how much it counts. */
export type Reading = { features: Features; weight: number };

/** @param readings all that speaks for the article: how people ask for it, and its own words. */
export type Findable = { id: string; readings: readonly Reading[] };

export type Search = {
  /** @param sentences the sound keys of the person's words. */
  ask(sentences: readonly (readonly string[])[]): Pick<Match, 'outcome' | 'articles'>;
};

const most = 5;
/** From scores to shares that behave like probabilities; found by leaving out sample questions. */
const sharpness = 0.7;
/** Below these shares the bot asks which article is meant. */
const sure = 0.5;
const ahead = 2.5;

/**
 * Whether a text is one of ours at all: unlike what is off topic, made of words that were seen before, about something.
 * Fitted on left-out sample questions against left-out questions that are off topic; above zero it is ours.
 */
function belonging(offTopic: number, known: number, subjects: number): number {
  return -5.4 - 0.72 * offTopic + 3.5 * known + 0.83 * Math.min(subjects, 3);
}

/** What is needed to find articles: their ids, and what was counted of all that speaks for them. */
export type Findings = { ids: readonly string[]; counted: Counted };

/** @param offTopic questions that the bot has no business answering: they teach it what to leave alone. */
export function learnToFind(findables: readonly Findable[], offTopic: readonly Reading[]): Findings {
  const samples = [...findables.map(({ readings }) => readings), offTopic].flatMap((readings, label) =>
    readings.map((reading): Sample => ({ ...reading, label })),
  );
  return { ids: findables.map(({ id }) => id), counted: count(samples, findables.length + 1) };
}

export function createSearch({ ids, counted }: Findings, synonyms: Synonyms): Search {
  const elsewhere = ids.length;
  const ranker = new Ranker(counted, ids.length + 1);

  return {
    ask(sentences) {
      const features = featuresOf(sentences, synonyms);
      const scores = ranker.scores(features);
      const offTopicScore = scores[elsewhere] ?? 0;
      const shares = sharesOf(scores.subarray(0, elsewhere));
      const ranked = best(shares, ids);
      const articles = ranked.map(({ id, label, share }) => ({
        id,
        score: share,
        get why() {
          return reasons(sentences, synonyms, ranker, label);
        },
      }));
      const ours = belonging(offTopicScore, ranker.known(features), features.subjects) > 0;
      return { outcome: ours ? outcomeOf(articles) : 'none', articles };
    },
  };
}

type Ranked = { id: string; label: number; share: number };

/** The few highest, in one pass: there may be thousands of articles. Equal ones stand by their ids. */
function best(shares: Float32Array, ids: readonly string[]): readonly Ranked[] {
  const before = (a: Ranked, b: Ranked) => a.share > b.share || (a.share === b.share && a.id < b.id);
  const found: Ranked[] = [];
  for (const [label, id] of ids.entries()) {
    const share = shares[label] ?? 0;
    const last = found[most - 1];
    if (last && share < last.share) continue;
    const one = { id, label, share };
    const at = found.findIndex((other) => before(one, other));
    found.splice(at === -1 ? found.length : at, 0, one);
    found.length = Math.min(found.length, most);
  }
  return found;
}

function outcomeOf([first, second]: readonly { score: number }[]): Match['outcome'] {
  if (!first) return 'none';
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
