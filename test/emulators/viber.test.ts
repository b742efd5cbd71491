/** The emulator keeps Viber's rules: a bot that passes against it should not be surprised by the real one. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyboardFault, startViber, type ViberEmulator } from './viber.ts';

type Received = { event: string; raw: string; signature: unknown; query: string | null };

let viber: ViberEmulator;
let hook: Server;
let hookUrl: string;
let received: Received[];
let reply: (body: Record<string, unknown>) => { status: number; body?: string };

beforeEach(async () => {
  viber = await startViber({ repeatAfterMs: [5, 5] });
  received = [];
  reply = () => ({ status: 200 });
  hook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const body = JSON.parse(raw) as Record<string, unknown>;
    const query = new URL(request.url ?? '', 'http://x').searchParams.get('sig');
    received.push({ event: String(body.event), raw, signature: request.headers['x-viber-content-signature'], query });
    const answer = reply(body);
    response.writeHead(answer.status).end(answer.body ?? '');
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  await viber.close();
  hook.closeAllConnections();
  await new Promise((resolve) => hook.close(resolve));
});

async function call(method: string, body: object, token = viber.token): Promise<Record<string, unknown>> {
  const response = await fetch(`${viber.apiRoot}/${method}`, {
    method: 'POST',
    headers: { 'X-Viber-Auth-Token': token },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

const hello = (receiver: string, more: object = {}) => ({
  receiver,
  sender: { name: 'Bot' },
  type: 'text',
  text: 'Hello',
  ...more,
});

async function ready() {
  expect(await call('set_webhook', { url: hookUrl })).toMatchObject({ status: 0 });
  const maria = viber.person({ name: 'Maria' });
  await maria.says('hi');
  return maria;
}

test('a wrong token is a status in an HTTP 200', async () => {
  expect(await call('get_account_info', {}, 'wrong')).toEqual({ status: 2, status_message: 'invalidAuthToken' });
});

test('a webhook that does not answer 200 to its first callback is not set', async () => {
  reply = () => ({ status: 404 });
  expect(await call('set_webhook', { url: hookUrl })).toMatchObject({ status: 1 });
  expect(viber.webhook).toBe('');
  expect(await call('send_message', hello('x'))).toMatchObject({ status: 10 });
  expect(await call('set_webhook', { url: 'http://bot.example/hook' })).toMatchObject({ status: 1 });
});

test('callbacks are signed over their bytes in header and query, and their token is a number beyond 2^53', async () => {
  await ready();
  const last = received.at(-1);
  expect(last?.signature).toBe(viber.sign(last?.raw ?? ''));
  expect(last?.query).toBe(last?.signature);
  expect(last?.raw).toMatch(/"message_token":5741311803571721\d{3}\b/);
});

test('a callback without a 200 comes again with the same token, then no more', async () => {
  const maria = await ready();
  received = [];
  reply = () => ({ status: 500 });
  expect(await maria.says('again')).toMatchObject({ tries: 3, status: 500 });
  expect(new Set(received.map((one) => one.raw.match(/"message_token":(\d+)/)?.[1])).size).toBe(1);
});

test('a first message subscribes without an event of its own; only the welcome may come before', async () => {
  await call('set_webhook', { url: hookUrl });
  const ivan = viber.person({ name: 'Ivan' });
  reply = ({ event }) =>
    event === 'conversation_started'
      ? { status: 200, body: JSON.stringify({ sender: { name: 'Bot' }, type: 'text', text: 'Welcome' }) }
      : { status: 200 };
  expect((await ivan.opens('x'))?.text).toBe('Welcome');
  expect(await call('send_message', hello(ivan.id))).toMatchObject({ status: 6 });
  await ivan.says('hi');
  expect(await call('send_message', hello(ivan.id))).toMatchObject({ status: 0 });
  await viber.idle();
  const events = received.map((one) => one.event);
  expect(events.slice(0, 3)).toEqual(['webhook', 'conversation_started', 'message']);
  expect(events.slice(3).sort()).toEqual(['delivered', 'seen']);
  await ivan.unsubscribes();
  expect(await call('send_message', hello(ivan.id))).toMatchObject({ status: 6 });
  expect(await call('send_message', hello('nobody'))).toMatchObject({ status: 5 });
});

test('a body where none belongs, and a bad welcome, are held against the bot', async () => {
  const maria = await ready();
  reply = () => ({ status: 200, body: '{"type":"text","text":"x"}' });
  await maria.says('x');
  await maria.opens();
  expect(viber.offences).toEqual([
    'message: answered with a body, which is for conversation_started alone',
    'conversation_started: sender.name',
  ]);
});

test('events that the bot did not ask for do not come', async () => {
  const maria = await ready();
  await call('set_webhook', { url: hookUrl, event_types: ['failed'] });
  received = [];
  await call('send_message', hello(maria.id));
  expect(await maria.opens()).toBeNull();
  await viber.idle();
  expect(received).toEqual([]);
});

test.each([
  ['a name of 29', { sender: { name: 'x'.repeat(29) } }, 3],
  ['no name', { sender: {} }, 4],
  ['a text of 7001', { text: 'x'.repeat(7001) }, 3],
  ['a text of 7000', { text: 'x'.repeat(7000) }, 0],
  ['no text', { text: '' }, 4],
  ['30 KB', { text: 'x', extra: 'x'.repeat(30 * 1024) }, 3],
  ['tracking data of 4001', { tracking_data: 'x'.repeat(4001) }, 3],
  ['an API level above the client', { min_api_version: 11 }, 13],
])('%s', async (_what, more, status) => {
  const maria = await ready();
  expect(await call('send_message', hello(maria.id, more))).toMatchObject({ status });
});

describe('keyboards, by the table', () => {
  const board = (button: object, count = 1) => ({
    Type: 'keyboard',
    Buttons: Array(count).fill({ ActionBody: 'x', Text: 'x', ...button }),
  });
  test.each([
    [{}, 1, true],
    [{ Columns: 7 }, 1, false],
    [{ Rows: 3 }, 1, false],
    [{ ActionBody: '' }, 1, false],
    [{ ActionBody: 'x'.repeat(101) }, 1, false],
    [{ ActionType: 'share-phone' }, 1, false],
    [{ ActionType: 'share-phone' }, 3, true],
    [{ ActionType: 'dance' }, 7, false],
    [{ Text: '' }, 1, false],
    [{ TextSize: 'huge' }, 1, false],
    [{ Colour: 'red' }, 1, false],
  ])('%o at level %i: %s', (button, level, good) => {
    expect(keyboardFault(board(button), level) === null).toBe(good);
  });

  test('twelve rows, and not one more', () => {
    expect(keyboardFault(board({ Columns: 6 }, 12), 1)).toBeNull();
    expect(keyboardFault(board({ Columns: 6 }, 13), 1)).not.toBeNull();
    expect(keyboardFault(board({ Columns: 3 }, 24), 1)).toBeNull();
    expect(keyboardFault({ ...board({}), Type: undefined }, 1)).not.toBeNull();
    expect(keyboardFault({ ...board({}), InputFieldState: 'hidden' }, 3)).not.toBeNull();
  });
});

test('after a hundred unanswered messages in an hour, status 12, until the person writes', async () => {
  const maria = await ready();
  for (let sent = 0; sent < 100; sent++)
    expect(await call('send_message', hello(maria.id))).toMatchObject({ status: 0 });
  expect(await call('send_message', hello(maria.id))).toMatchObject({ status: 12 });
  await maria.says('yes?');
  expect(await call('send_message', hello(maria.id))).toMatchObject({ status: 0 });
});

test('free messages end, but not within 24 hours of the person’s word', async () => {
  let now = 1_795_000_000_000;
  await using paid = await startViber({ now: () => now, freeMessages: 1 });
  const send = async (receiver: string) =>
    (await (
      await fetch(`${paid.apiRoot}/send_message`, {
        method: 'POST',
        headers: { 'X-Viber-Auth-Token': paid.token },
        body: JSON.stringify(hello(receiver)),
      })
    ).json()) as object;
  await fetch(`${paid.apiRoot}/set_webhook`, {
    method: 'POST',
    headers: { 'X-Viber-Auth-Token': paid.token },
    body: JSON.stringify({ url: hookUrl }),
  });
  const maria = paid.person();
  await maria.says('hi');
  expect(await send(maria.id)).toMatchObject({ status: 0 });
  now += 25 * 3_600_000;
  expect(await send(maria.id)).toMatchObject({ status: 0 });
  expect(await send(maria.id)).toMatchObject({ status: 23 });
  await maria.says('still here');
  expect(await send(maria.id)).toMatchObject({ status: 0 });
});

test('a broadcast is 300 at most, tells whom it missed, and fills in its placeholders', async () => {
  const maria = await ready();
  const news = (list: string[], text = 'News') =>
    call('broadcast_message', { sender: { name: 'Bot' }, type: 'text', text, broadcast_list: list });
  expect(await news(Array(301).fill(maria.id))).toMatchObject({ status: 3 });
  expect(await news([maria.id, 'nobody'], 'to replace_me_with_user_name')).toMatchObject({
    status: 0,
    failed_list: [{ receiver: 'nobody', status: 5, status_message: 'receiverNotRegistered' }],
  });
  expect((await maria.hears(/^to/)).text).toBe('to Maria');
});

test('a keyboard that the client refuses comes back as failed, later', async () => {
  const maria = await ready();
  maria.refusesKeyboards();
  const keyboard = { Type: 'keyboard', Buttons: [{ ActionBody: 'x', Text: 'x' }] };
  expect(await call('send_message', hello(maria.id, { keyboard }))).toMatchObject({ status: 0 });
  await viber.idle();
  expect(received.at(-1)?.event).toBe('failed');
  expect(maria.messages()).toHaveLength(0);
});

test('a person sees the last keyboard alone, and can press only what it shows', async () => {
  const maria = await ready();
  const keyboard = { Type: 'keyboard', Buttons: [{ ActionBody: 'go', Text: 'Go' }] };
  await call('send_message', hello(maria.id, { keyboard }));
  await maria.presses('Go');
  expect(received.findLast((one) => one.event === 'message')?.raw).toContain('"text":"go"');
  await call('send_message', hello(maria.id));
  await expect(maria.presses('Go')).rejects.toThrow('no button Go');
});

test('waiting for words that do not come ends, and tells what came', async () => {
  const maria = await ready();
  await call('send_message', hello(maria.id));
  await expect(maria.hears(/Bye/, 20)).rejects.toThrow('came: Hello');
});

test('details of a person may be asked twice in twelve hours', async () => {
  const maria = await ready();
  const statuses = [];
  for (let time = 0; time < 3; time++) statuses.push((await call('get_user_details', { id: maria.id })).status);
  expect(statuses).toEqual([0, 0, 12]);
});

test('people can be moved from another process', async () => {
  await call('set_webhook', { url: hookUrl });
  const url = `${new URL(viber.apiRoot).origin}/people/${encodeURIComponent('a/b=')}`;
  const said = await fetch(`${url}/says`, { method: 'POST', body: '["hello"]' });
  expect(await said.json()).toMatchObject({ event: 'message', status: 200 });
  await call('send_message', hello('a/b='));
  expect(await (await fetch(`${url}/messages`)).json()).toMatchObject([{ text: 'Hello' }]);
  expect((await fetch(`${url}/presses`, { method: 'POST', body: '["Go"]' })).status).toBe(400);
});

test.each([
  ['a picture', { type: 'picture', text: 'x', media: 'https://x.example/a.jpg' }, 0],
  ['a picture without its text', { type: 'picture', media: 'https://x.example/a.jpg', text: undefined }, 4],
  ['a picture with blank words', { type: 'picture', text: '', media: 'https://x.example/a.png?x=1' }, 0],
  ['a picture with 513 characters', { type: 'picture', text: 'x'.repeat(513), media: 'https://x.example/a.jpg' }, 3],
  ['a picture by http', { type: 'picture', text: 'x', media: 'http://x.example/a.jpg' }, 3],
  ['a picture of another kind', { type: 'picture', text: 'x', media: 'https://x.example/a.webp' }, 3],
  ['a file', { type: 'file', media: 'https://x.example/a', size: 10, file_name: 'a.pdf' }, 0],
  ['a file without a size', { type: 'file', media: 'https://x.example/a', file_name: 'a.pdf' }, 4],
  ['a file of 51 MB', { type: 'file', media: 'https://x.example/a', size: 51 * 2 ** 20, file_name: 'a.pdf' }, 3],
  ['an executable', { type: 'file', media: 'https://x.example/a', size: 10, file_name: 'a.exe' }, 3],
])('%s', async (_what, more, status) => {
  const maria = await ready();
  expect(await call('send_message', hello(maria.id, more))).toMatchObject({ status });
});

test('a broadcast is paced as it is set, and refused as it is told', async () => {
  const maria = await ready();
  const cast = () => call('broadcast_message', { ...hello(maria.id), receiver: undefined, broadcast_list: [maria.id] });
  viber.limitBroadcasts(1);
  expect([(await cast()).status, (await cast()).status]).toEqual([0, 12]);
  viber.limitBroadcasts(0);
  expect([(await cast()).status, (await cast()).status]).toEqual([0, 0]);
  for (const [status, status_message] of [
    [19, 'cannotSendBroadcast'],
    [20, 'broadcastNotAllowed'],
    [23, 'freeMessagesExceeded'],
    [24, 'noBalance'],
  ] as const) {
    viber.fail({ kind: 'status', status, method: 'broadcast_message' });
    expect(await cast()).toEqual({ status, status_message });
  }
});

test('what people send can be fetched from where the callback says', async () => {
  const maria = await ready();
  await maria.sendsPicture(Buffer.from('picture'), 'look');
  const { message } = JSON.parse(received.at(-1)?.raw ?? '{}') as { message: Record<string, string> };
  expect(message).toMatchObject({ type: 'picture', text: 'look', size: 7 });
  expect(await (await fetch(message.media ?? '')).text()).toBe('picture');
  await maria.sendsFile({ name: 'умови.pdf', mime: 'application/pdf', bytes: Buffer.from('file') });
  const sent = JSON.parse(received.at(-1)?.raw ?? '{}') as { message: Record<string, string> };
  expect(sent.message).toMatchObject({ type: 'file', file_name: 'умови.pdf', size: 4 });
  expect((await fetch(sent.message.media ?? '')).headers.get('content-type')).toBe('application/pdf');
  expect((await fetch(`${new URL(viber.apiRoot).origin}/media/x/y`)).status).toBe(404);
});
