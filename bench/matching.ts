import { readFileSync } from 'node:fs';
import { type Content, readContent } from '../src/knowledge/content.ts';
import { languages } from '../src/knowledge/schema.ts';
import { letterGroups } from '../src/knowledge/search/ngrams.ts';
import { plainText } from '../src/knowledge/search/normalise.ts';
import { sentencesOf } from '../src/knowledge/search/phrases.ts';
import { stem } from '../src/knowledge/search/stem.ts';
import { learn } from '../src/knowledge/understanding.ts';
import { type Finding, told } from './measure.ts';

/**
 * Ways of finding an article side by side, taught by the same content: on the questions kept apart, and on sample
 * questions that were left out of the teaching, a fifth at a time.
 */
type Way = (question: string) => Scores;
/** Scores by article id, those that are missing count 0. */
type Scores = ReadonlyMap<string, number>;
type Asked = { text: string; article: string };

const folds = 5;

export async function matching(): Promise<Finding[]> {
  const content = readContent('content');
  const apart = readApart();
  const tallies = new Map<string, Record<'apart' | 'leftOut', Tally> & { ms: number; asked: number }>();

  const judge = (taught: Content, asked: readonly Asked[], set: 'apart' | 'leftOut') => {
    const ways = waysTaughtBy(taught);
    for (const [name, way] of Object.entries(ways)) {
      const tally = tallies.get(name) ?? { apart: none(), leftOut: none(), ms: 0, asked: 0 };
      tallies.set(name, tally);
      const began = performance.now();
      const found = asked.map(({ text }) => ranked(way(text)));
      tally.ms += performance.now() - began;
      tally.asked += asked.length;
      for (const [i, { article }] of asked.entries()) add(tally[set], found[i]?.indexOf(article) ?? -1);
    }
  };
  judge(content, apart, 'apart');
  for (let fold = 0; fold < folds; fold++) {
    const { taught, leftOut } = without(content, fold);
    judge(taught, leftOut, 'leftOut');
  }
  return [...tallies].flatMap(([name, { apart, leftOut, ms, asked }]) => [
    told(`${name}: right first, kept apart`, share(apart.first, apart.asked), 'of 1'),
    told(`${name}: among three, kept apart`, share(apart.three, apart.asked), 'of 1'),
    told(`${name}: right first, left out`, share(leftOut.first, leftOut.asked), 'of 1'),
    told(`${name}: among three, left out`, share(leftOut.three, leftOut.asked), 'of 1'),
    told(`${name}: a question`, Number((ms / asked).toFixed(3)), 'ms'),
  ]);
}

function waysTaughtBy(content: Content): Record<string, Way> {
  const { ask } = learn(content);
  const classifier: Way = (question) => new Map(ask(question).articles.map(({ id, score }) => [id, score]));
  const words = bm25f(content);
  const letters = letterGroupsAlone(content);
  return {
    'BM25F with stems': words,
    'groups of letters': letters,
    'the classifier': classifier,
    'all three by rank': byRank([words, letters, classifier]),
    'classifier and BM25F by score': byShare([
      [classifier, 1],
      [words, 0.5],
    ]),
    'all three by score': byShare([
      [classifier, 1],
      [words, 0.4],
      [letters, 0.4],
    ]),
  };
}

/** Robertson's BM25F: fields are weighed before they are saturated. */
function bm25f(content: Content): Way {
  const weights = { questions: 2, title: 3, text: 1 };
  const [k1, b] = [1.2, 0.75];
  const documents = content.articles.map(({ article, questions }) => {
    const texts = languages.flatMap((language) => article.texts[language] ?? []);
    const counts = new Map<string, number>();
    const count = (field: readonly string[], weight: number) => {
      for (const text of field) for (const word of stemsOf(text)) counts.set(word, (counts.get(word) ?? 0) + weight);
    };
    count(questions, weights.questions);
    count(
      texts.map(({ title }) => title),
      weights.title,
    );
    count(
      texts.flatMap(({ answer, steps, warn, more }) => [answer, ...steps, ...warn, ...more]),
      weights.text,
    );
    return { id: article.id, counts, length: sum(counts.values()) };
  });
  const average = sum(documents.map(({ length }) => length)) / documents.length;
  const rarity = raritiesOf(documents.map(({ counts }) => counts));
  return (question) =>
    new Map(
      documents.map(({ id, counts, length }) => {
        const scores = stemsOf(question).map((word) => {
          const count = counts.get(word) ?? 0;
          return ((rarity.get(word) ?? 0) * count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / average));
        });
        return [id, sum(scores)];
      }),
    );
}

