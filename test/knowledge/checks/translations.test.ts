import { expect, it } from 'vitest';
import { translations } from '../../../src/knowledge/checks/translations.ts';
import { entry, paper, source, text } from './papers.ts';

const evidence = { sources: [source], checked_on: '2026-11-01', review_by: '2027-11-01' };

it('is content with an article and a resource that stand in all four languages', () => {
  expect(translations({ articles: [paper()], resources: [entry()] })).toEqual([]);
});

it('names the language file that is missing', () => {
  const texts = { uk: text(), en: text(), ru: text() };
  expect(translations({ articles: [paper({ texts })], resources: [] })).toMatchObject([
    { file: 'content/articles/unpaid-wages/pl.yaml', message: expect.stringContaining('translate uk.yaml') },
  ]);
});

it('names each language that lacks a country part', () => {
  const part = text({ countries: { pl: 'До PIP.' } });
  const article = paper({ countries: { pl: evidence }, texts: { uk: part, en: part, pl: text(), ru: text() } });
  const found = translations({ articles: [article], resources: [] });
  expect(found.map(({ file }) => file)).toEqual(['pl', 'ru'].map((l) => `content/articles/unpaid-wages/${l}.yaml`));
  expect(found[0]?.message).toContain('the part for pl is missing');
});

it('names the languages that a resource lacks', () => {
  const found = translations({ articles: [], resources: [entry({ does: { uk: 'радять', en: 'advises' } })] });
  expect(found).toMatchObject([{ path: [0, 'does'], message: expect.stringContaining('lacks pl, ru') }]);
});
