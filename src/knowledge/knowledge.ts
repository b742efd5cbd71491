import type { ArticleText, DangerClass, Language, Resource, Topic } from './schema.ts';

/**
 * What the rest of the program may ask of the knowledge room. `load.ts` makes one of these from `content/`; nothing in
 * here reads a clock, a network or a database. Countries are lower-case ISO codes, `eu` for the whole EU.
 */
export type Knowledge = {
  article(id: string): Article | undefined;
  /** The articles of a topic, as they stand in the menu. */
  articlesOf(topic: Topic): readonly Article[];
  resource(id: string): Resource | undefined;
  /** What an article points to, for someone in `country` (null: not known): that country's, then Ukraine's and the EU's. */
  resourcesFor(article: Article, country: string | null): readonly Resource[];
  /** Everything known in a country that serves one of the topic's articles; all of it when `topic` is null. */
  resourcesIn(country: string, topic: Topic | null): readonly Resource[];
  /** The countries that have resources, most used by Ukrainian workers first; `ua` and `eu` are not among them. */
  countries(): readonly string[];
  /** Those, and then every other country whose emergency number is known. */
  dangerCountries(): readonly string[];
  country(code: string): Country | undefined;
  /** The country (or a town abroad) that a text speaks of, in any language and case; null when there is none. */
  findCountry(text: string): FoundCountry | null;
  /** Finds articles by a person's own words. Takes no longer than 2 ms; keeps nothing. */
  ask(text: string, about?: { language?: Language; country?: string }): Match;
  /** A question as it may be kept: without whatever could tell who asked. null where nothing of use is left. */
  scrub(text: string): string | null;
  /** Checked before all else on every free text. */
  danger(text: string): Danger | null;
  /** Whom to call in danger. Never empty: where the country is not known, 112 and the Ukrainian lines. */
  dangerNumbers(dangerClass: DangerClass | null, country: string | null): DangerNumbers;
};

export type Evidence = {
  sources: readonly { url: string; page_date?: string | undefined }[];
  /** ISO days. */
  checked_on: string;
  review_by: string;
};

export type Article = Evidence & {
  id: string;
  topic: Topic;
  danger: boolean;
  law: boolean;
  /** The evidence of each country part. */
  countries: Readonly<Record<string, Evidence>>;
  resources: readonly string[];
  related: readonly string[];
  /** Ukrainian is always there; where a language is missing, Ukrainian is shown and said so. */
  texts: Readonly<Partial<Record<Language, ArticleText>>> & { uk: ArticleText };
};

export type Country = {
  code: string;
  /** IANA zone of its capital. */
  zone: string;
};

export type FoundCountry = Country & {
  /** The town that gave the country away, where it was one. */
  town?: { name_uk: string; lat: number; lon: number };
};

/** `answer`: one article is meant; `choose`: up to three are likely; `none`: nothing fits well enough. */
export type Match = {
  outcome: 'answer' | 'choose' | 'none';
  /** Up to five, best first, whatever the outcome; scores fall. */
  articles: readonly { id: string; score: number; why: readonly string[] }[];
  country: string | null;
};

/** `sure`: the danger answer at once. `asks`: one gentle question with the number already in it. */
export type Danger = { class: DangerClass; certainty: 'sure' | 'asks'; why: string };

export type DangerNumbers = {
  emergency: string;
  /** Lines of the country that serve this class and can be dialled there, best first, at most two. */
  lines: readonly Resource[];
  /** Ukrainian lines for this class that can be dialled from abroad, best first, at most two; in Ukraine: empty. */
  ukraine: readonly Resource[];
};
