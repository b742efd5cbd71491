import { expect, it } from 'vitest';
import { lengths } from '../../../src/knowledge/checks/lengths.ts';
import { entry, paper, text } from './papers.ts';

const words = (count: number) => `${Array.from({ length: count }, () => 'слово').join(' ')}.`;
const of = (change: Parameters<typeof text>[0]) =>
  lengths({ articles: [paper({ texts: { uk: text(change) } })], resources: [] });

it('lets a screenful of a thousand characters be, and finds one more', () => {
  const around = text({ steps: [] });
  const left = 1000 - around.title.length - around.answer.length - 2;
  expect(of({ steps: ['x'.repeat(left)] })).toEqual([]);
  expect(of({ steps: ['x'.repeat(left + 1)] })).toMatchObject([
    { file: 'content/articles/unpaid-wages/uk.yaml', message: expect.stringContaining('1001 characters') },
  ]);
});

it('warns of a sentence of 21 words, not of 20, and not of two short ones', () => {
  expect(of({ answer: words(20) })).toEqual([]);
  expect(of({ answer: `${words(11)} ${words(11)}` })).toEqual([]);
  expect(of({ answer: `Слово. ${words(21)}` })).toMatchObject([
    { path: ['answer'], warning: true, message: expect.stringContaining('21 words') },
  ]);
});

it('reads steps, warnings, what comes after, country parts, and what a resource does', () => {
  const long = words(21);
  const found = of({ steps: [long], warn: [long], more: ['коротко', long], countries: { pl: long } });
  expect(found.map(({ path }) => path.join('.'))).toEqual(['steps.0', 'warn.0', 'more.1', 'countries.pl']);
  const does = { uk: 'радять', en: 'advises', pl: long };
  expect(lengths({ articles: [], resources: [entry({ does })] })).toMatchObject([{ path: [0, 'does', 'pl'] }]);
});
