import type { Content } from './content.ts';
import { type Features, featuresOf } from './search/features.ts';
import { plainText } from './search/normalise.ts';
import { sentencesOf } from './search/phrases.ts';
import { synonymsOf } from './understanding.ts';

/** Two texts that share so much of what is counted of them (a cosine) ask for the same. */
const alike = 0.45;

/** @returns groups of texts that are worded alike, largest first; each with its first text in front. */
export function createGrouping(content: Content): <T>(items: readonly T[], textOf: (item: T) => string) => T[][] {
  const synonyms = synonymsOf(content);
  return (items, textOf) => {
    const groups: { features: Map<number, number>; items: (typeof items)[number][] }[] = [];
    for (const item of items) {
      const features = unit(featuresOf(sentencesOf(plainText(textOf(item))), synonyms));
      const group = groups.find((other) => cosine(other.features, features) >= alike);
      if (group) group.items.push(item);
      else groups.push({ features, items: [item] });
    }
    return groups.map((group) => group.items).toSorted((a, b) => b.length - a.length);
  };
}

function unit({ places, counts }: Features): Map<number, number> {
  const length = Math.hypot(...counts) || 1;
  return new Map(Array.from(places, (place, at) => [place, (counts[at] ?? 0) / length]));
}

function cosine(a: Map<number, number>, b: Map<number, number>): number {
  let sum = 0;
  for (const [place, value] of a) sum += value * (b.get(place) ?? 0);
  return sum;
}
