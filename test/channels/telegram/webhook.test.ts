import { serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Person, startTelegram, type TelegramEmulator } from '../../emulators/telegram.ts';
import { openChannel, SECRET } from './open-channel.ts';

let telegram: TelegramEmulator;
let oksana: Person;
let bench: ReturnType<typeof openChannel>;
let close: () => Promise<void>;

beforeEach(async () => {
  telegram = await startTelegram({ timeScale: 0.01 });
  oksana = telegram.person();
  // The address is known only once somebody listens, the routes once the channel is made.
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const port = await new Promise<number>((resolve) => {
    const server = serve({ fetch: (request) => handle(request), port: 0, hostname: '127.0.0.1' }, (info) =>
      resolve(info.port),
    );
    close = () => new Promise((done) => server.close(() => done()));
  });
  bench = openChannel(telegram, { mode: 'webhook', webhookUrl: `http://127.0.0.1:${port}/webhooks/telegram` });
  handle = (request) => bench.app.fetch(request);
});
afterEach(async () => {
  await bench.channel.stop();
  await telegram.stop();
  await close();
});

const texts = () => bench.accepted.map((event) => (event.kind === 'text' ? event.text : event.kind));
const post = (body: string, secret: string | null = SECRET) =>
  bench.app.request('/webhooks/telegram', {
    method: 'POST',
    body,
    headers: secret === null ? {} : { 'X-Telegram-Bot-Api-Secret-Token': secret },
  });
const update = (text: string, update_id = 1) =>
  JSON.stringify({
    update_id,
    message: {
      message_id: 1,
      date: 1,
      text,
      chat: { id: 7, type: 'private', first_name: 'A' },
      from: { id: 7, is_bot: false, first_name: 'A' },
    },
  });

describe('the webhook', () => {
  test.each([null, '', 'wrong', `${SECRET}x`, SECRET.slice(1), 'секрет'.replace(/./g, 'x')])(
    'lets nobody in with the secret %j',
    async (secret) => {
      expect((await post(update('x'), secret)).status).toBe(401);
      expect(bench.accepted).toEqual([]);
    },
  );

  test('answers 400 to what is no JSON, and 200 to what it cannot use', async () => {
    expect((await post('{"update_id": 1')).status).toBe(400);
    expect((await post('')).status).toBe(400);
    for (const body of ['null', '[]', '{}', '{"update_id":"1"}', '{"update_id":1}', '{"update_id":1,"hologram":{}}']) {
      expect((await post(body)).status).toBe(200);
    }
    expect((await post('{"update_id":1,"message":{"chat":null}}')).status).toBe(200);
    expect((await post('{"update_id":1,"message":{"chat":{"type":"private"},"from":{},"text":{}}}')).status).toBe(200);
    expect(bench.accepted).toEqual([]);
  });

  test('answers 200 once the update is safe, and 503 when it could not be written', async () => {
    bench.breakMailbox(1);
    expect((await post(update('x'))).status).toBe(503);
    expect((await post(update('x'))).status).toBe(200);
    expect(texts()).toEqual(['x']);
  });

  test('takes nothing more when the bot stops: Telegram delivers it again later', async () => {
    await bench.channel.stop();
    expect((await post(update('x'))).status).toBe(503);
  });
});

describe('a bot with a webhook', () => {
  test('registers it with secret and kinds, and hears people', async () => {
    oksana.says('waited');
    bench.channel.start();
    await telegram.settled();
    expect(texts()).toEqual(['waited']);
    expect(telegram.webhook()).toMatchObject({ secret: SECRET, maxConnections: 40 });
    expect(telegram.calls('setWebhook')[0]?.payload).toMatchObject({
      allowed_updates: ['message', 'callback_query', 'my_chat_member'],
      drop_pending_updates: false,
    });
    expect(bench.channel.health()).toMatchObject({ ok: true, lastContact: expect.any(Number) });
  });

  test('gets again what could not be written, and the chat keeps its order', async () => {
    bench.channel.start();
    bench.breakMailbox(3);
    const first = oksana.says('1');
    oksana.says('2');
    await telegram.settled();
    expect(texts()).toEqual(['1', '2']);
    expect(telegram.deliveries(first).map(({ status }) => status)).toEqual([503, 503, 503, 200]);
    expect(telegram.deliveries().every(({ body }) => body === '')).toBe(true);
  });

  test('registers in spite of a Telegram that is down at the start', async () => {
    telegram.inject('drop', { times: 5 });
    bench.channel.start();
    oksana.says('hello');
    await telegram.settled();
    expect(texts()).toEqual(['hello']);
  });

  test('takes its webhook back when somebody replaced or removed it', async () => {
    bench.channel.start();
    await telegram.until(() => telegram.webhook().url !== '');
    await fetch(`${telegram.apiRoot}/bot${telegram.token}/deleteWebhook`);
    oksana.says('hello');
    await telegram.settled();
    expect(texts()).toEqual(['hello']);
    expect(bench.logs.some((line) => line.includes('webhook elsewhere'))).toBe(true);
  });

  test('says so when Telegram cannot deliver to it', async () => {
    bench.channel.start();
    bench.breakMailbox(Number.POSITIVE_INFINITY);
    oksana.says('hello');
    await telegram.until(() => bench.channel.health().problem === 'webhook failing');
    bench.breakMailbox(0);
    await telegram.settled();
    await telegram.until(() => bench.channel.health().ok);
  });

  test('alarms on a refused token, and is well again when it is accepted', async () => {
    telegram.inject({ status: 401, description: 'Unauthorized' }, { times: Number.POSITIVE_INFINITY });
    bench.channel.start();
    await telegram.until(() => bench.channel.health().problem === 'unauthorised');
    telegram.heal();
    await telegram.until(() => bench.channel.health().ok && telegram.webhook().url !== '');
  });
});
