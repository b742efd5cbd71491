import type { Content, WrittenArticle } from './content.ts';
import { createCountryFinder } from './countries.ts';
import { createDangerCheck, type DangerCheck, wordsKey } from './danger.ts';
import type { FoundCountry, Match } from './knowledge.ts';
import { type DangerExample, type LearntLikeness, learnLikeness } from './likeness.ts';
import { type ArticleText, type DangerClass, languages } from './schema.ts';
import { scrub } from './scrub.ts';
import { featuresOf, type Synonyms, WordMemo } from './search/features.ts';
import { createLayoutMender, type Letters, learnLetters } from './search/layout.ts';
import { plainText } from './search/normalise.ts';
import { type Pattern, PhraseBook, parsePattern, sentencesOf } from './search/phrases.ts';
import { createSearch, type Findings, learnToFind, type Reading } from './search/search.ts';

/** What a person's words mean: which article, which danger, which country. */
export type Understanding = {
  ask(text: string): Match;
  danger: DangerCheck;
  findCountry(text: string): FoundCountry | null;
  /** A text without what is personal; null where nothing is left that may be kept. */
  scrub(text: string): string | null;
};

/** What was learnt of content, as plain data: fit to be kept, or to come from another thread. */
export type Learnt = {
  letters: Letters;
  findings: Findings;
  likeness: LearntLikeness;
  /** The very messages that content calls danger or harmless, by `wordsKey`. */
  told: ReadonlyMap<string, DangerClass | null>;
  /** Every word that occurs in content, by its sound, one a line. */
  words: string;
  countries: Content['countries'];
  danger: readonly Pick<Content['danger'][number], 'class' | 'phrases' | 'except'>[];
  synonyms: Content['synonyms'];
  patterns: ReadonlyMap<string, readonly Pattern[]>;
};

/** What is learnt from. */
export type Studied = Pick<Content, 'articles' | 'countries' | 'danger' | 'harmless' | 'synonyms' | 'offTopic'>;
type Studying = Studied & Pick<Content, 'parse'>;

/** Learns from content: the sample questions, the articles' own words, the patterns and examples of danger. */
export const learn = (content: Studying): Understanding => understand(study(content));

/** The dear half of `learn`. */
export function study(content: Studying): Learnt {
  const letters = learnLetters(content.articles.flatMap(({ questions }) => questions.map((text) => plainText(text))));
  const { findables, offTopic, examples, words } = countTexts(content, synonymsOf(content));
  return {
    letters,
    findings: learnToFind(findables, offTopic),
    likeness: learnLikeness(examples),
    told: toldIn(content),
    words: [...words].join('\n'),
    countries: content.countries,
    danger: content.danger.map(({ class: name, phrases, except }) => ({ class: name, phrases, except })),
    synonyms: content.synonyms,
    patterns: patternsIn(content),
  };
}

/** The cheap half of `learn`. */
export function understand(learnt: Learnt): Understanding {
  const parse = parserOf(learnt.patterns);
  const places = createCountryFinder(learnt.countries, parse);
  const mend = createLayoutMender(learnt.letters);
  const synonyms = synonymsOf({ synonyms: learnt.synonyms, parse });
  const search = createSearch(learnt.findings, synonyms);
  // What is not among them may be a slip.
  const words = new Set(learnt.words.split('\n'));
  return {
    ask(text) {
      const sentences = sentencesOf(mend(plainText(text)));
      return { ...search.ask(sentences), country: places.find(sentences)?.code ?? null };
    },
    danger: createDangerCheck({
      words: learnt.danger.map((file) => ({
        class: file.class,
        phrases: Object.values(file.phrases).flat(),
        except: Object.values(file.except).flat(),
      })),
      parse,
      likeness: learnt.likeness,
      told: learnt.told,
      mend,
      known: (key) => words.has(key),
      featuresOf: (sentences) => featuresOf(sentences, synonyms),
    }),
    findCountry: (text) => places.find(sentencesOf(mend(plainText(text)))),
    scrub: (text) =>
      scrub(text, {
        known: (word) => sentencesOf(plainText(word)).some((keys) => keys.some((key) => words.has(key))),
        place: (word) => places.find(sentencesOf(plainText(word))) !== null,
      }),
  };
}

