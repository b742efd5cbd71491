import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { secretKey, startVistka, wednesdayMorning } from '../vistka.ts';

const hour = 3_600_000;

describe('Olha, in Poland, has booked and is reminded', () => {
  let vistka: Awaited<ReturnType<typeof startVistka>>;
  let time = wednesdayMorning;
  afterEach(() => vistka.stop());

  async function open() {
    time = wednesdayMorning;
    vistka = await startVistka({ telegram: 'polling', overrides: { clock: { now: () => time } } });
    const olha = vistka.telegram.person({ name: 'Ольга' });
    olha.says('/country');
    await olha.hears();
    olha.presses('Польща');
    await olha.hears(/Запам’ятовую/);
    return olha;
  }
  type Olha = Awaited<ReturnType<typeof open>>;

  async function books(olha: Olha) {
    olha.says('/start book-bar-public');
    await olha.hears(/Оберіть/);
    olha.presses(/^book:day/);
    await olha.hears(/Оберіть день/);
    olha.presses('book:day:2026-12-02');
    await olha.hears(/Оберіть/);
    olha.presses(/^book:at:/);
    await olha.hears(/Як поговорити/);
    olha.presses('У бібліотеці');
    await olha.hears(/Як до вас звертатися/);
    olha.presses('Ольга');
    await olha.hears(/Перевірте/);
    olha.presses('Так, записати');
    return olha.hears(/^Записано/);
  }
  /** The instant of a booking as it was told: «середа, 2 грудня, о 10:00 за київським часом». */
  function instantIn(text: string): number {
    const [, day, clock] = /(\d+) грудня, о (\d\d:\d\d) за київським часом/.exec(text) ?? [];
    const wall = `2026-12-${day?.padStart(2, '0')}T${clock}`;
    return Temporal.PlainDateTime.from(wall).toZonedDateTime('Europe/Kyiv').epochMilliseconds;
  }

  it('a day and an hour before, once each, over a restart; and is asked the day after', async () => {
    const olha = await open();
    const booked = await books(olha);
    expect(booked.text).toContain('Нагадаю за добу і за годину.');
    const at = instantIn(booked.text);

    time = at - 24 * hour;
    const first = await olha.hears(/^Нагадую про зустріч/);
    expect(instantIn(first.text)).toBe(at);
    expect(first.text).toMatch(/у вас \d\d:\d\d/);
    olha.presses('Буду');
    await olha.hears(/чекаємо на вас/);

    await vistka.restart();
    time = at - hour;
    await olha.hears(/^Нагадую про зустріч/);
    await vistka.restart();
    time = at + 26 * hour;
    await olha.hears(/^Чи .*розмова в бібліотеці/);
    olha.presses('Так');
    await olha.hears(/приємно це чути/);
    expect(olha.messages().filter((message) => message.text.startsWith('Нагадую'))).toHaveLength(2);
  });

  it('of the new time only when she has moved it by the reminder’s own button, and of nothing once it is cancelled', async () => {
    const olha = await open();
    const at = instantIn((await books(olha)).text);
    time = at - 24 * hour;
    await olha.hears(/^Нагадую про зустріч/);
    olha.presses('Перенести');
    await olha.hears(/На який час перенести/);
    olha.presses(/^mybookings:days:/);
    await olha.hears(/Оберіть день/);
    olha.presses(/^mybookings:day:.*20261209$/);
    await olha.hears(/На який час перенести/);
    olha.presses(/^mybookings:to:/);
    const moved = await olha.hears(/^Перенесено/);
    expect(moved.text).toContain('Нагадаю за добу і за годину.');
    const then = instantIn(moved.text);
    time = then - 24 * hour;
    expect(instantIn((await olha.hears(/^Нагадую про зустріч/)).text)).toBe(then);
    olha.presses('Скасувати');
    await olha.hears(/Скасувати цей запис/);
    olha.presses('Так, скасувати');
    await olha.hears(/Запис скасовано/);
    olha.skips();
    // The last hour, and the day after: the bot has looked, and a later message is the next that she hears.
    time = then - hour;
    await vistka.restart();
    time = then + 26 * hour;
    await vistka.restart();
    olha.says('/menu');
    expect((await olha.hears()).text).toContain('Чим допомогти');
  });

  it('of nothing once she has asked to be forgotten', async () => {
    const olha = await open();
    const at = instantIn((await books(olha)).text);
    olha.says('/forget');
    await olha.hears(/Видалити все про вас/);
    olha.presses('Так, забути все');
    await olha.hears(/я вас більше не знаю/);
    olha.skips();
    time = at - 24 * hour;
    await vistka.restart();
    time = at - hour;
    await vistka.restart();
    olha.says('/menu');
    expect((await olha.hears()).text).toContain('Чим допомогти');
  });

  it('a request that a librarian confirms at the terminal is told to whoever waits for it', async () => {
    time = wednesdayMorning;
    vistka = await startVistka({ overrides: { clock: { now: () => time } } });
    // Three an hour from chats without account are confirmed at once; the fourth waits for a librarian.
    for (let i = 0; i < 3; i++) {
      const somebody = await vistka.web();
      await bookOnTheWeb(somebody, /Записано:/);
      await somebody.leaves();
    }
    const olha = await vistka.web();
    await bookOnTheWeb(olha, /має це підтвердити/);

    const [id = ''] = (await staff('requests')).split(' ');
    expect(await staff('confirm', id)).toMatch(/^Confirmed: /);
    // The terminal's clock went on while the program's stood still.
    time += hour;
    const told = await olha.hears(/Бібліотекар підтвердив ваш запис/);
    expect(told.said).toContain('[Буду]');
    expect(await staff('confirm', id)).toBe('It was confirmed before.\n');
    await olha.leaves();
  });

  async function bookOnTheWeb(who: Awaited<ReturnType<typeof vistka.web>>, outcome: RegExp) {
    await who.sends('book:lib:bar-public');
    for (const button of [/^book:at:/, /^book:how:in-person/, /^book:name/, /^book:yes/]) {
      await who.until(() => (who.messages().at(-1)?.rows ?? []).flat().some(({ action }) => button.test(action ?? '')));
      await who.presses(button);
    }
    await who.hears(outcome);
  }

  /** `npm run staff`, at the program's own time. */
  async function staff(...order: string[]): Promise<string> {
    const offset = Math.round((time - Date.now()) / 1000);
    const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/staff.ts', ...order], {
      env: {
        DATA_DIR: vistka.dataDir,
        SECRET_KEY: secretKey,
        CLOCK_OFFSET: `${offset < 0 ? '-' : ''}PT${Math.abs(offset)}S`,
      },
    });
    return stdout;
  }
});
