import { z } from 'zod';
import type { Announcement, AnnouncementNotice } from '../announcements/announcements.ts';
import type { Quiet } from '../announcements/subscribers.ts';
import type { Profile } from '../people/profile.ts';
import { type Language, languages } from '../texts.ts';
import { announcementReply } from './announcement-words.ts';
import { type Reader, type Services, zoneOf } from './flow.ts';
import type { Reply } from './reply.ts';
import { emptySession } from './session.ts';

/**
 * The words of announcements, for many readers at once: each in their own language and zone, not in their night, and
 * only to who still wants them. Those who read the very same words share one reply.
 */
export type Bulletin =
  /** No longer wanted, or no longer there. */
  | { do: 'drop' }
  /** UTC ms: the reader sleeps until then. */
  | { do: 'wait'; until: number }
  | {
      do: 'send';
      words: Words;
      /** Equal keys are the very same words. */
      key: string;
      to: readonly Account[];
      /** The message that it mends, where that can be changed. */
      edit?: { channel: string; receipt: string };
    };

/** `instead`: what takes the place of the message that is mended; `say`: what is said where that can't be. */
export type Words = { say: Reply; instead?: Reply };

type Account = { channel: string; sender: string };

export type BulletinsDeps = {
  services: Services;
  several(people: readonly string[]): Promise<ReadonlyMap<string, { profile: Profile; reach: readonly Account[] }>>;
  /** When the quiet time ends in which an instant lies, UTC ms; null: it is not quiet. */
  quietUntil(at: number, zone: string, quiet: { from: number; to: number }): number | null;
};

const notice = z.object({
  what: z.literal('announcement'),
  announcement: z.string(),
  language: z.null(),
  edits: z.object({ channel: z.string(), receipt: z.string() }).optional(),
}) satisfies z.ZodType<AnnouncementNotice>;

/** @returns a function that answers for each of a batch, in its order */
export function createBulletins({ services, several, quietUntil }: BulletinsDeps) {
  return async (dues: readonly { person: string; payload: unknown }[], now: number): Promise<readonly Bulletin[]> => {
    const wanted = dues.map(({ person, payload }) => ({ person, ...notice.parse(payload) }));
    const people = [...new Set(wanted.map(({ person }) => person))];
    const [known, listening, announcements] = await Promise.all([
      several(people),
      services.subscribers.listening(people),
      publishedOf([...new Set(wanted.map(({ announcement }) => announcement))], services),
    ]);
    const asking = await askingFor(wanted, [...announcements.values()]);
    const replies = new Map<string, Words>();
    return wanted.map(({ person, announcement: id, edits }): Bulletin => {
      const announcement = announcements.get(id);
      const reader = known.get(person);
      const quiet = listening.get(person);
      if (!announcement || !reader || quiet === undefined) return { do: 'drop' };
      if (asking.get(id)?.has(person) === false) return { do: 'drop' };
      const language = languageOf(reader.profile.language) ?? services.defaultLanguage;
      const zone = zoneOf(reader.profile, services.knowledge);
      const until = endOfQuiet(now, zone, quiet);
      if (until !== null) return { do: 'wait', until };
      // Only a date stands there by the reader's clock.
      const key = `${id} ${announcement.version} ${language} ${announcement.content.date === null ? '' : zone}`;
      const words = replies.get(key) ?? wordsFor(announcement, language, zone, now);
      replies.set(key, words);
      return {
        do: 'send',
        words,
        key,
        to: accountsFor(announcement, reader.reach, edits),
        ...(edits ? { edit: edits } : {}),
      };
    });
  };

  /** Who asks for it still. A correction is for those who have read what it corrects, whatever they ask for now. */
  async function askingFor(
    wanted: readonly { person: string; announcement: string }[],
    announcements: readonly Announcement[],
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const asking = new Map<string, ReadonlySet<string>>();
    for (const { id, topic, audience, corrects } of announcements) {
      if (corrects !== null) continue;
      const people = wanted.flatMap(({ person, announcement }) => (announcement === id ? [person] : []));
      asking.set(id, await services.subscribers.asking(people, topic, librariesOf(audience)));
    }
    return asking;
  }

  function librariesOf({ library, oblast }: Announcement['audience']): readonly string[] | null {
    if (library !== null) return [library];
    return oblast === null ? null : services.directory.inOblast(oblast).map(({ id }) => id);
  }

  function endOfQuiet(now: number, zone: string, quiet: Quiet): number | null {
    return quiet === 'none' ? null : quietUntil(now, zone, quiet ?? services.quietHours);
  }

  function wordsFor(announcement: Announcement, language: Language, zone: string, now: number): Words {
    const reader: Reader & { now: number } = {
      now,
      language,
      services,
      session: { ...emptySession, language, zone },
      t: (key, values) => services.t(language, key, values),
    };
    if (announcement.corrects === null) return { say: announcementReply(announcement, reader) };
    return {
      say: announcementReply(announcement, reader, { corrected: true }),
      instead: announcementReply(announcement, reader),
    };
  }

  /** The message that is mended stands where it stands; else what costs nothing is tried first. */
  function accountsFor(
    { audience }: Announcement,
    reach: readonly Account[],
    edits: AnnouncementNotice['edits'],
  ): readonly Account[] {
    const there = edits ? reach.filter(({ channel }) => channel === edits.channel) : [];
    if (there.length > 0) return there;
    const allowed = audience.channel === null ? reach : reach.filter(({ channel }) => channel === audience.channel);
    return allowed.toSorted((a, b) => cost(a) - cost(b));
  }

  function cost({ channel }: Account): number {
    return services.channel(channel).charged ? 1 : 0;
  }
}

async function publishedOf(ids: readonly string[], services: Services): Promise<ReadonlyMap<string, Announcement>> {
  const found = await Promise.all(ids.map((id) => services.announcements.published(id)));
  return new Map(found.flatMap((one) => (one ? [[one.id, one] as const] : [])));
}

const languageOf = (code: string | null) => languages.find((language) => language === code) ?? null;
