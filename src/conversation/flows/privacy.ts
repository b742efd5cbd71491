import type { Subscription } from '../../announcements/subscribers.ts';
import { dateOf, isoDayOf } from '../clock-words.ts';
import type { Flow, Turn } from '../flow.ts';
import { countryName, inWords } from '../names.ts';
import { toMenu } from '../screens.ts';
import { describeBooking } from './book.ts';
import { followedDates } from './dates.ts';
import { waitingFor } from './mybookings.ts';
import { choiceLines, quietLine } from './subscribe.ts';

/** What is kept and for how long; the person's own data as a file; and forgetting, everywhere, at once. */
export const privacy: Flow = {
  word: 'privacy',
  async choose(_args, turn) {
    return {
      replies: [
        { text: turn.t('privacy:what') },
        {
          text: turn.t('privacy:howLong', { count: turn.services.sessionHours }),
          rows: [
            [{ label: turn.t('privacy:export'), action: 'export' }],
            [{ label: turn.t('privacy:forget'), action: 'forget' }],
            [toMenu(turn)],
          ],
        },
      ],
    };
  },
};

export const exportData: Flow = {
  word: 'export',
  async choose(_args, turn) {
    return {
      replies: [
        {
          text: turn.t('privacy:exportHere'),
          document: { name: 'vistka.txt', mime: 'text/plain; charset=utf-8', content: await everythingKept(turn) },
          rows: [[{ label: turn.t('privacy:forget'), action: 'forget' }], [toMenu(turn)]],
        },
      ],
    };
  },
};

export const forget: Flow = {
  word: 'forget',
  async choose([step], turn) {
    if (step === 'yes') {
      return { replies: [{ text: turn.t('privacy:forgotten') }], at: null, effects: [{ kind: 'forget' }] };
    }
    return {
      replies: [
        {
          text: turn.t('privacy:askForget'),
          rows: [
            [{ label: turn.t('privacy:yesForget'), action: 'forget:yes' }],
            [{ label: turn.t('privacy:noForget'), action: 'menu' }],
          ],
        },
      ],
    };
  },
};

/** Readable lines, in the person's language. */
async function everythingKept(turn: Turn): Promise<string> {
  const { t, session, services, language } = turn;
  const [bookings, waits, channels, letters, news, dates] = await Promise.all([
    services.bookings.export(turn.person),
    services.bookings.waiting.of(turn.person),
    services.channelsOf(turn.person),
    services.questions.export(turn.person),
    services.subscribers.of(turn.person),
    followedDates(turn),
  ]);
  const library = session.library ? services.directory.get(session.library) : undefined;
  const none = t('privacy:none');
  const lines = [
    t('privacy:exportTitle', { date: dateOf(isoDayOf(turn.now, 'Europe/Kyiv')) }),
    '',
    t('privacy:exportLanguage', { language: session.language ? services.t(session.language, 'language:name') : none }),
    t('privacy:exportCountry', { country: session.country ? countryName(session.country, language) : none }),
    t('privacy:exportLibrary', { library: library ? inWords(library.name, language) : none }),
    t('privacy:exportChannels', { channels: channels.join(', ') }),
    '',
    t('privacy:exportBookings', { count: bookings.length }),
    ...bookings.flatMap((booking) => [
      '',
      describeBooking(booking, turn).replaceAll('**', ''),
      ...(booking.name ? [t('book:calledBy', { name: booking.name })] : []),
      ...(booking.phone ? [t('book:phoneIs', { phone: booking.phone })] : []),
    ]),
    ...waits.flatMap((wait) => ['', waitingFor(wait, turn)]),
    '',
    ...aboutNews(news, turn),
    ...(dates.length > 0 ? ['', t('privacy:exportDates', { count: dates.length }), ...dates] : []),
    '',
    t('privacy:exportLetters', { count: letters.length }),
    ...letters.map(({ side, text, at }) =>
      t(side === 'person' ? 'privacy:exportMine' : 'privacy:exportAnswer', {
        date: dateOf(isoDayOf(at, 'Europe/Kyiv')),
        text,
      }),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function aboutNews(news: Subscription | null, turn: Turn): string[] {
  const { t } = turn;
  if (!news) return [t('privacy:exportNewsNone')];
  const date = dateOf(isoDayOf(news.since, 'Europe/Kyiv'));
  return [
    news.active ? t('privacy:exportNews', { date }) : t('privacy:exportNewsStopped'),
    ...choiceLines(news, turn),
    quietLine(news.quiet, turn),
  ];
}
