import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BadPayload, ChannelDown } from '../../../src/channels/errors.ts';
import { FETCH_LIMIT, mountMedia } from '../../../src/channels/media.ts';
import { ownAddresses } from '../../../src/channels/viber/own-addresses.ts';
import { PICTURE_BYTES } from '../../../src/channels/viber/render.ts';
import type { IncomingFile } from '../../../src/conversation/event.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { startViber, type ViberEmulator, type ViberPerson } from '../../emulators/viber.ts';
import { jpeg, media, pdf, pictureOf, png } from '../samples.ts';
import { type Bot, startBot } from './bot.ts';

let viber: ViberEmulator;
let bot: Bot;
let maria: ViberPerson;

beforeEach(async () => {
  viber = await startViber();
  bot = await startBot(viber, { config: { publicUrl: 'https://bot.example' }, idle: true });
  // The webhook is the bot's true address; pictures are said to be elsewhere, which nobody fetches here.
  await viber.setWebhook(`${bot.publicUrl}/webhooks/viber`);
  maria = viber.person({ name: 'Maria' });
  await maria.subscribes();
});
afterEach(async () => {
  await bot[Symbol.asyncDispose]();
  await viber.close();
});

const send = (reply: Reply) => bot.channel.send(maria.id, reply);
const rows: Reply['rows'] = [[{ label: 'Menu', action: 'menu' }]];

describe('a picture', () => {
  test('is one message with its words and its keyboard', async () => {
    const poster = media(jpeg);
    expect(await send({ text: '**Club** at 3', rows, picture: poster })).toBeNull();
    expect(maria.messages()).toHaveLength(1);
    expect(maria.messages()[0]).toMatchObject({
      type: 'picture',
      text: '*Club* at 3',
      media: `https://bot.example/media/${poster.id}/file.jpg`,
    });
    expect(maria.buttons()).toEqual(['Menu']);
  });

  test('may come without words', async () => {
    await send({ text: '', picture: media(png, 'plan.png', 'image/png') });
    expect(maria.messages()[0]).toMatchObject({ type: 'picture', text: '' });
  });

  test.each([
    ['512 characters', { text: 'x'.repeat(512), picture: media(jpeg) }, 'picture'],
    ['513 characters', { text: 'x'.repeat(513), picture: media(jpeg) }, 'text'],
    ['a megabyte', { text: 'x', picture: media(pictureOf(PICTURE_BYTES)) }, 'picture'],
    ['more than a megabyte', { text: 'x', picture: media(pictureOf(PICTURE_BYTES + 1)) }, 'text'],
    ['a PDF', { text: 'x', file: media(pdf, 'grant.pdf', 'application/pdf') }, 'text'],
  ] as const)('with %s is one message all the same', async (_, reply, type) => {
    await send({ ...reply, rows });
    expect(maria.messages().map((one) => one.type)).toEqual([type]);
    expect(maria.buttons()).toEqual(['Menu']);
    const { media: shown = undefined, ...rest } = maria.messages()[0] ?? { text: '' };
    expect(shown ?? rest.text).toContain('https://bot.example/media/');
  });

  test('to a client without a keyboard has its choices as numbers under it', async () => {
    const anna = viber.person({ name: 'Anna' });
    await anna.subscribes();
    anna.refusesKeyboards();
    await bot.channel.send(anna.id, { text: 'x', rows });
    await viber.idle();
    await bot.channel.send(anna.id, { text: 'Club', rows, picture: media(jpeg) });
    expect(anna.messages()[0]).toMatchObject({ type: 'picture', text: 'Club\n\n1. Menu' });
  });

  test('is weighed once, however many it goes to; one whose size is known is not loaded at all', async () => {
    const poster = media(jpeg);
    for (let times = 0; times < 3; times++) await send({ text: 'x', picture: poster });
    expect(poster.asked()).toBe(1);
    const known = media(jpeg);
    await send({ text: 'x', picture: { ...known, bytes: jpeg.length } });
    expect(known.asked()).toBe(0);
  });

  test('that is gone is refused', async () => {
    const { content: _, ...gone } = media(jpeg);
    await expect(send({ text: 'x', picture: gone })).rejects.toThrow(BadPayload);
    expect(maria.messages()).toHaveLength(0);
  });

  test('can be fetched from the address that was sent', async () => {
    const poster = media(jpeg);
    await send({ text: 'x', picture: poster });
    const app = new Hono();
    mountMedia(app, async (id) => (id === poster.id ? { name: 'x', mime: 'image/jpeg', content: jpeg } : null));
    const response = await app.request(new URL(maria.messages()[0]?.media ?? '').pathname);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(jpeg);
  });
});

