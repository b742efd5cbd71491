import { type Finding, isAsTyped, type Material, textsOf } from './material.ts';

/** A Latin letter in a Cyrillic word looks right and is found by nobody. Addresses of pages are left alone. */
export function alphabets({ sheets, tables }: Pick<Material, 'sheets' | 'tables'>): Finding[] {
  const inSheets = sheets
    .filter(({ file }) => !isAsTyped(file))
    .flatMap(textsOf)
    .flatMap(({ file, path, text }) => mixedWords(text).map((word) => ({ file, path, message: messageOf(word) })));
  const inTables = tables.flatMap(({ file, lines }) =>
    lines.flatMap((text, at) =>
      text.startsWith('#')
        ? []
        : mixedWords(text).map((word) => ({ file, path: [], line: at + 1, message: messageOf(word) })),
    ),
  );
  return [...inSheets, ...inTables];
}

function mixedWords(text: string): string[] {
  if (/^(?:https?:|mailto:)/.test(text)) return [];
  return (text.match(/\p{L}+/gu) ?? []).filter(
    (word) => /\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}/u.test(word),
  );
}

function messageOf(word: string): string {
  const latin = [...word].filter((letter) => /\p{Script=Latin}/u.test(letter)).join(' ');
  return `Latin and Cyrillic letters in one word, "${word}" (Latin: ${latin}): type the word anew`;
}
