import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { type Language, languages } from '../knowledge/schema.ts';

/**
 * What the bot would answer, and why:
 *
 *     npm run ask -- "your question" [--lang uk] [--country pl]
 *     npm run --silent ask -- --batch < questions.jsonl > answers.jsonl
 *
 * A batch line is `{"id","text","lang"?,"country"?}`; one that can't be read gives `{"id":null,"error"}` and the rest go on.
 */

type Question = { id: unknown; text: string; lang?: Language; country?: string };

export type BatchAnswer = {
  id: unknown;
  outcome: 'danger' | 'answer' | 'choose' | 'none';
  danger: string | null;
  certainty: 'sure' | 'asks' | null;
  country: string | null;
  articles: { id: string; score: number }[];
};

/** The answer to one question in the shape of a batch line. */
export function answer(knowledge: Knowledge, { id, text, lang, country }: Question): BatchAnswer {
  const danger = knowledge.danger(text);
  const match = knowledge.ask(text, { ...(lang && { language: lang }), ...(country && { country }) });
  return {
    id,
    outcome: danger ? 'danger' : match.outcome,
    danger: danger?.class ?? null,
    certainty: danger?.certainty ?? null,
    country: match.country ?? country ?? null,
    articles: match.articles.map((found) => ({ id: found.id, score: Math.round(found.score * 1e4) / 1e4 })),
  };
}

/** The answer to one line of a batch, as a line of JSON without its end. Never throws. */
export function answerLine(knowledge: Knowledge, line: string): string {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    return JSON.stringify({ id: null, error: 'not a line of JSON' });
  }
  const question = readQuestion(given);
  return JSON.stringify(
    typeof question === 'string' ? { id: idOf(given), error: question } : answer(knowledge, question),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const idOf = (given: unknown): unknown => (isRecord(given) ? (given.id ?? null) : null);

const isLanguage = (value: unknown): value is Language => languages.some((language) => language === value);

/** The question, or what is wrong with it. */
function readQuestion(given: unknown): Question | string {
  if (!isRecord(given)) return 'a line must be an object such as {"id":1,"text":"…"}';
  if (typeof given.text !== 'string') return '"text" must be a string';
  const { lang, country } = given;
  return {
    id: given.id ?? null,
    text: given.text,
    ...(isLanguage(lang) && { lang }),
    ...(typeof country === 'string' && /^[a-z]{2}$/i.test(country) && { country: country.toLowerCase() }),
  };
}

async function batch(knowledge: Knowledge): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    if (!process.stdout.write(`${answerLine(knowledge, line)}\n`)) {
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  }
}

function explain(knowledge: Knowledge, question: Question): string {
  const began = performance.now();
  const danger = knowledge.danger(question.text);
  const match = knowledge.ask(question.text);
  const took = performance.now() - began;
  const country = match.country ?? question.country ?? null;
  const lines = [
    `outcome   ${danger ? 'danger' : match.outcome}   (${took.toFixed(2)} ms)`,
    `country   ${country ?? 'not known'}`,
  ];
  if (danger) {
    const numbers = knowledge.dangerNumbers(danger.class, country);
    lines.push(`danger    ${danger.class}, ${danger.certainty}: ${danger.why}`, `call      ${numbers.emergency}`);
    for (const line of [...numbers.lines, ...numbers.ukraine]) {
      lines.push(
        `          ${line.phones.map((phone) => phone.display).join(', ')}  ${line.name[question.lang ?? 'uk'] ?? line.name.uk}`,
      );
    }
  }
  for (const { id, score, why } of match.articles) {
    const title = knowledge.article(id)?.texts;
    lines.push(
      `${score.toFixed(3)}     ${id}: ${(title?.[question.lang ?? 'uk'] ?? title?.uk)?.title}   [${why.join(', ')}]`,
    );
  }
  const first = match.articles[0] && knowledge.article(match.articles[0].id);
  if (first && match.outcome === 'answer')
    lines.push('', (first.texts[question.lang ?? 'uk'] ?? first.texts.uk).answer);
  return lines.join('\n');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { batch: { type: 'boolean', default: false }, lang: { type: 'string' }, country: { type: 'string' } },
  });
  const knowledge = loadKnowledge(process.env.CONTENT_DIR ?? './content');
  if (values.batch) return batch(knowledge);
  const text = positionals.join(' ');
  if (text === '') {
    process.stderr.write('Say what to ask: npm run ask -- "your question"\n');
    process.exitCode = 2;
    return;
  }
  const question = readQuestion({ id: 0, text, lang: values.lang, country: values.country });
  if (typeof question !== 'string') process.stdout.write(`${explain(knowledge, question)}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
