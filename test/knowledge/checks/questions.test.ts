import { expect, it } from 'vitest';
import { questions } from '../../../src/knowledge/checks/questions.ts';
import { paper } from './papers.ts';

const some = (count: number) => Array.from({ length: count }, (_, i) => `питання ${i}`);

it('is content with sixty questions over four languages', () => {
  expect(questions({ articles: [paper({}, { uk: some(45), en: some(5), pl: some(5), ru: some(5) })] })).toEqual([]);
});

it('asks for more when there are 59, and for a language that has too few', () => {
  const found = questions({ articles: [paper({}, { uk: some(49), en: some(5), pl: some(5) })] });
  expect(found.map(({ message }) => message.split(':')[0])).toEqual(['0 questions in ru', '59 sample questions']);
  expect(found[0]?.path).toEqual(['ru']);
});
