import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { staff } from '../../src/cli/staff.ts';
import { secretKey, startVistka, wednesdayMorning } from '../vistka.ts';
import { onTelegram, onViber, onWeb, type Visitor, visitor } from './visitor.ts';

/**
 * A library joins with one command: its admin on Telegram, the librarian Iryna on Viber, a worker abroad on Telegram,
 * his mother on the web. The whole program, with its outbox, between platforms that are emulated.
 */
const bar = 'bar-public';
let vistka: Awaited<ReturnType<typeof startVistka>>;
let env: Record<string, string>;

beforeAll(async () => {
  vistka = await startVistka({ telegram: 'polling', viber: true, env: { RATE_LIMIT_PER_MINUTE: '0' } });
  await vistka.telegram.until(() => vistka.telegram.count('getUpdates') > 0);
  await vistka.telegram.until(() => vistka.viber.webhook !== '');
  env = {
    DATA_DIR: vistka.dataDir,
    SECRET_KEY: secretKey,
    DEMO: '1',
    PUBLIC_URL: vistka.url,
    TELEGRAM_BOT_TOKEN: vistka.telegram.token,
    TELEGRAM_API_ROOT: vistka.telegram.apiRoot,
    VIBER_AUTH_TOKEN: vistka.viber.token,
    VIBER_API_ROOT: vistka.viber.apiRoot,
    // The terminal's clock is the bot's.
    CLOCK_OFFSET: Temporal.Duration.from({ seconds: Math.round((wednesdayMorning - Date.now()) / 1000) }).toString(),
  };
});
afterAll(() => vistka.stop());

const telegram = (name: string): Visitor =>
  visitor('Telegram by polling', onTelegram(vistka.telegram.person({ name }), vistka.telegram.until));
const viber = (name: string): Visitor => visitor('Viber', onViber(vistka.viber.person({ name })));
const web = async (): Promise<Visitor> => visitor('the web chat', onWeb(await vistka.web()));

type Invitation = { code: string; expires: string; telegram: string | null; viber: string | null; web: string };

async function invited(role: string, ...more: string[]): Promise<Invitation> {
  const { code, out } = await staff(['invite', '--role', role, ...more, '--json'], env);
  expect(code).toBe(0);
  return JSON.parse(out) as Invitation;
}

/** Joins by a link's payload and a tap. */
async function joins(who: Visitor, payload: string): Promise<void> {
  await who.starts(payload);
  await who.hears(/Вас запрошують/);
  await who.presses('Приєднатися');
  await who.hears(/Вітаю в команді/);
}

/** Somebody whose library it is, with the question written. */
async function writes(who: Visitor, text: string): Promise<void> {
  await who.says('/library');
  await who.says('Бар');
  await who.presses(/^Барська/);
  await who.presses('Це моя бібліотека');
  await who.says('/librarian');
  await who.presses('Написати бібліотекареві');
  await who.hears(/без імені/);
  await who.says(text);
}

