import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startVistka } from '../vistka.ts';
import { startFront } from './front.ts';
import { onTelegram, visitor } from './visitor.ts';

/** Two processes on one PostgreSQL and one Redis; each update goes to either of them in turn. */
let front: Awaited<ReturnType<typeof startFront>>;
let vistka: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  front = await startFront();
  vistka = await startVistka({
    telegram: 'webhook',
    database: 'postgres',
    redisUrl: inject('redisUrl'),
    env: { PUBLIC_URL: front.url, RATE_LIMIT_PER_MINUTE: '0' },
  });
  front.to(vistka.url, await vistka.another());
  await vistka.telegram.until(() => vistka.telegram.webhook().url !== '');
});
afterAll(async () => {
  await vistka.stop();
  await front.stop();
});

const countries = ['Польща', 'Чехія', 'Німеччина', 'Італія', 'Іспанія', 'Португалія', 'Словаччина', 'Румунія'];

/** Asks to change the country and names it, so that each answer rests on the message before. */
async function travels(twice: boolean): Promise<void> {
  const { telegram } = vistka;
  const person = telegram.person();
  const somebody = visitor('Telegram by webhook', onTelegram(person, telegram.until));
  front.twice(twice);
  for (const country of countries) {
    await somebody.says('/country');
    await somebody.says(country);
  }
  await telegram.until(() => person.messages().length >= countries.length * 2);
  await telegram.settled();
  front.twice(false);
  await somebody.says('/menu');
  await somebody.hears(/Чим допомогти/);
  const said = somebody.said().map((seen) => /Запам’ятовую: ([^.]+)/.exec(seen.text)?.[1]);
  expect(said.filter((country) => country !== undefined)).toEqual(countries);
  expect(said.length).toBe(countries.length * 2 + 1);
}

it('one person’s overlapping messages are answered in order by both, none lost, none twice', () => travels(false));

it('messages that reach both at once are answered once', () => travels(true));

it('many people who write at once are all answered', async () => {
  const { telegram } = vistka;
  const people = Array.from({ length: 30 }, () => telegram.person());
  for (const person of people) for (let i = 0; i < 3; i++) person.says('/language');
  for (const person of people) await telegram.until(() => person.messages().length >= 3);
  await telegram.settled();
  for (const person of people) expect(person.messages().length).toBe(3);
});

it('one of the web chat is answered by whichever process takes the words, and sees it where the page is open', async () => {
  const reader = await vistka.web();
  await reader.says('/language');
  await reader.hears(/Оберіть мову/);
});
