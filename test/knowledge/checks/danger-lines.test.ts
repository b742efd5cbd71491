import { expect, it } from 'vitest';
import { dangerLines } from '../../../src/knowledge/checks/danger-lines.ts';
import { dangerClasses } from '../../../src/knowledge/schema.ts';
import { entry, source } from './papers.ts';

const emergency = { number: '112', sources: [source] };
const numbers = (value: object) => ({
  file: 'content/danger/numbers.yaml',
  value: { emergency: { ua: emergency }, lines: {}, ukraine: {}, checked_on: '', review_by: '', ...value },
});
const poland = entry({ country: 'pl' });
const all = Object.fromEntries(dangerClasses.map((name) => [name, ['pl-line']]));

it('is content with the emergency number, or with a line for every danger', () => {
  const both = { emergency: { ua: emergency, pl: emergency } };
  expect(dangerLines({ resources: [poland], numbers: numbers(both) })).toEqual([]);
  expect(dangerLines({ resources: [poland], numbers: numbers({ lines: { pl: all } }) })).toEqual([]);
});

it('finds the country and the dangers for which there is nobody', () => {
  const { child: _, ...others } = all;
  const found = dangerLines({ resources: [poland], numbers: numbers({ lines: { pl: others } }) });
  expect(found).toMatchObject([{ message: expect.stringContaining('in pl for child:') }]);
});

it('counts no line that has no number, and asks for Ukraine too', () => {
  const silent = entry({ country: 'pl', phones: [] });
  const found = dangerLines({ resources: [silent], numbers: numbers({ emergency: {}, lines: { pl: all } }) });
  expect(found.map(({ message }) => message.split(' for ')[0])).toEqual([
    'nobody to call in ua',
    'nobody to call in pl',
  ]);
});
