import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';

/**
 * How well people are understood: `npm run eval` reads the questions in test/knowledge and prints the figures, those
 * used in development and those kept apart. `oblique` holds what is hardest: danger that nobody names, and everyday
 * words that sound like it; `hard` are questions, and calls for help, by people who saw no sample, told as stories and hints,
 * without the words of the title. The words of a set kept apart are never shown, so that nobody tunes on them.
 */

type AskedQuestion = { text: string; lang: string; article: string | null };
type Message = { text: string; lang: string; danger: string | null };

const setsDir = 'test/knowledge';
/** From design.md, "Numbers to beat". */
const targets = { first: 0.9, firstThree: 0.97, offTopic: 0.9, recall: 1, falseAlarms: 0.02 };

function readSet<T>(name: string): T[] {
  return readFileSync(join(setsDir, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export type QuestionFigures = {
  asked: number;
  first: number;
  firstThree: number;
  offTopic: number;
  refused: number;
  /** Questions of ours that were told "I don't know". */
  turnedAway: number;
  mistakes: readonly { meant: string; found: string; text: string }[];
  msPerQuestion: number;
};

export function measureQuestions(knowledge: Knowledge, questions: readonly AskedQuestion[]): QuestionFigures {
  const ours = questions.filter(({ article }) => article !== null && knowledge.article(article));
  const others = questions.filter(({ article }) => article === null);
  const began = performance.now();
  const answers = ours.map((question) => ({ question, match: knowledge.ask(question.text) }));
  const refusals = others.map(({ text }) => knowledge.ask(text).outcome === 'none');
  const msPerQuestion = (performance.now() - began) / questions.length;
  const rank = ({ question, match }: (typeof answers)[number]) =>
    match.articles.findIndex(({ id }) => id === question.article);
  return {
    asked: ours.length,
    first: answers.filter((answer) => rank(answer) === 0).length,
    firstThree: answers.filter((answer) => rank(answer) >= 0 && rank(answer) < 3).length,
    offTopic: others.length,
    refused: refusals.filter(Boolean).length,
    turnedAway: answers.filter(({ match }) => match.outcome === 'none').length,
    mistakes: answers
      .filter((answer) => rank(answer) !== 0)
      .map(({ question, match }) => ({
        meant: question.article ?? '',
        found: match.articles[0]?.id ?? '-',
        text: question.text,
      })),
    msPerQuestion,
  };
}

export type DangerFigures = {
  inDanger: number;
  reached: number;
  rightClass: number;
  everyday: number;
  falseAlarms: number;
  missed: readonly string[];
  wrong: readonly string[];
};

export function measureDanger(knowledge: Knowledge, messages: readonly Message[]): DangerFigures {
  const checked = messages.map((message) => ({ ...message, found: knowledge.danger(message.text) }));
  const inDanger = checked.filter(({ danger }) => danger !== null);
  const everyday = checked.filter(({ danger }) => danger === null);
  return {
    inDanger: inDanger.length,
    reached: inDanger.filter(({ found }) => found).length,
    rightClass: inDanger.filter(({ found, danger }) => found?.class === danger).length,
    everyday: everyday.length,
    falseAlarms: everyday.filter(({ found }) => found).length,
    missed: inDanger.filter(({ found }) => !found).map(({ text }) => text),
    wrong: everyday.filter(({ found }) => found).map(({ text }) => text),
  };
}

const share = (part: number, whole: number): string => (whole === 0 ? '-' : (part / whole).toFixed(3));

const verdict = (part: number, whole: number, target: number, atMost = false): string => {
  const value = whole === 0 ? 0 : part / whole;
  return `${share(part, whole)} (${part}/${whole}, ${atMost ? 'at most' : 'at least'} ${target}) ${(atMost ? value <= target : value >= target) ? 'ok' : 'MISSED'}`;
};

function report(knowledge: Knowledge, set: 'dev' | 'test'): string[] {
  const questions = measureQuestions(knowledge, readSet<AskedQuestion>(`questions.${set}`));
  const danger = measureDanger(knowledge, readSet<Message>(`danger.${set}`));
  const oblique = measureDanger(knowledge, readSet<Message>(`oblique.${set}`));
  const lines = [
    `${set === 'dev' ? 'development set' : 'kept apart'}`,
    `  right article first        ${verdict(questions.first, questions.asked, targets.first)}`,
    `  among the first three      ${verdict(questions.firstThree, questions.asked, targets.firstThree)}`,
    `  off topic, refused         ${verdict(questions.refused, questions.offTopic, targets.offTopic)}`,
    `  ours, turned away          ${share(questions.turnedAway, questions.asked)}`,
    `  danger reached             ${verdict(danger.reached, danger.inDanger, targets.recall)}`,
    `  danger, right class        ${share(danger.rightClass, danger.inDanger)}`,
    `  everyday, false alarms     ${verdict(danger.falseAlarms, danger.everyday, targets.falseAlarms, true)}`,
    `  danger told obliquely      ${share(oblique.reached, oblique.inDanger)} (${oblique.reached}/${oblique.inDanger})`,
    `  everyday that sounds alike ${share(oblique.falseAlarms, oblique.everyday)} (${oblique.falseAlarms}/${oblique.everyday}) false alarms`,
    `  time per question          ${questions.msPerQuestion.toFixed(2)} ms`,
  ];
  if (set !== 'dev') return lines;
  return [
    ...lines,
    '  confused:',
    ...questions.mistakes.map(({ meant, found, text }) => `    ${meant} -> ${found}: ${text}`),
    ...[...danger.missed, ...oblique.missed].map((text) => `    danger missed: ${text}`),
    ...[...danger.wrong, ...oblique.wrong].map((text) => `    false alarm: ${text}`),
  ];
}

/** No target: by these a change is judged, for they are furthest from what the samples say. */
function hardReport(knowledge: Knowledge): string[] {
  const questions = readSet<AskedQuestion>('hard.test');
  const found = measureQuestions(knowledge, questions);
  const calm = questions.filter(({ article }) => article !== null && !urgent.has(article));
  const oblique = measureDanger(knowledge, readSet<Message>('oblique-hard.test'));
  const asked = calm.filter(({ text }) => knowledge.danger(text)).length;
  return [
    'hard, kept apart',
    `  right article first        ${share(found.first, found.asked)} (${found.first}/${found.asked})`,
    `  among the first three      ${share(found.firstThree, found.asked)} (${found.firstThree}/${found.asked})`,
    `  ours, turned away          ${share(found.turnedAway, found.asked)}`,
    `  calm, asked about danger   ${share(asked, calm.length)} (${asked}/${calm.length})`,
    `  danger told obliquely      ${share(oblique.reached, oblique.inDanger)} (${oblique.reached}/${oblique.inDanger})`,
    `  everyday that sounds alike ${share(oblique.falseAlarms, oblique.everyday)} (${oblique.falseAlarms}/${oblique.everyday}) false alarms`,
  ];
}

/** Articles whose questions are often asked by somebody in danger. */
const urgent = new Set([
  ...['forced-labour', 'passport-taken', 'violence', 'crisis-support', 'detained-abroad', 'missing-relative'],
  ...['work-accident', 'addiction-family'],
]);

function main(): void {
  const knowledge = loadKnowledge(process.env.CONTENT_DIR ?? './content');
  // The first question waits for what is learnt from content; it is not timed.
  knowledge.ask('');
  for (const set of ['dev', 'test'] as const) process.stdout.write(`${report(knowledge, set).join('\n')}\n`);
  process.stdout.write(`${hardReport(knowledge).join('\n')}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
