import { ContentError, type Fault } from '../content-file.ts';
import { shelves } from './articles.ts';
import { type Content, lineFinder, readContent } from './content.ts';
import type { Knowledge } from './knowledge.ts';
import { countriesWith, numbersFor, resourcesFor, resourcesIn } from './resources.ts';
import { learn, type Understanding } from './understanding.ts';

/**
 * Reads `content/` and makes it answer. What is not there yet (a folder without its texts, a resource that is only
 * named) is left out; `checkKnowledge` lists it.
 * @throws ContentError with all faults at once, each with file, line, field and fix.
 */
export function loadKnowledge(contentDir: string): Knowledge {
  const content = readContent(contentDir);
  if (content.faults.length > 0) throw new ContentError(content.faults);
  return assemble(content);
}

/** Every fault of the content, also what is only missing. An empty list means that all is well. */
export function checkKnowledge(contentDir: string): readonly Fault[] {
  const { faults, gaps } = readContent(contentDir);
  const lineOf = lineFinder();
  const missing = gaps.map(({ path, ...gap }) => ({ ...gap, line: lineOf(gap.file, path) }));
  return [...faults, ...missing].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

function assemble(content: Content): Knowledge {
  const { resources, numbers } = content;
  const articles = new Map(content.articles.map(({ article }) => [article.id, article]));
  const byTopic = shelves(articles.values());
  const zones = new Map(content.countries.map(({ code, zone }) => [code, { code, zone }]));
  const codes = countriesWith(resources.values());
  const dangerCodes = [...new Set([...codes, ...Object.keys(numbers.emergency)])].filter(
    (code) => code !== 'any' && code !== 'ua',
  );
  const understanding = learnSoon(content);
  return {
    article: (id) => articles.get(id),
    articlesOf: (topic) => byTopic.get(topic) ?? [],
    resource: (id) => resources.get(id),
    resourcesFor: (article, country) => resourcesFor(article, country, resources),
    resourcesIn: (country, topic) => resourcesIn(country, topic, resources, (id) => articles.get(id)?.topic),
    countries: () => codes,
    dangerCountries: () => dangerCodes,
    country: (code) => zones.get(code),
    findCountry: (text) => understanding().findCountry(text),
    ask: (text) => understanding().ask(text),
    scrub: (text) => understanding().scrub(text),
    danger: (text) => understanding().danger(text),
    dangerNumbers: (dangerClass, country) => numbersFor(numbers, dangerClass, country, resources),
  };
}

/**
 * Learning takes a few hundred milliseconds. It is done as soon as the program has nothing else to do, so that the
 * start does not wait for it, and at the latest when the first words arrive.
 */
function learnSoon(content: Content): () => Understanding {
  // One or the other: once it is learnt from, the content itself is let go.
  let state: { content: Content } | { learnt: Understanding } = { content };
  const understanding = (): Understanding => {
    if ('content' in state) state = { learnt: learn(state.content) };
    return state.learnt;
  };
  setImmediate(understanding).unref();
  return understanding;
}
