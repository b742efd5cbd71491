import { join } from 'node:path';
import type { Finding, Material } from './material.ts';

/**
 * What `checkKnowledge` leaves to be said of references (it tells of names that lead nowhere): an article that points to
 * itself, or to the same twice.
 */
export function references({ articles }: Pick<Material, 'articles'>): Finding[] {
  return articles.flatMap(({ dir, article }) => {
    const file = join(dir, 'article.yaml');
    const findings: Finding[] = [];
    for (const field of ['resources', 'related'] as const) {
      article[field].forEach((id, at) => {
        if (article[field].indexOf(id) < at) {
          findings.push({ file, path: [field, at], message: `${id} stands here twice: remove one` });
        }
      });
    }
    article.related.forEach((id, at) => {
      if (id === article.id)
        findings.push({ file, path: ['related', at], message: 'an article is not its own neighbour: remove it' });
    });
    return findings;
  });
}
