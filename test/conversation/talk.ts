import { remindersOf } from '../../src/announcements/dates.ts';
import type { Newsroom } from '../../src/announcements/newsroom.ts';
import { createAnnouncements } from '../../src/announcements/room.ts';
import { createSubscribers } from '../../src/announcements/subscribers.ts';
import { createBookings } from '../../src/bookings/book.ts';
import { calendarFile } from '../../src/bookings/calendar-file.ts';
import { carryBookings } from '../../src/bookings/carry.ts';
import { closeDay, openDay } from '../../src/bookings/closures.ts';
import { openRoom } from '../../src/bookings/room.ts';
import { plain } from '../../src/channels/text.ts';
import type { Deed, Event } from '../../src/conversation/event.ts';
import type { Effect, Services } from '../../src/conversation/flow.ts';
import { createNotices } from '../../src/conversation/notices.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { emptySession, type Session } from '../../src/conversation/session.ts';
import { turn } from '../../src/conversation/turn.ts';
import { carryMessages } from '../../src/delivery/carry.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { createDirectory } from '../../src/libraries/directory.ts';
import { loadGazetteer, loadLibraries } from '../../src/libraries/load.ts';
import { openState } from '../../src/libraries/opening-hours.ts';
import { readCode } from '../../src/people/codes.ts';
import { createJoins, joinCodeLength } from '../../src/people/joins.ts';
import { createPeople } from '../../src/people/people.ts';
import { toE164 } from '../../src/people/phone.ts';
import { deskOf } from '../../src/staff/desk.ts';
import { invitationLength, inviteFromTerminal } from '../../src/staff/invitations.ts';
import { createQuestions } from '../../src/staff/questions.ts';
import type { Role } from '../../src/staff/roles.ts';
import { createTeam } from '../../src/staff/team.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { loadTexts } from '../../src/texts.ts';
import { wednesdayMorning } from '../vistka.ts';

/** Talks with the core alone: real content, real bookings in a database of its own, no channel, no clock. */

const knowledge = await loadKnowledge('content');
const directory = createDirectory(loadLibraries('content', { demo: true }), loadGazetteer('content'));
const texts = loadTexts('locales');

export const messenger = {
  place: true,
  contact: true,
  document: true,
  pin: true,
  call: true,
  anonymous: false,
  charged: false,
};
export const website = {
  place: true,
  contact: false,
  document: true,
  pin: true,
  call: false,
  anonymous: true,
  charged: false,
};

