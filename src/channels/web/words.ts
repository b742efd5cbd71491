/** What the page itself says, apart from the conversation: `locales/<language>/web.json`, one string a key. */
const KEYS = [
  'skip', // link for keyboards, first on the page: to the message field
  'log', // name of the list of messages, for screen readers
  'bot', // who speaks, before each message, for screen readers
  'person',
  'field', // label of the field
  'prompt', // its placeholder: short, it has 150 pixels on a phone
  'send',
  'choices', // name of a group of buttons, for screen readers
  'danger', // the button that is always there
  'leave', // the button that closes and wipes the conversation
  'leaveHint',
  'shared', // advice for a shared computer
  'typing',
  'waiting', // no connection: what happens to messages meanwhile
  'connected',
  'unsent', // under a message that waits
  'failed', // under a message that was refused
  'newMessage', // jumps to a message that arrived below
  'download', // before a file's name
  'map', // link to the place on a map
  'newTab', // after a link, for screen readers
  'myPlace', // in place of coordinates, in the person's own message
  'locating',
  'noPlace', // the browser gave no position
  'tooLong',
  'tooMany',
  'unclear', // the page sent something that can't be read
  'trouble', // our fault; it is tried again
  'noScript', // JavaScript is off: one line with what to do
] as const;

export type WebWord = (typeof KEYS)[number];
export type WebWords = Record<WebWord, string>;

export const webLanguages = ['uk', 'en', 'pl', 'ru'] as const;
export type WebLanguage = (typeof webLanguages)[number];

/** All words of one language, each asked of `t` by its key. */
export function webWords(t: (key: WebWord) => string): WebWords {
  return Object.fromEntries(KEYS.map((key) => [key, t(key)])) as WebWords;
}

/**
 * The language that the page opens in: Polish or English for a browser that is set to it, Ukrainian for every other.
 * Many Ukrainian devices are set to Russian, so that says nothing about the person.
 */
export function pageLanguage(acceptLanguage: string | undefined): WebLanguage {
  const first = browserLanguage(acceptLanguage);
  return first === 'pl' || first === 'en' ? first : 'uk';
}

/** The browser's first language, as a hint for the core: `pl` of `pl-PL,pl;q=0.9`. */
export function browserLanguage(acceptLanguage: string | undefined): string | undefined {
  return /^\s*([a-z]{2,3})\b/i.exec(acceptLanguage ?? '')?.[1]?.toLowerCase();
}
