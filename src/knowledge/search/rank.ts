// biome-ignore-all lint/style/noNonNullAssertion: typed arrays are read within their length, where nothing is undefined
import { type Features, places } from './features.ts';

export type Sample = { features: Features; label: number; weight: number };

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
  readonly #labels: number;
  readonly #rowAt = new Int32Array(places);
  readonly #rarity: Float32Array;
  /** What a feature weighs for a label that it never occurs with, but for the label's size. */
  readonly #absent: Float32Array;
  /** How much smaller than all others together a label is, as a logarithm. */
  readonly #sizes: Float64Array;
  /** The occurrences of row `r` stand from `#from[r]` up to `#from[r + 1]`. */
  readonly #from: Int32Array;
  readonly #label: Uint16Array;
  /** What a feature weighs for a label that it occurs with, beyond `#absent`. */
  readonly #beyond: Float32Array;

  constructor(samples: readonly Sample[], labels: number) {
    this.#labels = labels;
    const seen = new Uint32Array(places);
    for (const { features } of samples) for (const place of features.places) seen[place]!++;
    let rows = 1;
    for (let place = 0; place < places; place++) if (seen[place]! > 0) this.#rowAt[place] = rows++;
    this.#rarity = new Float32Array(rows);
    for (let place = 0; place < places; place++) {
      if (seen[place]! > 0) this.#rarity[this.#rowAt[place]!] = Math.log((samples.length + 1) / seen[place]!);
    }

    const { from, label, sum, mass } = this.#count(samples, rows);
    const lengths = new Float64Array(labels);
    for (let at = 0; at < sum.length; at++) lengths[label[at]!]! += sum[at]! * sum[at]!;
    for (let each = 0; each < labels; each++) lengths[each] = Math.sqrt(lengths[each]!) || 1;
    const all = mass.reduce((total, own) => total + own, 0);
    this.#sizes = mass.map((own) => Math.log((all - own + unseen * rows) / (own + unseen * rows)));
    this.#absent = new Float32Array(rows);
    this.#beyond = sum;
    for (let row = 0; row < rows; row++) {
      let total = unseen;
      for (let at = from[row]!; at < from[row + 1]!; at++) total += sum[at]!;
      const absent = Math.log(unseen / total);
      this.#absent[row] = unlike * absent;
      for (let at = from[row]!; at < from[row + 1]!; at++) {
        const own = sum[at]!;
        const contrast = Math.log((own + unseen) / (total - own)) - absent;
        sum[at] = unlike * contrast + (typical * own) / lengths[label[at]!]!;
      }
    }
    this.#from = from;
    this.#label = label;
  }

  /** A score for each label; only their order and their distances mean something. */
  scores(features: Features): Float32Array {
    const out = new Float64Array(this.#labels);
    const scale = 1 / this.#lengthOf(features);
    let absent = 0;
    let values = 0;
    for (let i = 0; i < features.places.length; i++) {
      const row = this.#rowAt[features.places[i]!]!;
      if (row === 0) continue;
      const value = this.#valueOf(features.counts[i]!, row) * scale;
      absent += value * this.#absent[row]!;
      values += value;
      const end = this.#from[row + 1]!;
      for (let at = this.#from[row]!; at < end; at++) out[this.#label[at]!]! += value * this.#beyond[at]!;
    }
    return Float32Array.from(out, (beyond, label) => beyond + absent + unlike * values * this.#sizes[label]!);
  }

  /** How much of a text was ever seen, from 0 to 1. */
  known({ places: found, counts }: Features): number {
    let known = 0;
    let all = 0;
    for (let at = 0; at < found.length; at++) {
      all += counts[at]!;
      if (this.#rowAt[found[at]!]! > 0) known += counts[at]!;
    }
    return all === 0 ? 0 : known / all;
  }

  /** How much a feature of a text counts: rare ones more, repeated ones a little more. Row 0, the unknown, is worth 0. */
  #valueOf(count: number, row: number): number {
    return Math.sqrt(count) * this.#rarity[row]!;
  }

  /** The length of a text's vector, so that short and long texts speak equally loud. */
  #lengthOf({ places: found, counts }: Features): number {
    let square = 0;
    for (let at = 0; at < found.length; at++) square += this.#valueOf(counts[at]!, this.#rowAt[found[at]!]!) ** 2;
    return Math.sqrt(square) || 1;
  }

  /** Sums by feature and label of what occurs, by rows; and by label alone. */
  #count(samples: readonly Sample[], rows: number) {
    const byLabel = Map.groupBy(samples, ({ label }) => label);
    const most = samples.reduce((sum, { features }) => sum + features.places.length, 0);
    const found = { row: new Int32Array(most), label: new Uint16Array(most), sum: new Float32Array(most) };
    const mass = new Float64Array(this.#labels);
    const sums = new Float32Array(rows);
    const from = new Int32Array(rows + 1);
    let size = 0;
    for (const [label, ofLabel] of [...byLabel].toSorted(([a], [b]) => a - b)) {
      const first = size;
      for (const { features, weight } of ofLabel) {
        const scale = weight / this.#lengthOf(features);
        for (let i = 0; i < features.places.length; i++) {
          const row = this.#rowAt[features.places[i]!]!;
          const value = this.#valueOf(features.counts[i]!, row) * scale;
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
}
