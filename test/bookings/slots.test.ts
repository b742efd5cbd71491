import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bookable,
  dayOf,
  type Hours,
  instantOf,
  type Rules,
  type Span,
  startsOn,
  unitMinutes,
  unitsOf,
  wallOf,
  weekdays,
} from '../../src/bookings/slots.ts';

const zones = [
  'Europe/Kyiv',
  'Europe/Warsaw',
  'Europe/London',
  'America/New_York',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
];
/** Days around both changes of the clock in Europe in 2026 and 2027, and quiet ones. */
const changes = ['2026-03-29', '2026-10-25', '2027-03-28', '2027-10-31'];

const rules: Rules = { minutes: 30, buffer: 0, every: 30, capacity: 1, leadMinutes: 0, horizonDays: 400 };
const always = { first: '0000-01-01', last: '9999-12-31', earliest: Number.NEGATIVE_INFINITY };

function allDay(zone: string, span: Span = ['00:00', '23:55']): Hours {
  return { zone, week: Object.fromEntries(weekdays.map((day) => [day, [span]])), exceptions: {} };
}

const clockTime = fc
  .integer({ min: 0, max: 287 })
  .map((n) => `${String(Math.floor(n / 12)).padStart(2, '0')}:${String((n % 12) * 5).padStart(2, '0')}`);
const spansOfDay = fc
  .uniqueArray(clockTime, { minLength: 2, maxLength: 6 })
  .map((times) => times.sort())
  .map((times) => Array.from({ length: Math.floor(times.length / 2) }, (_, i) => [times[2 * i], times[2 * i + 1]]))
  .map((spans) => spans as unknown as readonly Span[]);
const anyRules = fc
  .record({
    minutes: fc.integer({ min: 1, max: 48 }).map((n) => n * 5),
    buffer: fc.integer({ min: 0, max: 6 }).map((n) => n * 5),
    leadMinutes: fc.integer({ min: 0, max: 3000 }),
    horizonDays: fc.integer({ min: 1, max: 60 }),
  })
  .map((some) => ({ ...some, every: some.minutes + some.buffer, capacity: 1 }));
const anyDay = fc
  .tuple(fc.constantFrom(...changes, '2026-12-03'), fc.integer({ min: -1, max: 1 }))
  .map(([day, more]) => Temporal.PlainDate.from(day).add({ days: more }).toString());

describe('free times on the days on which the clocks change', () => {
  it('a time in the hour that is left out does not exist', () => {
    for (const day of ['2026-03-29', '2027-03-28']) {
      const walls = startsOn(dayOf(day, 'Europe/Kyiv'), allDay('Europe/Kyiv'), rules, always).map(
        (start) => start.wall,
      );
      expect(walls).toContain(`${day}T02:00`);
      // It would end when the clock shows 04:00, and there is nothing wrong with that.
      expect(walls).toContain(`${day}T02:30`);
      expect(walls.filter((wall) => wall.startsWith(`${day}T03`))).toEqual([]);
      expect(walls).toContain(`${day}T04:00`);
      expect(instantOf(`${day}T03:30`, 'Europe/Kyiv')).toBeNull();
    }
  });

  it('a time in the hour that comes twice is offered once, as the first of the two', () => {
    for (const day of ['2026-10-25', '2027-10-31']) {
      const starts = startsOn(dayOf(day, 'Europe/Kyiv'), allDay('Europe/Kyiv'), rules, always);
      const twice = starts.filter((start) => start.wall === `${day}T03:30`);
      expect(twice).toEqual([{ wall: `${day}T03:30`, at: Date.parse(`${day}T00:30Z`) }]);
      expect(new Set(starts.map((start) => start.at)).size).toBe(starts.length);
    }
  });

  it('one o’clock in the afternoon stays one o’clock, whatever the season', () => {
    const at = (day: string) =>
      startsOn(dayOf(day, 'Europe/Kyiv'), allDay('Europe/Kyiv', ['13:00', '13:30']), rules, always)[0]?.at;
    expect(at('2026-10-24')).toBe(Date.parse('2026-10-24T10:00Z'));
    expect(at('2026-10-25')).toBe(Date.parse('2026-10-25T11:00Z'));
    expect(at('2027-03-27')).toBe(Date.parse('2027-03-27T11:00Z'));
    expect(at('2027-03-28')).toBe(Date.parse('2027-03-28T10:00Z'));
  });

  it('a consultation over the change in spring keeps the time free in which it really goes on', () => {
    // 02:30 and an hour later the clock on the wall shows 04:30.
    const talk = unitsOf('2026-03-29T02:30', 'Europe/Kyiv', 60);
    const next = unitsOf('2026-03-29T04:00', 'Europe/Kyiv', 30);
    expect(talk.to).toBeGreaterThan(next.from);
  });
});

