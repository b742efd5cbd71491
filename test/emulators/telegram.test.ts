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

describe('pictures and documents', () => {
  const png = Buffer.from('89504e470d0a1a0a00', 'hex');
  /** A call with an upload, as a bot makes it. */
  const upload = async (method: string, field: string, bytes: Uint8Array, fields: Record<string, string> = {}) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ chat_id: String(oksana.id), ...fields })) form.set(name, value);
    form.set(field, new Blob([new Uint8Array(bytes)]), 'x.png');
    const response = await fetch(`${telegram.apiRoot}/bot${telegram.token}/${method}`, { method: 'POST', body: form });
    return (await response.json()) as Answer;
  };
  const sent = (answer: Answer) => answer.result as { message_id: number; photo: { file_id: string }[] };
  const refusal = (description: string) => ({ error_code: 400, description: expect.stringContaining(description) });

  test('are uploaded once and sent again by the name of the largest size, a photo as a photo alone', async () => {
    const first = await upload('sendPhoto', 'photo', png, { caption: '<b>a</b>', parse_mode: 'HTML' });
    const photo = sent(first).photo.at(-1)?.file_id;
    expect(await call('sendPhoto', { chat_id: oksana.id, photo })).toMatchObject({ ok: true });
    expect(oksana.messages().map((one) => [one.text, one.attached?.bytes])).toEqual([
      ['a', png],
      ['', png],
    ]);
    expect(await call('sendDocument', { chat_id: oksana.id, document: photo })).toMatchObject(
      refusal("can't use file"),
    );
    telegram.forgetFiles();
    expect(await call('sendPhoto', { chat_id: oksana.id, photo })).toMatchObject(refusal('wrong file identifier'));
  });

  test.each([
    ['nothing', Buffer.alloc(0), {}, 'must be non-empty'],
    ['what is no picture', Buffer.from('<html>'), {}, 'IMAGE_PROCESS_FAILED'],
    ['a caption of 1025', png, { caption: 'x'.repeat(1025) }, 'caption is too long'],
    ['a caption of bad HTML', png, { caption: '<p>', parse_mode: 'HTML' }, "can't parse entities"],
  ])('%s is refused', async (_, bytes, fields, description) => {
    expect(await upload('sendPhoto', 'photo', bytes, fields)).toMatchObject(refusal(description));
  });

  test('a caption counts without its marks', async () => {
    const fields = { caption: `<b>${'x'.repeat(1024)}</b>`, parse_mode: 'HTML' };
    expect(await upload('sendPhoto', 'photo', png, fields)).toMatchObject({ ok: true });
  });

  test('words are changed where words are, captions where captions are', async () => {
    const words = sent(await say({ text: 'a' })).message_id;
    const picture = sent(await upload('sendPhoto', 'photo', png)).message_id;
    const change = (method: string, message_id: number, fields: object) =>
      call(method, { chat_id: oksana.id, message_id, ...fields });
    expect(await change('editMessageText', words, { text: 'b' })).toMatchObject({ ok: true });
    expect(await change('editMessageText', words, { text: 'b' })).toMatchObject(refusal('not modified'));
    expect(await change('editMessageText', picture, { text: 'b' })).toMatchObject(refusal('there is no text'));
    expect(await change('editMessageCaption', words, { caption: 'b' })).toMatchObject(refusal('there is no caption'));
    expect(await change('editMessageCaption', picture, { caption: 'b' })).toMatchObject({ ok: true });
    expect(await change('editMessageText', 9, { text: 'b' })).toMatchObject(refusal('to edit not found'));
    const reply_markup = { keyboard: [[{ text: 'x' }]] };
    expect(await change('editMessageText', words, { text: 'c', reply_markup })).toMatchObject(
      refusal('inline keyboard'),
    );
    const asking = sent(await say({ text: 'a', reply_markup })).message_id;
    expect(await change('editMessageText', asking, { text: 'b' })).toMatchObject(refusal("can't be edited"));
  });

  test('what people send can be fetched with the token, for as long as it is kept', async () => {
    oksana.sendsPhoto(png, 'a');
    const updates = (await call('getUpdates')).result as {
      message: { photo: { file_id: string }[]; caption: string };
    }[];
    const { photo = [], caption } = updates[0]?.message ?? {};
    expect(caption).toBe('a');
    const file = (await call('getFile', { file_id: photo.at(-1)?.file_id })).result as { file_path: string };
    const fetching = (token: string) => fetch(`${telegram.apiRoot}/file/bot${token}/${file.file_path}`);
    expect(Buffer.from(await (await fetching(telegram.token)).arrayBuffer())).toEqual(png);
    expect((await fetching('1:x')).status).toBe(404);
    expect(await call('getFile', { file_id: 'x' })).toMatchObject(refusal('wrong file_id'));
  });

  test('a flood over all chats is held back as one over a single chat is, and blocked people are 403', async () => {
    telegram.limit({ perSecond: 2 });
    const others = [1, 2, 3].map(() => telegram.person({ started: true }));
    const answers = await Promise.all(others.map(({ id }) => say({ chat_id: id })));
    expect(answers.filter(({ ok }) => !ok)).toMatchObject([{ error_code: 429, parameters: { retry_after: 1 } }]);
    telegram.limit({ perSecond: 0 });
    others[0]?.blocks();
    expect(await upload('sendPhoto', 'photo', png, { chat_id: String(others[0]?.id) })).toMatchObject({
      error_code: 403,
    });
  });
});
