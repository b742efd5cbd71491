import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mediaPath } from '../../../src/channels/media.ts';
import { plain } from '../../../src/channels/text.ts';
import { BUTTONS_LIMIT, keyboardOf, LABEL_LIMIT } from '../../../src/channels/viber/keyboard.ts';
import type { ViberMessage } from '../../../src/channels/viber/messages.ts';
import { REQUEST_BYTES, render, renderWelcome, TEXT_LIMIT } from '../../../src/channels/viber/render.ts';
import { toViberLabel, toViberText } from '../../../src/channels/viber/words.ts';
import type { Choice, Media, Reply } from '../../../src/conversation/reply.ts';
import { messageFault } from '../../emulators/viber.ts';

const addressOf = (media: Media) => `https://bot.example${mediaPath(media)}`;
const options = { numbered: false, linkTo: () => 'https://bot.example/files/sealed/visit.ics', addressOf };
const numbered = { ...options, numbered: true };
const sender = { name: 'Vistka' };

function textOf(message: ViberMessage | undefined): string {
  return message?.type === 'text' ? message.text : '';
}

function faults(messages: readonly ViberMessage[]) {
  return messages.map((message) => messageFault({ ...message, sender })).filter((fault) => fault !== null);
}

function choices(count: number, label = 'Choice'): Choice[] {
  return Array.from({ length: count }, (_, index) => ({ label: `${label} ${index}`, action: `menu:${index}` }));
}

/** What Viber would format, by its documented rule: a pair of marks around words, at the bounds of a word. */
function formatted(text: string): string[] {
  const rule = /(?<![\p{L}\p{N}])([*_~])(?=\S)[^\n]*?(?<=\S)\1(?![\p{L}\p{N}])|```.*?```/gsu;
  return [...text.matchAll(rule)].map((match) => match[0]);
}

describe('words', () => {
  test('bold is bold', () => {
    expect(toViberText('Call **112** now')).toBe('Call *112* now');
    expect(formatted(toViberText('**Call 112**'))).toEqual(['*Call 112*']);
  });

  test('bold over two lines is bold in each', () => {
    expect(toViberText('**one\ntwo**')).toBe('*one*\n*two*');
  });

  test('bold in the middle of a word, where Viber would show its marks, is plain', () => {
    expect(toViberText('pre**fix**')).toBe('prefix');
  });

  test('a link is its label and its address', () => {
    expect(toViberText('[Inspection](https://pip.example/a_b_c).')).toBe('Inspection: https://pip.example/a_b_c.');
    expect(toViberText('[https://pip.example](https://pip.example)')).toBe('https://pip.example');
  });

  test('a number is written as one dials it, and once', () => {
    expect(toViberText('[Hotline](tel:+48226280120)')).toBe('Hotline +48226280120');
    expect(toViberText('[+48 22 628 01 20](tel:+48226280120)')).toBe('+48 22 628 01 20');
    expect(toViberText('[Write](mailto:a_b@lib.example)')).toContain('a_b@lib.example');
  });

  test.each([
    '*важливо*',
    '_так_',
    '~ні~',
    '```code```',
    '(*x*)',
    '"_x_"',
    '*a* *b*',
    '**a**',
    '~*_x_*~',
    '*',
    '5 * 6 * 7',
  ])('what a person wrote, %s, is not formatted', (words) => expect(formatted(toViberText(plain(words)))).toEqual([]));

  test('words with marks inside read the same, and addresses are left whole', () => {
    const text = toViberText('snake_case_name, a_b@lib.example, https://lib.example/a_b_c?x=~1');
    expect(text.replaceAll('\u200b', '')).toBe('snake_case_name, a_b@lib.example, https://lib.example/a_b_c?x=%7E1');
    expect(text).toContain('a_b@lib.example');
    expect(text).toContain('https://lib.example/a_b_c');
  });

  test('nothing that anyone writes is formatted, but what our content made bold', () => {
    const words = fc.string({ unit: fc.constantFrom('*', '_', '~', '`', 'а', '1', ' ', '.', '(', '\n', '[', ']') });
    fc.assert(
      fc.property(words, (text) => {
        expect(formatted(toViberText(plain(text)))).toEqual([]);
        expect(formatted(toViberText(`**Bold** ${plain(text)}`))).toEqual(['*Bold*']);
      }),
      { numRuns: 2000 },
    );
  });

  test("Viber's placeholders stay words, in texts, labels and addresses", () => {
    for (const name of ['receiver_id', 'url_encoded_receiver_id', 'user_name']) {
      const words = `replace_me_with_${name}`;
      const reply: Reply = {
        text: `${plain(words)} **${words}** [${words}](https://x.example/${words})`,
        rows: [[{ label: words, action: 'menu' }]],
      };
      for (const how of [options, numbered]) {
        expect(JSON.stringify(render(reply, how))).not.toMatch(/replace_me_with/i);
      }
    }
  });

  test('a label is one line of plain words', () => {
    expect(toViberLabel('<b>Yes</b>\n&lt; no', 250)).toBe('‹b›Yes‹/b› &\u200blt; no');
  });
});

