import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Language, loadTexts } from '../../src/texts.ts';
import { secretKey, startVistka, wednesdayMorning } from '../vistka.ts';
import { onTelegram, onViber, type Visitor, visitor } from './visitor.ts';

const hour = 3_600_000;
const texts = loadTexts('locales');
/** The words that people see, whatever they are just now. */
const t = (language: Language, key: string, values = {}) => texts.t(language, key, values);
const words = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

describe('Ania, in Wrocław with Telegram in Polish, books for her mother in Tysmenytsia, who has Viber in Ukrainian', () => {
  let vistka: Awaited<ReturnType<typeof startVistka>>;
  let time = wednesdayMorning;
  let ania: Visitor;
  let mother: Visitor;
  let booked = 0;

  beforeAll(async () => {
    vistka = await startVistka({ telegram: 'polling', viber: true, overrides: { clock: { now: () => time } } });
    await vistka.viber.until(() => vistka.viber.webhook !== '');
    const person = vistka.telegram.person({ name: 'Ania', language: 'pl' });
    ania = visitor('Telegram by polling', onTelegram(person, vistka.telegram.until));
    mother = visitor('Viber', onViber(vistka.viber.person({ name: 'Марія', language: 'uk' })));
  });
  afterAll(() => vistka.stop());

  const polish = (key: string, values = {}) => t('pl', key, values);
  const ukrainian = (key: string, values = {}) => t('uk', key, values);

  /** «czwartek, 26 listopada, godz. 13:00 czasu kijowskiego (12:00 u ciebie)»: by both clocks. */
  function inPolish(text: string) {
    const [, day, month, kyiv, own] = /(\d+) (\p{L}+), godz\. (\d\d:\d\d)[^(]*\(\D*(\d\d:\d\d)/u.exec(text) ?? [];
    return { day: Number(day), month, kyiv, own };
  }

  it('the daughter books by what she writes, and sees both clocks', async () => {
    await ania.says('/country');
    await ania.presses(/Polska/);
    await ania.hears(words(polish('country:changed', { country: 'Polska', time: '09:00' })));
    await ania.starts('book-tysmenytsia-central');
    await ania.hears(words(polish('book:pickTimeKyiv')));
    await ania.says('w przyszły czwartek o 15');
    const offered = await ania.hears(words(polish('book:found')));
    // Three by the clock of Wrocław is four in Kyiv: both are offered.
    expect(offered.buttons.filter((label) => /15:00/.test(label))).toHaveLength(2);
    await ania.says('1');
    await ania.hears(words(polish('book:askHow')));
    await ania.presses(polish('book:how.video'));
    await ania.presses('Ania');
    const check = await ania.hears(words(polish('book:check')));
    expect(inPolish(check.text)).toMatchObject({ day: 3, kyiv: '15:00', own: '14:00' });
    await ania.says('tak');
    const told = await ania.hears(words(polish('book:booked')));
    expect(told.text).toContain(polish('book:remindTwice'));
    booked = Date.parse('2026-12-03T13:00Z');
  });

  it('her mother opens the link in Viber, sees the time of Tysmenytsia, and comes along', async () => {
    await ania.presses(polish('family:invite'));
    const passedOn = await ania.hears(words(polish('family:forward')));
    const payload = /family-[A-Z0-9]{16}/.exec(passedOn.links.join(' ') + passedOn.text)?.[0] ?? '';
    expect(passedOn.text).toMatch(/viber:\/\/pa\?chatURI=\S+&context=family-/);
    expect(passedOn.text).not.toMatch(/Ania|15:00/);

    await mother.starts(payload);
    const asked = await mother.hears(words(ukrainian('family:asked')));
    expect(asked.text).toContain('четвер, 3 грудня, о 15:00');
    expect(asked.text).not.toMatch(/Ania|Порада|14:00/);
    await mother.presses(ukrainian('family:come'));
    await mother.hears(words(ukrainian('family:joined')));
    const news = await ania.hears(words(polish('family:news.joined')));
    expect(inPolish(news.text)).toMatchObject({ day: 3, kyiv: '15:00', own: '14:00' });

    const stranger = visitor('Viber', onViber(vistka.viber.person({ name: 'Хтось', language: 'uk' })));
    await stranger.starts(payload);
    const refused = await stranger.hears();
    expect(refused.text).toBe(ukrainian('family:unknown'));
  });

  it('the mother proposes an hour that suits both; the daughter says yes with one tap, and both have it', async () => {
    await mother.presses(ukrainian('family:other'));
    await mother.hears(words(ukrainian('family:pickTime')));
    await mother.says('у вівторок о третій');
    await mother.hears(words(ukrainian('family:pickTime')));
    await mother.presses(/1 груд.*15:00/);
    await mother.hears(words(ukrainian('family:passedOn')));

    const asked = await ania.hears(words(polish('family:proposed')));
    expect(inPolish(asked.text)).toMatchObject({ day: 1, kyiv: '15:00', own: '14:00' });
    await ania.presses(polish('family:agree'));
    await ania.hears(words(polish('mybookings:moved')));
    const moved = await mother.hears(words(ukrainian('notices:moved')));
    expect(moved.text).toContain('вівторок, 1 грудня, о 15:00');
    booked = Date.parse('2026-12-01T13:00Z');
  });

  it('each is reminded in their own language and by their own clock, over a restart', async () => {
    await vistka.restart();
    time = booked - 24 * hour;
    const [toAnia, toMother] = await Promise.all([
      ania.hears(words(polish('notices:reminder'))),
      mother.hears(words(ukrainian('notices:reminder'))),
    ]);
    expect(inPolish(toAnia.text)).toMatchObject({ day: 1, kyiv: '15:00', own: '14:00' });
    expect(toMother.text).toContain('вівторок, 1 грудня, о 15:00');
    for (const { text } of [toAnia, toMother]) expect(text).not.toMatch(/prawnik|Порада|юрист/);
  });

  it('the power is cut: the day is closed at the terminal, both are told, and the daughter books anew in two taps', async () => {
    expect(await staff('close', 'tysmenytsia-central', '2026-12-01', '--reason', 'power')).toContain('1 consultation');
    time += 2 * 60_000;
    const told = await ania.hears(words(polish('notices:calledOff.power')));
    expect(told.text).toContain(polish('notices:nextFree'));
    await mother.hears(words(ukrainian('notices:calledOff.power')));
    const taps = ania.taps;
    await ania.presses(told.buttons[0] ?? '');
    const check = await ania.hears(words(polish('book:asLastTime', { as: '' }).slice(0, 12)));
    expect(check.text).toContain('Ania');
    await ania.presses(polish('book:yes'));
    await ania.hears(words(polish('book:booked')));
    expect(ania.taps - taps).toBe(2);
  });

  it('the mother, asked along again, leaves: the daughter hears of it, and the time stays', async () => {
    await ania.presses(polish('family:invite'));
    const passedOn = await ania.hears(words(polish('family:forward')));
    await mother.starts(/family-[A-Z0-9]{16}/.exec(passedOn.text)?.[0] ?? '');
    await mother.hears(words(ukrainian('family:asked')));
    await mother.says('так');
    await mother.hears(words(ukrainian('family:joined')));
    await ania.hears(words(polish('family:news.joined')));
    await mother.presses(ukrainian('family:out'));
    await mother.hears(words(ukrainian('family:askLeave')));
    await mother.says('так');
    await mother.hears(words(ukrainian('family:left')));
    await ania.hears(words(polish('family:news.left')));
    await ania.says('/mybookings');
    const list = await ania.hears(/godz\./);
    expect(list.text).not.toContain(polish('family:together', { count: 1 }));
  });

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
