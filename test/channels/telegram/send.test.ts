import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BadPayload, ChannelDown, PersonGone, RateLimited } from '../../../src/channels/errors.ts';
import { createApi } from '../../../src/channels/telegram/api.ts';
import { sendReply } from '../../../src/channels/telegram/send.ts';
import { createUploads } from '../../../src/channels/telegram/uploads.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { type Person, startTelegram, type TelegramEmulator } from '../../emulators/telegram.ts';

let telegram: TelegramEmulator;
let oksana: Person;
let waits: number[];

beforeEach(async () => {
  telegram = await startTelegram();
  oksana = telegram.person({ started: true });
  waits = [];
});
afterEach(() => telegram.stop());

const send = (reply: Reply, { apiRoot = telegram.apiRoot, token = telegram.token, to = oksana.id } = {}) => {
  const api = createApi({ token, apiRoot, timeoutSeconds: 0.5, dispatcher: new Agent() });
  const uploads = createUploads({ api, slow: api }, undefined);
  return sendReply({ api, uploads, wait: async (ms) => void waits.push(ms) }, String(to), reply);
};
const failure = async (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => null,
    (error: unknown) => error,
  );

describe('a reply', () => {
  test('reaches the person: words, buttons, file and pin, in order', async () => {
    await send({
      text: '**Записано** & [сайт](https://a.ua)',
      rows: [[{ label: 'Меню', action: 'menu' }]],
      document: { name: 'visit.ics', mime: 'text/calendar', content: 'BEGIN:VCALENDAR\r\nSUMMARY:Візит\r\n' },
      pin: { lat: 0, lon: 24, title: 'Бібліотека', address: 'Ринок, 1' },
    });
    const [words, file, pin] = oksana.messages();
    expect(words).toMatchObject({ text: 'Записано & сайт', buttons: [[{ text: 'Меню', callback_data: 'menu' }]] });
    expect(words?.entities).toEqual([
      { type: 'bold', offset: 0, length: 8 },
      { type: 'text_link', offset: 11, length: 4, url: 'https://a.ua' },
    ]);
    expect(file?.document).toEqual({ name: 'visit.ics', content: 'BEGIN:VCALENDAR\r\nSUMMARY:Візит\r\n' });
    expect(pin?.venue).toEqual({ lat: 0, lon: 24, title: 'Бібліотека', address: 'Ринок, 1' });
  });

  test('waits as long as Telegram asks, when that is short, and arrives once', async () => {
    telegram.inject({ status: 429, retryAfter: 2 }, { times: 2 });
    await send({ text: 'x' });
    expect(waits).toEqual([2000, 2000]);
    expect(oksana.messages()).toHaveLength(1);
  });

  test('is given back with the pause when that is long', async () => {
    telegram.inject({ status: 429, retryAfter: 6 });
    const error = await failure(send({ text: 'x' }));
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toMatchObject({ retryAfterMs: 6000 });
    expect(waits).toEqual([]);
  });

  test('that is half out waits longer, so that it need not begin anew', async () => {
    telegram.inject({ status: 429, retryAfter: 20 }, { method: 'sendVenue' });
    await send({ text: 'x', pin: { lat: 1, lon: 1, title: 'a', address: 'b' } });
    expect(waits).toEqual([20_000]);
    expect(oksana.messages()).toHaveLength(2);
  });

  test('to somebody who blocked the bot, left or never came is not tried again', async () => {
    expect(await failure(send({ text: 'x' }, { to: 99 }))).toBeInstanceOf(PersonGone);
    oksana.blocks();
    expect(await failure(send({ text: 'x' }))).toBeInstanceOf(PersonGone);
    telegram.inject({ status: 403, description: 'Forbidden: user is deactivated' });
    expect(await failure(send({ text: 'x' }))).toBeInstanceOf(PersonGone);
    expect(telegram.count('sendMessage')).toBe(3);
  });

  test('that Telegram refuses is our fault, told without the words', async () => {
    telegram.inject({ status: 400, description: `Bad Request: can't parse entities: tag "таємне" at 5` });
    const error = await failure(send({ text: 'таємне' }));
    expect(error).toBeInstanceOf(BadPayload);
    expect(String(error)).not.toContain('таємне');
    expect(String(error)).toContain('can');
  });

  test('that changes nothing is no failure', async () => {
    telegram.inject({ status: 400, description: 'Bad Request: message is not modified: same' });
    expect(await failure(send({ text: 'x' }))).toBeNull();
  });

  test.each([
    ['502 from Telegram', { status: 502 }, true],
    ['an error page of a proxy', { status: 502, html: true }, true],
    ['no answer in time', 'hang', true],
    ['a dropped connection', 'drop', true],
    ['a refused token', { status: 401 }, false],
  ] as const)('%s: not reached, perhaps delivered: %o %s', async (_, trouble, uncertain) => {
    telegram.inject(trouble);
    const error = await failure(send({ text: 'x' }));
    expect(error).toBeInstanceOf(ChannelDown);
    expect(error).toMatchObject({ uncertain });
  });

  test('that was never sent is known not to be delivered', async () => {
    const gone = await startTelegram();
    await gone.stop();
    const error = await failure(send({ text: 'x' }, { apiRoot: gone.apiRoot }));
    expect(error).toMatchObject({ name: 'ChannelDown', uncertain: false });
  });

  test('that fails after its first part goes on there, so that nothing is said twice', async () => {
    telegram.inject({ status: 502, html: true }, { method: 'sendVenue' });
    telegram.inject('drop', { method: 'sendVenue' });
    await send({ text: 'x', pin: { lat: 1, lon: 1, title: 'a', address: 'b' } });
    expect(oksana.messages()).toHaveLength(2);
    expect(waits).toEqual([1_000, 2_000]);
  });

  test('that goes on failing after its first part may have been delivered in part', async () => {
    telegram.inject({ status: 401 }, { method: 'sendVenue', times: 3 });
    const error = await failure(send({ text: 'x', pin: { lat: 1, lon: 1, title: 'a', address: 'b' } }));
    expect(error).toMatchObject({ name: 'ChannelDown', uncertain: true });
  });

  test('never shows the token in what it throws', async () => {
    for (const trouble of ['drop', 'hang', { status: 502, html: true }, { status: 401 }, { status: 400 }] as const) {
      telegram.inject(trouble);
      const error = (await failure(send({ text: 'x' }))) as Error;
      const all = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join();
      expect(all).not.toContain(telegram.token.split(':')[1]);
    }
  });
});
