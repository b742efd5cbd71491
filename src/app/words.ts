import type { Kind } from '../bookings/bookings.ts';
import type { FeedWords } from '../bookings/feeds.ts';
import type { languages, Texts } from '../texts.ts';

/** Words for rooms that know no languages. */

/** The bot's commands and descriptions on Telegram, in every language. */
export function introductions(texts: Texts) {
  const shown = [
    'menu',
    'ask',
    'sos',
    'resources',
    'library',
    'book',
    'mybookings',
    'subscribe',
    'dates',
    'language',
    'country',
    'librarian',
    'join',
    'privacy',
    'export',
    'forget',
  ];
  const one = (language: (typeof languages)[number]) => ({
    commands: shown.map((command) => ({ command, description: texts.t(language, `telegram:commands.${command}`) })),
    description: texts.t(language, 'telegram:description'),
    shortDescription: texts.t(language, 'telegram:about'),
  });
  return { uk: one('uk'), en: one('en'), pl: one('pl'), ru: one('ru') };
}

/** A consultant's calendar is read by a program, so it is in the language of the deployment. */
export function wordsOfFeeds(
  { t }: Texts,
  language: (typeof languages)[number],
  kind: (id: string) => Kind | undefined,
): FeedWords {
  return {
    kind: (id) => kind(id)?.name[language] ?? kind(id)?.name.uk ?? id,
    calendar: (consultant) => t(language, 'calendar:title', { consultant }),
    people: (count) => t(language, 'calendar:people', { count }),
    how: (how) => t(language, `book:how.${how}`),
    together: (count) => t(language, 'calendar:together', { count }),
  };
}
