import { carryBookings } from '../../src/bookings/carry.ts';
import { carryMessages } from '../../src/delivery/carry.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import { createJoins } from '../../src/people/joins.ts';
import { createPeople } from '../../src/people/people.ts';
import { inviteFromTerminal } from '../../src/staff/invitations.ts';
import { createQuestions } from '../../src/staff/questions.ts';
import type { Standing } from '../../src/staff/roles.ts';
import { createTeam } from '../../src/staff/team.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { type Engine, freshDatabase } from '../engines.ts';

/** The rooms of staff on a database of their own, with a clock that tests move. */
export async function house(engine: Engine) {
  const { database, drop } = await freshDatabase(engine);
  const time = { now: Date.UTC(2026, 10, 25, 8) };
  const clock = { now: () => time.now };
  const seal = createSeal([Buffer.alloc(32, 5)]);
  // Each message a moment after the last, so that their ids keep their order.
  let ticks = 0;
  const outbox = createOutbox({ database, seal, clock: { now: () => time.now + ticks++ } });
  const people = createPeople({ database, seal, clock });
  const team = createTeam({ database, seal, clock });
  const questions = createQuestions({ database, seal, clock, outbox });
  const joins = createJoins({
    ...{ database, seal, clock, people },
    carries: [carryBookings, questions.carry, team.carry, carryMessages],
  });
  let people_ = 0;
  return {
    ...{ database, drop, time, clock, seal, outbox, people, team, questions, joins },
    /** Somebody new, with the account through which they write. */
    async somebody(channel = 'telegram') {
      const sender = `chat-${++people_}`;
      return { channel, sender, person: await people.identify(channel, sender) };
    },
    async hire(person: string, standing: Standing, name = 'Марія') {
      const { code } = await inviteFromTerminal({ database, seal, clock }, standing);
      await team.join({ person, code, name });
      const member = (await team.of(person)).find(
        (one) => one.role === standing.role && one.library === standing.library,
      );
      if (!member) throw new Error('not hired');
      return member;
    },
    /** What waits to be said, and to whom. */
    async waiting() {
      const rows = await database.db
        .selectFrom('outbox')
        .select(['person', 'payload', 'id', 'kind'])
        .where('state', '=', 'waiting')
        .orderBy('id')
        .execute();
      return rows.map(({ person, payload, id, kind }) => ({
        person,
        kind,
        payload: JSON.parse(seal.open(payload ?? '', id) ?? '{}') as Record<string, unknown>,
      }));
    },
  };
}

export type House = Awaited<ReturnType<typeof house>>;
