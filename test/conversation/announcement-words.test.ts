import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Announcement, Content } from '../../src/announcements/announcements.ts';
import { parseMarkup } from '../../src/channels/text.ts';
import { announcementReply, dateReply } from '../../src/conversation/announcement-words.ts';
import { emptySession } from '../../src/conversation/session.ts';
import { type Language, languages } from '../../src/texts.ts';
import { village } from './talk.ts';

const home = await village();
afterAll(() => home.close());

const bar = 'bar-public';

function reader(language: Language, country: string | null = null) {
  return {
    language,
    services: home.services,
    session: { ...emptySession, language, country },
    now: home.now,
    t: (key: string, values?: Record<string, string | number>) => home.services.t(language, key, values),
  };
}

function announcement(content: Partial<Content>, more: Partial<Announcement> = {}): Announcement {
  return {
    ...{ id: 'a', no: 7, state: 'done', library: bar, topic: 'courses', version: 1, dueAt: null, corrects: null },
    ...{ pausedWhy: null, size: null, staff: 'a role' },
    content: { words: { uk: 'Слова' }, link: null, attachment: null, date: null, ...content },
    audience: { library: bar, oblast: null, country: null, channel: null },
    dateAt: content.date
      ? Temporal.PlainDateTime.from(content.date.wall).toZonedDateTime(content.date.zone).epochMilliseconds
      : null,
    ...more,
  };
}

const event = {
  ...({ what: 'event', wall: '2026-12-03T15:00', zone: 'Europe/Kyiv', sum: null, who: null, book: true } as const),
};
const actions = (reply: { rows?: readonly (readonly object[])[] }) =>
  (reply.rows ?? []).flat().map((button) => ('action' in button ? button.action : 'url' in button ? button.url : ''));

describe('an announcement, as one reader sees it', () => {
  it.each(languages)('names the library and not the topic, and can be stopped (%s)', (language) => {
    const to = reader(language);
    const said = announcementReply(announcement({}, { topic: 'after-prison' }), to);
    expect(said.text.startsWith('**')).toBe(true);
    expect(said.text).not.toContain(to.t('subscribe:topic.after-prison'));
    expect(actions(said)).toEqual(['subscribe:stop', 'menu']);
  });

  it('says in the reader’s language which language it is in, where their own is missing', () => {
    const both = announcement({ words: { uk: 'Курси', en: 'Courses' } });
    expect(announcementReply(both, reader('en')).text).toMatch(/library\)\*\*\n\nCourses\n/);
    expect(announcementReply(both, reader('uk')).text).toMatch(/\*\*\n\nКурси\n/);
    expect(announcementReply(both, reader('pl')).text).toContain(
      'Nie ma tekstu po polsku, oto tekst po ukraińsku.\n\nКурси',
    );
    const english = announcement({ words: { en: 'Courses' } });
    expect(announcementReply(english, reader('uk')).text).toContain('Українською тексту немає, ось англійською.');
  });

  it('has the day of the week, the date in both clocks, and buttons to be reminded and to book', () => {
    const said = announcementReply(announcement({ date: event, link: 'https://example.org/x' }), reader('uk', 'pl'));
    expect(said.text).toContain('Коли: **четвер, 3 грудня, о 15:00 за київським часом (у вас 14:00)**');
    expect(actions(said)).toEqual([
      'dates:follow:7',
      `book:lib:${bar}`,
      'https://example.org/x',
      'subscribe:stop',
      'menu',
    ]);
    expect(said.text).not.toContain('example.org');
  });

  it('says until when one can apply, for how much, and who', () => {
    const date = {
      ...event,
      what: 'deadline' as const,
      sum: 'до 50 000 **грн**',
      who: '[жінки](https://x.org)',
      book: false,
    };
    const said = announcementReply(announcement({ date }), reader('uk'));
    expect(said.text).toContain('Подати до: **четвер, 3 грудня, о 15:00**\nСума: до 50 000');
    expect(parseMarkup(said.text).filter((part) => part.kind === 'link')).toEqual([]);
  });

  it('offers no reminder of what is past, and no booking where nothing can be booked', () => {
    const past = announcement({ date: { ...event, wall: '2026-11-01T10:00' } });
    expect(actions(announcementReply(past, reader('uk')))).not.toContain('dates:follow:7');
    const elsewhere = announcement({ date: event }, { library: 'vinnytsia-children-franko' });
    expect(actions(announcementReply(elsewhere, reader('uk')))).not.toContain('book:lib:vinnytsia-children-franko');
  });

  it('carries its picture or its document by the id', () => {
    const attachment = { id: 'abcdefghijkl', kind: 'picture', name: 'a.jpg', mime: 'image/jpeg' } as const;
    expect(announcementReply(announcement({ attachment }), reader('uk')).picture).toEqual({
      ...{ id: 'abcdefghijkl', name: 'a.jpg', mime: 'image/jpeg' },
    });
    const pdf = { ...attachment, kind: 'file', mime: 'application/pdf' } as const;
    expect(announcementReply(announcement({ attachment: pdf }), reader('uk'))).toMatchObject({
      file: { id: attachment.id },
    });
  });

  it('begins with a word of correction where it mends what was sent', () => {
    expect(announcementReply(announcement({}), reader('uk'), { corrected: true }).text).toMatch(/^Виправлення:\n\*\*/);
  });

  it('of the network is in the name of the network', () => {
    expect(announcementReply(announcement({}, { library: null }), reader('uk')).text).toMatch(
      /^\*\*Вістка, бот бібліотек\*\*/,
    );
  });

  it('as a reminder says that it was asked for, and ends by one tap', () => {
    const said = dateReply(announcement({ date: event }), reader('uk'));
    expect(said.text).toMatch(/^Ви просили нагадати:/);
    expect(actions(said)).toEqual([`book:lib:${bar}`, 'dates:unfollow:7', 'menu']);
  });
});

