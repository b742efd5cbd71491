import { hash } from './ngrams.ts';

/**
 * Words typed with the wrong keyboard layout: `rfr lskf` for «как дела», `рудз` for `help`. Two small models of which
 * letters follow which, one per alphabet, learnt from the sample questions, say which reading looks like language.
 */

const latinKeys = "qwertyuiop[]asdfghjkl;'zxcvbnm,.\\";
const ukrainianKeys = 'йцукенгшщзхїфівапролджєячсмитьбюґ';
const russianKeys = 'йцукенгшщзхъфывапролджэячсмитьбю\\';
const shifted: Readonly<Record<string, string>> = { '{': '[', '}': ']', ':': ';', '"': "'", '<': ',', '>': '.' };

const toUkrainian = keyMap(latinKeys, ukrainianKeys);
const toRussian = keyMap(latinKeys, russianKeys);
const toLatin = new Map([...keyMap(russianKeys, latinKeys), ...keyMap(ukrainianKeys, latinKeys)]);

function keyMap(from: string, to: string): Map<string, string> {
  return new Map([...from].map((key, at) => [key, to[at] ?? key]));
}

const retype = (text: string, map: ReadonlyMap<string, string>): string => {
  let out = '';
  for (const key of text) out += map.get(shifted[key] ?? key) ?? key;
  return out;
};

const latinWord = /^[^\p{L}]*\p{Script=Latin}[^\s\p{Script=Cyrillic}]*$/u;
const cyrillicWord = /^[^\p{L}]*\p{Script=Cyrillic}[^\s\p{Script=Latin}]*$/u;
const webAddress = /^(?:https?:|www\.)|@|\.(?:com|ua|pl|de|cz|org|net|info|eu)\b/;

export type LayoutMender = (plain: string) => string;

/** How much likelier a letter must be, on the whole (natural logarithm), before what was typed is read anew. */
const margin = 0.9;
/** Fewer letters than this say too little. */
const fewest = 5;
const judged = 240;

/** How often letters follow each other in either alphabet: plain arrays, fit to be kept. */
export type Letters = { cyrillic: LetterCounts; latin: LetterCounts };

/** @param samples texts in both alphabets, rightly typed. */
export function learnLetters(samples: readonly string[]): Letters {
  const cyrillic = new LetterModel();
  const latin = new LetterModel();
  for (const sample of samples) {
    for (const word of sample.split(/\s+/)) {
      if (latinWord.test(word)) latin.learn(word);
      else if (cyrillicWord.test(word)) cyrillic.learn(word);
    }
  }
  return { cyrillic: cyrillic.counts, latin: latin.counts };
}

export function createLayoutMender(letters: Letters): LayoutMender {
  const cyrillic = new LetterModel(letters.cyrillic);
  const latin = new LetterModel(letters.latin);
  // A message is read for danger first, and then for an answer.
  let last = { plain: '', mended: '' };
  return (plain) => {
    if (last.plain === plain) return last.mended;
    const tokens = plain.split(/(\s+)/);
    mend(tokens, latinWord, latin, [toUkrainian, toRussian], cyrillic);
    mend(tokens, cyrillicWord, cyrillic, [toLatin], latin);
    last = { plain, mended: tokens.join('') };
    return last.mended;
  };
}

function mend(
  tokens: string[],
  pattern: RegExp,
  typed: LetterModel,
  maps: readonly ReadonlyMap<string, string>[],
  meant: LetterModel,
): void {
  const places: number[] = [];
  tokens.forEach((token, at) => {
    if (pattern.test(token) && !webAddress.test(token)) places.push(at);
  });
  const text = places.map((at) => tokens[at] ?? '').join(' ');
  const sample = text.slice(0, judged);
  if (sample.length < fewest) return;
  const asTyped = typed.likelihood(sample);
  let best: { map: ReadonlyMap<string, string>; likelihood: number } | undefined;
  for (const map of maps) {
    const likelihood = meant.likelihood(retype(sample, map));
    if (likelihood > asTyped + margin && likelihood > (best?.likelihood ?? Number.NEGATIVE_INFINITY))
      best = { map, likelihood };
  }
  if (!best) return;
  for (const at of places) tokens[at] = retype(tokens[at] ?? '', best.map);
}

type LetterCounts = { three: Uint16Array; two: Uint16Array };

/** How likely a letter is after the two before it. */
class LetterModel {
  readonly counts: LetterCounts;

  constructor(counts: LetterCounts = { three: new Uint16Array(1 << 15), two: new Uint16Array(1 << 13) }) {
    this.counts = counts;
  }

  learn(word: string): void {
    const letters = lettersOf(word);
    for (let at = 2; at < letters.length; at++) {
      bump(this.counts.three, hash(letters.slice(at - 2, at + 1)));
      bump(this.counts.two, hash(letters.slice(at - 2, at)));
    }
  }

  /** The mean log-likelihood of a letter. */
  likelihood(text: string): number {
    let sum = 0;
    let count = 0;
    for (const word of text.split(/\s+/)) {
      const letters = lettersOf(word);
      for (let at = 2; at < letters.length; at++) {
        const seen = this.counts.three[hash(letters.slice(at - 2, at + 1)) & 0x7fff] ?? 0;
        const before = this.counts.two[hash(letters.slice(at - 2, at)) & 0x1fff] ?? 0;
        sum += Math.log((seen + 0.2) / (before + 7));
        count++;
      }
    }
    return count === 0 ? Number.NEGATIVE_INFINITY : sum / count;
  }
}

function bump(counts: Uint16Array, at: number): void {
  const place = at & (counts.length - 1);
  const value = counts[place] ?? 0;
  if (value < 0xffff) counts[place] = value + 1;
}

/** The word with its ends marked; what is neither letter nor key of a letter ends the judgement of a word. */
function lettersOf(word: string): string {
  return `^^${word.replace(/[.,!?;:)(«»"”“…]+$/u, '')}$`;
}
