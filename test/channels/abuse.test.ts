/**
 * What librarians and people write reaches others, so nothing in it may act: no markup, no link, no placeholder, no
 * turned direction, and no platform may refuse the message because of it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mediaPath } from '../../src/channels/media.ts';
import { preview as telegramPreview } from '../../src/channels/telegram/preview.ts';
import { type Call, render as renderTelegram } from '../../src/channels/telegram/render.ts';
import { oneLine, plain, withoutMarkup } from '../../src/channels/text.ts';
import { preview as viberPreview } from '../../src/channels/viber/preview.ts';
import { render as renderViber } from '../../src/channels/viber/render.ts';
import { preview as webPreview } from '../../src/channels/web/preview.ts';
import { renderReply } from '../../src/channels/web/render.ts';
import type { Media, Reply } from '../../src/conversation/reply.ts';
import { parseHtml } from '../emulators/telegram-html.ts';
import { messageFault } from '../emulators/viber.ts';

const attacks = [
  ...[
    '<b>',
    '</b>',
    '<a href="https://evil.example">',
    '<script>alert(1)</script>',
    '<tg-spoiler>',
    '&lt;',
    '&amp',
    '&#60;',
  ],
  ...['**', '*', '_', '__', '~', '```', '`', '||', '[here](https://evil.example)', '[', '](', ')', '[x](tel:112)'],
  ...['*bold*', '_it_', '~st~', '**[a](https://evil.example)**', '\\*', '> quote', '# title', '- item'],
  ...['replace_me_with_receiver_id', 'replace_me_with_user_name', 'replace_me_with_url_encoded_receiver_id'],
  ...['REPLACE_ME_WITH_USER_NAME', 'replace_\u200bme_with_user_name', 'replace_\u2060me_with_receiver_id'],
  ...[
    '\u202eexe.fdp',
    '\u2066',
    '\u2069',
    '\u200f',
    '\u061c',
    '\ufeff',
    '\u2060',
    '\u0000',
    '\u001b[31m',
    '\u2028',
    '\r\n',
  ],
  ...[
    '\ud83d',
    '\ude00',
    `e${'\u0301'.repeat(60)}`,
    'x'.repeat(5000),
    'ї'.repeat(700),
    '👨‍👩‍👧',
    '{{name}}',
    '$t(menu)',
    '%s',
    '#{x}',
  ],
  ...['javascript:alert(1)', 'tg://resolve?domain=evil', ' ', '\n', '\n\n', 'слово', 'Ганна', '.', '"', "'", '\\'],
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 })
  .map((pieces) => pieces.join(''));
/** Words of which something is left to read. */
const words = nasty.filter((text) => plain(text).trim() !== '' && oneLine(text) !== '');

const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;
const PILED = /\p{M}{4}/u;
const PLACEHOLDER = /replace_me_with/i;

/** Our own words around theirs: one bold run, one link, one button with their name, one with our address. */
const around = (text: string): Reply => ({
  text: `**Новини**\n\n${plain(text)}\n\n[Детальніше](https://library.example/a_b)`,
  rows: [
    [{ label: oneLine(text).slice(0, 40) || 'x', action: 'menu' }],
    [{ label: text, url: 'https://library.example/?a=replace_me_with_receiver_id' }],
  ],
});
const alone = (text: string): Reply => ({ text: plain(text) });
const options = {
  numbered: false,
  linkTo: () => null,
  addressOf: (media: Media) => `https://bot.example${mediaPath(media)}`,
};

const wellFormed = (payload: unknown) => {
  const json = JSON.stringify(payload);
  return json.isWellFormed() && !/\\ud[89a-f]/i.test(json) && !TURNING.test(json) && !PILED.test(json);
};

