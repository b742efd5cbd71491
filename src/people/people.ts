import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import { createKnown } from './known.ts';
import type { Profile } from './profile.ts';
import {
  accountsAfter,
  accountsOf,
  accountsOfMany,
  addPerson,
  changeProfile,
  changeSealed,
  dayOf,
  deletePerson,
  findAccount,
  markStopped,
  noteSeen,
  profileOf,
  profilesOf,
  unseenPeople,
} from './store.ts';

/** Who the bot talks to. A person is a random id; platform ids are stored as a keyed hash and sealed (AES-256-GCM). */
export type People = {
  /**
   * The person behind a platform id, made on first sight. Cached in memory: no query for someone seen a moment ago.
   * @param sender the platform's id; never stored in the clear
   */
  identify(channel: string, sender: string): Promise<string>;
  /** The person behind a platform id, where they are known already; writes nothing, and takes nothing from memory. */
  find(channel: string, sender: string): Promise<string | null>;
  /** The keyed hash under which an account is stored. */
  mark(channel: string, sender: string): string;
  /** An account of theirs is another person's now. */
  regrouped(person: string): void;
  /** Where a person can be reached, newest first; sealed at rest, opened here. */
  reach(person: string): Promise<readonly { channel: string; sender: string }[]>;
  profile(person: string): Promise<Profile>;
  /** Both of them for several at once; whoever is not in the answer is not known any more. */
  several(
    people: readonly string[],
  ): Promise<ReadonlyMap<string, { profile: Profile; reach: readonly { channel: string; sender: string }[] }>>;
  /** Changes only the fields given. */
  saveProfile(person: string, change: Partial<Profile>): Promise<void>;
  /** Blocked or unsubscribed: nothing is started by us until they write again. */
  stopped(person: string, channel: string): Promise<void>;
  /**
   * People who have not written for a year, or, known only on a channel where an account is a cookie, for `shortDays`:
   * nobody is kept for ever.
   */
  unseen(shortLived: readonly string[], shortDays: number, limit: number): Promise<readonly string[]>;
  /** Seals every address anew, so that the key before is needed no longer. To be run while it still opens them. */
  reseal(): Promise<void>;
  /** Everything of a person in this room. */
  forget(person: string): Promise<void>;
};

const REMEMBERED = 20_000;
/**
 * How long an account is taken from memory without asking. Somebody forgotten by another process may be known to this one
 * for so long: their random id then leads to no row, a profile is not written (`saveProfile` changes no row and
 * the memory is dropped), and after it they are a new person.
 */
const REMEMBERED_MS = 60_000;

export function createPeople(deps: { database: Database; seal: Seal; clock: { now(): number } }): People {
  const { database, seal, clock } = deps;
  const { db } = database;
  const known = createKnown({ size: REMEMBERED, ttlMs: REMEMBERED_MS, clock });
  const asking = new Map<string, Promise<string>>();
  const marks = new Map<string, string>();
  // Grows with everyone who stops or is forgotten, so that an answer asked for before is not remembered after.
  let departures = 0;
  const depart = (person: string) => {
    departures++;
    known.drop(person);
  };

  async function ask(key: string, channel: string, sender: string): Promise<string> {
    const before = departures;
    const person = await findOrAdd({ database, seal, now: clock.now() }, channel, sender);
    if (before === departures) known.set(key, person);
    return person;
  }

  return {
    async identify(channel, sender) {
      const key = `${channel}\n${sender}`;
      const remembered = known.get(key);
      if (remembered !== undefined) return remembered;
      const asked = asking.get(key) ?? ask(key, channel, sender).finally(() => asking.delete(key));
      asking.set(key, asked);
      return asked;
    },
    async find(channel, sender) {
      return (await findAccount(db, { channel, mark: markOf(seal, channel, sender) }))?.id ?? null;
    },
    mark(channel, sender) {
      const key = `${channel}\n${sender}`;
      const mark = marks.get(key) ?? markOf(seal, channel, sender);
      if (marks.size >= REMEMBERED) marks.clear();
      marks.set(key, mark);
      return mark;
    },
    regrouped: depart,
    async reach(person) {
      const accounts = await accountsOf(db, person);
      return accounts.flatMap(({ channel, mark, sealed }) => {
        const sender = seal.open(sealed, aboutOf(mark));
        return sender === null ? [] : [{ channel, sender }];
      });
    },
    async profile(person) {
      return (await profileOf(db, person)) ?? { language: null, country: null, zone: null, library: null };
    },
    async several(people) {
      if (people.length === 0) return new Map();
      const [profiles, accounts] = await Promise.all([profilesOf(db, people), accountsOfMany(db, people)]);
      const of = Map.groupBy(accounts, ({ person }) => person);
      return new Map(
        profiles.map(({ id, ...profile }) => {
          const reach = (of.get(id) ?? []).flatMap(({ channel, mark, sealed }) => {
            const sender = seal.open(sealed, aboutOf(mark));
            return sender === null ? [] : [{ channel, sender }];
          });
          return [id, { profile, reach }];
        }),
      );
    },
    async saveProfile(person, change) {
      if (Object.keys(change).length === 0) return;
      const found = await database.together((trx) => changeProfile(trx, person, change));
      if (!found) depart(person);
    },
    async stopped(person, channel) {
      await markStopped(db, person, channel, clock.now());
      depart(person);
    },
    unseen(shortLived, shortDays, limit) {
      const daysAgo = (days: number) => dayOf(clock.now() - days * 86_400_000);
      return unseenPeople(db, { since: daysAgo(365), sinceShort: daysAgo(shortDays), shortLived }, limit);
    },
    async reseal() {
      for (let after = ''; ; ) {
        const accounts = await accountsAfter(db, after, 500);
        for (const { channel, mark, sealed } of accounts) {
          const sender = seal.open(sealed, aboutOf(mark));
          if (sender !== null) await changeSealed(db, { channel, mark }, seal.seal(sender, aboutOf(mark)));
        }
        const last = accounts.at(-1);
        if (!last) return;
        after = last.mark;
      }
    },
    async forget(person) {
      depart(person);
      await deletePerson(database, person);
      depart(person);
    },
  };
}

const markOf = (seal: Seal, channel: string, sender: string) => seal.mark(`identity\n${channel}\n${sender}`);
const aboutOf = (mark: string) => `identity ${mark}`;

async function findOrAdd(
  { database, seal, now }: { database: Database; seal: Seal; now: number },
  channel: string,
  sender: string,
): Promise<string> {
  const mark = markOf(seal, channel, sender);
  const account = { channel, mark };
  // An account may be added, or forgotten, by another process between our looking and our adding: then look again.
  for (;;) {
    const found = await findAccount(database.db, account);
    if (found) {
      if (found.stopped_at !== null || found.seen_day !== dayOf(now))
        await noteSeen(database.db, account, found.id, now);
      return found.id;
    }
    const added = await addPerson(database, { ...account, sealed: seal.seal(sender, aboutOf(mark)) }, now);
    if (added !== null) return added;
  }
}
