/**
 * How a settlement's name sounds, whatever alphabet and orthography it was typed in. «Тисмениця», «Тысменица»,
 * "Tysmenytsia", "Tyśmienica" come out alike; what still differs («Львів», «Львов») is for `distance` to forgive.
 *
 * The letters of a sound form: `a e i o u`, `h` also for g, `x` for kh, `c` for ts, `q` for ch, `w` for sh and shch,
 * `j` for zh; the others as in English. No soft signs, no doubled letters, й is `i`, я is `a`.
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
  ж: 'j',
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
  х: 'x',
  ц: 'c',
  ч: 'q',
  ш: 'w',
  щ: 'w',
  ю: 'u',
  я: 'a',
};

/** Latin letters and digits that pass for Cyrillic ones to the eye. */
const lookalikes: Readonly<Record<string, string>> = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  i: 'і',
  k: 'к',
  m: 'м',
  n: 'п',
  o: 'о',
  p: 'р',
  t: 'т',
  x: 'х',
  y: 'у',
  '0': 'о',
  '3': 'з',
  '6': 'б',
  '1': 'і',
};

const marked: Readonly<Record<string, string>> = { ł: 'l', ż: 'zh', ž: 'zh', š: 'sh', č: 'cz', ą: 'o', ß: 's' };

/** What both readings of Latin letters share. Capitals are sounds already, so that no rule meets them again. */
const latin: Readonly<Record<string, string>> = {
  shch: 'W',
  szcz: 'W',
  tsch: 'Q',
  sch: 'W',
  sh: 'W',
  sz: 'W',
  cz: 'Q',
  zh: 'J',
  kh: 'X',
  ts: 'C',
  tz: 'C',
  ya: 'A',
  ia: 'A',
  ja: 'A',
  yu: 'U',
  iu: 'U',
  ju: 'U',
  ye: 'E',
  ie: 'E',
  je: 'E',
  ph: 'F',
  x: 'KS',
  y: 'I',
  j: 'I',
  g: 'H',
  w: 'V',
};
const latinLetters = new RegExp(Object.keys(latin).join('|'), 'g');

const hasCyrillic = /[а-яёіїєґў]/;
const hasLatin = /[a-z]/;

/** The word with look-alike letters put back into its own alphabet, in lower case. */
export function sameAlphabet(word: string): string {
  const lower = word.toLowerCase();
  if (!hasCyrillic.test(lower) || !/[a-z0136]/.test(lower)) return lower;
  return lower.replace(/[a-z0136]/g, (letter) => lookalikes[letter] ?? letter);
}

