/**
 * One spelling for a word, whatever alphabet it was typed in: Cyrillic (Ukrainian, Russian or a mix), official or
 * homely Latin transliteration, Polish and English with or without their marks. The key is not meant to be read: it
 * only makes `зарплата`, `zarplata` and `ЗАРПЛАТА` equal. Capital letters stand for single sounds: J ж, C ч, S ш щ.
 */

const cyrillic: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'h',
  ґ: 'h',
  д: 'd',
  е: 'e',
  є: 'e',
  ё: 'e',
  э: 'e',
  ж: 'J',
  з: 'z',
  и: 'i',
  і: 'i',
  ї: 'i',
  й: 'i',
  ы: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ў: 'u',
  ф: 'f',
  х: 'h',
  ц: 'c',
  ч: 'C',
  ш: 'S',
  щ: 'S',
  ь: '',
  ъ: '',
  ю: 'iu',
  я: 'ia',
};

const latin: Readonly<Record<string, string>> = {
  g: 'h',
  x: 'h',
  w: 'v',
  y: 'i',
  j: 'i',
  q: 'k',
  ą: 'a',
  ę: 'e',
  ć: 'c',
  ł: 'l',
  ń: 'n',
  ó: 'o',
  ś: 's',
  ź: 'z',
  ż: 'z',
  á: 'a',
  à: 'a',
  â: 'a',
  ã: 'a',
  ä: 'a',
  ă: 'a',
  å: 'a',
  ç: 'c',
  č: 'C',
  ď: 'd',
  é: 'e',
  è: 'e',
  ê: 'e',
  ë: 'e',
  ě: 'e',
  ė: 'e',
  í: 'i',
  ì: 'i',
  î: 'i',
  ï: 'i',
  ı: 'i',
  į: 'i',
  ľ: 'l',
  ĺ: 'l',
  ň: 'n',
  ñ: 'n',
  ô: 'o',
  ò: 'o',
  õ: 'o',
  ö: 'o',
  ő: 'o',
  ř: 'r',
  ŕ: 'r',
  š: 'S',
  ș: 's',
  ş: 's',
  ß: 's',
  ť: 't',
  ț: 't',
  ţ: 't',
  ú: 'u',
  ù: 'u',
  û: 'u',
  ü: 'u',
  ů: 'u',
  ű: 'u',
  ų: 'u',
  ū: 'u',
  ý: 'i',
  ž: 'J',
  ø: 'o',
  æ: 'e',
};

/** Groups of Latin letters that stand for one sound, longest first. */
const groups: readonly (readonly [string, string])[] = [
  ['shch', 'S'],
  ['szcz', 'S'],
  ['sch', 'S'],
  ['tch', 'C'],
  ['zh', 'J'],
  ['kh', 'h'],
  ['ts', 'c'],
  ['tz', 'c'],
  ['ch', 'C'],
  ['cz', 'C'],
  ['sh', 'S'],
  ['sz', 'S'],
  ['ck', 'k'],
  ['ph', 'f'],
];

const groupsBy: Readonly<Record<string, (typeof groups)[number][]>> = Object.groupBy(
  groups,
  ([letters]) => letters[0] ?? '',
) as Record<string, (typeof groups)[number][]>;

/** Latin letters that look like Cyrillic ones, for words in which the two alphabets are mixed. */
const lookalikes: Readonly<Record<string, string>> = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  i: 'і',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  t: 'т',
  x: 'х',
  y: 'у',
  ï: 'ї',
};

/** @param word letters and digits, in small letters, without apostrophes. */
export function soundKey(word: string): string {
  const sounds = isCyrillic(word) ? cyrillicKey(word) : latinKey(word);
  // Two letters stay two: «її» is not «і», «её» is not «є».
  return sounds.length === 2 ? sounds : squeeze(sounds);
}

const firstCyrillic = 0x400;
const lastCyrillic = 0x52f;

function isCyrillic(word: string): boolean {
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    if (code >= firstCyrillic && code <= lastCyrillic) return true;
  }
  return false;
}

function cyrillicKey(word: string): string {
  let out = '';
  for (const letter of word) out += cyrillic[letter] ?? cyrillic[lookalikes[letter] ?? ''] ?? latin[letter] ?? letter;
  return out;
}

function latinKey(word: string): string {
  let out = '';
  for (let at = 0; at < word.length; ) {
    const group = groupsBy[word[at] ?? '']?.find(([letters]) => word.startsWith(letters, at));
    if (group) {
      out += group[1];
      at += group[0].length;
      continue;
    }
    const letter = word[at] ?? '';
    out += (isBetweenLetters(word, at) ? digitSounds[letter] : undefined) ?? latin[letter] ?? letter;
    at++;
  }
  return out;
}

/** Homely Latin writes 4 for ч and 6 for ш: `4omu`, `6o robyty`. */
const digitSounds: Readonly<Record<string, string>> = { '4': 'C', '6': 'S' };

function isBetweenLetters(word: string, at: number): boolean {
  const next = word[at + 1];
  return next !== undefined && next >= 'a' && next <= 'z';
}

/** Double sounds become one; `ie`, `ye`, `je` become `e`, so that nie, ні-є and не meet. */
function squeeze(raw: string): string {
  let out = '';
  for (const letter of raw) {
    const last = out.at(-1);
    if (letter === last && !(letter >= '0' && letter <= '9')) continue;
    if (letter === 'e' && last === 'i') out = out.slice(0, -1);
    if (letter === 'e' && out.at(-1) === 'e') continue;
    out += letter;
  }
  return out;
}
