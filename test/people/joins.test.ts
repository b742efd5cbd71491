import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBookings } from '../../src/bookings/book.ts';
import { createReminders } from '../../src/bookings/reminders.ts';
import { contentDir, request } from '../bookings/world.ts';
import { engines } from '../engines.ts';
import { type House, house } from '../staff/house.ts';

const minuteMs = 60_000;

describe.each(engines)('one person, two platforms on %s', (engine) => {
  let home: House;
  let events = 0;
  type Somebody = Awaited<ReturnType<House['somebody']>>;
  const asks = (who: Somebody, code: string, eventId = `e${++events}`) => ({ ...who, eventId, code });
  const offer = async (who: Somebody) => (await home.joins.offer({ eventId: `o${++events}`, person: who.person })).code;
  const now = async (who: Somebody) => home.people.find(who.channel, who.sender);

  beforeEach(async () => {
    home = await house(engine);
  });
  afterEach(() => home.drop());

  it('a code made in one chat brings the other to the same person, and says so again after a crash', async () => {
    const [taras, olha] = [await home.somebody('telegram'), await home.somebody('viber')];
    const code = await offer(taras);
    expect(await home.joins.look(asks(olha, code))).toBe('fine');
    expect(await home.joins.join(asks(olha, code, 'same'))).toEqual({ outcome: 'joined', into: taras.person });
    expect(await now(olha)).toBe(taras.person);
    expect(await home.people.identify(olha.channel, olha.sender)).toBe(taras.person);
    expect(await home.joins.join({ ...asks(olha, code, 'same'), person: taras.person })).toEqual({
      outcome: 'joined',
      into: taras.person,
    });
    expect(await home.joins.others(taras.person, taras.channel, taras.sender)).toEqual([{ channel: 'viber' }]);
    const left = await home.database.db.selectFrom('people').select('id').execute();
    expect(left).toEqual([{ id: taras.person }]);
  });

  it('a code works once, for fifteen minutes, and only the newest', async () => {
    const [taras, olha, stranger] = [await home.somebody(), await home.somebody(), await home.somebody()];
    const old = await offer(taras);
    const fresh = await offer(taras);
    expect(await home.joins.join(asks(stranger, old))).toEqual({ outcome: 'unknown' });
    expect((await home.joins.join(asks(olha, fresh))).outcome).toBe('joined');
    expect(await home.joins.join(asks(stranger, fresh))).toEqual({ outcome: 'unknown' });
    const late = await offer(taras);
    home.time.now += 15 * minuteMs;
    expect(await home.joins.join(asks(stranger, late))).toEqual({ outcome: 'unknown' });
    expect(await now(stranger)).toBe(stranger.person);
  });

  it('of eight who try the same code at once one is joined', async () => {
    const taras = await home.somebody();
    const code = await offer(taras);
    const others = await Promise.all(Array.from({ length: 8 }, () => home.somebody()));
    const results = await Promise.all(others.map((other) => home.joins.join(asks(other, code))));
    expect(results.filter(({ outcome }) => outcome === 'joined')).toHaveLength(1);
  });

  it('two who take each other’s codes at once end as one person, and nobody is lost', async () => {
    const [taras, olha] = [await home.somebody('telegram'), await home.somebody('viber')];
    const codes = [await offer(taras), await offer(olha)];
    await Promise.all([home.joins.join(asks(taras, codes[1] ?? '')), home.joins.join(asks(olha, codes[0] ?? ''))]);
    const [one, two] = [await now(taras), await now(olha)];
    expect(one).not.toBeNull();
    expect(one).toBe(two);
    expect(await home.database.db.selectFrom('people').select('id').execute()).toHaveLength(1);
  });

  it('after five wrong codes in an hour even the right one is refused; an hour later it is not', async () => {
    const [taras, guesser] = [await home.somebody(), await home.somebody()];
    for (let i = 0; i < 5; i++) {
      expect(await home.joins.look(asks(guesser, `ACEHKMP${i + 3}`))).toBe('unknown');
    }
    const code = await offer(taras);
    expect(await home.joins.look(asks(guesser, code))).toBe('too-many');
    expect(await home.joins.join(asks(guesser, code))).toEqual({ outcome: 'too-many' });
    home.time.now += 61 * minuteMs;
    expect((await home.joins.join(asks(guesser, await offer(taras)))).outcome).toBe('joined');
  });

  it('a wrong code that the platform delivers twice counts once', async () => {
    const [taras, olha] = [await home.somebody(), await home.somebody()];
    for (let i = 0; i < 9; i++) expect(await home.joins.look(asks(olha, 'ACEHKMPT', 'one event'))).toBe('unknown');
    expect((await home.joins.join(asks(olha, await offer(taras)))).outcome).toBe('joined');
  });

  it('one’s own code in the chat that made it is for the other chat', async () => {
    const taras = await home.somebody();
    expect(await home.joins.join(asks(taras, await offer(taras)))).toEqual({ outcome: 'self' });
  });

  it('what the maker of the code has told counts, and the other fills the gaps', async () => {
    const [taras, olha] = [await home.somebody(), await home.somebody()];
    await home.people.saveProfile(taras.person, { language: 'uk' });
    await home.people.saveProfile(olha.person, { language: 'en', country: 'pl', library: 'bar-public' });
    await home.joins.join(asks(olha, await offer(taras)));
    expect(await home.people.profile(taras.person)).toEqual({
      language: 'uk',
      country: 'pl',
      zone: null,
      library: 'bar-public',
    });
  });

  it('bookings come along, more than one person may make, and go back with what is to be said when it is undone', async () => {
    const { database, seal, clock, outbox } = home;
    const reminders = createReminders({ outbox, quietHours: { from: 21, to: 8 }, zoneOf: async () => 'Europe/Kyiv' });
    const bookings = await createBookings({ database, seal, clock, contentDir, demo: false, reminders });
    const [taras, olha] = [await home.somebody(), await home.somebody()];
    const walls = (await bookings.free({ library: 'village', kind: 'talk', limit: 40 }))
      .map((slot) => slot.wall)
      .slice(20);
    const book = async (who: Somebody, i: number) => {
      const made = await bookings.book(request({ person: who.person, wall: walls[i] ?? '', eventId: `b${i}` }));
      if (made.outcome !== 'booked' && made.outcome !== 'requested') throw new Error(made.outcome);
      return made.booking.id;
    };
    const hers = [await book(olha, 0), await book(olha, 2)];
    const his = [await book(taras, 4), await book(taras, 6)];

    await home.joins.join(asks(olha, await offer(taras)));
    expect((await bookings.of(taras.person)).map(({ id }) => id).sort()).toEqual([...hers, ...his].sort());
    expect((await home.waiting()).every(({ person }) => person === taras.person)).toBe(true);
    const moved = await bookings.move({
      eventId: 'm',
      person: taras.person,
      booking: hers[0] ?? '',
      wall: walls[8] ?? '',
    });
    expect(moved.outcome).toBe('moved');

    expect(await home.joins.part({ ...olha, person: taras.person, eventId: 'p' })).toBe('parted');
    const alone = (await now(olha)) ?? '';
    expect(alone).not.toBe(taras.person);
    expect((await bookings.of(alone)).map(({ id }) => id).sort()).toEqual([...hers].sort());
    expect((await bookings.of(taras.person)).map(({ id }) => id).sort()).toEqual([...his].sort());
    for (const { person, payload } of await home.waiting()) {
      expect(hers.includes(String(payload.booking)) ? alone : taras.person).toBe(person);
    }
    // The same event once more, as the other person that the chat is now.
    expect(await home.joins.part({ ...olha, person: alone, eventId: 'p' })).toBe('parted');
    expect(await home.joins.part({ ...olha, person: alone, eventId: 'q' })).toBe('alone');
  });

  it('a seat as a relative and a wait for a time come along and go back, each once', async () => {
    const { database, seal, clock } = home;
    const { db } = database;
    const [taras, olha, booker] = [await home.somebody(), await home.somebody(), await home.somebody()];
    const bookings = await createBookings({ database, seal, clock, contentDir, demo: false });
    const slots = (await bookings.free({ library: 'village', kind: 'talk', limit: 40 })).slice(20);
    const [one = '', both = ''] = await Promise.all(
      [0, 2].map(async (i) => {
        const made = await bookings.book(
          request({ person: booker.person, wall: slots[i]?.wall ?? '', eventId: `s${i}` }),
        );
        return made.outcome === 'booked' ? made.booking.id : '';
      }),
    );
    const guest = (id: string, booking: string, person: string) => ({
      id,
      booking,
      person,
      language: null,
      joined_at: 1,
    });
    await db
      .insertInto('booking_guests')
      .values([guest('g1', one, olha.person), guest('g2', both, olha.person), guest('g3', both, taras.person)])
      .execute();
    const nothing = { consultant: null, wall: null, from_unit: null, to_unit: null, offered_until: null };
    const wait = (id: string, person: string) => ({
      ...{ id, person, library: 'village', kind: 'talk', day: null, language: null, state: 'waiting' as const },
      ...{ ...nothing, wait_no: 1, made_at: 1, settled_at: null },
    });
    await db
      .insertInto('booking_waits')
      .values([wait('w1', olha.person), wait('w2', taras.person)])
      .execute();
    const of = async (person: string) => [
      ...(await db.selectFrom('booking_guests').select('id').where('person', '=', person).orderBy('id').execute()),
      ...(await db.selectFrom('booking_waits').select('id').where('person', '=', person).orderBy('id').execute()),
    ];
    await home.joins.join(asks(olha, await offer(taras)));
    expect((await of(taras.person)).map(({ id }) => id)).toEqual(['g1', 'g3', 'w1', 'w2']);
    await home.joins.part({ ...olha, person: taras.person, eventId: 'p' });
    expect((await of(taras.person)).map(({ id }) => id)).toEqual(['g3', 'w2']);
    expect((await of((await now(olha)) ?? '')).map(({ id }) => id)).toEqual(['g1', 'w1']);
  });

  it('asked in the chat that made the code, the one that had joined goes', async () => {
    const [taras, olha] = [await home.somebody('telegram'), await home.somebody('viber')];
    await home.joins.join(asks(olha, await offer(taras)));
    expect(await home.joins.part({ ...taras, eventId: 'p' })).toBe('parted');
    expect(await now(taras)).toBe(taras.person);
    expect(await now(olha)).not.toBe(taras.person);
    expect(await home.joins.others(taras.person, taras.channel, taras.sender)).toEqual([]);
  });

  it('three chats: whoever joined last goes first, with the chats that had come with it', async () => {
    const [a, b, c] = [await home.somebody('telegram'), await home.somebody('viber'), await home.somebody('web')];
    await home.joins.join(asks(b, await offer(a)));
    home.time.now += 1000;
    await home.joins.join({ ...asks(a, await offer(c)), person: a.person });
    expect(new Set([await now(a), await now(b), await now(c)])).toEqual(new Set([c.person]));
    home.time.now += 1000;
    expect(await home.joins.part({ ...c, eventId: 'p1' })).toBe('parted');
    expect(await now(c)).toBe(c.person);
    const ab = await now(a);
    expect(await now(b)).toBe(ab);
    expect(ab).not.toBe(c.person);
    expect(await home.joins.part({ ...b, person: ab ?? '', eventId: 'p2' })).toBe('parted');
    expect(await now(a)).toBe(ab);
    expect(await now(b)).not.toBe(ab);
  });

  it('a role at a library and a talk with a librarian come along and go back', async () => {
    const [taras, olha] = [await home.somebody(), await home.somebody()];
    await home.hire(olha.person, { role: 'librarian', library: 'bar' });
    const letter = { eventId: 'q', no: null, library: 'bar', language: 'uk', country: null, text: 'Як?' };
    await home.questions.write({ ...letter, person: olha.person });
    await home.joins.join(asks(olha, await offer(taras)));
    expect(await home.team.of(taras.person)).toHaveLength(1);
    expect(await home.questions.current(taras.person)).not.toBeNull();
    await home.joins.part({ ...olha, person: taras.person, eventId: 'p' });
    const alone = (await now(olha)) ?? '';
    expect([await home.team.of(taras.person), await home.questions.current(taras.person)]).toEqual([[], null]);
    expect(await home.team.of(alone)).toHaveLength(1);
    expect(await home.questions.current(alone)).not.toBeNull();
  });

  it('forgetting deletes both chats, the code, and where they came from', async () => {
    const [taras, olha] = [await home.somebody(), await home.somebody()];
    await home.joins.join(asks(olha, await offer(taras)));
    await home.people.forget(taras.person);
    await home.joins.sweep();
    const { db } = home.database;
    for (const table of ['people', 'identities', 'join_codes', 'joinings', 'joined_accounts'] as const) {
      expect(await db.selectFrom(table).selectAll().execute(), table).toEqual([]);
    }
  });

  it('of a code nothing readable is stored, and old codes and tries are swept', async () => {
    const [taras, olha] = [await home.somebody(), await home.somebody()];
    const code = await offer(taras);
    await home.joins.look(asks(olha, 'ACEHKMPT'));
    const { db } = home.database;
    expect(JSON.stringify(await db.selectFrom('join_codes').selectAll().execute())).not.toContain(code);
    home.time.now += 61 * minuteMs;
    await home.joins.sweep();
    expect(await db.selectFrom('join_codes').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('join_tries').selectAll().execute()).toEqual([]);
  });
});
