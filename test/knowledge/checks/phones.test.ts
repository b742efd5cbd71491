import { expect, it } from 'vitest';
import { phones } from '../../../src/knowledge/checks/phones.ts';
import { entry, phone } from './papers.ts';

const of = (number: string, country = 'pl', change: Parameters<typeof phone>[1] = {}) =>
  phones({ resources: [entry({ country, phones: [phone(number, change)] })] });

it.each([
  ['+48226280120', 'pl'],
  ['+380445559999', 'ua'],
  ['800120002', 'pl'],
  ['08005002250', 'de'],
  ['1800666111', 'ie'],
  ['116123', 'gb'],
  ['116016', 'de'],
  ['1547', 'ua'],
  ['112', 'eu'],
  ['0080067891011', 'eu'],
])('takes %s of %s', (number, country) => {
  expect(of(number, country)).toEqual([]);
});

it.each([
  ['+4822628012', 'pl', 'not a valid number'],
  ['+480226280120', 'pl', 'not a valid number'],
  ['116132', 'pl', 'none of the 116 numbers'],
  ['116016', 'pl', 'none of the 116 numbers'],
  ['80012000', 'pl', 'is no number of pl'],
])('finds %s of %s: %s', (number, country, message) => {
  expect(of(number, country)).toMatchObject([
    { path: [0, 'phones', 0, 'number'], message: expect.stringContaining(message) },
  ]);
});

it('asks that a number for calls from abroad has its country code', () => {
  expect(of('800120002', 'pl', { from: 'anywhere' })[0]?.message).toContain("can't be dialled from abroad");
});

it('compares what is shown with what is dialled', () => {
  expect(of('+380800500335', 'ua', { display: '0 800 500 335' })).toEqual([]);
  expect(of('+48226280120', 'pl', { display: '+48 22 628 01 20' })).toEqual([]);
  expect(of('+48226280120', 'pl', { display: '+48 22 628 01 21' })).toMatchObject([
    { path: [0, 'phones', 0, 'display'] },
  ]);
});
