import type { Outbox } from '../delivery/outbox.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import { type Language, languages } from '../texts.ts';
import type { Announcement, Audience, Reach } from './announcements.ts';
import { type Reader, type Readers, readersAfter, readersNamed } from './store.ts';
import { topicMarks } from './topic-marks.ts';
import type { Topic } from './topics.ts';

/** For whom an announcement is, counted and paged: never all of them in memory, never a statement that grows with them. */
export type AudienceFacts = {
  database: Database;
  seal: Seal;
  /** The libraries of an oblast. */
  librariesIn(oblast: string): readonly string[];
  /** May a message that the bot starts there cost money? */
  charged(channel: string): boolean;
  /** EUR a message, by country. */
  prices: Readonly<Record<string, number>>;
};

/** A page of rows is one transaction, and a person's turn waits for it: about 7 ms on SQLite. */
const pageSize = 200;
/** Within so long after the person's own words nothing is charged. */
const sessionMs = 24 * 3_600_000;

export function readersOf(facts: AudienceFacts, topic: Topic, audience: Audience): Readers {
  const { library, oblast, country, channel } = audience;
  const libraries = library !== null ? [library] : oblast !== null ? facts.librariesIn(oblast) : null;
  return { topic: topicMarks(facts.seal).get(topic) ?? '', libraries, country, channel };
}

/** Page by page, letting others have their turn between two of them. */
export async function* pagesOf(
  facts: AudienceFacts,
  readers: Readers,
  after = '',
): AsyncGenerator<{
  readers: readonly Reader[];
  /** null: it was the last. */
  last: string | null;
}> {
  for (let from: string | null = after; from !== null; ) {
    const page: Awaited<ReturnType<typeof readersAfter>> = await readersAfter(
      facts.database.db,
      readers,
      from,
      pageSize,
    );
    yield page;
    from = page.last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Where somebody is reached: what costs nothing first, then where they wrote last. */
export function chosenAccount<Account extends { channel: string }>(
  accounts: readonly Account[],
  charged: (channel: string) => boolean,
): Account | undefined {
  return accounts.find(({ channel }) => !charged(channel)) ?? accounts[0];
}

export async function countReach(
  facts: AudienceFacts,
  { topic, audience, content }: Pick<Announcement, 'topic' | 'audience' | 'content'>,
  now: number,
): Promise<Reach> {
  const count = emptyReach();
  for await (const page of pagesOf(facts, readersOf(facts, topic, audience))) {
    for (const reader of page.readers) add(count, reader, facts, now, content.words);
  }
  return finished(count, facts.prices);
}

/** Those who got a message of that group: where it arrived is where they get what mends it. */
export async function countReceivers(
  facts: AudienceFacts & { outbox: Pick<Outbox, 'sentTo'> },
  group: string,
  now: number,
): Promise<Reach> {
  const count = emptyReach();
  for (let after: string | null = ''; after !== null; ) {
    const page: Awaited<ReturnType<Outbox['sentTo']>> = await facts.outbox.sentTo(group, after, pageSize);
    const people = page.map(({ person }) => person);
    const known = new Map((await readersNamed(facts.database.db, people)).map((reader) => [reader.person, reader]));
    for (const { person, channel } of page) {
      const reader = known.get(person);
      const account = reader?.accounts.find((one) => one.channel === channel);
      if (reader) addTo(count, channel ?? '', { country: reader.country, seenAt: account?.seenAt ?? 0 }, facts, now);
    }
    after = page.length < pageSize ? null : (page.at(-1)?.id ?? null);
  }
  return finished(count, facts.prices);
}

type Count = {
  people: number;
  channels: Record<string, number>;
  otherLanguage: Partial<Record<Language, number>>;
  /** Charged messages by country; empty: unknown. */
  charged: Map<string, number>;
};

function emptyReach(): Count {
  return { people: 0, channels: {}, otherLanguage: {}, charged: new Map() };
}

function add(
  count: Count,
  reader: Reader,
  facts: AudienceFacts,
  now: number,
  words: Announcement['content']['words'],
): void {
  const account = chosenAccount(reader.accounts, facts.charged);
  if (!account) return;
  addTo(count, account.channel, { country: reader.country, seenAt: account.seenAt }, facts, now);
  const language = languages.find((one) => one === reader.language) ?? 'uk';
  if (words[language] === undefined) count.otherLanguage[language] = (count.otherLanguage[language] ?? 0) + 1;
}

function addTo(
  count: Count,
  channel: string,
  { country, seenAt }: { country: string | null; seenAt: number },
  facts: AudienceFacts,
  now: number,
): void {
  count.people += 1;
  count.channels[channel] = (count.channels[channel] ?? 0) + 1;
  if (!facts.charged(channel) || now - seenAt < sessionMs) return;
  count.charged.set(country ?? '', (count.charged.get(country ?? '') ?? 0) + 1);
}

/** Of a country without a price, or an unknown one, the dearest is taken: it must not cost more than was said. */
function finished({ people, channels, otherLanguage, charged }: Count, prices: AudienceFacts['prices']): Reach {
  const known = Object.values(prices);
  const dearest = known.length > 0 ? Math.max(...known) : null;
  let messages = 0;
  let euro = 0;
  for (const [country, n] of charged) {
    messages += n;
    euro += n * (prices[country] ?? dearest ?? 0);
  }
  return { people, channels, otherLanguage, charged: { messages, euro: dearest === null ? null : euro } };
}
