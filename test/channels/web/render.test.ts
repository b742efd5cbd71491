import fc from 'fast-check';
import { expect, test } from 'vitest';
import { languageOf, renderReply } from '../../../src/channels/web/render.ts';
import { pack, unpack } from '../../../src/channels/web/transcripts.ts';

test('bold words, links and numbers to call are told apart', () => {
  const message = renderReply({ text: '**Так.** [112](tel:112) або [сайт](https://example.org)' });
  expect(message.text).toEqual([
    { kind: 'text', text: 'Так.', bold: true },
    { kind: 'text', text: ' ' },
    { kind: 'link', label: '112', href: 'tel:112' },
    { kind: 'text', text: ' або ' },
    { kind: 'link', label: 'сайт', href: 'https://example.org' },
  ]);
});

test('a button that leads into a script is left out, and a row that becomes empty too', () => {
  const message = renderReply({
    text: 'x',
    rows: [
      [{ label: 'a', url: 'javascript:alert(1)' }],
      [
        { label: 'b', url: 'https://example.org' },
        { label: 'c', action: 'menu' },
      ],
    ],
  });
  expect(message.rows).toEqual([
    [
      { label: 'b', url: 'https://example.org' },
      { label: 'c', action: 'menu' },
    ],
  ]);
});

test('the page offers to send a place, and never a phone number, which it cannot know', () => {
  expect(renderReply({ text: 'x', ask: { what: 'place', label: 'Де я' } }).ask).toEqual({
    what: 'place',
    label: 'Де я',
  });
  expect(renderReply({ text: 'x', ask: { what: 'contact', label: 'Номер' } }).ask).toBeUndefined();
});

test('a pin is a link to a map', () => {
  const { pin } = renderReply({ text: 'x', pin: { lat: 48.9, lon: 24.85, title: 't', address: 'a' } });
  expect(pin?.href).toBe('https://www.openstreetmap.org/?mlat=48.90000&mlon=24.85000#map=17/48.90000/24.85000');
});

test('a file goes by its name; its content is not in what the page is sent', () => {
  const message = renderReply({ text: 'x', document: { name: 'a.ics', mime: 'text/calendar', content: 'SECRET' } });
  expect(JSON.stringify(message)).not.toContain('SECRET');
});

test.each([
  ['Вам мають заплатити за відпрацьоване, навіть якщо договору не було.', 'uk'],
  ['Вам должны заплатить за отработанное, даже если договора не было, и это бесплатно: вы вправе.', 'ru'],
  ['Należy się zapłata za przepracowany czas, nawet jeśli nie było umowy.', 'pl'],
  ['You must be paid for the work you have done, even without a contract.', 'en'],
  ['The nearest is Tysmenytsia library, Halytska street 32 (вул. Галицька, 32). It is open.', 'en'],
  ['+48 22 628 01 20', undefined],
  ['OK', undefined],
])('a screen reader gets the right voice: %s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});

test('whatever is stored comes back as it was, and what is not ours comes back as nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const stored = { message: renderReply({ text }) };
      expect(unpack(pack(stored))).toEqual(JSON.parse(JSON.stringify(stored)));
    }),
  );
  for (const broken of ['', '{', 'null', '7', '[]', '{"from":"bot"}']) {
    expect(unpack(broken)).toBeNull();
  }
});
