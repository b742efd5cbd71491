import type { Entry, Paper } from '../../../src/knowledge/checks/material.ts';
import type { Article } from '../../../src/knowledge/knowledge.ts';
import type { ArticleText, Resource } from '../../../src/knowledge/schema.ts';

/** Content in which nothing is wrong; a test changes what it is about. */

export const source = { url: 'https://example.org/law' };
const evidence = { sources: [source], checked_on: '2026-11-01', review_by: '2027-11-01' };

export function text(change: Partial<ArticleText> = {}): ArticleText {
  return {
    title: 'Не платять зарплати',
    answer: 'Вам мають заплатити.',
    steps: ['Запишіть дні.'],
    warn: [],
    more: [],
    countries: {},
    ...change,
  };
}

export function paper(change: Partial<Article> = {}, questions: Partial<Paper['questions']> = {}): Paper {
  const article: Article = {
    id: 'unpaid-wages',
    topic: 'at-work',
    danger: false,
    law: true,
    ...evidence,
    countries: {},
    resources: ['ua-line'],
    related: [],
    texts: { uk: text(), en: text(), pl: text(), ru: text() },
    ...change,
  };
  return {
    dir: `content/articles/${article.id}`,
    article,
    questions: { uk: [], en: [], pl: [], ru: [], ...questions },
  };
}

export function entry(change: Partial<Resource> = {}): Entry {
  const four = { uk: 'слова', en: 'words', pl: 'słowa', ru: 'слова' };
  const country = change.country ?? 'ua';
  const resource: Resource = {
    id: `${country}-line`,
    country,
    name: four,
    does: four,
    topics: ['unpaid-wages'],
    phones: [phone('+380800500335')],
    url: null,
    email: null,
    messenger: null,
    hours: null,
    languages: [],
    cost: null,
    ...evidence,
    confidence: 'high',
    ...change,
  };
  return { file: `content/resources/${country}.yaml`, at: 0, resource };
}

export function phone(number: string, change: Partial<Resource['phones'][number]> = {}): Resource['phones'][number] {
  return { number, display: number, from: number.startsWith('+') ? 'anywhere' : 'country', free: null, ...change };
}
