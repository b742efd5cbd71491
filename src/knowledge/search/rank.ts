// biome-ignore-all lint/style/noNonNullAssertion: typed arrays are read within their length, where nothing is undefined
import { type Features, places } from './features.ts';

export type Sample = { features: Features; label: number; weight: number };

/** What was counted of samples: plain arrays, fit to be kept or to come from another thread. */
export type Counted = {
  labels: number;
  /** The row of the feature that has a place; row 0 is the unknown. */
  rowAt: Int32Array;
  rarity: Float32Array;
  /** What a feature weighs for a label that it never occurs with, but for the label's size. */
  absent: Float32Array;
  /** How much smaller than all others together a label is, as a logarithm. */
  sizes: Float64Array;
  /** The occurrences of row `r` stand from `from[r]` up to `from[r + 1]`. */
  from: Int32Array;
  label: Uint16Array;
  /** What a feature weighs for a label that it occurs with, beyond `absent`. */
  beyond: Float32Array;
};

/** How much it counts that a feature is typical of a label, and that it is unlike the others: see `Ranker`. */
const typical = 15;
const unlike = 1;
const unseen = 0.05;

/**
 * A linear classifier that is counted, not trained, so that it is ready in one pass over the samples. The weight of a
 * feature for a label is how typical it is of the label (the label's centroid, TF-IDF) and how much more often it
 * occurs there than elsewhere (naive Bayes against the complement). Measured side by side on left-out sample questions,
 * each part alone, nearest neighbours, and a trained softmax classifier did no better.
 *
 * Most features never occur with most labels, and what they weigh there is the same but for the label's size. So only what
 * does occur is kept, as what it weighs beyond that: ten thousand articles then cost what their texts cost.
 */
export class Ranker {
  readonly #counted: Counted;

  /** @param learnt samples, or what `count` made of them */
  constructor(learnt: readonly Sample[] | Counted, labels: number) {
    this.#counted = 'rowAt' in learnt ? learnt : count(learnt, labels);
  }

  /** A score for each label; only their order and their distances mean something. */
  scores(features: Features): Float32Array {
    const { labels, rowAt, rarity, absent: absentAt, sizes, from, label: labelAt, beyond } = this.#counted;
    const out = new Float64Array(labels);
    const scale = 1 / lengthOf(features, rowAt, rarity);
    let absent = 0;
    let values = 0;
    for (let i = 0; i < features.places.length; i++) {
      const row = rowAt[features.places[i]!]!;
      if (row === 0) continue;
      const value = worth(features.counts[i]!, rarity[row]!) * scale;
      absent += value * absentAt[row]!;
      values += value;
      const end = from[row + 1]!;
      for (let at = from[row]!; at < end; at++) out[labelAt[at]!]! += value * beyond[at]!;
    }
    return Float32Array.from(out, (own, label) => own + absent + unlike * values * sizes[label]!);
  }

  /** How much of a text was ever seen, from 0 to 1. */
  known({ places: found, counts }: Features): number {
    const { rowAt } = this.#counted;
    let known = 0;
    let all = 0;
    for (let at = 0; at < found.length; at++) {
      all += counts[at]!;
      if (rowAt[found[at]!]! > 0) known += counts[at]!;
    }
    return all === 0 ? 0 : known / all;
  }
}

/** How much a feature of a text counts: rare ones more, repeated ones a little more. What is unknown is worth 0. */
const worth = (count: number, rarity: number): number => Math.sqrt(count) * rarity;

/** The length of a text's vector, so that short and long texts speak equally loud. */
function lengthOf({ places: found, counts }: Features, rowAt: Int32Array, rarity: Float32Array): number {
  let square = 0;
  for (let at = 0; at < found.length; at++) square += worth(counts[at]!, rarity[rowAt[found[at]!]!]!) ** 2;
  return Math.sqrt(square) || 1;
}

export function count(samples: readonly Sample[], labels: number): Counted {
  const seen = new Uint32Array(places);
  for (const { features } of samples) for (const place of features.places) seen[place]!++;
  const rowAt = new Int32Array(places);
  let rows = 1;
  for (let place = 0; place < places; place++) if (seen[place]! > 0) rowAt[place] = rows++;
  const rarity = new Float32Array(rows);
  for (let place = 0; place < places; place++) {
    if (seen[place]! > 0) rarity[rowAt[place]!] = Math.log((samples.length + 1) / seen[place]!);
  }

  const { from, label, sum, mass } = sumsOf(samples, { labels, rows, rowAt, rarity });
  const lengths = new Float64Array(labels);
  for (let at = 0; at < sum.length; at++) lengths[label[at]!]! += sum[at]! * sum[at]!;
  for (let each = 0; each < labels; each++) lengths[each] = Math.sqrt(lengths[each]!) || 1;
  const all = mass.reduce((total, own) => total + own, 0);
  const sizes = mass.map((own) => Math.log((all - own + unseen * rows) / (own + unseen * rows)));
  const absent = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let total = unseen;
    for (let at = from[row]!; at < from[row + 1]!; at++) total += sum[at]!;
    const nowhere = Math.log(unseen / total);
    absent[row] = unlike * nowhere;
    for (let at = from[row]!; at < from[row + 1]!; at++) {
      const own = sum[at]!;
      const contrast = Math.log((own + unseen) / (total - own)) - nowhere;
      sum[at] = unlike * contrast + (typical * own) / lengths[label[at]!]!;
    }
  }
  return { labels, rowAt, rarity, absent, sizes, from, label, beyond: sum };
}

type Rows = Pick<Counted, 'labels' | 'rowAt' | 'rarity'> & { rows: number };

/** Sums by feature and label of what occurs, by rows; and by label alone. */
function sumsOf(samples: readonly Sample[], { labels, rows, rowAt, rarity }: Rows) {
  const byLabel = Map.groupBy(samples, ({ label }) => label);
  const most = samples.reduce((sum, { features }) => sum + features.places.length, 0);
  const found = { row: new Int32Array(most), label: new Uint16Array(most), sum: new Float32Array(most) };
  const mass = new Float64Array(labels);
  const sums = new Float32Array(rows);
  const from = new Int32Array(rows + 1);
  let size = 0;
  for (const [label, ofLabel] of [...byLabel].toSorted(([a], [b]) => a - b)) {
    const first = size;
    for (const { features, weight } of ofLabel) {
      const scale = weight / lengthOf(features, rowAt, rarity);
      for (let i = 0; i < features.places.length; i++) {
        const row = rowAt[features.places[i]!]!;
        const value = worth(features.counts[i]!, rarity[row]!) * scale;
        // What is in every text is worth nothing.
        if (value === 0) continue;
        if (sums[row] === 0) found.row[size++] = row;
        sums[row]! += value;
        mass[label]! += value;
      }
    }
    for (let at = first; at < size; at++) {
      const row = found.row[at]!;
      found.label[at] = label;
      found.sum[at] = sums[row]!;
      sums[row] = 0;
      from[row + 1]!++;
    }
  }
  for (let row = 0; row < rows; row++) from[row + 1]! += from[row]!;
  const next = from.slice(0, rows);
  const label = new Uint16Array(size);
  const sum = new Float32Array(size);
  for (let at = 0; at < size; at++) {
    const to = next[found.row[at]!]!++;
    label[to] = found.label[at]!;
    sum[to] = found.sum[at]!;
  }
  return { from, label, sum, mass };
}