describe('free times, whatever the hours, rules, zone and day', () => {
  const world = fc.record({ zone: fc.constantFrom(...zones), day: anyDay, spans: spansOfDay, rules: anyRules });
  const starts = ({ zone, day, spans, rules }: { zone: string; day: string; spans: readonly Span[]; rules: Rules }) =>
    startsOn(dayOf(day, zone), { ...allDay(zone), exceptions: { [day]: spans } }, rules, always);

  it('each lies inside the hours and is a time that the clock shows', () => {
    fc.assert(
      fc.property(world, (given) => {
        for (const { wall, at } of starts(given)) {
          expect(wallOf(at, given.zone)).toBe(wall);
          const ends = wallOf(at + given.rules.minutes * 60_000, given.zone);
          const inside = given.spans.some(
            ([from, to]) =>
              `${given.day}T${from}` <= wall && ends <= `${given.day}T${to}` && ends.startsWith(given.day),
          );
          expect(inside, `${wall}–${ends}`).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('those whose units do not meet do not meet in time, buffers included', () => {
    fc.assert(
      fc.property(world, anyRules, (given, other) => {
        const both = [given, { ...given, rules: other }].flatMap((one) =>
          starts(one).map((start) => {
            const length = one.rules.minutes + one.rules.buffer;
            return { ...start, ends: start.at + length * 60_000, units: unitsOf(start.wall, given.zone, length) };
          }),
        );
        for (const [i, a] of both.entries()) {
          for (const b of both.slice(i + 1)) {
            const share = a.units.from < b.units.to && b.units.from < a.units.to;
            if (!share) expect(a.ends <= b.at || b.ends <= a.at, `${a.wall} ${b.wall}`).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('on a day without a change a consultation takes exactly its units', () => {
    fc.assert(
      fc.property(anyRules, ({ minutes, buffer }) => {
        const { from, to } = unitsOf('2026-12-03T15:00', 'Europe/Kyiv', minutes + buffer);
        expect((to - from) * unitMinutes).toBe(minutes + buffer);
      }),
    );
  });

  it('none is before the lead time is over or after the horizon, and none between is left out', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: -40 * 1440, max: 1440 }), (given, before) => {
        const now = Date.parse(`${given.day}T12:00Z`) + before * 60_000;
        const hours = { ...allDay(given.zone), exceptions: { [given.day]: given.spans } };
        const open = bookable(given.zone, given.rules, now);
        const offered = startsOn(dayOf(given.day, given.zone), hours, given.rules, open);
        const today = Temporal.PlainDate.from(wallOf(now, given.zone).slice(0, 10));
        const near = today.until(given.day).days <= given.rules.horizonDays;
        const expected = starts(given).filter(({ at }) => near && at >= now + given.rules.leadMinutes * 60_000);
        expect(offered).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the edges of what may be booked', () => {
  const hours = allDay('Europe/Kyiv', ['15:00', '15:30']);
  const talk: Rules = { ...rules, leadMinutes: 120, horizonDays: 10 };
  const offered = (day: string, now: number) =>
    startsOn(dayOf(day, 'Europe/Kyiv'), hours, talk, bookable('Europe/Kyiv', talk, now)).length;

  it('two hours before it can still be booked, a second later it can not', () => {
    const lastMoment = Date.parse('2026-12-03T11:00:00Z');
    expect(offered('2026-12-03', lastMoment - 1000)).toBe(1);
    expect(offered('2026-12-03', lastMoment)).toBe(1);
    expect(offered('2026-12-03', lastMoment + 1000)).toBe(0);
  });

  it('a day opens for booking at midnight by the library’s clock, not a second earlier', () => {
    const midnight = Date.parse('2026-12-02T22:00:00Z');
    expect(offered('2026-12-13', midnight - 1000)).toBe(0);
    expect(offered('2026-12-13', midnight)).toBe(1);
    expect(offered('2026-12-13', midnight + 1000)).toBe(1);
  });

  it('a day with other hours has those, and a day off has none', () => {
    const week = { ...hours, exceptions: { '2026-12-03': [['09:00', '10:00']] as const, '2026-12-04': [] } };
    const walls = (day: string) => startsOn(dayOf(day, 'Europe/Kyiv'), week, rules, always).map((start) => start.wall);
    expect(walls('2026-12-03')).toEqual(['2026-12-03T09:00', '2026-12-03T09:30']);
    expect(walls('2026-12-04')).toEqual([]);
    expect(walls('2026-12-05')).toEqual(['2026-12-05T15:00']);
  });
});
