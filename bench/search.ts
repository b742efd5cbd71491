import { readContent } from '../src/knowledge/content.ts';
import { learn } from '../src/knowledge/understanding.ts';
import { questions } from './core.ts';
import { atMost, type Finding, median, quantile, time, told } from './measure.ts';

/**
 * A question to the real articles, and to ten thousand made of them: a third of their words are changed for words of
 * other articles, and a tenth for words that occur nowhere else. What is timed is all of the understanding: layout,
 * countries, synonyms, ranking.
 */
const articles = 10_000;
const questionsEach = 4;

export async function search(): Promise<Finding[]> {
  const content = readContent('content');
  const asked = questions();
  const findings: Finding[] = [];

  const real = learn(content);
  const times = await time(2_000, 500, (i) => real.ask(asked[i % asked.length] ?? ''));
  findings.push(
    told(`a question to the ${content.articles.length} real articles, median`, round(median(times)), 'ms'),
    told('the same, p99', round(quantile(times, 0.99)), 'ms'),
  );

  const many = learn({ ...content, articles: multiplied(content.articles) });
  const timesOfMany = await time(500, 100, (i) => many.ask(asked[i % asked.length] ?? ''));
  findings.push(
    atMost(`a question to ${articles} articles, median`, round(median(timesOfMany)), 'ms', 2),
    told('the same, p99', round(quantile(timesOfMany, 0.99)), 'ms'),
  );
  return findings;
}

type Written = ReturnType<typeof readContent>['articles'];

function multiplied(originals: Written): Written {
  const words = [...new Set(originals.flatMap(({ questions }) => questions.flatMap((text) => text.split(' '))))];
  const chance = chances();
  const pick = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T;
  const varied = (text: string) =>
    text
      .split(' ')
      .map((word) => {
        const at = chance();
        return at < 0.33 ? pick(words) : at < 0.43 ? `${word}${pick(words).slice(0, 3)}` : word;
      })
      .join(' ');
  return Array.from({ length: articles }, (_, i) => {
    const { article, questions } = originals[i % originals.length] as Written[number];
    const { title, answer } = article.texts.uk;
    const uk = { ...article.texts.uk, title: varied(title), answer: varied(answer), steps: [], warn: [], more: [] };
    return {
      article: { ...article, id: `${article.id}-${i}`, texts: { uk } },
      questions: Array.from({ length: questionsEach }, () => varied(pick(questions))),
    };
  });
}

/** The same numbers at every run (Park and Miller's generator). */
function chances(): () => number {
  let state = 42;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const round = (ms: number): number => Number(ms.toFixed(3));
