import type { People } from '../people/people.ts';
import { addCount } from '../storage/counts.ts';
import type { Database } from '../storage/database.ts';
import { once } from '../storage/effects.ts';
import type { Effect } from './flow.ts';

/**
 * Carries out what merely follows from a turn: each effect once under `eventId:index`, the counts of an event in one
 * transaction. A profile says what is so, not what changed, so writing it twice does nothing.
 */
export function createApply(deps: { database: Database; people: People; clock: { now(): number } }) {
  const { database, people, clock } = deps;
  return async (eventId: string, person: string, channel: string, effects: readonly Effect[]): Promise<void> => {
    for (const effect of effects) {
      if (effect.kind === 'profile') await people.saveProfile(person, effect.change);
      if (effect.kind === 'stopped') await people.stopped(person, channel);
    }
    const counts = effects.flatMap((effect, index) => (effect.kind === 'count' ? [{ effect, index }] : []));
    if (counts.length === 0) return;
    const now = clock.now();
    const day = new Date(now).toISOString().slice(0, 10);
    await database.transaction(async (trx) => {
      for (const { effect, index } of counts) {
        if (await once(trx, `${eventId}:${index}`, now))
          await addCount(trx, { day, name: effect.name, key: effect.key });
      }
    });
  };
}
