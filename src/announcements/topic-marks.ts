import type { Seal } from '../storage/seal.ts';
import { type Topic, topics } from './topics.ts';

/** Under which keyed hash each topic is stored. */
export function topicMarks(seal: Seal): ReadonlyMap<Topic, string> {
  const known = marks.get(seal) ?? new Map(topics.map((topic) => [topic, seal.mark(`topic\n${topic}`)]));
  marks.set(seal, known);
  return known;
}

const marks = new WeakMap<Seal, ReadonlyMap<Topic, string>>();
