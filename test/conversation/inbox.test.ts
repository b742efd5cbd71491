import { afterEach, describe, expect, it } from 'vitest';
import { createApply } from '../../src/conversation/effects.ts';
import type { Event } from '../../src/conversation/event.ts';
import { createInbox, type Delivery, type Inbox, type InboxDeps, type Step } from '../../src/conversation/inbox.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { createPeople } from '../../src/people/people.ts';
import { createUnanswered } from '../../src/staff/unanswered.ts';
import type { Database } from '../../src/storage/database.ts';
import type { Leases } from '../../src/storage/leases/contract.ts';
import { createEmbeddedLeases } from '../../src/storage/leases/embedded.ts';
import { createMailbox } from '../../src/storage/mailbox.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { StoreDown } from '../../src/storage/sessions/contract.ts';
import { createEmbeddedSessions } from '../../src/storage/sessions/embedded.ts';
import { freshDatabase } from '../engines.ts';
import { wednesdayMorning } from '../vistka.ts';
import { said, village } from './talk.ts';

/** The shell around the turn, on a real database, with the real core; only the platform is a list of what was sent. */

const steps: readonly Step[] = ['leased', 'loaded', 'turned', 'applied', 'saved', 'sent', 'done'];
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** One computer: processes that start and die on it share its database. */
async function computer() {
  const { database, drop } = await freshDatabase('sqlite');
  const home = await village();
  cleanups.push(home.close);
  const now = { at: wednesdayMorning };
  const clock = { now: () => now.at };
  const seal = createSeal([Buffer.alloc(32, 3)]);
  const leases: Leases = createEmbeddedLeases(clock);
  const sent: { to: string; reply: Reply }[] = [];
  const logs: string[] = [];

  function process(change: Partial<InboxDeps> = {}): Inbox {
    const people = createPeople({ database, seal, clock });
    const sessions = createEmbeddedSessions(database, { ttlMs: 72 * 3_600_000, clock });
    return createInbox({
      people,
      mailbox: createMailbox(database, clock),
      sessions,
      leases,
      seal,
      services: home.services,
      deliver: async (_channel, to, reply) => {
        sent.push({ to, reply });
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
        await sessions.forget(person);
        await people.forget(person);
      },
      clock,
      report: {
        log: (_level, message, fields) => logs.push(`${message} ${JSON.stringify(fields)}`),
        count: () => undefined,
        fault: (where, error) => {
          logs.push(`${where} ${String(error)}`);
          return 'CODE';
        },
      },
      limits: { patienceMs: 100, sweepEveryMs: 20, tries: 1 },
      ...change,
    });
  }
  cleanups.push(drop);
  return { database, process, sent, now, home, logs, texts: () => sent.map(({ reply }) => said([reply])) };
}

let ids = 0;
function event(sender: string, deed: { text: string } | { action: string }, eventId = `e${++ids}`): Event {
  const what =
    'text' in deed ? ({ kind: 'text', text: deed.text } as const) : ({ kind: 'choice', action: deed.action } as const);
  return { eventId, channel: 'telegram', sender, at: wednesdayMorning, hint: { name: 'Оксана' }, ...what };
}

