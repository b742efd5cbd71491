import type { z } from 'zod';
import type { Article, DangerNumbers } from './knowledge.ts';
import type { DangerClass, dangerNumbers, Resource, Topic } from './schema.ts';

/** Where to turn, by country and by need. Nothing here sorts by anything but what content says. */

const everywhere = ['ua', 'eu'];

/** Most used by Ukrainian workers first; others follow by their letters. */
const mostUsed = ['pl', 'cz', 'de', 'it', 'es', 'pt', 'sk', 'hu', 'ro', 'lt', 'nl', 'gb', 'ie'];

export function countriesWith(resources: Iterable<Resource>): string[] {
  const codes = new Set([...resources].map((resource) => resource.country));
  for (const code of everywhere) codes.delete(code);
  const place = (code: string) => (mostUsed.indexOf(code) + mostUsed.length + 1) % (mostUsed.length + 1);
  return [...codes].toSorted((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** An article's own list first, then what else names the article as its topic; the country's, then Ukraine's, then the EU's. */
export function resourcesFor(
  article: Article,
  country: string | null,
  all: ReadonlyMap<string, Resource>,
): readonly Resource[] {
  const own = article.resources.flatMap((id) => all.get(id) ?? []);
  const order = country === null ? everywhere : [...new Set([country, ...everywhere])];
  return order.flatMap((code) => own.filter((resource) => resource.country === code));
}

export function resourcesIn(
  country: string,
  topic: Topic | null,
  all: ReadonlyMap<string, Resource>,
  topicOf: (article: string) => Topic | undefined,
): readonly Resource[] {
  return [...all.values()].filter(
    (resource) =>
      resource.country === country && (topic === null || resource.topics.some((id) => topicOf(id) === topic)),
  );
}

export type NumbersFile = z.output<typeof dangerNumbers>;

const mostLines = 2;
/** Where the danger is not known, the lines for the two that most often bring a person here. */
const unknownDanger: readonly DangerClass[] = ['trafficking', 'violence'];

export function numbersFor(
  numbers: NumbersFile,
  dangerClass: DangerClass | null,
  country: string | null,
  all: ReadonlyMap<string, Resource>,
): DangerNumbers {
  const classes = dangerClass === null ? unknownDanger : [dangerClass];
  const emergency = (country && numbers.emergency[country]) || numbers.emergency.any;
  const own = dangerClass === null ? undefined : emergency?.by_class?.[dangerClass];
  const lists = (country !== null && numbers.lines[country]) || numbers.lines.any || {};
  const lines = interleave(classes.map((name) => lists[name] ?? []))
    .flatMap((id) => all.get(id) ?? [])
    .filter((line) => line.phones.length > 0)
    .slice(0, mostLines);
  const ukraine =
    country === 'ua'
      ? []
      : interleave(classes.map((name) => numbers.ukraine[name] ?? []))
          .flatMap((id) => all.get(id) ?? [])
          .filter((line) => line.phones.some((phone) => phone.from === 'anywhere'))
          .slice(0, mostLines);
  // The schema holds `any`; the number of last resort is that of the EU and of every mobile network.
  return { emergency: (own ?? emergency)?.number ?? '112', lines, ukraine };
}

/** The first of each list, then the second of each, each id once. */
function interleave(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const order = Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? []));
  return [...new Set(order.flat())];
}
