import { join } from 'node:path';
import type { Resource } from '../schema.ts';
import type { Finding, Material } from './material.ts';

/** An answer on law or danger ends with a person to call, wherever one asks from, and names help in each country part. */
export function someoneToCall({ articles, resources }: Pick<Material, 'articles' | 'resources'>): Finding[] {
  const byId = new Map(resources.map(({ resource }) => [resource.id, resource]));
  return articles
    .filter(({ article }) => article.law || article.danger)
    .flatMap(({ dir, article }) => {
      const listed = article.resources.flatMap((id) => byId.get(id) ?? []);
      const file = join(dir, 'article.yaml');
      if (!listed.some((resource) => ['ua', 'eu'].includes(resource.country) && resource.phones.length > 0)) {
        const message = 'nobody to call where the country is not known: add a resource of ua or eu that has a number';
        return [{ file, path: ['resources'], message }];
      }
      const fromAbroad = listed.some(
        ({ country, phones }) =>
          ['ua', 'eu'].includes(country) && phones.some(({ from }) => from === 'anywhere' || country === 'eu'),
      );
      const onlyAtHome: Finding = {
        file,
        path: ['resources'],
        message: 'no number of ua or eu here works from abroad: add one, for those in countries without a resource',
        warning: true,
      };
      const parts = Object.keys(article.countries)
        .filter((country) => country !== 'ua' && !reaches(listed, country))
        .map(
          (country): Finding => ({
            file,
            path: ['countries', country],
            message: `nobody in ${country} to turn to: add a resource of ${country}, at best one with a number`,
            warning: true,
          }),
        );
      return fromAbroad ? parts : [onlyAtHome, ...parts];
    });
}

function reaches(listed: readonly Resource[], country: string): boolean {
  return listed.some((resource) => resource.country === country);
}
