import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Person, startTelegram, type TelegramEmulator } from './telegram.ts';

let telegram: TelegramEmulator;
let oksana: Person;

beforeEach(async () => {
  telegram = await startTelegram({ timeScale: 0.01 });
  oksana = telegram.person({ started: true });
});
afterEach(() => telegram.stop());

type Answer = { ok: boolean; result?: unknown; error_code?: number; description?: string; parameters?: object };
const call = async (method: string, payload: object = {}): Promise<Answer> => {
  const response = await fetch(`${telegram.apiRoot}/bot${telegram.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  return (await response.json()) as Answer;
};
const say = (payload: object) => call('sendMessage', { chat_id: oksana.id, text: 'x', ...payload });
const keyboard = (button: object) => ({ reply_markup: { inline_keyboard: [[button]] } });

describe('the emulated Bot API refuses what the real one does', () => {
  test.each([
    ['bad HTML', { text: '<b>x', parse_mode: 'HTML' }, "can't parse entities"],
    ['an unknown tag', { text: '<p>x</p>', parse_mode: 'HTML' }, 'Unsupported start tag'],
    ['a bare ampersand', { text: 'a & b', parse_mode: 'HTML' }, 'must be escaped'],
    ['crossed tags', { text: '<b><i>x</b></i>', parse_mode: 'HTML' }, 'Unexpected end tag'],
    ['an empty text', { text: '<b></b>', parse_mode: 'HTML' }, 'message text is empty'],
    ['4097 characters', { text: 'x'.repeat(4097) }, 'message is too long'],
    ['an action of 65 bytes', keyboard({ text: 'a', callback_data: 'x'.repeat(65) }), 'BUTTON_DATA_INVALID'],
    ['a button that does nothing', keyboard({ text: 'a' }), 'Text buttons are unallowed'],
    ['a button to nowhere', keyboard({ text: 'a', url: 'tel:112' }), 'Wrong HTTP URL'],
    ['a chat that never began', { chat_id: 1 }, 'chat not found'],
  ])('%s', async (_, payload, description) => {
    expect(await say(payload)).toMatchObject({
      ok: false,
      error_code: 400,
      description: expect.stringContaining(description),
    });
  });

  test('and takes what is just within', async () => {
    expect(await say({ text: `<b>${'x'.repeat(4096)}</b>`, parse_mode: 'HTML' })).toMatchObject({ ok: true });
    expect(await say(keyboard({ text: 'a', callback_data: 'x'.repeat(64) }))).toMatchObject({ ok: true });
  });

  test('a wrong token, an unknown method, a blocked chat, a flood', async () => {
    const wrong = await fetch(`${telegram.apiRoot}/bot1:x/getMe`);
    expect(wrong.status).toBe(401);
    expect(await call('noSuchMethod')).toMatchObject({ error_code: 404 });
    telegram.limit({ perChatPerSecond: 2 });
    const answers = [await say({}), await say({}), await say({})];
    expect(answers[2]).toMatchObject({ error_code: 429, parameters: { retry_after: 1 } });
    oksana.blocks();
    expect(await say({})).toMatchObject({ error_code: 403, description: expect.stringContaining('blocked') });
  });
});

describe('updates', () => {
  test('are held until confirmed by an offset, and long polling waits for the next', async () => {
    const first = oksana.says('1');
    expect(await call('getUpdates')).toMatchObject({ result: [{ update_id: first }] });
    expect(await call('getUpdates')).toMatchObject({ result: [{ update_id: first }] });
    const waiting = call('getUpdates', { offset: first + 1, timeout: 20 });
    await telegram.settled();
    const second = oksana.says('2');
    expect(await waiting).toMatchObject({ result: [{ update_id: second }] });
  });

  test('go to one poller only: the older gets 409, and so does whoever polls beside a webhook', async () => {
    const older = call('getUpdates', { timeout: 20 });
    await telegram.until(() => telegram.count('getUpdates') === 1);
    const newer = call('getUpdates', { timeout: 20 });
    expect(await older).toMatchObject({ error_code: 409 });
    oksana.says('x');
    expect(await newer).toMatchObject({ ok: true });
    await call('setWebhook', { url: 'http://127.0.0.1:9/' });
    expect(await call('getUpdates')).toMatchObject({ error_code: 409 });
  });

  test('come by webhook in order per chat, presses apart from messages, with the secret, and again until 2xx', async () => {
    const seen: string[] = [];
    let held: (() => void) | null = null;
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const update = JSON.parse(body);
      const what = update.callback_query ? 'press' : update.message.text;
      seen.push(`${what} ${request.headers['x-telegram-bot-api-secret-token']}`);
      if (what === '1' && !held) {
        // The first message waits until the press has come through.
        held = () => response.writeHead(500).end();
        return;
      }
      response.end();
      if (what === 'press') held?.();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await call('setWebhook', { url: `http://127.0.0.1:${port}/`, secret_token: 's' });
    oksana.says('1');
    oksana.says('2');
    oksana.pressesOld('menu');
    await telegram.settled();
    server.close();
    server.closeAllConnections();
    expect(seen.filter((line) => !line.startsWith('press'))).toEqual(['1 s', '1 s', '2 s']);
    expect(seen).toContain('press s');
  });
});

describe('a person', () => {
  test('hears messages one by one, and presses what is there', async () => {
    const hearing = oksana.hears(/second/);
    await say({ text: 'first', ...keyboard({ text: 'Меню', callback_data: 'menu' }) });
    await say({ text: 'second' });
    expect((await hearing).text).toBe('second');
    const id = oksana.presses('Меню');
    expect(telegram.pending()).toContain(id);
    expect(telegram.spinning()).toBe(1);
    expect(() => oksana.presses('Інше')).toThrow('no button');
    await expect(oksana.hears(/third/, { withinMs: 5 })).rejects.toThrow('did not hear');
  });
});
