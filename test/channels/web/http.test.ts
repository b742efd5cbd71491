import { expect, test } from 'vitest';
import { createHarness } from '../../browser/web-harness.ts';

type App = ReturnType<typeof createHarness>['app'];

const fromOwnPage = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' };
let made = 0;

function post(app: App, body: object, headers: Record<string, string> = {}, path = '/chat/messages') {
  made += 1;
  return app.request(path, {
    method: 'POST',
    headers: { ...fromOwnPage, ...headers },
    body: JSON.stringify({ id: `id-${made}`, ...body }),
  });
}

/** `name=value` of the answer's cookie, as a browser would send it back. */
function cookieOf(response: Response): string {
  return (response.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';
}

/** Reads events until one is named `ready`, then leaves. */
async function eventsUntilReady(app: App, headers: Record<string, string>, path = '/chat/events') {
  const response = await app.request(path, { headers });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  while (!/event: ready\ndata: .*\n\n/.test(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  await reader.cancel();
  const blocks = text.split('\n\n').filter((block) => block !== '');
  const field = (block: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  return {
    response,
    text,
    messages: blocks
      .filter((block) => /^id: /m.test(block))
      .map((block) => ({ ...JSON.parse(field(block, 'data') ?? '{}'), seq: Number(field(block, 'id')) })),
    ready: JSON.parse(
      blocks.map((block) => (/event: ready/.test(block) ? field(block, 'data') : undefined)).find(Boolean) ?? '{}',
    ),
    reset: /event: reset/.test(text),
  };
}

async function newChat(options: Parameters<typeof createHarness>[0] = {}) {
  const harness = createHarness(options);
  const cookie = cookieOf(await harness.app.request('/chat'));
  return { ...harness, cookie };
}

test('opening the page gives a cookie that scripts and other sites cannot use, for as long as the chat is kept', async () => {
  const { app } = createHarness({ secure: true });
  const response = await app.request('/chat');
  expect(response.status).toBe(200);
  expect(response.headers.get('Set-Cookie')).toMatch(
    /^vistka_chat=[\w-]{22}\.[\w-]{22,64}; Max-Age=259200; Path=\/chat; HttpOnly; Secure; SameSite=Lax$/,
  );
  expect((await createHarness().app.request('/chat')).headers.get('Set-Cookie')).not.toContain('Secure');
});

test('each visit starts the time of the cookie anew', async () => {
  const { app, cookie } = await newChat();
  const again = await app.request('/chat', { headers: { Cookie: cookie } });
  expect(cookieOf(again)).toBe(cookie);
  expect(again.headers.get('Set-Cookie')).toContain('Max-Age=259200');
});

test('a made-up or altered cookie opens no chat', async () => {
  const { app, cookie, events } = await newChat();
  await post(app, { kind: 'text', text: 'моє' }, { Cookie: cookie });
  const [id = '', signature = ''] = cookie.replace('vistka_chat=', '').split('.');
  const changed = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
  for (const forged of ['x', id, `${id}.`, `${changed(id)}.${signature}`, `${id}.${changed(signature)}`, "' OR 1=1"]) {
    const response = await app.request('/chat', { headers: { Cookie: `vistka_chat=${encodeURIComponent(forged)}` } });
    expect(cookieOf(response)).not.toContain(id);
    const seen = await eventsUntilReady(app, { Cookie: `vistka_chat=${forged}` });
    expect(seen.messages).toEqual([]);
  }
  expect(events).toHaveLength(1);
});

test('a message without a cookie is taken and begins a chat', async () => {
  const { app, events } = createHarness();
  const response = await post(app, { kind: 'text', text: 'Добрий день' });
  expect(response.status).toBe(202);
  expect(cookieOf(response)).toMatch(/^vistka_chat=/);
  expect(events).toMatchObject([{ kind: 'text', text: 'Добрий день', channel: 'web' }]);
});

test('what another site makes a browser send is refused', async () => {
  const { app, cookie, events } = await newChat();
  const message = { kind: 'text', text: 'x' };
  const attempts: Record<string, string>[] = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Content-Type': 'text/plain' },
    { 'Content-Type': 'application/x-www-form-urlencoded' },
  ];
  for (const headers of attempts) {
    expect((await post(app, message, { Cookie: cookie, ...headers })).status).toBe(403);
    expect((await post(app, {}, { Cookie: cookie, ...headers }, '/chat/leave')).status).toBe(403);
  }
  const older = async (origin: string) =>
    app.request('/chat/messages', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Host: 'chat.example', Origin: origin, Cookie: cookie },
      body: JSON.stringify({ id: 'old', ...message }),
    });
  expect((await older('https://evil.example')).status).toBe(403);
  expect((await older('null')).status).toBe(403);
  expect((await older('https://chat.example')).status).toBe(202);
  expect(events).toHaveLength(1);
});

test('every kind of deed arrives as the core knows it', async () => {
  const { app, cookie, events } = await newChat();
  const headers = { Cookie: cookie, 'Accept-Language': 'pl-PL,pl;q=0.9' };
  await post(app, { kind: 'started' }, headers);
  await post(app, { kind: 'started', payload: 'book-tysmenytsia' }, headers);
  await post(app, { kind: 'text', text: '  Привіт \n' }, headers);
  await post(app, { kind: 'choice', action: 'book:open', label: 'Записатися' }, headers);
  await post(app, { kind: 'place', lat: 48.9, lon: 24.85 }, headers);
  expect(events.map(({ eventId, sender, at, channel, ...deed }) => deed)).toEqual([
    { kind: 'started', hint: { language: 'pl' } },
    { kind: 'started', payload: 'book-tysmenytsia', hint: { language: 'pl' } },
    { kind: 'text', text: 'Привіт', hint: { language: 'pl' } },
    { kind: 'choice', action: 'book:open', hint: { language: 'pl' } },
    { kind: 'place', lat: 48.9, lon: 24.85, hint: { language: 'pl' } },
  ]);
  expect(new Set(events.map((event) => event.sender)).size).toBe(1);
});

test('what cannot be read is answered kindly and goes no further', async () => {
  const { app, cookie, events } = await newChat();
  const bad: object[] = [
    { kind: 'dance' },
    { kind: 'text', text: '' },
    { kind: 'text', text: '   ' },
    { kind: 'text', text: 7 },
    { kind: 'text', text: 'x', id: '../../etc' },
    { kind: 'text', text: 'x', id: '' },
    { kind: 'text', text: 'x', id: 'a'.repeat(41) },
    { kind: 'choice', action: 'a'.repeat(65), label: 'x' },
    { kind: 'choice', action: '', label: 'x' },
    { kind: 'choice', action: 'a\nb', label: 'x' },
    { kind: 'place', lat: 91, lon: 0 },
    { kind: 'place', lat: '48', lon: 24 },
    { kind: 'started', payload: '<script>' },
  ];
  for (const body of bad) {
    const response = await post(app, body, { Cookie: cookie });
    expect(response.status, JSON.stringify(body)).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unclear', text: expect.stringContaining('Не вийшло') });
  }
  const malformed = await app.request('/chat/messages', { method: 'POST', headers: fromOwnPage, body: '{"kind":' });
  expect(malformed.status).toBe(400);
  expect(events).toEqual([]);
});

test('a text of 4000 characters is taken, one more is asked to be split', async () => {
  const { app, cookie, events } = await newChat();
  expect((await post(app, { kind: 'text', text: 'я'.repeat(4000) }, { Cookie: cookie })).status).toBe(202);
  const response = await post(
    app,
    { kind: 'text', text: 'я'.repeat(4001) },
    { Cookie: cookie, 'Accept-Language': 'en' },
  );
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 'tooLong', text: expect.stringContaining('split') });
  expect(events).toHaveLength(1);
});

