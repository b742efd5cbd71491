import { z } from 'zod';

/** The shapes of the files in `content/`. Everything that a person reads comes from one of these or from `locales/`. */

export const languages = ['uk', 'en', 'pl', 'ru'] as const;
export type Language = (typeof languages)[number];

const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write an id in small Latin letters, digits and single hyphens');
const country = z
  .string()
  .regex(/^[a-z]{2}$/, 'write the country as two small letters, for example pl (eu for the whole EU)');
const day = z.iso.date('write a day as 2026-11-24');
const text = z
  .string({ error: 'write a text; one that has ": " in it or begins with a sign stands in "quotes"' })
  .trim()
  .min(1, 'the text is empty: write it or remove the field');
const httpsUrl = z.url({ protocol: /^https$/, error: 'write a full address that begins with https://' });
/** Where a fact was read. An evidence address may be http: it is not opened by the reader. */
const source = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'write the full address of the page' }),
  page_date: z.string().optional(),
});

/** A text in the languages that have it. Ukrainian is what the others fall back to. */
export const words = z.strictObject({ uk: text, en: text, pl: text.optional(), ru: text.optional() });

const evidence = {
  sources: z.array(source).min(1, 'say where this was read: at least one source'),
  checked_on: day,
  review_by: day,
};

/** Whether what was checked is past the day on which it had to be checked again. @param today an ISO day. */
export function isOverdue(evidence: { review_by: string }, today: string): boolean {
  return today > evidence.review_by;
}

/** The shelves that a person browses, in the order of the menu. */
export const topics = [
  'before-leaving',
  'at-work',
  'danger',
  'papers',
  'money',
  'family',
  'coming-back',
  'library',
] as const;
export type Topic = (typeof topics)[number];

/** content/articles/<id>/article.yaml: what is the same in all languages. */
export const articleFile = z.strictObject({
  id,
  topic: z.enum(topics),
  /** Leads with the number to call, before any other word. */
  danger: z.boolean().default(false),
  /** Ends with a person to call: on law and danger always. */
  law: z.boolean().default(true),
  ...evidence,
  /** The evidence of the country parts; each language file has a text for each of them. */
  countries: z.record(country, z.strictObject(evidence)).default({}),
  /** Ids of resources, best first; the bot shows those of the person's country, of Ukraine and of the EU. */
  resources: z.array(id).default([]),
  related: z.array(id).default([]),
});

/** content/articles/<id>/<language>.yaml: what the person reads. */
export const articleText = z.strictObject({
  /** Also a button: at most 40 characters. */
  title: text.max(40, 'a title is also a button: at most 40 characters'),
  /** The answer itself, one or two sentences under 20 words each. */
  answer: text.max(400, 'the answer is one or two short sentences: at most 400 characters'),
  /** First steps, most important first. */
  steps: z
    .array(text.max(220, 'a step is one short sentence or two: at most 220 characters'))
    .max(5, 'at most five steps')
    .default([]),
  /** What to avoid. */
  warn: z.array(text.max(200, 'at most 200 characters')).max(4).default([]),
  /** Shown when the person asks for more. */
  more: z.array(text.max(400, 'at most 400 characters')).default([]),
  /** What is different in one country; read after `answer`. */
  countries: z.record(country, text.max(600, 'at most 600 characters')).default({}),
});
export type ArticleText = z.output<typeof articleText>;

