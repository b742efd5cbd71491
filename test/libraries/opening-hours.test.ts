import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpeningHours } from '../../src/libraries/library.ts';
import { hoursOn, openState } from '../../src/libraries/opening-hours.ts';

const at = (iso: string): number => Temporal.ZonedDateTime.from(iso).epochMilliseconds;
const kyiv = (wall: string): number => at(`${wall}[Europe/Kyiv]`);
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const zones = ['Europe/Kyiv', 'Europe/Warsaw', 'Europe/London'];

const village: OpeningHours = {
  zone: 'Europe/Kyiv',
  week: {
    tue: [
      ['14:00', '18:00'],
      ['09:00', '13:00'],
    ],
    sat: [['22:00', '24:00']],
    sun: [['00:00', '02:00']],
  },
  exceptions: { '2026-12-01': [], '2026-12-25': [['10:00', '12:00']] },
};

describe('opening hours', () => {
  it.each([
    [
      '2026-11-24T08:59:59',
      { state: 'closed', opens: { day: '2026-11-24', at: '09:00', atMs: kyiv('2026-11-24T09:00') } },
    ],
    ['2026-11-24T09:00', { state: 'open', until: '13:00', untilMs: kyiv('2026-11-24T13:00') }],
    [
      '2026-11-24T13:00',
      { state: 'closed', opens: { day: '2026-11-24', at: '14:00', atMs: kyiv('2026-11-24T14:00') } },
    ],
    ['2026-11-24T17:59:59', { state: 'open', until: '18:00', untilMs: kyiv('2026-11-24T18:00') }],
    [
      '2026-11-24T18:00',
      { state: 'closed', opens: { day: '2026-11-28', at: '22:00', atMs: kyiv('2026-11-28T22:00') } },
    ],
    ['2026-11-28T23:00', { state: 'open', until: '02:00', untilMs: kyiv('2026-11-29T02:00') }],
    [
      '2026-11-29T02:00',
      { state: 'closed', opens: { day: '2026-12-05', at: '22:00', atMs: kyiv('2026-12-05T22:00') } },
    ],
    ['2026-12-25T11:00', { state: 'open', until: '12:00', untilMs: kyiv('2026-12-25T12:00') }],
  ])('a visitor at %s is told the truth: breaks, midnight, closed days and days of their own', (wall, state) => {
    expect(openState(village, kyiv(wall))).toEqual(state);
  });

  it('a library that never opens says so instead of a day', () => {
    expect(openState({ zone: 'Europe/Kyiv', week: {} }, kyiv('2026-11-24T12:00'))).toEqual({
      state: 'closed',
      opens: null,
    });
  });

  it('the spans of a day stand in order, and an exception replaces the week', () => {
    expect(hoursOn(village, '2026-11-24')).toEqual([
      ['09:00', '13:00'],
      ['14:00', '18:00'],
    ]);
    expect(hoursOn(village, '2026-12-01')).toEqual([]);
    expect(hoursOn(village, '2026-12-25')).toEqual([['10:00', '12:00']]);
  });

  it('nine o’clock stays nine o’clock when summer time comes and goes', () => {
    const daily = Object.fromEntries(weekdays.map((day) => [day, [['09:00', '17:00']] as const]));
    for (const zone of zones) {
      for (const day of ['2026-10-24', '2026-10-25', '2027-03-27', '2027-03-28', '2027-10-31']) {
        const before = at(`${day}T08:59[${zone}]`);
        const state = openState({ zone, week: daily }, before);
        expect(state).toEqual({ state: 'closed', opens: { day, at: '09:00', atMs: before + 60_000 } });
      }
    }
  });

  const time = fc.integer({ min: 0, max: 96 }).map((quarter) => {
    const minutes = quarter * 15;
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  });
  const spansOfDay = fc
    .uniqueArray(time, { minLength: 0, maxLength: 6 })
    .map((times) => [...times].sort())
    .map((times) =>
      Array.from({ length: Math.floor(times.length / 2) }, (_, i): [string, string] => [
        times[2 * i] ?? '',
        times[2 * i + 1] ?? '',
      ]),
    );
  const hours: fc.Arbitrary<OpeningHours> = fc.record({
    zone: fc.constantFrom(...zones),
    week: fc
      .tuple(...weekdays.map(() => spansOfDay))
      .map((days) => Object.fromEntries(days.map((spans, i) => [weekdays[i] ?? 'mon', spans]))),
  });
  // Around the changes of summer time of 2026 and 2027, and anywhere between.
  const moment = fc.oneof(
    fc.constantFrom('2026-03-29', '2026-10-25', '2027-03-28', '2027-10-31').chain((day) => {
      const noon = Date.parse(`${day}T01:00:00Z`);
      return fc.integer({ min: noon - 30 * 3_600_000, max: noon + 30 * 3_600_000 });
    }),
    fc.integer({ min: Date.parse('2026-01-01T00:00Z'), max: Date.parse('2028-01-01T00:00Z') }),
  );

  it('"open until" is always still to come, and the door is open for all of it', () => {
    fc.assert(
      fc.property(hours, moment, fc.double({ min: 0, max: 0.999, noNaN: true }), (when, now, part) => {
        const state = openState(when, now);
        if (state.state !== 'open') return;
        expect(state.untilMs).toBeGreaterThan(now);
        const later = Math.floor(now + part * Math.min(state.untilMs - now, 86_400_000));
        expect(openState(when, later).state).toBe('open');
      }),
      { numRuns: 600 },
    );
  });

  it('"opens at" is the soonest moment that it opens: shut at every quarter of an hour before', () => {
    fc.assert(
      fc.property(hours, moment, (when, now) => {
        const state = openState(when, now);
        if (state.state !== 'closed' || !state.opens) return;
        const { atMs, day } = state.opens;
        expect(atMs).toBeGreaterThan(now);
        expect(openState(when, atMs).state).toBe('open');
        const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(when.zone);
        expect(local.toPlainDate().toString()).toBe(day);
        for (let before = Math.max(now, atMs - 40 * 900_000); before < atMs; before += 900_000) {
          expect(openState(when, before).state).toBe('closed');
        }
      }),
      { numRuns: 300 },
    );
  });
});
