import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors, ways } from './visitor.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

describe.each(ways)('Lesia follows a link by %s', (way) => {
  it('to a library’s consultations, and lands at its free times', async () => {
    const lesia = await doors.visitor(way, { name: 'Леся' });
    await lesia.starts('book-tysmenytsia-central');
    const times = await lesia.hears();
    expect(times.text).toContain('Тисменицька центральна бібліотека');
    await lesia.presses(/\d\d:\d\d/);
    await lesia.presses('У бібліотеці');
    await lesia.hears(/Як до вас звертатися/);
  });

  it('on her library’s wall, is welcomed in its name, and it is hers from then on', async () => {
    const lesia = await doors.visitor(way, { name: 'Леся' });
    await lesia.starts('lib-tysmenytsia-central');
    expect((await lesia.hears(/Вітаю/)).text).toContain('Ваша бібліотека: Тисменицька центральна бібліотека');
    await lesia.says('/librarian');
    await lesia.hears(/Тисменицька центральна бібліотека/);
  });

  it('to an article whose answer differs by country, and is asked for hers', async () => {
    const lesia = await doors.visitor(way);
    await lesia.starts('a-unpaid-wages');
    expect((await lesia.hears()).text).toContain('Не платять зарплату');
    await lesia.presses('Польща');
    await lesia.hears(/Перевірено/);
  });

  it('to an article of many screens, and gets the whole of it with its buttons', async () => {
    const lesia = await doors.visitor(way);
    await lesia.starts('a-forced-labour');
    const last = await lesia.hears(/Перевірено \d\d\.\d\d/);
    expect(lesia.said()[0]?.text).toMatch(/^112/);
    expect(last.buttons).toContain('Допомогло');
    await lesia.presses('Меню');
    await lesia.hears(/Чим допомогти/);
  });

  it('that leads nowhere, and is welcomed', async () => {
    const lesia = await doors.visitor(way);
    await lesia.starts('a-no-such-article');
    expect((await lesia.hears()).text).toContain('Вітаю');
    await lesia.starts('book-no-such-library');
    expect((await lesia.hears()).text).toContain('Вітаю');
  });
});
