import { hash, letterGroups } from './ngrams.ts';
import type { PhraseBook } from './phrases.ts';
import { stem } from './stem.ts';

/**
 * What is counted of a text, as hashes with weights: the groups of synonyms that it touches and every two of them
 * together, its stems, neighbouring stems, and groups of letters (for slips of the finger and endings).
 */
export type Features = {
  places: Int32Array;
  counts: Float32Array;
  /** How many groups of synonyms it touches that are about something (question words are about anything). */
  subjects: number;
  /** How many groups of words that danger is told with. */
  dangers: number;
};

/** A feature is the place of its hash; more places than content has features: two that share one are rare and harmless. */
export const places = 1 << 18;

const meaningWeight = 4;
const meaningsWeight = 1.5;
const stemWeight = 1.5;
const neighboursWeight = 0.5;
const lettersWeight = 0.3;
const letters = { from: 3, to: 4 };
/** Two meanings together say much in a question and nothing in a long story. */
const mostMeanings = 14;

const stemSeed = 0x51ed270b;
const neighbourSeed = 0x9e3779b9;
const meaningSeed = 0x2545f491;
const meaningsSeed = 0x7f4a7c15;

export type Synonyms = PhraseBook<string>;

/** Sums by place, and the places that were touched; emptied after each text. */
const sums = new Float32Array(places);
const touched = new Int32Array(places);
let touches = 0;

function add(hashed: number, weight: number): void {
  const place = hashed & (places - 1);
  const sum = sums[place] ?? 0;
  if (sum === 0) touched[touches++] = place;
  sums[place] = sum + weight;
}

/** What was worked out about a word while the samples are counted: content repeats its words, and start-up is short. */
export class WordMemo {
  readonly stems = new Map<string, string>();
  readonly letters = new Map<string, Int32Array>();
  readonly matches = new Map<string, readonly number[]>();
  readonly room = new Room();
}

function lettersOf(key: string): Int32Array {
  const found: number[] = [];
  letterGroups(key, letters.from, letters.to, (group) => found.push(group & (places - 1)));
  return Int32Array.from(found);
}

function remembered<T>(memo: Map<string, T> | undefined, key: string, make: (key: string) => T): T {
  const known = memo?.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  memo?.set(key, made);
  return made;
}

/** Room for the features of many texts, so that thousands of small arrays need not be made and thrown away. */
class Room {
  #places = new Int32Array(1 << 16);
  #counts = new Float32Array(1 << 16);
  #used = 0;

  next(size: number): Pick<Features, 'places' | 'counts'> {
    if (this.#used + size > this.#places.length) {
      this.#places = new Int32Array(Math.max(1 << 16, size));
      this.#counts = new Float32Array(Math.max(1 << 16, size));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += size;
    return { places: this.#places.subarray(from, this.#used), counts: this.#counts.subarray(from, this.#used) };
  }
}

/** The sums of one text; the next text begins with none. */
function takeSums(
  { places: into, counts }: Pick<Features, 'places' | 'counts'>,
  meanings: readonly string[],
): Features {
  for (let at = 0; at < touches; at++) {
    const place = touched[at] ?? 0;
    into[at] = place;
    counts[at] = sums[place] ?? 0;
    sums[place] = 0;
  }
  touches = 0;
  return {
    places: into,
    counts,
    subjects: meanings.filter(isSubject).length,
    dangers: meanings.filter(isDanger).length,
  };
}

const isDanger = (meaning: string): boolean => meaning.startsWith('danger-');
const isSubject = (meaning: string): boolean => !meaning.startsWith('ask-') && !isDanger(meaning);

/** Those of the sentences that are still in hand: danger is weighed by the same features as the answer. */
const counted = new WeakMap<readonly (readonly string[])[], { synonyms: Synonyms; features: Features }>();

/** @param sentences sound keys. */
export function featuresOf(sentences: readonly (readonly string[])[], synonyms: Synonyms, memo?: WordMemo): Features {
  const known = counted.get(sentences);
  if (known?.synonyms === synonyms) return known.features;
  const features = count(sentences, synonyms, memo);
  if (!memo) counted.set(sentences, { synonyms, features });
  return features;
}

function count(sentences: readonly (readonly string[])[], synonyms: Synonyms, memo?: WordMemo): Features {
  let before = '^';
  for (const sentence of sentences) {
    for (const key of sentence) {
      const base = remembered(memo?.stems, key, stem);
      add(hash(base, stemSeed), stemWeight);
      add(hash(base, hash(before, neighbourSeed)), neighboursWeight);
      before = base;
      for (const place of remembered(memo?.letters, key, lettersOf)) add(place, lettersWeight);
    }
  }
  const found = synonyms.find(sentences, { ...(memo && { memo: memo.matches }) });
  const meanings = [...new Set(found.map((match) => match.meaning))].toSorted();
  for (const [at, meaning] of meanings.entries()) {
    add(hash(meaning, meaningSeed), meaningWeight);
    if (meanings.length > mostMeanings) continue;
    for (const other of meanings.slice(at + 1)) add(hash(other, hash(meaning, meaningsSeed)), meaningsWeight);
  }
  const room = memo?.room.next(touches) ?? { places: new Int32Array(touches), counts: new Float32Array(touches) };
  return takeSums(room, meanings);
}
