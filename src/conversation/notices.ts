import { z } from 'zod';
import type { CampaignNotice, DateNotice, Progress } from '../announcements/announcements.ts';
import type { Booking } from '../bookings/bookings.ts';
import type { BookingNotice, OfferNotice } from '../bookings/reminders.ts';
import type { Profile } from '../people/profile.ts';
import type { QuestionNotice } from '../staff/questions.ts';
import type { WrongNumberNotice } from '../staff/wrong-numbers.ts';
import { languages } from '../texts.ts';
import { dateReply } from './announcement-words.ts';
import { timeOf } from './clock-words.ts';
import { type Reader, type Services, zoneOf } from './flow.ts';
import { campaignNotice, progressReply } from './flows/announce.ts';
import { demoNote, describeBooking, packed, timeLabel, whenWords } from './flows/book.ts';
import { questionNotice } from './flows/inbox.ts';
import { replyNotice } from './flows/librarian.ts';
import { inWords } from './names.ts';
import type { Reply } from './reply.ts';
import { toMenu } from './screens.ts';
import { emptySession } from './session.ts';

/**
 * What the bot says of its own accord. The outbox keeps what is to be said as data; the words are made here at the
 * moment of sending, in the language and the zone that the person has then, and only if it is still true.
 * A new kind: a member of `notice`, a line in `speakers`, its words in `locales/<language>/notices.json`.
 */
const bookingNotice = z.object({
  what: z.enum([
    ...['reminder', 'followup', 'confirmed', 'moved', 'called-off', 'joined', 'left', 'proposed', 'refused'],
  ] as BookingNotice['what'][]),
  which: z.enum(['day', 'hour']).nullable(),
  booking: z.string(),
  version: z.number(),
  language: z.string().nullable(),
  why: z.string().nullish(),
  wall: z.string().nullish(),
}) satisfies z.ZodType<BookingNotice>;
const offerNotice = z.object({
  what: z.literal('offer'),
  wait: z.string(),
  language: z.string().nullable(),
}) satisfies z.ZodType<OfferNotice>;
const talkNotice = z.object({
  what: z.enum(['question', 'reply']),
  about: z.enum(['asked', 'added', 'handed', 'ended', 'forgotten', 'answered', 'closed']),
  no: z.number(),
  message: z.string().nullable(),
  language: z.string().nullable(),
}) satisfies z.ZodType<QuestionNotice>;
const wrongNumberNotice = z.object({
  what: z.literal('wrong-number'),
  resource: z.string(),
  language: z.null(),
}) satisfies z.ZodType<WrongNumberNotice>;
const campaign = z.object({
  what: z.literal('campaign'),
  about: z.enum(['approve', 'approved', 'refused', 'paused', 'cut-off', 'done']),
  announcement: z.string(),
  language: z.null(),
}) satisfies z.ZodType<CampaignNotice>;
const dateNotice = z.object({
  what: z.literal('date'),
  announcement: z.string(),
  at: z.number(),
  language: z.null(),
}) satisfies z.ZodType<DateNotice>;
const notice = z.discriminatedUnion('what', [
  bookingNotice,
  offerNotice,
  talkNotice,
  wrongNumberNotice,
  campaign,
  dateNotice,
]);
type Notice = z.output<typeof bookingNotice>;

/** `say`: the words. `waitUntil` (UTC ms): the reader sleeps. null: it is no longer true, and nothing is said. */
export type Said = { say: Reply } | { waitUntil: number } | null;

type Listener = Reader & { person: string; now: number; quietUntil: number | null };

const speakers: { [What in Notice['what']]: (notice: Notice, to: Listener) => Promise<Said> } = {
  reminder: remind,
  followup: askAfter,
  confirmed: tellConfirmed,
  moved: tellMoved,
  'called-off': tellCalledOff,
  joined: tellOfRelatives,
  left: tellOfRelatives,
  refused: tellOfRelatives,
  proposed: askAboutProposal,
};

