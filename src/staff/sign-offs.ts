import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables/index.ts';
import { type Language, languages } from '../texts.ts';

/**
 * A lawyer's name under a text. It is kept with the SHA-256 of what was signed, so that it is shown under that text
 * alone: whoever changes a letter takes the name off, until the lawyer has read it again.
 */
export type SignOff = {
  article: string;
  language: Language;
  /** The name or pseudonym that people read. */
  by: string;
  /** ISO day. */
  on: string;
};

/** Signs a text; an earlier name under the article in that language gives way. */
export async function sign(db: Kysely<Tables>, { article, language, by, on }: SignOff, text: string): Promise<void> {
  const row = { article, language, text_hash: hashOf(text), signed_by: by, signed_on: on };
  await db
    .insertInto('sign_offs')
    .values(row)
    .onConflict((conflict) => conflict.columns(['article', 'language']).doUpdateSet(row))
    .execute();
}

/** @returns whether there was a name to take off. */
export async function unsign(db: Kysely<Tables>, article: string, language: Language): Promise<boolean> {
  const gone = await db
    .deleteFrom('sign_offs')
    .where('article', '=', article)
    .where('language', '=', language)
    .returning('article')
    .executeTakeFirst();
  return gone !== undefined;
}

export type SignOffs = {
  all(): readonly SignOff[];
  /** The name under that very text; null where nobody signed it, or something else. `text` is asked for only if needed. */
  under(article: string, language: Language, text: () => string): { by: string; on: string } | null;
  /** Reads the store anew. @throws the store's error; what was read before stays. */
  refresh(): Promise<void>;
};

/** All sign-offs in memory, for the conversation asks with every answer. */
export async function createSignOffs(db: Kysely<Tables>): Promise<SignOffs> {
  let rows = new Map<string, SignOff & { hash: string }>();
  const keyOf = (article: string, language: Language) => `${article} ${language}`;
  const refresh = async () => {
    const stored = await db.selectFrom('sign_offs').selectAll().orderBy('article').orderBy('language').execute();
    rows = new Map(
      stored.flatMap(({ article, language: stored, text_hash, signed_by, signed_on }) => {
        const language = languages.find((known) => known === stored);
        return language
          ? [[keyOf(article, language), { article, language, by: signed_by, on: signed_on, hash: text_hash }] as const]
          : [];
      }),
    );
  };
  await refresh();
  return {
    all: () => [...rows.values()].map(({ hash: _, ...signOff }) => signOff),
    under(article, language, text) {
      const row = rows.get(keyOf(article, language));
      return row && row.hash === hashOf(text()) ? { by: row.by, on: row.on } : null;
    },
    refresh,
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
