import { afterAll, describe, expect, it } from 'vitest';
import { topics } from '../../../src/knowledge/schema.ts';
import { said, village } from '../talk.ts';

const home = await village();
afterAll(() => home.close());

describe('asking', () => {
  it('asks for the country once, answers with its part, numbers, source and date, and remembers it', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    expect(await oksana.says('шеф уже два місяці не платить зарплату')).toContain('Де ви працюєте чи живете?');
    const answer = await oksana.presses('Польща');
    for (const words of [
      'Вам мають заплатити',
      'Польща.',
      'PIP',
      '1. ',
      'Будьте обережні',
      'Хто допоможе',
      'tel:+48',
      'Джерело:',
      'Перевірено 24.11.2026',
      'Я бот, а не юрист',
      '[Допомогло] [Не те]',
      '[Поговорити з бібліотекарем]',
      '[Записатися на консультацію]',
    ]) {
      expect(answer).toContain(words);
    }
    expect(oksana.session.country).toBe('pl');
    expect(await oksana.says('мене звільнили що робити')).toContain('Польща.');
  });

  it('takes the country from the question itself', async () => {
    const petro = home.person('Петро', { language: 'uk' });
    const answer = await petro.says('на будові в чехії не платять зарплату');
    expect(answer).toContain('Чехія.');
    expect(petro.session.country).toBe('cz');
  });

  it('puts each screenful into a message that fits a small screen', async () => {
    for (const language of ['uk', 'en', 'pl', 'ru'] as const) {
      for (const id of home.services.knowledge.articlesOf('at-work').map((article) => article.id)) {
        const person = home.person('X', { language, country: 'pl' });
        await person.sends(`ask:a:${id}`);
        for (const reply of person.replies)
          expect(reply.text.replace(/\]\([^)]*\)/g, ']').length).toBeLessThanOrEqual(1100);
      }
    }
  });

  it('is browsed by topic', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('ask');
    expect(await oksana.presses('На роботі')).toContain('[Не платять зарплату]');
    expect(await oksana.presses('Не платять зарплату')).toContain('Де ви працюєте');
  });

  it('says honestly that it does not know, and offers a person, topics and the menu', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    const answer = await oksana.says('який рецепт борщу з пампушками');
    expect(answer).toContain('немає перевіреної відповіді');
    expect(answer).toContain('[Поговорити з бібліотекарем]');
    expect(answer).toContain('[Меню]');
    expect(oksana.effects).toContainEqual({ kind: 'count', name: 'not-found', key: 'uk' });
  });

  it('keeps what it could not answer for libraries to learn from, without what is personal, and never words of danger', async () => {
    const kept = async (text: string) => {
      const oksana = home.person('Оксана', { language: 'uk' });
      await oksana.says(text);
      return oksana.effects.filter((effect) => effect.kind === 'unanswered');
    };
    expect(await kept('де Хвостовенко Зореслава бере рецепт борщу, тел 0671234567')).toMatchObject([
      { text: 'де … бере рецепт борщу, тел …', language: 'uk' },
    ]);
    expect(await kept('шеф уже два місяці не платить зарплату')).toEqual([]);
    expect(await kept('не хочу більше жити')).toEqual([]);
    expect(await kept('зореслава хвостовенко')).toEqual([]);
  });

  it('takes a bare place name as the wish for a library', async () => {
    expect(await home.person('Оксана', { language: 'uk' }).says('Тисмениця')).toContain('Найближчі бібліотеки');
  });

  it('hears whether it helped', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    await oksana.sends('ask:a:unpaid-wages');
    await oksana.presses('Не те');
    expect(oksana.effects).toEqual([{ kind: 'count', name: 'not-helped', key: 'unpaid-wages' }]);
    expect(oksana.buttons().some((button) => button.label === 'Поговорити з бібліотекарем')).toBe(true);
    await oksana.presses('Допомогло');
    expect(oksana.effects).toEqual([{ kind: 'count', name: 'helped', key: 'unpaid-wages' }]);
  });

  it('says that it is time to check again when the date has passed, and shows it all the same', async () => {
    const later = await village({}, Date.UTC(2029, 0, 10, 9, 0));
    const oksana = later.person('Оксана', { language: 'uk', country: 'pl' });
    const answer = await oksana.sends('ask:a:unpaid-wages');
    expect(answer).toContain('час перевірити знову');
    expect(answer).toContain('Вам мають заплатити');
    expect(answer).toMatch(/tel:[^)]*\).*номер давно не перевіряли/);
    expect(await oksana.presses('Усі номери')).toContain('Ці дані час перевірити знову');
    await later.close();
  });

  it('shows all numbers of an answer with hours, languages and cost', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    await oksana.sends('ask:a:unpaid-wages');
    const numbers = await oksana.presses('Усі номери');
    expect(numbers).toMatch(/tel:\+48/);
    expect(numbers).toContain('Перевірено');
    expect(numbers).toMatch(/зараз відповідають|цілодобово|відповідатимуть|сьогодні з/i);
  });

  it('lets any of the numbers shown be told as wrong, counts which, and offers other help', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    await oksana.sends('ask:r:unpaid-wages');
    const shown = [...said(oksana.replies).matchAll(/\[([^\]]+)\]\(tel:/g)].map((found) => found[1]);
    expect(await oksana.presses('Номер не працює')).toContain('Який номер не працює?');
    expect(
      oksana
        .buttons()
        .slice(0, -1)
        .map((button) => button.label),
    ).toEqual(shown);
    const counted = new Set<string>();
    for (const number of shown) {
      await oksana.presses('Номер не працює');
      expect(await oksana.presses(number ?? '')).toContain('треба перевірити');
      const [effect] = oksana.effects;
      if (effect?.kind !== 'count' || effect.name !== 'wrong-number') throw new Error('not counted');
      counted.add(effect.key);
    }
    const article = home.services.knowledge.article('unpaid-wages');
    const resources = article ? home.services.knowledge.resourcesFor(article, 'pl').slice(0, 5) : [];
    expect([...counted]).toEqual(resources.filter(({ phones }) => phones.length > 0).map(({ id }) => id));
    expect(oksana.buttons().map((button) => button.label)).toContain('Поговорити з бібліотекарем');
  });

  it('ends every answer on law or danger with a number to tap, in every country and where none is known', async () => {
    const { knowledge } = home.services;
    for (const article of topics.flatMap((topic) => knowledge.articlesOf(topic))) {
      if (!article.law && !article.danger) continue;
      for (const country of [...knowledge.countries(), 'ua', '-']) {
        const answer = await home.person('X', { language: 'uk' }).sends(`ask:c:${article.id}:${country}`);
        expect(answer, `${article.id} in ${country}`).toMatch(/\]\(tel:/);
      }
    }
  });

  it('names who checked the text as a lawyer, beside the source, in every language', async () => {
    const signed = await village({ signOff: () => ({ by: 'Ганна [Право]', on: '2026-11-20' }) });
    for (const [language, words] of [
      ['uk', 'Юридична перевірка тексту: '],
      ['en', 'Text checked by a lawyer: '],
      ['pl', 'Tekst sprawdzony pod względem prawnym: '],
      ['ru', 'Юридическая проверка текста: '],
    ] as const) {
      const answer = await signed.person('X', { language, country: 'pl' }).sends('ask:a:unpaid-wages');
      expect(answer).toContain(`${words}${signed.services.plain('Ганна [Право]')}, 20.11.2026.`);
    }
    await signed.close();
    expect(await home.person('X', { language: 'uk', country: 'pl' }).sends('ask:a:unpaid-wages')).not.toContain(
      'Юридична перевірка',
    );
  });

  it('asks for the sign-off of the text that is shown: the Ukrainian one where there is no other', async () => {
    const asked: string[] = [];
    const { knowledge } = home.services;
    const only = knowledge.article('unpaid-wages');
    if (!only) throw new Error('no article');
    const ukrainian = { ...only, texts: { uk: only.texts.uk } };
    const signed = await village({
      knowledge: { ...knowledge, article: () => ukrainian },
      signOff: (_article, language) => {
        asked.push(language);
        return null;
      },
    });
    await signed.person('X', { language: 'en', country: 'pl' }).sends('ask:a:unpaid-wages');
    expect(asked).toEqual(['uk']);
    await signed.close();
  });
});
