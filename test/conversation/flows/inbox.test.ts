import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { village } from '../talk.ts';

const bar = 'bar-public';

describe('a librarian’s letters', () => {
  let home: Awaited<ReturnType<typeof village>>;
  beforeEach(async () => {
    home = await village();
  });
  afterEach(() => home.close());

  async function asks(text: string, about = {}) {
    const person = home.person('Хтось', { library: bar, ...about });
    await person.sends('librarian:write');
    await person.says(text);
    return person;
  }

  it('are for librarians: anybody else is told kindly, whatever they press', async () => {
    await home.staff('librarian', bar);
    await asks('Таємниця');
    const others = [home.person(), await home.staff('consultant', bar), await home.staff('editor', null)];
    for (const other of [...others, await home.staff('librarian', 'tysmenytsia-central')]) {
      for (const action of [
        'inbox',
        'inbox:open:1',
        'inbox:take:1',
        'inbox:close:1',
        'inbox:block:1',
        'inbox:blocked:1',
        'inbox:to:1:1',
        'inbox:again:1',
        'inbox:unblock:1',
      ]) {
        expect(await other.sends(action)).not.toContain('Таємниця');
        expect(other.session.at).toBeNull();
      }
    }
    expect(await home.person().says('/inbox')).toContain('Це для працівників бібліотек');
  });

  it('are listed with number, language, country, the library’s hours, and the beginning of the text', async () => {
    const maria = await home.staff('librarian', bar);
    expect(await maria.says('/inbox')).toContain('Листів, що чекають, немає');
    await asks('Перше питання', { country: 'pl', language: 'uk' });
    await asks(`Друге ${'дуже '.repeat(40)}довге`, { language: 'ru' });
    const said = await maria.says('/inbox');
    expect(said).toContain('2 листи');
    expect(said).toContain('№ 1 чекає.** Українська · Польща');
    expect(said).toContain('№ 2 чекає.** Русский · країна невідома');
    expect(said).toMatch(/Перше питання/);
    expect(said).not.toContain('довге');
    expect(said).toMatch(/зараз відчинено, до/);
    expect(said).not.toContain('Хтось');
  });

  it('are opened, answered, closed and opened again from the chat', async () => {
    const maria = await home.staff('librarian', bar);
    const he = await asks('Чи працюєте в суботу?');
    await maria.says('/inbox');
    expect(await maria.presses('№ 1')).toContain('Чи працюєте в суботу?');
    await maria.presses('Відповісти');
    await maria.says('Так, до 15:00');
    expect(await maria.presses('Завершити')).toContain('Розмову № 1 завершено');
    expect(maria.session.at).toBeNull();
    const told = await home.news(he);
    expect(told).toContain('до 15:00');
    expect(told).toContain('Бібліотекар завершив розмову № 1');
    await he.presses('Написати ще');
    await he.says('А в неділю?');
    expect(await home.news(maria)).toContain('А в неділю?');
    await maria.sends('inbox:close:1');
    await maria.sends('inbox:open:1');
    expect(await maria.presses('Відкрити знову')).toContain('пишіть відповідь');
  });

  it('go on from one librarian to another by a tap', async () => {
    const [maria, iryna] = [await home.staff('librarian', bar, 'Марія'), await home.staff('librarian', bar, 'Ірина')];
    await asks('Потрібна порада');
    await home.news(iryna);
    await maria.sends('inbox:take:1');
    expect(await iryna.sends('inbox:take:1')).toContain('веде колега');
    await maria.presses('Передати');
    expect(await maria.presses(/Ірина/)).toContain('передано');
    const news = await home.news(iryna);
    expect(news).toContain('Вам передали розмову № 1');
    expect(news).toContain('Потрібна порада');
    await iryna.presses('Відповісти');
    expect(await iryna.says('Вітаю')).toContain('Надіслано');
    // Who has handed it over can take it back, but not write into it by accident.
    expect(await maria.sends('inbox:take:1:anyway')).toContain('пишіть відповідь');
    expect(await iryna.says('Ще одне')).toContain('веде колега');
  });

  it('are not said to somebody whose role has ended meanwhile, and their next word goes nowhere', async () => {
    const admin = await home.staff('admin', null);
    const maria = await home.staff('librarian', bar);
    await asks('Таємниця');
    await home.news(maria);
    await maria.sends('inbox:take:1');
    await asks('Друга таємниця');
    const [member] = await home.services.team.of(maria.person);
    await admin.sends(`team:gone:${member?.no}`);
    expect(await home.news(maria)).toBe('');
    expect(await maria.says('Відповідь')).toContain('Це для працівників бібліотек');
    expect(maria.session.at).toBeNull();
  });

  it('that were deleted at the person’s request say so', async () => {
    const maria = await home.staff('librarian', bar);
    const he = await asks('Таємниця');
    await maria.sends('inbox:take:1');
    await home.services.questions.forget(he.person);
    expect(await home.news(maria)).toContain('Розмову № 1 видалено на прохання людини');
    expect(await maria.says('Ви тут?')).toContain('видалено на прохання людини');
    expect(await maria.sends('inbox:open:1')).toContain('видалено на прохання людини');
  });

  it('words of danger that a librarian writes go to the person, and the numbers to her', async () => {
    const maria = await home.staff('librarian', bar);
    const he = await asks('Чоловік кричить на мене');
    await home.news(maria);
    await maria.sends('inbox:take:1');
    const said = await maria.says('він мене б’є і не випускає з дому, забрав паспорт – так буває?');
    expect(said.split('\n')[0]).toMatch(/112|102/);
    expect(await home.news(he)).toContain('так буває');
  });
});
