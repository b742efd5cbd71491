import { type Finding, isAsTyped, type Material, textsOf } from './material.ts';

/** Ukrainian texts have the apostrophe ’ (U+2019), which every phone shows well. Questions are typed as people type. */
export function apostrophes({ sheets }: Pick<Material, 'sheets'>): Finding[] {
  return sheets
    .filter(({ file }) => !isAsTyped(file))
    .flatMap(textsOf)
    .filter(({ language }) => language === 'uk' || language === null)
    .flatMap(({ file, path, text }) =>
      (text.match(wrong) ?? []).map((word) => ({
        file,
        path,
        message: `another sign for the apostrophe in "${word}": write ’ (U+2019)`,
      })),
    );
}

const wrong = /\p{Script=Cyrillic}+['`´ʼ‘′＇]\p{Script=Cyrillic}+/gu;