/** What several people share: the libraries' calendar and the clock. */
export async function village(
  change: Partial<Services> = {},
  now = wednesdayMorning,
  newsroom: Partial<Pick<Newsroom, 'charged' | 'prices' | 'approvalAbove'>> = {},
) {
  const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  let passed = 0;
  const clock = { now: () => now + passed };
  const seal = createSeal([Buffer.alloc(32, 7)]);
  const bookings = await createBookings({ database, seal, clock, contentDir: 'content', demo: true });
  const outbox = createOutbox({ database, seal, clock });
  const people = createPeople({ database, seal, clock });
  const team = createTeam({ database, seal, clock });
  const questions = createQuestions({ database, seal, clock, outbox });
  const subscribers = createSubscribers({ database, seal, clock });
  const announcements = createAnnouncements(
    {
      ...{ database, seal, clock, outbox },
      staff: deskOf(team, async () => undefined),
      librariesIn: (oblast) => directory.inOblast(oblast).map(({ id }) => id),
      charged: () => false,
      prices: {},
      approvalAbove: 500,
      ...newsroom,
      zoneOf: async () => 'Europe/Kyiv',
    },
    async () => null,
  );
  const carries = [carryBookings, questions.carry, team.carry, subscribers.carry, carryMessages];
  const joins = createJoins({ database, seal, clock, people, carries });
  const services: Services = {
    knowledge,
    directory,
    ...{ bookings, joins, team, questions, subscribers, announcements },
    dateReminders: remindersOf,
    quietHours: { from: 21, to: 8 },
    previews: () => [],
    fetchFile: async () => null,
    closeDay: async (order) => closeDay(await openRoom({ database, seal, clock, contentDir: 'content' }), order),
    openDay: async ({ library, day }) => void (await openDay({ database }, library, day)),
    links: async (payload) => [{ channel: 'web', url: `https://vistka.example/chat#${payload}` }],
    wall: (library) => `https://vistka.example/wall/${library}`,
    readCode: (text, kind) => readCode(text, kind === 'join' ? joinCodeLength : invitationLength),
    ...texts,
    openState,
    signOff: () => null,
    plain,
    calendarFile,
    phone: toE164,
    channel: () => messenger,
    allow: async () => ({ ok: true }),
    channelsOf: async () => ['telegram'],
    libraryName: null,
    sessionHours: 72,
    defaultLanguage: 'uk',
    sessionsDown: false,
    ...change,
  };
  const notices = createNotices({ services, profile: people.profile, quietUntil: () => null });
  /** They are known as whoever has written before, so that what hangs on a person holds. */
  async function enter(person: string): Promise<void> {
    const mark = people.mark('telegram', person);
    const account = { channel: 'telegram', mark, sealed: '', seen_at: now, stopped_at: null };
    await database.db
      .insertInto('people')
      .values({ id: person, seen_day: '2026-11-25' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await database.db
      .insertInto('identities')
      .values({ ...account, person })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return {
    services,
    now,
    database,
    announcements,
    /** Time goes by. */
    pass: (ms: number) => {
      passed += ms;
    },
    person: (name = 'Оксана', about: Partial<Session> = {}, language?: string) =>
      somebody(services, { now: clock.now, enter }, name, about, language),
    /** A librarian, or whatever else is wanted. */
    async staff(role: Role, library: string | null, name = 'Марія') {
      const talker = somebody(services, { now: clock.now, enter }, name, { library }, undefined);
      await enter(talker.person);
      const { code } = await inviteFromTerminal({ database, seal, clock }, { role, library });
      await team.join({ person: talker.person, code, name });
      return talker;
    },
    invitation: (role: Role, library: string | null) =>
      inviteFromTerminal({ database, seal, clock }, { role, library }),
    /** What the bot says to them of its own accord, now; its buttons can be pressed. */
    async news(talker: Talker): Promise<string> {
      const rows = await database.db
        .selectFrom('outbox')
        .select(['id', 'payload'])
        .where('person', '=', talker.person)
        .where('state', '=', 'waiting')
        .where('due_at', '<=', clock.now())
        .orderBy('id')
        .execute();
      const replies: Reply[] = [];
      for (const { id, payload } of rows) {
        const said = await notices(talker.person, JSON.parse(seal.open(payload ?? '', id) ?? 'null'), clock.now());
        if (said && 'say' in said) replies.push(said.say);
        await database.db.deleteFrom('outbox').where('id', '=', id).execute();
      }
      return talker.hears(replies);
    },
    close: () => database.close(),
  };
}

export type Talker = ReturnType<typeof somebody>;

let people = 0;

function somebody(
  services: Services,
  world: { now(): number; enter(person: string): Promise<void> },
  name: string,
  about: Partial<Session>,
  language?: string,
) {
  people += 1;
  const person = `person-${people}`;
  let session: Session = { ...emptySession, ...about };
  let events = 0;
  let replies: Reply[] = [];
  const all: Reply[] = [];
  let effects: Effect[] = [];
  let taps = 0;

  async function does(deed: Deed): Promise<string> {
    events += 1;
    const event: Event = {
      eventId: `${person}-${events}`,
      channel: 'telegram',
      sender: person,
      at: world.now(),
      hint: { name, ...(language ? { language } : {}) },
      ...deed,
    };
    await world.enter(person);
    const told = await turn(session, event, `telegram:${event.eventId}`, person, services);
    ({ session, replies, effects } = told);
    all.push(...replies);
    for (const reply of replies) check(reply);
    return said(replies);
  }

  return {
    person,
    says: (text: string) => does({ kind: 'text', text }),
    shares: (lat: number, lon: number) => does({ kind: 'place', lat, lon }),
    opens: (payload?: string) => does({ kind: 'started', ...(payload ? { payload } : {}) }),
    does,
    /** Is told something without having asked. */
    hears(news: readonly Reply[]): string {
      for (const reply of news) check(reply);
      all.push(...news);
      return said(news);
    },
    /** Presses the latest button with that label or action. */
    async presses(which: string | RegExp): Promise<string> {
      const choice = all
        .toReversed()
        .flatMap((reply) => (reply.rows ?? []).flat())
        .find((button) => {
          const action = 'action' in button ? button.action : '';
          return typeof which === 'string'
            ? button.label === which || action === which
            : which.test(button.label) || which.test(action);
        });
      if (!choice || !('action' in choice)) throw new Error(`no button ${which} in:\n${said(replies)}`);
      taps += 1;
      return does({ kind: 'choice', action: choice.action });
    },
    sends: (action: string) => does({ kind: 'choice', action }),
    get session() {
      return session;
    },
    get replies() {
      return replies;
    },
    get effects() {
      return effects;
    },
    get taps() {
      return taps;
    },
    buttons: () => (replies.at(-1)?.rows ?? []).flat(),
  };
}

/** What is true of every message that anybody ever gets. */
function check(reply: Reply): void {
  if (reply.text.trim() === '') throw new Error('an empty message');
  if (/\{\{|undefined|\[object|NaN|\$t\(/.test(reply.text)) throw new Error(`an unfilled text: ${reply.text}`);
  if (/(^|\s)[a-z]+:[a-z][\w.]+($|\s)/i.test(reply.text.replace(/\]\([^)]*\)/g, '')))
    throw new Error(`a key instead of words: ${reply.text}`);
  for (const button of (reply.rows ?? []).flat()) {
    if (button.label.trim() === '' || /\{\{|^[a-z]+:\w/i.test(button.label))
      throw new Error(`a button without words: ${button.label}`);
    if ('action' in button && Buffer.byteLength(button.action) > 64)
      throw new Error(`an action that is too long: ${button.action}`);
  }
  if ((reply.rows ?? []).some((row) => row.length === 0)) throw new Error('an empty row');
}

export function said(replies: readonly Reply[]): string {
  return replies
    .map((reply) =>
      [reply.text, ...(reply.rows ?? []).map((row) => row.map((button) => `[${button.label}]`).join(' '))].join('\n'),
    )
    .join('\n\n');
}
