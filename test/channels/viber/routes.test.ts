import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../../../src/conversation/reply.ts';
import { startViber, type ViberEmulator } from '../../emulators/viber.ts';
import { type Bot, registered, startBot } from './bot.ts';

const URL_PATH = '/webhooks/viber';
const payload = (fields: object) => JSON.stringify({ timestamp: 1, message_token: 5, ...fields });
const text = payload({ event: 'message', sender: { id: 'A=' }, message: { type: 'text', text: 'hello' } });

let viber: ViberEmulator;
let bot: Bot;

beforeAll(async () => {
  viber = await startViber();
  bot = await startBot(viber, { idle: true });
});
afterAll(async () => {
  await bot[Symbol.asyncDispose]();
  await viber.close();
});

function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, query = '', to = bot) {
  return to.app.request(URL_PATH + query, { method: 'POST', body, headers });
}

function signed(body: string | Uint8Array<ArrayBuffer>, to = bot) {
  return post(body, { 'X-Viber-Content-Signature': viber.sign(body) }, '', to);
}

describe('the door', () => {
  test('a signed message is accepted and answered 200 with nothing', async () => {
    const response = await signed(text);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(bot.accepted.at(-1)).toMatchObject({ eventId: 'message:5', kind: 'text', text: 'hello' });
  });

  test('the signature may come in the query, where older servers of Viber put it', async () => {
    expect((await post(text, {}, `?sig=${viber.sign(text)}`)).status).toBe(200);
  });

  test('a wrong header is not saved by a good query', async () => {
    const headers = { 'X-Viber-Content-Signature': viber.sign('other') };
    expect((await post(text, headers, `?sig=${viber.sign(text)}`)).status).toBe(401);
  });

  test.each([
    ['none', {}],
    ['a malformed one', { 'X-Viber-Content-Signature': 'abc' }],
    ['one in other letters', { 'X-Viber-Content-Signature': 'ÿ'.repeat(64) }],
  ])('with %s nothing is even parsed', async (_what, headers: Record<string, string>) => {
    const before = bot.accepted.length;
    expect((await post(text, headers)).status).toBe(401);
    expect((await post('{', headers)).status).toBe(401);
    expect(bot.accepted).toHaveLength(before);
  });

  test.each(['', '{', 'null{', '{"event":"message",}'])(
    'signed bytes that are no JSON (%s) are refused',
    async (body) => {
      expect((await signed(body)).status).toBe(400);
    },
  );

  test('signed bytes that are no UTF-8 are refused', async () => {
    expect((await signed(Uint8Array.from([0x22, 0xff, 0x22]))).status).toBe(400);
  });

  test.each(['webhook', 'subscribed', 'delivered', 'seen', 'failed', 'client_status', 'something_new'])(
    '%s is answered 200 and starts nothing',
    async (event) => {
      const before = bot.accepted.length;
      const response = await signed(payload({ event, user_id: 'A=', user: { id: 'A=' } }));
      expect([response.status, await response.text()]).toEqual([200, '']);
      expect(bot.accepted).toHaveLength(before);
    },
  );

  test('an event that could not be kept is asked for again', async () => {
    await using broken = await startBot(viber, {
      idle: true,
      accept: () => Promise.reject(new Error('the disk is full: hello')),
    });
    expect((await signed(text, broken)).status).toBe(503);
    expect(JSON.stringify(broken.lines)).not.toContain('hello');
  });

  test('whatever Viber signs, it is never our server that fails', async () => {
    const event = fc.constantFrom('message', 'conversation_started', 'unsubscribed', 'failed', 'webhook', 'x');
    const person = fc.record({ id: fc.anything(), name: fc.anything(), language: fc.anything() });
    const message = fc.record({
      type: fc.constantFrom('text', 'location', 'contact', 'url', 'picture', 7, null),
      text: fc.anything(),
      location: fc.object(),
      contact: fc.record({ name: fc.anything(), phone_number: fc.anything() }),
      tracking_data: fc.anything(),
    });
    const shaped = fc.record({
      event,
      message_token: fc.oneof(fc.nat(), fc.constant('7'), fc.anything()),
      user: person,
      sender: person,
      user_id: fc.anything(),
      context: fc.anything(),
      message,
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), shaped, fc.object()), async (json) => {
        const body = safeJson(json);
        const response = await signed(body);
        expect([200, 400]).toContain(response.status);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the welcome', () => {
  const opened = (id: string, token = 9, context?: string) =>
    payload({ event: 'conversation_started', message_token: token, user: { id, name: id, language: 'uk' }, context });

  test('is the answer to the opened chat, with a sender and without a receiver, and is kept nowhere', async () => {
    const before = bot.accepted.length;
    const response = await signed(opened('A='));
    expect(await response.json()).toEqual({
      sender: { name: 'Vistka' },
      type: 'text',
      text: 'Hello',
      tracking_data: '{}',
      min_api_version: 1,
    });
    expect(bot.accepted).toHaveLength(before);
  });

  test('of two people who open at the same time goes to each their own, whoever is ready first', async () => {
    const turns = new Map<string, PromiseWithResolvers<Reply>>();
    await using slow = await startBot(viber, {
      idle: true,
      welcome: (event) => {
        const turn = Promise.withResolvers<Reply>();
        turns.set(event.sender, turn);
        return turn.promise;
      },
    });
    const [maria, ivan] = [signed(opened('maria', 1), slow), signed(opened('ivan', 2), slow)];
    await expect.poll(() => turns.size).toBe(2);
    const other = await signed(text, slow);
    turns.get('ivan')?.resolve({ text: 'Hello ivan' });
    expect(await (await ivan).json()).toMatchObject({ text: 'Hello ivan' });
    turns.get('maria')?.resolve({ text: 'Hello maria' });
    expect(await (await maria).json()).toMatchObject({ text: 'Hello maria' });
    expect(await other.text()).toBe('');
    expect(await (await signed(text, slow)).text()).toBe('');
  });

  test('that takes too long is left out, and its late failure harms nobody', async () => {
    const late = Promise.withResolvers<Reply>();
    await using slow = await startBot(viber, {
      idle: true,
      welcome: () => late.promise,
      config: { timings: { welcomeMs: 20 } },
    });
    const response = await signed(opened('A='), slow);
    expect([response.status, await response.json()]).toEqual([200, {}]);
    late.reject(new Error('too late'));
    await late.promise.catch(() => {});
    expect(slow.counts).toContainEqual({ name: 'channel_welcomes_missed', labels: { channel: 'viber', why: 'late' } });
  });

  test('that fails, or is none, or says nothing, is an empty answer', async () => {
    const welcomes = [() => Promise.reject(new Error('x')), async () => null, async () => ({ text: '' })];
    for (const welcome of welcomes) {
      await using other = await startBot(viber, { idle: true, welcome });
      const response = await signed(opened('A='), other);
      expect([response.status, await response.json()]).toEqual([200, {}]);
    }
  });
});

describe('stopping', () => {
  test('waits for what is in hand, and leaves the rest to be repeated by Viber', async () => {
    const written = Promise.withResolvers<void>();
    await using closing = await startBot(viber, { idle: true, accept: () => written.promise });
    const inHand = signed(text, closing);
    await expect.poll(() => closing.counts.length).toBeGreaterThan(0);
    let stopped = false;
    const stop = closing.channel.stop().then(() => {
      stopped = true;
    });
    expect((await signed(text, closing)).status).toBe(503);
    expect(stopped).toBe(false);
    written.resolve();
    await stop;
    expect((await inHand).status).toBe(200);
  });
});

describe('with Viber itself', () => {
  test('a message is repeated with the same token until it is kept, and is one event then', async () => {
    await using own = await startViber();
    let refusals = 2;
    const ids: string[] = [];
    await using flaky = await startBot(own, {
      accept: async (events) => {
        ids.push(...events.map((event) => event.eventId));
        if (refusals-- > 0) throw new Error('not now');
      },
    });
    await registered(own);
    const delivery = await own.person().says('hello');
    expect(delivery).toMatchObject({ tries: 3, status: 200 });
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(3);
    expect(flaky.channel.health().ok).toBe(true);
    expect(own.offences).toEqual([]);
  });
});

/** Arbitrary values hold what JSON doesn't: functions never, but bigints and cycles; those are not what Viber sends. */
function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return 'null';
  }
}
