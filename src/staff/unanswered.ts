import { randomUUID } from 'node:crypto';
import type { Database } from '../storage/database.ts';
import { once } from '../storage/effects.ts';
import type { Seal } from '../storage/seal.ts';

/**
 * Questions that nothing answered, so that libraries learn what to write next. What is kept was scrubbed before and
 * points to nobody: no person, no chat, no event, a day and not an hour, an id made by chance. Sealed, for 90 days.
 */
export type Unanswered = {
  /** @param effectId `eventId:index`: the same one again adds nothing. It isn't kept with the text. */
  keep(effectId: string, question: UnansweredQuestion): Promise<void>;
  /** Since an ISO day (included), oldest first. */
  since(day: string): Promise<readonly (UnansweredQuestion & { day: string })[]>;
  sweep(): Promise<void>;
};

/** `article`: the one that came nearest. */
export type UnansweredQuestion = { text: string; language: string; article: string | null };

const keptDays = 90;
const dayMs = 86_400_000;
/** What a terminal can show, and a librarian read. */
const mostRead = 5_000;

export function createUnanswered(deps: { database: Database; seal: Seal; clock: { now(): number } }): Unanswered {
  const { database, seal, clock } = deps;
  const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
  return {
    async keep(effectId, { text, language, article }) {
      const now = clock.now();
      await database.together(async (trx) => {
        if (!(await once(trx, effectId, now))) return;
        // Not `newId`: that one tells the millisecond, by which the event could be found.
        const id = randomUUID();
        const row = { id, day: dayOf(now), language, article, sealed: seal.seal(text, aboutOf(id)) };
        await trx.insertInto('unanswered').values(row).execute();
      });
    },
    async since(day) {
      const rows = await database.db
        .selectFrom('unanswered')
        .selectAll()
        .where('day', '>=', day)
        .orderBy('day')
        .orderBy('id')
        .limit(mostRead)
        .execute();
      return rows.flatMap(({ id, sealed, ...row }) => {
        const text = seal.open(sealed, aboutOf(id));
        return text === null ? [] : [{ ...row, text }];
      });
    },
    async sweep() {
      await database.db
        .deleteFrom('unanswered')
        .where('day', '<', dayOf(clock.now() - keptDays * dayMs))
        .execute();
    },
  };
}

const aboutOf = (id: string): string => `unanswered ${id}`;
