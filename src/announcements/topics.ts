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
