import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVistka } from '../vistka.ts';

let vistka: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  vistka = await startVistka({ telegram: 'webhook', viber: true });
  await vistka.telegram.until(() => vistka.telegram.webhook().secret !== '');
  await vistka.viber.until(() => vistka.viber.webhook !== '');
});
afterAll(() => vistka.stop());

async function post(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${vistka.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

const doors: [string, string, (body: string) => Record<string, string>][] = [
  ['Telegram', '/webhooks/telegram', () => ({ 'x-telegram-bot-api-secret-token': vistka.telegram.webhook().secret })],
  ['Viber', '/webhooks/viber', (body) => ({ 'x-viber-content-signature': vistka.viber.sign(body) })],
];

describe.each(doors)('What comes to %s’s door', (_name, path, signed) => {
  it('is refused when it is not signed, or by somebody else', async () => {
    expect(await post(path, '{}')).toBe(401);
    expect(await post(path, '{}', { 'x-telegram-bot-api-secret-token': 'guess' })).toBe(401);
    expect(await post(path, '{}', { 'x-viber-content-signature': 'a'.repeat(64) })).toBe(401);
    expect(
      await post(path, '{}', { 'x-viber-content-signature': 'ї', 'x-telegram-bot-api-secret-token': 'é' }).catch(
        () => 401,
      ),
    ).toBe(401);
  });

  it('is malformed: 400; too large: 413, even signed; of a kind yet unknown: 200', async () => {
    for (const body of ['{', '', 'null x', '[1,']) expect(await post(path, body, signed(body)), body).toBe(400);
    const large = JSON.stringify({ text: 'я'.repeat(200_000) });
    expect(await post(path, large, signed(large))).toBe(413);
    for (const body of [{}, { update_id: 7, new_kind: {} }, { event: 'new_kind', message_token: 1 }, [], 7].map(
      (kind) => JSON.stringify(kind),
    ))
      expect(await post(path, body, signed(body)), body).toBe(200);
  });
});

describe('The web chat refuses', () => {
  const page = { origin: '', 'sec-fetch-site': 'same-origin' };
  it('what is malformed, too large, or from another site', async () => {
    expect(await post('/chat/messages', '{', page)).toBe(400);
    expect(await post('/chat/messages', JSON.stringify({ id: 'x', kind: 'new-kind' }), page)).toBe(400);
    expect(
      await post('/chat/messages', JSON.stringify({ id: 'x', kind: 'text', text: 'я'.repeat(200_000) }), page),
    ).toBe(413);
    expect(
      await post('/chat/messages', JSON.stringify({ id: 'x', kind: 'text', text: 'x' }), {
        'sec-fetch-site': 'cross-site',
      }),
    ).toBe(403);
  });

  it('an action that nobody offered: it leads to the menu, not into the dark', async () => {
    const reader = await vistka.web();
    for (const action of [
      'no-such-flow:x',
      'book:at:999999999999',
      'mybookings:gone:someone-elses',
      'ask:a:nothing',
      'library:i:nowhere',
      'sos:in:zz:nothing',
      'country:zz',
      'language:xx',
    ]) {
      expect(await reader.sends(action), action).toBe(202);
      await reader.hears();
    }
    await reader.says('/menu');
    await reader.hears(/Чим допомогти/);
  });
});

describe('On Telegram', () => {
  it.each([
    [
      'a sticker',
      {
        sticker: {
          file_id: 'x',
          width: 1,
          height: 1,
          type: 'regular',
          is_animated: false,
          is_video: false,
          file_unique_id: 'x',
        },
      },
      /Наліпки/,
    ],
    ['a voice message', { voice: { file_id: 'x', file_unique_id: 'x', duration: 1 } }, /Голосові повідомлення/],
    ['a photo', { photo: [{ file_id: 'x', file_unique_id: 'x', width: 1, height: 1 }] }, /Фото я переглядати не вмію/],
    ['a file', { document: { file_id: 'x', file_unique_id: 'x' } }, /Файли/],
    ['a poll', { poll: { id: '1', question: 'x', options: [] } }, /Такого я читати не вмію/],
  ])('%s gets a kind answer', async (_what, part, words) => {
    const person = vistka.telegram.person();
    person.sends(part);
    expect((await person.hears()).text).toMatch(words);
  });

  it('edits, channel posts, groups, reactions and other bots get silence, and a caption in danger gets help', async () => {
    const { telegram } = vistka;
    const person = telegram.person();
    const folder = new URL('../recorded/telegram/', import.meta.url);
    const silent = [
      'edited-text',
      'channel-post',
      'group-text',
      'press-in-a-group',
      'reaction',
      'from-a-bot',
      'kind-yet-unknown',
      'pinned-message',
    ];
    const known = readdirSync(folder).map((file) => file.replace('.json', ''));
    expect(silent.filter((name) => !known.includes(name))).toEqual([]);
    const before = telegram.count('sendMessage');
    const secret = { 'x-telegram-bot-api-secret-token': telegram.webhook().secret };
    for (const name of silent)
      expect(
        await post('/webhooks/telegram', readFileSync(new URL(`${name}.json`, folder), 'utf8'), secret),
        name,
      ).toBe(200);
    person.sends({
      photo: [{ file_id: 'x', file_unique_id: 'x', width: 1, height: 1 }],
      caption: 'мене замкнули і забрали паспорт',
    });
    expect((await person.hears()).text).toMatch(/^112/);
    expect(telegram.count('sendMessage')).toBe(before + 1);
  });

  it('somebody who blocks the bot and comes back is answered', async () => {
    const { telegram } = vistka;
    const person = telegram.person();
    person.says('/menu');
    await person.hears();
    person.blocks();
    await telegram.settled();
    person.starts();
    expect((await person.hears()).text).toContain('Вітаю');
  });
});

describe('On Viber', () => {
  it.each([
    ['a sticker', { type: 'sticker', sticker_id: 46_105 }, /Наліпки/],
    ['a picture', { type: 'picture', media: 'https://media.example/x.jpg' }, /Фото я переглядати не вмію/],
    ['a file', { type: 'file', media: 'https://media.example/x.pdf', file_name: 'x.pdf', size: 1 }, /Файли/],
  ])('%s gets a kind answer', async (_what, message, words) => {
    const maria = vistka.viber.person({ name: 'Марія' });
    await maria.sends(message);
    expect((await maria.hears()).text).toMatch(words);
  });

  it('somebody who unsubscribes and writes again is answered', async () => {
    const maria = vistka.viber.person({ name: 'Марія' });
    await maria.says('/menu');
    await maria.hears(/Чим допомогти/);
    await maria.unsubscribes();
    await maria.says('/menu');
    await maria.hears(/Чим допомогти/);
    expect(vistka.viber.offences).toEqual([]);
  });
});
