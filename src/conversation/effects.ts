import type { People } from '../people/people.ts';
import type { Unanswered } from '../staff/unanswered.ts';
import { addCounts } from '../storage/counts.ts';
import type { Database } from '../storage/database.ts';
import { firstTimes } from '../storage/effects.ts';
import { groupCommit } from '../storage/group-commit.ts';
import type { Effect } from './flow.ts';

/**
 * Carries out what merely follows from a turn: each effect once under `eventId:index`, the counts of an event in one
 * transaction. A profile says what is so, not what changed, so writing it twice does nothing.
 */
export function createApply(deps: {
  database: Database;
  people: People;
  unanswered: Pick<Unanswered, 'keep'>;
  /** Tells those who keep the content that a number does not work; once a day is enough, so it may be called again. */
  wrongNumber(resource: string): Promise<void>;
  clock: { now(): number };
}) {
  const { database, people, unanswered, wrongNumber, clock } = deps;
  const count = groupCommit(async (group: readonly (readonly Counted[])[]) => {
    await countAll(database, group.flat(), clock.now());
    return group;
  }, 100);
  return async (eventId: string, person: string, channel: string, effects: readonly Effect[]): Promise<void> => {
    for (const [index, effect] of effects.entries()) {
      if (effect.kind === 'profile') await people.saveProfile(person, effect.change);
      if (effect.kind === 'stopped') await people.stopped(person, channel);
      if (effect.kind === 'count' && effect.name === 'wrong-number') await wrongNumber(effect.key);
      if (effect.kind === 'unanswered') await unanswered.keep(`${eventId}:${index}`, effect);
    }
    const counts = effects.flatMap((effect, index) =>
      effect.kind === 'count' ? [{ id: `${eventId}:${index}`, name: effect.name, key: effect.key }] : [],
    );
    if (counts.length > 0) await count(counts);
  };
}

type Counted = { id: string; name: string; key: string };

async function countAll(database: Database, counts: readonly Counted[], now: number): Promise<void> {
  const day = new Date(now).toISOString().slice(0, 10);
  await database.together(async (trx) => {
    const ids = counts.map(({ id }) => id);
    const first = await firstTimes(trx, ids, now);
    // The same id may stand twice in a group.
    const fresh = counts.filter(({ id }, i) => first.has(id) && ids.indexOf(id) === i);
    await addCounts(
      trx,
      fresh.map(({ name, key }) => ({ day, name, key })),
    );
  });
}
