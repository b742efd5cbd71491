import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startViber, type ViberEmulator } from '../../emulators/viber.ts';
import { type Bot, registered, startBot } from './bot.ts';

const DAY_MS = 24 * 3_600_000;
const START = 1_795_000_000_000;
const document = {
  name: 'visit.ics',
  mime: 'text/calendar',
  content: `BEGIN:VCALENDAR\r\nSUMMARY:Зустріч у бібліотеці\r\n${'X-LINE:some more of it\r\n'.repeat(40)}END:VCALENDAR\r\n`,
};

let viber: ViberEmulator;
let bot: Bot;
let now = START;

beforeAll(async () => {
  viber = await startViber();
  bot = await startBot(viber, { now: () => now });
  await registered(viber);
});
beforeEach(() => {
  now = START;
});
afterAll(async () => {
  await bot[Symbol.asyncDispose]();
  await viber.close();
});

async function linkFor(given = document): Promise<string | null> {
  const person = viber.person();
  await person.subscribes();
  await bot.channel.send(person.id, { text: 'Booked', document: given });
  return /https?:\S+/.exec(person.messages()[0]?.text ?? '')?.[0] ?? null;
}

test('a calendar file comes as a link below its name, and opens as what it was', async () => {
  const link = (await linkFor()) ?? '';
  expect(link.length).toBeLessThan(2000);
  expect(link).toMatch(/\/files\/[\w-]+\/visit\.ics$/);
  const response = await fetch(link);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(document.content);
  expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  expect(response.headers.get('cache-control')).toContain('no-store');
});

test('any other kind of file is saved, never shown as a page of ours', async () => {
  const link = (await linkFor({ name: 'мій "звіт".html', mime: 'text/html', content: '<script>1</script>' })) ?? '';
  const response = await fetch(link);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

test('another process with the same key serves it too: nothing is kept', async () => {
  const link = new URL((await linkFor()) ?? '');
  await using other = await startBot(viber, { idle: true, now: () => now });
  expect(await (await fetch(other.publicUrl + link.pathname)).text()).toBe(document.content);
});

test('a link works for seven days and not a millisecond longer', async () => {
  const link = (await linkFor()) ?? '';
  now = START + 7 * DAY_MS - 1;
  expect((await fetch(link)).status).toBe(200);
  now = START + 7 * DAY_MS;
  expect((await fetch(link)).status).toBe(410);
});

test('a link of which one character was changed opens nothing', async () => {
  const link = (await linkFor()) ?? '';
  const at = link.indexOf('/files/') + 40;
  const changed = link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1);
  for (const url of [changed, `${bot.publicUrl}/files/x/visit.ics`, `${bot.publicUrl}/files/${'A'.repeat(500)}/a`]) {
    expect((await fetch(url)).status).toBe(404);
  }
});

test('a document that no address can hold leaves the words standing, and is told in the log', async () => {
  expect(await linkFor({ ...document, content: randomBytes(4000).toString('base64') })).toBeNull();
  expect(bot.lines.at(-1)).toMatchObject({ level: 'error', message: 'a document is too long for a link' });
});
