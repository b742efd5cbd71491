import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestScrubbed, scrub } from '../../src/knowledge/scrub.ts';
import { knowledge } from './content.ts';

const scrubbed = (text: string) => knowledge.scrub(text);

describe('a question that is kept', () => {
  it.each([
    ['де знайти репетитора з математики для сина', 'де знайти репетитора з математики для сина'],
    ['Де купити дешеві квитки до Польщі?', 'Де купити дешеві квитки до Польщі?'],
    ['хочу вернуть деньги за билет, тел +380 67 123-45-67 звоните', 'хочу вернуть деньги за билет, тел … звоните'],
    ['хто такий Петренко Іван і чому не платить', 'хто такий … і чому не платить'],
    ['мене звати оля коваль, де купити дрова', 'мене звати … де купити дрова'],
    ['my name is olha and where do I buy wood', 'my name is … do I buy wood'],
    ['пишіть на olia.k@gmail.com або @olia_k про дрова', 'пишіть на … або … про дрова'],
    ['что за сайт https://rabota.example/x?id=7 или t.me/rabota', 'что за сайт … или …'],
    ['паспорт АБ123456 знайшли, куди нести', 'паспорт … знайшли, куди нести'],
    ['ДЕ КУПИТИ ДРОВА ХВОСТОВЕНКО', 'ДЕ КУПИТИ ДРОВА …'],
  ])('%s', (text, kept) => expect(scrubbed(text)).toBe(kept));

  it.each(['Хвостовенко Зореслава', 'хвостовенко', '+380671234567', '…', ''])('is not kept as «%s»', (text) => {
    expect(scrubbed(text)).toBeNull();
  });

  const words = fc.constantFrom(
    ...'де купити дрова на зиму хочу знайти чи можна where to buy скільки коштує'.split(' '),
  );
  const digits = fc.stringMatching(/^\d{4,14}$/);
  const spaced = fc
    .array(fc.stringMatching(/^\d{1,3}$/), { minLength: 4, maxLength: 6 })
    .map((parts) => parts.join(' '));
  const name = fc.stringMatching(/^[А-ЩЮЯЄІЇҐ][а-щьюяєіїґ]{3,9}$/).map((rest) => `${rest}щжф`);
  const email = fc.emailAddress();
  const around = fc.tuple(fc.array(words, { minLength: 1, maxLength: 8 }), fc.array(words, { maxLength: 8 }));

  it('holds no number, no address and no name that stood in it, wherever it stood', () => {
    fc.assert(
      fc.property(around, fc.oneof(digits, spaced, email, name), ([before, after], secret) => {
        const kept = scrubbed([...before, secret, ...after].join(' ')) ?? '';
        expect(kept).not.toContain(secret);
        expect(kept).not.toMatch(/\d{4}|@/);
        expect(kept.length).toBeLessThanOrEqual(longestScrubbed);
      }),
    );
  });

  it('is short and has no long number, whatever was written', () => {
    const words = { known: () => true, place: () => false };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => {
        const kept = scrub(text, words) ?? '';
        expect(kept.length).toBeLessThanOrEqual(longestScrubbed);
        expect(kept).not.toMatch(/\d{4}|\S@/);
      }),
    );
  });
});