describe('on Telegram', () => {
  const messages = (reply: Reply) =>
    renderTelegram(reply).map((call) => parseHtml((call as Call & { method: 'sendMessage' }).payload.text));

  test('their words are words: no tag, no link, nothing that the server refuses', () => {
    fc.assert(
      fc.property(words, (text) => {
        for (const { text: shown, entities } of messages(alone(text))) {
          expect(entities).toEqual([]);
          expect(shown.length).toBeLessThanOrEqual(4096);
        }
        expect(wellFormed(renderTelegram(around(text)))).toBe(true);
      }),
    );
  });

  test('our own bold and our own link are the only ones around them', () => {
    fc.assert(
      fc.property(words, (text) => {
        const entities = messages(around(text)).flatMap((message) => message.entities);
        expect(entities.map(({ type, url }) => url ?? type)).toEqual(['bold', 'https://library.example/a_b']);
      }),
    );
  });

  test('under a picture they are words too', () => {
    fc.assert(
      fc.property(words, (text) => {
        const picture = { id: 'a-picture-of-the-club', name: text, mime: 'image/png' };
        for (const call of renderTelegram({ ...alone(text), picture })) {
          const html =
            'media' in call ? (call.payload.caption ?? '') : call.method === 'sendMessage' ? call.payload.text : '';
          expect(parseHtml(html).entities).toEqual([]);
        }
      }),
    );
  });
});

describe('on Viber', () => {
  /** What Viber would format, by its documented rule. */
  const formatted = (text: string) =>
    text.match(/(?<![\p{L}\p{N}])([*_~])(?=\S)[^\n]*?(?<=\S)\1(?![\p{L}\p{N}])|```.*?```/gsu) ?? [];

  test('their words are words: not formatted, filled in, or refused', () => {
    fc.assert(
      fc.property(words, (text) => {
        for (const message of renderViber(alone(text), options)) {
          expect(messageFault({ ...message, sender: { name: 'Vistka' } })).toBeNull();
          expect(formatted('text' in message ? message.text : '')).toEqual([]);
          expect(JSON.stringify(message)).not.toMatch(PLACEHOLDER);
          expect(wellFormed(message)).toBe(true);
        }
      }),
    );
  });

  test('only our own words around them are bold, and no button or address carries anybody’s id away', () => {
    fc.assert(
      fc.property(words, (text) => {
        const messages = renderViber(around(text), options);
        const shown = messages.map((message) => ('text' in message ? message.text : '')).join('\n\n');
        expect(formatted(shown)).toEqual(['*Новини*']);
        expect(JSON.stringify(messages)).not.toMatch(PLACEHOLDER);
        expect(wellFormed(messages)).toBe(true);
      }),
    );
  });

  test('a name of a picture fills in nothing, wherever it stands', () => {
    fc.assert(
      fc.property(nasty, fc.boolean(), (name, long) => {
        const picture = { id: 'a-picture-of-the-club', name, mime: 'image/png' };
        const messages = renderViber({ text: long ? 'x'.repeat(600) : 'x', picture }, options);
        expect(JSON.stringify(messages)).not.toMatch(PLACEHOLDER);
        expect(messages.map((message) => messageFault({ ...message, sender: { name: 'Vistka' } }))).toEqual([null]);
        expect(wellFormed(messages)).toBe(true);
      }),
    );
  });
});

describe('in the web chat', () => {
  test('their words are text alone, and our link is the only one', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(renderReply(alone(text)).text.every((segment) => segment.kind === 'text' && !segment.bold)).toBe(true);
        const message = renderReply(around(text));
        const links = message.text.flatMap((segment) => (segment.kind === 'link' ? [segment.href] : []));
        expect(links).toEqual(['https://library.example/a_b']);
        expect(wellFormed(message)).toBe(true);
      }),
    );
  });

  test('a name of a picture is a name, its address is ours', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const { picture } = renderReply({
          text: 'x',
          picture: { id: 'a-picture-of-the-club', name, mime: 'image/png' },
        });
        expect(picture?.src).toMatch(/^\/media\/a-picture-of-the-club\/[A-Za-z0-9-]+\.png$/);
        expect(wellFormed(picture)).toBe(true);
      }),
    );
  });
});

