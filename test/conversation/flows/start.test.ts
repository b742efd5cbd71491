import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { village } from '../talk.ts';

const library = 'tysmenytsia-central';

describe('a chat opened from a library’s wall', () => {
  let home: Awaited<ReturnType<typeof village>>;
  beforeEach(async () => {
    home = await village();
  });
  afterEach(() => home.close());

  it('welcomes in the library’s name and remembers it, and no booking has begun', async () => {
    const oksana = home.person();
    const said = await oksana.opens(`lib-${library}`);
    expect(said).toContain('Вітаю! Я Вістка');
    expect(said).toContain('Ваша бібліотека: Тисменицька центральна бібліотека.');
    expect(said).toContain('[Я в небезпеці]');
    expect(oksana.session).toMatchObject({ library, at: null });
    expect(oksana.effects).toEqual([{ kind: 'profile', change: { library } }]);
    expect(oksana.taps).toBe(0);
  });

  it('is in the language of the person', async () => {
    expect(await home.person('Anna', {}, 'pl').opens(`lib-${library}`)).toContain('Dzień dobry!');
    expect(await home.person('Ann', {}, 'en').opens(`lib-${library}`)).toContain(
      'the bot of Tysmenytsia Central Library',
    );
  });

  it('changes the library of who had another, and tells so', async () => {
    const oksana = home.person('Оксана', { library: 'bar-public' });
    expect(await oksana.opens(`lib-${library}`)).toContain('Ваша бібліотека: Тисменицька');
    expect(oksana.session.library).toBe(library);
  });

  it('of no library is an ordinary welcome, and the remembered library stays', async () => {
    for (const payload of ['lib-no-such-library', 'lib-', 'lib', 'lib-__proto__', 'lib-constructor']) {
      const oksana = home.person('Оксана', { library });
      expect(await oksana.opens(payload)).toContain('Вітаю');
      expect(oksana.session.library).toBe(library);
      expect(oksana.effects).toEqual([]);
    }
  });
});

it('every library’s link fits what all platforms take', async () => {
  const { services, close } = await village();
  for (const { id } of services.directory.all()) expect(`lib-${id}`).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  await close();
});
