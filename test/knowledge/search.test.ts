import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureQuestions } from '../../src/cli/eval.ts';
import { knowledge } from './content.ts';

const questions = (set: string) =>
  readFileSync(`test/knowledge/${set}.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; lang: string; article: string | null });

const first = (text: string) => knowledge.ask(text).articles[0]?.id;

describe('a question in the person’s own words', () => {
  test.each(['dev', 'test'] as const)('finds its article, and what is off topic finds none (%s set)', (set) => {
    const figures = measureQuestions(knowledge, questions(`questions.${set}`));
    expect(figures.asked).toBeGreaterThan(200);
    expect(figures.first / figures.asked).toBeGreaterThanOrEqual(0.9);
    expect(figures.firstThree / figures.asked).toBeGreaterThanOrEqual(0.97);
    expect(figures.refused / figures.offTopic).toBeGreaterThanOrEqual(0.9);
  });

  test('told as a story or a hint, by people who saw no sample question, it is among the three that are offered', () => {
    const figures = measureQuestions(knowledge, questions('hard.test'));
    expect(figures.asked).toBeGreaterThan(1000);
    expect(figures.first / figures.asked).toBeGreaterThanOrEqual(0.7);
    expect(figures.firstThree / figures.asked).toBeGreaterThanOrEqual(0.88);
    expect(figures.turnedAway / figures.asked).toBeLessThanOrEqual(0.03);
  });

  test.each([
    ['шеф не платить вже два місяці', 'unpaid-wages'],
    ['shef ne platyt vzhe dva misyatsi', 'unpaid-wages'],
    ['yt gkfnznm pfhgkfne', 'unpaid-wages'],
    ['непалтять зарплатню', 'unpaid-wages'],
    ['як зробити довіреність', 'power-of-attorney'],
    ['rfr phj,bnb ljdshtyscnm', 'power-of-attorney'],
    ['діти сумують а я тут плачу щовечора', 'stress-separation'],
    ['karta pobytu konczy sie', 'residence-permit'],
    ['КАРТА ПОБИТУ', 'residence-permit'],
    ['apostille where', 'apostille-translation'],
  ])('«%s» is about %s', (text, id) => {
    expect(first(text)).toBe(id);
  });

  test('the question is found in the middle of a long story', () => {
    const story =
      'Доброго дня, мене звати Галина, я з-під Коломиї. Приїхала сюди торік восени з кумою. Спершу все було добре, люди привітні. ' +
      'Але ось що хочу спитати: хазяїн уже два місяці не платить мені зарплату, каже почекай. ' +
      'Кума вже поїхала додому, а я лишилась. Дякую вам наперед за пораду, здоров’я вам і вашій родині.';
    expect(first(story)).toBe('unpaid-wages');
  });

  test('small talk and nonsense are not answered with an article', () => {
    for (const text of ['', '   ', '🙂', '???', 'привіт', 'яка сьогодні погода', 'ыввжл щзшгцу']) {
      expect(knowledge.ask(text).outcome, text).toBe('none');
    }
  });

  test('scores fall, and at most five articles are named', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const { articles } = knowledge.ask(text);
        expect(articles.length).toBeLessThanOrEqual(5);
        for (const [at, { score }] of articles.entries()) {
          expect(score).toBeLessThanOrEqual(articles[at - 1]?.score ?? 1);
          expect(Number.isFinite(score)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no text is too strange, and the same text has the same answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(knowledge.ask(text)).toEqual(knowledge.ask(text));
        knowledge.findCountry(text);
      }),
      { numRuns: 300 },
    );
  });

  const asked = [...questions('questions.dev'), ...questions('questions.test')].map(({ text }) => text);

  test('the kind of apostrophe does not matter', () => {
    const withApostrophe = asked.filter((text) => /['’ʼ]/.test(text));
    expect(withApostrophe.length).toBeGreaterThan(3);
    fc.assert(
      fc.property(fc.constantFrom(...withApostrophe), fc.constantFrom("'", '’', 'ʼ', '`'), (text, mark) => {
        expect(knowledge.ask(text.replace(/['’ʼ]/g, mark))).toEqual(knowledge.ask(text));
      }),
    );
  });

  test('capital letters do not matter', () => {
    fc.assert(
      fc.property(fc.constantFrom(...asked), (text) => {
        expect(knowledge.ask(text.toUpperCase())).toEqual(knowledge.ask(text));
      }),
    );
  });

  test('why an article was found is told by the person’s own words', () => {
    const [found] = knowledge.ask('не платять зарплату').articles;
    expect(found?.why.join(' ')).toContain('zarplat');
  });
});
