import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Deed } from '../../src/conversation/event.ts';
import { flows } from '../../src/conversation/flows/index.ts';
import { languages } from '../../src/texts.ts';
import { village } from './talk.ts';

const home = await village();
afterAll(() => home.close());

describe('a turn', () => {
  it('welcomes in one message: who I am, free, no name, four choices, danger, the other languages', async () => {
    const newcomer = home.person();
    const welcome = await newcomer.opens();
    expect(newcomer.replies).toHaveLength(1);
    for (const words of [
      'Вістка',
      'безкоштовно',
      'Називати себе не треба',
      '[Запитати]',
      '[Куди звернутися]',
      '[Найближча бібліотека]',
      '[Записатися на консультацію]',
      '[Я в небезпеці]',
      '[English]',
      '[Polski]',
      '[Русский]',
    ]) {
      expect(welcome).toContain(words);
    }
    const named = await village({ libraryName: 'Тисменицька *бібліотека*' });
    expect((await named.person().opens()).split('\n')[0]).toContain('Тисменицька');
    await named.close();
  });

  it.each([
    ['pl', 'Dzień dobry'],
    ['pl-PL', 'Dzień dobry'],
    ['en', 'Hello'],
    ['en-GB', 'Hello'],
    ['ru', 'Вітаю'],
    ['uk', 'Вітаю'],
    ['de', 'Вітаю'],
    [undefined, 'Вітаю'],
  ])('begins in the language that a platform set to %s suggests', async (hint, greeting) => {
    expect(await home.person('X', {}, hint).opens()).toContain(greeting);
  });

  it.each([
    ['мне уже два месяца не выплачивают зарплату', 'ru', 'Не платят'],
    ['szef nie płaci mi już od dwóch miesięcy', 'pl', ''],
    ['my boss does not pay me for two months', 'en', ''],
    ['мені вже два місяці не платять', 'uk', ''],
  ])('answers first words in their own language, and keeps it: %s', async (text, language) => {
    const person = home.person();
    await person.opens();
    await person.says(text);
    expect(person.session.language).toBe(language);
    expect(person.effects).toContainEqual(expect.objectContaining({ kind: 'profile' }));
  });

  it('lets only words or a tap change a chosen language', async () => {
    const person = home.person('X', { language: 'pl' }, 'en');
    await person.says('мне не платят зарплату');
    expect(person.session.language).toBe('pl');
    await person.says('українською');
    expect(person.session.language).toBe('uk');
    await person.says('/menu');
    await person.sends('language:ru');
    expect(person.session.language).toBe('ru');
  });

  it.each([
    ['book-tysmenytsia-central', 'Тисменицька центральна бібліотека'],
    ['a-keep-in-touch', 'дзвін'],
    ['book-no-such-library', 'Вітаю'],
    ['a-no-such-article', 'Вітаю'],
    ['staff-123', 'такий код не діє'],
    ['join-ACEHKMPT', 'такий код не діє'],
    ['something-else', 'Вітаю'],
  ])('lands where the link %s says, or is welcomed', async (payload, words) => {
    expect((await home.person().opens(payload)).toLowerCase()).toContain(words.toLowerCase());
  });

  it('warns once when there are too many messages, then is silent, and answers danger all the same', async () => {
    let left = 2;
    let warned = false;
    const strict = await village({
      allow: async () => {
        if (left-- > 0) return { ok: true };
        const first = !warned;
        warned = true;
        return { ok: false, first };
      },
    });
    const person = strict.person('X', { country: 'pl' });
    await person.says('/menu');
    await person.says('/menu');
    expect(await person.says('/menu')).toContain('Не встигаю');
    expect(await person.says('/menu')).toBe('');
    expect((await person.says('мене б’ють і не випускають')).split('\n')[0]).toContain('112');
    await strict.close();
  });

  it.each(['voice', 'sticker', 'picture', 'file', 'other'] as const)(
    'asks kindly for words instead of a %s, and keeps the step',
    async (what) => {
      const person = home.person('X', { library: 'bar-public' });
      await person.sends('book');
      await person.presses(/^book:at:/);
      const answer = await person.does({ kind: 'unreadable', what });
      expect(answer).toContain('не вмію');
      expect(answer).toContain('Як поговорити?');
    },
  );

  it('gives a phone number back that nobody asked for', async () => {
    const person = home.person();
    expect(await person.does({ kind: 'contact', phone: '+380671234567', name: 'X' })).toContain('не зберігаю');
    expect(JSON.stringify(person.session)).not.toContain('671234567');
  });

  it('takes an old, a foreign or a forged button to something that can be used', async () => {
    const person = home.person();
    for (const action of [
      '',
      'x',
      'book:at:999',
      'book:yes',
      'book:how:fly',
      'ask:a:',
      'ask:c:unpaid-wages:zz',
      'library:near:a:b',
      'library:i:zz',
      'resources:t:none:9',
      'mybookings:to:1:2',
      'sos:in:zz:nothing',
      'country:zz',
      'language:zz',
      'constructor',
      '__proto__:x',
      'ask:t:toString:0',
    ]) {
      expect(await person.sends(action)).not.toBe('');
      expect(person.buttons().length).toBeGreaterThan(0);
    }
  });

  it('leaves nobody without a way on: from every step, every kind of event ends in a message with a button', async () => {
    const actions = fc.constantFrom(
      'ask',
      'sos',
      'resources',
      'library',
      'book',
      'mybookings',
      'subscribe',
      'dates',
      'language',
      'country',
      'librarian',
      'privacy',
      'forget',
      'export',
      'menu',
      'start',
      'book:lib:bar-public',
      'library:o',
      'resources:c:pl',
      'ask:t:at-work:0',
    );
    const deed: fc.Arbitrary<Deed | 'tap'> = fc.oneof(
      { weight: 4, arbitrary: fc.constant('tap' as const) },
      actions.map((action) => ({ kind: 'choice', action }) as const),
      fc
        .constantFrom(
          'не платять',
          'Львів',
          '067 1234567',
          'ok',
          '12',
          'english',
          'погода',
          '/menu',
          'завтра',
          'стоп',
          '🙂',
          'мене звати Іра',
        )
        .map((text) => ({ kind: 'text', text }) as const),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map((text) => ({ kind: 'text', text }) as const),
      fc.record({
        kind: fc.constant('place' as const),
        lat: fc.double({ min: -90, max: 90, noNaN: true }),
        lon: fc.double({ min: -180, max: 180, noNaN: true }),
      }),
      fc.constant({ kind: 'contact', phone: '+380671234567' } as const),
      fc
        .constantFrom('voice', 'sticker', 'picture', 'file', 'other')
        .map((what) => ({ kind: 'unreadable', what }) as const),
      fc
        .constantFrom(undefined, 'book-bar-public', 'a-pension')
        .map((payload) => ({ kind: 'started', ...(payload ? { payload } : {}) }) as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(deed, fc.nat(30)), { maxLength: 12 }),
        fc.constantFrom(...languages),
        async (deeds, language) => {
          const person = home.person('Ім’я', { language });
          await person.opens();
          for (const [what, which] of deeds) {
            const buttons = person.buttons().filter((button) => 'action' in button);
            const button = buttons[which % Math.max(1, buttons.length)];
            if (what === 'tap') {
              if (button && 'action' in button) await person.sends(button.action);
            } else await person.does(what);
            const told = person.effects.some((effect) => effect.kind === 'forget');
            if (!told) expect(person.replies.some((reply) => (reply.rows ?? []).flat().length > 0)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  it('takes no command for a call for help, in any language', async () => {
    const { words } = home.services;
    for (const language of languages) {
      for (const command of ['thisLanguage', 'menu', 'export', 'language', 'librarian', 'close', 'mybookings']) {
        for (const word of words(language, `commands:${command}`)) {
          const told = await home.person('X', { language, country: 'pl' }).says(word);
          expect(told.split('\n')[0], word).not.toMatch(/^\*\*\[112\]/);
        }
      }
    }
  });

  it('has a flow for every word that a button can begin with', () => {
    expect(new Set(flows.map((flow) => flow.word)).size).toBe(flows.length);
  });
});