describe('a library that answers', () => {
  it('from the command to the answer: links on every platform, roles by taps, a letter and what came back', async () => {
    const invitation = await invited('admin');
    expect(Object.keys(invitation)).toEqual(['code', 'expires', 'telegram', 'viber', 'web']);
    expect(invitation.telegram).toBe(`https://t.me/vistka_test_bot?start=staff-${invitation.code}`);
    expect(invitation.viber).toBe(`viber://pa?chatURI=bot&context=staff-${invitation.code}`);
    expect(invitation.web).toBe(`${vistka.url}/chat#staff-${invitation.code}`);

    const admin = telegram('Ольга');
    await joins(admin, `staff-${invitation.code}`);
    const late = telegram('Хтось');
    await late.starts(`staff-${invitation.code}`);
    await late.hears(/Такий код не діє/);

    const { code } = await invited('librarian', '--library', bar);
    const iryna = viber('Ірина');
    await joins(iryna, `staff-${code}`);

    const taras = telegram('Тарас Коваль');
    await writes(taras, 'Чи є у вас вечірні курси польської?');
    await taras.hears(/Це розмова № \d+/);
    const letter = await iryna.hears(/Новий лист № \d+/);
    expect(letter.text).toContain('вечірні курси польської');
    expect(letter.text).not.toMatch(/Тарас|Коваль/);

    await iryna.presses('Відповісти');
    await iryna.hears(/пишіть відповідь/);
    await iryna.says('Так, щовівторка о 18:00. Приходьте.');
    await iryna.hears(/Надіслано/);
    const answer = await taras.hears(/Відповідь бібліотекаря/);
    expect(answer.text).toContain('щовівторка о 18:00');
    expect(answer.text).not.toContain('Ірина');
    expect(answer.buttons).toEqual(expect.arrayContaining(['Відповісти', 'Дякую, все']));
    await taras.presses('Відповісти');
    await taras.says('Дякую! А що взяти з собою?');
    await iryna.hears(/А що взяти з собою/);

    // Danger comes before everything, also here.
    await taras.says('мене не випускають з роботи, забрали паспорт і б’ють');
    expect((await taras.hears(/112/)).text).toMatch(/^\D{0,4}112/);
    await iryna.hears(/не випускають/);

    // Whoever is removed is so at once.
    await admin.says('/team');
    const team = await admin.hears(/Хто працює/);
    const no = /(\d+)\. бібліотекар/.exec(team.text)?.[1];
    await admin.presses(`Прибрати № ${no}`);
    await admin.presses('Так, прибрати');
    await admin.hears(/більше не діє/);
    await iryna.says('Паспорт і зошит');
    await iryna.hears(/Це для працівників бібліотек/);
    await iryna.says('/inbox');
    await iryna.hears(/Це для працівників бібліотек/);
    expect(taras.said().some(({ text }) => text.includes('Паспорт і зошит'))).toBe(false);

    // What she had in hand waits for the admin now.
    await admin.says('/inbox');
    await admin.hears(/чекає/);

    // Forgotten in the middle: the next librarian sees that it was, and nothing of it.
    await taras.says('/forget');
    await taras.presses('Так, забути все');
    await taras.hears(/я вас більше не знаю/);
    await admin.hears(/видалено на прохання людини/);
    const audit = await staff(['audit'], env);
    expect(audit.out).toMatch(/remove/);
    expect(audit.out).toMatch(/answer/);
    expect(vistka.logs.join('\n')).not.toMatch(/курси|Коваль|паспорт|a fault of ours/);
  });

  it('a mother on the web and her telephone become one person by a code, once, and part again', async () => {
    const phone = viber('Галина');
    await phone.says('/country');
    await phone.presses('Польща');
    await phone.says('/join');
    const offered = await phone.hears(/Ось код для другого чату/);
    const code = /\/join (\w{8})/.exec(offered.text)?.[1] ?? '';
    expect(offered.text).toContain(`${vistka.url}/chat#join-${code}`);
    expect(offered.text).toContain(`https://t.me/vistka_test_bot?start=join-${code}`);

    const page = await web();
    await page.starts(`join-${code}`);
    await page.hears(/лише якщо код зробили ви самі/);
    await page.presses('Так, код мій');
    await page.hears(/З’єднано/);
    await page.says('/country');
    expect((await page.hears(/Зараз у мене записано/)).text).toContain('Польща');

    const thief = telegram('Злодій');
    await thief.says(`/join ${code}`);
    await thief.hears(/Такий код не діє/);

    await page.says('/join');
    await page.hears(/з’єднано: Viber/);
    await page.presses('Від’єднати');
    await page.presses('Так, від’єднати');
    await page.hears(/Від’єднано/);
    await phone.says('/join');
    expect((await phone.hears(/Ось код/)).text).not.toContain('з’єднано:');
  });
});
