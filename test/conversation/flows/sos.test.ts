import { afterAll, describe, expect, it } from 'vitest';
import { dangerClasses } from '../../../src/knowledge/schema.ts';
import { village } from '../talk.ts';

const home = await village();
afterAll(() => home.close());

describe('danger', () => {
  it.each([
    ['uk', 'забрали паспорт і не випускають з будинку'],
    ['ru', 'у меня забрали паспорт и не выпускают'],
    ['en', 'they took my passport and locked me in'],
    ['pl', 'zabrali mi paszport i nie wypuszczają'],
  ] as const)('is one message whose first line is the number to call (%s)', async (language, text) => {
    const person = home.person('X', { language, country: 'pl' });
    const answer = await person.says(text);
    expect(person.replies).toHaveLength(1);
    expect(answer.split('\n')[0]).toMatch(/^\*\*\[112\]\(tel:112\)\*\*/);
    expect(answer).toMatch(/tel:\+48|tel:116/);
    expect(answer).toMatch(/tel:\+380/);
    expect(person.replies[0]?.text.replace(/\]\([^)]*\)/g, ']').length).toBeLessThan(900);
  });

  it('gives 112 and the Ukrainian lines when the country is not known, and asks for it by buttons', async () => {
    const person = home.person('X', { language: 'uk' });
    const answer = await person.says('мене б’ють рятуйте');
    expect(answer.split('\n')[0]).toContain('112');
    expect(answer).toContain('[Польща]');
    const there = await person.presses('Італія');
    expect(there).toContain('1522');
    expect(person.session.country).toBe('it');
  });

  it('offers the eight most usual countries at first, and all others behind one button', async () => {
    const person = home.person('X', { language: 'uk' });
    await person.says('мене б’ють рятуйте');
    const countries = () => person.buttons().filter((button) => 'action' in button && /^sos:in:/.test(button.action));
    expect(countries()).toHaveLength(8);
    const usual = countries().map((button) => button.label);
    expect(usual).toContain('Польща');
    await person.presses('Інша країна');
    expect(person.replies[0]?.text).toMatch(/^\*\*\[112\]/);
    const others = countries().map((button) => button.label);
    expect(others.filter((label) => usual.includes(label))).toEqual([]);
    expect(others).toEqual(expect.arrayContaining(['Угорщина', 'Ірландія']));
    await person.presses('Назад до списку');
    await person.presses('Інша країна');
    expect((await person.presses('Ірландія')).split('\n')[0]).toContain('[112](tel:112)');
  });

  it('gives every number once in its line, with its languages, in every country and class', async () => {
    for (const country of ['ua', ...home.services.knowledge.countries()]) {
      for (const dangerClass of dangerClasses) {
        const person = home.person('X', { language: 'uk', country });
        await person.sends(`sos:${dangerClass}`);
        for (const line of (person.replies[0]?.text ?? '').split('\n')) {
          const number = /^\[([^\]]+)\]\(tel:/.exec(line)?.[1];
          if (number) expect(line.indexOf(`: ${number}:`), `${country} ${dangerClass}: ${line}`).toBe(-1);
          if (number) expect(line, `${country} ${dangerClass}`).not.toMatch(/: [\d\s-]+:/);
        }
      }
    }
  });

  it('says of a line that it was not checked for long, and shows it all the same', async () => {
    const later = await village({}, Date.UTC(2029, 0, 10, 9, 0));
    const answer = await later.person('X', { language: 'uk', country: 'pl' }).sends('sos:trafficking');
    expect(answer).toMatch(/tel:\+48[^\n]*номер давно не перевіряли/);
    await later.close();
  });

  it('hears of every number shown that it does not work', async () => {
    const person = home.person('X', { language: 'uk', country: 'pl' });
    await person.sends('sos:trafficking');
    const numbers = [...(person.replies[0]?.text ?? '').matchAll(/^\[([^\]]+)\]\(tel:/gm)].map((found) => found[1]);
    expect(numbers.length).toBeGreaterThan(2);
    await person.presses('Номер не працює');
    const offered = person.buttons().map((button) => button.label);
    expect(offered).toEqual(expect.arrayContaining(numbers));
    await person.presses(numbers.at(-1) ?? '');
    expect(person.effects).toEqual([{ kind: 'count', name: 'wrong-number', key: expect.stringMatching(/^ua-/) }]);
    expect(await person.presses('Я в небезпеці')).toContain('tel:');
  });

  it('is reached from anywhere by a word or the button, in Britain with 999', async () => {
    const person = home.person('X', { language: 'uk', country: 'gb', library: 'bar-public' });
    await person.sends('book');
    expect((await person.says('/sos')).split('\n')[0]).toContain('999');
    expect((await person.sends('sos')).split('\n')[0]).toContain('999');
    expect(person.session.at?.flow).toBe('book');
  });

  it('tells how to hide the talk, and what else to do, only when asked', async () => {
    const person = home.person('X', { language: 'uk', country: 'pl' });
    const answer = await person.says('мене примушують працювати і погрожують');
    expect(answer).not.toContain('Як сховати');
    expect(await person.presses('Хтось може заглянути у мій телефон')).toContain('Як сховати');
    expect(await person.presses('Що ще робити')).toContain('112');
  });

  it('counts it without a word of the person', async () => {
    const person = home.person('X', { language: 'uk', country: 'pl' });
    await person.says('хочу померти не бачу сенсу жити');
    expect(person.effects).toEqual([{ kind: 'count', name: 'danger', key: 'suicide' }]);
  });

  it.each(['я вмираю від сміху', 'шеф вбиває мене цим графіком', 'убила б за чашку кави'])(
    'leaves a figure of speech alone: %s',
    async (text) => {
      const person = home.person('X', { language: 'uk', country: 'pl' });
      expect((await person.says(text)).split('\n')[0]).not.toMatch(/^\*\*\[112\]/);
    },
  );
});
