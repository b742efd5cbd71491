import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  AccountTrouble,
  BadPayload,
  ChannelDown,
  NotSupported,
  PersonGone,
  RateLimited,
} from '../../../src/channels/errors.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { startViber, type ViberEmulator, type ViberPerson } from '../../emulators/viber.ts';
import { type Bot, registered, startBot } from './bot.ts';

let viber: ViberEmulator;
let bot: Bot;
let maria: ViberPerson;

beforeEach(async () => {
  viber = await startViber();
  bot = await startBot(viber, { config: { timings: { callMs: 300 } } });
  await registered(viber);
  maria = viber.person({ name: 'Maria' });
  await maria.subscribes();
});
afterEach(async () => {
  await bot[Symbol.asyncDispose]();
  await viber.close();
});

const menu: Reply = {
  text: 'Hello',
  rows: [[{ label: 'Ask', action: 'ask:1' }], [{ label: 'Menu', action: 'menu' }]],
};

async function failure(reply: Reply = { text: 'Hello' }): Promise<unknown> {
  return bot.channel.send(maria.id, reply).then(
    () => null,
    (error: unknown) => error,
  );
}

function sends() {
  return viber.calls.filter((call) => call.method === 'send_message');
}

describe('a conversation', () => {
  test('goes both ways: words, buttons, a place, a number', async () => {
    await bot.channel.send(maria.id, menu);
    expect((await maria.hears()).text).toBe('Hello');
    expect(maria.buttons()).toEqual(['Ask', 'Menu']);
    await maria.presses('Ask');
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'choice', action: 'ask:1', sender: maria.id });
    await maria.shares({ lat: 49.8, lon: 24 });
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'place', lat: 49.8, lon: 24 });
    await bot.channel.send(maria.id, { text: 'Your number?', ask: { what: 'contact', label: 'Share' } });
    await maria.sharesContact('380970000001', 'Somebody');
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'contact', phone: '+380970000001' });
    await bot.channel.send(maria.id, { text: 'Thank you' });
    await maria.sharesContact('380970000002', 'Somebody');
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'unreadable' });
    await maria.unsubscribes();
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'stopped' });
    expect(viber.offences).toEqual([]);
  });

  test('begins with a welcome in the opened chat, before any subscription', async () => {
    const ivan = viber.person({ name: 'Ivan' });
    expect(await ivan.opens('book-lviv-1')).toMatchObject({ text: 'Hello', welcome: true });
    expect(ivan.subscribed).toBe(false);
    await expect(bot.channel.send(ivan.id, menu)).rejects.toBeInstanceOf(PersonGone);
    await ivan.says('hi');
    await bot.channel.send(ivan.id, menu);
    expect(viber.offences).toEqual([]);
  });

  test('keeps the order of a reply in several messages', async () => {
    const pages = Array.from({ length: 4 }, (_, index) => `${index}${' word'.repeat(1300)}`);
    await bot.channel.send(maria.id, {
      ...menu,
      text: pages.join('\n\n'),
      pin: { lat: 1, lon: 2, title: 'T', address: 'A' },
    });
    expect(maria.messages().map((one) => one.text[0])).toEqual(['0', '1', '2', '3', undefined]);
    expect(maria.buttons()).toEqual(['Ask', 'Menu']);
  });
});

describe('an old client', () => {
  test('that takes no share button gets the same as numbered text, and its number is a press', async () => {
    const anna = viber.person({ name: 'Anna', apiVersion: 1 });
    await anna.subscribes();
    const reply: Reply = { ...menu, ask: { what: 'place', label: 'Share' } };
    await bot.channel.send(anna.id, reply);
    expect((await anna.hears()).text).toBe('Hello\n\n1. Ask\n2. Menu');
    await anna.says('2');
    expect(bot.accepted.at(-1)).toMatchObject({ kind: 'choice', action: 'menu' });
    // It is remembered: the next reply costs one call.
    const before = sends().length;
    await bot.channel.send(anna.id, reply);
    expect(sends()).toHaveLength(before + 1);
  });

  test.each([11, 13, 14])('status %i is followed by plain text at once', async (status) => {
    viber.fail({ kind: 'status', status, method: 'send_message' });
    expect(await failure(menu)).toBeNull();
    expect(maria.messages().map((one) => one.text)).toEqual(['Hello\n\n1. Ask\n2. Menu']);
    expect(sends().at(-1)?.body.min_api_version).toBe(1);
  });

  test('that refuses plain text as well is nobody we can reach', async () => {
    viber.fail({ kind: 'status', status: 13, method: 'send_message', times: 2 });
    expect(await failure(menu)).toBeInstanceOf(PersonGone);
  });

  test('that drops a keyboard after the fact gets numbers from then on, until a button works again', async () => {
    maria.refusesKeyboards();
    await bot.channel.send(maria.id, menu);
    await viber.idle();
    expect(maria.messages()).toHaveLength(0);
    await bot.channel.send(maria.id, menu);
    expect((await maria.hears()).text).toContain('1. Ask');
    maria.refusesKeyboards(false);
    await maria.says('~menu');
    await bot.channel.send(maria.id, menu);
    expect(maria.buttons()).toEqual(['Ask', 'Menu']);
  });
});

