import { alphabets } from './alphabets.ts';
import { apostrophes } from './apostrophes.ts';
import { dangerLines } from './danger-lines.ts';
import { duplicates } from './duplicates.ts';
import { lengths } from './lengths.ts';
import type { Finding, Material } from './material.ts';
import { phones } from './phones.ts';
import { questions } from './questions.ts';
import { references } from './references.ts';
import { reviews } from './reviews.ts';
import { someoneToCall } from './someone-to-call.ts';
import { translations } from './translations.ts';
import { urls } from './urls.ts';

/** Every rule on the content. @param today an ISO day. */
export const rules: readonly ((material: Material, today: string) => Finding[])[] = [
  translations,
  questions,
  duplicates,
  reviews,
  references,
  someoneToCall,
  dangerLines,
  lengths,
  alphabets,
  apostrophes,
  phones,
  urls,
];
