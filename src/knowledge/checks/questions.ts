import { join } from 'node:path';
import { languages } from '../schema.ts';
import type { Finding, Material } from './material.ts';

/** Fewer teach the search too little. */
const least = 60;
const leastInLanguage = 5;

/** Every article has enough sample questions, in every language. */
export function questions({ articles }: Pick<Material, 'articles'>): Finding[] {
  return articles.flatMap(({ dir, questions: asked }) => {
    const file = join(dir, 'questions.yaml');
    const all = languages.reduce((sum, language) => sum + asked[language].length, 0);
    const few: Finding[] = languages
      .filter((language) => asked[language].length < leastInLanguage)
      .map((language) => ({
        file,
        path: [language],
        message: `${asked[language].length} questions in ${language}: write at least ${leastInLanguage}, as people would ask`,
      }));
    if (all < least) {
      few.push({ file, path: [], message: `${all} sample questions: write at least ${least}, in different voices` });
    }
    return few;
  });
}
