import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { carryMessages } from '../../src/delivery/carry.ts';
import { createTurns } from '../../src/delivery/pace.ts';
import type { BulkOutcome } from '../../src/delivery/retry.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { createEmbeddedPace } from '../../src/storage/pace/embedded.ts';
import { engines, freshDatabase } from '../engines.ts';
import { later, message, morning, openOffice, unsure } from './post-office.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const group = 'announcement:1';

describe.each(engines)('what is told to many, on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let office: ReturnType<typeof openOffice>;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  beforeEach(async () => {
    await fresh.database.db.deleteFrom('outbox').execute();
    office = openOffice(fresh.database);
  });
  afterAll(() => fresh.drop());

  const receivers = () => office.sent.map((sent) => sent.sender).sort();
  const audience = async () => {
    const { failed, ...states } = await office.outbox.books(group);
    return [...Object.values(states), ...Object.values(failed)].reduce((sum, n) => sum + n, 0);
  };
  const nobodyTwice = () => expect(new Set(receivers()).size).toBe(office.sent.length);
  const onTelegram = (person: string) => [{ channel: 'telegram', sender: person }];

  it('reaches everybody once, and the books know where, and what it is called there', async () => {
    const people = await office.announce(group, 400);
    const bulk = office.bulk();
    await bulk.drain();
    await bulk.drain();
    expect(receivers()).toEqual([...people].sort());
    expect(await office.outbox.books(group)).toEqual({
      ...{ waiting: 0, sending: 0, sent: 400, uncertain: 0, withdrawn: 0 },
      failed: {},
    });
    const rows = await office.rows();
    expect(rows.every((row) => row.payload === null && row.channel === 'telegram' && row.holder === null)).toBe(true);
    expect(new Set(rows.map((row) => row.receipt)).size).toBe(400);
  });

  it('is sent only while it is being sent: what is paused or recalled stays where it is', async () => {
    await office.announce(group, 5);
    office.jobs.clear();
    await office.bulk().drain();
    expect(office.sent).toEqual([]);
    expect(await office.books()).toEqual({ waiting: 5 });
  });

  it('leaves alone what is meant for one person', async () => {
    await office.announce(group, 3);
    await office.put(message({ words: 'reminder' }));
    await office.bulk().drain();
    expect(await office.books()).toEqual({ sent: 3, waiting: 1 });
  });

  it('several go on in turn: the second does not wait for the end of the first', async () => {
    await office.announce(group, 600, { words: 'first' });
    await office.announce('announcement:2', 100, { words: 'second' });
    await office.bulk({ limits: { batch: 50, parallel: 16 } }).drain();
    const words = office.sent.map((sent) => sent.words);
    expect(words.lastIndexOf('second')).toBeLessThan(words.lastIndexOf('first'));
    expect(words.indexOf('second')).toBeLessThan(150);
    expect(words).toHaveLength(700);
  });

  it('paused in the middle it stops, and goes on where it stopped', async () => {
    await office.announce(group, 500);
    const bulk = office.bulk({
      limits: { batch: 50, parallel: 4, pollMs: 0 },
      async one(channel, sender, words) {
        office.sent.push({ channel, sender, words });
        if (office.sent.length === 100) office.jobs.clear();
        return { outcome: 'sent' };
      },
    });
    await bulk.drain();
    expect(office.sent.length).toBeLessThan(250);
    expect(await office.books()).toEqual({ sent: office.sent.length, waiting: 500 - office.sent.length });
    expect((await office.rows()).every((row) => row.holder === null)).toBe(true);
    office.jobs.set(group, { group, blockedIsFine: false });
    await bulk.drain();
    expect(await office.books()).toEqual({ sent: 500 });
    nobodyTwice();
  });

  it('recalled in the middle nobody gets it who has not got it yet, and what is under way is not tried again', async () => {
    await office.announce(group, 500);
    let calls = 0;
    const bulk = office.bulk({
      limits: { parallel: 4 },
      async one(channel, sender, words) {
        calls += 1;
        if (calls === 100) {
          await office.withdraw(group);
          return later;
        }
        office.sent.push({ channel, sender, words });
        return { outcome: 'sent' };
      },
    });
    await bulk.drain();
    expect(calls).toBeLessThan(110);
    const { sent, withdrawn, waiting, sending } = await office.outbox.books(group);
    expect({ sent, waiting, sending }).toEqual({ sent: office.sent.length, waiting: 0, sending: 0 });
    expect(sent + withdrawn).toBe(500);
  });

  it('what the platform may have taken is never sent again', async () => {
    await office.announce(group, 4);
    office.answers.push(unsure, 'hang', new Error('surprise'));
    const bulk = office.bulk({ limits: { callMs: 5 } });
    for (let i = 0; i < 5; i++) {
      await bulk.drain();
      office.clock.time += 11 * minute;
    }
    expect(office.sent).toHaveLength(4);
    expect(await office.books()).toEqual({ sent: 1, uncertain: 3 });
  });

  it('a platform that cannot be reached is tried six times, ever more rarely, and then it is told why', async () => {
    await office.announce(group, 1, { notAfter: morning + 3 * day });
    const times: number[] = [];
    const bulk = office.bulk({
      async one() {
        times.push(office.clock.time);
        return later;
      },
    });
    for (let i = 0; i < 10; i++) {
      await bulk.drain();
      office.clock.time = (await office.rows())[0]?.due_at ?? 0;
    }
    expect(times).toHaveLength(6);
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(await office.books()).toEqual({ 'failed down': 1 });
  });

  it('news that come too late are not told', async () => {
    await office.announce(group, 2, { notAfter: morning + hour });
    office.answers.push(later);
    const bulk = office.bulk({ limits: { parallel: 1 }, one: async () => later });
    await bulk.drain();
    await office.announce(group, 1, { dueAt: morning + 2 * hour });
    office.clock.time += 3 * hour;
    await bulk.drain();
    expect(office.sent).toEqual([]);
    expect(await office.books()).toEqual({ 'failed down': 2, 'failed late': 1 });
  });

  it('is decided for each when the time comes: asleep, not interested any more, not there', async () => {
    const [asleep, gone] = await office.announce(group, 4);
    const bulk = office.bulk({
      async prepare(dues) {
        return dues.map(({ person }, i) => {
          if (person === asleep && office.clock.time < morning + hour) return { do: 'wait', until: morning + hour };
          if (person === gone) return { do: 'send', words: '', key: '', to: [] };
          if (i === 2) return { do: 'drop', why: 'stopped' };
          return { do: 'send', words: '', key: '', to: onTelegram(person) };
        });
      },
    });
    await office.put();
    await bulk.drain();
    const books = await office.books();
    expect(books.waiting).toBe(1);
    expect(books['failed gone']).toBe(1);
    office.clock.time += hour;
    await bulk.drain();
    expect(await audience()).toBe(4);
    expect((await office.outbox.books(group)).waiting).toBe(0);
  });

  it('one whose words cannot be made holds nobody up', async () => {
    const [broken] = await office.announce(group, 20, { notAfter: morning + day });
    let mended = false;
    const bulk = office.bulk({
      async prepare(dues) {
        if (!mended && dues.some(({ person }) => person === broken)) throw new Error('no words');
        return dues.map(({ person }) => ({ do: 'send', words: '', key: '', to: onTelegram(person) }));
      },
    });
    await bulk.drain();
    expect(await office.books()).toEqual({ sent: 19, waiting: 1 });
    mended = true;
    office.clock.time += 2 * minute;
    await bulk.drain();
    expect(await office.books()).toEqual({ sent: 20 });
  });

  it('an answer put in the middle of a job of thousands is said at once', async () => {
    await office.announce(group, 2_000);
    const dispatcher = office.dispatcher({
      limits: { pollMs: 1_000_000 },
      async send() {
        answeredAfter = office.sent.length;
        return { outcome: 'sent' };
      },
    });
    let answeredAfter = Number.POSITIVE_INFINITY;
    office.outbox.onPut(dispatcher.wake);
    dispatcher.start();
    const bulk = office.bulk({
      async one(channel, sender, words) {
        office.sent.push({ channel, sender, words });
        if (office.sent.length === 100) await office.put(message({ kind: 'answer' }));
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { outcome: 'sent' };
      },
    });
    await bulk.drain();
    await dispatcher.stop();
    expect(office.sent).toHaveLength(2_000);
    expect(answeredAfter).toBeLessThan(400);
  });

  it('a put wakes it, and nobody waits for the next look', async () => {
    office.jobs.set(group, { group, blockedIsFine: false });
    const arrived = Promise.withResolvers<void>();
    const bulk = office.bulk({
      limits: { pollMs: 1_000_000 },
      async one() {
        arrived.resolve();
        return { outcome: 'sent' };
      },
    });
    office.outbox.onPut(bulk.wake);
    bulk.start();
    await bulk.drain();
    await office.announce(group, 1);
    await arrived.promise;
    await bulk.stop();
    expect(await office.books()).toEqual({ sent: 1 });
  });

  it('ten on three connections tell each person once', async () => {
    const people = await office.announce(group, 1_000);
    const others = [await openDatabase(fresh.config), await openDatabase(fresh.config)];
    const databases = [fresh.database, ...others];
    const all = Array.from({ length: 10 }, (_, i) =>
      office.bulk({ database: databases[i % 3] ?? fresh.database, limits: { parallel: 4 } }),
    );
    await Promise.all(all.map((bulk) => bulk.drain()));
    await Promise.all(others.map((database) => database.close()));
    expect(receivers()).toEqual([...people].sort());
    expect(await office.books()).toEqual({ sent: 1_000 });
  });

  it('stopping settles what is being said, lets go of the rest, and begins nothing', async () => {
    await office.announce(group, 200);
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const bulk = office.bulk({
      limits: { parallel: 2 },
      async one(channel, sender, words) {
        office.sent.push({ channel, sender, words });
        if (office.sent.length === 2) begun.resolve();
        await answer.promise;
        return { outcome: 'sent' };
      },
    });
    bulk.start();
    await begun.promise;
    const stopped = bulk.stop();
    answer.resolve();
    await stopped;
    expect(await office.books()).toEqual({ sent: 2, waiting: 198 });
    expect((await office.rows()).every((row) => row.holder === null)).toBe(true);
  });

  describe('in one call for many', () => {
    it('those with the very same words share calls, as many as fit in one', async () => {
      const people = [
        ...(await office.announce(group, 700, { words: 'uk' })),
        ...(await office.announce(group, 3, { words: 'pl' })),
      ];
      await office.bulk({ most: 300 }).drain();
      expect(receivers()).toEqual([...people].sort());
      expect(office.calls.every(({ senders }) => senders.length <= 300)).toBe(true);
      expect(office.calls.length).toBeLessThan(16);
      expect(await office.books()).toEqual({ sent: 703 });
    });

    it('one call at a time, so that no more than one call can be in doubt', async () => {
      await office.announce(group, 1_000);
      let underWay = 0;
      let most = 0;
      const bulk = office.bulk({
        many: () => ({
          most: 100,
          async send(senders) {
            underWay += 1;
            most = Math.max(most, underWay);
            await new Promise(setImmediate);
            underWay -= 1;
            return senders.map((): BulkOutcome => ({ outcome: 'sent' }));
          },
        }),
      });
      await bulk.drain();
      expect(most).toBe(1);
      expect(await office.books()).toEqual({ sent: 1_000 });
    });

    it('each has an own answer, and only who surely did not get it is tried again', async () => {
      const people = await office.announce(group, 40);
      const answers = new Map<string | undefined, BulkOutcome>([
        [people[0], { outcome: 'refused' }],
        [people[1], { outcome: 'gone' }],
        [people[2], later],
        [people[3], unsure],
      ]);
      let calls = 0;
      const told: string[] = [];
      const bulk = office.bulk({
        many: () => ({
          most: 300,
          async send(senders) {
            calls += 1;
            told.push(...senders);
            return senders.map((sender) => (calls === 1 && answers.get(sender)) || { outcome: 'sent' });
          },
        }),
        one: async (_channel, sender) => {
          told.push(sender);
          return { outcome: 'sent' };
        },
      });
      await bulk.drain();
      office.clock.time += minute;
      await bulk.drain();
      expect(told.filter((sender) => sender === people[2])).toHaveLength(2);
      expect(told).toHaveLength(41);
      expect(await office.books()).toEqual({ sent: 37, uncertain: 1, 'failed refused': 1, 'failed gone': 1 });
      expect(office.gone).toEqual([`${people[1]} telegram`]);
    });

    it('where this bot may not, each is sent to alone', async () => {
      const people = await office.announce(group, 200);
      let calls = 0;
      const bulk = office.bulk({
        many: () => ({
          most: 300,
          async send(senders) {
            calls += 1;
            return senders.map((): BulkOutcome => ({ outcome: 'unsupported' }));
          },
        }),
      });
      await bulk.drain();
      expect(calls).toBe(1);
      expect(receivers()).toEqual([...people].sort());
      expect(await office.books()).toEqual({ sent: 200 });
    });

    it('a call without an answer is in doubt for all of it, and never made again', async () => {
      await office.announce(group, 50);
      const bulk = office.bulk({
        limits: { callMs: 5 },
        many: () => ({ most: 300, send: () => new Promise<never>(() => {}) }),
      });
      await bulk.drain();
      office.clock.time += hour - 1;
      await bulk.drain();
      expect(await office.books()).toEqual({ uncertain: 50 });
    });
  });

  describe('when the account is refused', () => {
    it('nobody is lost: the job stops, a person is asked, and it goes on when that is mended', async () => {
      await office.announce(group, 300);
      let broke = true;
      const bulk = office.bulk({
        async one(channel, sender, words) {
          if (broke) return { outcome: 'account' };
          office.sent.push({ channel, sender, words });
          return { outcome: 'sent' };
        },
      });
      await bulk.drain();
      expect(office.troubles).toEqual([{ group, why: 'account' }]);
      expect(await office.books()).toEqual({ waiting: 300 });
      broke = false;
      office.jobs.set(group, { group, blockedIsFine: false });
      await bulk.drain();
      expect(await office.books()).toEqual({ sent: 300 });
    });
  });

  describe('when many seem to have blocked the bot', () => {
    const blockedBy = (share: number) => {
      let n = 0;
      return async (channel: string, sender: string, words: string): Promise<BulkOutcome> => {
        n += 1;
        if (Math.floor(n * share) > Math.floor((n - 1) * share)) return { outcome: 'gone' };
        office.sent.push({ channel, sender, words });
        return { outcome: 'sent' };
      };
    };

    it('the job stops after twenty answers, a person is asked, and nobody is opted out', async () => {
      await office.announce(group, 1_000);
      const bulk = office.bulk({ one: blockedBy(0.9), limits: { parallel: 8 } });
      await bulk.drain();
      expect(office.troubles).toHaveLength(1);
      expect(office.troubles[0]).toMatchObject({ group, why: 'blocked', of: 20 });
      expect(office.gone).toEqual([]);
      const books = await office.books();
      expect(books).toEqual({ sent: office.sent.length, waiting: 1_000 - office.sent.length });
      expect((await office.rows()).every((row) => row.holder === null)).toBe(true);
    });

    it('a fault that begins in the middle opts nobody out of those whom it hit', async () => {
      const people = await office.announce(group, 1_000);
      let n = 0;
      const hit = new Set<string>();
      const bulk = office.bulk({
        limits: { parallel: 8 },
        async one(channel, sender, words) {
          n += 1;
          if (n > 500) hit.add(sender);
          if (n > 500 || n % 20 === 0) return { outcome: 'gone' };
          office.sent.push({ channel, sender, words });
          return { outcome: 'sent' };
        },
      });
      await bulk.drain();
      expect(office.troubles).toMatchObject([{ why: 'blocked', blocked: 31, of: 100 }]);
      expect(office.gone.length).toBeGreaterThan(15);
      expect(people.filter((person) => hit.has(person) && office.gone.includes(`${person} telegram`))).toEqual([]);
      expect(await audience()).toBe(1_000);
    });

    it('a person has looked: it goes on, and who has left is opted out', async () => {
      await office.announce(group, 200);
      office.jobs.set(group, { group, blockedIsFine: true });
      await office.bulk({ one: blockedBy(0.5) }).drain();
      expect(office.troubles).toEqual([]);
      expect(office.gone).toHaveLength(100);
      expect(await office.books()).toEqual({ sent: 100, 'failed gone': 100 });
    });

    it('a few among many are gone, and are opted out', async () => {
      await office.announce(group, 500);
      await office.bulk({ one: blockedBy(0.1) }).drain();
      expect(office.gone).toHaveLength(50);
      expect(await office.books()).toEqual({ sent: 450, 'failed gone': 50 });
    });

    it('of a small audience with many gone nobody is opted out: twelve say too little', async () => {
      await office.announce(group, 12);
      await office.bulk({ one: blockedBy(0.5) }).drain();
      expect(office.troubles).toEqual([]);
      expect(office.gone).toEqual([]);
      expect(await office.books()).toEqual({ sent: 6, 'failed gone': 6 });
    });

    it('one of three is gone, and is opted out', async () => {
      const [first] = await office.announce(group, 3);
      await office.bulk({ one: async (_channel, sender) => ({ outcome: sender === first ? 'gone' : 'sent' }) }).drain();
      expect(office.gone).toEqual([`${first} telegram`]);
    });

    it('those in doubt are not lost when the process ends: they are met again', async () => {
      await office.announce(group, 50);
      const bulk = office.bulk({
        limits: { parallel: 1 },
        async one(channel, sender, words) {
          if (office.sent.length === 30) void bulk.stop();
          if (office.sent.length % 10 === 5 && !said.has(sender)) {
            said.add(sender);
            office.sent.push({ channel, sender: 'nobody', words });
            return { outcome: 'gone' };
          }
          office.sent.push({ channel, sender, words });
          return { outcome: 'sent' };
        },
      });
      const said = new Set<string>();
      bulk.start();
      await bulk.drain();
      await bulk.stop();
      expect(said.size).toBeGreaterThan(0);
      expect(office.gone).toEqual([]);
      await office.bulk().drain();
      expect(await office.books()).toEqual({ sent: 50 });
    });

    it('a fault of one platform is seen among the many of another', async () => {
      await office.announce(group, 1_000);
      let n = 0;
      const bulk = office.bulk({
        prepare: async (dues) =>
          dues.map(({ person }) => {
            const channel = n++ % 10 === 0 ? 'small' : 'large';
            return { do: 'send', words: '', key: '', to: [{ channel, sender: person }] };
          }),
        one: async (channel) => (channel === 'small' ? { outcome: 'gone' } : { outcome: 'sent' }),
      });
      await bulk.drain();
      expect(office.troubles).toHaveLength(1);
      expect(office.gone).toEqual([]);
    });
  });

  it('who is gone in one place is told in another', async () => {
    const people = await office.announce(group, 30);
    const [oksana] = people;
    const bulk = office.bulk({
      prepare: async (dues) =>
        dues.map(({ person }) => ({
          ...{ do: 'send', words: '', key: '' },
          to: ['telegram', 'web']
            .map((channel) => ({ channel, sender: person }))
            .filter(({ channel }) => !office.gone.includes(`${person} ${channel}`)),
        })),
      async one(channel, sender, words) {
        if (sender === oksana && channel === 'telegram') return { outcome: 'gone' };
        office.sent.push({ channel, sender, words });
        return { outcome: 'sent' };
      },
    });
    await bulk.drain();
    expect(office.sent.filter(({ sender }) => sender === oksana)).toMatchObject([{ channel: 'web' }]);
    expect(await office.books()).toEqual({ sent: 30 });
  });

  describe('a correction', () => {
    it('takes the place of what was sent, for who is reached there', async () => {
      const people = await office.announce(group, 3);
      const [here, elsewhere, deleted] = people;
      const calls: string[] = [];
      const bulk = office.bulk({
        most: 300,
        prepare: async (dues) =>
          dues.map(({ person }) => ({
            ...{ do: 'send', words: 'mended', key: 'mended', to: onTelegram(person) },
            edit: { channel: person === elsewhere ? 'viber' : 'telegram', receipt: `old ${person}` },
          })),
        async one(_channel, sender, _words, edit) {
          calls.push(`${sender} ${edit ?? 'new'}`);
          return { outcome: 'sent', receipt: sender === deleted ? 'new' : (edit ?? 'new') };
        },
      });
      await bulk.drain();
      expect(calls.sort()).toEqual([`${here} old ${here}`, `${elsewhere} new`, `${deleted} old ${deleted}`].sort());
      const receipts = new Map((await office.rows()).map((row) => [row.person, row.receipt]));
      expect(people.map((person) => receipts.get(person))).toEqual([`old ${here}`, 'new', 'new']);
    });

    it('knows whom the first one reached, page by page', async () => {
      await office.announce(group, 50);
      office.answers.push(unsure, { outcome: 'refused' }, later);
      const bulk = office.bulk({ limits: { parallel: 1 } });
      await bulk.drain();
      office.clock.time += minute;
      await bulk.drain();
      const found: string[] = [];
      for (let after = ''; ; ) {
        const page = await office.outbox.sentTo(group, after, 7);
        found.push(...page.map(({ person }) => person));
        after = page.at(-1)?.id ?? '';
        if (page.length < 7) break;
      }
      const rows = await office.rows();
      const reached = rows.filter(({ state }) => state === 'sent' || state === 'uncertain');
      expect(reached).toHaveLength(49);
      expect([...found].sort()).toEqual(reached.map(({ person }) => person).sort());
    });
  });

  describe('people who leave, or become one, in the middle', () => {
    it('who is forgotten is told nothing more, leaves no trace, and the books still know the number', async () => {
      const people = await office.announce(group, 300);
      let n = 0;
      const bulk = office.bulk({
        limits: { parallel: 4 },
        async one(channel, sender, words) {
          n += 1;
          // In the middle of the call: one who is just being told, one who was, some who wait.
          if (n === 100) {
            for (const person of [sender, office.sent[0]?.sender ?? '', ...people.slice(290)])
              await office.outbox.forget(person);
            forgotten.push(sender, office.sent[0]?.sender ?? '', ...people.slice(290));
          }
          office.sent.push({ channel, sender, words });
          return { outcome: 'sent', receipt: 'r' };
        },
      });
      const forgotten: string[] = [];
      await bulk.drain();
      const kept = JSON.stringify(await office.rows());
      expect(forgotten.filter((person) => kept.includes(person))).toEqual([]);
      const nameless = (await office.rows()).filter((row) => row.person === '');
      expect(nameless.length).toBeGreaterThanOrEqual(11);
      expect(nameless.every((row) => row.receipt === null && row.payload === null)).toBe(true);
      const { sent, withdrawn } = await office.outbox.books(group);
      expect(sent).toBe(office.sent.length);
      expect(sent + withdrawn).toBe(300);
    });

    it('who is forgotten in a pause that the platform asked for is told nothing after it', async () => {
      const [oksana = ''] = await office.announce(group, 2);
      const turns = createTurns(createEmbeddedPace({ now: () => performance.now() }));
      const bulk = office.bulk({
        turns: {
          ...turns,
          async patiently(channel, sender, signal, ready) {
            const mayGo = await turns.patiently(channel, sender, signal, ready);
            if (sender === oksana) {
              await office.outbox.forget(oksana);
              await new Promise((resolve) => setTimeout(resolve, 600));
            }
            return mayGo;
          },
        },
      });
      await bulk.drain();
      expect(office.sent.map(({ sender }) => sender)).not.toContain(oksana);
      expect(await office.books()).toEqual({ sent: 1, 'withdrawn forgotten': 1 });
    });

    it('who is forgotten while the platform asks for another try is not tried again', async () => {
      await office.announce(group, 1);
      const bulk = office.bulk({
        async one(_channel, sender) {
          await office.outbox.forget(sender);
          return later;
        },
      });
      await bulk.drain();
      office.clock.time += hour / 2;
      await bulk.drain();
      expect(await office.books()).toEqual({ 'withdrawn forgotten': 1 });
    });

    it('two chats that become one get it once, whichever was told already', async () => {
      const people = await office.announce(group, 40);
      const join = (from: string, into: string) =>
        fresh.database.transaction((trx) => carryMessages.take(trx, from, into));
      const [a = '', b = '', c = ''] = people;
      const d = randomUUID();
      // Both wait.
      const moved = await join(a, b);
      const bulk = office.bulk();
      await bulk.drain();
      // One was told, and the other's row comes later.
      expect(await office.put(message({ kind: 'announcement', group, person: d }))).toBe(1);
      await join(c, d);
      expect(await office.put(message({ kind: 'announcement', group, person: d }))).toBe(0);
      await bulk.drain();
      expect(office.sent.filter(({ sender }) => sender === a || sender === b)).toHaveLength(1);
      expect(office.sent.filter(({ sender }) => sender === c || sender === d)).toHaveLength(1);
      expect(await office.books()).toEqual({ sent: 39, 'withdrawn twice': 2 });
      // Parted again, each has what came with them.
      const fresher = randomUUID();
      await fresh.database.transaction((trx) => carryMessages.giveBack(trx, moved, b, fresher));
      expect((await office.rows()).filter(({ person }) => person === fresher)).toHaveLength(1);
      expect((await office.rows()).filter(({ person }) => person === b)).toHaveLength(1);
    });

    it('rows of what is still being told are not swept, those of what is over are', async () => {
      await openAnnouncement('1', 'sending');
      await openAnnouncement('2', 'done');
      await office.announce('announcement:1', 2);
      await office.announce('announcement:2', 1_100);
      await office.bulk().drain();
      office.clock.time += 31 * day;
      await office.outbox.sweep();
      expect(await office.books()).toEqual({ sent: 2 });
    });

    const openAnnouncement = (id: string, state: 'sending' | 'done') =>
      fresh.database.db
        .insertInto('announcements')
        .values({
          ...{ id, no: Number(id), state, staff: 's', topic: 'grants', content: '{}', audience: '{}', version: 1 },
          ...{ blocked_is_fine: 0, made_at: 0, changed_at: 0 },
        })
        .execute();
  });

  it('whatever happens, everybody is in the books once, and nobody is told twice', async () => {
    const answer = fc.oneof(
      { weight: 8, arbitrary: fc.constant<BulkOutcome | 'hang'>({ outcome: 'sent', receipt: 'r' }) },
      fc.constantFrom<BulkOutcome | 'hang'>(
        { outcome: 'gone' },
        { outcome: 'refused' },
        later,
        { ...later, afterMs: 1, limited: true },
        unsure,
        { outcome: 'account' },
        'hang',
      ),
    );
    const act = fc.constantFrom('recall', 'pause', 'forget', 'join', 'wait', 'put', 'wait', 'wait');
    const scene = fc.record({
      answers: fc.array(answer, { minLength: 1, maxLength: 60 }),
      acts: fc.array(act, { maxLength: 12 }),
      together: fc.boolean(),
    });
    let run = 0;
    const balanced = fc.asyncProperty(scene, async ({ answers, acts, together }) => {
      office.sent.length = 0;
      const about = `announcement:p${++run}`;
      const people = await office.announce(about, 60, { notAfter: office.clock.time + 7 * day });
      let put = people.length;
      const told: string[] = [];
      let call = 0;
      let next = 0;
      async function respond(sender: string): Promise<BulkOutcome> {
        const outcome = answers[call++ % answers.length] ?? later;
        if (outcome === 'hang') {
          told.push(sender);
          return unsure;
        }
        if (outcome.outcome === 'sent' || (outcome.outcome === 'later' && outcome.uncertain)) told.push(sender);
        return outcome;
      }
      const interfere = async () => {
        const person = people[(call * 7) % people.length] ?? '';
        const other = people[(call * 11 + 1) % people.length] ?? '';
        let added = 0;
        switch (acts[next++]) {
          case 'recall':
            return office.withdraw(about);
          case 'pause':
            return office.jobs.delete(about);
          case 'forget':
            return office.outbox.forget(person);
          case 'join':
            if (person !== other) await fresh.database.transaction((trx) => carryMessages.take(trx, person, other));
            return;
          case 'put':
            added = await office.put(
              message({
                kind: 'announcement',
                group: about,
                dueAt: office.clock.time,
                notAfter: office.clock.time + day,
              }),
            );
            put += added;
        }
      };
      const bulk = office.bulk({
        limits: { batch: 16, parallel: 3, pollMs: 0 },
        async one(_channel, sender) {
          if (call % 5 === 0) await interfere();
          return respond(sender);
        },
        many: () =>
          together
            ? {
                most: 10,
                async send(senders) {
                  await interfere();
                  const outcomes: BulkOutcome[] = [];
                  for (const sender of senders) outcomes.push(await respond(sender));
                  return outcomes;
                },
              }
            : null,
      });
      for (let i = 0; i < 15; i++) {
        await bulk.drain();
        office.jobs.set(about, { group: about, blockedIsFine: i % 2 === 1 });
        office.clock.time += 11 * minute;
      }
      office.jobs.delete(about);
      const { failed, waiting, sending, sent, uncertain, withdrawn } = await office.outbox.books(about);
      const settled = sent + uncertain + withdrawn + Object.values(failed).reduce((sum, n) => sum + n, 0);
      expect(settled + waiting + sending).toBe(put);
      expect(sending).toBe(0);
      expect(new Set(told).size).toBe(told.length);
      expect(sent + uncertain).toBe(told.length);
    });
    await fc.assert(balanced, { numRuns: 15 });
  }, 60_000);
});
