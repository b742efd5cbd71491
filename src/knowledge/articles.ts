import type { Article } from './knowledge.ts';
import { type Topic, topics } from './schema.ts';

/** The articles of each shelf in the order of the menu: what is asked most comes first, ids unknown here come last. */
const menuOrder: readonly string[] = [
  'check-job-offer',
  'contract-before-leaving',
  'work-permit-visa',
  'temporary-protection',
  'documents-to-take',
  'insurance-abroad',
  'border-crossing',
  'unpaid-wages',
  'no-contract',
  'working-conditions',
  'dismissal',
  'work-accident',
  'discrimination',
  'passport-taken',
  'forced-labour',
  'violence',
  'missing-relative',
  'crisis-support',
  'lost-passport',
  'overstay-deportation',
  'detained-abroad',
  'residence-permit',
  'consulate',
  'power-of-attorney',
  'apostille-translation',
  'diploma-recognition',
  'child-born-abroad',
  'send-money-home',
  'taxes',
  'pension',
  'family-benefits',
  'health-care',
  'debt-scam',
  'child-travel-consent',
  'children-left-behind',
  'alimony',
  'divorce-abroad',
  'keep-in-touch',
  'stress-separation',
  'elderly-parents',
  'return-help',
  'work-after-return',
  'start-business',
  'library-internet',
  'digital-skills',
  'seniors-club',
  'project-centre',
  'grants-contests',
  'after-prison',
  'addiction-family',
  'book-consultation',
];

export function shelves(articles: Iterable<Article>): ReadonlyMap<Topic, readonly Article[]> {
  const place = (id: string) => (menuOrder.indexOf(id) + menuOrder.length + 1) % (menuOrder.length + 1);
  const sorted = [...articles].toSorted((a, b) => place(a.id) - place(b.id) || a.id.localeCompare(b.id));
  const shelf = Map.groupBy(sorted, (article) => article.topic);
  return new Map(topics.map((topic) => [topic, shelf.get(topic) ?? []]));
}
