// biome-ignore-all lint/style/noNonNullAssertion: typed arrays are read within their length, where nothing is undefined
import { type DangerClass, dangerClasses } from './schema.ts';
import { places as allPlaces, type Features } from './search/features.ts';

/** A message to learn from; `class` is null where it is harmless. */
export type DangerExample = { features: Features; class: DangerClass | null };

/** Which danger a message is most like, and how much more than it is like a harmless one (log odds; 0 is even). */
export type Likeness = { class: DangerClass; odds: number };

/** What was learnt, as plain data. */
export type LearntLikeness = {
  /** The features that count, and how rare each is. */
  places: Int32Array;
  rarity: Float32Array;
  /** What each feature says of each danger, in the order of `dangerClasses`, and of what is harmless. */
  weights: Float32Array;
  bias: Float64Array;
};

const harmless = dangerClasses.length;
const labels = dangerClasses.length + 1;

/** A feature that occurs once teaches nothing about other messages. */
const leastSeen = 2;

/**
 * How it is trained. After the first round only those examples are looked at again that were not known well enough the
 * round before: most are easy, and a start is short.
 */
const rounds = 10;
const firstStep = 2;
const slowing = 0.3;
const knownWell = 0.95;
const biasStep = 0.1;

/**
 * Learns to tell calls for help from harmless messages: softmax regression by gradient descent, which unlike counting
 * (search/rank.ts) learns what sets a figure of speech apart from the call for help that uses the same words. The same
 * examples always teach the same.
 */
export function learnLikeness(examples: readonly DangerExample[]): LearntLikeness {
  const learnt = untaught(examples);
  const texts = new Space(learnt).vectorsOf(examples);
  const meant = examples.map(labelOf);
  const scores = new Float64Array(labels);
  const shuffle = shuffler();
  let open = texts.map((_, at) => at);
  for (let round = 0; round < rounds; round++) {
    const step = firstStep / (1 + slowing * round);
    open = shuffle(open).filter((at) => {
      score(learnt, texts[at]!, scores);
      return teach(learnt, texts[at]!, { scores, label: meant[at]!, step });
    });
  }
  return learnt;
}

export function createLikeness(learnt: LearntLikeness): (features: Features) => Likeness {
  const space = new Space(learnt);
  const scores = new Float64Array(labels);
  return (features) => {
    score(learnt, space.vectorOf(features), scores);
    let best = 0;
    for (let label = 1; label < harmless; label++) if (scores[label]! > scores[best]!) best = label;
    const top = scores[best]!;
    let dangers = 0;
    for (let label = 0; label < harmless; label++) dangers += Math.exp(scores[label]! - top);
    return { class: dangerClasses[best]!, odds: top + Math.log(dangers) - scores[harmless]! };
  };
}

function untaught(examples: readonly DangerExample[]): LearntLikeness {
  const seen = new Uint32Array(allPlaces);
  for (const { features } of examples) {
    for (let at = 0; at < features.places.length; at++) seen[features.places[at]!]!++;
  }
  let size = 0;
  const found = new Int32Array(allPlaces);
  for (let place = 0; place < allPlaces; place++) if (seen[place]! >= leastSeen) found[size++] = place;
  const places = found.slice(0, size);
  return {
    places,
    rarity: Float32Array.from(places, (place) => Math.log((examples.length + 1) / seen[place]!)),
    weights: new Float32Array(places.length * labels),
    bias: new Float64Array(labels),
  };
}

/** The labels are written out here and in `teach`, where nearly all the time of learning goes. */
function score({ weights, bias }: LearntLikeness, { rows, values }: Vector, scores: Float64Array): void {
  let a = bias[0]!;
  let b = bias[1]!;
  let c = bias[2]!;
  let d = bias[3]!;
  let e = bias[4]!;
  let f = bias[5]!;
  let g = bias[6]!;
  for (let at = 0; at < rows.length; at++) {
    const value = values[at]!;
    const first = rows[at]! * labels;
    a += weights[first]! * value;
    b += weights[first + 1]! * value;
    c += weights[first + 2]! * value;
    d += weights[first + 3]! * value;
    e += weights[first + 4]! * value;
    f += weights[first + 5]! * value;
    g += weights[first + 6]! * value;
  }
  scores[0] = a;
  scores[1] = b;
  scores[2] = c;
  scores[3] = d;
  scores[4] = e;
  scores[5] = f;
  scores[6] = g;
}

