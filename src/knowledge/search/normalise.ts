import { soundKey } from './transliterate.ts';

/** Beyond this many characters a message adds nothing to what is meant; a story is read from both ends. */
const longest = 4_000;

/** A text as small letters, digits and single spaces; apostrophes of every kind are one, marks of writing are gone. */
export function plainText(text: string, limit = longest): string {
  return bounded(text, limit).normalize('NFKC').toLowerCase().replace(apostrophes, "'").replace(invisible, '');
}

const apostrophes = /[’‘ʼʹ´`′＇‛]/g;
/** Marks that are left alone after composing (stress, mostly), soft hyphens and other signs that nobody sees. */
const invisible = /\p{Mn}|\p{Cf}|[\uFE00-\uFE0F]/gu;

function bounded(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = limit >> 1;
  return `${text.slice(0, half)} ${text.slice(-half)}`;
}

const wordPattern = /[\p{L}\p{N}](?:[\p{L}\p{N}]|'(?=\p{L}))*/gu;

/** The words of a plain text, without their apostrophes. */
export function wordsOf(plain: string): string[] {
  return (plain.match(wordPattern) ?? []).map((word) => word.replaceAll("'", ''));
}

/** No word is longer; what comes after says nothing. */
const longestWord = 40;

/** The sound keys of the words, in order; words without a sound (a lone soft sign) are left out. */
export function keysOf(words: readonly string[], memo?: Map<string, string>): string[] {
  const keys: string[] = [];
  for (const word of words) {
    const key = memo?.get(word) ?? soundKey(word.length > longestWord ? word.slice(0, longestWord) : word);
    memo?.set(word, key);
    if (key !== '') keys.push(key);
  }
  return keys;
}
