import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { type House, house } from './house.ts';

const dayMs = 86_400_000;
const secret = 'мій роботодавець Коваль не платить';

describe.each(engines)('letters to a librarian on %s', (engine) => {
  let home: House;
  let taras: string;
  let events = 0;
  const write = (
    text: string,
    more: { no?: number; library?: string | null; eventId?: string; person?: string } = {},
  ) =>
    home.questions.write({
      eventId: more.eventId ?? `q${++events}`,
      person: more.person ?? taras,
      no: more.no ?? null,
      library: more.library === undefined ? 'bar' : more.library,
      language: 'uk',
      country: 'pl',
      text,
    });
  const answer = (person: string, no: number, text: string, eventId = `a${++events}`) =>
    home.questions.answer({ eventId, person, no, text });

  beforeEach(async () => {
    home = await house(engine);
    taras = (await home.somebody()).person;
  });
  afterEach(() => home.drop());

  async function hired(role: 'librarian' | 'admin' | 'consultant' | 'editor', library: string | null, name = 'Марія') {
    const { person } = await home.somebody();
    const member = await home.hire(person, { role, library }, name);
    return { person, no: member.no };
  }

  it('go to the librarians of that library, else to the network’s admins, else to nobody', async () => {
    expect([await home.questions.open('bar'), (await write('Як?')).outcome]).toEqual([false, 'nobody']);
    await hired('editor', null);
    await hired('consultant', 'bar');
    expect(await home.questions.open('bar')).toBe(false);
    const admin = await hired('admin', null);
    await write('Перше');
    expect((await home.waiting()).map(({ person }) => person)).toEqual([admin.person]);
    const librarian = await hired('librarian', 'bar');
    await hired('librarian', 'lviv');
    const other = (await home.somebody()).person;
    await write('Друге', { person: other });
    await write('Третє', { person: (await home.somebody()).person, library: null });
    expect((await home.waiting()).map(({ person }) => person).slice(1)).toEqual([librarian.person, admin.person]);
  });

  it('come to the librarian with a number, a language and a country, and with nothing of the person', async () => {
    const librarian = await hired('librarian', 'bar');
    await write(secret);
    const [notice] = await home.waiting();
    expect(JSON.stringify(notice?.payload)).not.toMatch(/Коваль/);
    const looked = await home.questions.look(librarian.person, 1);
    expect(looked?.conversation).toMatchObject({ no: 1, language: 'uk', country: 'pl', state: 'waiting' });
    expect(looked?.messages.map(({ side, text }) => ({ side, text }))).toEqual([{ side: 'person', text: secret }]);
    expect(JSON.stringify(looked)).not.toContain(taras);
    const stored = await home.database.db.selectFrom('conversation_messages').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain('Коваль');
  });

  it('are answered, and the same event says it once', async () => {
    const librarian = await hired('librarian', 'bar');
    const first = await write('Як?', { eventId: 'twice' });
    expect(await write('Як?', { eventId: 'twice' })).toEqual(first);
    for (let i = 0; i < 2; i++) {
      expect(await answer(librarian.person, 1, 'Так.', 'once')).toMatchObject({ outcome: 'done' });
    }
    const replies = (await home.waiting()).filter(({ payload }) => payload.what === 'reply');
    expect(replies.map(({ person, kind }) => ({ person, kind }))).toEqual([{ person: taras, kind: 'answer' }]);
    expect(await home.questions.message(1, String(replies[0]?.payload.message))).toMatchObject({ text: 'Так.' });
    expect(await home.questions.current(taras)).toMatchObject({ no: 1, state: 'answering' });
  });

  it('while one librarian has the talk another is told so, may take it over, and what comes then is told to the holder alone', async () => {
    const [one, two] = [await hired('librarian', 'bar'), await hired('librarian', 'bar')];
    await write('Як?');
    expect(await home.questions.take(one.person, 1, false)).toMatchObject({ outcome: 'done' });
    expect(await home.questions.take(two.person, 1, false)).toEqual({ outcome: 'taken' });
    expect(await answer(two.person, 1, 'Я теж')).toEqual({ outcome: 'taken' });
    const before = (await home.waiting()).length;
    await write('Ще одне');
    expect((await home.waiting()).slice(before).map(({ person }) => person)).toEqual([one.person]);
    expect(await home.questions.take(two.person, 1, true)).toMatchObject({ outcome: 'done' });
    expect(await answer(one.person, 1, 'Запізно')).toEqual({ outcome: 'taken' });
  });

  it('of two who take it at once one has it', async () => {
    const [one, two] = [await hired('librarian', 'bar'), await hired('librarian', 'bar')];
    await write('Як?');
    const results = await Promise.all([one, two].map(({ person }) => home.questions.take(person, 1, false)));
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['done', 'taken']);
  });

  it('are handed over to somebody who may answer there, and to nobody else', async () => {
    const [one, two] = [await hired('librarian', 'bar'), await hired('librarian', 'bar')];
    const [elsewhere, admin] = [await hired('librarian', 'lviv'), await hired('admin', null)];
    await write('Як?');
    await home.questions.take(one.person, 1, false);
    expect((await home.questions.others(one.person, 1)).map(({ no }) => no).sort()).toEqual([two.no, admin.no].sort());
    expect((await home.questions.handOver(one.person, 1, elsewhere.no)).outcome).toBe('taken');
    expect((await home.questions.handOver(one.person, 1, two.no)).outcome).toBe('done');
    const told = (await home.waiting()).filter(({ payload }) => payload.about === 'handed');
    expect(told.map(({ person }) => person)).toEqual([two.person]);
    expect(await answer(two.person, 1, 'Вітаю')).toMatchObject({ outcome: 'done' });
  });

  it('are closed by either side and opened again by a word', async () => {
    const librarian = await hired('librarian', 'bar');
    await write('Як?');
    expect(await home.questions.close(librarian.person, 1)).toMatchObject({ outcome: 'done' });
    expect(await home.questions.current(taras)).toBeNull();
    expect((await home.waiting()).at(-1)?.payload).toMatchObject({ what: 'reply', about: 'closed' });
    await write('Ще питання', { no: 1 });
    expect(await home.questions.current(taras)).toMatchObject({ no: 1, state: 'waiting' });
    await home.questions.take(librarian.person, 1, false);
    expect(await home.questions.end(taras, 1)).toMatchObject({ state: 'closed' });
    expect((await home.waiting()).at(-1)).toMatchObject({ person: librarian.person, payload: { about: 'ended' } });
    expect(await home.questions.reopen(librarian.person, 1)).toMatchObject({ outcome: 'done' });
    expect(await home.questions.current(taras)).toMatchObject({ no: 1, state: 'answering' });
    // Somebody else's number opens nothing.
    const stranger = (await home.somebody()).person;
    expect(await home.questions.own(stranger, 1)).toBeNull();
    expect(await home.questions.end(stranger, 1)).toBeNull();
    expect(await write('Чужа', { person: stranger, no: 1 })).toMatchObject({ conversation: { no: 2 } });
  });

  it('of a blocked person come to nobody, also after they have had themselves forgotten; what stays is a hash', async () => {
    const librarian = await hired('librarian', 'bar');
    const abuser = await home.somebody('viber');
    await write('погрози', { person: abuser.person });
    expect(await home.questions.block(librarian.person, 1)).toMatchObject({ outcome: 'done' });
    expect(await write('ще', { person: abuser.person })).toEqual({ outcome: 'blocked' });

    await home.questions.forget(abuser.person);
    await home.people.forget(abuser.person);
    const again = await home.people.identify(abuser.channel, abuser.sender);
    expect(await write('і знову', { person: again })).toEqual({ outcome: 'blocked' });
    const blocks = JSON.stringify(await home.database.db.selectFrom('blocks').selectAll().execute());
    expect(blocks).not.toContain(abuser.sender);
    expect(blocks).not.toContain(abuser.person);
    expect(blocks).not.toContain(home.people.mark(abuser.channel, abuser.sender));
  });

  it('of somebody unblocked come again', async () => {
    const librarian = await hired('librarian', 'bar');
    await write('погрози');
    await home.questions.block(librarian.person, 1);
    expect((await home.questions.look(librarian.person, 1))?.blocked).toBe(true);
    await home.questions.unblock(librarian.person, 1);
    expect(await write('вибачте')).toMatchObject({ outcome: 'sent' });
  });

  it('go when the person asks to be forgotten: texts, notices, person; the librarian is told', async () => {
    const librarian = await hired('librarian', 'bar');
    await write(secret);
    await home.questions.take(librarian.person, 1, false);
    await answer(librarian.person, 1, 'Так.');
    await home.questions.forget(taras);
    expect(await home.database.db.selectFrom('conversation_messages').selectAll().execute()).toEqual([]);
    expect(JSON.stringify(await home.database.db.selectFrom('conversations').selectAll().execute())).not.toContain(
      taras,
    );
    expect((await home.waiting()).map(({ person, payload }) => ({ person, about: payload.about }))).toEqual([
      { person: librarian.person, about: 'forgotten' },
    ]);
    expect(await answer(librarian.person, 1, 'Ви ще тут?')).toEqual({ outcome: 'forgotten' });
    expect(await home.questions.export(taras)).toEqual([]);
  });

  it('are kept for thirty days and shown to the person until then', async () => {
    const librarian = await hired('librarian', 'bar');
    await write('Як?');
    home.time.now += 10 * dayMs;
    await answer(librarian.person, 1, 'Так.');
    home.time.now += 20 * dayMs;
    await home.questions.sweep();
    expect((await home.questions.export(taras)).map(({ text }) => text)).toEqual(['Так.']);
    await write('Друга розмова', { person: (await home.somebody()).person });
    home.time.now += 10 * dayMs;
    await home.questions.sweep();
    expect(await home.questions.export(taras)).toEqual([]);
    expect((await home.database.db.selectFrom('conversations').select('no').execute()).map(({ no }) => no)).toEqual([
      2,
    ]);
  });

  it('leave a line in the audit for each thing that a librarian does, and none for what people do', async () => {
    const librarian = await hired('librarian', 'bar');
    await write('Як?');
    await home.questions.take(librarian.person, 1, false);
    await answer(librarian.person, 1, 'Так.');
    await home.questions.close(librarian.person, 1);
    await home.questions.block(librarian.person, 1);
    await home.questions.unblock(librarian.person, 1);
    await home.questions.reopen(librarian.person, 1);
    const lines = await home.database.db
      .selectFrom('staff_audit')
      .select(['what', 'about', 'staff'])
      .orderBy('id')
      .execute();
    const deeds = lines.filter(({ about }) => about === 'conversation 1');
    expect(deeds.map(({ what }) => what).sort()).toEqual(['answer', 'block', 'close', 'reopen', 'take', 'unblock']);
    expect(JSON.stringify(lines)).not.toContain(taras);
  });
});
