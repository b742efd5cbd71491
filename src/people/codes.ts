import type { Seal } from '../storage/seal.ts';

/** Codes that people copy from one screen to another, or read out: nothing in them is mistaken for something else. */
const letters = '346789ACDEFHJKLMNPRTUVWXY';

/** Cyrillic letters that look like those of the code: many phones write them without their owner's noticing. */
const lookalikes: Readonly<Record<string, string>> = {
  '\u0410': 'A',
  '\u0421': 'C',
  '\u0415': 'E',
  '\u041d': 'H',
  '\u041a': 'K',
  '\u041c': 'M',
  '\u0420': 'P',
  '\u0422': 'T',
  '\u0425': 'X',
  '\u0423': 'Y',
  '\u0417': '3',
};

/**
 * A code that follows from its seed and the key of the deployment: making it again for the same event gives the same one,
 * and nobody without the key can.
 * @param length at most 20: a seed gives 128 bits, a letter takes 4.6
 */
export function codeFrom(seal: Seal, seed: string, length: number): string {
  let rest = BigInt(`0x${seal.mark(`code\n${seed}`)}`);
  let code = '';
  for (let i = 0; i < length; i++) {
    code += letters[Number(rest % BigInt(letters.length))];
    rest /= BigInt(letters.length);
  }
  return code;
}

/** A code as typed: in any case, with spaces or dashes, perhaps in Cyrillic; null where it can't be one. */
export function readCode(typed: string, length: number): string | null {
  const code = [...typed.toUpperCase().replace(/[\s\-\u2013.,]/g, '')]
    .map((letter) => lookalikes[letter] ?? letter)
    .join('');
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : null;
}
