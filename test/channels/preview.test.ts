/** What staff are shown of a message is what people get: the preview and the platform, side by side. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Preview } from '../../src/channels/channel.ts';
import { BadPayload } from '../../src/channels/errors.ts';
import { shownWords } from '../../src/channels/viber/words.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { startTelegram, type TelegramEmulator } from '../emulators/telegram.ts';
import { startViber, type ViberEmulator } from '../emulators/viber.ts';
import { media, pdf, png } from './samples.ts';
import { openChannel } from './telegram/open-channel.ts';
import { type Bot, registered, startBot } from './viber/bot.ts';

const rows: Reply['rows'] = [
  [{ label: 'Нагадати', action: 'dates:follow:1' }],
  [
    { label: 'Детальніше', url: 'https://library.example' },
    { label: 'Зупинити', action: 'subscribe:stop' },
  ],
];
const poster = media(png, 'Афіша.png', 'image/png');
const replies: Record<string, Reply> = {
  words: { text: '**Клуб** у суботу, *16:00*, 5 < 6 & [сайт](https://a.ua/x_y)', rows },
  'words without end': { text: `${'дуже-довго '.repeat(900)}**кінець**`, rows },
  'a picture': { text: 'Клуб **у суботу**', picture: poster, rows },
  'a picture with many words': { text: 'слово '.repeat(250), picture: poster, rows },
  'a picture alone': { text: '', picture: poster },
  'a PDF': { text: 'Умови конкурсу', file: media(pdf, 'умови.pdf', 'application/pdf'), rows },
  'a place and a file': {
    text: 'Записано',
    pin: { lat: 1, lon: 2, title: 'Бібліотека', address: 'Ринок, 1' },
    document: { name: 'x.ics', mime: 'text/calendar', content: 'BEGIN:VCALENDAR' },
    rows,
  },
  'a label that is too long': { text: 'x', rows: [[{ label: 'а'.repeat(300), action: 'menu' }]] },
  'a question for the place': { text: 'Де ви?', ask: { what: 'place', label: 'Я тут' } },
  'seven buttons in a row': {
    text: 'x',
    rows: [Array.from({ length: 7 }, (_, index) => ({ label: `${index}`, action: `menu:${index}` }))],
  },
};

let telegram: TelegramEmulator;
let viber: ViberEmulator;
let bot: Bot;
beforeEach(async () => {
  telegram = await startTelegram();
  viber = await startViber();
  bot = await startBot(viber);
  await registered(viber);
});
afterEach(async () => {
  await bot[Symbol.asyncDispose]();
  await viber.close();
  await telegram.stop();
});

test.each(Object.entries(replies))('%s is shown as Telegram will show it', async (_, reply) => {
  const { channel } = openChannel(telegram);
  const oksana = telegram.person({ started: true });
  await channel.send(String(oksana.id), reply);
  const got = oksana.messages().map(
    (message): Preview => ({
      text: message.venue ? `${message.venue.title}\n${message.venue.address}` : message.text,
      picture: message.attached?.kind === 'photo',
      file: message.attached?.kind === 'document',
      buttons: (message.keyboard ?? message.buttons).map((row) => row.map(({ text }) => text)),
    }),
  );
  expect(channel.preview(reply)).toEqual(got);
});

test.each(Object.entries(replies))('%s is shown as Viber will show it', async (_, reply) => {
  const maria = viber.person();
  await maria.subscribes();
  await bot.channel.send(maria.id, reply);
  const shown = bot.channel.preview(reply);
  // A document's address is sealed anew each time.
  const stable = (text: string) => text.replace(/\/files\/[\w-]+\//, '/files/…/');
  expect(shown.map(({ text, picture }) => ({ text: stable(text), picture }))).toEqual(
    maria.messages().map(({ text, type }) => ({ text: stable(shownWords(text)), picture: type === 'picture' })),
  );
  expect(shown.at(-1)?.buttons.flat()).toEqual(maria.buttons());
  expect(shown.slice(0, -1).flatMap(({ buttons }) => buttons)).toEqual([]);
});

test('what a platform would refuse is refused in the preview', () => {
  const { channel } = openChannel(telegram);
  const bad: Reply = { text: 'x', rows: [[{ label: ' ', action: 'menu' }]] };
  expect(() => channel.preview(bad)).toThrow(BadPayload);
  expect(() => bot.channel.preview(bad)).toThrow(BadPayload);
});
