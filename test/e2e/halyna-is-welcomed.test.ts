import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors, ways } from './visitor.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const mainButtons = [
  'Запитати',
  'Куди звернутися',
  'Найближча бібліотека',
  'Записатися на консультацію',
  'Я в небезпеці',
  'English',
  'Polski',
  'Русский',
];

describe.each(ways)('Halyna, 68, comes by %s', (way) => {
  it('is told who speaks, that it is free and asks no name, and sees four choices, danger and the languages', async () => {
    const halyna = await doors.visitor(way, { name: 'Галина' });
    await halyna.starts();
    const welcome = await halyna.hears();
    expect(welcome.text).toMatch(/^Вітаю! Я Вістка/);
    expect(welcome.text).toContain('безкоштовно');
    expect(welcome.text).toContain('Називати себе не треба');
    expect(welcome.buttons).toEqual(mainButtons);
    await halyna.says('/menu');
    await halyna.hears(/Чим допомогти/);
    expect(halyna.said().length).toBe(2);
  });

  it('is greeted in Ukrainian on a phone set to Russian, in Polish on a Polish one, and changes the language by a tap', async () => {
    const russian = await doors.visitor(way, { language: 'ru' });
    await russian.starts();
    expect((await russian.hears()).text).toContain('Вітаю!');
    const pole = await doors.visitor(way, { language: 'pl' });
    await pole.starts();
    const welcome = await pole.hears();
    expect(welcome.text).not.toContain('Вітаю');
    expect(welcome.buttons).toContain('Українська');
    await pole.presses('Українська');
    expect((await pole.hears()).text).toContain('Тепер говоримо українською');
    await pole.says('по-русски');
    await pole.hears(/по-русски|русск/i);
    await pole.says('English');
    await pole.hears(/English/);
    await pole.says('/menu');
    expect((await pole.hears()).buttons).toContain('Ask');
  });

  it('is answered in the language of the first words, and keeps it', async () => {
    const visitor = await doors.visitor(way, { language: 'de' });
    await visitor.says('My employer has not paid my wages for two months, what can I do?');
    const answer = await visitor.hears();
    expect(answer.text).toMatch(/[a-z]{4}/i);
    expect(answer.text).not.toMatch(/[а-яі]{4}/i);
    await visitor.says('/menu');
    expect((await visitor.hears(/^How can I help/)).buttons).toContain('Ask');
  });
});
