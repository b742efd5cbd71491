import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTurns } from '../../src/delivery/pace.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { createEmbeddedPace } from '../../src/storage/pace/embedded.ts';
import { engines, freshDatabase } from '../engines.ts';
import { later, message, morning, openOffice, unsure } from './post-office.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe.each(engines)('what the bot starts, on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let office: ReturnType<typeof openOffice>;

  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    office = openOffice(fresh.database);
  });
  afterEach(() => fresh.drop());

  const words = () => office.sent.map((sent) => sent.words);

  it('is said when it is due, once, and its words are kept no longer', async () => {
    await office.put(message({ dueAt: morning + hour, notAfter: morning + day, words: 'in an hour' }));
    const dispatcher = office.dispatcher();
    await dispatcher.drain();
    expect(words()).toEqual([]);
    office.clock.time += hour;
    await dispatcher.drain();
    await dispatcher.drain();
    expect(words()).toEqual(['in an hour']);
    expect(await office.rows()).toMatchObject([{ state: 'sent', payload: null, attempts: 1, holder: null }]);
  });

  it('lies sealed: what is to be said cannot be read in the database', async () => {
    await office.put(message({ words: 'a secret of Oksana' }));
    expect(JSON.stringify(await office.rows())).not.toContain('secret');
  });

  it('is put once, however often the turn is repeated, also after it has been sent or taken back', async () => {
    const first = message({ dedupe: 'one', group: 'booking:1' });
    const second = message({ dedupe: 'two', group: 'booking:2' });
    expect(await office.put(first, first, second)).toBe(2);
    await office.withdraw('booking:2');
    await office.dispatcher().drain();
    expect(await office.put(first, second)).toBe(0);
    await office.dispatcher().drain();
    expect(office.sent).toHaveLength(1);
  });

  it('is there only if the transaction in which it was put went through', async () => {
    const failing = fresh.database.transaction(async (trx) => {
      await office.outbox.put(trx, [message()]);
      throw new Error('the booking could not be made');
    });
    await expect(failing).rejects.toThrow('the booking could not be made');
    await office.dispatcher().drain();
    expect(office.sent).toEqual([]);
  });

  it('is not said when it was taken back, with all of its group and nothing else', async () => {
    await office.put(message({ group: 'a' }), message({ group: 'a' }), message({ group: 'b', words: 'stays' }));
    expect((await office.outbox.waiting('a')).length).toBe(2);
    expect(await office.withdraw('a')).toBe(2);
    expect(await office.outbox.waiting('a')).toEqual([]);
    await office.dispatcher().drain();
    expect(words()).toEqual(['stays']);
    expect(await office.books()).toEqual({ sent: 1, withdrawn: 2 });
  });

  it('taken back after it was claimed, and before the call, is not said', async () => {
    await office.put(message({ group: 'a' }));
    const turns = createTurns(createEmbeddedPace(office.clock));
    const dispatcher = office.dispatcher({
      turns: {
        ...turns,
        async soon() {
          await office.withdraw('a');
          return 0;
        },
      },
    });
    await dispatcher.drain();
    expect(office.sent).toEqual([]);
    expect(await office.books()).toEqual({ withdrawn: 1 });
  });

  it('taken back while it is being said is not tried again', async () => {
    await office.put(message({ group: 'a' }));
    const dispatcher = office.dispatcher({
      send: async (channel, sender, text) => {
        office.sent.push({ channel, sender, words: text });
        await office.withdraw('a');
        return later;
      },
    });
    await dispatcher.drain();
    office.clock.time += 11 * minute;
    await dispatcher.drain();
    expect(office.sent).toHaveLength(1);
    expect(await office.books()).toEqual({ withdrawn: 1 });
  });

  it('is not said when it comes too late', async () => {
    await office.put(message({ notAfter: morning + hour }));
    office.clock.time += hour;
    await office.dispatcher().drain();
    expect(office.sent).toEqual([]);
    expect(await office.books()).toEqual({ 'failed late': 1 });
  });

  it('is checked at the moment of saying: no longer true, not now, nobody there', async () => {
    const until = morning + 10 * hour;
    await office.put(message({ words: 'untrue' }), message({ words: 'wait', notAfter: morning + day }));
    await office.put(message({ words: 'nobody' }));
    const dispatcher = office.dispatcher({
      async prepare({ payload }) {
        const text = (payload as { words: string }).words;
        if (text === 'untrue') return { do: 'drop' };
        if (text === 'wait' && office.clock.time < until) return { do: 'wait', until };
        return { do: 'send', words: text, to: text === 'nobody' ? [] : [{ channel: 'web', sender: '1' }] };
      },
    });
    await dispatcher.drain();
    expect(words()).toEqual([]);
    expect(await office.books()).toEqual({ withdrawn: 1, waiting: 1, 'failed gone': 1 });
    office.clock.time = until;
    await dispatcher.drain();
    expect(words()).toEqual(['wait']);
  });

  it('reaches who waits for an answer before it reminds, and leaves announcements to those who tell many', async () => {
    const made = (['announcement', 'reminder', 'answer'] as const).map((kind) => message({ kind, words: kind }));
    await office.put(...made.flatMap((one) => [one, message({ kind: one.kind, words: one.kind })]));
    await office.dispatcher({ limits: { parallel: 1 } }).drain();
    expect(words()).toEqual(['answer', 'answer', 'reminder', 'reminder']);
    expect(await office.books()).toEqual({ sent: 4, waiting: 2 });
  });

  it('one person gets several messages in the order in which they were due, one after another', async () => {
    const person = randomUUID();
    const texts = Array.from({ length: 12 }, (_, i) => `${i}`);
    await office.put(...texts.map((text, i) => message({ person, words: text, dueAt: morning - 100 + i })));
    let underWay = 0;
    const dispatcher = office.dispatcher({
      async send(channel, sender, text) {
        underWay += 1;
        expect(underWay).toBe(1);
        await new Promise(setImmediate);
        office.sent.push({ channel, sender, words: text });
        underWay -= 1;
        return { outcome: 'sent' };
      },
    });
    await dispatcher.drain();
    expect(words()).toEqual(texts);
  });

  it('is not sent to who has gone, unless they can be reached another way', async () => {
    const oksana = randomUUID();
    await office.put(message({ person: oksana, words: 'to Oksana' }), message({ words: 'to Petro' }));
    const accounts = (person: string) =>
      ['telegram', ...(person === oksana ? ['web'] : [])]
        .filter((channel) => !office.gone.includes(`${person} ${channel}`))
        .map((channel) => ({ channel, sender: person }));
    const dispatcher = office.dispatcher({
      prepare: async ({ person, payload }) => ({
        do: 'send',
        words: (payload as { words: string }).words,
        to: accounts(person),
      }),
      async send(channel, sender, text) {
        office.sent.push({ channel, sender, words: text });
        return channel === 'telegram' ? { outcome: 'gone' } : { outcome: 'sent' };
      },
    });
    await dispatcher.drain();
    expect(office.gone).toHaveLength(2);
    expect(office.sent.filter(({ channel }) => channel === 'web').map((sent) => sent.words)).toEqual(['to Oksana']);
    expect(await office.books()).toEqual({ sent: 1, 'failed gone': 1 });
  });

  it('what the platform refuses is not sent again', async () => {
    await office.put(message());
    office.answers.push({ outcome: 'refused' });
    const dispatcher = office.dispatcher();
    await dispatcher.drain();
    office.clock.time += 30 * minute;
    await dispatcher.drain();
    expect(office.sent).toHaveLength(1);
    expect(await office.books()).toEqual({ 'failed refused': 1 });
  });

  it('a platform that cannot be reached is tried again, ever more rarely, until it is too late', async () => {
    await office.put(message({ notAfter: morning + day }), message({ notAfter: morning + hour, words: 'short' }));
    const times: number[] = [];
    const dispatcher = office.dispatcher({
      async send(_channel, _sender, text) {
        if (text !== 'short') times.push(office.clock.time);
        return office.clock.time < morning + 5 * hour ? later : { outcome: 'sent' };
      },
    });
    for (; office.clock.time < morning + 6 * hour; office.clock.time += 1_000) {
      const due = (await office.rows()).some((row) => row.state === 'waiting' && row.due_at <= office.clock.time);
      if (due) await dispatcher.drain();
      else {
        const next = (await office.rows()).find((row) => row.state === 'waiting');
        if (!next) break;
        office.clock.time = next.due_at - 1_000;
      }
    }
    const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(waits[0]).toBeLessThan(4_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(13 * minute);
    expect(times.length).toBeLessThan(60);
    expect(await office.books()).toEqual({ sent: 1, 'failed late': 1 });
  });

  it('a pause that the platform asks for is kept, by all who would be sent on that channel', async () => {
    await office.put(message({ words: 'first' }));
    office.answers.push({ outcome: 'later', afterMs: 20_000, limited: true, uncertain: false });
    const dispatcher = office.dispatcher();
    await dispatcher.drain();
    await office.put(message({ words: 'second' }));
    office.clock.time += 19_999;
    await dispatcher.drain();
    expect(words()).toEqual(['first']);
    office.clock.time += 1_001;
    await dispatcher.drain();
    expect(words().sort()).toEqual(['first', 'first', 'second']);
  });

  it('a pause of an hour is one person’s own: nobody else waits for it', async () => {
    await office.put(message({ words: 'first', notAfter: morning + day }));
    office.answers.push({ outcome: 'later', afterMs: hour, limited: true, uncertain: false });
    const dispatcher = office.dispatcher();
    await dispatcher.drain();
    await office.put(message({ words: 'second' }));
    await dispatcher.drain();
    expect(words()).toEqual(['first', 'second']);
    office.clock.time += hour - 1;
    await dispatcher.drain();
    expect(words()).toEqual(['first', 'second']);
    office.clock.time += 1_001;
    await dispatcher.drain();
    expect(words()).toEqual(['first', 'second', 'first']);
  });

  it('without an answer from the platform a reminder is said at most three times', async () => {
    await office.put(...(['reminder', 'answer'] as const).map((kind) => message({ kind, words: kind })));
    const dispatcher = office.dispatcher({
      async send(channel, sender, text) {
        office.sent.push({ channel, sender, words: text });
        return unsure;
      },
    });
    for (let i = 0; i < 30; i++) {
      await dispatcher.drain();
      office.clock.time += minute;
    }
    for (const [kind, times] of [
      ['reminder', 3],
      ['answer', 3],
    ] as const)
      expect(words().filter((text) => text === kind)).toHaveLength(times);
    expect(await office.books()).toEqual({ uncertain: 2 });
  });

  it('a call that never ends, or an error of no known kind, counts as uncertain and holds nobody up', async () => {
    await office.put(message(), message(), message());
    office.answers.push('hang', new Error('surprise'), 'hang');
    await office.dispatcher({ limits: { callMs: 5 } }).drain();
    expect(await office.rows()).toMatchObject([1, 2, 3].map(() => ({ state: 'waiting', unsure: 1 })));
    expect(office.faults).toHaveLength(1);
    expect((await office.rows()).every((row) => row.holder === null)).toBe(true);
  });

  it('words that cannot be made are tried again, and hold nobody else up', async () => {
    await office.put(message({ words: 'broken' }), message({ words: 'fine' }));
    let broken = true;
    const dispatcher = office.dispatcher({
      async prepare({ person, payload }) {
        const text = (payload as { words: string }).words;
        if (text === 'broken' && broken) throw new Error('no words');
        return { do: 'send', words: text, to: [{ channel: 'web', sender: person }] };
      },
    });
    await dispatcher.drain();
    expect(words()).toEqual(['fine']);
    broken = false;
    office.clock.time += 5_000;
    await dispatcher.drain();
    expect(words()).toEqual(['fine', 'broken']);
  });

  it('a person who is forgotten gets nothing, and nothing about them stays', async () => {
    const person = randomUUID();
    await office.put(message({ person, dedupe: 'sent' }), message({ person, dueAt: morning + hour }), message());
    await office.dispatcher().drain();
    await office.outbox.forget(person);
    expect((await office.rows()).filter((row) => row.person === person)).toEqual([]);
    expect(await office.rows()).toHaveLength(1);
  });

  it('the books are kept for thirty days', async () => {
    await office.put(message(), message({ dueAt: morning + 60 * day, notAfter: morning + 61 * day }));
    await office.dispatcher().drain();
    office.clock.time += 30 * day;
    await office.outbox.sweep();
    expect(await office.rows()).toHaveLength(2);
    office.clock.time += 1;
    await office.outbox.sweep();
    expect(await office.rows()).toMatchObject([{ state: 'waiting' }]);
  });

  it('twenty dispatchers on three connections send each message once', async () => {
    const people = Array.from({ length: 300 }, (_, i) => message({ words: `${i}` }));
    await office.put(...people);
    const others = [await openDatabase(fresh.config), await openDatabase(fresh.config)];
    const databases = [fresh.database, ...others];
    const all = Array.from({ length: 20 }, (_, i) =>
      office.dispatcher({ database: databases[i % 3] ?? fresh.database, limits: { parallel: 4 } }),
    );
    await Promise.all(all.map((dispatcher) => dispatcher.drain()));
    await Promise.all(others.map((database) => database.close()));
    expect(words().sort()).toEqual(people.map((_, i) => `${i}`).sort());
    expect(await office.books()).toEqual({ sent: 300 });
  });

  it('stopping settles what is being said, lets go of the rest, and begins nothing', async () => {
    await office.put(...Array.from({ length: 6 }, (_, i) => message({ words: `${i}` })));
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const dispatcher = office.dispatcher({
      limits: { parallel: 2 },
      async send(channel, sender, text) {
        office.sent.push({ channel, sender, words: text });
        if (office.sent.length === 2) begun.resolve();
        await answer.promise;
        return { outcome: 'sent' };
      },
    });
    dispatcher.start();
    await begun.promise;
    const stopped = dispatcher.stop();
    answer.resolve();
    await stopped;
    expect(office.sent).toHaveLength(2);
    expect(await office.books()).toEqual({ sent: 2, waiting: 4 });
    expect((await office.rows()).every((row) => row.holder === null)).toBe(true);
  });

  it('something due at once is sent at once, without waiting for the next look', async () => {
    const arrived = Promise.withResolvers<void>();
    const dispatcher = office.dispatcher({
      limits: { pollMs: 1_000_000 },
      async send() {
        arrived.resolve();
        return { outcome: 'sent' };
      },
    });
    office.outbox.onPut(dispatcher.wake);
    dispatcher.start();
    await dispatcher.drain();
    await office.put(message());
    await arrived.promise;
    await dispatcher.stop();
    expect(await office.books()).toEqual({ sent: 1 });
  });
});
