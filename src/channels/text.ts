/**
 * The tiny markup of conversation/reply.ts: `**bold**` and `[label](https://… | tel:+… | mailto:…)`, read, neutralised
 * and split. Everything here is pure and shared by all channels.
 *
 * A markup character followed by WORD JOINER (U+2060, invisible) is that character and no markup: this is what
 * `plain()` writes and `parseMarkup()` takes out again.
 */

/** A run of text in one style. Segments keep the order of the text; joined, they are all of it. */
export type Segment =
  | { kind: 'text'; text: string; bold?: boolean }
  | { kind: 'link'; label: string; href: string; bold?: boolean };

const JOINER = '\u2060';
const MARKS = '*[](';

/** A label has no bare bracket; an address has no space, and parentheses only in pairs. */
const LINK =
  /\[((?:[^[\]\n]|[[\]]\u2060)+)\]\(((?:https:\/\/(?:[^\s()<>"]|\([^\s()<>"]*\))+|tel:\+?[\d\s-]{3,24}|mailto:[^\s()<>"@]+@[^\s()<>"@]+))\)/y;

type Token = { start: number; end: number } & (
  | { kind: 'text'; text: string }
  | { kind: 'mark' }
  | { kind: 'link'; label: string; href: string }
);

/** Reads the markup. What is not well-formed markup stays as the characters that it is; nothing throws. */
export function parseMarkup(text: string): Segment[] {
  const tokens = tokenise(text);
  const bold = pairs(tokens, text);
  const segments: Segment[] = [];
  let within = false;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'mark' && bold.has(index)) {
      within = !within;
      continue;
    }
    if (token.kind === 'link') {
      const { label, strong } = readLabel(token.label);
      segments.push({ kind: 'link', label, href: token.href, ...(within || strong ? { bold: true } : {}) });
      continue;
    }
    append(segments, token.kind === 'mark' ? '**' : token.text, within);
  }
  return segments;
}

/** The words alone, for places that show no markup: a link becomes `label (address)`, or its label if that says it all. */
export function withoutMarkup(text: string): string {
  return parseMarkup(text)
    .map((segment) => (segment.kind === 'text' ? segment.text : linkAsWords(segment.label, segment.href)))
    .join('');
}

/** A link in words, for a client that can't open it: `Hotline +380 800 505 501`. The address isn't said twice. */
export function linkAsWords(label: string, href: string): string {
  const address = addressOf(href);
  if (href.startsWith('tel:')) {
    return digits(label).includes(digits(address)) ? label : `${label} ${address}`;
  }
  return label.includes(address) || label === href ? label : `${label} (${address})`;
}

/** What people read and type: the number of a `tel:`, the mailbox of a `mailto:`, else the link itself. */
export function addressOf(href: string): string {
  return href.replace(/^(?:tel|mailto):/, '');
}

/** Marks stacked on one letter beyond this are a prank: accents, niqqud and keycaps need at most three. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;
/** Control characters but tab and newline, and those that turn the direction of what follows. */
const CONTROLS = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

/**
 * A person's own words, made safe to stand in a reply: no character of theirs becomes markup, turns the direction of
 * our text, or piles accents over the lines around. A word without end stays whole here; `split` cuts it.
 * Once only: the result is markup, no longer the person's words.
 *
 * `links: false`: messengers make links of addresses, names and commands by themselves. Here they don't: a blank that is
 * hardly seen stands in each. Mail addresses and numbers to call stay what they are.
 */
