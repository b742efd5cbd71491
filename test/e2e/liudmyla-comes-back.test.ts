import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVistka } from '../vistka.ts';

/** Liudmyla had news of contests, blocked the bot in a bad week, and opens it again: one tap, and all is as it was. */
let vistka: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  vistka = await startVistka({ telegram: 'polling', viber: true });
  await vistka.viber.until(() => vistka.viber.webhook !== '');
});
afterAll(() => vistka?.stop());

const again = 'Отримувати новини знову';

describe('Liudmyla comes back', () => {
  it('on Telegram: from the greeting, and the greeting is the usual one from then on', async () => {
    const liudmyla = vistka.telegram.person({ name: 'Людмила', started: true });
    liudmyla.says('новини');
    await liudmyla.hears(/Оберіть теми/);
    liudmyla.presses('☐ Конкурси й гранти');
    await liudmyla.hears(/Обрано: Конкурси й гранти/);
    liudmyla.presses('Готово');
    await liudmyla.hears(/Загальні новини/);
    liudmyla.blocks();
    liudmyla.unblocks();
    liudmyla.starts();
    const welcome = await liudmyla.hears(/Вітаю/);
    expect(JSON.stringify(welcome)).toContain(again);
    liudmyla.presses(again);
    expect((await liudmyla.hears(/Знову надсилатиму/)).text).toContain('Теми: Конкурси й гранти');
    liudmyla.starts();
    expect(JSON.stringify(await liudmyla.hears(/Вітаю/))).not.toContain(again);
  });

  it('on Viber: from the welcome that comes before she has written a word', async () => {
    const liudmyla = vistka.viber.person({ name: 'Людмила' });
    await liudmyla.says('новини');
    await liudmyla.hears(/Оберіть теми/);
    await liudmyla.presses('☐ Конкурси й гранти');
    await liudmyla.hears(/Обрано: Конкурси й гранти/);
    await liudmyla.presses('Готово');
    await liudmyla.hears(/Загальні новини/);
    await liudmyla.unsubscribes();
    // That she has left is written down at once and acted on a moment later.
    const welcomed = async () => {
      expect((await liudmyla.opens())?.text).toContain('Вітаю');
      return liudmyla.buttons();
    };
    await expect.poll(welcomed, { timeout: 15_000 }).toContain(again);
    await liudmyla.presses(again);
    expect((await liudmyla.hears(/Знову надсилатиму/)).text).toContain('Теми: Конкурси й гранти');
  });

  it('and who is there for the first time sees no such button', async () => {
    const first = vistka.viber.person({ name: 'Ганна' });
    await first.opens();
    expect(first.buttons()).not.toContain(again);
    const second = vistka.telegram.person({ name: 'Ганна' });
    second.starts();
    expect(JSON.stringify(await second.hears(/Вітаю/))).not.toContain(again);
  });
});