export type NoticesDeps = {
  services: Services;
  profile(person: string): Promise<Profile>;
  /** When the quiet time ends in which that instant lies for somebody in that zone, UTC ms; null: it is not quiet. */
  quietUntil(at: number, zone: string): number | null;
};

/**
 * @returns a function that says what is to be said to somebody now
 * @throws there, when the payload is none of this build
 */
export function createNotices({ services, profile, quietUntil }: NoticesDeps) {
  return async (person: string, payload: unknown, now: number): Promise<Said> => {
    const wanted = notice.parse(payload);
    const known = await profile(person);
    const language = languageOf(known.language) ?? languageOf(wanted.language) ?? services.defaultLanguage;
    const session = { ...emptySession, ...known, language };
    const to: Listener = {
      ...{ person, language, session, services, now },
      t: (key, values) => services.t(language, key, values),
      quietUntil: quietUntil(now, zoneOf(session, services.knowledge)),
    };
    if ('no' in wanted) return tellOfTalk(wanted, to);
    if ('wait' in wanted) return offerTime(wanted, to);
    if ('resource' in wanted) return askToCheck(wanted, to);
    if (wanted.what === 'campaign') return tellOfAnnouncement(wanted, to);
    if (wanted.what === 'date') return remindOfDate(wanted, to);
    return speakers[wanted.what](wanted, to);
  };
}

/** @returns a function that says to staff, in their own language, how far an announcement is */
export function createProgressWords({ services, profile }: Pick<NoticesDeps, 'services' | 'profile'>) {
  return async (person: string, progress: Progress): Promise<Reply> => {
    const known = await profile(person);
    const language = languageOf(known.language) ?? services.defaultLanguage;
    const t: Reader['t'] = (key, values) => services.t(language, key, values);
    return progressReply(progress, { language, session: { ...emptySession, ...known, language }, services, t });
  };
}

const languageOf = (code: string | null) => languages.find((language) => language === code);

/** Somebody waits for it, at any hour. A text that has been deleted is not said, and nothing to who is no librarian now. */
async function tellOfTalk(notice: z.output<typeof talkNotice>, to: Listener): Promise<Said> {
  const { questions } = to.services;
  const found = await questions.message(notice.no, notice.message);
  if (!found) return null;
  const { conversation, text } = found;
  if (notice.what === 'reply') {
    const own = await questions.own(to.person, notice.no);
    return own && { say: replyNotice(notice.about, conversation, text, to) };
  }
  if (!(await questions.mayAnswer(to.person, conversation))) return null;
  return { say: questionNotice(notice.about, conversation, text, to) };
}

/** For those who keep the content: which record, and what stands in it. */
async function askToCheck({ resource }: z.output<typeof wrongNumberNotice>, to: Listener): Promise<Said> {
  const found = to.services.knowledge.resource(resource);
  if (!found || !(await to.services.team.allowed(to.person, 'content', null))) return null;
  if (to.quietUntil !== null) return { waitUntil: to.quietUntil };
  const lines = [
    to.t('notices:wrongNumber'),
    `**${inWords(found.name, to.language)}**`,
    ...found.phones.map((phone) => `[${phone.display}](tel:${phone.number})`),
    to.t('notices:wrongNumberWhere', { id: resource, country: found.country }),
  ];
  return { say: { text: lines.join('\n'), rows: [[toMenu(to)]] } };
}

/** For staff, who wait for it; those who work there no more are told nothing. */
async function tellOfAnnouncement(notice: z.output<typeof campaign>, to: Listener): Promise<Said> {
  const { announcements } = to.services;
  const no = await announcements.numberOf(notice.announcement);
  const progress = no === null ? null : await announcements.progress(to.person, no);
  if (!progress) return null;
  const author = await to.services.team.member(progress.announcement.staff);
  return { say: campaignNotice(notice.about, progress.announcement, progress, author, to) };
}

