import type { Media, Reply } from '../../conversation/reply.ts';
import { BadPayload } from '../errors.ts';
import { oneLine, split } from '../text.ts';
import { NUMBERS_LIMIT, type Tracking, toTrackingData } from './actions.ts';
import { keyboardOf } from './keyboard.ts';
import { locationJson, pictureJson, textJson, type ViberMessage } from './messages.ts';
import { toViberLabel, toViberText, toViberWords } from './words.ts';

/** `text` of a message, in UTF-16 units (developers.viber.com/docs/api/rest-bot-api/#text-message). */
export const TEXT_LIMIT = 7000;
/** `text` under a picture, and the picture's bytes (infobip.com/docs/viber/bots/message-types). */
export const PICTURE_TEXT_LIMIT = 512;
export const PICTURE_BYTES = 1024 * 1024;
/** A whole request is at most 30 KB (…/docs/faq/): half for the text, the rest for the keyboard and the frame. */
const TEXT_BYTES = 15_000;
const KEYBOARD_BYTES = 14_000;
export const REQUEST_BYTES = 30 * 1024;
/** Where the keyboard as it stands would be over its half: labels long enough to be told apart. */
const SHORT_LABEL = 60;

export type RenderOptions = {
  /**
   * For a client that shows no keyboard: choices as numbered lines. We can't know such a client beforehand (the
   * `api_version` of callbacks is a person's claim, `get_user_details` may be asked twice in 12 hours), so this is used
   * once Viber has said that the person's client can't take our message, until they press a button again.
   */
  numbered: boolean;
  /** A public link to the document; null when none can be made. */
  linkTo(document: NonNullable<Reply['document']>): string | null;
  /** The public address of a picture or PDF. @throws BadPayload when it can have none */
  addressOf(media: Media): string;
  /** Bytes of the picture, where they are known: over a megabyte it goes as an address. */
  pictureBytes?: number | undefined;
};

/**
 * One reply as Viber messages, in the order of sending: the text in as few parts as its limits allow, then the pin. A
 * picture with few words is one message with them; any other picture, and a PDF, is an address in the text.
 * The keyboard goes with the last, since a client shows the newest message's only.
 * @throws BadPayload when there is nothing to say, or a button can't work
 */
export function render(reply: Reply, options: RenderOptions): ViberMessage[] {
  const { rows: _rows, ask: _ask, ...withoutChoices } = reply;
  const shown: Reply = options.numbered ? withoutChoices : reply;
  const numbers = options.numbered ? numberedLines(reply) : { lines: '', actions: [] };
  const words = [...textParts(reply.text), ...pinLines(reply), ...documentLines(reply, options), numbers.lines];
  const shownPicture = pictureOf(reply, joined(words), options);
  const texts = shownPicture ? [shownPicture] : joined([...words, ...mediaLines(reply, options)]).map(textJson);
  const contents = [...texts, ...(reply.pin ? [locationJson(reply.pin.lat, reply.pin.lon)] : [])];
  if (contents.length === 0) throw new BadPayload('a reply that says nothing');

  const keyboard = fittingKeyboard(shown);
  const tracking: Tracking = {
    choices: numbers.actions.length > 0 ? numbers.actions : undefined,
    ask: shown.ask?.what === 'contact' ? 'contact' : undefined,
  };
  return contents.map((content, index) => {
    const last = index === contents.length - 1;
    return {
      ...content,
      ...(last && keyboard ? { keyboard: keyboard.keyboard } : {}),
      tracking_data: toTrackingData(tracking),
      min_api_version: last && keyboard ? keyboard.minApiVersion : 1,
    };
  });
}

/** The whole text under the picture; null where Viber would not take them in one message. */
function pictureOf({ picture, file }: Reply, texts: readonly string[], options: RenderOptions) {
  const [text = '', ...more] = texts;
  if (!picture || file || more.length > 0 || text.length > PICTURE_TEXT_LIMIT) return null;
  if ((options.pictureBytes ?? picture.bytes ?? 0) > PICTURE_BYTES) return null;
  return pictureJson(options.addressOf(picture), text);
}

