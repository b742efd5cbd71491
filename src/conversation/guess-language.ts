import type { Language } from '../texts.ts';

/**
 * Which of the four languages a person's first words are clearly in. Letters that only one of them has decide; failing
 * those, its commonest short words. null when it is not clear: then the language stays as it is.
 */
export function guessLanguage(text: string): Language | null {
  const lower = text.toLowerCase();
  const words = lower.match(/[\p{L}’'ʼ]+/gu) ?? [];
  if (words.length === 0) return null;
  const cyrillic = count(lower, /\p{Script=Cyrillic}/gu);
  const latin = count(lower, /\p{Script=Latin}/gu);

  if (cyrillic > latin) {
    const ukrainian = count(lower, /[\u0456\u0457\u0454\u0491]/g);
    const russian = count(lower, /[\u044b\u044d\u0451\u044a]/g);
    if (ukrainian > russian) return 'uk';
    // Mixed speech is Ukrainian; Russian is taken only where nothing else speaks against it.
    if (russian > 0 && ukrainian === 0) return 'ru';
    return null;
  }
  if (count(lower, /[ąęłńśźż]/g) > 0) return 'pl';
  const polish = words.filter((word) => polishWords.has(word)).length;
  const english = words.filter((word) => englishWords.has(word)).length;
  if (polish > english) return 'pl';
  if (english > polish && english >= 2) return 'en';
  // Latin letters alone may be Ukrainian typed without its own keyboard.
  return null;
}

/** A platform's locale of Polish or English starts in that language; every other, Russian among them, says nothing. */
export function platformLanguage(hint: string | undefined): Language | null {
  const code = hint?.toLowerCase().split(/[-_]/)[0];
  return code === 'pl' || code === 'en' ? code : null;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

const polishWords = new Set(
  'nie jak czy gdzie jest mam mnie sie na do od dla jestem pracy praca pracodawca ale co kiedy bez przez moge prosze dzien dobry witam'.split(
    ' ',
  ),
);
const englishWords = new Set(
  'the a an i my me is are was do does how what where when who can could not to for of in on with and or have has need help want please they he she it am'.split(
    ' ',
  ),
);
