import { hash, letterGroups } from './ngrams.ts';
import { stem } from './stem.ts';

/** What is counted of a text: hashes of its stems, pairs of neighbouring stems and groups of letters, with weights. */
export type Features = Map<number, number>;

const pairSeed = 0x9e3779b9;
const stemSeed = 0x51ed270b;

export function featuresOf(
  keys: readonly string[],
  letters: { from: number; to: number } = { from: 3, to: 5 },
): Features {
  const features: Features = new Map();
  const add = (feature: number, weight: number) => features.set(feature, (features.get(feature) ?? 0) + weight);
  let before = '^';
  for (const key of keys) {
    const base = stem(key);
    add(hash(base, stemSeed), 1.5);
    add(hash(base, hash(before, pairSeed)), 0.8);
    before = base;
    letterGroups(key, letters.from, letters.to, (feature) => add(feature, 0.35));
  }
  return features;
}

export type Sample = { features: Features; label: number; weight: number };

/** A linear classifier over hashed features: for each feature that was seen, one row with a weight for each label. */
export class Classifier {
  readonly #labels: number;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #idf: Float32Array;
  readonly #rows: Float32Array;

  constructor(samples: readonly Sample[], labels: number, options = { rounds: 4, step: 0.6 }) {
    this.#labels = labels;
    const bits = 18;
    this.#mask = (1 << bits) - 1;
    this.#slots = new Int32Array(1 << bits);
    const counts = new Uint16Array(1 << bits);
    for (const sample of samples) for (const feature of sample.features.keys()) counts[feature & this.#mask]!++;
    let rows = 0;
    for (let at = 0; at < counts.length; at++) if (counts[at]! >= 2) this.#slots[at] = ++rows;
    this.#idf = new Float32Array(rows + 1);
    for (let at = 0; at < counts.length; at++) {
      const row = this.#slots[at]!;
      if (row > 0) this.#idf[row] = Math.log((samples.length + 1) / counts[at]!);
    }
    this.#rows = new Float32Array((rows + 1) * labels);
    this.#train(samples, options);
  }
  get size(): number {
    return this.#rows.length / this.#labels;
  }

  #vector(features: Features): { rows: Int32Array; values: Float32Array } {
    const rows = new Int32Array(features.size);
    const values = new Float32Array(features.size);
    let n = 0;
    let norm = 0;
    for (const [feature, count] of features) {
      const row = this.#slots[feature & this.#mask]!;
      if (row === 0) continue;
      const value = Math.sqrt(count) * this.#idf[row]!;
      rows[n] = row;
      values[n] = value;
      norm += value * value;
      n++;
    }
    const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
    for (let at = 0; at < n; at++) values[at]! *= scale;
    return { rows: rows.subarray(0, n), values: values.subarray(0, n) };
  }

  #score(vector: { rows: Int32Array; values: Float32Array }, into: Float32Array): void {
    into.fill(0);
    const { rows, values } = vector;
    const labels = this.#labels;
    const weights = this.#rows;
    for (let at = 0; at < rows.length; at++) {
      const from = rows[at]! * labels;
      const value = values[at]!;
      for (let label = 0; label < labels; label++) into[label]! += value * weights[from + label]!;
    }
  }

  /** Multi-class passive-aggressive updates: right label up, the strongest wrong ones down, until there is a margin. */
  #train(samples: readonly Sample[], { rounds, step }: { rounds: number; step: number }): void {
    const vectors = samples.map((sample) => this.#vector(sample.features));
    const scores = new Float32Array(this.#labels);
    const order = samples.map((_, at) => at);
    let seed = 12345;
    for (let round = 0; round < rounds; round++) {
      for (let at = order.length - 1; at > 0; at--) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        const other = seed % (at + 1);
        [order[at], order[other]] = [order[other]!, order[at]!];
      }
      for (const at of order) {
        const sample = samples[at]!;
        const vector = vectors[at]!;
        this.#score(vector, scores);
        this.#update(vector, scores, sample, step / (1 + 0.3 * round));
      }
    }
  }

  #update(
    vector: { rows: Int32Array; values: Float32Array },
    scores: Float32Array,
    sample: Sample,
    step: number,
  ): void {
    // softmax on scaled scores
    const labels = this.#labels;
    let max = Number.NEGATIVE_INFINITY;
    for (let l = 0; l < labels; l++) if (scores[l]! > max) max = scores[l]!;
    let sum = 0;
    for (let l = 0; l < labels; l++) {
      const e = Math.exp(scores[l]! - max);
      scores[l] = e;
      sum += e;
    }
    const targets: number[] = [];
    const grads: number[] = [];
    for (let l = 0; l < labels; l++) {
      const g = (l === sample.label ? 1 : 0) - scores[l]! / sum;
      if (Math.abs(g) > 0.02) {
        targets.push(l);
        grads.push(g * step * sample.weight);
      }
    }
    for (let at = 0; at < vector.rows.length; at++) {
      const from = vector.rows[at]! * labels;
      const value = vector.values[at]!;
      for (let t = 0; t < targets.length; t++) this.#rows[from + targets[t]!]! += value * grads[t]!;
    }
  }

  scores(features: Features): Float32Array {
    const out = new Float32Array(this.#labels);
    this.#score(this.#vector(features), out);
    return out;
  }
}