/** content/articles/<id>/questions.yaml: how people ask for it, in each language and way of typing. */
export const questionsFile = z.strictObject({
  uk: z.array(text).default([]),
  ru: z.array(text).default([]),
  en: z.array(text).default([]),
  pl: z.array(text).default([]),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'write a time as 09:00');
const span = z.tuple([clockTime, clockTime]).refine(([from, to]) => from < to, 'the span ends before it begins');
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** Opening spans by weekday; a weekday that is left out is closed. */
export const week = z.partialRecord(z.enum(weekdays), z.array(span));

/** When someone answers. Only what the source says; `null` where it does not say. */
export const hours = z.union([
  z.strictObject({ always: z.literal(true) }),
  z.strictObject({
    zone: z
      .string()
      .refine((zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'Europe/Kyiv', 'not a time zone'),
    week,
    /** The year the source is from, where it is old: the bot adds "as of". */
    as_of: z.string().optional(),
    note: words.optional(),
  }),
  /** Hours that don't fit a week ("by appointment"), in words. */
  z.strictObject({ words }),
]);

/** content/resources/<country>.yaml is a list of these. */
export const resource = z.strictObject({
  id,
  country,
  name: words.extend({ local: text.optional() }),
  /** What it does for the person: one sentence under 20 words. */
  does: words,
  /** Article ids that it serves. */
  topics: z.array(id).min(1),
  phones: z
    .array(
      z.strictObject({
        /** As dialled: E.164, or a short code or national freephone number. */
        number: z.string().regex(/^\+?\d{2,15}$/, 'digits only, with a leading + where it is international'),
        /** As shown to the person. */
        display: text,
        /** Where it can be dialled from. */
        from: z.enum(['anywhere', 'country']),
        free: z.boolean().nullable(),
        /** Only where it says more than the fields above (which operator, which language). */
        note: words.optional(),
      }),
    )
    .default([]),
  url: httpsUrl.nullable().default(null),
  email: z.email().nullable().default(null),
  messenger: words.nullable().default(null),
  hours: hours.nullable().default(null),
  /** ISO 639-1 codes of the languages spoken. */
  languages: z.array(z.string().regex(/^[a-z]{2}$/)).default([]),
  languages_note: words.optional(),
  cost: words.nullable().default(null),
  sources: z.array(source).min(1),
  checked_on: day,
  review_by: day,
  confidence: z.enum(['high', 'medium']),
});
export const resourcesFile = z.array(resource);
export type Resource = z.output<typeof resource>;

export const dangerClasses = ['trafficking', 'violence', 'suicide', 'detention', 'child', 'medical'] as const;
export type DangerClass = (typeof dangerClasses)[number];

const emergencyNumber = z.strictObject({ number: z.string().regex(/^\d{2,4}$/), sources: z.array(source).min(1) });

/** content/danger/numbers.yaml: whom to call, by country and class. `any` stands where the country is not known. */
export const dangerNumbers = z.strictObject({
  /** The emergency number by country; `any` where the country is unknown. */
  emergency: z.record(
    z.union([country, z.literal('any')]),
    emergencyNumber.extend({
      /** Where one kind of danger has a number of its own (an ambulance in Ukraine). */
      by_class: z.partialRecord(z.enum(dangerClasses), emergencyNumber).optional(),
    }),
  ),
  /** Resource ids, best first: of the country for that class (the bot shows the first two that can be dialled). */
  lines: z.record(z.union([country, z.literal('any')]), z.partialRecord(z.enum(dangerClasses), z.array(id))),
  /** Ukrainian lines that can be dialled from abroad, by class, best first. */
  ukraine: z.partialRecord(z.enum(dangerClasses), z.array(id)),
  checked_on: day,
  review_by: day,
});

/** content/danger/<class>.yaml: the words of a person in danger, and what looks like them and is not. */
export const dangerPhrases = z.strictObject({
  class: z.enum(dangerClasses),
  /** Patterns by language; their little grammar stands in knowledge/danger.ts. */
  phrases: z.strictObject({ uk: z.array(text), ru: z.array(text), en: z.array(text), pl: z.array(text) }),
  /** Figures of speech and harmless neighbours that must not trigger this class. */
  except: z.strictObject({ uk: z.array(text), ru: z.array(text), en: z.array(text), pl: z.array(text) }),
  /** Whole messages of people in danger, in any language: what no pattern foresees is learnt from them. */
  examples: z.array(text).default([]),
});

/** content/danger/harmless.yaml: everyday messages that sound like danger. */
export const harmlessFile = z.array(text);
