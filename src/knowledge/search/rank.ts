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
 */
export class Ranker {
  readonly #labels: number;
  readonly #rowAt = new Int32Array(places);
  readonly #rarity: Float32Array;
  readonly #weights: Float32Array;

  constructor(samples: readonly Sample[], labels: number) {
    this.#labels = labels;
    const seen = new Uint16Array(places);
    for (const { features } of samples) for (const place of features.places) seen[place]!++;
    let rows = 0;
    for (let place = 0; place < places; place++) if (seen[place]! > 0) this.#rowAt[place] = ++rows;
    this.#rarity = new Float32Array(rows + 1);
    for (let place = 0; place < places; place++) {
      if (seen[place]! > 0) this.#rarity[this.#rowAt[place]!] = Math.log((samples.length + 1) / seen[place]!);
    }
    this.#weights = this.#count(samples, rows + 1);
  }

  /** A score for each label; only their order and their distances mean something. */
  scores(features: Features): Float32Array {
    const labels = this.#labels;
    const out = new Float32Array(labels);
    const scale = 1 / this.#lengthOf(features);
    for (let at = 0; at < features.places.length; at++) {
      const row = this.#rowAt[features.places[at]!]!;
      if (row === 0) continue;
      const value = this.#valueOf(features.counts[at]!, row) * scale;
      const from = row * labels;
      for (let label = 0; label < labels; label++) out[label]! += value * this.#weights[from + label]!;
    }
    return out;
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

  #count(samples: readonly Sample[], rows: number): Float32Array {
    const labels = this.#labels;
    const weights = new Float32Array(rows * labels);
    const mass = new Float64Array(labels);
    for (const { features, label, weight } of samples) {
      const scale = weight / this.#lengthOf(features);
      for (let at = 0; at < features.places.length; at++) {
        const row = this.#rowAt[features.places[at]!]!;
        const value = this.#valueOf(features.counts[at]!, row) * scale;
        weights[row * labels + label]! += value;
        mass[label]! += value;
      }
    }
    this.#weigh(weights, mass, rows);
    return weights;
  }

  /** Turns sums by feature and label into weights, in place. Most sums are zero, which need no logarithm of their own. */
  #weigh(weights: Float32Array, mass: Float64Array, rows: number): void {
    const labels = this.#labels;
    const square = new Float64Array(labels);
    for (let at = 0, label = 0; at < weights.length; at++) {
      square[label]! += weights[at]! * weights[at]!;
      if (++label === labels) label = 0;
    }
    const all = mass.reduce((sum, value) => sum + value, 0);
    const sizes = mass.map((own) => Math.log((all - own + unseen * rows) / (own + unseen * rows)));
    const lengths = square.map((value) => Math.sqrt(value) || 1);
    const logUnseen = Math.log(unseen);
    for (let row = 0; row < rows; row++) {
      const from = row * labels;
      let total = unseen;
      for (let label = 0; label < labels; label++) total += weights[from + label]!;
      const none = logUnseen - Math.log(total);
      for (let label = 0; label < labels; label++) {
        const own = weights[from + label]!;
        const contrast = own === 0 ? none : Math.log((own + unseen) / (total - own));
        weights[from + label] = unlike * (contrast + sizes[label]!) + (typical * own) / lengths[label]!;
      }
    }
  }
}
