import type { Danger } from './knowledge.ts';
import { type DangerClass, dangerClasses } from './schema.ts';
import { plainText } from './search/normalise.ts';
import { PhraseBook, parsePattern, sentencesOf } from './search/phrases.ts';

/**
 * The words of a person in danger. Patterns (grammar: search/phrases.ts) stand in content/danger/<class>.yaml; one that
 * begins with `? ` is unsure: it leads to a gentle question with the number in it. What stands under `except` takes its
 * words out of every pattern, so that figures of speech don't call for help.
 */
export type DangerWords = {
  class: DangerClass;
  phrases: readonly string[];
  except: readonly string[];
};

type Meaning = { class: DangerClass; sure: boolean } | 'except';

/** Longer than any message of a platform: nobody's call for help is cut off. */
const longest = 12_000;

/** Which class answers where a message speaks of several equally: the nearest to death first. */
const order: readonly DangerClass[] = ['suicide', 'medical', 'child', 'trafficking', 'violence', 'detention'];

export type DangerCheck = (text: string) => Danger | null;

/**
 * @param mend rereads what was typed with the wrong keyboard layout.
 * @param known says whether a word is rightly spelt, so that only others are read with one slip.
 * @throws Error where a pattern can't be read.
 */
export function createDangerCheck(
  words: readonly DangerWords[],
  mend: (plain: string) => string,
  known: (key: string) => boolean,
): DangerCheck {
  const book = new PhraseBook<Meaning>();
  for (const file of words) {
    for (const phrase of file.phrases) {
      const sure = !phrase.startsWith('? ');
      for (const pattern of parsePattern(sure ? phrase : phrase.slice(2)))
        book.add(pattern, { class: file.class, sure });
    }
    for (const phrase of file.except) for (const pattern of parsePattern(phrase)) book.add(pattern, 'except');
  }
  return (text) => {
    const plain = plainText(text, longest);
    const mended = mend(plain);
    return weigh(book, plain, known) ?? (mended === plain ? null : weigh(book, mended, known));
  };
}

function weigh(book: PhraseBook<Meaning>, plain: string, known: (key: string) => boolean): Danger | null {
  const found = book.find(sentencesOf(plain), { known });
  if (found.length === 0) return null;
  const harmless = found.filter((match) => match.meaning === 'except');
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

/** Every class has its file. */
export const dangerFiles: readonly string[] = dangerClasses.map((name) => `${name}.yaml`);
