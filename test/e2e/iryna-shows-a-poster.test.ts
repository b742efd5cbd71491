import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpeg } from '../channels/samples.ts';
import { startVistka, wednesdayMorning } from '../vistka.ts';
import { asksForNews, becomesLibrarian } from './newsreaders.ts';
import { onTelegram, onViber, onWeb, visitor } from './visitor.ts';

/**
 * Iryna puts the photo of a poster to her words. On every platform it stands with the words, in one message, and the
 * platforms that fetch it themselves can. The whole program between platforms that are emulated.
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

describe('a poster', () => {
  it('stands with its words on every platform, and is uploaded to Telegram once', async () => {
    const her = vistka.telegram.person({ name: 'Ірина' });
    const iryna = visitor('Telegram by polling', onTelegram(her, vistka.telegram.until));
    await becomesLibrarian(iryna, library, { vistka, now: now() });
    const phones = [vistka.telegram.person({ name: 'Оксана' }), vistka.telegram.person({ name: 'Тарас' })];
    const halynaPhone = vistka.viber.person({ name: 'Галина' });
    const page = await vistka.web();
    const readers = [
      ...phones.map((phone) => visitor('Telegram by polling', onTelegram(phone, vistka.telegram.until))),
      visitor('Viber', onViber(halynaPhone)),
      visitor('the web chat', onWeb(page)),
    ];
    for (const who of readers) await asksForNews(who, library);

    await iryna.says('/announce');
    await iryna.presses(/^Нове/);
    await iryna.presses('Курси й події');
    await iryna.says('Клуб у суботу, о 15:00. Деталі на https://evil.example');
    await iryna.presses('Фото чи документ');
    await iryna.hears(/Надішліть сюди фото/);
    her.sendsPhoto(jpeg);
    await iryna.hears(/Фото додано/);
    await iryna.presses('Надіслати людям');
    await iryna.presses('Зараз');
    await iryna.presses('Так, надіслати');
    await iryna.hears(/Ще хвилину можна скасувати/);
    const uploadsBefore = vistka.telegram.calls('sendPhoto').length;
    ahead += 61_000;
    for (const who of readers) await who.hears(/Клуб у суботу/);

    for (const phone of phones) {
      const poster = phone.messages().at(-1);
      expect(poster).toMatchObject({ text: expect.stringContaining('Клуб у суботу'), attached: { kind: 'photo' } });
      expect(poster?.attached?.bytes).toEqual(jpeg);
      expect(poster?.buttons.flat().map(({ text }) => text)).toContain('Більше не надсилати');
    }
    const sent = vistka.telegram.calls('sendPhoto').slice(uploadsBefore);
    expect(sent.filter(({ payload }) => typeof payload.photo === 'object').length).toBeLessThanOrEqual(1);

    const onViberNow = halynaPhone.messages().at(-1);
    expect(onViberNow).toMatchObject({ type: 'picture', text: expect.stringContaining('Клуб у суботу') });
    const onWebNow = page.messages().at(-1);
    const addresses = [onViberNow?.media ?? '', `${vistka.url}${onWebNow?.picture?.src}`];
    for (const address of addresses) {
      const response = await fetch(address);
      expect(response.headers.get('Content-Type')).toBe('image/jpeg');
      expect(Buffer.from(await response.arrayBuffer())).toEqual(jpeg);
    }
    // Words are words: nobody is led anywhere by them.
    expect(onViberNow?.text).not.toContain('https://evil.example');
    expect(vistka.logs.join('\n')).not.toMatch(/AgAC|\/media\//);
  });
});
