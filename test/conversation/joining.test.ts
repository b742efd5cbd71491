import { afterEach, describe, expect, it } from 'vitest';
import { createApply } from '../../src/conversation/effects.ts';
import type { Deed, Event } from '../../src/conversation/event.ts';
import { createInbox, type Inbox, type InboxDeps, type Step } from '../../src/conversation/inbox.ts';
import { createJoins } from '../../src/people/joins.ts';
import { createPeople } from '../../src/people/people.ts';
import { createUnanswered } from '../../src/staff/unanswered.ts';
import { createEmbeddedLeases } from '../../src/storage/leases/embedded.ts';
import { createMailbox } from '../../src/storage/mailbox.ts';
import { createEmbeddedSessions } from '../../src/storage/sessions/embedded.ts';
import { engines } from '../engines.ts';
import { house } from '../staff/house.ts';
import { said, village } from './talk.ts';

/** A chat becomes another person's while its messages wait, processes die, and others still take it for the old one. */

const steps: readonly Step[] = ['leased', 'loaded', 'turned', 'applied', 'saved', 'sent', 'done'];
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Processes on one database. Each has its own memory of who is who; leases are shared, as by Redis. */
async function computers(engine: (typeof engines)[number]) {
  const home = await house(engine);
  const talks = await village();
  cleanups.push(home.drop, talks.close);
  const { database, seal, clock, team, questions } = home;
  const leases = createEmbeddedLeases(clock);
  const sent: { to: string; text: string }[] = [];
  const faults: string[] = [];
  let events = 0;

  function process(change: Partial<InboxDeps> = {}): Inbox {
    const people = createPeople({ database, seal, clock });
    const carries = [questions.carry, team.carry];
    const joins = createJoins({ database, seal, clock, people, carries });
    return createInbox({
      ...{ people, leases, seal, clock },
      mailbox: createMailbox(database, clock),
      sessions: createEmbeddedSessions(database, { ttlMs: 72 * 3_600_000, clock }),
      services: { ...talks.services, joins, team, questions },
      deliver: async (_channel, to, reply) => {
        sent.push({ to, text: said([reply]) });
        return { outcome: 'sent' };
      },
      clear: async () => undefined,
      apply: createApply({
        database,
        people,
        unanswered: createUnanswered({ database, seal, clock }),
        wrongNumber: async () => undefined,
        clock,
      }),
      async forget(person) {
        await questions.forget(person);
        await people.forget(person);
      },
      report: {
        log: () => undefined,
        count: () => undefined,
        fault: (where, error) => {
          faults.push(`${where} ${String(error)}`);
          return 'CODE';
        },
      },
      limits: { patienceMs: 100, sweepEveryMs: 20, tries: 1 },
      ...change,
    });
  }

  const event = (sender: string, deed: Deed, eventId = `e${++events}`): Event => ({
    ...{ eventId, channel: 'telegram', sender, at: clock.now() },
    ...deed,
  });
  return {
    ...home,
    process,
    sent,
    faults,
    event,
    said: (to: string) => sent.filter((one) => one.to === to).map(({ text }) => text),
    async code(inbox: Inbox, sender: string): Promise<string> {
      await inbox.accept([event(sender, { kind: 'text', text: '/join' })]);
      await inbox.idle();
      return /join-(\w{8})/.exec(sent.findLast((one) => one.to === sender)?.text ?? '')?.[1] ?? '';
    },
    async drained(inbox: Inbox): Promise<void> {
      inbox.start();
      for (;;) {
        await inbox.idle();
        const waiting = await database.db.selectFrom('letters').select('seq').where('person', 'is not', null).execute();
        if (waiting.length === 0) return;
        home.time.now += 30_000;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    persons: async () => (await database.db.selectFrom('people').select('id').execute()).map(({ id }) => id),
  };
}

const text = (words: string): Deed => ({ kind: 'text', text: words });
const choice = (action: string): Deed => ({ kind: 'choice', action });

describe.each(engines)('a chat that joins another person, on %s', (engine) => {
  it('what was written right after the tap is already the other person’s', async () => {
    const world = await computers(engine);
    const inbox = world.process();
    const code = await world.code(inbox, 'taras');
    await inbox.accept([world.event('taras', text('/country')), world.event('taras', choice('country:pl'))]);
    await inbox.accept([world.event('olha', text('/menu'))]);
    await inbox.idle();
    await inbox.accept([
      world.event('olha', choice(`join:yes:${code}`)),
      world.event('olha', text('мені не платять зарплату')),
    ]);
    await world.drained(inbox);
    const [, joined, answer] = world.said('olha');
    expect(joined).toContain('З’єднано');
    // Taras’s country, so nobody asks for it.
    expect(answer).toContain('Не платять зарплату');
    expect(answer).toContain('Польща');
    expect(await world.persons()).toHaveLength(1);
    expect(world.faults).toEqual([]);
    await inbox.stop();
  });

  it('another process that still takes the chat for the old person answers it as the new one', async () => {
    const world = await computers(engine);
    const [here, elsewhere] = [world.process(), world.process()];
    const code = await world.code(here, 'taras');
    await elsewhere.accept([world.event('olha', text('english'))]);
    await elsewhere.idle();
    await here.accept([world.event('olha', choice(`join:yes:${code}`))]);
    await here.idle();
    const before = await world.persons();
    await elsewhere.accept([world.event('olha', choice('country:cz')), world.event('olha', text('/join'))]);
    await world.drained(elsewhere);
    expect(await world.persons()).toEqual(before);
    const [taras] = before;
    expect(await world.people.profile(taras ?? '')).toMatchObject({ country: 'cz' });
    expect(world.said('olha').at(-1)).toContain('з’єднано: Telegram');
    await Promise.all([here.stop(), elsewhere.stop()]);
  });

  for (const step of steps) {
    it(`ends in the same state when the process dies after "${step}" of the joining`, async () => {
      const world = await computers(engine);
      const first = world.process();
      const code = await world.code(first, 'taras');
      await first.accept([world.event('taras', choice('country:pl')), world.event('olha', text('/menu'))]);
      await first.idle();
      const dying = world.process({
        afterStep(done) {
          if (done === step) throw new Error('kill -9');
        },
      });
      const joining = world.event('olha', choice(`join:yes:${code}`), 'the-joining');
      await dying.accept([joining, world.event('olha', text('/join'))]);
      await dying.idle();
      world.time.now += 120_000;
      const next = world.process();
      await next.accept([joining]);
      await world.drained(next);
      await next.stop();
      expect(await world.persons()).toHaveLength(1);
      const olha = world.said('olha');
      expect(olha.filter((one) => one.includes('З’єднано')).length).toBeGreaterThanOrEqual(1);
      expect(olha.at(-1)).toContain('з’єднано: Telegram');
      const [person] = await world.persons();
      expect(await world.people.profile(person ?? '')).toMatchObject({ country: 'pl' });
      const sessions = await world.database.db.selectFrom('sessions').select('person').execute();
      expect(sessions).toEqual([{ person }]);
    });
  }

  it('taken apart, what it writes then is its own again, also through a process that does not know yet', async () => {
    const world = await computers(engine);
    const [here, elsewhere] = [world.process(), world.process()];
    const code = await world.code(here, 'taras');
    await here.accept([world.event('olha', choice(`join:yes:${code}`))]);
    await here.idle();
    await elsewhere.accept([world.event('olha', text('/menu')), world.event('taras', text('/menu'))]);
    await elsewhere.idle();
    await here.accept([world.event('olha', choice('join:parted')), world.event('olha', choice('country:cz'))]);
    await world.drained(here);
    await elsewhere.accept([world.event('olha', choice('language:pl'))]);
    await world.drained(elsewhere);
    const taras = await world.people.find('telegram', 'taras');
    const olha = await world.people.find('telegram', 'olha');
    expect(taras).not.toBe(olha);
    expect(await world.people.profile(taras ?? '')).toMatchObject({ country: null, language: null });
    expect(await world.people.profile(olha ?? '')).toMatchObject({ country: 'cz', language: 'pl' });
    await Promise.all([here.stop(), elsewhere.stop()]);
  });

  it('who is forgotten in one chat is forgotten in both', async () => {
    const world = await computers(engine);
    const inbox = world.process();
    const code = await world.code(inbox, 'taras');
    await inbox.accept([world.event('olha', choice(`join:yes:${code}`)), world.event('olha', choice('forget:yes'))]);
    await world.drained(inbox);
    for (const sender of ['taras', 'olha']) expect(await world.people.find('telegram', sender)).toBeNull();
    await inbox.accept([world.event('taras', text('/start'))]);
    await world.drained(inbox);
    expect(world.said('taras').at(-1)).toContain('Вітаю');
    await inbox.stop();
  });
});
