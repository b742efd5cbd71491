/**
 * viber-bot 1.0.18, the platform's own package, is unmaintained since 2021. Its faults, one by one, and that this
 * channel, which uses nothing of it but the message classes, has none of them.
 */
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChannelDown } from '../../../src/channels/errors.ts';
import type { Event } from '../../../src/conversation/event.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { startViber, type ViberEmulator } from '../../emulators/viber.ts';
import { type Bot, registered, startBot } from './bot.ts';

let viber: ViberEmulator;
let bot: Bot;
let kept: Event[];
let keep: () => Promise<void>;

beforeEach(async () => {
  kept = [];
  keep = async () => {};
  viber = await startViber({ token: 'the-secret-token-0123456789' });
  bot = await startBot(viber, {
    accept: async (events) => {
      await keep();
      kept.push(...events);
    },
    welcome: async (event) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { text: `Welcome ${event.hint?.name}`, ask: { what: 'contact', label: 'Share' } };
    },
    config: { timings: { callMs: 300 } },
  });
  await registered(viber);
});
afterEach(async () => {
  await bot[Symbol.asyncDispose]();
  await viber.close();
});

const textFrom = (id: string, text: string, token = 1) =>
  JSON.stringify({ event: 'message', message_token: token, sender: { id }, message: { type: 'text', text } });

function post(body: string, headers: Record<string, string>, query = ''): Promise<Response> {
  return fetch(`${bot.publicUrl}/webhooks/viber${query}`, { method: 'POST', body, headers });
}

async function subscriber() {
  const person = viber.person({ name: 'Maria' });
  await person.subscribes();
  return person;
}

test('1. the signature is read from its header, not from the query alone', async () => {
  const body = textFrom('A=', 'hello');
  expect((await post(body, { 'X-Viber-Content-Signature': viber.sign(body) })).status).toBe(200);
  expect(kept).toHaveLength(1);
});

test('2. a bad request is answered: wrong signature 401, empty body no stack trace, a long body is read', async () => {
  expect((await post(textFrom('A=', 'x'), { 'X-Viber-Content-Signature': '0'.repeat(64) })).status).toBe(401);
  const empty = await post('', { 'X-Viber-Content-Signature': viber.sign('') });
  expect([empty.status, await empty.text()]).toEqual([400, '']);
  const long = JSON.stringify({ ...JSON.parse(textFrom('A=', 'hello')), extra: 'x'.repeat(150_000) });
  expect((await post(long, { 'X-Viber-Content-Signature': viber.sign(long) })).status).toBe(200);
});

test('3. a welcome reaches the one who opened the chat and nobody else, ever', async () => {
  const people = Array.from({ length: 30 }, (_, index) => viber.person({ name: `P${index}` }));
  const speaker = await subscriber();
  const welcomes = await Promise.all(people.flatMap((one) => [one.opens(), speaker.says('hello').then(() => null)]));
  expect(welcomes.filter((one) => one !== null).map((one) => one.text)).toEqual(people.map((_, i) => `Welcome P${i}`));
  await speaker.says('and later');
  expect(viber.offences).toEqual([]);
});

test('4. a message that could not be kept is not acknowledged; a failed delivery is', async () => {
  keep = () => Promise.reject(new Error('no room'));
  const body = textFrom('A=', 'hello');
  expect((await post(body, { 'X-Viber-Content-Signature': viber.sign(body) })).status).toBe(503);
  keep = async () => {};
  expect(await viber.callback('failed', { user_id: 'A=', desc: 'x' })).toMatchObject({ status: 200, tries: 1 });
});

test('5. the answer goes out after the message is safe, not before', async () => {
  const safe = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  keep = () => {
    reached.resolve();
    return safe.promise;
  };
  let answered = false;
  const delivery = viber
    .person()
    .says('hello')
    .then(() => {
      answered = true;
    });
  await reached.promise;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answered).toBe(false);
  safe.resolve();
  await delivery;
  expect(kept).toHaveLength(1);
});

test('6. a server that never answers, or stops in the middle, does not hold a send for ever', async () => {
  const maria = await subscriber();
  for (const kind of ['hang', 'stall'] as const) {
    viber.fail({ kind, method: 'send_message' });
    await expect(bot.channel.send(maria.id, { text: 'x' })).rejects.toBeInstanceOf(ChannelDown);
  }
  viber.fail({ kind: 'http', status: 200, body: '', type: 'application/json', method: 'send_message' });
  await expect(bot.channel.send(maria.id, { text: 'x' })).rejects.toBeInstanceOf(ChannelDown);
});

