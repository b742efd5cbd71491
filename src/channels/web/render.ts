import type { Choice, Reply } from '../../conversation/reply.ts';
import { mediaPath } from '../media.ts';
import { oneLine, parseMarkup, type Segment } from '../text.ts';
import type { WebLanguage } from './words.ts';

/** What the page shows. It builds everything from `textContent`, so no character here can become HTML. */
export type BrowserMessage = {
  from: 'bot' | 'person';
  /** The page's own id of a person's message: it knows its own again by it. */
  id?: string;
  /** The language that the text seems to be in, for a screen reader's voice and the page's own words. */
  lang?: WebLanguage;
  text: Segment[];
  rows?: Choice[][];
  /** A button that asks the browser for the position. */
  ask?: { what: 'place'; label: string };
  /** A file to fetch from `files/<seq>`. */
  document?: { name: string };
  /** A picture of ours, and the words for who does not see it; a PDF of ours. Both by their path. */
  picture?: { src: string; name: string };
  file?: { href: string; name: string };
  /** The seq of the message that this one takes the place of. */
  replaces?: number;
  pin?: { title: string; address: string; href: string };
  /** Stands in the page's own words, such as "my place", instead of a text. */
  word?: 'myPlace';
};

/** @throws BadPayload for a picture or PDF that can have no address */
export function renderReply(reply: Reply): BrowserMessage {
  const text = parseMarkup(reply.text);
  const lang = languageOf(text.map((segment) => (segment.kind === 'text' ? segment.text : segment.label)).join(' '));
  const rows = (reply.rows ?? [])
    .map((row) => row.filter(isSafe).map((choice) => ({ ...choice, label: oneLine(choice.label) })))
    .filter((row) => row.length > 0);
  return {
    from: 'bot',
    ...(lang === undefined ? {} : { lang }),
    text,
    ...(rows.length === 0 ? {} : { rows }),
    ...(reply.ask?.what === 'place' ? { ask: { what: 'place' as const, label: reply.ask.label } } : {}),
    ...(reply.document === undefined ? {} : { document: { name: reply.document.name } }),
    ...(reply.picture === undefined
      ? {}
      : { picture: { src: mediaPath(reply.picture), name: oneLine(reply.picture.name) } }),
    ...(reply.file === undefined ? {} : { file: { href: mediaPath(reply.file), name: oneLine(reply.file.name) } }),
    ...(reply.pin === undefined ? {} : { pin: renderPin(reply.pin) }),
  };
}

export function renderOwn(id: string, own: { text: string } | { word: 'myPlace' }): BrowserMessage {
  if ('word' in own) {
    return { from: 'person', id, text: [], word: own.word };
  }
  return { from: 'person', id, text: [{ kind: 'text', text: own.text }] };
}

/** A button leads to a page of the web or back to us, never into a script. */
function isSafe(choice: Choice): boolean {
  return 'action' in choice || /^https:\/\//i.test(choice.url);
}

function renderPin(pin: NonNullable<Reply['pin']>): NonNullable<BrowserMessage['pin']> {
  const lat = pin.lat.toFixed(5);
  const lon = pin.lon.toFixed(5);
  const href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=17/${lat}/${lon}`;
  return { title: pin.title, address: pin.address, href };
}

const CYRILLIC = /\p{Script=Cyrillic}/gu;
const LATIN = /\p{Script=Latin}/gu;
/** Letters that only one of the two languages has: i, yi, ye, ghe with upturn; yery, e, hard sign, yo. */
const UKRAINIAN = /[\u0454\u0456\u0457\u0491]/giu;
const RUSSIAN = /[\u044b\u044d\u044a\u0451]/giu;
const POLISH = /[\u0105\u0107\u0119\u0142\u0144\u015b\u017a\u017c]/giu;
/** Shorter than this, a text tells nothing: "OK", a phone number, a name. */
const ENOUGH_LETTERS = 24;

/** By the letters alone, since every text of the bot is in one of four known languages. */
export function languageOf(text: string): WebLanguage | undefined {
  const count = (letters: RegExp) => text.match(letters)?.length ?? 0;
  const cyrillic = count(CYRILLIC);
  const latin = count(LATIN);
  if (cyrillic + latin < ENOUGH_LETTERS) {
    return undefined;
  }
  if (cyrillic > latin) {
    const ukrainian = count(UKRAINIAN);
    const russian = count(RUSSIAN);
    return ukrainian === russian ? undefined : ukrainian > russian ? 'uk' : 'ru';
  }
  return count(POLISH) * 50 > latin ? 'pl' : 'en';
}
