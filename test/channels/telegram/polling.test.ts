import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Person, startTelegram, type TelegramEmulator } from '../../emulators/telegram.ts';
import { openChannel, QUICK, SECRET } from './open-channel.ts';

let telegram: TelegramEmulator;
let oksana: Person;
let bench: ReturnType<typeof openChannel>;

beforeEach(async () => {
  telegram = await startTelegram();
  oksana = telegram.person();
  bench = openChannel(telegram);
});
afterEach(async () => {
  await bench.channel.stop();
  await telegram.stop();
});

const texts = () => bench.accepted.map((event) => (event.kind === 'text' ? event.text : event.kind));

describe('a bot that polls', () => {
  test('hears people in their order, one array a batch, and what waited before it started', async () => {
    oksana.says('1');
    oksana.says('2');
    bench.channel.start();
    await telegram.settled();
    expect(bench.batches).toEqual([2]);
    oksana.says('3');
    await telegram.settled();
    expect(texts()).toEqual(['1', '2', '3']);
    expect(bench.channel.health()).toMatchObject({ ok: true, problem: null, lastContact: expect.any(Number) });
  });

  test('asks for the kinds it reads, keeps what waited, and takes off an old webhook', async () => {
    oksana.says('waited');
    bench.channel.start();
    await telegram.settled();
    expect(telegram.allowedUpdates()).toEqual(['message', 'callback_query', 'my_chat_member']);
    expect(telegram.calls('deleteWebhook')[0]?.payload).toEqual({ drop_pending_updates: false });
    expect(texts()).toEqual(['waited']);
  });

  test('confirms nothing that could not be written: it comes again', async () => {
    bench.breakMailbox(3);
    bench.channel.start();
    const id = oksana.says('keep me');
    await telegram.until(() => telegram.count('getUpdates') >= 3);
    expect(telegram.pending()).toEqual([id]);
    await telegram.settled();
    expect(texts()).toEqual(['keep me']);
  });

  test('hears people also when Telegram counts its updates anew from a lower number', async () => {
    await bench.channel.stop();
    bench = openChannel(telegram, { timing: { ...QUICK, pollSeconds: 1 } });
    bench.channel.start();
    oksana.says('before');
    await telegram.settled();
    await telegram.until(() => telegram.calls('getUpdates').at(-1)?.payload.offset === 0);
    telegram.restartIds(7);
    oksana.says('after a quiet week');
    await telegram.settled();
    expect(texts()).toEqual(['before', 'after a quiet week']);
  });

  test('passes over what it cannot use, and goes on', async () => {
    bench.channel.start();
    telegram.deliverUpdate('message', { message_id: 1, chat: null });
    telegram.deliverUpdate('hologram', {});
    oksana.says('after');
    await telegram.settled();
    expect(texts()).toEqual(['after']);
    expect(bench.counted.some((line) => line.startsWith('updates_unreadable'))).toBe(true);
  });

  test('ends the spinner of a pressed button, also when Telegram says it is too old', async () => {
    bench.channel.start();
    oksana.starts();
    await telegram.settled();
    await bench.channel.send(String(oksana.id), { text: 'x', rows: [[{ label: 'Меню', action: 'menu' }]] });
    telegram.inject({ status: 400, description: 'Bad Request: query is too old' }, { method: 'answerCallbackQuery' });
    oksana.presses('Меню');
    await telegram.settled();
    await telegram.until(() => telegram.count('answerCallbackQuery') === 1);
    oksana.presses('menu', { forgotten: true });
    await telegram.until(() => telegram.spinning() === 1);
    expect(bench.accepted.filter((event) => event.kind === 'choice')).toHaveLength(2);
    expect(bench.logs.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test.each([
    ['a dropped connection', 'drop'],
    ['a call that is never answered', 'hang'],
    ['a failing Telegram', { status: 502, html: true }],
    ['a flood limit', { status: 429, retryAfter: 0 }],
    ['a second poller', { status: 409, description: 'Conflict: terminated by other getUpdates request' }],
    ['a refused token', { status: 401, description: 'Unauthorized' }],
  ] as const)('outlives %s', async (_, trouble) => {
    await bench.channel.stop();
    bench = openChannel(telegram, { timing: { ...QUICK, pollSeconds: 1, pollCapSeconds: 1.5 } });
    telegram.inject(trouble, { method: 'getUpdates', times: 2 });
    bench.channel.start();
    oksana.says('still there?');
    await telegram.settled();
    expect(texts()).toEqual(['still there?']);
  });

  test.each([
    ['unauthorised', { status: 401, description: 'Unauthorized' }],
    ['conflict', { status: 409, description: 'Conflict: terminated by other getUpdates request' }],
    ['unreachable', 'drop'],
  ] as const)('says that it is %s while it is, once, and that it is well again', async (problem, trouble) => {
    telegram.inject(trouble, { method: 'getUpdates', times: Number.POSITIVE_INFINITY });
    bench.channel.start();
    await telegram.until(() => telegram.count('getUpdates') >= 6);
    expect(bench.channel.health()).toMatchObject({ ok: false, problem });
    expect(bench.logs.filter((line) => line.startsWith('error'))).toHaveLength(1);
    telegram.heal();
    oksana.says('again');
    await telegram.settled();
    expect(bench.channel.health()).toMatchObject({ ok: true, problem: null });
    expect(bench.logs.join()).not.toContain('TEST-token');
  });

  test('a second process polling the same bot: one of both gives way, nothing is lost', async () => {
    const other = openChannel(telegram);
    bench.channel.start();
    other.channel.start();
    for (const word of ['1', '2', '3', '4', '5']) oksana.says(word);
    await telegram.settled();
    await other.channel.stop();
    const heard = new Set([...bench.accepted, ...other.accepted].map((event) => event.eventId));
    expect(heard.size).toBe(5);
  });

  test('takes off a webhook that somebody sets while it polls', async () => {
    bench.channel.start();
    await telegram.until(() => telegram.count('getUpdates') > 0);
    await fetch(`${telegram.apiRoot}/bot${telegram.token}/setWebhook?url=http://127.0.0.1:9/elsewhere`);
    await telegram.until(() => telegram.webhook().url === '');
    oksana.says('here');
    await telegram.settled();
    expect(texts()).toEqual(['here']);
  });

  test('stops while Telegram holds its call open, and hands back nothing half done', async () => {
    bench.channel.start();
    await telegram.until(() => telegram.count('getUpdates') > 0);
    await bench.channel.stop();
    const id = oksana.says('later');
    expect(telegram.pending()).toEqual([id]);
    bench = openChannel(telegram);
    bench.channel.start();
    await telegram.settled();
    expect(texts()).toEqual(['later']);
  });

  test('has no door for webhooks', async () => {
    const headers = { 'X-Telegram-Bot-Api-Secret-Token': SECRET };
    const response = await bench.app.request('/webhooks/telegram', { method: 'POST', body: '{}', headers });
    expect(response.status).toBe(404);
  });
});

describe('a bot that introduces itself', () => {
  test('has its commands and descriptions in each language and for all others', async () => {
    telegram.inject('drop', { method: 'setMyCommands', times: 2 });
    bench.channel.start();
    await telegram.until(() => telegram.setting('short_description ru') !== undefined);
    const commands = ['', 'uk', 'en', 'pl', 'ru'].map((language) =>
      telegram.setting(`commands all_private_chats ${language}`),
    );
    const [ukrainian, english] = [
      { command: 'menu', description: 'Меню' },
      { command: 'menu', description: 'Menu' },
    ];
    expect(commands).toEqual([[ukrainian], [ukrainian], [english], [english], [english]]);
    expect(telegram.setting('description ')).toBe('A library next door');
    expect(telegram.setting('name ')).toBe('Вістка');
  });

  test('does not rename itself at every start, and leaves words that Telegram refuses', async () => {
    bench.channel.start();
    await telegram.until(() => telegram.setting('short_description ru') !== undefined);
    await bench.channel.stop();
    bench = openChannel(telegram);
    telegram.inject({ status: 400, description: 'Bad Request: BOT_COMMAND_INVALID' }, { method: 'setMyCommands' });
    const before = telegram.count('setMyShortDescription');
    bench.channel.start();
    await telegram.until(() => telegram.count('setMyShortDescription') === before * 2);
    expect(telegram.count('setMyName')).toBe(1);
    expect(bench.logs.some((line) => line.includes('introduction was refused'))).toBe(true);
  });
});