test('too many messages from one address get a kind word and the number for danger', async () => {
  const { app, events } = createHarness({ deps: { allowAddress: async () => false } });
  const response = await post(app, { kind: 'text', text: 'x' });
  expect(response.status).toBe(429);
  expect(response.headers.get('Retry-After')).toBe('60');
  expect(await response.json()).toMatchObject({ error: 'tooMany', text: expect.stringContaining('112') });
  expect(events).toEqual([]);
});

test('who calls for help is let through, however many have written from the same address', async () => {
  const { app, events } = createHarness({
    deps: { allowAddress: async () => false, urgent: (event) => event.kind === 'text' && event.text === 'help' },
  });
  expect((await post(app, { kind: 'text', text: 'help' })).status).toBe(202);
  expect((await post(app, { kind: 'text', text: 'x' })).status).toBe(429);
  expect(events).toHaveLength(1);
});

test('a message that could not be written is not confirmed, and its repeat has one effect', async () => {
  let broken = true;
  const taken: string[] = [];
  const { app, cookie } = await newChat({
    deps: {
      async accept(events) {
        if (broken) throw new Error('disk full');
        taken.push(...events.map((event) => event.eventId));
      },
    },
  });
  const message = { id: 'once', kind: 'text', text: 'Чи відчинено?' };
  expect((await post(app, message, { Cookie: cookie })).status).toBe(503);
  broken = false;
  expect((await post(app, message, { Cookie: cookie })).status).toBe(202);
  expect((await post(app, message, { Cookie: cookie })).status).toBe(202);
  expect(new Set(taken).size).toBe(1);
});