/** The date as it stands now; one that has moved is told of by its own reminder. */
async function remindOfDate(notice: z.output<typeof dateNotice>, to: Listener): Promise<Said> {
  const announcement = await to.services.announcements.published(notice.announcement);
  if (!announcement || announcement.dateAt !== notice.at || notice.at <= to.now) return null;
  // An hour before comes at any hour; the others wait for the morning.
  if (to.quietUntil !== null && notice.at > to.quietUntil) return { waitUntil: to.quietUntil };
  return { say: dateReply(announcement, to) };
}

/** Time and place, not what about: others may look at the phone. Harmless when it is read twice. */
async function remind(notice: Notice, to: Listener): Promise<Said> {
  const booking = await stillSo(notice, to);
  if (!booking || booking.at <= to.now) return null;
  if (notice.which === 'day' && to.quietUntil !== null) return { waitUntil: to.quietUntil };
  return { say: aboutBooking('notices:reminder', booking, to) };
}

async function tellConfirmed(notice: Notice, to: Listener): Promise<Said> {
  const booking = await stillSo(notice, to);
  return booking && { say: aboutBooking('notices:confirmed', booking, to) };
}

async function tellMoved(notice: Notice, to: Listener): Promise<Said> {
  const booking = await openAs(notice, to);
  return booking && gently({ say: aboutBooking('notices:moved', booking, to) }, booking, to);
}

