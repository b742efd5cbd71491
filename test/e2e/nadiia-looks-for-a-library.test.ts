import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors, ways } from './visitor.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const tysmenytsia = { lat: 48.9, lon: 24.85 };

describe.each(ways)('Nadiia comes by %s', (way) => {
  it('shares where she is, or types a place in any of its forms, and sees the three nearest', async () => {
    const nadiia = await doors.visitor(way);
    await nadiia.says('/library');
    await nadiia.hears(/Де ви або де ваші рідні|Напишіть назву/);
    await nadiia.shares(tysmenytsia);
    const near = await nadiia.hears(/Найближчі бібліотеки/);
    expect(near.text).toMatch(/Тисменицька центральна бібліотека\n.*\d км/);
    expect(near.text.match(/\d км/g)?.length).toBe(3);
    expect(near.text).toMatch(/зараз відчинено, до 18:00/i);
    for (const typed of ['з Тисмениці', 'Tysmenytsia', 'смт Тисмениця, Івано-Франківська обл.']) {
      await nadiia.presses('Інше місце');
      await nadiia.hears(/назву села чи міста/);
      await nadiia.says(typed);
      expect((await nadiia.hears(/Найближчі бібліотеки/)).text, typed).toContain('Тисменицька центральна бібліотека');
    }
  });

  it('opens one: address, hours today, phone or word that there is none, services, a pin, and can make it hers', async () => {
    const nadiia = await doors.visitor(way);
    await nadiia.says('/library');
    await nadiia.presses('Обрати за областю');
    await nadiia.hears(/Оберіть область/);
    await nadiia.presses('Івано-Франківська');
    await nadiia.hears(/Оберіть бібліотеку/);
    await nadiia.presses('Тисменицька центральна бібліотека');
    const card = await nadiia.hears(/Тисменицька центральна бібліотека/);
    expect(card.text).toMatch(/Зараз відчинено, до 18:00/);
    expect(card.text).toMatch(/\+380|Номера телефону я не знаю/);
    expect(card.text).toContain('Перевірено');
    expect(card.text).toContain('показовий режим');
    const pin = await nadiia.seesPin();
    expect(pin.lat).toBeCloseTo(48.9, 1);
    expect(pin.lon).toBeCloseTo(24.85, 1);
    await nadiia.presses('Це моя бібліотека');
    await nadiia.hears(/ваша бібліотека – Тисменицька/);
    await nadiia.says('/librarian');
    await nadiia.hears(/Тисменицька центральна бібліотека\. Бібліотекаря можна спитати/);
  });

  it('is asked which one where several places bear the name', async () => {
    const nadiia = await doors.visitor(way);
    await nadiia.says('/library');
    await nadiia.hears();
    await nadiia.says('Михайлівка');
    await nadiia.hears(/Таких місць кілька/);
    await nadiia.presses(/^Михайлівка, Запорізька/);
    await nadiia.hears(/Найближчі бібліотеки/);
  });

  it('finds whom to call by country and need', async () => {
    const nadiia = await doors.visitor(way);
    await nadiia.says('/resources');
    await nadiia.hears(/У якій ви країні/);
    await nadiia.presses('Польща');
    await nadiia.hears(/Польща\. Про що йдеться/);
    await nadiia.presses('На роботі');
    const seen = await nadiia.hears(/\+48[\d ]+/);
    expect(seen.text).toMatch(/Перевірено \d\d\.\d\d\.\d{4}/);
    if (way === 'the web chat') expect(seen.links.some((link) => link.startsWith('tel:'))).toBe(true);
    await nadiia.presses('Інша тема');
    await nadiia.presses('Інша країна');
    await nadiia.hears(/У якій ви країні/);
    await nadiia.presses('Чехія');
    await nadiia.presses('Усі номери');
    await nadiia.hears(/\+420[\d ]+/);
  });
});
