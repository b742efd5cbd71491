import { describe, expect, it } from 'vitest';
import { type Week, weekLines } from '../../src/http/week.ts';

const day = [['09:00', '18:00']] as const;

describe('an opening week in words', () => {
  it.each<[string, Week, string[]]>([
    ['a week without a day', {}, []],
    ['one day', { wed: day }, ['ср 09:00–18:00']],
    ['days alike, with a gap', { mon: day, tue: day, thu: day, fri: day }, ['пн–вт 09:00–18:00', 'чт–пт 09:00–18:00']],
    [
      'a noon break',
      {
        sat: [
          ['10:00', '13:00'],
          ['14:00', '16:00'],
        ],
      },
      ['сб 10:00–13:00, 14:00–16:00'],
    ],
    ['every day', { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day }, ['пн–нд 09:00–18:00']],
  ])('%s', (_name, week, lines) => {
    expect(weekLines(week, 'uk')).toEqual(lines);
  });

  it('in the other languages too', () => {
    expect(weekLines({ mon: day, tue: day, sun: day }, 'en')).toEqual(['Mon–Tue 09:00–18:00', 'Sun 09:00–18:00']);
    expect(weekLines({ sat: day }, 'ru')).toEqual(['сб 09:00–18:00']);
  });
});