describe('a refusal says what to do next', () => {
  test.each([5, 6])('status %i: the person is gone', async (status) => {
    viber.fail({ kind: 'status', status, method: 'send_message' });
    expect(await failure()).toBeInstanceOf(PersonGone);
  });

  test('status 12: not within the hour', async () => {
    viber.fail({ kind: 'status', status: 12, method: 'send_message' });
    expect(await failure()).toMatchObject({ name: 'RateLimited', retryAfterMs: 3_600_000 });
  });

  test.each([1, 3, 4, 16, 20, 21, 22])('status %i: our fault, never again', async (status) => {
    viber.fail({ kind: 'status', status, method: 'send_message' });
    expect(await failure()).toBeInstanceOf(BadPayload);
  });

  test.each([2, 7, 8, 9, 15, 23, 24])('status %i: the account is in trouble, and somebody is told', async (status) => {
    viber.fail({ kind: 'status', status, method: 'send_message' });
    expect(await failure()).toMatchObject({ name: 'AccountTrouble', uncertain: false });
    expect(bot.lines).toContainEqual({ level: 'error', message: 'Viber refuses this account', fields: { status } });
    expect(bot.channel.health()).toMatchObject({ ok: false, problem: `Viber status ${status}` });
  });

  test('status 10: the webhook is set again at once', async () => {
    viber.fail({ kind: 'status', status: 10, method: 'send_message' });
    expect(await failure()).toMatchObject({ name: 'ChannelDown', uncertain: false });
    await expect.poll(() => viber.calls.filter((call) => call.method === 'set_webhook').length).toBe(2);
    await expect.poll(() => bot.channel.health().ok).toBe(true);
  });

  test('an unknown status: later', async () => {
    viber.fail({ kind: 'status', status: 99, method: 'send_message' });
    expect(await failure()).toMatchObject({ name: 'ChannelDown', uncertain: false });
  });

  test('HTTP 429: as long as it says', async () => {
    viber.fail({ kind: 'http', status: 429, headers: { 'retry-after': '7' }, method: 'send_message' });
    expect(await failure()).toMatchObject({ name: 'RateLimited', retryAfterMs: 7000 });
  });

  test.each([
    [500, true],
    [502, true],
    [504, true],
    [503, false],
    [404, false],
  ])('HTTP %i: later; delivered perhaps: %s', async (status, uncertain) => {
    viber.fail({ kind: 'http', status, method: 'send_message' });
    expect(await failure()).toMatchObject({ name: 'ChannelDown', uncertain });
  });

  test('a hundred messages without a word from the person are the end of the hour', async () => {
    for (let sent = 0; sent < 100; sent++) await bot.channel.send(maria.id, { text: 'x' });
    expect(await failure()).toBeInstanceOf(RateLimited);
    await maria.says('I am here');
    expect(await failure()).toBeNull();
  });
});

describe('a line that fails', () => {
  test.each(['hang', 'drop', 'stall', 'deliver-and-drop'] as const)('%s: it may have arrived', async (kind) => {
    viber.fail({ kind, method: 'send_message' });
    expect(await failure()).toMatchObject({ name: 'ChannelDown', uncertain: true });
  });

  test('nobody there: it has not arrived', async () => {
    await viber.close();
    await using lonely = await startBot({ apiRoot: 'http://127.0.0.1:1/pa', token: viber.token }, { idle: true });
    await expect(lonely.channel.send('A=', menu)).rejects.toMatchObject({ name: 'ChannelDown', uncertain: false });
  });

  test('with every connection taken, no message that is said not to have been sent was', async () => {
    // More at once than there are connections: some still wait for one when their time is over.
    const texts = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    viber.fail({ kind: 'hang', method: 'send_message', times: texts.length });
    const certain: string[] = [];
    await Promise.all(
      texts.map(async (text) => {
        const error = await failure({ text });
        expect(error).toBeInstanceOf(ChannelDown);
        if (!(error as ChannelDown).uncertain) certain.push(text);
      }),
    );
    await viber.idle();
    const arrived = sends().map((call) => call.body.text);
    expect(certain.filter((text) => arrived.includes(text))).toEqual([]);
    expect(arrived.length + certain.length).toBeLessThanOrEqual(texts.length);
  });

  test('after the first part of a reply has arrived: its repetition would say that part twice', async () => {
    viber.fail({ kind: 'status', status: 0, method: 'send_message' });
    viber.fail({ kind: 'status', status: 99, method: 'send_message' });
    expect(await failure({ text: 'word '.repeat(2000) })).toMatchObject({ name: 'ChannelDown', uncertain: true });
  });

  test('its errors tell no token, no address, no person', async () => {
    for (const kind of ['hang', 'drop', 'stall'] as const) {
      viber.fail({ kind, method: 'send_message' });
      const error = await failure({ text: 'a secret' });
      expect(String(error)).toMatch(/^ChannelDown: no answer to send_message \(\w+\)$/);
    }
    const told = JSON.stringify([bot.lines, bot.counts]);
    for (const secret of [viber.token, maria.id, 'a secret', 'Maria']) expect(told).not.toContain(secret);
  });
});

