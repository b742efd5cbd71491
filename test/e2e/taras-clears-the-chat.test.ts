import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVistka } from '../vistka.ts';

/** Taras has read the numbers. The foreman looks through everybody's phones. */
let vistka: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  vistka = await startVistka({ telegram: 'polling' });
});
afterAll(() => vistka?.stop());

describe('Taras clears the chat', () => {
  it('on Telegram: what both have written is deleted, and what is left tells nothing', async () => {
    const taras = vistka.telegram.person({ name: 'Тарас', started: true });
    taras.says('забрали паспорт і не випускають');
    await taras.hears(/112/);
    taras.presses('Хтось може заглянути у мій телефон');
    await taras.hears(/сховати/i);
    taras.presses('Стерти розмову');
    await taras.hears(/Готово/);
    const left = taras.messages().filter(({ deleted }) => !deleted);
    expect(left.map(({ text }) => text)).toEqual([expect.stringMatching(/^Готово/)]);
    const deletions = vistka.telegram.calls('deleteMessages');
    expect(deletions).toHaveLength(1);
    // His own words stand in the chat too, and go with the bot's.
    const gone = deletions.flatMap(({ payload }) => payload.message_ids as number[]);
    expect(gone.length).toBeGreaterThan(taras.messages().length - 1);
  });

  it('on the web: whoever opens the page after him finds nothing but that', async () => {
    const taras = await vistka.web();
    await taras.says('мене примушують працювати і погрожують');
    await taras.hears(/112/);
    await taras.sends('clear:yes');
    await taras.hears(/Готово/);
    const again = await taras.reopens();
    expect(again.map(({ said }) => said)).toEqual([expect.stringMatching(/^Готово/)]);
    await taras.leaves();
  });

  it('says on every platform how to delete the rest, when it is asked for', async () => {
    const taras = vistka.telegram.person({ name: 'Тарас', started: true });
    taras.says('стерти розмову');
    const { text } = await taras.hears(/Telegram/);
    expect(text).toContain('Viber');
  });
});
