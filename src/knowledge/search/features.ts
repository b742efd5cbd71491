import { hash, letterGroups } from './ngrams.ts';
import { type PhraseBook, sentencesOf } from './phrases.ts';
import { stem } from './stem.ts';

/**
 * What is counted of a text, as hashes with weights: the groups of synonyms that it touches and every two of them
 * together, its stems, neighbouring stems, and groups of letters (for slips of the finger and endings).
 */
export type Features = Map<number, number>;

const meaningWeight = 4;
const meaningsWeight = 1.5;
const stemWeight = 1.5;
const neighboursWeight = 0.5;
const lettersWeight = 0.15;
const letters = { from: 3, to: 4 };
/** Two meanings together say much in a question and nothing in a long story. */
const mostMeanings = 14;

const stemSeed = 0x51ed270b;
const neighbourSeed = 0x9e3779b9;
const meaningSeed = 0x2545f491;
const meaningsSeed = 0x7f4a7c15;

export type Synonyms = PhraseBook<string>;

/** @param sentences sound keys. */
export function featuresOf(sentences: readonly (readonly string[])[], synonyms: Synonyms): Features {
  const features: Features = new Map();
  const add = (feature: number, weight: number) => features.set(feature, (features.get(feature) ?? 0) + weight);
  let before = '^';
  for (const key of sentences.flat()) {
    const base = stem(key);
    add(hash(base, stemSeed), stemWeight);
    add(hash(base, hash(before, neighbourSeed)), neighboursWeight);
    before = base;
    letterGroups(key, letters.from, letters.to, (group) => add(group, lettersWeight));
  }
  const meanings = [...new Set(synonyms.find(sentences).map((found) => found.meaning))].toSorted();
  meanings.forEach((meaning, at) => {
    add(hash(meaning, meaningSeed), meaningWeight);
    if (meanings.length > mostMeanings) return;
    for (const other of meanings.slice(at + 1)) add(hash(other, hash(meaning, meaningsSeed)), meaningsWeight);
  });
  return features;
}

/** The features of a text as it stands in content. */
export const featuresOfText = (plain: string, synonyms: Synonyms): Features => featuresOf(sentencesOf(plain), synonyms);