test('the same id in two chats is two events', async () => {
  const { app, events } = createHarness();
  await post(app, { id: 'same', kind: 'text', text: 'x' });
  await post(app, { id: 'same', kind: 'text', text: 'x' });
  expect(new Set(events.map((event) => event.eventId)).size).toBe(2);
});

test('the page is told the past, both sides of it, and goes on from where it was', async () => {
  const { app, cookie } = await newChat();
  const headers = { Cookie: cookie };
  expect((await eventsUntilReady(app, headers)).ready).toEqual({ empty: true });
  await post(app, { kind: 'text', text: 'Не платять' }, headers);
  await post(app, { kind: 'choice', action: 'sos', label: 'Я в небезпеці' }, headers);
  const all = await eventsUntilReady(app, headers);
  expect(all.response.headers.get('Content-Type')).toContain('text/event-stream');
  expect(all.text).toContain('retry: 2000');
  expect(all.ready).toEqual({ empty: false });
  expect(all.messages.map((message) => message.from)).toEqual(['person', 'bot', 'person', 'bot']);
  const third = all.messages[2];
  const rest = await eventsUntilReady(app, { ...headers, 'Last-Event-ID': String(all.messages[1]?.seq) });
  expect(rest.messages.map((message) => message.seq)).toEqual([third?.seq, all.messages[3]?.seq]);
  const after = await eventsUntilReady(app, headers, `/chat/events?after=${third?.seq}`);
  expect(after.messages).toHaveLength(1);
  expect(rest.reset).toBe(false);
  for (const nonsense of ['-1', 'abc', '1e9', '9'.repeat(30)]) {
    expect((await eventsUntilReady(app, { ...headers, 'Last-Event-ID': nonsense })).messages).toHaveLength(4);
  }
});

test('a page that shows what has been deleted is told to drop it', async () => {
  const { app, cookie, transcripts } = await newChat();
  const headers = { Cookie: cookie };
  await post(app, { kind: 'text', text: 'Не платять' }, headers);
  const before = await eventsUntilReady(app, headers);
  await transcripts.forget([...transcripts.chats.keys()][0] ?? '');
  const seen = await eventsUntilReady(app, { ...headers, 'Last-Event-ID': String(before.messages.at(-1)?.seq) });
  expect(seen.reset).toBe(true);
  expect(seen.messages).toEqual([]);
});

