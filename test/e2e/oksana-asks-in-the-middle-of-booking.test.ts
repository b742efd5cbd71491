import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors, type Visitor, ways } from './visitor.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const unpaid = 'мені вже два місяці не платять зарплату, що робити?';

/** Oksana, who has begun to book and stands where her name is asked. */
async function atHerName(visitor: Visitor): Promise<void> {
  await visitor.says('/book');
  await visitor.presses('Тисмениця');
  await visitor.presses(/\d\d:\d\d/);
  await visitor.presses('У бібліотеці');
  await visitor.hears(/Як до вас звертатися/);
}

describe.each(ways)('Oksana writes by %s', (way) => {
  it('asks, is asked for her country once, gets first steps, warnings, numbers, the source, and people to talk to', async () => {
    const oksana = await doors.visitor(way);
    await oksana.says(unpaid);
    const which = await oksana.hears(/Де ви працюєте/);
    expect(which.text).toContain('Не платять зарплату');
    await oksana.presses('Польща');
    const answer = await oksana.hears(/Не платять зарплату/);
    const last = await oksana.hears(/Перевірено \d\d\.\d\d\.\d{4}/);
    const all = `${answer.text}\n${last.text}`;
    expect(all).toContain('Польща');
    expect(all).toMatch(/1\. .+\n2\. /);
    expect(all).toContain('Будьте обережні');
    expect(all).toContain('Хто допоможе');
    expect(all).toMatch(/\+?\d[\d ]{6,}/);
    expect(all).toContain('Я бот, а не юрист');
    for (const label of [
      'Допомогло',
      'Не те',
      'Усі номери',
      'Поговорити з бібліотекарем',
      'Записатися на консультацію',
    ])
      expect(last.buttons).toContain(label);

    await oksana.presses('Усі номери');
    const numbers = await oksana.hears(/\+48[\d ]+/);
    if (way === 'the web chat') expect(numbers.links.some((link) => link.startsWith('tel:+48'))).toBe(true);
    await oksana.says(unpaid);
    await oksana.hears(/Не платять зарплату/);
    await oksana.presses('Допомогло');
    await oksana.hears(/Добре, що стало у пригоді/);
    expect(oksana.said().filter((seen) => /Де ви працюєте/.test(seen.text)).length).toBe(1);
  });

  it('asks in the middle of booking, is answered, finds the step again, and books', async () => {
    const oksana = await doors.visitor(way);
    await oksana.says('/country');
    await oksana.presses('Польща');
    await atHerName(oksana);
    await oksana.says(unpaid);
    await oksana.hears(/Не платять зарплату/);
    await oksana.hears(/Як до вас звертатися/);
    await oksana.says('Оксана з Тисмениці');
    expect((await oksana.hears(/Перевірте/)).text).toContain('Звертатися: Оксана з Тисмениці');
    await oksana.presses('Так, записати');
    await oksana.hears(/Записано|Записую/);
  });

  it('changes the language in the middle and stands where she stood', async () => {
    const oksana = await doors.visitor(way);
    await atHerName(oksana);
    await oksana.says('english please');
    await oksana.hears(/name/i);
    await oksana.says('Oksana');
    expect((await oksana.hears(/Oksana/)).buttons).toContain('Yes, book it');
    await oksana.says('українською');
    expect((await oksana.hears(/Перевірте/)).buttons).toContain('Так, записати');
  });
});