/** Apart from `understand`: what answers would else hold on to all that was learnt. */
function parserOf(patterns: Learnt['patterns']): Content['parse'] {
  return (source) => patterns.get(source) ?? parsePattern(source);
}

/** Everything that is learnt from, counted. Apart from `study`, so that what it remembers of words is let go after it. */
function countTexts(content: Studying, synonyms: Synonyms) {
  const keys = new Map<string, string>();
  const memo = new WordMemo();
  const featuresOfText = (text: string) => featuresOf(sentencesOf(plainText(text), keys), synonyms, memo);
  const read: Read = (text, weight) => ({ features: featuresOfText(text), weight });
  const findables = content.articles.map((written) => ({ id: written.article.id, ...readingsOf(written, read) }));
  const offTopic = content.offTopic.map((question) => read(question, weights.question));
  const examples: DangerExample[] = [
    ...findables.flatMap(({ id, questions }) => examplesOf(id, questions)),
    ...offTopic.map(({ features }) => ({ features, class: null })),
    ...content.harmless.map((text) => ({ features: featuresOfText(text), class: null })),
    ...content.danger.flatMap((file) =>
      file.examples.map((text) => ({ features: featuresOfText(text), class: file.class })),
    ),
  ];
  return { findables, offTopic, examples, words: new Set(keys.values()) };
}

/** All patterns of content, parsed. */
function patternsIn({ countries, danger, synonyms, parse }: Studying): Learnt['patterns'] {
  const sources = [
    ...countries.flatMap(({ names, towns }) => [...names, ...towns.flatMap((town) => town.names)]),
    ...danger.flatMap(({ phrases, except }) => [...Object.values(phrases), ...Object.values(except)].flat()),
    ...Object.values(synonyms).flat(),
  ];
  return new Map(sources.map((source) => source.replace(/^\? /, '')).map((source) => [source, parse(source)]));
}

/** How much each kind of text counts when an article is looked for. */
const weights = { question: 1, title: 1, answer: 1, line: 0.6 };

type Read = (text: string, weight: number) => Reading;

function readingsOf({ article, questions }: WrittenArticle, read: Read): { questions: Reading[]; readings: Reading[] } {
  const asked = questions.map((question) => read(question, weights.question));
  const own = languages
    .flatMap((language) => article.texts[language] ?? [])
    .flatMap((text) => readingsOfText(text, read));
  return { questions: asked, readings: [...asked, ...own] };
}

function toldIn({ harmless, danger }: Studied): Map<string, DangerClass | null> {
  const key = (text: string) => wordsKey(sentencesOf(plainText(text)));
  return new Map([
    ...harmless.map((text) => [key(text), null] as const),
    ...danger.flatMap((file) => file.examples.map((text) => [key(text), file.class] as const)),
  ]);
}

/** Articles whose questions are calls for help of one class, and articles whose questions are sometimes that. */
const dangerOf: Readonly<Record<string, DangerClass>> = {
  'passport-taken': 'trafficking',
  'forced-labour': 'trafficking',
  violence: 'violence',
  'crisis-support': 'suicide',
  'detained-abroad': 'detention',
};
const mixed = new Set(['missing-relative', 'work-accident']);

function examplesOf(id: string, questions: readonly Reading[]): DangerExample[] {
  if (mixed.has(id)) return [];
  return questions.map(({ features }) => ({ features, class: dangerOf[id] ?? null }));
}

function readingsOfText({ title, answer, steps, warn, more }: ArticleText, read: Read): Reading[] {
  return [
    read(title, weights.title),
    read(answer, weights.answer),
    ...[...steps, ...warn, ...more].map((line) => read(line, weights.line)),
  ];
}

/** The groups of words that mean the same, as content lists them. */
export function synonymsOf({ synonyms, parse }: Pick<Content, 'synonyms' | 'parse'>): Synonyms {
  const book: Synonyms = new PhraseBook();
  for (const [group, patterns] of Object.entries(synonyms)) {
    for (const pattern of patterns.flatMap(parse)) book.add(pattern, group);
  }
  return book;
}
