import type { Announcement } from '../../announcements/announcements.ts';
import { topics } from '../../announcements/topics.ts';
import type { Language } from '../../texts.ts';
import { announcementReply, dateLines, senderName, wordsFor } from '../announcement-words.ts';
import { type Flow, type Reader, type Told, type Turn, zoneOf } from '../flow.ts';
import { languageName } from '../names.ts';
import type { Choice } from '../reply.ts';
import { layOnScreens, toMenu } from '../screens.ts';
import { whenWords } from './book.ts';

/**
 * The calendar of contests and events: what was announced and is still to come, soonest first; reminders of a date by one
 * tap, and none by another.
 * `dates` · `dates:p:<all|events|contests>:<page>` · `dates:o:<no>` · `dates:follow:<no>` · `dates:unfollow:<no>`
 */
export const dates: Flow = {
  word: 'dates',
  async choose([step, value = '', page = ''], turn) {
    switch (step) {
      case 'o':
        return open(Number(value), turn);
      case 'follow':
        return follow(Number(value), turn);
      case 'off':
      case 'unfollow':
        return unfollow(Number(value), turn);
      case 'p':
        return list(kinds.find((kind) => kind === value) ?? 'all', Number(page) || 0, turn);
      default:
        return list('all', 0, turn);
    }
  },
};

const kinds = ['all', 'events', 'contests'] as const;
type Kind = (typeof kinds)[number];
type Upcoming = Announcement & { followed: boolean };

/** More is no calendar that anybody reads in a chat. */
const most = 60;
const perPage = 5;

const isOf: Record<Kind, (one: Upcoming) => boolean> = {
  all: () => true,
  events: ({ content }) => content.date?.what === 'event',
  contests: ({ content }) => content.date?.what === 'deadline',
};

async function list(kind: Kind, page: number, turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  const all = await services.announcements.upcoming({ person, limit: most });
  const some = all.filter(isOf[kind]);
  if (some.length === 0) return { replies: [{ text: t(`dates:none.${kind}`), rows: nothingRows(kind, all, turn) }] };
  // One that has passed meanwhile may have taken the last page with it.
  const first = page * perPage < some.length ? page * perPage : 0;
  const shown = some.slice(first, first + perPage);
  const screens = layOnScreens([
    t(`dates:soon.${kind}`),
    ...shown.map((one, i) => `**${first + i + 1}.** ${described(one, turn)}`),
    shown.some((one) => isDemo(one, turn)) ? t('notices:demo') : '',
  ]);
  const rows: Choice[][] = [
    ...shown.map((one, i) => itsRow(first + i + 1, one, turn)),
    ...(first + perPage < some.length
      ? [[{ label: t('library:more'), action: `dates:p:${kind}:${first / perPage + 1}` }]]
      : []),
    ...otherKinds(kind, all, turn),
    [toMenu(turn)],
  ];
  return { replies: screens.map((text, i) => ({ text, ...(i === screens.length - 1 ? { rows } : {}) })), at: null };
}

function itsRow(n: number, { no, followed }: Upcoming, { t }: Turn): Choice[] {
  return [
    { label: t('dates:open', { no: n }), action: `dates:o:${no}` },
    followed
      ? { label: t('dates:noRemind', { no: n }), action: `dates:unfollow:${no}` }
      : { label: t('dates:remind', { no: n }), action: `dates:follow:${no}` },
  ];
}

/** Worth a button where there is more than one screen, and both kinds. */
function otherKinds(kind: Kind, all: readonly Upcoming[], { t }: Turn): Choice[][] {
  if (all.length <= perPage) return [];
  const others = kinds.filter((other) => other !== kind && all.some(isOf[other]) && !all.every(isOf[other]));
  const back = kind === 'all' ? [] : (['all'] as const);
  const offered = [...back, ...others.filter((other) => other !== 'all')];
  return offered.length > 0
    ? [offered.map((other) => ({ label: t(`dates:only.${other}`), action: `dates:p:${other}:0` }))]
    : [];
}

