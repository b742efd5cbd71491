import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkAsWords, parseMarkup, plain, split, withoutMarkup } from '../../src/channels/text.ts';

const words = fc.string({
  unit: fc.constantFrom(...'аїґ є*[]()\n.!?_<&>x1\u2060\u202e', '👩‍👩‍👧', '🇺🇦', 'é', 'https://'),
});
const seen = (text: string) => withoutMarkup(text).replace(/\s+/g, '');

describe('the markup of a reply', () => {
  test.each([
    ['words', [{ kind: 'text', text: 'words' }]],
    ['', []],
    [
      'a **b** c',
      [
        { kind: 'text', text: 'a ' },
        { kind: 'text', text: 'b', bold: true },
        { kind: 'text', text: ' c' },
      ],
    ],
    ['[site](https://a.ua/b_(c)?d=1)', [{ kind: 'link', label: 'site', href: 'https://a.ua/b_(c)?d=1' }]],
    [
      '**call [1](tel:+380 44-1)**',
      [
        { kind: 'text', text: 'call ', bold: true },
        { kind: 'link', label: '1', href: 'tel:+380441', bold: true },
      ],
    ],
    ['[**site**](https://a.ua)', [{ kind: 'link', label: 'site', href: 'https://a.ua', bold: true }]],
    ['[mail](mailto:a@b.ua)', [{ kind: 'link', label: 'mail', href: 'mailto:a@b.ua' }]],
    ['2 ** 3', [{ kind: 'text', text: '2 ** 3' }]],
    ['****', [{ kind: 'text', text: '****' }]],
    ['**a\n\nb**', [{ kind: 'text', text: '**a\n\nb**' }]],
    ['[x](javascript:alert(1))', [{ kind: 'text', text: '[x](javascript:alert(1))' }]],
    ['[x](http://a.ua)', [{ kind: 'text', text: '[x](http://a.ua)' }]],
    ['[x](https://a.ua', [{ kind: 'text', text: '[x](https://a.ua' }]],
  ])('%j is read as it is meant', (text, segments) => {
    expect(parseMarkup(text)).toEqual(segments);
  });

  test('a link that cannot be opened is told in words, its number once', () => {
    expect(linkAsWords('Hotline', 'tel:+380800505501')).toBe('Hotline +380800505501');
    expect(linkAsWords('+380 800 505 501', 'tel:+380800505501')).toBe('+380 800 505 501');
    expect(linkAsWords('write', 'mailto:a@b.ua')).toBe('write (a@b.ua)');
  });
});

describe('the words of a person', () => {
  test('stay words, whatever they are', () => {
    fc.assert(
      fc.property(words, (text) => {
        const segments = parseMarkup(plain(text));
        expect(segments.length).toBeLessThanOrEqual(1);
        expect(segments.every((segment) => segment.kind === 'text' && !segment.bold)).toBe(true);
      }),
    );
  });

  test('stay inside the bold or the label in which they stand', () => {
    fc.assert(
      fc.property(
        words.filter((text) => plain(text).trim() !== '' && !text.includes('\n')),
        (text) => {
          const own = withoutMarkup(plain(text));
          expect(parseMarkup(`**${plain(text)}**`)).toEqual([{ kind: 'text', text: own, bold: true }]);
          expect(parseMarkup(`[${plain(text)}](https://a.ua)`)).toEqual([
            { kind: 'link', label: own, href: 'https://a.ua' },
          ]);
        },
      ),
    );
  });

  test('cannot turn the direction of our text, pile up accents, or hide control characters', () => {
    expect(plain('a\u202eb\u2066c\u200f')).toBe('abc');
    expect(plain(`e${'\u0301'.repeat(40)}`)).toBe(`é${'\u0301'.repeat(3)}`);
    expect(plain('a\u0000b\u001bc\r\nd')).toBe('abc\nd');
    expect(plain('\ud83d')).toBe('\ufffd');
  });

  test('keep their accents, emoji and signs', () => {
    const text = 'Їжак п’є 1️⃣ 👩‍👩‍👧 <b> & "x" (a) *b*';
    expect(withoutMarkup(plain(text))).toBe(text);
  });
});

describe('splitting', () => {
  const piece = fc.oneof(
    words.map(plain),
    fc.constantFrom('**bold words here**', '[site](https://a.ua/b)', '**[a](tel:+380441)**', '\n\n', '\n', '. ', ' '),
    fc.string({ minLength: 1, maxLength: 90, unit: fc.constantFrom('ї', '👨‍👩‍👦') }),
  );
  const marked = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

  test('keeps every part within the limit, and every character but the whitespace at a cut', () => {
    fc.assert(
      fc.property(marked, fc.integer({ min: 40, max: 200 }), (text, limit) => {
        const parts = split(text, limit);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(limit);
          expect(part.trim()).not.toBe('');
          expect(part.isWellFormed()).toBe(true);
        }
        expect(parts.map(seen).join('')).toBe(seen(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('never cuts a link or loses the bold of a word', () => {
    fc.assert(
      fc.property(marked, fc.integer({ min: 40, max: 200 }), (text, limit) => {
        const links = (texts: string[]) => texts.flatMap(parseMarkup).filter((segment) => segment.kind === 'link');
        const bold = (texts: string[]) =>
          texts
            .flatMap(parseMarkup)
            .map((segment) => (segment.kind === 'text' && segment.bold ? segment.text.replace(/\s+/g, '') : ''))
            .join('');
        const parts = split(text, limit);
        expect(links(parts)).toEqual(links([text]));
        expect(bold(parts)).toBe(bold([text]));
      }),
      { numRuns: 2000 },
    );
  });

  test('a text within the limit is one part; a blank one is none', () => {
    expect(split('a\n\nb', 16)).toEqual(['a\n\nb']);
    expect(split('x'.repeat(16), 16)).toEqual(['x'.repeat(16)]);
    expect(split('x'.repeat(17), 16)).toHaveLength(2);
    expect(split(' \n\n ', 16)).toEqual([]);
  });

  test.each([
    ['a paragraph', `${'a '.repeat(10)}b\n\nc. d\ne f g h i j k`, `${'a '.repeat(10)}b`],
    ['a line', 'aaa bbb. ccc\nddd. eee fff ggg hhh', 'aaa bbb. ccc'],
    ['a sentence', 'aaa bbb. ccc ddd eee fff ggg hhh', 'aaa bbb.'],
    ['a word', 'aaa bbb ccc ddd eee fff ggg hhh', 'aaa bbb ccc ddd eee fff'],
  ])('prefers the end of %s', (_, text, first) => {
    expect(split(text, 26)[0]).toBe(first);
  });

  test('cuts a word without end between two characters', () => {
    const family = '👨‍👩‍👦';
    for (const part of split(family.repeat(20), 30)) expect(part.replaceAll(family, '')).toBe('');
  });

  test('even a link longer than the limit comes through', () => {
    const parts = split(`[x](https://a.ua/${'y'.repeat(100)})`, 40);
    expect(parts.join('')).toContain('https://a.ua/yyy');
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(40);
  });
});