/** One step towards the right label. @returns false where there was nothing to learn */
function teach(
  { weights, bias }: LearntLikeness,
  { rows, values }: Vector,
  { scores, label, step }: { scores: Float64Array; label: number; step: number },
): boolean {
  intoShares(scores);
  if (scores[label]! > knownWell) return false;
  for (let each = 0; each < labels; each++) {
    scores[each] = step * ((each === label ? 1 : 0) - scores[each]!);
    bias[each]! += biasStep * scores[each]!;
  }
  const [a, b, c, d, e, f, g] = scores as unknown as [number, number, number, number, number, number, number];
  for (let at = 0; at < rows.length; at++) {
    const value = values[at]!;
    const first = rows[at]! * labels;
    weights[first]! += a * value;
    weights[first + 1]! += b * value;
    weights[first + 2]! += c * value;
    weights[first + 3]! += d * value;
    weights[first + 4]! += e * value;
    weights[first + 5]! += f * value;
    weights[first + 6]! += g * value;
  }
  return true;
}

const labelOf = (example: DangerExample): number =>
  example.class === null ? harmless : dangerClasses.indexOf(example.class);

/** Scores become shares of one. */
function intoShares(scores: Float64Array): void {
  let top = scores[0]!;
  for (let label = 1; label < scores.length; label++) if (scores[label]! > top) top = scores[label]!;
  let sum = 0;
  for (let label = 0; label < scores.length; label++) {
    const share = Math.exp(scores[label]! - top);
    scores[label] = share;
    sum += share;
  }
  for (let label = 0; label < scores.length; label++) scores[label]! /= sum;
}

/** A shuffler that knows no chance: what is learnt must not differ from one start of the program to the next. */
function shuffler(): (items: number[]) => number[] {
  let state = 1;
  return (items) => {
    for (let last = items.length - 1; last > 0; last--) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const other = state % (last + 1);
      const item = items[last]!;
      items[last] = items[other]!;
      items[other] = item;
    }
    return items;
  };
}

type Vector = { rows: Int32Array; values: Float32Array };

/** Texts as vectors of the features that count. */
class Space {
  /** The row of each place; -1 where it does not count. */
  readonly #rowAt = new Int32Array(allPlaces).fill(-1);
  readonly #rarity: Float32Array;

  constructor({ places, rarity }: Pick<LearntLikeness, 'places' | 'rarity'>) {
    for (let row = 0; row < places.length; row++) this.#rowAt[places[row]!] = row;
    this.#rarity = rarity;
  }

  vectorOf(features: Features): Vector {
    const size = features.places.length;
    return this.#fill(features, { rows: new Int32Array(size), values: new Float32Array(size) });
  }

  /** Many at once, in one piece of memory. */
  vectorsOf(examples: readonly DangerExample[]): Vector[] {
    const size = examples.reduce((sum, { features }) => sum + features.places.length, 0);
    const all = { rows: new Int32Array(size), values: new Float32Array(size) };
    let from = 0;
    return examples.map(({ features }) => {
      const filled = this.#fill(features, { rows: all.rows.subarray(from), values: all.values.subarray(from) });
      from += filled.rows.length;
      return filled;
    });
  }

  /** Each feature counts by its rarity; all vectors are of length one, so that short and long texts speak equally loud. */
  #fill(features: Features, { rows, values }: Vector): Vector {
    let size = 0;
    let square = 0;
    for (let at = 0; at < features.places.length; at++) {
      const row = this.#rowAt[features.places[at]!]!;
      if (row < 0) continue;
      const value = Math.sqrt(features.counts[at]!) * this.#rarity[row]!;
      rows[size] = row;
      values[size++] = value;
      square += value * value;
    }
    const length = Math.sqrt(square) || 1;
    for (let at = 0; at < size; at++) values[at]! /= length;
    return { rows: rows.subarray(0, size), values: values.subarray(0, size) };
  }
}