function nothingRows(kind: Kind, all: readonly Upcoming[], turn: Turn): Choice[][] {
  const { t } = turn;
  return [
    ...(kind === 'events'
      ? []
      : [[{ label: t('dates:tellMe'), action: `subscribe:want:${topics.indexOf('contests')}` }]]),
    ...(all.length > 0 ? [[{ label: t('dates:all'), action: 'dates' }]] : []),
    [toMenu(turn)],
  ];
}

/** The date, the first line of what was announced, whose it is. */
function described(one: Announcement, reader: Reader): string {
  const words = wordsFor(one, reader.language);
  const [when = '', ...more] = dateLines(one, reader);
  return [
    when,
    words ? `${reader.services.plain(firstLine(words.text))}${inWhich(words.language, reader)}` : '',
    ...more,
    one.library === null ? '' : senderName(one.library, reader),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** In a list one word is enough to say that it is in another language. */
function inWhich(written: Language, { language }: Reader): string {
  return written === language ? '' : ` (${languageName(written, language)})`;
}

const longestLine = 120;

function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  if (line.length <= longestLine) return line;
  const cut = line.slice(0, longestLine);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 1)).replace(/[\s,;:.–-]+$/, '')}…`;
}

function isDemo({ library }: Announcement, { services }: Reader): boolean {
  return library !== null && (services.directory.get(library)?.demo ?? false);
}

/** The whole of it, with a way back to the calendar: whoever looks it up need not be one who is told news. */
async function open(no: number, turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  const [found, soon] = await Promise.all([
    services.announcements.publishedNo(no),
    services.announcements.upcoming({ person, limit: most }),
  ]);
  if (!found) return gone(turn);
  const followed = soon.some((one) => one.no === no && one.followed);
  const reply = announcementReply(found, turn);
  const rows = (reply.rows ?? [])
    .filter((row) => !row.some((choice) => 'action' in choice && choice.action === 'subscribe:stop'))
    .map((row) =>
      row.map((choice) =>
        followed && 'action' in choice && choice.action === `dates:follow:${no}`
          ? { label: t('dates:stopReminding'), action: `dates:unfollow:${no}` }
          : choice,
      ),
    );
  return { replies: [{ ...reply, rows: [...rows, [toDates(turn), toMenu(turn)]] }] };
}

async function follow(no: number, turn: Turn): Promise<Told> {
  const { t, person, services, session } = turn;
  const zone = zoneOf(session, services.knowledge);
  const followed = await services.announcements.follow({ person, no, zone });
  const { date } = followed?.content ?? {};
  if (!followed || !date || followed.dateAt === null) return gone(turn);
  const coming = services
    .dateReminders(date.what, followed.dateAt, zone)
    .filter(({ dueAt }) => dueAt > turn.now)
    .map(({ which, dueAt }) => t(`dates:before.${which}`, { when: whenWords(dueAt, zone, turn) }));
  const text = coming.length > 0 ? [t('dates:following'), ...coming].join('\n') : t('dates:tooSoon');
  return {
    replies: [
      {
        text: `${text}\n\n${described(followed, turn)}`,
        rows: [[{ label: t('dates:stopReminding'), action: `dates:unfollow:${no}` }], [toDates(turn), toMenu(turn)]],
      },
    ],
  };
}

async function unfollow(no: number, turn: Turn): Promise<Told> {
  await turn.services.announcements.unfollow(turn.person, no);
  const { t } = turn;
  return {
    replies: [
      {
        text: t('dates:off'),
        rows: [[{ label: t('dates:remindAgain'), action: `dates:follow:${no}` }], [toDates(turn), toMenu(turn)]],
      },
    ],
  };
}

function gone(turn: Turn): Told {
  return { replies: [{ text: turn.t('dates:gone'), rows: [[toDates(turn)], [toMenu(turn)]] }] };
}

function toDates({ t }: Pick<Turn, 't'>): Choice {
  return { label: t('dates:all'), action: 'dates' };
}

/** The dates of which somebody is to be reminded, in words, for their own copy of what is kept. */
export async function followedDates(turn: Turn): Promise<string[]> {
  const soon = await turn.services.announcements.upcoming({ person: turn.person, limit: most });
  return soon.filter(({ followed }) => followed).map((one) => described(one, turn).replaceAll('**', ''));
}
