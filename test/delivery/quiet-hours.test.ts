import { describe, expect, it } from 'vitest';
import { quietEdges } from '../../src/delivery/quiet-hours.ts';

const night = { from: 21, to: 8 };
const at = (local: string, zone: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
const local = (ms: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });

describe('quiet hours, by the reader’s clock', () => {
  it.each([
    ['2026-12-02T20:59', 'Europe/Warsaw', null],
    ['2026-12-02T21:00', 'Europe/Warsaw', ['2026-12-02T20:45', '2026-12-03T08:00']],
    ['2026-12-02T23:59', 'America/New_York', ['2026-12-02T20:45', '2026-12-03T08:00']],
    ['2026-12-03T00:00', 'Europe/Kyiv', ['2026-12-02T20:45', '2026-12-03T08:00']],
    ['2026-12-03T07:59', 'Europe/Lisbon', ['2026-12-02T20:45', '2026-12-03T08:00']],
    ['2026-12-03T08:00', 'Europe/Lisbon', null],
    // The nights in which the clocks change: 2027-03-28 forward, 2026-10-25 back.
    ['2027-03-28T01:30', 'Europe/Warsaw', ['2027-03-27T20:45', '2027-03-28T08:00']],
    ['2026-10-25T02:30', 'Europe/Warsaw', ['2026-10-24T20:45', '2026-10-25T08:00']],
  ])('%s in %s', (when, zone, edges) => {
    const found = quietEdges(at(when, zone), zone, night);
    expect(found && [local(found.before, zone), local(found.after, zone)]).toEqual(edges);
  });

  it('may lie within one day, or not be at all', () => {
    const noon = quietEdges(at('2026-12-03T13:30', 'Europe/Kyiv'), 'Europe/Kyiv', { from: 13, to: 15 });
    expect(noon && [local(noon.before, 'Europe/Kyiv'), local(noon.after, 'Europe/Kyiv')]).toEqual([
      '2026-12-03T12:45',
      '2026-12-03T15:00',
    ]);
    expect(quietEdges(at('2026-12-03T03:00', 'Europe/Kyiv'), 'Europe/Kyiv', { from: 5, to: 5 })).toBeNull();
  });
});
