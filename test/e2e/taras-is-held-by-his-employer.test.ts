import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors, type Visitor, ways } from './visitor.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const held = 'шеф забрав паспорт і не випускає нас';

/** One message that begins with the number, and nothing after it. */
async function hearsTheNumberFirst(visitor: Visitor, number: string): Promise<string> {
  const before = visitor.said().length;
  const answer = await visitor.hears(/дзвоніть/);
  expect(answer.text.split('\n')[0]).toMatch(new RegExp(`^${number}\\b`));
  expect(visitor.said().length - before).toBeLessThanOrEqual(1);
  return answer.text;
}

describe.each(ways)('Taras writes by %s', (way) => {
  it('gets the number in the first line of one message, with nothing known of him', async () => {
    const taras = await doors.visitor(way, { name: 'Тарас' });
    await taras.says(held);
    const text = await hearsTheNumberFirst(taras, '112');
    expect(text).toContain('+38 044');
    expect(text).toContain('Називати себе не обов’язково');
    await taras.presses('Польща');
    const there = await hearsTheNumberFirst(taras, '112');
    expect(there).toContain('+48');
    expect(there).toContain('Дзвінок безкоштовний');
    await taras.says('/menu');
    await taras.hears(/Чим допомогти/);
    expect(taras.said().length).toBe(3);
  });

  it('is told more only when he asks for it: another country, a phone that is watched, what else to do', async () => {
    const taras = await doors.visitor(way);
    await taras.says('/country');
    await taras.presses('Польща');
    await taras.hears(/Запам’ятовую/);
    await taras.says(held);
    await hearsTheNumberFirst(taras, '112');
    await taras.presses('Хтось може заглянути у мій телефон');
    const hide = await taras.hears(/Як сховати цю розмову/);
    expect(hide.buttons).toContain('Видалити мої дані в бота');
    await taras.presses('Номери ще раз');
    await hearsTheNumberFirst(taras, '112');
    await taras.presses('Що ще робити');
    await taras.hears(/Перевірено/);
    await taras.says(held);
    await hearsTheNumberFirst(taras, '112');
    await taras.presses('Я в іншій країні');
    await taras.hears(/Де ви зараз/);
    await taras.presses(/Німеччина/);
    expect(await hearsTheNumberFirst(taras, '112')).toContain('116 016');
  });

  it('is answered before all else in the middle of booking, by words and by /sos, and the booking is still there', async () => {
    const taras = await doors.visitor(way);
    await taras.says('/book');
    await taras.presses('Бар');
    await taras.presses(/\d\d:\d\d/);
    await taras.presses('У бібліотеці');
    await taras.hears(/Як до вас звертатися/);
    await taras.says(held);
    await hearsTheNumberFirst(taras, '112');
    await taras.says('/sos');
    await hearsTheNumberFirst(taras, '112');
    await taras.says('Тарас');
    expect((await taras.hears(/Перевірте/)).text).toContain('Звертатися: Тарас');
  });
});
