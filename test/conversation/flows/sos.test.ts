import { afterAll, describe, expect, it } from 'vitest';
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
