import { describe, expect, test } from 'vitest';
import { knowledge } from './content.ts';

describe('the country in a question', () => {
  test.each([
    ['не платять у Варшаві', 'pl'],
    ['working in Germany without a contract', 'de'],
    ['шукаю лікаря в чехах', 'cz'],
    ['pracuję w Niemczech', 'de'],
    ['живу в италии', 'it'],
    ['na polshchu chy v nimechchynu', 'pl'],
    ['мама в Іспанії', 'es'],
    ['in london they do not pay', 'gb'],
    ['в нідерландах', 'nl'],
    ['d ysvtxxbys', 'de'],
    ['переїхала з Польщі до Німеччини', 'de'],
    ['чи зарахують чеський стаж в Україні', 'cz'],
    ['я вже в Україні', 'ua'],
    ['my personal data', null],
    ['особисті дані', null],
    ['грузить меня работой', null],
    ['немедленно', null],
    ['ризик великий', null],
    ['Вероніка з Бару', null],
    ['', null],
  ])('«%s»: %s', (text, code) => {
    expect(knowledge.findCountry(text)?.code ?? null).toBe(code);
    expect(knowledge.ask(text).country).toBe(code);
  });

  test('a town abroad gives the country, its zone and where it lies', () => {
    expect(knowledge.findCountry('я у Варшаві на вокзалі')).toMatchObject({
      code: 'pl',
      zone: 'Europe/Warsaw',
      town: { name_uk: 'Варшава', lat: expect.closeTo(52.23, 1), lon: expect.closeTo(21.01, 1) },
    });
  });

  test('every country that has help has a zone', () => {
    for (const code of knowledge.countries()) expect(knowledge.country(code)?.zone).toMatch(/^\w+\/\w+/);
  });
});