export function plain(text: string, options: { links?: false } = {}): string {
  const words = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(CONTROLS, '')
    .replace(STACKED_MARKS, '$1');
  return (options.links === false ? withoutLinks(words) : words).replace(/[*[\](]/g, (mark) => mark + JOINER);
}

/** HAIR SPACE: no client takes it for a part of an address, as some do with characters that can't be seen at all. */
const HAIR = '\u200a';
/** One that stands by itself: of `evil.example@x.ua/y` nobody knows what a client makes. */
const MAIL =
  /(?<=^|[\s(,;:«"'])([A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?=$|[\s),;:!?»"']|\.(?:\s|$))/;

function withoutLinks(text: string): string {
  return text
    .split(MAIL)
    .map((piece, index) => (index % 2 === 1 ? piece : apart(piece)))
    .join('');
}

/** `https://`, the dots of a host (but not of a date or a sum), `@name`, `/command`. */
function apart(text: string): string {
  return text
    .replaceAll('://', `:${HAIR}//`)
    .replace(/(?<=[\p{L}\p{M}\p{N}_-])\.(?=[\p{L}\p{N}_])/gu, (dot, at: number) =>
      /\p{N}/u.test(text.charAt(at - 1)) && /\p{N}/u.test(text.charAt(at + 1)) ? dot : dot + HAIR,
    )
    .replace(/(?<![\p{L}\p{N}_])@(?=\w)|(?<![\p{L}\p{N}_<>/])\/(?=\w)/gu, (sign) => sign + HAIR);
}

/**
 * Somebody's words as a button's label or a file's name: one line, of which nothing is invisible, turned or piled up. No
 * channel reads markup there, so there is none to keep out.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[^\S\u00a0\u202f]+/g, ' ')
    .replace(CONTROLS, '')
    .replace(STACKED_MARKS, '$1')
    .trim();
}

/**
 * Cuts a text with markup into parts of at most `limit` UTF-16 units, markup included: at the last paragraph's end that
 * fits, else a line's, a sentence's, a word's, else between two characters. Whitespace at a cut is dropped, nothing
 * else is. A link stays whole (unless it alone is over the limit), and bold goes on in the next part.
 * No part is blank: a blank text has no parts. `limit` is at least 16.
 */
export function split(text: string, limit: number): string[] {
  const parts: string[] = [];
  const source = text.toWellFormed();
  const layout = layoutOf(source);
  let from = skipSpace(source, 0);
  const end = source.trimEnd().length;
  while (from < end) {
    const opening = layout.boldAt(from) ? '**' : '';
    if (opening.length + end - from <= limit) {
      parts.push(opening + source.slice(from, end));
      break;
    }
    const cut = findCut(source, from, limit - opening.length, layout);
    const closing = layout.boldAt(cut) ? '**' : '';
    parts.push(opening + source.slice(from, cut).trimEnd() + closing);
    from = skipSpace(source, cut);
  }
  return parts;
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  const add = (start: number, end: number, words: string) => {
    const last = tokens.at(-1);
    if (last?.kind === 'text') {
      last.text += words;
      last.end = end;
    } else tokens.push({ kind: 'text', text: words, start, end });
  };
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (!MARKS.includes(char)) {
      const next = nextMark(text, at);
      add(at, next, text.slice(at, next));
      at = next;
    } else if (text[at + 1] === JOINER) {
      add(at, at + 2, char);
      at += 2;
    } else if (char === '*' && text[at + 1] === '*') {
      tokens.push({ kind: 'mark', start: at, end: at + 2 });
      at += 2;
    } else {
      const link = char === '[' ? linkAt(text, at) : null;
      if (link) tokens.push({ kind: 'link', start: at, ...link });
      else add(at, at + 1, char);
      at = link?.end ?? at + 1;
    }
  }
  return tokens;
}

function nextMark(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (MARKS.includes(text.charAt(at))) return at;
  return text.length;
}

function linkAt(text: string, at: number): { label: string; href: string; end: number } | null {
  LINK.lastIndex = at;
  const [whole, label, href] = LINK.exec(text) ?? [];
  if (whole === undefined || label === undefined || href === undefined) return null;
  return { label, href: href.startsWith('tel:') ? href.replace(/[\s-]/g, '') : href, end: at + whole.length };
}

function readLabel(label: string): { label: string; strong: boolean } {
  const strong = /^\*\*[^*].*\*\*$/s.test(label);
  const words = strong ? label.slice(2, -2) : label;
  return { label: words.replace(/([*[\](])\u2060/g, '$1'), strong };
}

/** The indices of those `**` that have a partner: in the same paragraph, with something between that can be seen. */
function pairs(tokens: readonly Token[], text: string): Set<number> {
  const paired = new Set<number>();
  let open: number | null = null;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'text' && /\n[^\S\n]*\n/.test(token.text)) open = null;
    if (token.kind !== 'mark') continue;
    const start = open === null ? undefined : tokens[open];
    if (open !== null && start && text.slice(start.end, token.start).trim() !== '') {
      paired.add(open).add(index);
      open = null;
    } else open = index;
  }
  return paired;
}

function append(segments: Segment[], text: string, bold: boolean): void {
  const last = segments.at(-1);
  if (last?.kind === 'text' && (last.bold ?? false) === bold) last.text += text;
  else segments.push({ kind: 'text', text, ...(bold ? { bold: true } : {}) });
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}

/** Where a text may not be cut, and where it is bold. */
type Layout = { whole: { start: number; end: number }[]; boldAt(position: number): boolean };

function layoutOf(text: string): Layout {
  const tokens = tokenise(text);
  const paired = pairs(tokens, text);
  const whole: Layout['whole'] = [];
  const bold: { start: number; end: number }[] = [];
  let open: Token | null = null;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'link') whole.push({ start: token.start, end: token.end });
    if (token.kind === 'mark' && !paired.has(index)) whole.push({ start: token.start, end: token.end });
    if (token.kind !== 'mark' || !paired.has(index)) continue;
    if (open === null) {
      open = token;
      continue;
    }
    // A cut just inside the marks would leave an empty `****` behind.
    const first = skipSpace(text, open.end);
    const last = text.slice(0, token.start).trimEnd().length;
    whole.push({ start: open.start, end: first + 1 }, { start: last - 1, end: token.end });
    bold.push({ start: open.end, end: token.start });
    open = null;
  }
  for (const escaped of text.matchAll(/[*[\](]\u2060/g)) whole.push({ start: escaped.index, end: escaped.index + 2 });
  return {
    whole,
    boldAt: (position) => bold.some((range) => range.start < position && position < range.end),
  };
}

/** Ends of paragraphs, lines, sentences, words. A no-break space is no end of a word. */
const BOUNDS = [/\n[^\S\n]*\n/g, /\n/g, /(?<=[.!?…]["»”)*]{0,3})[^\S\n\u00a0\u202f]/g, /[^\S\u00a0\u202f]/g];

function findCut(text: string, from: number, budget: number, layout: Layout): number {
  const fits = (cut: number) => cut > from && cut + (layout.boldAt(cut) ? 2 : 0) <= from + budget;
  const broken = (cut: number) => layout.whole.some((range) => range.start < cut && cut < range.end);
  const window = text.slice(from, from + budget + 1);
  for (const bound of BOUNDS) {
    const cuts = [...window.matchAll(bound)].map((match) => from + match.index);
    const cut = cuts.findLast((at) => fits(at) && !broken(at));
    if (cut !== undefined) return cut;
  }
  return lastCharacterBound(text, from, (cut) => fits(cut) && !broken(cut)) ?? hardCut(text, from + budget - 2);
}

const graphemes = new Intl.Segmenter('uk', { granularity: 'grapheme' });

/** Cuts between two characters as people see them, so that an emoji or an accented letter stays whole. */
function lastCharacterBound(text: string, from: number, allowed: (cut: number) => boolean): number | null {
  let found: number | null = null;
  // Read on past a refused place (a long link, perhaps) only as far as a message could be.
  const slice = text.slice(from, from + 8192);
  for (const { index } of graphemes.segment(slice)) if (allowed(from + index)) found = from + index;
  return found;
}

/** The last resort: anywhere but inside a surrogate pair. */
function hardCut(text: string, at: number): number {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) ? at - 1 : at;
}

function skipSpace(text: string, from: number): number {
  const rest = /\S/.exec(text.slice(from));
  return rest ? from + rest.index : text.length;
}
