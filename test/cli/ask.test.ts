import { describe, expect, test } from 'vitest';
import { answerLine } from '../../src/cli/ask.ts';
import { knowledge } from '../knowledge/content.ts';

const answer = (line: string) => JSON.parse(answerLine(knowledge, line)) as Record<string, unknown>;

describe('a batch of questions', () => {
  test('an answer has the agreed shape', () => {
    expect(answer('{"id":7,"text":"шеф не платить у Варшаві","lang":"uk"}')).toEqual({
      id: 7,
      outcome: 'answer',
      danger: null,
      certainty: null,
      country: 'pl',
      articles: expect.arrayContaining([{ id: 'unpaid-wages', score: expect.any(Number) }]),
    });
  });

  test('danger is said with its class, and articles are there all the same', () => {
    const found = answer('{"id":"a","text":"забрали паспорт","country":"IT"}');
    expect(found).toMatchObject({
      id: 'a',
      outcome: 'danger',
      danger: 'trafficking',
      certainty: 'sure',
      country: 'it',
    });
    expect(found.articles).toHaveLength(5);
  });

  test.each(['not json', '[]', '"text"', 'null', '{"id":1}', '{"id":1,"text":5}'])(
    'the line %s gives an error and the rest go on',
    (line) => {
      expect(answer(line).error).toEqual(expect.any(String));
    },
  );
});
