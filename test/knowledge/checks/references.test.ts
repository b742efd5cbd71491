import { expect, it } from 'vitest';
import { references } from '../../../src/knowledge/checks/references.ts';
import { paper } from './papers.ts';

it('is content with references to others, each once', () => {
  expect(references({ articles: [paper({ related: ['pension'], resources: ['a', 'b'] })] })).toEqual([]);
});

it('finds an article that names itself, and what is named twice', () => {
  const found = references({ articles: [paper({ related: ['pension', 'unpaid-wages'], resources: ['a', 'b', 'a'] })] });
  expect(found.map(({ path }) => path)).toEqual([
    ['resources', 2],
    ['related', 1],
  ]);
});