test('another process that writes to the transcript is seen while the page is open', async () => {
  const harness = await newChat();
  harness.transcripts.onAppend = () => () => {};
  const response = await harness.app.request('/chat/events', { headers: { Cookie: harness.cookie } });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const readUntil = async (words: string) => {
    while (!text.includes(words)) {
      text += Buffer.from((await reader.read()).value ?? []).toString();
    }
  };
  await readUntil('event: ready');
  const chat = harness.cookie.replace('vistka_chat=', '').split('.')[0] ?? '';
  await harness.web.send(chat, { text: 'Нагадую про завтра' });
  await readUntil('Нагадую про завтра');
  await harness.web.stop();
  expect((await reader.read()).done).toBe(true);
});

test('asking only for the headers of the events holds nothing open', async () => {
  const { app } = createHarness();
  for (let asked = 0; asked < 600; asked += 1) {
    await app.request('/chat/events', { method: 'HEAD' });
  }
  expect((await eventsUntilReady(app, {})).ready).toEqual({ empty: true });
});

test('one address cannot hold all the connections', async () => {
  const { app, web } = createHarness();
  for (let opened = 0; opened < 500; opened += 1) {
    expect((await app.request('/chat/events')).status).toBe(200);
  }
  expect((await app.request('/chat/events')).status).toBe(503);
  await web.stop();
});

test('a file is given to its own chat alone', async () => {
  const { app, cookie } = await newChat();
  await post(app, { kind: 'choice', action: 'book:open', label: 'Записатися' }, { Cookie: cookie });
  const { messages } = await eventsUntilReady(app, { Cookie: cookie });
  const booked = messages.find((message) => message.document);
  expect(booked.document).toEqual({ name: 'Вістка 3 грудня.ics' });
  const file = await app.request(`/chat/files/${booked.seq}`, { headers: { Cookie: cookie } });
  expect(await file.text()).toContain('BEGIN:VCALENDAR');
  expect(file.headers.get('Content-Type')).toBe('text/calendar; charset=utf-8');
  expect(decodeURIComponent(file.headers.get('Content-Disposition') ?? '')).toBe(
    "attachment; filename*=UTF-8''Вістка 3 грудня.ics",
  );
  expect((await app.request(`/chat/files/${booked.seq}`)).status).toBe(404);
  const other = cookieOf(await app.request('/chat'));
  expect((await app.request(`/chat/files/${booked.seq}`, { headers: { Cookie: other } })).status).toBe(404);
  expect((await app.request(`/chat/files/${booked.seq - 1}`, { headers: { Cookie: cookie } })).status).toBe(404);
});

test('leaving takes the transcript and the cookie', async () => {
  const { app, cookie, transcripts } = await newChat();
  await post(app, { kind: 'text', text: 'таємниця' }, { Cookie: cookie });
  const response = await post(app, {}, { Cookie: cookie }, '/chat/leave');
  expect(response.status).toBe(204);
  expect(response.headers.get('Set-Cookie')).toMatch(/^vistka_chat=; Max-Age=0; Path=\/chat/);
  expect(transcripts.chats.size).toBe(0);
});

test('the page opens in Polish or English for such browsers and in Ukrainian for all others', async () => {
  const { app } = createHarness();
  const languages = { 'pl-PL,pl;q=0.9': 'pl', 'en-GB': 'en', 'ru-RU,ru': 'ru→uk', 'uk-UA': 'uk', 'de-DE,en': 'uk' };
  for (const [accepted, expected] of Object.entries(languages)) {
    const text = await (await app.request('/chat', { headers: { 'Accept-Language': accepted } })).text();
    expect(text).toContain(`<html lang="${expected.split('→').at(-1)}">`);
  }
  expect(await (await app.request('/chat')).text()).toContain('<html lang="uk">');
});

test('what the page loads comes once and is not sent again until it changes', async () => {
  const { app } = createHarness();
  const page = await (await app.request('/chat')).text();
  const paths = [...page.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
  expect(paths.length).toBeGreaterThanOrEqual(3);
  for (const path of paths) {
    const first = await app.request(path);
    expect(first.status).toBe(200);
    const again = await app.request(path, { headers: { 'If-None-Match': first.headers.get('ETag') ?? '' } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  }
  expect((await app.request('/chat/assets/..%2Findex.ts')).status).toBe(404);
});
