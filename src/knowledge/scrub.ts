/** What is known of a word, so that a question stays readable when all that could be personal is gone. */
export type Words = {
  /** Content uses this word. */
  known(word: string): boolean;
  /** A country, or a town abroad where many work. Not the places of Ukraine: a village of a few houses is as good as a name. */
  place(word: string): boolean;
};

/** No longer, in characters: what is asked stands in a line or two, a story tells of its teller. */
export const longestScrubbed = 200;

/** Stands where something was taken out. */
const gone = '…';

/**
 * A question without what could tell who asked: links, addresses, @names, telephone and other numbers, what follows
 * "my name is", and words written with a capital, unless they begin a sentence or name a country. What is left may
 * be kept; null where nothing is left that content knows at all, because then it may be a name in small letters.
 */
export function scrub(text: string, words: Words): string | null {
  const shouted = isShouted(text);
  const plain = text
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .replace(addresses, gone)
    .replace(introductions, `$1 ${gone}`)
    .replace(numbers, gone);
  let starts = true;
  const kept = plain.replace(/[\p{L}\p{M}\p{N}'’ʼ-]+|[.!?…\n]+/gu, (token, at: number) => {
    if (!/[\p{L}\p{N}]/u.test(token)) {
      // After what was taken out goes on the sentence that it stood in.
      if (token !== gone) starts = true;
      return token;
    }
    const first = starts;
    starts = false;
    if (shouted) return words.known(token) || words.place(token) ? token : gone;
    if (token === 'I' || !/\p{Lu}/u.test(token) || words.place(token)) return token;
    const follows = /^\s+\p{Lu}/u.test(plain.slice(at + token.length));
    return first && !follows && /^\p{Lu}\P{Lu}*$/u.test(token) ? token : gone;
  });
  const short = cut(
    kept
      .replace(/(?:…[\s,;:.-]*)+/g, `${gone} `)
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return (short.match(/[\p{L}\p{M}'’ʼ-]+/gu) ?? []).some(words.known) ? short : null;
}

/** Links with or without their protocol, e-mail addresses, and names on platforms. */
const addresses = /\b[a-z][a-z\d+.-]*:\/\/\S+|\S*@\S+|\S+\.(?:\p{L}{2,})(?:\/\S*)?(?=[\s,;)]|$)/giu;

/** Four digits or more, however they are parted: telephones, papers, cards, dates, houses with their codes. */
const numbers = /[\p{L}]*\+?\p{N}(?:[\s().\-/–—_]*\p{N}){3,}[\p{L}\p{N}]*/gu;

/** One to three words of whatever letters follow. */
const introductions = new RegExp(
  `(?<!\\p{L})(${[
    'мене звати',
    'мене звуть',
    'мене зовуть',
    'меня зовут',
    'моє ім.?я',
    'моє прізвище',
    'прізвище',
    'мое имя',
    'моя фамилия',
    'фамилия',
    'mene zvaty',
    'menya zovut',
    'my name is',
    'i am called',
    'mam na imi[eę]',
    'nazywam si[eę]',
    'nazwisko',
  ].join('|')})(?:[\\s:–—-]+[\\p{L}\\p{M}'’ʼ-]+){1,3}`,
  'giu',
);

/** In capitals throughout, where a capital tells nothing. */
function isShouted(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  return letters.length > 3 && letters.filter((letter) => /\p{Lu}/u.test(letter)).length > letters.length * 0.6;
}

/** By whole words, and never through the middle of a character. */
function cut(text: string): string {
  if (text.length <= longestScrubbed) return text;
  const end = text.lastIndexOf(' ', longestScrubbed - 2);
  return `${text.slice(0, Math.max(end, 0))} ${gone}`.trim();
}
