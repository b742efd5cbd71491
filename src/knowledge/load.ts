import { dirname, join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { ContentError, type Fault } from '../content-file.ts';
import { shelves } from './articles.ts';
import { type Content, lineFinder, readContent } from './content.ts';
import type { Article, Country, Knowledge } from './knowledge.ts';
import { packed, unpacked } from './packed.ts';
import { countriesWith, numbersFor, resourcesFor, resourcesIn } from './resources.ts';
import type { Outcome, Task } from './study.ts';
import { type Learnt, learn, type Understanding, understand } from './understanding.ts';

/** Where what was read and learnt is kept for the next start (storage/kept.ts). */
export type Kept = {
  keyOf(paths: readonly string[]): string | null;
  read(name: string, key: string): Uint8Array | null;
  write(name: string, key: string, value: Uint8Array): void;
};

/**
 * Reads `content/` and makes it answer. What is not there yet (a folder without its texts, a resource that is only
 * named) is left out; `checkKnowledge` lists it.
 * @param kept where the content and this room are as they were, neither reading nor learning is done again
 * @throws ContentError with all faults at once, each with file, line, field and fix.
 */
export function loadKnowledge(contentDir: string, kept?: Kept): Knowledge {
  const paths = madeOf(contentDir);
  const key = kept?.keyOf(paths) ?? null;
  const facts = key && kept?.read('facts', key);
  const learnt = facts && kept?.read('learnt', key);
  if (facts && learnt) {
    return assemble(
      unpacked<Facts>(facts),
      aMomentLater(() => understand(unpacked<Learnt>(learnt))),
    );
  }
  const content = readContent(contentDir);
  if (content.faults.length > 0) throw new ContentError(content.faults);
  const told = factsOf(content);
  if (!kept || key === null) return assemble(told, aMomentLater(learnOf(content)));
  const keep = (fresh: Uint8Array) => {
    // An editor may have been at work meanwhile.
    if (kept.keyOf(paths) !== key) return;
    kept.write('facts', key, packed(told));
    kept.write('learnt', key, fresh);
  };
  return assemble(told, learnElsewhere(content, keep));
}

/** Whatever has a say in what is known: the content, and the code that reads it. */
function madeOf(contentDir: string): string[] {
  const room = import.meta.dirname;
  return [
    ...[
      'articles',
      'resources',
      'danger',
      'countries.yaml',
      'more-questions.yaml',
      'off-topic.yaml',
      'synonyms.yaml',
    ].map((name) => join(contentDir, name)),
    room,
    join(dirname(room), 'content-file.ts'),
    join(dirname(dirname(room)), 'package.json'),
  ];
}

/** What is told as it was written. */
type Facts = {
  articles: readonly Article[];
  resources: Content['resources'];
  numbers: Content['numbers'];
  countries: readonly Country[];
};

const factsOf = ({ articles, resources, numbers, countries }: Content): Facts => ({
  articles: articles.map(({ article }) => article),
  resources,
  numbers,
  countries: countries.map(({ code, zone }) => ({ code, zone })),
});

/** Every fault of the content, also what is only missing. An empty list means that all is well. */
export function checkKnowledge(contentDir: string): readonly Fault[] {
  const { faults, gaps } = readContent(contentDir);
  const lineOf = lineFinder();
  const missing = gaps.map(({ path, ...gap }) => ({ ...gap, line: lineOf(gap.file, path) }));
  return [...faults, ...missing].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

function assemble({ resources, numbers, ...facts }: Facts, understanding: () => Understanding): Knowledge {
  const articles = new Map(facts.articles.map((article) => [article.id, article]));
  const byTopic = shelves(articles.values());
  const countries = new Map(facts.countries.map((country) => [country.code, country]));
  const codes = countriesWith(resources.values());
  const dangerCodes = [...new Set([...codes, ...Object.keys(numbers.emergency)])].filter(
    (code) => code !== 'any' && code !== 'ua',
  );
  return {
    article: (id) => articles.get(id),
    articlesOf: (topic) => byTopic.get(topic) ?? [],
    resource: (id) => resources.get(id),
    resourcesFor: (article, country) => resourcesFor(article, country, resources),
    resourcesIn: (country, topic) => resourcesIn(country, topic, resources, (id) => articles.get(id)?.topic),
    countries: () => codes,
    dangerCountries: () => dangerCodes,
    country: (code) => countries.get(code),
    findCountry: (text) => understanding().findCountry(text),
    ask: (text) => understanding().ask(text),
    scrub: (text) => understanding().scrub(text),
    danger: (text) => understanding().danger(text),
    dangerNumbers: (dangerClass, country) => numbersFor(numbers, dangerClass, country, resources),
  };
}

/** Once it is learnt from, the content itself is let go. */
function learnOf(content: Content): () => Understanding {
  return () => learn(content);
}

/** Whoever waits for the start is served first; at the latest it is done when the first words arrive. */
const momentMs = 200;

function aMomentLater(make: () => Understanding): () => Understanding {
  let state: { make: () => Understanding } | { made: Understanding } = { make };
  const get = (): Understanding => {
    if ('make' in state) state = { made: state.make() };
    return state.made;
  };
  setTimeout(get, momentMs).unref();
  return get;
}

/** Longer than any machine needs to learn. */
const patienceMs = 10_000;

/**
 * Learns in a thread of its own. Whoever asks before it has finished waits for it, as they would for learning right here,
 * which is done where there can be no thread.
 */
function learnElsewhere(content: Content, keep: (learnt: Uint8Array) => void): () => Understanding {
  const { articles, countries, danger, harmless, synonyms, offTopic } = content;
  const { port1: port, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  let state: { content: Content } | { made: Understanding } = { content };
  const take = (outcome: Outcome): Understanding => {
    if ('made' in state) return state.made;
    const made = outcome === null ? learn(state.content) : understand(unpacked<Learnt>(outcome));
    state = { made };
    port.close();
    if (outcome !== null) setImmediate(keep, outcome);
    return made;
  };
  const task: Task = {
    content: { articles, countries, danger, harmless, synonyms, offTopic },
    port: port2,
    signal,
  };
  port.on('message', take);
  port.unref();
  const worker = new Worker(new URL('./study.ts', import.meta.url), {
    workerData: task,
    transferList: [port2],
    execArgv: [],
  });
  worker.unref();
  worker.on('error', () => take(null));
  return () => {
    if ('made' in state) return state.made;
    Atomics.wait(signal, 0, 0, patienceMs);
    return take((receiveMessageOnPort(port)?.message as Outcome | undefined) ?? null);
  };
}