describe('what a person sends', () => {
  const fileOf = (): IncomingFile => {
    const event = bot.accepted.at(-1);
    if (!event || !('file' in event) || !event.file) throw new Error('no file came');
    return event.file;
  };
  const fetched = (file = fileOf()) => bot.channel.fetchFile?.(file) ?? Promise.reject(new Error('no such way'));

  test('a picture with words is words, and the picture can be had', async () => {
    await maria.sendsPicture(jpeg, 'Poster');
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'text', text: 'Poster', file: { kind: 'picture' } });
    expect(await fetched()).toEqual({ mime: 'image/jpeg', content: new Uint8Array(jpeg) });
  });

  test('a picture without words and a document are still what the bot can not read, with a way to have them', async () => {
    await maria.sendsPicture(png);
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'unreadable', what: 'picture' });
    expect(await fetched()).toMatchObject({ mime: 'image/png' });
    await maria.sendsFile({ name: 'умови.pdf', mime: 'application/pdf', bytes: pdf });
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'unreadable', what: 'file' });
    expect(fileOf()).toMatchObject({ kind: 'file', name: 'умови.pdf', bytes: pdf.length });
    expect(await fetched()).toMatchObject({ mime: 'application/pdf' });
  });

  test.each([
    ['a page', Buffer.from('<html>')],
    ['more than 5 MB', pictureOf(FETCH_LIMIT + 1)],
  ])('%s is refused', async (_, bytes) => {
    await maria.sendsPicture(bytes);
    await expect(fetched()).rejects.toThrow(BadPayload);
  });

  test('a connection that breaks is no refusal', async () => {
    await maria.sendsPicture(jpeg);
    viber.fail({ kind: 'drop', method: 'media' });
    await expect(fetched()).rejects.toThrow(ChannelDown);
    expect(await fetched()).toMatchObject({ mime: 'image/jpeg' });
  });

  test('an address that is not where Viber keeps things is no file, and is never fetched', async () => {
    await maria.sends({ type: 'picture', media: 'https://evil.example/x.jpg', text: 'look' });
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'text', text: 'look' });
    expect(bot.accepted.at(-1)).not.toHaveProperty('file');
    const ref = 'http://169.254.169.254/latest/meta-data';
    await expect(fetched({ ref, kind: 'picture', name: null, mime: null, bytes: null })).rejects.toThrow(BadPayload);
  });

  describe('when the address leads on', () => {
    let elsewhere: Server;
    let asked = 0;
    beforeEach(async () => {
      asked = 0;
      elsewhere = createServer((_, response) => {
        asked += 1;
        response.end(jpeg);
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => new Promise((resolve) => elsewhere.close(resolve)));
    const leading = async (location: string, times = 1) => {
      await maria.sendsPicture(jpeg);
      viber.fail({ kind: 'http', status: 302, headers: { location }, method: 'media', times });
      return fetched();
    };

    test('to another host, it is not followed', async () => {
      const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/x.jpg`;
      await expect(leading(url)).rejects.toThrow(BadPayload);
      expect(asked).toBe(0);
    });

    test('within Viber, it is, but not for ever', async () => {
      const address = viber.keepMedia('x.png', 'image/png', png);
      expect(await leading(address)).toMatchObject({ mime: 'image/png' });
      await expect(leading(address, 9)).rejects.toThrow(BadPayload);
    });
  });
});

test.each([
  ['https://dl-media.viber.com/1/share/x.jpg', true],
  ['https://viber.com/x.jpg', true],
  ['https://chatapi.viber.com/x', true],
  ['http://dl-media.viber.com/x.jpg', false],
  ['https://dl-media.viber.com:8443/x.jpg', false],
  ['https://viber.com.evil.example/x.jpg', false],
  ['https://evilviber.com/x.jpg', false],
  ['https://viber.com@evil.example/x.jpg', false],
  ['https://user:pass@dl-media.viber.com/x.jpg', false],
  ['https://127.0.0.1/x.jpg', false],
  ['file:///etc/passwd', false],
])('%s is an address of Viber: %s', (url, own) => {
  expect(ownAddresses('https://chatapi.viber.com/pa')(new URL(url))).toBe(own);
});
