import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import type { Booking } from '../../src/bookings/bookings.ts';
import { calendarFile } from '../../src/bookings/calendar-file.ts';
import { instantOf } from '../../src/bookings/slots.ts';

const words = { summary: 'Library', location: 'Tysmenytsia, Halytska 1', description: 'See you.' };
const now = Date.parse('2026-12-01T10:00:30Z');

function booking(about: Partial<Booking> = {}): Booking {
  const wall = about.wall ?? '2026-12-03T15:00';
  const zone = about.zone ?? 'Europe/Kyiv';
  return {
    id: '01939d2a-0000-7000-8000-000000000001',
    version: 1,
    state: 'confirmed',
    as: 'owner',
    together: 0,
    library: 'village',
    kind: 'talk',
    wall,
    zone,
    at: instantOf(wall, zone) ?? 0,
    minutes: 25,
    demo: false,
    how: 'in-person',
    name: 'Oksana',
    phone: null,
    ...about,
  };
}

/** As a calendar program reads it: by ical.js, with the zone that the file itself brings. */
function read(file: string) {
  const calendar = new ICAL.Component(ICAL.parse(file));
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent('vtimezone') as ICAL.Component);
  const component = calendar.getFirstSubcomponent('vevent') as ICAL.Component;
  const event = new ICAL.Event(component);
  const start = event.startDate.clone();
  start.zone = zone;
  return {
    method: calendar.getFirstPropertyValue('method'),
    tzid: zone.tzid,
    uid: event.uid,
    sequence: event.sequence,
    summary: event.summary,
    location: event.location,
    description: event.description,
    status: component.getFirstPropertyValue('status'),
    stamp: (component.getFirstPropertyValue('dtstamp') as ICAL.Time).toJSDate().getTime(),
    minutes: event.duration.toSeconds() / 60,
    wall: event.startDate.toString().slice(0, 16),
    at: start.toUnixTime() * 1000,
  };
}

describe('the calendar file, as a calendar program reads it', () => {
  it('has the time, the place and the words', () => {
    expect(read(calendarFile(booking(), words, now))).toEqual({
      method: 'PUBLISH',
      tzid: 'Europe/Kyiv',
      uid: '01939d2a-0000-7000-8000-000000000001@vistka',
      sequence: 1,
      ...words,
      status: 'CONFIRMED',
      stamp: now,
      minutes: 25,
      wall: '2026-12-03T15:00',
      at: Date.parse('2026-12-03T13:00Z'),
    });
  });

  it('a moved booking replaces the old one, a cancelled one takes it out', () => {
    const first = read(calendarFile(booking(), words, now));
    const moved = read(calendarFile(booking({ version: 2, wall: '2026-12-04T10:00' }), words, now));
    const off = read(calendarFile(booking({ version: 3, state: 'cancelled' }), words, now));
    expect([moved.uid, off.uid]).toEqual([first.uid, first.uid]);
    expect([moved.sequence, off.sequence]).toEqual([2, 3]);
    expect(off).toMatchObject({ method: 'CANCEL', status: 'CANCELLED' });
    expect(read(calendarFile(booking({ state: 'requested' }), words, now)).status).toBe('TENTATIVE');
  });

  it.each([
    ['2026-03-28T13:00', '2026-03-28T11:00Z'],
    ['2026-03-29T01:30', '2026-03-28T23:30Z'],
    ['2026-03-29T04:00', '2026-03-29T01:00Z'],
    ['2026-03-29T13:00', '2026-03-29T10:00Z'],
    ['2026-10-24T13:00', '2026-10-24T10:00Z'],
    ['2026-10-25T02:30', '2026-10-24T23:30Z'],
    ['2026-10-25T04:00', '2026-10-25T02:00Z'],
    ['2026-10-25T13:00', '2026-10-25T11:00Z'],
    ['2027-03-27T13:00', '2027-03-27T11:00Z'],
    ['2027-03-28T13:00', '2027-03-28T10:00Z'],
    ['2027-10-30T13:00', '2027-10-30T10:00Z'],
    ['2027-10-31T13:00', '2027-10-31T11:00Z'],
  ])('on both sides of the change of the clocks: %s in Kyiv is %s', (wall, instant) => {
    const event = read(calendarFile(booking({ wall }), words, now));
    expect(event).toMatchObject({ wall, at: Date.parse(instant) });
  });

  it('is right at any hour of any day in any zone', () => {
    const zones = ['Europe/Kyiv', 'Europe/Warsaw', 'Europe/London', 'America/New_York', 'Asia/Tokyo', 'Etc/UTC'];
    const minute = fc.integer({ min: Date.UTC(2026, 0) / 3e5, max: Date.UTC(2028, 0) / 3e5 }).map((n) => n * 3e5);
    fc.assert(
      fc.property(fc.constantFrom(...zones), minute, (zone, naive) => {
        const wall = new Date(naive).toISOString().slice(0, 16);
        const at = instantOf(wall, zone);
        fc.pre(at !== null);
        // Of the hour that comes twice, which one is meant is left to the program; ours is the first.
        const twice = Temporal.PlainDateTime.from(wall).toZonedDateTime(zone, { disambiguation: 'later' });
        fc.pre(twice.epochMilliseconds === at);
        expect(read(calendarFile(booking({ wall, zone }), words, now))).toMatchObject({ wall, tzid: zone, at });
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every sign of the words, in lines of at most 75 octets that end as they should', () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => text.replaceAll(/\p{Cc}/gu, ' '));
    const text = fc.oneof(
      anyText,
      fc
        .array(fc.constantFrom(',', ';', '\\', '\n', 'n', ':', '"', 'ї', '’', '🙂', ' '), { maxLength: 120 })
        .map((a) => a.join('')),
    );
    fc.assert(
      fc.property(fc.record({ summary: text, location: text, description: text }), (said) => {
        const file = calendarFile(booking(), said, now);
        expect(file.endsWith('END:VCALENDAR\r\n')).toBe(true);
        expect(file.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        for (const line of file.split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(line.isWellFormed()).toBe(true);
        }
        expect(read(file)).toMatchObject(said);
      }),
      { numRuns: 500 },
    );
  });
});
