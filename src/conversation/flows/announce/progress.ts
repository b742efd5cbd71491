import type { Announcement, CampaignNotice, Progress } from '../../../announcements/announcements.ts';
import type { Standing } from '../../../staff/roles.ts';
import { wordsFor } from '../../announcement-words.ts';
import { timeOf } from '../../clock-words.ts';
import { type Reader, zoneOf } from '../../flow.ts';
import type { Choice, Reply } from '../../reply.ts';
import { whenWords } from '../book.ts';
import { roleName } from '../join.ts';
import { allAndMenu, amount, button, goesTo, heading, lines, paragraphs, zone } from './parts.ts';

/** How far an announcement is, in one message that changes in place, and at the end the report. */
export function progressReply(progress: Progress, reader: Reader): Reply {
  const { announcement } = progress;
  return {
    text: paragraphs(
      lines(heading(announcement, reader), stateLine(announcement, reader)),
      books(progress, reader),
      timeLine(progress, reader),
      announcement.state === 'paused' ? reader.t(`announce:pausedWhy.${announcement.pausedWhy ?? 'staff'}`) : '',
    ),
    rows: [...rowsOf(announcement, reader), allAndMenu(reader)],
  };
}

/** What staff are told of an announcement without having asked. `progress`: where it has begun; `author`: who writes it, while they work here. */
export function campaignNotice(
  about: CampaignNotice['about'],
  announcement: Announcement,
  progress: Progress | null,
  author: Standing | null,
  reader: Reader,
): Reply {
  const { t } = reader;
  if (about === 'approve') return askApproval(announcement, author, reader);
  if (about === 'approved') {
    return {
      text: lines(t('announce:news.approved', { no: announcement.no }), startLine(announcement, reader)),
      rows: [[button('announce:undo', `undo:${announcement.no}`, reader)], openRow(announcement, reader)],
    };
  }
  const news = t(`announce:news.${about}`, { no: announcement.no });
  if (about === 'refused' || !progress) return { text: news, rows: [openRow(announcement, reader)] };
  const shown = progressReply(progress, reader);
  return { ...shown, text: paragraphs(news, shown.text) };
}

/** When it begins: «о 15:04» today is enough of a minute ahead, the day is said too of what is planned. */
export function startLine({ dueAt }: Announcement, reader: Reader): string {
  return dueAt === null ? '' : reader.t('announce:startsAt', { when: whenWords(dueAt, zone, reader) });
}

/** «15:04» of the reader's own clock. */
export function clock(at: number, { session, services, language }: Reader): string {
  return timeOf(at, zoneOf(session, services.knowledge), language);
}

/** Yes is said to the words that stand above it, and to no later ones. */
export function approvalRows({ no, version }: Announcement, reader: Reader): Choice[][] {
  const yes = button('announce:approve', `approve:${no}:${version}`, reader);
  return [[yes, button('announce:refuse', `refuse:${no}`, reader)]];
}

/** By a role and a library, not by a name. */
export function writtenBy(author: Standing, reader: Reader): string {
  return reader.t('announce:writtenBy', { author: roleName(author, reader) });
}

function askApproval(announcement: Announcement, author: Standing | null, reader: Reader): Reply {
  const { t, services, language } = reader;
  const words = wordsFor(announcement, language);
  return {
    text: paragraphs(
      t('announce:news.approve', { no: announcement.no }),
      lines(
        author ? writtenBy(author, reader) : '',
        goesTo(announcement.size ?? 0, reader),
        startLine(announcement, reader),
      ),
      words ? services.plain(words.text) : '',
    ),
    rows: [
      [button('announce:look', `look:${announcement.no}`, reader)],
      ...approvalRows(announcement, reader),
      allAndMenu(reader),
    ],
  };
}

function openRow({ no }: Announcement, reader: Reader): Choice[] {
  return [{ label: reader.t('announce:open', { no }), action: `announce:open:${no}` }, ...allAndMenu(reader).slice(1)];
}

function stateLine({ state }: Announcement, { t }: Reader): string {
  return t(`announce:state.${state}`);
}

/** Every line a number: who has it, who has not and why, who is still to get it. */
function books(
  { announcement, audience, sent, failed, uncertain, withdrawn, remaining }: Progress,
  reader: Reader,
): string {
  const { t, language } = reader;
  const n = (count: number) => amount(count, language);
  const reasons = Object.entries(failed).filter(([, count]) => count > 0);
  return lines(
    t('announce:sentOf', { sent: n(sent), audience: n(audience) }),
    ...reasons.map(
      ([why, count]) => `${t(`announce:failed.${failures.find((known) => known === why) ?? 'unknown'}`)} ${n(count)}`,
    ),
    uncertain > 0 ? `${t('announce:uncertain')} ${n(uncertain)}` : '',
    withdrawn > 0 ? `${t('announce:withdrawn')} ${n(withdrawn)}` : '',
    remaining > 0 ? `${t('announce:remaining')} ${n(remaining)}` : '',
    remaining > 0 && announcement.state === 'sending' ? t('announce:quiet') : '',
  );
}

/** Why somebody did not get it, as the outbox names it. */
const failures = ['gone', 'refused', 'late', 'down', 'unreadable'] as const;

function timeLine({ announcement, leftMs, tookMs, remaining }: Progress, reader: Reader): string {
  const { t } = reader;
  if (announcement.state === 'sending' && leftMs !== null && remaining > 0)
    return `${t('announce:left')} ${long(leftMs, reader)}`;
  return announcement.state === 'done' && tookMs !== null ? `${t('announce:took')} ${long(tookMs, reader)}` : '';
}

/** «2 хвилини», «3 години» */
function long(ms: number, { t }: Reader): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return t('announce:underAMinute');
  return minutes < 120
    ? t('announce:minutes', { count: minutes })
    : t('announce:hours', { count: Math.round(minutes / 60) });
}

function rowsOf({ no, state, pausedWhy }: Announcement, reader: Reader): Choice[][] {
  const refresh = button('announce:refresh', `open:${no}`, reader);
  const recall = button('announce:recall', `recall:${no}`, reader);
  const words = button('announce:changeWords', `texts:${no}`, reader);
  const correct = button('announce:correct', `fix:${no}`, reader);
  switch (state) {
    case 'sending':
      return [[refresh], [button('announce:pause', `pause:${no}`, reader), recall], [words, correct]];
    case 'paused':
      return [
        [button(pausedWhy === 'blocked' ? 'announce:resumeAnyway' : 'announce:resume', `resume:${no}`, reader)],
        [recall],
        [words, correct],
      ];
    case 'done':
      return [[correct]];
    case 'recalled':
      return [[correct], [refresh]];
    default:
      return [[refresh]];
  }
}
