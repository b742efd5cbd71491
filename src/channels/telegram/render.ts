import type { Choice, Reply } from '../../conversation/reply.ts';
import { BadPayload } from '../errors.ts';
import { linkAsWords, parseMarkup, type Segment, split } from '../text.ts';

// Limits of the Bot API (core.telegram.org/bots/api), each with a test on either side.
/** sendMessage: "1-4096 characters after entities parsing". */
export const MAX_TEXT = 4096;
/** InlineKeyboardButton.callback_data: "1-64 bytes". */
export const MAX_ACTION_BYTES = 64;
/** Not documented; above it the server answers "reply markup is too long". */
export const MAX_BUTTONS = 100;

/** One call of the Bot API, all but the recipient. The bytes of a document go as they are. */
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
  | { method: 'sendDocument'; payload: { document: { name: string; content: string } } }
  | { method: 'sendVenue'; payload: { latitude: number; longitude: number; title: string; address: string } };

type InlineKeyboard = { inline_keyboard: ({ text: string } & ({ callback_data: string } | { url: string }))[][] };
type AskKeyboard = {
  keyboard: { text: string; request_location?: true; request_contact?: true }[][];
  one_time_keyboard: true;
  resize_keyboard: true;
};

/**
 * The calls that show a reply, in order: its words (the choices under the last part), then its file, then its pin.
 * A message has one keyboard only, so the button that asks for a place or a number comes in a message of its own when
 * there are choices as well.
 * @throws BadPayload for what Telegram would refuse
 */
export function render(reply: Reply): Call[] {
  const parts = split(reply.text, MAX_TEXT);
  const rows = (reply.rows ?? []).filter((row) => row.length > 0);
  if (parts.length === 0 && (rows.length > 0 || reply.ask)) throw new BadPayload('buttons without words');
  const inline = rows.length > 0 ? inlineKeyboard(rows) : null;
  const ask = reply.ask ? askKeyboard(reply.ask) : null;
  const calls = parts.map((part, index) => message(toHtml(part), index === parts.length - 1 ? (inline ?? ask) : null));
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

function message(text: string, keyboard: InlineKeyboard | AskKeyboard | null): Call {
  return {
    method: 'sendMessage',
    payload: {
      text,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      ...(keyboard ? { reply_markup: keyboard } : {}),
    },
  };
}

function inlineKeyboard(rows: readonly Choice[][]): InlineKeyboard {
  if (rows.flat().length > MAX_BUTTONS) throw new BadPayload(`more than ${MAX_BUTTONS} buttons`);
  return { inline_keyboard: rows.map((row) => row.map(button)) };
}

function button(choice: Choice): { text: string } & ({ callback_data: string } | { url: string }) {
  if (choice.label.trim() === '') throw new BadPayload('a button without a label');
  if ('url' in choice) return { text: choice.label, url: choice.url };
  const bytes = Buffer.byteLength(choice.action);
  if (bytes === 0 || bytes > MAX_ACTION_BYTES) throw new BadPayload(`an action of ${bytes} bytes`);
  return { text: choice.label, callback_data: choice.action };
}

function askKeyboard(ask: NonNullable<Reply['ask']>): AskKeyboard {
  const wish = ask.what === 'place' ? { request_location: true as const } : { request_contact: true as const };
  return { keyboard: [[{ text: ask.label, ...wish }]], one_time_keyboard: true, resize_keyboard: true };
}

/** The name stands unquoted in a header of the upload. */
function fileName(name: string): string {
  return name.replace(/[\s";\\/]+/g, '_');
}
