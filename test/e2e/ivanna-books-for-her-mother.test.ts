import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors, ways } from './visitor.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const summary = /(\p{L}+, \d+ \p{L}+), о (\d\d:\d\d) за київським часом \(у вас (\d\d:\d\d)\)/u;
/** A library of its own for each way, so that nobody takes another's hours. */
const towns = {
  'Telegram by polling': 'Тисмениця',
  'Telegram by webhook': 'Тисмениця',
  Viber: 'Вознесенськ',
  'the web chat': 'Кам’янське',
} as const;

describe.each(ways)('Ivanna, in Poland, books by %s', (way) => {
  it('in person, in six taps from the menu, is shown both clocks, opens the calendar file, moves it and cancels it', async () => {
    const ivanna = await doors.visitor(way, { name: 'Іванна' });
    await ivanna.says('/country');
    await ivanna.presses('Польща');
    await ivanna.hears(/Запам’ятовую/);
    await ivanna.presses('Меню');
    await ivanna.hears(/Чим допомогти/);
    const before = ivanna.taps;
    await ivanna.presses('Записатися на консультацію');
    await ivanna.presses(towns[way]);
    const times = await ivanna.hears(/Це безкоштовно/);
    expect(times.buttons.filter((label) => /\d\d:\d\d \(у вас \d\d:\d\d\)/.test(label)).length).toBe(3);
    expect(times.buttons).toEqual(expect.arrayContaining(['Інший день', 'Інша консультація', 'Інша бібліотека']));
    await ivanna.presses(/\d\d:\d\d/);
    await ivanna.presses('У бібліотеці');
    await ivanna.hears(/Як до вас звертатися/);
    if (way === 'the web chat') await ivanna.says('Іванна');
    else await ivanna.presses('Іванна');
    expect((await ivanna.hears(/Перевірте/)).text).toContain('Звертатися: Іванна');
    await ivanna.presses('Так, записати');
    const booked = await ivanna.hears(/^Записано/);
    expect(ivanna.taps - before).toBeLessThanOrEqual(6);
    const [, day, kyiv, warsaw] = summary.exec(booked.text) ?? [];
    expect(Number(kyiv?.slice(0, 2)) - Number(warsaw?.slice(0, 2))).toBe(1);
    expect(booked.text).toContain('показовий режим');

    await ivanna.presses('Додати в календар');
    const event = new ICAL.Component(ICAL.parse(await ivanna.opensFile())).getFirstSubcomponent('vevent');
    const start = event?.getFirstPropertyValue('dtstart')?.toString() ?? '';
    expect(start).toMatch(/^2026-1[12]-\d\dT/);
    expect(String(event?.getFirstPropertyValue('summary'))).toBe('Зустріч у бібліотеці');

    await ivanna.says('/mybookings');
    expect((await ivanna.hears(/за київським часом/)).text).toContain(`${day}, о ${kyiv}`);
    await ivanna.presses('Перенести');
    await ivanna.hears(/На який час перенести/);
    await ivanna.presses(/\d\d:\d\d/);
    const moved = await ivanna.hears(/^Перенесено/);
    expect(summary.exec(moved.text)?.[0]).not.toBe(summary.exec(booked.text)?.[0]);
    await ivanna.presses('Мої записи');
    expect((await ivanna.hears(/за київським часом/)).text).toContain(summary.exec(moved.text)?.[0]);
    await ivanna.presses('Скасувати');
    await ivanna.presses('Так, скасувати');
    await ivanna.hears(/Запис скасовано/);
    await ivanna.says('/mybookings');
    await ivanna.hears(/У вас немає записів/);
  });

  it('by phone: the number is asked for then and only then, shared or typed', async () => {
    const ivanna = await doors.visitor(way, { name: 'Іванна' });
    await ivanna.says('/book');
    await ivanna.presses('Шостка');
    await ivanna.presses(/\d\d:\d\d/);
    await ivanna.presses('Телефоном');
    await ivanna.hears(/На який номер подзвонити/);
    await ivanna.sharesContact('+380671234567');
    if (way === 'the web chat') {
      await ivanna.hears(/Як до вас звертатися/);
      await ivanna.says('Іванна');
    }
    const check = await ivanna.hears(/Перевірте/);
    expect(check.text).toContain('Телефон: +380671234567');
    expect(check.text).toContain('Звертатися: Іванна');
    await ivanna.presses('Так, записати');
    await ivanna.hears(/^Записано/);
  });

  it('by a video call in the messenger she uses; the web chat, which can call nobody, does not offer it', async () => {
    const ivanna = await doors.visitor(way, { name: 'Іванна' });
    await ivanna.says('/book');
    await ivanna.presses('Шостка');
    await ivanna.presses(/\d\d:\d\d/);
    const how = await ivanna.hears(/Як поговорити/);
    if (way === 'the web chat') {
      expect(how.buttons.join()).not.toContain('Відео');
      return;
    }
    await ivanna.presses('Відеодзвінком тут, у месенджері');
    await ivanna.presses('Іванна');
    await ivanna.presses('Так, записати');
    expect((await ivanna.hears(/^Записано/)).text).toContain('Відеодзвінком');
  });

  it('another day, another kind and another library are one tap away', async () => {
    const ivanna = await doors.visitor(way);
    await ivanna.says('/book');
    await ivanna.presses('Шостка');
    await ivanna.presses('Інша консультація');
    await ivanna.hears(/Які є консультації/);
    await ivanna.presses('Телефон, комп’ютер і «Дія»');
    await ivanna.hears(/Телефон, комп’ютер/);
    await ivanna.presses('Інший день');
    await ivanna.hears(/Оберіть день/);
    await ivanna.presses(/\d/);
    await ivanna.hears(/Оберіть/);
    await ivanna.presses('Інша бібліотека');
    await ivanna.hears(/До якої бібліотеки/);
    await ivanna.says('з Бару');
    await ivanna.hears(/Барська|Бар/);
  });
});
