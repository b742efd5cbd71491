import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVistka, wednesdayMorning } from '../vistka.ts';
import { asksForNews, becomesLibrarian } from './newsreaders.ts';
import { onTelegram, onViber, onWeb, visitor } from './visitor.ts';

/**
 * Iryna, a librarian with one phone, tells of a meeting to those who asked: on Telegram, on Viber and in the web chat. She
 * had the hour wrong, and mends it. The whole program between platforms that are emulated.
 */
const library = 'tysmenytsia-central';
let vistka: Awaited<ReturnType<typeof startVistka>>;
let ahead = 0;
const began = Date.now();
const now = () => wednesdayMorning + (Date.now() - began) + ahead;

beforeAll(async () => {
  const env = { RATE_LIMIT_PER_MINUTE: '0' };
  vistka = await startVistka({ telegram: 'polling', viber: true, env, overrides: { clock: { now } } });
  await vistka.telegram.until(() => vistka.telegram.count('getUpdates') > 0);
  await vistka.telegram.until(() => vistka.viber.webhook !== '');
});
afterAll(() => vistka.stop());

describe('Iryna tells everybody who asked', () => {
  it('writes, looks, sends with a second tap; it arrives everywhere; she mends the hour; one tap stops it', async () => {
    const telegram = vistka.telegram.person({ name: 'Ірина' });
    const iryna = visitor('Telegram by polling', onTelegram(telegram, vistka.telegram.until));
    await becomesLibrarian(iryna, library, { vistka, now: now() });
    const onPhone = vistka.telegram.person({ name: 'Оксана' });
    const oksana = visitor('Telegram by polling', onTelegram(onPhone, vistka.telegram.until));
    const halyna = visitor('Viber', onViber(vistka.viber.person({ name: 'Галина' })));
    const petro = visitor('the web chat', onWeb(await vistka.web()));
    const nobody = visitor('Telegram by polling', onTelegram(vistka.telegram.person({}), vistka.telegram.until));
    await nobody.starts();
    for (const who of [oksana, halyna, petro]) await asksForNews(who, library);

    await iryna.says('/announce');
    await iryna.presses(/^Нове/);
    await iryna.presses('Курси й події');
    await iryna.says('Зустріч клубу о 15:00. Чай і пиріг **для всіх**.');
    await iryna.presses('Надіслати людям');
    await iryna.presses('Зараз');
    await iryna.presses('Так, надіслати');
    await iryna.hears(/Це отримають 3 людини/);
    await iryna.hears(/Ще хвилину можна скасувати/);
    ahead += 61_000;
    for (const who of [oksana, halyna, petro]) {
      const news = await who.hears(/Зустріч клубу о 15:00/);
      expect(news.text).toContain('Тисмениц');
      expect(news.text).not.toMatch(/Курси й події/);
      expect(news.buttons).toContain('Більше не надсилати');
    }
    expect((await iryna.hears(/Оголошення № 1 надіслано/)).text).toContain('Надіслано: 3 з 3');
    expect(nobody.said().some(({ text }) => /Зустріч клубу/.test(text))).toBe(false);

    // The meeting is at four.
    await iryna.presses('Виправити');
    await iryna.hears(/як має бути/);
    await iryna.says('Зустріч клубу о 16:00. Чай і пиріг для всіх.');
    await iryna.hears(/клубу о 16:00/);
    await iryna.presses('Надіслати людям');
    await iryna.hears(/Коли надіслати/);
    await iryna.presses('Зараз');
    await iryna.hears(/Перевірте/);
    await iryna.presses('Так, надіслати');
    await iryna.hears(/Ще хвилину можна скасувати/);
    ahead += 61_000;
    expect((await halyna.hears(/16:00/)).text).toMatch(/^Виправлення/);
    await vistka.telegram.until(() => oksana.said().some(({ text }) => /16:00/.test(text)));
    expect(oksana.said().filter(({ text }) => /Зустріч клубу/.test(text))).toHaveLength(1);

    await oksana.presses('Більше не надсилати');
    await oksana.hears(/Більше не надсилатиму/);
  });
});
