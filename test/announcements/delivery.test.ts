import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnnouncements } from '../../src/announcements/room.ts';
import { createSubscribers } from '../../src/announcements/subscribers.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import { createPeople } from '../../src/people/people.ts';
import { deskOf } from '../../src/staff/desk.ts';
import { inviteFromTerminal } from '../../src/staff/invitations.ts';
import { createTeam } from '../../src/staff/team.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { openSeal } from '../../src/storage/keys.ts';
import { secretKey, startVistka, wednesdayMorning } from '../vistka.ts';

/**
 * Two hundred people on three platforms, the whole program, and what happens on any day: some have blocked it, some stop
 * while it is being sent, some sleep, the program is restarted, and a librarian takes it back.
 */
const onTelegram = 150;
const onViber = 44;
const onWeb = 6;
const everybody = onTelegram + onViber + onWeb;

let vistka: Awaited<ReturnType<typeof startVistka>>;
let database: Database;
let ahead = 0;
const began = Date.now();
const now = () => wednesdayMorning + (Date.now() - began) + ahead;

beforeAll(async () => {
  vistka = await startVistka({
    ...{ telegram: 'webhook', viber: true, database: 'postgres' },
    env: { RATE_LIMIT_PER_MINUTE: '0', TELEGRAM_MESSAGES_PER_SECOND: '120' },
    overrides: { clock: { now } },
  });
  database = await openDatabase(vistka.config.database);
});
afterAll(async () => {
  await database.close();
  await vistka.stop();
});

/** Everybody has written, and has asked to be told of courses. */
async function crowd() {
  await vistka.telegram.until(() => vistka.viber.webhook !== '');
  const telegram = Array.from({ length: onTelegram }, () => vistka.telegram.person({}));
  for (const person of telegram) person.starts();
  const viber = Array.from({ length: onViber }, (_, i) => vistka.viber.person({ name: `Людина ${i}` }));
  await Promise.all(viber.map((person) => person.says('меню')));
  const web = await Promise.all(Array.from({ length: onWeb }, () => vistka.web()));
  await Promise.all(web.map((person) => person.says('меню')));
  await Promise.all([...telegram, ...viber, ...web].map((person) => person.hears()));

  const seal = await openSeal(database, [Buffer.from(secretKey, 'hex')]);
  const clock = { now };
  const people = createPeople({ database, seal, clock });
  const subscribers = createSubscribers({ database, seal, clock });
  const idOf = async (channel: string, sender: string) => (await people.find(channel, sender)) ?? '';
  const ids = await database.db.selectFrom('people').select('id').execute();
  for (const { id } of ids) {
    await subscribers.subscribe({
      ...{ person: id, topics: ['courses'], libraries: [] },
      consent: { wording: '1', language: 'uk' },
    });
  }
  return { telegram, viber, web, seal, clock, people, subscribers, idOf };
}
type Crowd = Awaited<ReturnType<typeof crowd>>;

/** The room as another process has it, and a librarian of the network who works in it. */
async function newsroom({ seal, clock, people }: Crowd) {
  const team = createTeam({ database, seal, clock });
  const outbox = createOutbox({ database, seal, clock });
  const room = createAnnouncements(
    {
      ...{ database, seal, clock, outbox },
      staff: deskOf(team, async () => undefined),
      librariesIn: () => [],
      charged: (channel) => channel === 'viber',
      prices: {},
      approvalAbove: 1_000,
      zoneOf: async () => 'Europe/Kyiv',
    },
    async () => null,
  );
  const person = await people.identify('telegram', 'of-the-network');
  const { code } = await inviteFromTerminal({ database, seal, clock }, { role: 'admin', library: null });
  await team.join({ person, code, name: 'Марія' });
  return {
    async announce(words: string) {
      const draft = await room.draft({
        ...{ eventId: words, person, library: null, topic: 'courses' as const },
        ...{ language: 'uk' as const, words },
      });
      if (!draft) throw new Error('no draft was made');
      const people = (await room.reach(person, draft.no))?.people ?? 0;
      const confirmed = await room.confirm({ ...draft, person, people, at: null });
      expect(confirmed.outcome).toBe('scheduled');
      // The minute for second thoughts is over.
      ahead += 61_000;
      return { ...draft, people };
    },
    recall: (no: number) => room.recall(person, no),
    async over(id: string) {
      const row = await database.db.selectFrom('announcements').select('books').where('id', '=', id).executeTakeFirst();
      return row?.books != null;
    },
    async books(id: string) {
      const { failed, ...books } = await outbox.books(`announcement:${id}`);
      return { ...books, failed: Object.values(failed).reduce((sum, n) => sum + n, 0) };
    },
  };
}