/** By family, by staff, or because the day is closed. Whoever booked is offered the next free times. */
async function tellCalledOff(notice: Notice, to: Listener): Promise<Said> {
  const { t, services } = to;
  const booking = await services.bookings.find(to.person, notice.booking);
  if (booking?.state !== 'cancelled') return null;
  const owner = booking.as === 'owner' && notice.why !== 'family';
  const { library, kind } = booking;
  const free = owner ? await services.bookings.free({ library, kind, limit: 3 }) : [];
  const say: Reply = {
    text: [
      `${t(`notices:calledOff.${calledOffWhy(notice.why)}`)}\n${whenWords(booking.at, booking.zone, to)}`,
      free.length > 0 ? t('notices:nextFree') : '',
      demoNote(booking.demo, to),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
    rows: [
      ...free.map((slot) => [
        { label: timeLabel(slot, false, to), action: `book:again:${booking.id}:${packed(slot.wall)}` },
      ]),
      [{ label: t('mybookings:outOfCalendar'), action: `mybookings:ics:${booking.id}` }],
      [{ label: t('notices:bookMore'), action: 'book' }, toMenu(to)],
    ],
  };
  return gently({ say }, booking, to);
}

const calledOffWhy = (why: string | null | undefined) =>
  (['family', 'staff', 'power', 'raid'] as const).find((known) => known === why) ?? 'other';

async function tellOfRelatives(notice: Notice, to: Listener): Promise<Said> {
  const booking = await to.services.bookings.find(to.person, notice.booking);
  if (!booking || !isAhead(booking, to.now)) return null;
  const { t } = to;
  const say: Reply = {
    text: [`${t(`family:news.${notice.what}`)}\n${describeBooking(booking, to)}`, demoNote(booking.demo, to)]
      .filter((part) => part !== '')
      .join('\n\n'),
    rows: [[{ label: t('menu:mybookings'), action: 'mybookings' }, toMenu(to)]],
  };
  return gently({ say }, booking, to);
}

/** A relative would rather have another time: one tap moves it for all. */
async function askAboutProposal(notice: Notice, to: Listener): Promise<Said> {
  const { t } = to;
  const { bookings } = to.services;
  const proposed = await bookings.family.proposed(to.person, notice.booking);
  const booking = await bookings.find(to.person, notice.booking);
  if (!booking || !proposed || proposed.wall !== notice.wall || !isAhead(booking, to.now)) return null;
  const say: Reply = {
    text: [
      `${t('family:proposed')}\n**${whenWords(proposed.at, proposed.zone, to)}**`,
      t('family:insteadOf', { when: whenWords(booking.at, booking.zone, to) }),
      demoNote(booking.demo, to),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
    rows: [
      [{ label: t('family:agree'), action: `family:ok:${booking.id}:${packed(proposed.wall)}` }],
      [{ label: t('mybookings:leave'), action: `family:no:${booking.id}` }],
      [toMenu(to)],
    ],
  };
  return gently({ say }, booking, to);
}

/** A time has come free, and it is this person's turn. */
async function offerTime(notice: z.output<typeof offerNotice>, to: Listener): Promise<Said> {
  const { t, services, now } = to;
  const slot = await services.bookings.waiting.offered(to.person, notice.wait);
  if (!slot || slot.until <= now) return null;
  const library = services.directory.get(slot.library);
  const own = zoneOf(to.session, services.knowledge);
  return {
    say: {
      text: [
        `${t('notices:freed')}\n**${whenWords(slot.at, slot.zone, to)}**\n${library ? inWords(library.name, to.language) : ''}`,
        t('notices:heldUntil', { time: timeOf(slot.until, own, to.language) }),
        demoNote(slot.demo, to),
      ]
        .filter((part) => part !== '')
        .join('\n\n'),
      rows: [
        [{ label: t('notices:take'), action: `book:offer:${notice.wait}` }],
        [{ label: t('notices:passOn'), action: `book:pass:${notice.wait}` }],
        [toMenu(to)],
      ],
    },
  };
}

/** Not in the night, unless it is about the next morning. */
function gently(said: Said, booking: Booking, { quietUntil }: Listener): Said {
  return quietUntil !== null && booking.at - quietUntil > hourMs ? { waitUntil: quietUntil } : said;
}
const hourMs = 3_600_000;

async function askAfter(notice: Notice, to: Listener): Promise<Said> {
  const booking = await stillSo(notice, to);
  if (!booking) return null;
  if (to.quietUntil !== null) return { waitUntil: to.quietUntil };
  const { t } = to;
  return {
    say: {
      text: [t('notices:wasUseful'), demoNote(booking.demo, to)].filter((part) => part !== '').join('\n\n'),
      rows: [
        [
          { label: t('notices:yes'), action: `mybookings:useful:${booking.id}` },
          { label: t('notices:no'), action: `mybookings:useless:${booking.id}` },
        ],
        [{ label: t('notices:bookMore'), action: 'book' }],
        [toMenu(to)],
      ],
    },
  };
}

/** The booking, if it stands as it stood when the message was put. */
async function stillSo(notice: BookingNotice, to: Listener): Promise<Booking | null> {
  const { booking: id, version } = notice;
  const booking = await to.services.bookings.find(to.person, id);
  const stands = booking?.state === 'confirmed' || (booking?.state === 'held' && notice.what === 'followup');
  return stands && booking.version === version ? booking : null;
}

/** The same, where it may still wait for a librarian's word. */
async function openAs({ booking: id, version }: BookingNotice, to: Listener): Promise<Booking | null> {
  const booking = await to.services.bookings.find(to.person, id);
  return booking && booking.version === version && isAhead(booking, to.now) ? booking : null;
}

function isAhead({ state, at }: Booking, now: number): boolean {
  return (state === 'confirmed' || state === 'requested') && at > now;
}

function aboutBooking(key: string, booking: Booking, reader: Reader): Reply {
  const { t } = reader;
  const { id } = booking;
  return {
    text: [`${t(key)}\n${describeBooking(booking, reader)}`, demoNote(booking.demo, reader)]
      .filter((part) => part !== '')
      .join('\n\n'),
    rows: [
      [{ label: t('notices:coming'), action: `mybookings:coming:${id}` }],
      booking.as === 'owner'
        ? [
            { label: t('mybookings:move'), action: `mybookings:move:${id}` },
            { label: t('mybookings:cancel'), action: `mybookings:cancel:${id}` },
          ]
        : [
            { label: t('family:other'), action: `family:other:${id}` },
            { label: t('family:out'), action: `family:out:${id}` },
          ],
      [toMenu(reader)],
    ],
  };
}
