import type { Article, Evidence } from './knowledge.ts';
import type { Language } from './schema.ts';

/**
 * All that a lawyer signs of an article in one language, in one fixed form: what people read, with every country part,
 * and the sources under it. Days are not in it: to look a source up again and find the same changes nothing.
 * @returns null where the article is not written in that language.
 */
export function signedText(article: Article, language: Language): string | null {
  const text = article.texts[language];
  if (!text) return null;
  const { title, answer, steps, warn, more } = text;
  return JSON.stringify({
    article: article.id,
    language,
    title,
    answer,
    steps,
    warn,
    more,
    countries: sorted(text.countries),
    sources: sourcesOf(article),
    country_sources: sorted(article.countries).map(([country, evidence]) => [country, sourcesOf(evidence)]),
  }).normalize('NFC');
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function sourcesOf({ sources }: Evidence): [string, string | null][] {
  return sources.map(({ url, page_date }) => [url, page_date ?? null]);
}
