import { expect, it } from 'vitest';
import { apostrophes } from '../../../src/knowledge/checks/apostrophes.ts';

const of = (file: string, value: unknown) => apostrophes({ sheets: [{ file, value }] });

it.each(["п'ять", 'п`ять', 'пʼять', 'п‘ять'])('finds %s in a Ukrainian text', (word) => {
  expect(of('content/articles/a/uk.yaml', { steps: ['так', `Є ${word} днів.`] })).toMatchObject([
    { path: ['steps', 1], message: expect.stringContaining(`"${word}"`) },
  ]);
  expect(of('content/kinds.yaml', { name: { uk: word, en: 'five' } })).toHaveLength(1);
});

it('is content with ’, with quotation marks, with other languages, and with what people type', () => {
  expect(of('content/articles/a/uk.yaml', { answer: 'П’ять днів, ‘так’.' })).toEqual([]);
  expect(of('content/articles/a/en.yaml', { answer: "Don't." })).toEqual([]);
  expect(of('content/articles/a/questions.yaml', { uk: ["п'ять днів"] })).toEqual([]);
});
