import { afterAll, describe, expect, it } from 'vitest';
import { village } from '../talk.ts';

const home = await village();
afterAll(() => home.close());

describe('privacy', () => {
  it.each(['uk', 'en', 'pl', 'ru'] as const)('says what is kept and for how long (%s)', async (language) => {
    const person = home.person('X', { language });
    const told = await person.sends('privacy');
    expect(told).toContain('72');
    expect(told).toContain('30');
    expect(person.buttons()).toHaveLength(3);
  });

  it('hands over everything as a readable file', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl', library: 'bar-public' });
    await oksana.sends('book');
    await oksana.presses(/^book:at:/);
    await oksana.presses('book:how:phone');
    await oksana.does({ kind: 'contact', phone: '+48501234567', name: 'Оксанка' });
    await oksana.presses('book:yes');
    await oksana.says('/export');
    const file = oksana.replies[0]?.document?.content ?? '';
    for (const words of ['Українська', 'Польща', 'Барська', 'telegram', '1 запис', 'Оксанка', '+48501234567'])
      expect(file).toContain(words);
  });

  it('asks before it forgets, and then forgets', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    expect(await oksana.says('забути мене')).toContain('Видалити все про вас?');
    expect(oksana.effects).toEqual([]);
    expect(await oksana.presses('Так, забути все')).toContain('я вас більше не знаю');
    expect(oksana.effects).toEqual([{ kind: 'forget' }]);
  });
});
