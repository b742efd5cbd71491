/**
 * The tiny markup as Viber shows it: `*bold*`, and addresses spelled out. Viber (from 14.6) formats `*bold*`,
 * `_italic_`, `~strike~` and a triple backtick, and knows no escape
 * (developers.viber.com/docs/tools/text-formatting/), so marks that are not ours are kept from forming pairs.
 */
import { linkAsWords, oneLine, parseMarkup, type Segment } from '../text.ts';

const ZERO_WIDTH_SPACE = '\u200b';
/** What the client shows bold, and without its marks. */
const BOLD = /(?<![\p{L}\p{N}])\*(?=[^\s\u200b])([^*\n]*)(?<=\S)\*(?![\p{L}\p{N}])/gu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** A mark at a word's beginning opens; the documented cure is a space behind it. */
const OPENING = /(?<![\p{L}\p{N}])([*_~])(?=\S|$)/gu;
/** Inside a word (snake_case) Viber's rule isn't documented: an invisible break, so that the word still reads the same. */
const INSIDE = /(?<=[\p{L}\p{N}])([*_~])(?=[\p{L}\p{N}])/gu;
/** Web and mail addresses must be copied as they are. */
const ADDRESS = /(https?:\/\/\S+|[\p{L}\p{N}.+-][\p{L}\p{N}._+-]*@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)/u;
/** Viber substitutes `replace_me_with_receiver_id` and its siblings wherever they stand in a broadcast. */
const PLACEHOLDER = /replace_(?=me_with)/gi;

/** @param markup text with the markup of conversation/reply.ts */
export function toViberText(markup: string): string {
  const segments = parseMarkup(markup);
  return segments.map((segment, index) => show(segment, segments[index - 1], segments[index + 1])).join('');
}

/** Words that are no markup, such as a label that has to stand in a text. */
export function toViberWords(words: string): string {
  return neutralise(words);
}

/** What a reader sees of such a text: bold words without their marks, and nothing invisible. */
export function shownWords(text: string): string {
  return text.replace(BOLD, '$1').replaceAll(ZERO_WIDTH_SPACE, '');
}

/** A button's label: plain words on one line, without the HTML subset that Viber reads there. */
export function toViberLabel(label: string, limit: number): string {
  const line = oneLine(label)
    .replace(/\s+/g, ' ')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replace(/&(?=#|\w+;)/g, `&${ZERO_WIDTH_SPACE}`);
  return crop(breakPlaceholders(line), limit);
}

/** An address that opens on a tap: the same one, of which Viber fills in nothing. */
export function toViberAddress(url: string): string {
  return url.replace(PLACEHOLDER, encodePlaceholder);
}

function show(segment: Segment, before: Segment | undefined, after: Segment | undefined): string {
  if (segment.kind === 'text') {
    return segment.bold ? embolden(segment.text, lastOf(before), firstOf(after)) : neutralise(segment.text);
  }
  return linkInWords(segment.label, segment.href, segment.bold === true);
}

/** Viber has no labelled links: the address follows its label, and the client makes it one to tap. */
function linkInWords(label: string, href: string, bold: boolean): string {
  const name = bold ? embolden(label, '', '') : neutralise(label);
  if (href.startsWith('https:')) {
    const address = neutraliseAddress(href);
    return label === href ? address : `${name}: ${address}`;
  }
  const told = linkAsWords(label, href);
  // The client links only numbers that begin with +, and mail addresses: both stand in words.
  return told === label ? name : `${name}${breakPlaceholders(told.slice(label.length))}`;
}

/** Bold ends at a line's end in Viber, and its marks count only at the bounds of a word. */
function embolden(text: string, before: string, after: string): string {
  const lines = text.split('\n');
  return lines
    .map((line, index) => {
      const words = line.trim();
      const left = index === 0 && line.startsWith(words) ? before : '';
      const right = index === lines.length - 1 && line.endsWith(words) ? after : '';
      if (words === '' || LETTER_OR_DIGIT.test(left) || LETTER_OR_DIGIT.test(right)) return neutralise(line);
      return line.replace(words, () => `*${neutralise(words.replaceAll('*', '∗'))}*`);
    })
    .join('\n');
}

function neutralise(text: string): string {
  return text
    .split(ADDRESS)
    .map((piece, index) => (index % 2 === 1 ? neutraliseAddress(piece) : neutraliseWords(piece)))
    .join('');
}

function neutraliseWords(text: string): string {
  const broken = text
    .replace(/`(?=`)/g, `\`${ZERO_WIDTH_SPACE}`)
    .replace(OPENING, '$1 ')
    .replace(INSIDE, `$1${ZERO_WIDTH_SPACE}`);
  return breakPlaceholders(broken);
}

/** Percent-encoded, an address stays the same address. A mail address has no such marks at a word's beginning. */
function neutraliseAddress(address: string): string {
  if (!/^https?:/.test(address)) return breakPlaceholders(address);
  return address
    .replace(OPENING, percentEncoded)
    .replace(/`(?=`)/g, '%60')
    .replace(PLACEHOLDER, encodePlaceholder);
}

function encodePlaceholder(found: string): string {
  return found.replace('_', '%5F');
}

function percentEncoded(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}

function breakPlaceholders(text: string): string {
  return text.replace(PLACEHOLDER, (found) => found.replace('_', `${ZERO_WIDTH_SPACE}_`));
}

const graphemes = new Intl.Segmenter('uk', { granularity: 'grapheme' });

/** At most `limit` UTF-16 units, with an ellipsis where something is missing, no character cut in two. */
function crop(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (kept.length + segment.length > limit - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

function lastOf(segment: Segment | undefined): string {
  return segment?.kind === 'text' ? (segment.text.at(-1) ?? '') : (segment?.label.at(-1) ?? '');
}

function firstOf(segment: Segment | undefined): string {
  return segment?.kind === 'text' ? (segment.text.at(0) ?? '') : (segment?.label.at(0) ?? '');
}