describe('limits', () => {
  test('7000 characters go in one message, 7001 in two, and nothing is lost', () => {
    const word = 'слово ';
    const long = word.repeat(1200).slice(0, TEXT_LIMIT - 1);
    expect(render({ text: `${long}х` }, options)).toHaveLength(1);
    const two = render({ text: `${long}хх` }, options);
    expect(two).toHaveLength(2);
    expect(two.map(textOf).join(' ').replace(/\s/g, '')).toBe(`${long}хх`.replace(/\s/g, ''));
  });

  test('every text, however heavy, is sent whole within the limits', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }).map(plain),
      fc.constantFrom('**bold** ', '[l](https://x.example/a) ', '\n\n', '€'.repeat(3000), '*_~ '.repeat(2000)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, withRows) => {
        const text = `x ${pieces.join('')}`;
        const reply = { text, ...(withRows ? { rows: choices(24, '€'.repeat(200)).map((one) => [one]) } : {}) };
        const messages = render(reply, options);
        expect(faults(messages)).toEqual([]);
        for (const message of messages) {
          const request = {
            receiver: 'x'.repeat(40),
            sender: { name: 'x'.repeat(28), avatar: 'x'.repeat(300) },
            ...message,
          };
          expect(Buffer.byteLength(JSON.stringify(request))).toBeLessThanOrEqual(REQUEST_BYTES);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('twelve rows stand as they are, thirteen are packed two to a row', () => {
    const rows = (count: number) => choices(count).map((one) => [one]);
    const columns = (count: number) =>
      keyboardOf({ text: 'x', rows: rows(count) })?.keyboard.Buttons.map((b) => b.Columns);
    expect(columns(12)).toEqual(Array(12).fill(6));
    expect(columns(13)).toEqual([...Array(12).fill(3), 6]);
    expect(columns(24)).toEqual(Array(24).fill(3));
  });

  test('of too many choices the first stay, and the way back, which stands last', () => {
    const buttons = keyboardOf({ text: 'x', rows: [choices(40), [{ label: 'Menu', action: 'menu' }]] })?.keyboard
      .Buttons;
    expect(buttons).toHaveLength(BUTTONS_LIMIT);
    expect(buttons?.[0]?.Text).toBe('Choice 0');
    expect(buttons?.at(-1)?.Text).toBe('Menu');
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 11])('a row of %i is shown with columns that divide', (count) => {
    const messages = render({ text: 'x', rows: [choices(count)] }, options);
    expect(faults(messages)).toEqual([]);
    expect(messages[0]?.keyboard?.Buttons).toHaveLength(count);
  });

  test('a label of 250 stays, one of 251 is cut at a character with an ellipsis', () => {
    const label = (text: string) =>
      keyboardOf({ text: 'x', rows: [[{ label: text, action: 'menu' }]] })?.keyboard.Buttons[0]?.Text;
    expect(label('x'.repeat(LABEL_LIMIT))).toBe('x'.repeat(LABEL_LIMIT));
    expect(label('x'.repeat(LABEL_LIMIT + 1))).toBe(`${'x'.repeat(LABEL_LIMIT - 1)}…`);
    expect(label(`${'x'.repeat(LABEL_LIMIT - 3)}👩‍👩‍👧‍👦`)).toBe(`${'x'.repeat(LABEL_LIMIT - 3)}…`);
  });

  test('two equal labels stay two buttons', () => {
    const rows = [[{ label: 'Yes', action: 'a:1' }], [{ label: 'Yes', action: 'a:2' }]];
    expect(keyboardOf({ text: 'x', rows })?.keyboard.Buttons.map((b) => b.ActionBody)).toEqual(['~a:1', '~a:2']);
  });

  test('an action of 64 characters goes, one of 65 or with a blank is our fault', () => {
    const with_ = (action: string) => () => keyboardOf({ text: 'x', rows: [[{ label: 'x', action }]] });
    expect(with_(`a:${'x'.repeat(62)}`)).not.toThrow();
    expect(with_(`a:${'x'.repeat(63)}`)).toThrow('action');
    expect(with_('a:b c')).toThrow('action');
  });

  test('any keyboard of any reply keeps to the table', () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).filter((text) => text.trim() !== '');
    const choice: fc.Arbitrary<Choice> = fc.oneof(
      fc.record({ label, action: fc.stringMatching(/^[a-z]{1,8}:[a-z0-9:]{0,50}$/) }),
      fc.record({ label, url: fc.constant('https://lib.example/x') }),
    );
    const rows = fc.array(fc.array(choice, { maxLength: 8 }), { maxLength: 20 });
    const ask = fc.option(fc.record({ what: fc.constantFrom('place' as const, 'contact' as const), label }), {
      nil: null,
    });
    fc.assert(
      fc.property(rows, ask, (given, asked) => {
        const reply: Reply = { text: 'x', rows: given, ...(asked ? { ask: asked } : {}) };
        expect(faults(render(reply, options))).toEqual([]);
        expect(faults(render(reply, numbered))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a reply', () => {
  const reply: Reply = {
    text: 'Where are you?',
    rows: [
      [{ label: 'Lviv', action: 'library:lviv' }],
      [{ label: 'Site', url: 'https://lib.example' }],
      [{ label: 'Menu', action: 'menu' }],
    ],
    ask: { what: 'place', label: 'Share my place' },
  };

  test('asks for a place by its native button, above the choices', () => {
    const [message] = render(reply, options);
    expect(message?.keyboard?.Buttons.map((b) => b.ActionType)).toEqual([
      'location-picker',
      'reply',
      'open-url',
      'reply',
    ]);
    expect(message?.min_api_version).toBe(3);
  });

  test('presses leave no codes in the chat', () => {
    const [message] = render({ text: 'x', rows: [choices(3)] }, options);
    expect(message?.keyboard?.Buttons.every((button) => button.Silent)).toBe(true);
    expect(message?.min_api_version).toBe(1);
  });

  test('for a client without buttons is numbered text, whose numbers come back as actions', () => {
    const [message] = render(reply, numbered);
    expect(textOf(message)).toBe('Where are you?\n\n1. Lviv\nSite: https://lib.example\n2. Menu');
    expect(message).toMatchObject({ min_api_version: 1, tracking_data: '{"choices":["library:lviv","menu"]}' });
    expect(message).not.toHaveProperty('keyboard');
  });

  test('without numbers clears the numbers of an earlier one', () => {
    expect(render({ text: 'x', rows: [choices(2)] }, options)[0]?.tracking_data).toBe('{}');
  });

  test('with a pin keeps its buttons in sight: they go with the last message', () => {
    const pin = { lat: 0, lon: 0, title: 'Library', address: 'Street 1' };
    const messages = render({ text: 'Here', rows: [choices(1)], pin }, options);
    expect(messages.map((m) => [m.type, 'keyboard' in m])).toEqual([
      ['text', false],
      ['location', true],
    ]);
    expect(textOf(messages[0])).toBe('Here\n\nLibrary\nStreet 1');
    expect(messages[1]).toMatchObject({ location: { lat: 0, lon: 0 } });
  });

  test('with a document has its name and a link to it', () => {
    const document = { name: 'visit.ics', mime: 'text/calendar', content: 'BEGIN:VCALENDAR' };
    expect(textOf(render({ text: 'Booked', document }, options)[0])).toBe(
      'Booked\n\nvisit.ics\nhttps://bot.example/files/sealed/visit.ics',
    );
  });

  test('that says nothing is our fault', () => {
    expect(() => render({ text: ' \n' }, options)).toThrow('says nothing');
  });

  test('to an opened chat is one message, however long, with all its buttons', () => {
    const welcome = renderWelcome({
      text: 'x '.repeat(9000),
      rows: [choices(3)],
      ask: { what: 'contact', label: 'Phone' },
    });
    expect(messageFault({ ...welcome, sender })).toBeNull();
    expect(welcome.keyboard?.Buttons).toHaveLength(4);
  });

  test('is not changed by being rendered', () => {
    const frozen = structuredClone(reply);
    render(reply, options);
    render(reply, numbered);
    expect(reply).toEqual(frozen);
  });
});
