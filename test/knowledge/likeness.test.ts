import { describe, expect, test } from 'vitest';
import { createLikeness, type DangerExample, learnLikeness } from '../../src/knowledge/likeness.ts';
import type { DangerClass } from '../../src/knowledge/schema.ts';
import { featuresOf } from '../../src/knowledge/search/features.ts';
import { plainText } from '../../src/knowledge/search/normalise.ts';
import { PhraseBook, sentencesOf } from '../../src/knowledge/search/phrases.ts';

const noSynonyms = new PhraseBook<string>();
const features = (text: string) => featuresOf(sentencesOf(plainText(text)), noSynonyms);
const example = (text: string, danger: DangerClass | null): DangerExample => ({
  features: features(text),
  class: danger,
});

const examples = [
  example('він тримає мене за горло', 'violence'),
  example('він тримає сестру за горло і кричить', 'violence'),
  example('не можу дихати, тисне в грудях', 'medical'),
  example('мама не може дихати', 'medical'),
  example('горло болить, який лікар приймає', null),
  example('горло болить після хору', null),
  example('тримає ціну цей магазин', null),
  example('коли працює бібліотека', null),
];

describe('likeness to what was said before', () => {
  const likenessOf = createLikeness(learnLikeness(examples));

  test('finds the danger of the examples that a message shares most with', () => {
    expect(likenessOf(features('схопив і тримає маму за горло'))).toMatchObject({ class: 'violence' });
    expect(likenessOf(features('дід не може дихати'))).toMatchObject({ class: 'medical' });
  });

  test('tells one use of a word from another', () => {
    expect(likenessOf(features('тримає її за горло')).odds).toBeGreaterThan(0);
    expect(likenessOf(features('болить горло')).odds).toBeLessThan(0);
  });

  test('the same examples always teach the same', () => {
    expect(learnLikeness(examples)).toEqual(learnLikeness(examples));
  });

  test('words that were never seen, and no examples at all, are survived', () => {
    expect(likenessOf(features('zxqw')).odds).toBeTypeOf('number');
    expect(createLikeness(learnLikeness([]))(features('допоможіть')).odds).toBeTypeOf('number');
  });
});
