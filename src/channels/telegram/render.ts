import type { Choice, Media, Reply } from '../../conversation/reply.ts';
import { BadPayload } from '../errors.ts';
import { linkAsWords, oneLine, parseMarkup, type Segment, split } from '../text.ts';
import { lately } from './lately.ts';

// Limits of the Bot API (core.telegram.org/bots/api), each with a test on either side.
/** sendMessage: "1-4096 characters after entities parsing". */
export const MAX_TEXT = 4096;
/** `caption`: "0-1024 characters after entities parsing". */
export const MAX_CAPTION = 1024;
/** InlineKeyboardButton.callback_data: "1-64 bytes". */
export const MAX_ACTION_BYTES = 64;
/** Not documented; above it the server answers "reply markup is too long". */
export const MAX_BUTTONS = 100;

/** One call of the Bot API, all but the recipient. Pictures and files are still ours: send.ts makes them Telegram's. */
export type Call =
  | {
      method: 'sendMessage';
      payload: {
        text: string;
        parse_mode: 'HTML';
        link_preview_options: { is_disabled: true };
        reply_markup?: InlineKeyboard | AskKeyboard;
      };
    }
  | { method: 'sendPhoto' | 'sendDocument'; media: Media; payload: Caption }
  | { method: 'sendDocument'; payload: { document: { name: string; content: string } } }
  | { method: 'sendVenue'; payload: { latitude: number; longitude: number; title: string; address: string } };

export type Caption = { caption?: string; parse_mode?: 'HTML'; reply_markup?: InlineKeyboard | AskKeyboard };
export type Markup = InlineKeyboard | AskKeyboard;

type InlineKeyboard = { inline_keyboard: ({ text: string } & ({ callback_data: string } | { url: string }))[][] };
type AskKeyboard = {
  keyboard: { text: string; request_location?: true; request_contact?: true }[][];
  one_time_keyboard: true;
  resize_keyboard: true;
};

/**
 * The calls that show a reply, in order: its picture or PDF, under it its words (the choices under the last part), then its
 * small file, then its pin. Words that are short enough are the picture's own caption.
 * A message has one keyboard only, so the button that asks for a place or a number comes in a message of its own when
 * there are choices as well.
 * @throws BadPayload for what Telegram would refuse
 */
export function render(reply: Reply): Call[] {
  const media = reply.picture ?? reply.file;
  const method = reply.picture ? 'sendPhoto' : 'sendDocument';
  const rows = rowsOf(reply);
  const inline = rows.length > 0 ? inlineKeyboard(rows) : null;
  const ask = reply.ask ? askKeyboard(reply.ask) : null;
  const html = media ? captionOf(reply.text) : null;
  const parts = html === null ? partsOf(reply.text) : [];
  if (html === null && parts.length === 0 && (inline || ask)) throw new BadPayload('buttons without words');
  const calls: Call[] = [];
  if (media) calls.push({ method, media, payload: html === null ? {} : caption(html, inline ?? ask) });
  calls.push(...parts.map((part, at) => message(part, at === parts.length - 1 ? (inline ?? ask) : null)));
  if (inline && ask && reply.ask) calls.push(message(escapeHtml(reply.ask.label), ask));
  if (reply.document) {
    const { name, content } = reply.document;
    calls.push({ method: 'sendDocument', payload: { document: { name: fileName(name), content } } });
  }
  if (reply.pin) {
    const { lat: latitude, lon: longitude, title, address } = reply.pin;
    calls.push({ method: 'sendVenue', payload: { latitude, longitude, title, address } });
  }
  return calls;
}

/** What takes the place of words and buttons in messages that are there. */
export type Edit =
  | {
      method: 'editMessageText';
      payload: {
        text: string;
        parse_mode: 'HTML';
        link_preview_options: { is_disabled: true };
        reply_markup?: InlineKeyboard;
      };
    }
  | { method: 'editMessageCaption'; payload: { caption?: string; parse_mode?: 'HTML'; reply_markup?: InlineKeyboard } };

/**
 * The calls that put a reply in the place of the messages that a receipt names: of one caption, or of so many texts.
 * A message that is edited can have only buttons under it, so `ask` is left out.
 * @throws BadPayload when the reply does not fit into them
 */
