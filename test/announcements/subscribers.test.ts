import { describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { house } from './house.ts';

describe.each(engines)('who asked to be told (%s)', (engine) => {
  it('is nobody who did not ask', async () => {
    const { subscribers, somebody, drop } = await house(engine);
    const { person } = await somebody();
    expect(await subscribers.of(person)).toBeNull();
    await subscribers.stop(person);
    expect(await subscribers.of(person)).toBeNull();
    expect(await subscribers.listening([person])).toEqual(new Map());
    await drop();
  });

  it('gets what they chose, with the words of their consent on record', async () => {
    const { subscribers, somebody, database, time, drop } = await house(engine);
    const { person } = await somebody();
    const wanted = { person, topics: ['legal', 'contests'] as const, libraries: ['b', 'a'] };
    await subscribers.subscribe({ ...wanted, consent: { wording: '3', language: 'pl' } });
    await subscribers.subscribe({ ...wanted, consent: { wording: '3', language: 'pl' } });
    expect(await subscribers.of(person)).toEqual({
      ...{ topics: ['contests', 'legal'], libraries: ['a', 'b'], quiet: null, active: true, since: time.now },
    });
    const row = await database.db.selectFrom('subscribers').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ consent: '3 pl', consent_at: time.now });
    await drop();
  });

  it('does not betray in the database what is followed', async () => {
    const { subscribers, reader, database, drop } = await house(engine);
    const { person } = await reader(['addiction-family']);
    const rows = await database.db.selectFrom('subscriber_topics').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/addiction|family/);
    expect((await subscribers.of(person))?.topics).toEqual(['addiction-family']);
    await drop();
  });

  it('is told nothing from the moment they stop, and has the old choices back with one tap', async () => {
    const { subscribers, reader, time, drop } = await house(engine);
    const { person } = await reader(['legal'], ['a']);
    await subscribers.setQuiet(person, { from: 20, to: 9 });
    await subscribers.stop(person);
    expect(await subscribers.listening([person])).toEqual(new Map());
    expect(await subscribers.of(person)).toMatchObject({ active: false, topics: ['legal'], libraries: ['a'] });
    time.now += 1000;
    const again = await subscribers.resume(person, { wording: '2', language: 'uk' });
    expect(again).toMatchObject({ active: true, topics: ['legal'], quiet: { from: 20, to: 9 }, since: time.now });
    expect(await subscribers.listening([person])).toEqual(new Map([[person, { from: 20, to: 9 }]]));
    await drop();
  });

  it('is gone without a trace when they ask to be forgotten', async () => {
    const { subscribers, reader, database, drop } = await house(engine);
    const { person } = await reader(['legal'], ['a']);
    await subscribers.forget(person);
    for (const table of ['subscribers', 'subscriber_topics', 'subscriber_libraries'] as const) {
      expect(await database.db.selectFrom(table).selectAll().execute()).toEqual([]);
    }
    await drop();
  });

  it('brings what they asked for into a joined chat, and takes it back when the chats part', async () => {
    const { subscribers, reader, database, drop } = await house(engine);
    const phone = await reader(['legal', 'hours'], ['a']);
    const viber = await reader(['hours', 'scams'], ['b'], 'viber');
    const moved = await database.transaction((trx) => subscribers.carry.take(trx, viber.person, phone.person));
    expect(await subscribers.of(viber.person)).toBeNull();
    expect(await subscribers.of(phone.person)).toMatchObject({
      ...{ topics: ['legal', 'hours', 'scams'], libraries: ['a', 'b'], active: true },
    });
    await database.transaction((trx) => subscribers.carry.giveBack(trx, moved, phone.person, viber.person));
    expect(await subscribers.of(phone.person)).toMatchObject({ topics: ['legal', 'hours'], libraries: ['a'] });
    expect(await subscribers.of(viber.person)).toMatchObject({ topics: ['hours', 'scams'], libraries: ['b'] });
    await drop();
  });

  it('is still one person when only one of the two had asked', async () => {
    const { subscribers, reader, somebody, database, drop } = await house(engine);
    const { person: into } = await somebody();
    const { person: from } = await reader(['legal'], ['a'], 'viber');
    const moved = await database.transaction((trx) => subscribers.carry.take(trx, from, into));
    expect(await subscribers.of(into)).toMatchObject({ topics: ['legal'], libraries: ['a'], active: true });
    await database.transaction((trx) => subscribers.carry.giveBack(trx, moved, into, from));
    expect(await subscribers.of(into)).toBeNull();
    expect(await subscribers.of(from)).toMatchObject({ topics: ['legal'], libraries: ['a'], active: true });
    await drop();
  });
});
