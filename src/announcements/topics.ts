import type { Seal } from '../storage/seal.ts';

/** What can be followed, in the order in which people see it. Names: `locales/<language>/subscribe.json`, `topic.<id>`. */
export const topics = [
  'contests',
  'courses',
  'legal',
  'hours',
  'scams',
  'project-centre',
  'seniors-club',
  'after-prison',
  'addiction-family',
] as const;
export type Topic = (typeof topics)[number];

export function isTopic(text: string): text is Topic {
  return (topics as readonly string[]).includes(text);
}

/** Under which keyed hash each topic is stored. */
export function topicMarks(seal: Seal): ReadonlyMap<Topic, string> {
  const known = marks.get(seal) ?? new Map(topics.map((topic) => [topic, seal.mark(`topic\n${topic}`)]));
  marks.set(seal, known);
  return known;
}

const marks = new WeakMap<Seal, ReadonlyMap<Topic, string>>();