function asciiOnly(lower: string): string {
  if (/^[a-z]*$/.test(lower)) return lower;
  return lower
    .replace(/[łżžščąß]/g, (letter) => marked[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}

/** Sound forms of one word: one for Cyrillic; for Latin letters the English and, where it differs, the Polish reading. */
export function sounds(word: string): readonly string[] {
  const lower = sameAlphabet(word).replace(/['’ʼ`´"ʹ‘]/g, '');
  if (hasCyrillic.test(lower)) {
    const spelt = lower.replace(/[^a-z]/g, (letter) => cyrillic[letter] ?? '');
    return [squeeze(spelt.replace(/ts/g, 'c'))];
  }
  const plain = asciiOnly(lower);
  if (!hasLatin.test(plain)) return [];
  const read = plain.replace(latinLetters, (letters) => latin[letters] ?? letters);
  const english = squeeze(read.replace(/ck/g, 'k').replace(/ch/g, 'q').toLowerCase());
  if (!/ch|ck|rz/.test(read)) return [english];
  const polish = squeeze(read.replace(/ch/g, 'x').replace(/rz/g, 'r').toLowerCase());
  return english === polish ? [english] : [english, polish];
}

function squeeze(sound: string): string {
  // Latin spellings do not tell «ія» from «я»: both become the vowel alone.
  return sound
    .replace(/(.)\1+/g, '$1')
    .replace(/i([aeu])/g, '$1')
    .replace(/(.)\1+/g, '$1');
}

const vowels = 'aeiou';

/** Consonants alone, `A` first where the word begins with a vowel: what survives case endings and most misspellings. */
export function skeleton(sound: string): string {
  const bones = sound.replace(/[aeiou]/g, '').replace(/x/g, 'h');
  return vowels.includes(sound.charAt(0)) ? `A${bones}` : bones;
}

/** Endings of case (Ukrainian, Russian, Polish) that hold a consonant, as they sound. Vowels are stripped before and after. */
const endings = [
  'oho',
  'eho',
  'omu',
  'emu',
  'imi',
  'ami',
  'ovi',
  'evi',
  'ax',
  'am',
  'om',
  'em',
  'im',
  'ix',
  'iv',
  'ov',
  'ev',
  'ovo',
];

/** The name's own stem: what stays the same in every case. */
export function stemOfName(sound: string): string {
  const stem = sound.replace(/[aeiou]+$/, '');
  return stem === '' ? sound : stem;
}

/**
 * Stems that a typed word may have, the likeliest first: «Тисмениці», «Бродами», «Шостці».
 */
export function stemsOfTyped(sound: string): readonly string[] {
  const found = new Set<string>();
  const bare = stemOfName(sound);
  const add = (stem: string): void => {
    if (stem !== '') found.add(stem);
  };
  add(bare);
  // У Шостці, в Острозі: the last consonant softens before -i (Polish: w Szostce).
  if (/[ie]$/.test(sound)) {
    const hard = { c: 'k', z: 'h', s: 'x' }[bare.slice(-1)];
    if (hard !== undefined) add(bare.slice(0, -1) + hard);
  }
  for (const ending of endings) {
    if (sound.endsWith(ending) && sound.length - ending.length >= 2) {
      add(stemOfName(sound.slice(0, -ending.length)));
    }
  }
  return [...found];
}

const vowelCost: Readonly<Record<string, number>> = { ei: 0.15, ao: 0.25, io: 0.2, eo: 0.3, ae: 0.35, iu: 0.5 };
const consonantCost: Readonly<Record<string, number>> = {
  hx: 0.1,
  qw: 0.5,
  cq: 0.5,
  cs: 0.5,
  jz: 0.5,
  sw: 0.6,
  sz: 0.6,
  dt: 0.6,
  bp: 0.6,
  hk: 0.6,
  fv: 0.6,
  fx: 0.5,
  kx: 0.6,
};

function swapCost(a: string, b: string): number {
  if (a === b) return 0;
  const pair = a < b ? a + b : b + a;
  const aVowel = vowels.includes(a);
  if (aVowel !== vowels.includes(b)) return 1.2;
  return (aVowel ? vowelCost[pair] : consonantCost[pair]) ?? (aVowel ? 0.5 : 1);
}

function gapCost(letter: string): number {
  return vowels.includes(letter) ? 0.4 : 1;
}

/** How far two sound forms are apart: 0 for equal, about 1 for a wrong consonant, less for a vowel. Words up to 40 letters. */
export function distance(a: string, b: string): number {
  if (a === b) return 0;
  const from = a.slice(0, 40);
  const to = b.slice(0, 40);
  let before: number[] = [];
  let row: number[] = [0];
  for (let j = 1; j <= to.length; j++) row[j] = (row[j - 1] ?? 0) + gapCost(to.charAt(j - 1));
  for (let i = 1; i <= from.length; i++) {
    const letter = from.charAt(i - 1);
    const next: number[] = [(row[0] ?? 0) + gapCost(letter)];
    for (let j = 1; j <= to.length; j++) {
      const other = to.charAt(j - 1);
      let best = Math.min(
        (row[j - 1] ?? 0) + swapCost(letter, other),
        (row[j] ?? 0) + gapCost(letter),
        (next[j - 1] ?? 0) + gapCost(other),
      );
      if (i > 1 && j > 1 && letter === to.charAt(j - 2) && other === from.charAt(i - 2)) {
        best = Math.min(best, (before[j - 2] ?? 0) + 0.7);
      }
      next[j] = best;
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}

const latinKeys = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const ukrainianKeys = 'йцукенгшщзхїфівапролджєячсмитьбю’';

/** What was meant where a Ukrainian word was typed on a keyboard left in Latin letters: "nbcvtybwz" for «тисмениця». */
export function otherKeyboard(text: string): string {
  return text.toLowerCase().replace(/[a-z[\];',.`]/g, (key) => ukrainianKeys.charAt(latinKeys.indexOf(key)));
}