describe('a broadcast', () => {
  const people = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const one = viber.person();
        await one.subscribes();
        return one;
      }),
    );

  test('reaches 300 people with one call, and tells who is gone', async () => {
    const readers = await people(299);
    await readers[7]?.unsubscribes();
    const gone = readers[7]?.id ?? '';
    const failed = await bot.channel.many.send([...readers.map((one) => one.id), 'nobody='], { text: 'News' });
    expect([...failed.keys()]).toEqual([gone, 'nobody=']);
    expect([...failed.values()].every((error) => error instanceof PersonGone)).toBe(true);
    expect(readers.filter((one) => one.messages().length === 1)).toHaveLength(298);
    expect(viber.calls.filter((call) => call.method === 'broadcast_message')).toHaveLength(1);
  });

  test('to 301 is our fault, and reaches nobody', async () => {
    const readers = await people(301);
    await expect(
      bot.channel.many.send(
        readers.map((one) => one.id),
        { text: 'x' },
      ),
    ).rejects.toBeInstanceOf(BadPayload);
    expect(readers.every((one) => one.messages().length === 0)).toBe(true);
  });

  test("gives nobody's id away, whoever wrote the words", async () => {
    await bot.channel.many.send([maria.id], { text: 'replace_me_with_receiver_id replace_me_with_user_name' });
    const { text } = await maria.hears();
    expect(text).not.toContain(maria.id);
    expect(text).not.toContain('Maria');
  });

  const failing = (reply: Reply = { text: 'News' }, to = [maria.id]) =>
    bot.channel.many.send(to, reply).then(
      () => null,
      (error: unknown) => error,
    );
  const broadcasts = () => viber.calls.filter((call) => call.method === 'broadcast_message');

  test.each([19, 20])('that this bot may not make (%i) says that another way may work', async (status) => {
    viber.fail({ kind: 'status', status, method: 'broadcast_message' });
    expect(await failing()).toBeInstanceOf(NotSupported);
  });

  test.each([23, 24, 2])('without money or leave (%i) stops everything, certainly', async (status) => {
    viber.fail({ kind: 'status', status, method: 'broadcast_message' });
    const error = await failing();
    expect(error).toBeInstanceOf(AccountTrouble);
    expect(error).toMatchObject({ uncertain: false });
    expect(bot.channel.health().ok).toBe(false);
  });

  test('tells for whom alone the money was missing, and somebody is told', async () => {
    viber.allowFreeMessages(0);
    const silent = viber.person();
    await silent.subscribes();
    await maria.says('hi');
    const failed = await bot.channel.many.send([maria.id, silent.id], { text: 'News' });
    expect([...failed.keys()]).toEqual([silent.id]);
    expect(failed.get(silent.id)).toBeInstanceOf(AccountTrouble);
    expect(bot.channel.health().problem).toBe('Viber status 23');
  });

  test('of two messages is not made: each would be charged, and one might arrive alone', async () => {
    expect(await failing({ text: 'word '.repeat(2000) })).toBeInstanceOf(BadPayload);
    expect(await failing({ text: 'x', pin: { lat: 1, lon: 1, title: 'a', address: 'b' } })).toBeInstanceOf(BadPayload);
    expect(broadcasts()).toHaveLength(0);
  });

  test('faster than Viber takes them waits for seconds, not for the hour of one person', async () => {
    viber.limitBroadcasts(1);
    expect(await failing()).toBeNull();
    expect(await failing()).toMatchObject({ name: 'RateLimited', retryAfterMs: 10_000 });
  });

  test.each(['hang', 'drop', 'stall', 'deliver-and-drop'] as const)(
    'whose answer is lost (%s) is uncertain for all',
    async (kind) => {
      viber.fail({ kind, method: 'broadcast_message' });
      expect(await failing()).toMatchObject({ name: 'ChannelDown', uncertain: true });
    },
  );

  test('gives those whose client shows no keyboard their own words, with numbers', async () => {
    const anna = viber.person({ name: 'Anna' });
    await anna.subscribes();
    anna.refusesKeyboards();
    await bot.channel.send(anna.id, menu);
    await viber.idle();
    expect(await bot.channel.many.send([maria.id, anna.id], menu)).toEqual(new Map());
    expect((await anna.hears()).text).toBe('Hello\n\n1. Ask\n2. Menu');
    expect(maria.buttons()).toEqual(['Ask', 'Menu']);
    expect(broadcasts().at(-1)?.body.broadcast_list).toEqual([maria.id]);
  });

  test('that an old client refuses reaches it as text', async () => {
    const old = viber.person({ apiVersion: 1 });
    await old.subscribes();
    const reply: Reply = { ...menu, ask: { what: 'place', label: 'Share' } };
    expect(await bot.channel.many.send([maria.id, old.id], reply)).toEqual(new Map());
    expect((await old.hears()).text).toBe('Hello\n\n1. Ask\n2. Menu');
    expect(maria.messages()).toHaveLength(1);
  });
});
