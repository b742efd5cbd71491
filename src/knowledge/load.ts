import { ContentError, type Fault } from '../content-file.ts';
import { shelves } from './articles.ts';
import { type Content, lineOf, readContent, type WrittenArticle } from './content.ts';
import { createCountryFinder } from './countries.ts';
import { createDangerCheck } from './danger.ts';
import type { Knowledge } from './knowledge.ts';
import { countriesWith, numbersFor, resourcesFor, resourcesIn } from './resources.ts';
import { type ArticleText, languages } from './schema.ts';
import type { Synonyms } from './search/features.ts';
import { trainLayoutMender } from './search/layout.ts';
import { plainText } from './search/normalise.ts';
import { PhraseBook, parsePattern, sentencesOf } from './search/phrases.ts';
import { createSearch, type Reading } from './search/search.ts';

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
  const missing = gaps.map(({ path, ...gap }) => ({ ...gap, line: path.length === 0 ? 1 : lineOf(gap.file, path) }));
  return [...faults, ...missing].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

function assemble(content: Content): Knowledge {
  const { resources, numbers } = content;
  const articles = new Map(content.articles.map(({ article }) => [article.id, article]));
  const byTopic = shelves(articles.values());
  const places = createCountryFinder(content.countries);
  const mend = trainLayoutMender(content.articles.flatMap(({ questions }) => questions.map((text) => plainText(text))));
  const memo = new Map<string, string>();
  const read: Read = (text, weight) => ({ sentences: sentencesOf(plainText(text), memo), weight });
  const findables = content.articles.map((written) => ({
    id: written.article.id,
    readings: readingsOf(written, read),
  }));
  const offTopic = content.offTopic.map((question) => read(question, weights.question));
  const search = createSearch(findables, synonymsOf(content), offTopic);
  const words = wordsIn(findables);
  const danger = createDangerCheck(
    content.danger.map((file) => ({
      class: file.class,
      phrases: Object.values(file.phrases).flat(),
      except: Object.values(file.except).flat(),
    })),
    mend,
    (key) => words.has(key),
  );
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
    country: (code) => places.country(code),
    findCountry: (text) => places.find(sentencesOf(mend(plainText(text)))),
    ask(text) {
      const sentences = sentencesOf(mend(plainText(text)));
      return { ...search.ask(sentences), country: places.find(sentences)?.code ?? null };
    },
    danger,
    dangerNumbers: (dangerClass, country) => numbersFor(numbers, dangerClass, country, resources),
  };
}

/** How much each kind of text counts when an article is looked for. */
const weights = { question: 1, title: 1, answer: 1, line: 0.6 };

type Read = (text: string, weight: number) => Reading;

function readingsOf({ article, questions }: WrittenArticle, read: Read): Reading[] {
  const own = languages
    .flatMap((language) => article.texts[language] ?? [])
    .flatMap((text) => readingsOfText(text, read));
  return [...questions.map((question) => read(question, weights.question)), ...own];
}

function readingsOfText({ title, answer, steps, warn, more }: ArticleText, read: Read): Reading[] {
  return [
    read(title, weights.title),
    read(answer, weights.answer),
    ...[...steps, ...warn, ...more].map((line) => read(line, weights.line)),
  ];
}

function synonymsOf({ synonyms }: Content): Synonyms {
  const book: Synonyms = new PhraseBook();
  for (const [group, patterns] of Object.entries(synonyms)) {
    for (const pattern of patterns.flatMap(parsePattern)) book.add(pattern, group);
  }
  return book;
}

/** Every word that occurs in content, by sound: what is not among them may be a slip. */
function wordsIn(findables: readonly { readings: readonly Reading[] }[]): ReadonlySet<string> {
  return new Set(findables.flatMap(({ readings }) => readings.flatMap(({ sentences }) => sentences.flat())));
}