describe('the inbox', () => {
  it('answers one person in the order of arrival, and others meanwhile', async () => {
    const { process, sent } = await computer();
    const inbox = process();
    const oksana = ['мова', 'english', '/menu', 'polski', '/menu'].map((text) => event('oksana', { text }));
    const others = Array.from({ length: 20 }, (_, i) => event(`person-${i}`, { text: '/menu' }));
    await Promise.all([...oksana.map((e) => inbox.accept([e])), inbox.accept(others)]);
    await inbox.idle();
    const toOksana = sent.filter(({ to }) => to === 'oksana').map(({ reply }) => reply.text);
    expect(toOksana).toEqual([
      'Оберіть мову:',
      'We are speaking English now.',
      'How can I help? Write in your own words or choose:',
      'Teraz rozmawiamy po polsku.',
      'W czym pomóc? Napisz własnymi słowami albo wybierz:',
    ]);
    expect(sent).toHaveLength(25);
  });

  it('answers an update that comes twice once, even at the same moment, even after it was answered', async () => {
    const { process, sent } = await computer();
    const inbox = process();
    const menu = event('oksana', { text: '/menu' });
    await Promise.all([inbox.accept([menu]), inbox.accept([menu]), inbox.accept([menu, menu])]);
    await inbox.idle();
    await inbox.accept([menu]);
    await process().accept([menu]);
    await inbox.idle();
    expect(sent).toHaveLength(1);
  });

  for (const step of steps) {
    it(`ends in the same state when the process dies after "${step}" and another takes over`, async () => {
      const { process, sent, home, database, now } = await computer();
      const first = process();
      for (const action of ['book:lib:bar-public']) await first.accept([event('oksana', { action })]);
      await first.idle();
      const at = firstTime(sent);
      for (const action of [at, 'book:how:in-person', 'book:name']) await first.accept([event('oksana', { action })]);
      await first.idle();
      sent.length = 0;

      // Dies in the middle of the booking: nothing after that step happens in it.
      const dying = process({
        afterStep(done) {
          if (done === step) throw new Error('kill -9');
        },
      });
      await dying.accept([event('oksana', { action: 'book:yes' }, `yes-${step}`)]);
      await dying.idle();
      now.at += 120_000;

      const next = process();
      await next.accept([event('oksana', { action: 'book:yes' }, `yes-${step}`)]);
      next.start();
      await next.accept([event('oksana', { action: 'mybookings' })]);
      await untilDrained(database, next);
      await next.stop();

      const person = await onlyPerson(database);
      expect(await home.services.bookings.of(person)).toHaveLength(1);
      const booked = sent.filter(({ reply }) => reply.text.startsWith('Записано:'));
      // Sent just before the death and not yet crossed off: said once more, and never more than that.
      expect(booked.length).toBe(step === 'sent' ? 2 : 1);
      expect(sent.at(-1)?.reply.text).toContain('Барська бібліотека');
      expect(sent.filter(({ reply }) => reply.text.startsWith('Цей час'))).toEqual([]);
    });
  }

  it('keeps what it could not send, and sends it when the platform is back, in order and without a second turn', async () => {
    const { process, sent, database } = await computer();
    let down = true;
    const inbox = process({
      deliver: async (_channel, to, reply): Promise<Delivery> => {
        if (down) return { outcome: 'later', afterMs: 1 };
        sent.push({ to, reply });
        return { outcome: 'sent' };
      },
    });
    await inbox.accept([event('oksana', { text: 'english' }), event('oksana', { text: '/menu' })]);
    await inbox.idle();
    expect(sent).toEqual([]);
    down = false;
    await inbox.accept([event('oksana', { text: '/language' })]);
    await untilDrained(database, inbox);
    expect(sent.map(({ reply }) => reply.text)).toEqual([
      'We are speaking English now.',
      'How can I help? Write in your own words or choose:',
      'Choose a language:',
    ]);
  });

  it('says sorry, with a way on, when a turn fails or hangs, and goes on with the next message', async () => {
    const { process, sent, home, logs } = await computer();
    const broken = {
      ...home.services,
      knowledge: {
        ...home.services.knowledge,
        ask: () => {
          throw new Error('зарплата');
        },
      },
    };
    const inbox = process({ services: broken });
    await inbox.accept([event('oksana', { text: 'мені не платять зарплату' }), event('oksana', { text: '/menu' })]);
    await inbox.idle();
    expect(sent[0]?.reply.text).toContain('У мене щось зламалося');
    expect(sent[0]?.reply.text).toContain('CODE');
    expect(sent[0]?.reply.rows?.flat().length).toBeGreaterThan(0);
    expect(sent[1]?.reply.text).toContain('Чим допомогти?');
    expect(logs.join()).toContain('turn');

    const hanging = { ...home.services, allow: () => new Promise<never>(() => undefined) };
    const slow = process({ services: hanging, limits: { turnMs: 30, patienceMs: 100, sweepEveryMs: 20, tries: 1 } });
    sent.length = 0;
    await slow.accept([event('petro', { text: 'привіт' })]);
    await slow.idle();
    expect(sent[0]?.reply.text).toContain('У мене щось зламалося');
  });

  it('goes on answering without a session store: danger and articles, while booking pauses kindly', async () => {
    const { process, sent } = await computer();
    const away = () => Promise.reject(new StoreDown());
    const inbox = process({
      sessions: { load: away, save: away, sent: away, forget: away, close: async () => undefined },
      leases: { acquire: away, close: async () => undefined },
    });
    await inbox.accept([
      event('oksana', { text: 'забрали паспорт і не випускають' }),
      event('oksana', { action: 'ask:a:keep-in-touch' }),
      event('oksana', { action: 'book' }),
    ]);
    await inbox.idle();
    expect(sent[0]?.reply.text).toMatch(/^\*\*\[112\]/);
    expect(said(sent.map(({ reply }) => reply))).toContain('Записати вас зараз не виходить');
    expect(sent.length).toBeGreaterThanOrEqual(3);
  });

  it('stops writing to who blocked the bot, and answers at once when they come back', async () => {
    const { process, sent } = await computer();
    let blocked = true;
    const inbox = process({
      deliver: async (_channel, to, reply): Promise<Delivery> => {
        if (blocked) return { outcome: 'gone' };
        sent.push({ to, reply });
        return { outcome: 'sent' };
      },
    });
    await inbox.accept([event('oksana', { text: '/menu' })]);
    await inbox.idle();
    blocked = false;
    await inbox.accept([event('oksana', { text: '/menu' })]);
    await inbox.idle();
    expect(sent).toHaveLength(1);
  });

  it('stops with what is in hand finished, and leaves the rest written down for the next process', async () => {
    const { process, sent, database } = await computer();
    const held = Promise.withResolvers<void>();
    const sending = Promise.withResolvers<void>();
    const inbox = process({
      deliver: async (_channel, to, reply): Promise<Delivery> => {
        sending.resolve();
        await held.promise;
        sent.push({ to, reply });
        return { outcome: 'sent' };
      },
    });
    await inbox.accept([event('oksana', { text: '/menu' }), event('oksana', { text: 'english' })]);
    await sending.promise;
    const stopped = inbox.stop();
    held.resolve();
    await stopped;
    expect(sent).toHaveLength(1);
    const next = process();
    await next.accept([event('oksana', { text: '/menu' })]);
    await untilDrained(database, next);
    expect(sent.map(({ reply }) => reply.text)[1]).toBe('We are speaking English now.');
  });

  it('answers what somebody writes on while being forgotten, as somebody new, and loses none of it', async () => {
    const { process, database } = await computer();
    const said: string[] = [];
    const inbox = process({
      async deliver(_channel, _to, reply) {
        said.push(reply.text);
        if (said.length === 2) await inbox.accept([event('oksana', { text: 'шеф забрав паспорт і не випускає нас' })]);
        return { outcome: 'sent' };
      },
    });
    await inbox.accept([event('oksana', { text: 'english' })]);
    await inbox.idle();
    const before = await database.db.selectFrom('people').select('id').executeTakeFirstOrThrow();
    await inbox.accept([event('oksana', { action: 'forget:yes' }), event('oksana', { text: '/language' })]);
    await inbox.idle();
    expect(said.length).toBe(4);
    expect(said.slice(2)).toEqual(expect.arrayContaining(['Оберіть мову:', expect.stringMatching(/^\*\*\[112\]/)]));
    const rows = [
      await database.db.selectFrom('people').select('id').execute(),
      await database.db.selectFrom('sessions').selectAll().execute(),
      await database.db.selectFrom('letters').selectAll().execute(),
    ];
    expect(rows[0]).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(before.id);
  });

  it('forgets: no row that holds the person is left, and they are greeted as new', async () => {
    const { process, sent, database } = await computer();
    const inbox = process();
    await inbox.accept([
      event('oksana-4711', { text: 'мене звати Оксана Секретна, english' }),
      event('oksana-4711', { action: 'language:en' }),
      event('oksana-4711', { action: 'forget:yes' }),
    ]);
    await inbox.idle();
    expect(sent.at(-1)?.reply.text).toContain('I do not know you any more');
    expect(await database.db.selectFrom('people').selectAll().execute()).toEqual([]);
    expect(await database.db.selectFrom('identities').selectAll().execute()).toEqual([]);
    expect(await database.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
    await inbox.accept([event('oksana-4711', { text: '/menu' })]);
    await inbox.idle();
    expect(sent.at(-1)?.reply.text).toContain('Чим допомогти?');
  });
});

function firstTime(sent: readonly { reply: Reply }[]): string {
  const actions = sent
    .flatMap(({ reply }) => (reply.rows ?? []).flat())
    .flatMap((button) => ('action' in button ? [button.action] : []));
  const found = actions.find((action) => action.startsWith('book:at:'));
  if (!found) throw new Error('no free time was offered');
  return found;
}

async function onlyPerson(database: Database): Promise<string> {
  const [row, ...more] = await database.db.selectFrom('people').select('id').execute();
  if (!row || more.length > 0) throw new Error('not one person');
  return row.id;
}

/** Nobody's letter is left, and nothing is in hand. */
async function untilDrained(database: Database, inbox: Inbox): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    await inbox.idle();
    const left = await database.db.selectFrom('letters').select('event_id').where('payload', 'is not', null).execute();
    if (left.length === 0) return;
    if (Date.now() > until) throw new Error(`${left.length} letters were never answered`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
