import type { AnnouncedDate, Announcement, Content } from '../../src/announcements/announcements.ts';
import type { Topic } from '../../src/announcements/topics.ts';
import type { village } from './talk.ts';

type Village = Awaited<ReturnType<typeof village>>;

/** Just over the time in which an author may think again. */
const aMoment = 61_000;

/** Announcements that have been sent, as their authors make them: written, confirmed, begun. Takes a minute each. */
export async function newspaper(home: Village) {
  // Somebody must have asked for it, else nothing is sent.
  const reader = home.person('Читач', { language: 'uk' });
  await reader.sends('menu');

  return async function publish(
    words: Content['words'],
    more: { topic?: Topic; library?: string | null; date?: Partial<AnnouncedDate>; link?: string } = {},
  ): Promise<Announcement> {
    const { announcements, services } = home;
    // Another one each time: how many a day one may send is not what is told here.
    const { person } = await home.staff('admin', null, 'Редакція');
    const { topic = 'contests', library = null } = more;
    const libraries = library === null ? [] : [library];
    const consent = { wording: 'test', language: 'uk' };
    await services.subscribers.subscribe({ person: reader.person, topics: [topic], libraries, consent });
    const [[language, text] = ['uk', ''] as const, ...others] = Object.entries(words) as ['uk', string][];
    const eventId = `editor-${Math.random()}`;
    const draft = await announcements.draft({ eventId, person, library, topic, language, words: text });
    if (!draft) throw new Error('the editor may not write');
    const { no } = draft;
    for (const [other, said] of others)
      await announcements.change(person, no, { words: { language: other, text: said } });
    const date: AnnouncedDate | null = more.date
      ? {
          ...{ what: 'deadline', wall: '2026-12-20T18:00', zone: 'Europe/Kyiv', sum: null, who: null, book: false },
          ...more.date,
        }
      : null;
    const ready = await announcements.change(person, no, { date, link: more.link ?? null });
    const people = (await announcements.reach(person, no))?.people ?? 0;
    const confirmed = await announcements.confirm({ person, no, version: ready?.version ?? 0, people, at: null });
    if (confirmed.outcome !== 'scheduled') throw new Error(`not sent: ${confirmed.outcome}`);
    home.pass(aMoment);
    await announcements.tend();
    const sent = await announcements.publishedNo(no);
    if (!sent) throw new Error('not published');
    return sent;
  };
}