/** Viber's own file messages demand a size and pass few kinds: an address opens everywhere. */
function mediaLines({ picture, file }: Reply, options: RenderOptions): string[] {
  return [picture, file].flatMap((media) =>
    media ? [`${toViberWords(oneLine(media.name))}\n${toViberWords(options.addressOf(media))}`] : [],
  );
}

/** Viber takes exactly one message as the answer to an opened chat: the first part of the text, with the keyboard. */
export function renderWelcome(reply: Reply): ViberMessage {
  const { document: _document, pin: _pin, picture: _picture, file: _file, ...words } = reply;
  const messages = render(words, { numbered: false, linkTo: () => null, addressOf: () => '' });
  const [first, last] = [messages[0], messages.at(-1)];
  if (!first || !last) throw new BadPayload('a welcome that says nothing');
  return { ...last, ...first, min_api_version: last.min_api_version };
}

/** Splitting counts the markup; what Viber gets may be longer (an address behind its label) or heavier (in bytes). */
function textParts(markup: string, limit = TEXT_LIMIT): string[] {
  return split(markup, limit).flatMap((part) => {
    const text = toViberText(part);
    return fits(text) || limit < 64 ? [text] : textParts(part, Math.floor(limit / 2));
  });
}

function fits(text: string): boolean {
  return text.length <= TEXT_LIMIT && Buffer.byteLength(JSON.stringify(text)) <= TEXT_BYTES;
}

/** Paragraphs into as few messages as the limits allow. */
function joined(paragraphs: readonly string[]): string[] {
  const messages: string[] = [];
  for (const paragraph of paragraphs.filter((text) => text.trim() !== '')) {
    const together = messages.length > 0 ? `${messages.at(-1)}\n\n${paragraph}` : paragraph;
    if (messages.length > 0 && fits(together)) messages[messages.length - 1] = together;
    else messages.push(paragraph);
  }
  return messages;
}

/** Viber's pin has no words: what it shows stands in the text, unless it does already. */
function pinLines({ pin, text }: Reply): string[] {
  if (!pin) return [];
  return [
    [pin.title, pin.address]
      .filter((words) => words !== '' && !text.includes(words))
      .map(toViberWords)
      .join('\n'),
  ];
}

function documentLines(reply: Reply, options: RenderOptions): string[] {
  if (!reply.document) return [];
  const link = options.linkTo(reply.document);
  return link === null ? [] : [`${toViberWords(reply.document.name)}\n${link}`];
}

/** "1. Label" a line, and the actions by number; an address stands in its line, for there is nothing to send back. */
function numberedLines(reply: Reply): { lines: string; actions: string[] } {
  const actions: string[] = [];
  const lines = (reply.rows ?? [])
    .flat()
    .slice(0, NUMBERS_LIMIT)
    .map((choice) => {
      const label = toViberWords(toViberLabel(choice.label, SHORT_LABEL));
      if ('url' in choice) return `${label}: ${toViberWords(choice.url)}`;
      actions.push(choice.action);
      return `${actions.length}. ${label}`;
    });
  return { lines: lines.join('\n'), actions };
}

function fittingKeyboard(reply: Reply): ReturnType<typeof keyboardOf> {
  const whole = keyboardOf(reply);
  if (!whole || Buffer.byteLength(JSON.stringify(whole)) <= KEYBOARD_BYTES) return whole;
  const short = (label: string) => toViberLabel(label, SHORT_LABEL);
  return keyboardOf({
    ...reply,
    rows: (reply.rows ?? []).map((row) => row.map((choice) => ({ ...choice, label: short(choice.label) }))),
    ...(reply.ask ? { ask: { ...reply.ask, label: short(reply.ask.label) } } : {}),
  });
}