describe('a preview', () => {
  const whole = (shown: readonly { text: string }[]) =>
    shown
      .map(({ text }) => text)
      .join('')
      .replace(/\s/g, '');
  const own = (text: string) => withoutMarkup(plain(text)).replace(/\s/g, '');

  test('shows all of the words as they were written, whatever they are', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(whole(telegramPreview(alone(text)))).toBe(own(text));
        expect(whole(webPreview(alone(text)))).toBe(own(text));
        // Viber knows no escape: a mark that would format is set apart by a blank, an address by its percent signs.
        const viber = whole(viberPreview(alone(text), options))
          .replaceAll('%2A', '*')
          .replaceAll('%5F', '_');
        const same = (shown: string) => shown.replaceAll('%7E', '~').replaceAll('%60', '`').replaceAll('\u200b', '');
        expect(same(viber)).toBe(same(own(text).replaceAll('%2A', '*').replaceAll('%5F', '_')));
      }),
    );
  });
});

describe('what staff tell many', () => {
  const addresses = [
    ...[
      'https://evil.example/x',
      'HTTP://EVIL.EXAMPLE',
      'evil.com',
      'www.evil.com',
      't.me/evil_bot',
      'tg://resolve?domain=evil',
    ],
    ...[
      'укр.укр',
      'a@evil.example',
      'https://a:b@evil.example',
      '@evil_bot',
      '/forget',
      'http://127.0.0.1/',
      'ftp://x.y',
    ],
    ...[
      'evil.xn--p1ai',
      '[x](https://evil.example)',
      '(evil.com)',
      'evil.com@evil.com',
      'm@il@evil.com',
      'x.y.z.com',
      '//evil.com',
    ],
  ];
  const told = fc
    .array(fc.oneof(fc.constantFrom(...addresses, ...attacks), fc.string({ maxLength: 4 })), {
      minLength: 1,
      maxLength: 9,
    })
    .map((pieces) => pieces.join(''))
    .filter((text) => plain(text).trim() !== '');
  const withoutMail = (shown: string) =>
    shown
      .replaceAll('\u200b', '')
      .replace(/(?<=^|[\s(,;:«"'])[A-Za-z0-9][A-Za-z0-9._+-]*@[\w-]+(?:\.[\w-]+)+(?=$|[\s),;:!?»"']|\.(?:\s|$))/g, ' ');
  /** What messengers make a link of by themselves, and more. */
  const addressesIn = (shown: string) =>
    withoutMail(shown).match(/:\/\/|[\p{L}\p{N}_-]\.\p{L}|\p{L}\.[\p{L}\p{N}]/gu) ?? [];
  /** Telegram's names of people and commands (td, MessageEntity.cpp). */
  const namesIn = (shown: string) =>
    withoutMail(shown).match(/(?<![\p{L}\p{N}_])@[A-Za-z0-9_]|(?<![\p{L}\p{N}_<>/])\/[A-Za-z0-9_]/gu) ?? [];

  test('has no link but the one that stands in its own button, on any platform', () => {
    fc.assert(
      fc.property(told, (text) => {
        const reply = { text: plain(text, { links: false }) };
        const telegram = telegramPreview(reply);
        const shown = [...telegram, ...viberPreview(reply, options), ...webPreview(reply)];
        expect(shown.flatMap((message) => addressesIn(message.text))).toEqual([]);
        expect(telegram.flatMap((message) => namesIn(message.text))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('reads as it was written, but for blanks that are hardly seen', () => {
    fc.assert(
      fc.property(told, (text) => {
        expect(withoutMarkup(plain(text, { links: false })).replaceAll('\u200a', '')).toBe(
          withoutMarkup(plain(text)).replaceAll('\u200a', ''),
        );
      }),
    );
  });

  test.each([
    'До 10.12.2026, о 15.00, 100.50 zł, 24/7 або й/чи',
    'Пишіть на biblioteka@tysm.if.ua або дзвоніть +380 34 362 12 34',
    'вул. Галицька, 32. Тел. 0 800 505 501; т. д.',
  ])('%s is left as it is', (text) => {
    expect(plain(text, { links: false })).toBe(plain(text));
  });

  test.each(['a', 'a.', '@', 'a@', '/', '://', '._+-'])(
    'a word of 7,000 letters, made of %j, is read to its end',
    (piece) => {
      const text = piece.repeat(7000 / piece.length);
      expect(plain(text, { links: false }).replaceAll('\u200a', '')).toBe(text);
    },
  );
});
