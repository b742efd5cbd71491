import { describe, expect, test } from 'vitest';
import { plainText } from '../../src/knowledge/search/normalise.ts';
import { PhraseBook, parsePattern, sentencesOf } from '../../src/knowledge/search/phrases.ts';

const matches = (pattern: string, text: string, known?: (key: string) => boolean): boolean => {
  const book = new PhraseBook<boolean>();
  for (const order of parsePattern(pattern)) book.add(order, true);
  return book.find(sentencesOf(plainText(text)), known && { known }).length > 0;
};

describe('the patterns that librarians write', () => {
  test.each([
    ['зарплат*', 'про зарплату', true],
    ['зарплат*', 'про плату', false],
    ['зарплат*', 'pro zarplatu', true],
    ['забра* ... паспорт*', 'забрали у мене мій паспорт', true],
    ['забра* ... паспорт*', 'забрали посилку. Паспорт удома', false],
    ['забра* ... паспорт*', 'забрали раз два три чотири п’ять паспорт', false],
    ['паспорт* & забра*', 'забрали паспорт', true],
    ['паспорт* & забра*', 'паспорт забрали', true],
    ['(мене|нас) (не |)випускають', 'нас не випускають', true],
    ['(мене|нас) (не |)випускають', 'нас випускають', true],
    ['(мене|нас) (не |)випускають', 'їх випускають', false],
    ['б’є', "б'є", true],
    ['її', 'і', false],
  ])('%s in «%s»: %s', (pattern, text, found) => {
    expect(matches(pattern, text)).toBe(found);
  });

  test('one slip of the finger is forgiven in a word that nobody knows, and not in one that exists', () => {
    expect(matches('паспорт*', 'пасморт', () => false)).toBe(true);
    expect(matches('паспорт*', 'папсорт', () => false)).toBe(true);
    expect(matches('паспорт*', 'пасморт', () => true)).toBe(false);
    expect(matches('кров', 'кроп', () => false)).toBe(false);
  });

  test.each(['(мене|нас', '...', 'два-слова', '*', '(|)'])('%s is refused with a reason', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow(/"/);
  });
});
