import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadPayload } from '../../../src/channels/errors.ts';
import { MAX_ACTION_BYTES, MAX_BUTTONS, MAX_TEXT, render, toHtml } from '../../../src/channels/telegram/render.ts';
import { plain, withoutMarkup } from '../../../src/channels/text.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { parseHtml } from '../../emulators/telegram-html.ts';

const messages = (reply: Reply) =>
  render(reply).map((call) => (call.method === 'sendMessage' ? call.payload : expect.unreachable(call.method)));
const keyboards = (reply: Reply) => messages(reply).map((message) => message.reply_markup);
const choice = (label: string, action: string) => ({ label, action });

describe('the words of a reply', () => {
  test('bold and links are shown, all else is escaped', () => {
    expect(toHtml('**a <b> & "c"** [x & y](https://a.ua/?p=1&q=2)')).toBe(
      '<b>a &lt;b&gt; &amp; &quot;c&quot;</b> <a href="https://a.ua/?p=1&amp;q=2">x &amp; y</a>',
    );
  });

  test('a number and a mailbox stand as words, which Telegram makes tappable', () => {
    expect(toHtml('**[Гаряча лінія](tel:+380800505501)**')).toBe('<b>Гаряча лінія +380800505501</b>');
    expect(toHtml('[0 800 505 501](tel:0800505501)')).toBe('0 800 505 501');
    expect(toHtml('[пошта](mailto:a@b.ua)')).toBe('пошта (a@b.ua)');
  });

  test('whatever a person wrote, Telegram reads it back as the same words', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'аї*[]()<>&"\';# \nb/=\u2060', '<b>', '</b>', '&lt;', '**', '🇺🇦'),
    });
    fc.assert(
      fc.property(text, (words) => {
        expect(parseHtml(toHtml(words)).text).toBe(withoutMarkup(words));
        expect(parseHtml(toHtml(plain(words))).entities).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('a text of 4096 characters is one message, of one more two', () => {
    expect(messages({ text: 'x'.repeat(MAX_TEXT) })).toHaveLength(1);
    expect(messages({ text: 'x'.repeat(MAX_TEXT + 1) })).toHaveLength(2);
    expect(MAX_TEXT).toBe(4096);
  });

  test('every part of a long text is valid and short enough, and previews are off', () => {
    const text = Array.from({ length: 400 }, (_, n) => `**Пункт ${n}** & [джерело](https://a.ua/${n}).`).join('\n\n');
    const parts = messages({ text });
    expect(parts.length).toBeGreaterThan(2);
    for (const { text: html, link_preview_options } of parts) {
      expect(parseHtml(html).text.length).toBeLessThanOrEqual(MAX_TEXT);
      expect(link_preview_options).toEqual({ is_disabled: true });
    }
  });
});

describe('the buttons of a reply', () => {
  test('choices stand in their rows, a link opens, and the keyboard is under the last part', () => {
    const rows = [[choice('Так', 'book:yes'), choice('Ні', 'book:no')], [{ label: 'Сайт', url: 'https://a.ua' }]];
    const inline_keyboard = [
      [
        { text: 'Так', callback_data: 'book:yes' },
        { text: 'Ні', callback_data: 'book:no' },
      ],
      [{ text: 'Сайт', url: 'https://a.ua' }],
    ];
    expect(keyboards({ text: 'x '.repeat(4000), rows })).toEqual([undefined, { inline_keyboard }]);
  });

  test('an action of 64 bytes passes, of one more is refused, and Cyrillic counts twice', () => {
    const one = (action: string) => render({ text: 'x', rows: [[choice('a', action)]] });
    expect(one('x'.repeat(MAX_ACTION_BYTES))).toHaveLength(1);
    expect(one('ї'.repeat(32))).toHaveLength(1);
    expect(() => one('x'.repeat(MAX_ACTION_BYTES + 1))).toThrow(BadPayload);
    expect(() => one('ї'.repeat(33))).toThrow(BadPayload);
    expect(() => one('')).toThrow(BadPayload);
  });

  test('a hundred buttons pass, one more is refused', () => {
    const many = (count: number) => ({
      text: 'x',
      rows: Array.from({ length: count }, (_, n) => [choice(`${n}`, `a:${n}`)]),
    });
    expect(render(many(MAX_BUTTONS))).toHaveLength(1);
    expect(() => render(many(MAX_BUTTONS + 1))).toThrow(BadPayload);
  });

  test('buttons without words, and words without a label, are refused', () => {
    expect(() => render({ text: ' ', rows: [[choice('a', 'b')]] })).toThrow(BadPayload);
    expect(() => render({ text: 'x', rows: [[choice(' ', 'b')]] })).toThrow(BadPayload);
    expect(keyboards({ text: 'x', rows: [[]] })).toEqual([undefined]);
  });

  const keyboard = (button: object) => ({ keyboard: [[button]], one_time_keyboard: true, resize_keyboard: true });

  test('a wish for a place or a number comes with the words when there are no choices', () => {
    expect(keyboards({ text: 'Де ви?', ask: { what: 'place', label: 'Я тут' } })).toEqual([
      keyboard({ text: 'Я тут', request_location: true }),
    ]);
    expect(keyboards({ text: 'Номер?', ask: { what: 'contact', label: 'Мій номер' } })).toEqual([
      keyboard({ text: 'Мій номер', request_contact: true }),
    ]);
  });

  test('with choices the wish is a second message, so that both reach the person', () => {
    const reply: Reply = { text: 'Де ви?', rows: [[choice('Меню', 'menu')]], ask: { what: 'place', label: '<Я> тут' } };
    expect(messages(reply).map(({ text }) => text)).toEqual(['Де ви?', '&lt;Я&gt; тут']);
    expect(keyboards(reply)[1]).toEqual(keyboard({ text: '<Я> тут', request_location: true }));
  });
});

test('a file and a pin follow the words', () => {
  const calls = render({
    text: 'Записано',
    document: { name: 'мій візит;1.ics', mime: 'text/calendar', content: 'BEGIN:VCALENDAR' },
    pin: { lat: 49.8, lon: 24, title: 'Бібліотека', address: 'Ринок, 1' },
  });
  expect(calls.slice(1)).toEqual([
    { method: 'sendDocument', payload: { document: { name: 'мій_візит_1.ics', content: 'BEGIN:VCALENDAR' } } },
    { method: 'sendVenue', payload: { latitude: 49.8, longitude: 24, title: 'Бібліотека', address: 'Ринок, 1' } },
  ]);
});
