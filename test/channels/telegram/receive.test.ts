import { readdirSync, readFileSync } from 'node:fs';
import type { Update } from 'grammy/types';
import { describe, expect, test } from 'vitest';
import { toEvent } from '../../../src/channels/telegram/receive.ts';

const folder = new URL('../../recorded/telegram/', import.meta.url);
const recorded = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Update;

const photo = { ref: 'AgACq', kind: 'picture', name: null, mime: 'image/jpeg', bytes: 1200 };

const said: Record<string, object | null> = {
  text: { kind: 'text', text: 'вже два місяці не платять' },
  start: { kind: 'started' },
  'start-payload': { kind: 'started', payload: 'book-lviv-1' },
  'command-with-bot-name': { kind: 'text', text: '/book' },
  location: { kind: 'place', lat: 49.842957, lon: 24.031111 },
  'own-contact': { kind: 'contact', phone: '+380671234567', name: 'Оксана' },
  'other-contact': { kind: 'unreadable', what: 'other' },
  'contact-without-telegram': { kind: 'unreadable', what: 'other' },
  voice: { kind: 'unreadable', what: 'voice' },
  'video-note': { kind: 'unreadable', what: 'voice' },
  sticker: { kind: 'unreadable', what: 'sticker' },
  photo: { kind: 'unreadable', what: 'picture', file: photo },
  'photo-with-caption': { kind: 'text', text: 'забрали паспорт і не пускають', file: { ...photo, ref: 'AgACp' } },
  document: {
    kind: 'unreadable',
    what: 'file',
    file: { ref: 'AgACd', kind: 'file', name: 'договір.pdf', mime: 'application/pdf', bytes: 1200 },
  },
  poll: { kind: 'unreadable', what: 'other' },
  press: { kind: 'choice', action: 'book:hour:10' },
  'press-on-a-forgotten-message': { kind: 'choice', action: 'menu' },
  blocked: { kind: 'stopped' },
  unblocked: null,
  'pinned-message': null,
  'edited-text': null,
  'group-text': null,
  'press-in-a-group': null,
  'channel-post': null,
  'from-a-bot': null,
  reaction: null,
  'kind-yet-unknown': null,
};

describe('what a person did in Telegram', () => {
  test.each(Object.entries(said))('%s is understood', (name, deed) => {
    const update = recorded(name);
    const event = deed && {
      eventId: String(update.update_id),
      channel: 'telegram',
      sender: '5000001',
      at: 42,
      hint: { name: 'Оксана', language: 'uk' },
      ...deed,
    };
    expect(toEvent(update, 42)).toEqual(event);
  });

  test('every recorded update is in the table', () => {
    expect(
      readdirSync(folder)
        .map((file) => file.replace('.json', ''))
        .sort(),
    ).toEqual(Object.keys(said).sort());
  });

  const written = (text: string, from: object = {}) => {
    const update = recorded('text');
    Object.assign(update.message ?? {}, { text, from: { ...update.message?.from, ...from } });
    return toEvent(update, 0);
  };

  test.each([
    ['/book@VistkaBot lviv', { kind: 'text', text: '/book lviv' }],
    ['/start@VistkaBot a-pension', { kind: 'started', payload: 'a-pension' }],
    ['/start допоможіть, мене не випускають', { kind: 'text', text: 'допоможіть, мене не випускають' }],
    [`/start ${'x'.repeat(64)}`, { kind: 'started', payload: 'x'.repeat(64) }],
    [`/start ${'x'.repeat(65)}`, { kind: 'text', text: 'x'.repeat(65) }],
    ['/ book', { kind: 'text', text: '/ book' }],
    ['24/7 /book', { kind: 'text', text: '24/7 /book' }],
    ['a\n/book', { kind: 'text', text: 'a\n/book' }],
  ])('%j is a command only where it is meant as one', (text, deed) => {
    expect(written(text)).toMatchObject(deed);
  });

  test('a name is a hint of at most 64 characters, and never half an emoji', () => {
    expect(written('x', { first_name: '🌻'.repeat(70) })?.hint?.name).toBe('🌻'.repeat(64));
    expect(written('x', { first_name: '', language_code: undefined })).not.toHaveProperty('hint');
  });

  const photographed = (sizes: { width: number; bytes: number }[]) => {
    const update = recorded('photo');
    const photo = sizes.map(({ width, bytes }) => ({
      ...{ width, height: width, file_id: `w${width}`, file_unique_id: `u${width}`, file_size: bytes },
    }));
    Object.assign(update.message ?? {}, { photo });
    return toEvent(update, 0);
  };

  test('of a photo the largest size is taken that every messenger can carry', () => {
    const small = { width: 90, bytes: 2_000 };
    const large = { width: 1280, bytes: 1024 * 1024 };
    const huge = { width: 2560, bytes: 1024 * 1024 + 1 };
    expect(photographed([small, large, huge])).toMatchObject({ file: { ref: 'w1280', bytes: 1024 * 1024 } });
    expect(photographed([huge, small])).toMatchObject({ file: { ref: 'w90' } });
    expect(photographed([huge])).toMatchObject({ file: { ref: 'w2560' } });
  });

  test('a picture sent as a document is a picture, a moving one is nothing to send on', () => {
    const update = recorded('document');
    const document = { file_id: 'd', file_unique_id: 'u', mime_type: 'image/png' };
    Object.assign(update.message ?? {}, { document });
    expect(toEvent(update, 0)).toMatchObject({ file: { ref: 'd', kind: 'picture', name: null, bytes: null } });
    Object.assign(update.message ?? {}, { animation: document });
    expect(toEvent(update, 0)).not.toHaveProperty('file');
  });

  test('a command under a picture is still a command', () => {
    const update = recorded('photo');
    Object.assign(update.message ?? {}, { caption: '/start' });
    expect(toEvent(update, 0)).toMatchObject({ kind: 'started' });
  });
});