test('7. whatever goes wrong is an Error of a class that says what to do', async () => {
  const maria = await subscriber();
  const ways = [
    { kind: 'status', status: 4 },
    { kind: 'status', status: 99 },
    { kind: 'http', status: 502 },
    { kind: 'http', status: 200, body: '<html>', type: 'text/html' },
    { kind: 'http', status: 200, body: '[]', type: 'application/json' },
    { kind: 'http', status: 200, body: '{"status":"x"}', type: 'application/json' },
  ] as const;
  for (const way of ways) {
    viber.fail({ ...way, method: 'send_message' });
    const error = await bot.channel.send(maria.id, { text: 'x' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(['BadPayload', 'ChannelDown']).toContain((error as Error).name);
  }
  // A wrong content type around a good answer is no failure.
  viber.fail({ kind: 'http', status: 200, body: '{"status":0}', type: 'text/html', method: 'send_message' });
  await bot.channel.send(maria.id, { text: 'x' });
});

test('8. tokens of 64 bits keep their last digits, so that two messages stay two', async () => {
  const maria = await subscriber();
  await maria.says('one');
  await maria.says('two');
  const tokens = viber.deliveries.filter((one) => one.event === 'message').map((one) => `message:${one.token}`);
  expect(kept.map((event) => event.eventId)).toEqual(tokens);
  expect(new Set(tokens.map((token) => Number(token.slice(8)))).size).toBe(1); // as doubles they are one
});

test("9. sending leaves the caller's reply alone, and its buttons are on the last message that arrives", async () => {
  const maria = await subscriber();
  const reply: Reply = { text: 'word '.repeat(3000), rows: [[{ label: 'Menu', action: 'menu' }]] };
  const before = structuredClone(reply);
  await bot.channel.send(maria.id, reply);
  expect(reply).toEqual(before);
  expect(maria.messages().length).toBeGreaterThan(1);
  expect(maria.buttons()).toEqual(['Menu']);
  // A part that fails says that some of it has arrived.
  viber.fail({ kind: 'status', status: 0, method: 'send_message' });
  viber.fail({ kind: 'http', status: 503, times: 3, method: 'send_message' });
  await expect(bot.channel.send(maria.id, reply)).rejects.toMatchObject({ uncertain: true });
});

test('10. a shared phone number arrives as it was shared', async () => {
  const maria = await subscriber();
  await bot.channel.send(maria.id, { text: 'Your number?', ask: { what: 'contact', label: 'Share' } });
  await maria.sharesContact('+380970000001');
  expect(kept.at(-1)).toMatchObject({ kind: 'contact', phone: '+380970000001', name: 'Maria' });
});

test('11. tracking data is ours or absent, latitude 0 is a place, and an unknown kind of message is one', async () => {
  const maria = await subscriber();
  await bot.channel.send(maria.id, { text: 'Here', pin: { lat: 0, lon: 0, title: 'T', address: 'A' } });
  expect(maria.messages().at(-1)?.location).toEqual({ lat: 0, lon: 0 });
  expect(maria.messages().map((one) => one.trackingData)).toEqual(['{}', '{}']);
  await maria.shares({ lat: 0, lon: 0 });
  expect(kept.at(-1)).toMatchObject({ kind: 'place', lat: 0, lon: 0 });
  for (const tracking of ['', '""', 'null', '"x"', '[]']) {
    await viber.callback('message', {
      sender: { id: 'A=' },
      message: { type: 'text', text: '1', tracking_data: tracking },
    });
    expect(kept.at(-1)).toMatchObject({ kind: 'text', text: '1' });
  }
  await maria.sends({ type: 'hologram' });
  expect(kept.at(-1)).toMatchObject({ kind: 'unreadable', what: 'other' });
  // The same words twice are the same twice.
  for (let time = 0; time < 2; time++) {
    await maria.says('~menu');
    expect(kept.at(-1)).toMatchObject({ kind: 'choice', action: 'menu' });
  }
});

test('12. the token is in its header alone, and the log has neither texts nor signatures', async () => {
  const maria = await subscriber();
  await maria.says('something private');
  await bot.channel.send(maria.id, { text: 'a private answer' });
  expect(viber.calls.every((call) => !call.raw.includes(viber.token) && !('auth_token' in call.body))).toBe(true);
  expect(viber.calls.every((call) => call.headers['x-viber-auth-token'] === viber.token)).toBe(true);
  const told = JSON.stringify([bot.lines, bot.counts]);
  expect(told).not.toMatch(/private|the-secret-token|[0-9a-f]{64}/);
  expect(told).not.toContain(maria.id);
});

test('13. broadcasts, a sender and an API level on the welcome, and connections that are kept', async () => {
  const maria = await subscriber();
  expect(await bot.channel.many.send([maria.id], { text: 'News' })).toEqual(new Map());
  expect(maria.messages().at(-1)?.text).toBe('News');
  const welcome = await viber.person({ name: 'Ivan' }).opens();
  expect(welcome?.raw).toMatchObject({ sender: { name: 'Vistka' }, min_api_version: 3 });
  await bot.channel.send(maria.id, { text: 'x' });
  expect(viber.calls.every((call) => call.headers.connection === 'keep-alive')).toBe(true);
});

test('14. where the API lives is configuration: everything here went to the emulator', async () => {
  const methods = new Set(viber.calls.map((call) => call.method));
  expect(methods).toContain('set_webhook');
  expect(viber.apiRoot).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/pa$/);
});

test('a client that gives up in the middle of its request hangs nothing', async () => {
  const { hostname, port } = new URL(bot.publicUrl);
  const request = httpRequest({
    hostname,
    port,
    path: '/webhooks/viber',
    method: 'POST',
    headers: { 'content-length': 99 },
  });
  const gone = new Promise((resolve) => request.on('error', resolve));
  request.write('{"event":');
  request.destroy();
  await Promise.race([gone, new Promise((resolve) => request.on('close', resolve))]);
  await viber.person().says('hello');
  expect(kept.at(-1)).toMatchObject({ kind: 'text', text: 'hello' });
  await bot.channel.stop();
});