export function renderEdit(reply: Reply, there: { kind: 'text' | 'caption'; count: number }): Edit[] {
  const rows = rowsOf(reply);
  const keyboard = rows.length > 0 ? inlineKeyboard(rows) : null;
  if (there.kind === 'caption') {
    const html = captionOf(reply.text);
    if (html === null) throw new BadPayload('too long for a caption');
    return [{ method: 'editMessageCaption', payload: caption(html, keyboard) }];
  }
  const parts = partsOf(reply.text);
  if (parts.length !== there.count) throw new BadPayload('more or fewer messages than are there');
  return parts.map((part, at) => ({
    method: 'editMessageText',
    payload: textPayload(part, at === parts.length - 1 ? keyboard : null),
  }));
}

/** The HTML of each message that the words take. */
const partsOf = lately((text): readonly string[] => split(text, MAX_TEXT).map(toHtml), 200);
const labelOf = lately(oneLine, 1_000);

/** @returns null when the words are too long to stand under a picture */
function captionOf(text: string): string | null {
  const html = toHtml(text.toWellFormed().trim());
  return wordsOf(html).length <= MAX_CAPTION ? html : null;
}

function caption<K extends Markup>(html: string, keyboard: K | null) {
  return {
    ...(html === '' ? {} : { caption: html, parse_mode: 'HTML' as const }),
    ...(keyboard ? { reply_markup: keyboard } : {}),
  };
}

function rowsOf(reply: Reply): Choice[][] {
  return (reply.rows ?? []).filter((row) => row.length > 0);
}

/** The words of our own HTML: nothing is in it but `<b>`, `<a>` and four entities. */
export function wordsOf(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/&(?:lt|gt|quot|amp);/g, (entity) => CHARACTERS[entity] ?? '');
}

/** The tiny markup as the HTML that Telegram reads: nothing but `<b>` and `<a>`, all else escaped. */
export function toHtml(text: string): string {
  return parseMarkup(text).map(segmentToHtml).join('');
}

function segmentToHtml(segment: Segment): string {
  const words = segment.kind === 'text' ? escapeHtml(segment.text) : linkToHtml(segment);
  return segment.bold ? `<b>${words}</b>` : words;
}

/** Telegram opens no `tel:` or `mailto:` links, but makes numbers and mailboxes in a text tappable by itself. */
function linkToHtml({ label, href }: Segment & { kind: 'link' }): string {
  if (!href.startsWith('https:')) return escapeHtml(linkAsWords(label, href));
  return `<a href="${escapeHtml(href)}">${escapeHtml(label)}</a>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

/** The only named entities that Telegram knows. */
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const CHARACTERS = Object.fromEntries(Object.entries(ENTITIES).map(([char, entity]) => [entity, char]));

function message(text: string, keyboard: Markup | null): Call {
  return { method: 'sendMessage', payload: textPayload(text, keyboard) };
}

function textPayload<K extends Markup>(text: string, keyboard: K | null) {
  return {
    text,
    parse_mode: 'HTML' as const,
    link_preview_options: { is_disabled: true as const },
    ...(keyboard ? { reply_markup: keyboard } : {}),
  };
}

function inlineKeyboard(rows: readonly Choice[][]): InlineKeyboard {
  if (rows.flat().length > MAX_BUTTONS) throw new BadPayload(`more than ${MAX_BUTTONS} buttons`);
  return { inline_keyboard: rows.map((row) => row.map(button)) };
}

function button(choice: Choice): { text: string } & ({ callback_data: string } | { url: string }) {
  const text = labelOf(choice.label);
  if (text === '') throw new BadPayload('a button without a label');
  if ('url' in choice) return { text, url: choice.url };
  const bytes = Buffer.byteLength(choice.action);
  if (bytes === 0 || bytes > MAX_ACTION_BYTES) throw new BadPayload(`an action of ${bytes} bytes`);
  return { text, callback_data: choice.action };
}

function askKeyboard(ask: NonNullable<Reply['ask']>): AskKeyboard {
  const wish = ask.what === 'place' ? { request_location: true as const } : { request_contact: true as const };
  return { keyboard: [[{ text: oneLine(ask.label), ...wish }]], one_time_keyboard: true, resize_keyboard: true };
}

/** The name stands unquoted in a header of the upload. */
export function fileName(name: string): string {
  return oneLine(name).replace(/[\s";\\/]+/g, '_');
}
