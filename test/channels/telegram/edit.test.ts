import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BadPayload, ChannelDown, PersonGone } from '../../../src/channels/errors.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { type Person, startTelegram, type TelegramEmulator } from '../../emulators/telegram.ts';
import { media, pdf, png } from '../samples.ts';
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

const send = (reply: Reply) => channel.send(String(oksana.id), reply);
const edit = async (receipt: string | null, reply: Reply) => channel.edit?.(String(oksana.id), receipt ?? '', reply);
const rows: Reply['rows'] = [[{ label: 'Зупинити', action: 'announce:stop' }]];

describe('a receipt', () => {
  test('changes the very message, its words and its buttons, in place', async () => {
    const receipt = await send({ text: 'Надіслано **1** з 300', rows });
    await send({ text: 'Інше' });
    await edit(receipt, { text: 'Надіслано **300** з 300' });
    const [first, second] = oksana.messages();
    expect(first).toMatchObject({ text: 'Надіслано 300 з 300', buttons: [], edited: 1 });
    expect(second).toMatchObject({ text: 'Інше' });
    expect(oksana.messages()).toHaveLength(2);
  });

  test('changes the words under a picture and leaves the picture', async () => {
    const receipt = await send({ text: 'Клуб о 15:00', picture: media(png), rows });
    await edit(receipt, { text: 'Клуб о **16:00**', rows });
    expect(oksana.messages()[0]).toMatchObject({ text: 'Клуб о 16:00', attached: { bytes: png } });
    expect(telegram.count('editMessageCaption')).toBe(1);
  });

  test('changes the words below a picture that were too long to stand under it', async () => {
    const receipt = await send({ text: 'слово '.repeat(300), picture: media(png) });
    await edit(receipt, { text: 'коротко' });
    expect(oksana.messages().map((one) => one.text)).toEqual(['', 'коротко']);
  });

  test('changes all parts of a long message', async () => {
    const long = (word: string) => Array.from({ length: 3 }, () => word.repeat(1800)).join('\n\n');
    const receipt = await send({ text: long('а'), rows });
    await edit(receipt, { text: long('б'), rows });
    expect(oksana.messages().map((one) => [one.text[0], one.buttons.length])).toEqual([
      ['б', 0],
      ['б', 1],
    ]);
    await expect(edit(receipt, { text: 'коротко' })).rejects.toThrow(BadPayload);
  });

  test('is none for a pin or a small file alone, and the words count when there are both', async () => {
    const pin = { lat: 1, lon: 1, title: 'a', address: 'b' };
    expect(await send({ text: '', pin })).toBeNull();
    const receipt = await send({ text: 'a', pin });
    await edit(receipt, { text: 'b' });
    expect(oksana.messages().map((one) => one.text)).toEqual(['', 'b', '']);
  });
});

describe('a change', () => {
  test('that says what stands there already is no failure', async () => {
    const receipt = await send({ text: 'x', rows });
    await edit(receipt, { text: 'x', rows });
    await edit(receipt, { text: 'x', rows });
    expect(oksana.messages()[0]?.edited).toBeUndefined();
  });

  test.each(['', 't:', 'c:x', '7', 't:1;2', 't:999999'])('by the receipt %j is our fault', async (receipt) => {
    await expect(edit(receipt, { text: 'x' })).rejects.toThrow(BadPayload);
  });

  test('of a message that is gone, or too long for its place, is refused', async () => {
    const receipt = await send({ text: 'x' });
    await channel.clear?.(String(oksana.id));
    await expect(edit(receipt, { text: 'y' })).rejects.toThrow(BadPayload);
    const under = await send({ text: 'x', file: media(pdf, 'Грант.pdf', 'application/pdf') });
    await expect(edit(under, { text: 'y'.repeat(1025) })).rejects.toThrow(BadPayload);
    await edit(under, { text: 'y'.repeat(1024) });
  });

  test('for somebody who has blocked the bot, or while Telegram is away, says so', async () => {
    const receipt = await send({ text: 'x' });
    telegram.inject({ status: 502, html: true });
    await expect(edit(receipt, { text: 'y' })).rejects.toThrow(ChannelDown);
    oksana.blocks();
    await expect(edit(receipt, { text: 'y' })).rejects.toThrow(PersonGone);
  });
});
