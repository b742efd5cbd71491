import { expect, it } from 'vitest';
import { reviews } from '../../../src/knowledge/checks/reviews.ts';

const today = '2026-11-25';
const on = (review_by: string, checked_on = '2026-11-01') =>
  reviews({ sheets: [{ file: 'content/resources/pl.yaml', value: [{ checked_on, review_by }] }] }, today);

it.each([
  ['2026-11-24', 'overdue since 2026-11-24', true],
  ['2026-11-25', '0 days left', true],
  ['2026-12-25', '30 days left', true],
])('tells of %s: %s', (day, message, warning) => {
  const [found] = on(day);
  expect(found).toMatchObject({ path: [0, 'review_by'], message: expect.stringContaining(message) });
  expect(found?.warning).toBe(warning);
});

it('says nothing of what is due in 31 days', () => {
  expect(on('2026-12-26')).toEqual([]);
});

it('finds days that cannot be', () => {
  expect(on('2027-11-01', '2026-11-26')[0]?.message).toContain('has not come yet');
  expect(on('2026-11-28', '2026-11-25')[0]?.message).toContain('3 days left');
  expect(on('2026-10-28', '2026-11-25')[0]?.message).toContain('before checked_on');
});

it('looks into articles, their country parts, resources, libraries and danger numbers alike', () => {
  const old = { review_by: '2026-01-01' };
  const sheets = [
    { file: 'article.yaml', value: { ...old, countries: { pl: old } } },
    { file: 'libraries.yaml', value: { libraries: [{ id: 'a' }, old] } },
    { file: 'numbers.yaml', value: old },
  ];
  expect(reviews({ sheets }, today).map(({ file, path }) => `${file} ${path.join('.')}`)).toEqual([
    'article.yaml review_by',
    'article.yaml countries.pl.review_by',
    'libraries.yaml libraries.1.review_by',
    'numbers.yaml review_by',
  ]);
});
