import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BadPayload, ChannelDown, RateLimited } from '../../../src/channels/errors.ts';
import { FETCH_LIMIT } from '../../../src/channels/media.ts';
import type { IncomingFile } from '../../../src/conversation/event.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { type Person, startTelegram, type TelegramEmulator } from '../../emulators/telegram.ts';
import { jpeg, media, pdf, pictureOf, png } from '../samples.ts';
import { openChannel } from './open-channel.ts';

let telegram: TelegramEmulator;
let oksana: Person;
let channel: ReturnType<typeof openChannel>['channel'];

beforeEach(async () => {
  telegram = await startTelegram();
  oksana = telegram.person({ started: true });
  channel = openChannel(telegram).channel;
});
afterEach(async () => {
  await channel.stop();
  await telegram.stop();
});

const send = (reply: Reply, to = oksana) => channel.send(String(to.id), reply);
const rows: Reply['rows'] = [[{ label: 'Меню', action: 'menu' }]];
const uploads = () => telegram.calls().filter(({ payload }) => typeof (payload.photo ?? payload.document) === 'object');

describe('a picture', () => {
  test('comes with its words under it and its buttons, as one message', async () => {
    await send({ text: '**Клуб** & [сайт](https://a.ua)', rows, picture: media(png) });
    expect(oksana.messages()).toHaveLength(1);
    expect(oksana.messages()[0]).toMatchObject({
      text: 'Клуб & сайт',
      buttons: [[{ text: 'Меню', callback_data: 'menu' }]],
      attached: { kind: 'photo', bytes: png },
    });
  });

  test('stands alone before words that are too long for a caption, and 1,024 letters are not', async () => {
    await send({ text: `**${'ї'.repeat(1024)}**`, rows, picture: media(png) });
    await send({ text: 'ї'.repeat(1025), rows, picture: media(png) });
    expect(oksana.messages().map((one) => [one.text.length, one.attached !== null, one.buttons.length])).toEqual([
      [1024, true, 1],
      [0, true, 0],
      [1025, false, 1],
    ]);
  });

  test('may come without words, and a PDF as a document with its name', async () => {
    await send({ text: '', picture: media(png) });
    await send({ text: 'Умови', file: media(pdf, 'Умови гранту.pdf', 'application/pdf') });
    expect(oksana.messages()[0]?.attached?.kind).toBe('photo');
    expect(oksana.messages()[1]).toMatchObject({
      text: 'Умови',
      attached: { kind: 'document', name: 'Умови_гранту.pdf', bytes: pdf },
    });
  });

  test('is uploaded once and then sent by its name, also to many at once', async () => {
    const poster = media(png);
    const readers = Array.from({ length: 40 }, () => telegram.person({ started: true }));
    await Promise.all(readers.map((one) => send({ text: 'x', picture: poster }, one)));
    expect(readers.every((one) => one.messages()[0]?.attached?.bytes.equals(png))).toBe(true);
    expect(uploads()).toHaveLength(1);
    expect(poster.asked()).toBe(1);
  });

  test('that the first reader could not get is uploaded with the next', async () => {
    const poster = media(png);
    const readers = Array.from({ length: 5 }, () => telegram.person({ started: true }));
    readers[0]?.blocks();
    const sent = await Promise.allSettled(readers.map((one) => send({ text: 'x', picture: poster }, one)));
    expect(sent.filter((one) => one.status === 'rejected')).toHaveLength(1);
    expect(uploads()).toHaveLength(2);
  });

  test('whose name Telegram has forgotten is uploaded anew', async () => {
    const poster = media(png);
    await send({ text: '1', picture: poster });
    telegram.forgetFiles();
    await send({ text: '2', picture: poster });
    await send({ text: '3', picture: poster });
    expect(oksana.messages().map((one) => one.text)).toEqual(['1', '2', '3']);
    expect(uploads()).toHaveLength(2);
  });

  test('whose bytes are gone, or are no picture, is refused and nothing is sent', async () => {
    const { content: _, ...gone } = media(png);
    await expect(send({ text: 'x', picture: gone })).rejects.toThrow(BadPayload);
    await expect(send({ text: 'x', picture: media(Buffer.from('<html>')) })).rejects.toThrow(BadPayload);
    telegram.inject({ status: 400, description: 'Bad Request: PHOTO_INVALID_DIMENSIONS' });
    await expect(send({ text: 'x', picture: media(png) })).rejects.toThrow(BadPayload);
    expect(oksana.messages()).toHaveLength(0);
  });

  test('asked to wait, waits', async () => {
    telegram.inject({ status: 429, retryAfter: 9 });
    await expect(send({ text: 'x', picture: media(png) })).rejects.toThrow(RateLimited);
  });
});

describe('what a person sends', () => {
  const received = async (): Promise<IncomingFile> => {
    const opened = openChannel(telegram);
    opened.channel.start();
    await telegram.settled();
    await opened.channel.stop();
    const file = opened.accepted.map((event) => ('file' in event ? event.file : undefined)).find(Boolean);
    if (!file) throw new Error('no file came');
    return file;
  };
  const fetched = async (file: IncomingFile) => channel.fetchFile?.(file);

  test('a photo is fetched as it was sent', async () => {
    oksana.sendsPhoto(jpeg, 'Афіша');
    expect(await fetched(await received())).toEqual({ mime: 'image/jpeg', content: new Uint8Array(jpeg) });
  });

  test('a document is what its bytes are, whatever was claimed', async () => {
    oksana.sendsDocument({ name: 'афіша.exe', mime: 'application/x-msdownload', bytes: pdf });
    const file = await received();
    expect(file).toMatchObject({ kind: 'file', name: 'афіша.exe' });
    expect(await fetched(file)).toMatchObject({ mime: 'application/pdf' });
  });

  const kept = (bytes: Uint8Array): IncomingFile => ({
    ref: telegram.file('x.png', bytes),
    kind: 'file',
    name: null,
    mime: 'image/png',
    bytes: null,
  });

  test.each([
    ['a page', Buffer.from('<html><script>')],
    ['a picture over 5 MB', pictureOf(FETCH_LIMIT + 1)],
    ['nothing', Buffer.alloc(0)],
  ])('%s is refused', async (_, bytes) => {
    await expect(fetched(kept(bytes))).rejects.toThrow(BadPayload);
  });

  test('five megabytes are taken to the last byte', async () => {
    expect((await fetched(kept(pictureOf(FETCH_LIMIT))))?.content).toHaveLength(FETCH_LIMIT);
  });

  test('what is no longer there is refused', async () => {
    const file = kept(png);
    telegram.forgetFiles();
    await expect(fetched(file)).rejects.toThrow(BadPayload);
  });

  test.each([
    ['drop', ChannelDown],
    [{ status: 502 }, ChannelDown],
    [{ status: 429 }, RateLimited],
    [{ status: 404 }, BadPayload],
  ] as const)('a download that fails by %o says what to do next, and never the token', async (trouble, kind) => {
    telegram.inject(trouble, { method: 'file' });
    const error = await fetched(kept(png)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    const all = error instanceof Error ? [error.message, error.stack, String(error.cause)].join() : '';
    expect(all).not.toContain(telegram.token.split(':')[1]);
  });
});
