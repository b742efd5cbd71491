import { type Finding, type Material, textsOf } from './material.ts';

/**
 * What people open is https. Where a fact was read (`sources`) may be http: it is named, not linked. The page of a
 * library is left out of the answer until it is https, so that is a warning.
 */
export function urls({ sheets }: Pick<Material, 'sheets'>): Finding[] {
  return sheets
    .flatMap(textsOf)
    .filter(({ path, text }) => !path.includes('sources') && /\bhttp:\/\//.test(text))
    .map(({ file, path, text }) => ({
      file,
      path,
      message: `${text} is not https, so it is not shown: see whether https:// opens, and write that`,
      ...(/libraries\//.test(file) ? { warning: true } : {}),
    }));
}
