import type { Danger } from './knowledge.ts';
import { createLikeness, type LearntLikeness } from './likeness.ts';
import type { DangerClass } from './schema.ts';
import type { Features } from './search/features.ts';
import { plainText } from './search/normalise.ts';
import { type Found, type Pattern, PhraseBook, sentencesOf } from './search/phrases.ts';

/**
 * The words of a person in danger. Patterns (grammar: search/phrases.ts) stand in content/danger/<class>.yaml; one that
 * begins with `? ` is unsure: it leads to a gentle question with the number in it. What stands under `except` takes its
 * words out of every pattern, so that figures of speech don't call for help. What no pattern foresees is noticed by its
 * likeness to the examples there; that is never more than a gentle question.
 */
export type DangerWords = {
  class: DangerClass;
  phrases: readonly string[];
  except: readonly string[];
};

export type DangerSense = {
  words: readonly DangerWords[];
  parse: (pattern: string) => readonly Pattern[];
  /** Learnt from the examples of danger and from what is harmless. */
  likeness: LearntLikeness;
  /** The very messages that content calls danger or harmless (null), by `wordsKey`: there is nothing to guess. */
  told: ReadonlyMap<string, DangerClass | null>;
  /** Rereads what was typed with the wrong keyboard layout. */
  mend: (plain: string) => string;
  /** Says whether a word is rightly spelt, so that only others are read with one slip. */
  known: (key: string) => boolean;
  featuresOf: (sentences: readonly (readonly string[])[]) => Features;
};

type Meaning = { class: DangerClass; sure: boolean } | 'except';

/** Longer than any message of a platform: nobody's call for help is cut off. */
const longest = 12_000;

/** Which class answers where a message speaks of several equally: the nearest to death first. */
const order: readonly DangerClass[] = ['suicide', 'medical', 'child', 'trafficking', 'violence', 'detention'];

export type DangerCheck = (text: string) => Danger | null;

export function createDangerCheck(sense: DangerSense): DangerCheck {
  const { told: messages, mend, known, featuresOf } = sense;
  const book = phraseBook(sense);
  const likeness = readingByLikeness(sense.likeness);
  const read = (plain: string): Danger | null => {
    const sentences = sentencesOf(plain);
    const told = messages.get(wordsKey(sentences));
    if (told === null) return null;
    const found = book.find(sentences, { known });
    const harmless = found.filter((match) => match.meaning === 'except');
    const asked: Danger | null = told ? { class: told, certainty: 'asks', why: 'an example' } : null;
    return weigh(found, harmless) ?? asked ?? likeness(featuresOf(sentences), harmless.length > 0);
  };
  return (text) => {
    const plain = plainText(text, longest);
    const mended = mend(plain);
    return read(plain) ?? (mended === plain ? null : read(mended));
  };
}

/** The same for two texts of the same words. */
export const wordsKey = (sentences: readonly (readonly string[])[]): string => sentences.flat().join(' ');

function phraseBook({ words, parse }: DangerSense): PhraseBook<Meaning> {
  const book = new PhraseBook<Meaning>();
  for (const file of words) {
    for (const phrase of file.phrases) {
      const sure = !phrase.startsWith('? ');
      for (const pattern of parse(sure ? phrase : phrase.slice(2))) book.add(pattern, { class: file.class, sure });
    }
    for (const phrase of file.except) for (const pattern of parse(phrase)) book.add(pattern, 'except');
  }
  return book;
}

function weigh(found: readonly Found<Meaning>[], harmless: readonly Found<Meaning>[]): Danger | null {
  const votes = new Map<DangerClass, { sure: number; asks: number; why: string }>();
  for (const match of found) {
    if (match.meaning === 'except') continue;
    if (harmless.some((other) => match.from < other.to && other.from < match.to)) continue;
    const vote = votes.get(match.meaning.class) ?? { sure: 0, asks: 0, why: match.source };
    if (match.meaning.sure && vote.sure === 0) vote.why = match.source;
    vote[match.meaning.sure ? 'sure' : 'asks']++;
    votes.set(match.meaning.class, vote);
  }
  const best = order
    .filter((name) => votes.has(name))
    .toSorted((a, b) => strength(votes.get(b)) - strength(votes.get(a)))[0];
  const vote = best && votes.get(best);
  return best && vote ? { class: best, certainty: vote.sure > 0 ? 'sure' : 'asks', why: vote.why } : null;
}

const strength = (vote: { sure: number; asks: number } | undefined): number =>
  vote ? (vote.sure > 0 ? 10 : 0) + Math.min(vote.sure, 3) + Math.min(vote.asks, 3) * 0.3 : 0;

/**
 * How much more like a call for help than like a harmless message is enough for a gentle question. Chosen on left-out
 * examples, where one more call that is heard costs about as many false alarms in each class; debts and documents are
 * everyday questions here, so that trafficking needs most.
 */
const enough: Readonly<Record<DangerClass, number>> = {
  trafficking: 0.5,
  violence: 0.2,
  suicide: 0.3,
  detention: 0.3,
  child: 0.2,
  medical: -0.2,
};

function readingByLikeness(learnt: LearntLikeness): (features: Features, soundsHarmless: boolean) => Danger | null {
  const likenessOf = createLikeness(learnt);
  return (features, soundsHarmless) => {
    if (soundsHarmless || features.places.length === 0) return null;
    const likeness = likenessOf(features);
    if (likeness.odds <= enough[likeness.class]) return null;
    return {
      class: likeness.class,
      certainty: 'asks',
      why: `like the examples of ${likeness.class}: ${likeness.odds.toFixed(1)}`,
    };
  };
}
