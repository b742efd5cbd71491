import { z } from 'zod';
import type { Booking } from '../bookings/bookings.ts';
import type { BookingNotice } from '../bookings/reminders.ts';
import type { Profile } from '../people/profile.ts';
import type { QuestionNotice } from '../staff/questions.ts';
import { languages } from '../texts.ts';
import { type Reader, type Services, zoneOf } from './flow.ts';
import { demoNote, describeBooking } from './flows/book.ts';
import { questionNotice } from './flows/inbox.ts';
import { replyNotice } from './flows/librarian.ts';
import type { Reply } from './reply.ts';
import { toMenu } from './screens.ts';
import { emptySession } from './session.ts';

/**
 * What the bot says of its own accord. The outbox keeps what is to be said as data; the words are made here at the
 * moment of sending, in the language and the zone that the person has then, and only if it is still true.
 * A new kind: a member of `notice`, a line in `speakers`, its words in `locales/<language>/notices.json`.
 */
const bookingNotice = z.object({
  what: z.enum(['reminder', 'followup', 'confirmed']),
  which: z.enum(['day', 'hour']).nullable(),
  booking: z.string(),
  version: z.number(),
  language: z.string().nullable(),
}) satisfies z.ZodType<BookingNotice>;
const talkNotice = z.object({
  what: z.enum(['question', 'reply']),
  about: z.enum(['asked', 'added', 'handed', 'ended', 'forgotten', 'answered', 'closed']),
  no: z.number(),
  message: z.string().nullable(),
  language: z.string().nullable(),
}) satisfies z.ZodType<QuestionNotice>;
const notice = z.discriminatedUnion('what', [bookingNotice, talkNotice]);
type Notice = z.output<typeof bookingNotice>;

/** `say`: the words. `waitUntil` (UTC ms): the reader sleeps. null: it is no longer true, and nothing is said. */
export type Said = { say: Reply } | { waitUntil: number } | null;

type Listener = Reader & { person: string; now: number; quietUntil: number | null };

const speakers: { [What in Notice['what']]: (notice: Notice, to: Listener) => Promise<Said> } = {
  reminder: remind,
  followup: askAfter,
  confirmed: tellConfirmed,
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
    return speakers[wanted.what](wanted, to);
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
async function stillSo(
  { booking: id, version }: BookingNotice,
  { person, services }: Listener,
): Promise<Booking | null> {
  const booking = await services.bookings.find(person, id);
  return booking?.state === 'confirmed' && booking.version === version ? booking : null;
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
      [
        { label: t('mybookings:move'), action: `mybookings:move:${id}` },
        { label: t('mybookings:cancel'), action: `mybookings:cancel:${id}` },
      ],
      [toMenu(reader)],
    ],
  };
}
