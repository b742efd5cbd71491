import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVistka } from '../vistka.ts';
import { onTelegram, onWeb, type Visitor, visitor } from './visitor.ts';

/** The clock stands, so that no new message is allowed meanwhile however slow the machine is. */
const now = Date.UTC(2026, 10, 25, 8, 0);
let vistka: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  vistka = await startVistka({ telegram: 'polling', overrides: { clock: { now: () => now } } });
});
afterAll(() => vistka.stop());

const warning = /Не встигаю відповісти/;
const held = 'шеф забрав паспорт і не випускає нас';

const people: [string, () => Promise<Visitor>][] = [
  ['Telegram', async () => visitor('Telegram by polling', onTelegram(vistka.telegram.person(), vistka.telegram.until))],
  ['the web chat', async () => visitor('the web chat', onWeb(await vistka.web()))],
];

describe.each(people)('Somebody who writes too much by %s', (_way, come) => {
  it('is answered twenty times, warned once, then met with silence, and helped at once when in danger', async () => {
    const somebody = await come();
    for (let i = 0; i < 25; i++) await somebody.says('/language');
    await somebody.hears(warning);
    await somebody.says(held);
    await somebody.hears(/^112/);
    await somebody.says('/sos');
    await somebody.hears(/^112/);
    await somebody.presses('Хтось може заглянути у мій телефон');
    await somebody.hears(/Як сховати/);
    const said = somebody.said().map((seen) => seen.text);
    expect(said.filter((text) => text === 'Оберіть мову:').length).toBe(20);
    expect(said.filter((text) => warning.test(text)).length).toBe(1);
    expect(said.length).toBe(24);
  });

  it('gets the number with the gentle question too, when it is not sure that it is danger', async () => {
    const somebody = await come();
    for (let i = 0; i < 21; i++) await somebody.says('/language');
    await somebody.hears(warning);
    await somebody.says('опустились руки');
    await somebody.hears(/^112.*дзвоніть, якщо вам зараз загрожує небезпека/);
  });
});

describe('A library whose readers all share one address', () => {
  it('is refused kindly when the address has written too much, but never one who is in danger', async () => {
    const readers = await Promise.all(Array.from({ length: 8 }, () => vistka.web()));
    const answers = await Promise.all(
      readers.flatMap((reader) => Array.from({ length: 19 }, () => reader.says('/menu'))),
    );
    expect(answers).toContain(429);
    const [first, second] = [await vistka.web(), await vistka.web()];
    expect(await first.says('/menu')).toBe(429);
    expect(await first.says(held)).toBe(202);
    expect((await first.hears()).said).toMatch(/^112/);
    expect(await second.sends('sos')).toBe(202);
    expect((await second.hears()).said).toMatch(/^112/);
    expect(await second.says('/sos')).toBe(202);
  });
});
