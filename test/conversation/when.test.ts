import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, shortTimeOf, timeOf } from '../../src/conversation/clock-words.ts';
import { findTimes, keptWhen, readWhen, vocabularyOf, whenKept } from '../../src/conversation/when.ts';
import { languages, loadTexts } from '../../src/texts.ts';

const texts = loadTexts('locales');
const vocabulary = vocabularyOf((key) => languages.flatMap((language) => texts.words(language, key)));
/** A Wednesday. */
const today = '2026-11-25';
const read = (text: string) => {
  const when = readWhen(text, today, vocabulary);
  return when && keptWhen(when);
};

const day = (iso: string) => `${iso}/${iso}`;
const tomorrow = day('2026-11-26');
const morning = '@0-720';
const afternoon = '@720-1080';

describe('a time as people write it', () => {
  it.each([
    ['завтра о третій', `${tomorrow}@900`],
    ['завтра о 10.00', `${tomorrow}@600`],
    ['завтра о пів на четверту', `${tomorrow}@930`],
    ['запишіть мене на завтра на 11', `${tomorrow}@660`],
    ['можна завтра о 10?', `${tomorrow}@600`],
    ['в четвер після обіду', `${tomorrow}${afternoon}`],
    ['п’ятниця 15:00', `${day('2026-11-27')}@900`],
    ["в п'ятницю о п'ятнадцятій", `${day('2026-11-27')}@900`],
    ['2 грудня', day('2026-12-02')],
    ['дванадцяте грудня', day('2026-12-12')],
    ['5 грудня після третьої', `${day('2026-12-05')}@900-1440`],
    ['четвер, 3 грудня, 15:00', `${day('2026-12-03')}@900`],
    ['15-го о 10-й', `${day('2026-12-15')}@600`],
    ['за тиждень', day('2026-12-02')],
    ['за 2 дні о 11', `${day('2026-11-27')}@660`],
    ['наступного тижня після роботи', '2026-11-30/2026-12-06@1020-1440'],
    ['з 15 до 17', '@900-1020'],
    ['за чверть третя', '@885'],
    ['чверть на четверту', '@915'],
    ['завтра вранці', `${tomorrow}${morning}`],
    ['до 12', '@0-720'],
    ['завтра', tomorrow],
    ['в пятницу в 15:00', `${day('2026-11-27')}@900`],
    ['через три дня утром', `${day('2026-11-28')}${morning}`],
    ['в субботу днём', `${day('2026-11-28')}${afternoon}`],
    ['в половине четвёртого', '@930'],
    ['в час дня', '@780'],
    ['1 января', day('2027-01-01')],
    ['next Tuesday morning', `${day('2026-12-01')}${morning}`],
    ['next Wednesday', day('2026-12-02')],
    ['Wednesday', day('2026-11-25')],
    ['December 2nd at 2 p.m.', `${day('2026-12-02')}@840`],
    ['2nd of December', day('2026-12-02')],
    ['half past three tomorrow', `${tomorrow}@930`],
    ['quarter to four on Friday', `${day('2026-11-27')}@945`],
    ['noon tomorrow', `${tomorrow}@720-840`],
    ['in two weeks', day('2026-12-09')],
    ['next week', '2026-11-30/2026-12-06'],
    ['saturday afternoon please', `${day('2026-11-28')}${afternoon}`],
    ['three', '@900'],
    ['pojutrze o 10', `${day('2026-11-27')}@600`],
    ['jutro po południu', `${tomorrow}${afternoon}`],
    ['jutro po poludniu', `${tomorrow}${afternoon}`],
    ['wpół do czwartej w piątek', `${day('2026-11-27')}@930`],
    ['po 16 w piątek', `${day('2026-11-27')}@960-1440`],
    ['w niedzielę', day('2026-11-29')],
    ['o czternastej', '@840'],
    ['o dziesiątej trzydzieści', '@630'],
    ['15.12 14:30', `${day('2026-12-15')}@870`],
    ['15.12', day('2026-12-15')],
    ['15.12.26', day('2026-12-15')],
    ['10.12 10.30', `${day('2026-12-10')}@630`],
    ['2026-12-01 09:00', `${day('2026-12-01')}@540`],
    ['1/12', day('2026-12-01')],
    ['14-16 в четвер', `${tomorrow}@840-960`],
    ['1430', '@870'],
    ['15', '@900'],
  ])('%s', (text, meant) => {
    expect(read(text)).toBe(meant);
  });

  it.each([
    '31.02',
    '25:70',
    'мені не платять',
    'у понеділок мені не заплатили',
    'завтра мене депортують',
    'two weeks',
    'хочу',
    'ok',
    '',
    '?!',
    '+48 501 234 567',
    '12345',
    '2 грудня 3 грудня',
  ])('is not read into %s', (text) => {
    expect(read(text)).toBeNull();
  });

  it('is not read into any of the questions and cries for help that people have written', () => {
    const files = ['questions.dev', 'questions.test', 'danger.dev', 'danger.test'];
    const asked = files.flatMap((file) =>
      readFileSync(`test/knowledge/${file}.jsonl`, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { text: string }).text),
    );
    expect(asked.length).toBeGreaterThan(500);
    expect(asked.filter((text) => read(text) !== null)).toEqual([]);
  });

  it('is understood as the bot itself writes it, on any day of a year, in every language', () => {
    const quarterHours = fc.integer({ min: 0, max: 364 * 96 }).map((n) => Date.UTC(2026, 10, 25) + n * 900_000);
    fc.assert(
      fc.property(quarterHours, fc.constantFrom(...languages), (at, language) => {
        const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/Kyiv');
        // Of an hour that comes twice, and of one before breakfast, the bot writes nothing.
        fc.pre(local.hour >= 8);
        const meant = `${day(local.toPlainDate().toString())}@${local.hour * 60 + local.minute}`;
        expect(read(shortTimeOf(at, 'Europe/Kyiv', language))).toBe(meant);
        expect(read(`${dayOf(at, 'Europe/Kyiv', language)} ${timeOf(at, 'Europe/Kyiv', language)}`)).toBe(meant);
      }),
      { numRuns: 500 },
    );
  });

  it('never fails, whatever is written, and what is kept of it is read again', () => {
    const words = languages.flatMap((language) =>
      ['today', 'next', 'tue', 'dec', 'after', 'in', 'weeks', 'halfTo', 'pm', 'filler', 'hours.3'].flatMap((key) =>
        texts.words(language, `when:${key}`).map((word) => word.replace('*', '')),
      ),
    );
    const bit = fc.oneof(
      fc.constantFrom(...words),
      fc.integer({ max: 3000 }).map(String),
      fc.string(),
      fc.constant('.'),
    );
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 7 }), (bits) => {
        const when = readWhen(bits.join(' '), today, vocabulary);
        if (when === null) return;
        expect(whenKept(keptWhen(when))).toEqual(when);
        if (when.days) expect(when.days.from <= when.days.to).toBe(true);
        if (when.at !== null) expect(when.at).toBeLessThan(24 * 60);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('finding a time', () => {
  const slot = (wall: string) => ({
    at: Temporal.PlainDateTime.from(wall).toZonedDateTime('Europe/Kyiv').epochMilliseconds,
    zone: 'Europe/Kyiv',
    wall,
  });
  const free = ['2026-11-26T09:00', '2026-11-26T15:00', '2026-11-26T16:00', '2026-11-27T10:00'].map(slot);
  const find = (text: string, own = 'Europe/Kyiv') => {
    const when = readWhen(text, today, vocabulary);
    if (!when) throw new Error(text);
    const { fitting, nearest } = findTimes(when, free, own, 6);
    return [fitting.map(({ wall }) => wall), nearest.map(({ wall }) => wall)];
  };

  it('offers what fits', () => {
    expect(find('завтра о третій')).toEqual([['2026-11-26T15:00'], []]);
    expect(find('завтра після обіду')).toEqual([['2026-11-26T15:00', '2026-11-26T16:00'], []]);
    expect(find('о десятій')).toEqual([['2026-11-27T10:00'], []]);
  });

  it('offers what fits by either clock to who lives by another', () => {
    expect(find('jutro o 15', 'Europe/Warsaw')).toEqual([['2026-11-26T15:00', '2026-11-26T16:00'], []]);
  });

  it('offers the nearest where nothing fits: first the same day, then the same hour', () => {
    expect(find('завтра о 14:30')[1]).toEqual(['2026-11-26T09:00', '2026-11-26T15:00', '2026-11-26T16:00']);
    expect(find('в неділю о десятій')[1]?.at(-1)).toBe('2026-11-27T10:00');
  });
});
