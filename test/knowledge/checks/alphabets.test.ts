import { expect, it } from 'vitest';
import { alphabets } from '../../../src/knowledge/checks/alphabets.ts';

const of = (file: string, value: unknown) => alphabets({ sheets: [{ file, value }], tables: [] });

it('lets Latin and Cyrillic words stand side by side', () => {
  expect(of('content/kinds.yaml', { name: { uk: 'Скарга до PIP', en: 'Complaint' } })).toEqual([]);
  expect(of('content/kinds.yaml', { url: 'https://example.org/%d0%b0?q=рaз' })).toEqual([]);
});

it('finds a Latin letter in a Cyrillic word, and says which', () => {
  expect(of('content/libraries/lviv.yaml', { libraries: [{ name: { uk: 'Бiбліотека' } }] })).toMatchObject([
    { path: ['libraries', 0, 'name', 'uk'], message: expect.stringContaining('(Latin: i)') },
  ]);
});

it('finds it in a table of places, with its line', () => {
  const tables = [{ file: 'content/places/names-uk.tsv', lines: ['# рaз', 'Львів\tlviv', 'Cтрий\tlviv'] }];
  expect(alphabets({ sheets: [], tables })).toMatchObject([{ line: 3, message: expect.stringContaining('Cтрий') }]);
});

it('leaves alone how people type', () => {
  for (const file of [
    'articles/a/questions.yaml',
    'danger/child.yaml',
    'synonyms.yaml',
    'off-topic.yaml',
    'countries.yaml',
  ])
    expect(of(`content/${file}`, { uk: ['нe плaтять'] })).toEqual([]);
  expect(of('content/danger/numbers.yaml', { note: 'нe' })).toHaveLength(1);
});
