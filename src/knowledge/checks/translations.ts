import { join } from 'node:path';
import { type Language, languages } from '../schema.ts';
import type { Finding, Material } from './material.ts';

/** Every article is written in every language, with each country part; so is what a resource is and does. */
export function translations({ articles, resources }: Pick<Material, 'articles' | 'resources'>): Finding[] {
  return [...articles.flatMap(ofArticle), ...resources.flatMap(ofResource)];
}

function ofArticle({ dir, article }: Material['articles'][number]): Finding[] {
  return languages.flatMap((language) => {
    const file = join(dir, `${language}.yaml`);
    const text = article.texts[language];
    if (!text) return [{ file, path: [], message: `there is no ${language}.yaml that can be read: translate uk.yaml` }];
    const parts = Object.keys(article.countries).filter((country) => !(country in text.countries));
    return parts.map((country) => ({
      file,
      path: ['countries'],
      message: `the part for ${country} is missing: write it, or remove ${country} from article.yaml`,
    }));
  });
}

function ofResource({ file, at, resource }: Material['resources'][number]): Finding[] {
  return (['name', 'does'] as const).flatMap((field) => {
    const written: Partial<Record<Language, string | undefined>> = resource[field];
    const missing = languages.filter((language) => !written[language]);
    if (missing.length === 0) return [];
    return [{ file, path: [at, field], message: `${resource.id} lacks ${missing.join(', ')}: translate from uk` }];
  });
}