/** The cosine between a question's groups of three and four letters and those of all sample questions of an article. */
function letterGroupsAlone(content: Content): Way {
  const all = content.articles.map(({ article, questions }) => ({ id: article.id, counts: groupsOf(questions) }));
  const rarity = raritiesOf(all.map(({ counts }) => counts));
  const vector = (counts: ReadonlyMap<number, number>) => {
    const weighed = [...counts].map(([group, n]) => [group, Math.sqrt(n) * (rarity.get(group) ?? 0)] as const);
    const length = Math.hypot(...weighed.map(([, value]) => value)) || 1;
    return new Map(weighed.map(([group, value]) => [group, value / length]));
  };
  const articles = all.map(({ id, counts }) => ({ id, vector: vector(counts) }));
  return (question) => {
    const asked = [...vector(groupsOf([question]))];
    return new Map(articles.map(({ id, vector: own }) => [id, sum(asked.map(([at, v]) => v * (own.get(at) ?? 0)))]));
  };
}

function byRank(ways: readonly Way[]): Way {
  const flatness = 10;
  return (question) => {
    const scores = new Map<string, number>();
    for (const way of ways) {
      for (const [rank, id] of ranked(way(question)).slice(0, 5).entries()) {
        scores.set(id, (scores.get(id) ?? 0) + 1 / (flatness + rank));
      }
    }
    return scores;
  };
}

/** Each way's scores as shares of its own best, weighed. */
function byShare(ways: readonly (readonly [Way, number])[]): Way {
  return (question) => {
    const scores = new Map<string, number>();
    for (const [way, weight] of ways) {
      const own = way(question);
      const best = Math.max(...own.values(), Number.MIN_VALUE);
      for (const [id, score] of own) scores.set(id, (scores.get(id) ?? 0) + (weight * score) / best);
    }
    return scores;
  };
}

function without(content: Content, fold: number): { taught: Content; leftOut: Asked[] } {
  const leftOut: Asked[] = [];
  const articles = content.articles.map(({ article, questions }) => {
    const out = questions.filter((_, i) => i % folds === fold);
    leftOut.push(...out.map((text) => ({ text, article: article.id })));
    return { article, questions: questions.filter((_, i) => i % folds !== fold) };
  });
  return { taught: { ...content, articles }, leftOut };
}

function readApart(): Asked[] {
  return readFileSync('test/knowledge/questions.test.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; article: string | null })
    .flatMap(({ text, article }) => (article === null ? [] : [{ text, article }]));
}

const stemsOf = (text: string): string[] => sentencesOf(plainText(text)).flatMap((keys) => keys.map(stem));

function groupsOf(texts: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const key of texts.flatMap((text) => sentencesOf(plainText(text)).flat())) {
    letterGroups(key, 3, 4, (group) => counts.set(group, (counts.get(group) ?? 0) + 1));
  }
  return counts;
}

function raritiesOf<K>(documents: readonly ReadonlyMap<K, number>[]): Map<K, number> {
  const seen = new Map<K, number>();
  for (const document of documents) for (const key of document.keys()) seen.set(key, (seen.get(key) ?? 0) + 1);
  return new Map([...seen].map(([key, n]) => [key, Math.log(1 + (documents.length - n + 0.5) / (n + 0.5))]));
}

type Tally = { asked: number; first: number; three: number };
const none = (): Tally => ({ asked: 0, first: 0, three: 0 });

function add(tally: Tally, rank: number): void {
  tally.asked++;
  if (rank === 0) tally.first++;
  if (rank >= 0 && rank < 3) tally.three++;
}

function ranked(scores: Scores): string[] {
  return [...scores].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([id]) => id);
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const share = (part: number, whole: number): number => Number((part / whole).toFixed(3));
