import { z } from 'zod';
import { type Language, languages } from '../texts.ts';

/**
 * What the bot remembers of a talk: small, versioned, sealed where it is stored. Known facts about the person are
 * copies of their profile, so that a turn needs no query for them.
 */
export type Session = {
  v: 1;
  /** null: neither chosen nor told by the first words yet. */
  language: Language | null;
  /** Lower-case ISO code of where the person is. */
  country: string | null;
  /** IANA zone, where it is not that of the country. */
  zone: string | null;
  /** "My library". */
  library: string | null;
  /** Where the person stands; null: nowhere in particular. */
  at: Step | null;
};

/** In place of a person where somebody only looks in and nothing is kept of them. */
export const nobody = 'nobody';

/** A place in a flow and what has been told so far there. */
export type Step = { flow: string; step: string; told: Readonly<Record<string, string>> };

const stored = z.object({
  v: z.literal(1),
  language: z.enum(languages).nullable(),
  country: z.string().length(2).nullable(),
  zone: z.string().nullable(),
  library: z.string().nullable(),
  at: z.object({ flow: z.string(), step: z.string(), told: z.record(z.string(), z.string()) }).nullable(),
});

/** As it is stored: the same in the order of the fields, without their names, which would be half of it. */
const short = z
  .tuple([
    z.literal(1),
    stored.shape.language,
    stored.shape.country,
    stored.shape.zone,
    stored.shape.library,
    z.tuple([z.string(), z.string(), z.record(z.string(), z.string())]).nullable(),
  ])
  .transform(([v, language, country, zone, library, at]): Session => {
    return { v, language, country, zone, library, at: at && { flow: at[0], step: at[1], told: at[2] } };
  });

const readable = z.union([short, stored]);

export const emptySession: Session = { v: 1, language: null, country: null, zone: null, library: null, at: null };

/** @returns null when it can't be read: the caller starts afresh, gently, and counts it. */
export function readSession(text: string): Session | null {
  try {
    const parsed = readable.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function writeSession({ v, language, country, zone, library, at }: Session): string {
  return JSON.stringify([v, language, country, zone, library, at && [at.flow, at.step, at.told]]);
}