describe('what two hundred people are told', () => {
  let all: Crowd;
  let room: Awaited<ReturnType<typeof newsroom>>;
  const heard = (person: { messages(): readonly { text?: unknown }[] }, words: string) =>
    person.messages().filter(({ text }) => JSON.stringify(text)?.includes(words)).length;
  const count = (words: string) => [...all.telegram, ...all.viber].reduce((sum, one) => sum + heard(one, words), 0);
  /** Whoever has the page open loses it with a restart, and finds everything when they open it again. */
  async function readOnWeb(words: string): Promise<number[]> {
    const read = await Promise.all(all.web.map((person) => person.reopens()));
    return read.map((messages) => messages.filter(({ said }) => said.includes(words)).length);
  }
  const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);

  beforeAll(async () => {
    all = await crowd();
    room = await newsroom(all);
  });

  it('arrives once at everybody who still wants it, over a restart, and not in anybody’s night', async () => {
    const { telegram, viber, subscribers, idOf } = all;
    const [sleeper, blocker, leaver] = telegram.slice(-3);
    const stops = viber.at(-1);
    if (!sleeper || !blocker || !leaver || !stops) throw new Error('nobody is there');
    await subscribers.setQuiet(await idOf('telegram', String(sleeper.id)), { from: 9, to: 12 });
    // They are known as readers when it begins, and are gone when their turn comes.
    blocker.blocks();

    const told = await room.announce('Курси починаються у вівторок');
    await vistka.telegram.until(() => count('у вівторок') >= 40);
    await subscribers.stop(await idOf('telegram', String(leaver.id)));
    await vistka.restart();
    const rest = telegram.filter((person) => person !== sleeper && person !== blocker && person !== leaver);
    await vistka.telegram.until(() => rest.every((person) => heard(person, 'у вівторок') > 0));
    await Promise.all(viber.map((person) => person.until(() => heard(person, 'у вівторок') > 0)));
    expect(heard(sleeper, 'у вівторок')).toBe(0);
    expect(await room.over(told.id)).toBe(false);

    ahead += 3 * 3_600_000;
    await sleeper.hears(/у вівторок/);
    for (const person of [...rest, ...viber, sleeper]) expect(heard(person, 'у вівторок')).toBe(1);
    expect(heard(blocker, 'у вівторок')).toBe(0);
    await expect.poll(() => room.over(told.id), { timeout: 10_000 }).toBe(true);
    const { sent, uncertain, withdrawn, failed, waiting, sending } = await room.books(told.id);
    expect({ uncertain, waiting, sending }).toEqual({ uncertain: 0, waiting: 0, sending: 0 });
    // Whoever blocked it may be known to have before the first row is written.
    expect([told.people - 1, told.people]).toContain(sent + withdrawn + failed);
    expect(await readOnWeb('у вівторок')).toEqual(all.web.map(() => 1));
    expect(sent).toBe(count('у вівторок') + onWeb);
    expect(sent).toBeGreaterThanOrEqual(everybody - 2);
  });

  it('recalled in the middle, it reaches nobody more, and the books say so', async () => {
    const told = await room.announce('Курси скасовано');
    await vistka.telegram.until(() => count('скасовано') >= 30);
    await room.recall(told.no);
    await expect.poll(() => room.over(told.id), { timeout: 10_000 }).toBe(true);
    const { sent, uncertain, withdrawn, failed, waiting, sending } = await room.books(told.id);
    expect({ uncertain, waiting, sending }).toEqual({ uncertain: 0, waiting: 0, sending: 0 });
    expect(sent).toBe(count('скасовано') + sum(await readOnWeb('скасовано')));
    expect(withdrawn).toBeGreaterThan(0);
    expect(sent + withdrawn + failed).toBe(told.people);
  });
});
