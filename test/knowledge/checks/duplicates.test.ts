import { expect, it } from 'vitest';
import { duplicates } from '../../../src/knowledge/checks/duplicates.ts';
import { paper } from './papers.ts';

const wages = (...uk: string[]) => paper({}, { uk });
const pension = (...uk: string[]) => paper({ id: 'pension' }, { uk });
const find = (...articles: ReturnType<typeof paper>[]) => duplicates({ articles });

it('lets different questions be', () => {
  expect(find(wages('не платять', 'шеф зник з грошима'), pension('коли на пенсію'))).toEqual([]);
});

it.each(['Не дали мої гроші', 'мої гроші не дали', 'не дали мої гроші?', 'ne daly moi hroshi'])(
  'finds a question of two articles whatever its case, order or script: %s',
  (other) => {
    const [found, ...more] = find(wages('не дали мої гроші'), pension('коли на пенсію', other));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ file: 'content/articles/pension/questions.yaml', path: ['uk', 1] });
    expect(found?.message).toContain('also stands under unpaid-wages');
    expect(found?.warning).toBeUndefined();
  },
);

it('only warns where the same stands twice in one article', () => {
  expect(find(wages('не платять', 'Не платять!'))).toMatchObject([{ path: ['uk', 1], warning: true }]);
});

it('warns once of long questions of two articles that differ by one word, not of short ones', () => {
  const near = find(wages('скажіть чи можу я отримати гроші'), pension('скажіть чи можу я отримати пенсію'));
  expect(near).toMatchObject([{ warning: true, message: expect.stringContaining('almost') }]);
  expect(find(wages('де гроші'), pension('де пенсія'))).toEqual([]);
  expect(find(wages('скажіть чи можу я отримати гроші', 'скажіть чи можу я отримати аванс'))).toEqual([]);
});
