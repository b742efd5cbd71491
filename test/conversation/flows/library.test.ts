import { afterAll, describe, expect, it } from 'vitest';
import { village, website } from '../talk.ts';

const home = await village();
afterAll(() => home.close());

describe('the library next door', () => {
  it('is found from a shared place, with distance, hours today in both clocks, and what is made up said so', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    expect(await oksana.sends('library')).toContain('Показати, де я');
    expect(oksana.replies[0]?.ask).toEqual({ what: 'place', label: 'Показати, де я' });
    const near = await oksana.shares(49.0772, 27.6826);
    expect(near).toContain('Барська бібліотека');
    expect(near).toMatch(/Зараз відчинено, до \d\d:\d\d \(у вас \d\d:\d\d\)/);
    expect(near).toContain('км');
    expect(near).toContain('показовий режим');
    const card = await oksana.presses(/^library:i:bar-public/);
    expect(card).toContain('[Записатися сюди]');
    expect(oksana.replies[0]?.pin?.title).toContain('Барська');
  });

  it.each(['Тисмениця', 'тисмениця', 'я з Тисмениці', 'Tysmenytsia', 'Тысменица', 'живу у тисмениці'])(
    'is found from a place as it is typed: %s',
    async (text) => {
      const oksana = home.person('Оксана', { language: 'uk' });
      await oksana.sends('library');
      expect(await oksana.says(text)).toContain('Тисменицька центральна бібліотека');
    },
  );

  it('asks which oblast when the name stands in several', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('library');
    expect(await oksana.says('Олександрівка')).toContain('Котре ваше?');
    expect(await oksana.presses(/Кіровоградська обл\./)).toContain('Олександрівк');
  });

  it('says so when the place is not known, and offers the list', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('library');
    expect(await oksana.says('Ццццвв')).toContain('Такого місця я не знаю');
    await oksana.presses('Обрати за областю');
    await oksana.presses('Львівська');
    expect(await oksana.presses(/Трускавецька/)).toContain('Записатися сюди через бота поки що не можна');
  });

  it('answers a question that comes instead of a place', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    await oksana.sends('library');
    expect(await oksana.says('шеф не платить зарплату вже два місяці')).toContain('Не платять зарплату');
  });

  it('shows no hours that nobody has seen', async () => {
    const plain = await village({ channel: () => website });
    const card = await plain.person('X', { language: 'uk' }).sends('library:i:truskavets-central');
    expect(card).toContain('Годин роботи я не знаю');
    expect(card).not.toMatch(/\d\d:\d\d/);
    await plain.close();
  });

  it('is remembered as mine, and its librarian can be reached', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    expect(await oksana.sends('librarian')).toContain('З якою бібліотекою');
    await oksana.sends('library:mine:tysmenytsia-central');
    expect(oksana.session.library).toBe('tysmenytsia-central');
    expect(await oksana.sends('librarian')).toContain('Тисменицька центральна бібліотека');
  });
});
