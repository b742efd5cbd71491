import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExact } from '../../../src/channels/viber/json.ts';
import { readCallback, receive } from '../../../src/channels/viber/receive.ts';

const AT = 1_795_000_000_000;
const mayFetch = (url: URL) => url.hostname === 'dl-media.viber.example';

function recorded(name: string): unknown {
  return parseExact(readFileSync(new URL(`../../recorded/viber/${name}.json`, import.meta.url), 'utf8'));
}

function event(name: string) {
  return receive(readCallback(recorded(name)), AT, mayFetch);
}

function said(message: Record<string, unknown>, name = 'Person A') {
  const callback = { event: 'message', message_token: '7', sender: { id: 'A=', name }, message };
  return receive(readCallback(callback), AT, mayFetch);
}

const from = { channel: 'viber', sender: '01234567890A=', at: AT, hint: { name: 'Person A', language: 'uk' } };

describe('what a person does becomes an event', () => {
  test('their words, under a token of 64 bits that is kept to the last digit', () => {
    const text = 'вже два місяці не платять';
    expect(event('text')).toEqual({ ...from, eventId: 'message:5741311803571721087', kind: 'text', text });
  });

  test('a pressed button is its action', () => {
    expect(event('pressed-button')).toMatchObject({ kind: 'choice', action: 'book:library:12' });
  });

  test('a place on the equator is a place', () => {
    expect(event('location')).toMatchObject({ kind: 'place', lat: 0, lon: 24.0316 });
  });

  test('the number that our button asked for is theirs, and gets its plus', () => {
    expect(event('shared-phone')).toMatchObject({ kind: 'contact', phone: '+380970000001', name: 'Person A' });
  });

  test("somebody else's contact is dropped", () => {
    const dropped = event('contact-of-another');
    expect(dropped).toMatchObject({ kind: 'unreadable', what: 'other' });
    expect(JSON.stringify(dropped)).not.toContain('380970000002');
  });

  test('a contact with their own name is theirs, asked for or not', () => {
    const contact = { name: 'Person A', phone_number: '+380 97 000 00 01' };
    expect(said({ type: 'contact', contact })).toMatchObject({ kind: 'contact', phone: '+380970000001' });
  });

  test('words below a picture are read, for they may be a call for help', () => {
    expect(event('picture-with-caption')).toMatchObject({ kind: 'text', text: 'забрали паспорт, не відпускають' });
  });

  test('a picture and a document come with the address where they can be had, if it is one of Viber', () => {
    const ref = 'https://dl-media.viber.example/p.jpg';
    const picture = { ref, kind: 'picture', name: 'p.jpg', mime: null, bytes: 120331 };
    expect(event('picture')).toMatchObject({ kind: 'unreadable', what: 'picture', file: picture });
    expect(event('picture-with-caption')).toMatchObject({ kind: 'text', file: picture });
    expect(event('file')).toMatchObject({ what: 'file', file: { kind: 'file', name: 'договір.pdf', bytes: 120331 } });
    for (const media of ['https://evil.example/p.jpg', 'javascript:alert(1)', '', 7, undefined]) {
      expect(said({ type: 'picture', media })).not.toHaveProperty('file');
    }
    expect(said({ type: 'sticker', media: ref })).not.toHaveProperty('file');
    expect(said({ type: 'file', media: ref, size: -1, file_name: '\u0000' })).toMatchObject({
      file: { name: null, bytes: null },
    });
  });

  test('a shared address is words too', () => {
    expect(event('url')).toMatchObject({ kind: 'text', text: 'https://jobs.example/offer?id=7' });
  });

  test.each([
    ['picture', { kind: 'unreadable', what: 'picture' }],
    ['sticker', { kind: 'unreadable', what: 'sticker' }],
  ])('%s without words can not be read, and is said to be', (name, deed) => {
    expect(event(name)).toMatchObject(deed);
  });

  test.each(['video', 'file', 'rich_media', 'something new'])('%s is not taken for nothing', (type) => {
    expect(said({ type, media: 'https://x.example' })).toMatchObject({ kind: 'unreadable' });
  });

  test('opening the chat by a link says which', () => {
    const eventId = 'conversation_started:4912661846655238145';
    expect(event('conversation-started')).toEqual({ ...from, eventId, kind: 'started', payload: 'book-lviv-1' });
  });

  test('leaving is leaving', () => {
    const { hint: _hint, ...nobody } = from;
    expect(event('unsubscribed')).toEqual({ ...nobody, eventId: 'unsubscribed:4912661846655238145', kind: 'stopped' });
  });

  test.each(['subscribed', 'failed', 'delivered'])('%s is nothing to answer', (name) => {
    expect(event(name)).toBeNull();
  });
});

describe('words that look like buttons', () => {
  test.each(['~ 5 годин', '~5', '~Меню', '~book: завтра', '~', `~a:${'x'.repeat(70)}`, '~~book:1', 'book:1', '-~menu'])(
    '%s is not a press',
    (text) => expect(said({ type: 'text', text })?.kind).not.toBe('choice'),
  );

  test('a press keeps its action whatever it holds', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}:[\x21-\x7e]{0,42}$/), (action) => {
        expect(said({ type: 'text', text: `~${action}` })).toMatchObject({ kind: 'choice', action });
      }),
    );
  });
});

describe('numbers', () => {
  const tracking_data = JSON.stringify({ choices: ['book:1', 'menu'] });

  test('after a numbered reply, a number is its choice', () => {
    expect(said({ type: 'text', text: '2', tracking_data })).toMatchObject({ kind: 'choice', action: 'menu' });
    expect(said({ type: 'text', text: '1.', tracking_data })).toMatchObject({ kind: 'choice', action: 'book:1' });
  });

  test.each(['0', '3', '99', '2 дні', '15:00', '112'])('%s is still what was written', (text) => {
    expect(said({ type: 'text', text, tracking_data })).toMatchObject({ kind: 'text', text });
  });

  test('after any other reply, a number is a number', () => {
    expect(said({ type: 'text', text: '2', tracking_data: '{}' })).toMatchObject({ kind: 'text', text: '2' });
    expect(said({ type: 'text', text: '2' })).toMatchObject({ kind: 'text', text: '2' });
  });

  test('tracking data that was tampered with counts as none', () => {
    for (const tracking_data of ['{', '[]', '7', '""', '{"choices":["<b>","DROP TABLE"]}', '{"choices":"menu"}']) {
      expect(said({ type: 'text', text: '1', tracking_data })).toMatchObject({ kind: 'text', text: '1' });
    }
  });
});

test('whatever comes is read without a throw', () => {
  const event = fc.constantFrom('message', 'conversation_started', 'unsubscribed', 'failed', 'webhook', 'new');
  fc.assert(
    fc.property(event, fc.object({ key: fc.constantFrom('sender', 'message', 'user', 'id', 'type') }), (kind, rest) => {
      receive(readCallback({ ...rest, event: kind }), AT, mayFetch);
    }),
  );
  fc.assert(fc.property(fc.jsonValue(), (json) => void receive(readCallback(json), AT, mayFetch)));
});

test('integers beyond 2^53 keep their digits, all other numbers stay numbers', () => {
  expect(parseExact('{"a":5741311803571721087,"b":9007199254740991,"c":1.5,"d":1e400}')).toEqual({
    a: '5741311803571721087',
    b: Number.MAX_SAFE_INTEGER,
    c: 1.5,
    d: Number.POSITIVE_INFINITY,
  });
});