describe('whatever a librarian types', () => {
  const nasty = fc.constantFrom(
    ...[
      '**',
      '[',
      ']',
      '(https://evil.example/)',
      '[тут](https://evil.example)',
      '[x](tel:+380501234567)',
      '<b>',
      '</b>',
    ],
    ...[
      '<script>alert(1)</script>',
      '&lt;',
      '{{count}}',
      '$t(menu:menu)',
      'replace_me_with_user_name',
      '\u202e',
      '\u2066',
    ],
    ...[
      '\u200f',
      'З\u0301\u0302\u0303\u0304\u0305\u0306\u0307',
      '\u2060',
      '`',
      '```',
      '_',
      '~',
      '\\',
      '\n',
      '\n\n\n\n',
      '\u0000',
      '\ud800',
    ],
    ...['довгеслово'.repeat(30), ' ', '🇺🇦', 'https://plain.example'],
  );
  const typed = fc
    .array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join(''));

  it('stays words: no link, no bold, no turned direction, nothing filled in', () => {
    fc.assert(
      fc.property(typed, typed, fc.constantFrom(...languages), (words, detail, language) => {
        const date = { ...event, what: 'deadline' as const, sum: detail, who: detail, book: false };
        const said = announcementReply(announcement({ words: { uk: words }, date }), reader(language));
        const parts = parseMarkup(said.text);
        expect(parts.filter((part) => part.kind === 'link')).toEqual([]);
        // Bold is the library's name and the date, whatever stands between them.
        const without = announcementReply(
          announcement({ words: { uk: 'x' }, date: { ...date, sum: null, who: null } }),
          reader(language),
        );
        const bold = (text: string) =>
          parseMarkup(text).flatMap((part) => (part.bold ? [part.kind === 'text' ? part.text : part.label] : []));
        expect(bold(said.text)).toEqual(bold(without.text));
        expect(said.text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/);
        expect(said.text).not.toMatch(/\p{M}{4}/u);
        expect(actions(said)).toEqual(actions(without));
      }),
      { numRuns: 300 },
    );
  });

  it('reads as it was typed, letter by letter', () => {
    for (const words of ['<b>Увага</b> & {{count}} $t(menu:menu)', '5 * 5 ** 2 [а](б)', 'replace_me_with_user_name']) {
      const read = parseMarkup(announcementReply(announcement({ words: { uk: words } }), reader('uk')).text);
      expect(read.map((part) => (part.kind === 'text' ? part.text : part.label)).join('')).toContain(words);
    }
  });
});
