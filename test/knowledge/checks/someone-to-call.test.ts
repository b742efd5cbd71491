import { expect, it } from 'vitest';
import { someoneToCall } from '../../../src/knowledge/checks/someone-to-call.ts';
import { entry, paper, phone, source } from './papers.ts';

const evidence = { sources: [source], checked_on: '2026-11-01', review_by: '2027-11-01' };

it('is content where Ukraine or the EU can be called, and the country has help of its own', () => {
  const article = paper({ resources: ['ua-line', 'pl-page'], countries: { pl: evidence } });
  const resources = [entry(), entry({ id: 'pl-page', country: 'pl', phones: [], url: 'https://example.org' })];
  expect(someoneToCall({ articles: [article], resources })).toEqual([]);
});

it('finds an answer on law that ends with a page and no person', () => {
  const [found] = someoneToCall({ articles: [paper()], resources: [entry({ phones: [] })] });
  expect(found).toMatchObject({ path: ['resources'], message: expect.stringContaining('nobody to call') });
  expect(found?.warning).toBeUndefined();
  expect(someoneToCall({ articles: [paper({ law: false, resources: [] })], resources: [] })).toEqual([]);
});

it('warns where the numbers work at home only', () => {
  const resources = [entry({ phones: [phone('0800500335')] })];
  expect(someoneToCall({ articles: [paper()], resources })).toMatchObject([
    { path: ['resources'], warning: true, message: expect.stringContaining('works from abroad') },
  ]);
});

it('warns of a country part without help in that country', () => {
  const found = someoneToCall({
    articles: [paper({ countries: { pl: evidence, ua: evidence } })],
    resources: [entry()],
  });
  expect(found).toMatchObject([{ path: ['countries', 'pl'], warning: true }]);
});
