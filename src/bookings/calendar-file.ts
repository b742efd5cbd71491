import type { Booking } from './bookings.ts';

/** What the calendar shows, in the person's language. No topic in `summary`: the phone may be shared. */
export type CalendarWords = { summary: string; location: string; description: string };

/**
 * The booking as an iCalendar file (RFC 5545). A later version has the same UID and a higher SEQUENCE, so that a
 * calendar replaces what it has; a cancelled booking takes it out.
 * @param now UTC ms
 */
export function calendarFile(booking: Booking, words: CalendarWords, now: number): string {
  const cancelled = booking.state === 'cancelled';
  return lines([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Vistka//Vistka//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${cancelled ? 'CANCEL' : 'PUBLISH'}`,
    ...timeZone(booking.zone, booking.at, booking.at),
    'BEGIN:VEVENT',
    `UID:${booking.id}@vistka`,
    `SEQUENCE:${booking.version}`,
    `DTSTAMP:${utc(now)}`,
    `DTSTART;TZID=${booking.zone}:${local(booking.wall)}`,
    `DURATION:PT${booking.minutes}M`,
    `SUMMARY:${escaped(words.summary)}`,
    `LOCATION:${escaped(words.location)}`,
    `DESCRIPTION:${escaped(words.description)}`,
    `STATUS:${cancelled ? 'CANCELLED' : booking.state === 'requested' ? 'TENTATIVE' : 'CONFIRMED'}`,
    'CLASS:PRIVATE',
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
}

/** One consultation in a consultant's calendar. `changed`: when it last changed, UTC ms. */
export type FeedEvent = {
  uid: string;
  sequence: number;
  changed: number;
  wall: string;
  zone: string;
  at: number;
  minutes: number;
  /** Waits for a librarian's word. */
  tentative: boolean;
  summary: string;
  description: string;
};

/**
 * A consultant's calendar as an address to subscribe to. The same events give the same text, so that a client learns from
 * its ETag that nothing has changed.
 */
export function calendarFeed(name: string, events: readonly FeedEvent[]): string {
  const zones = [...new Set(events.map((event) => event.zone))];
  return lines([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Vistka//Vistka//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escaped(name)}`,
    // RFC 7986, and what came before it.
    'REFRESH-INTERVAL;VALUE=DURATION:PT15M',
    'X-PUBLISHED-TTL:PT15M',
    ...zones.flatMap((zone) => {
      const instants = events.filter((event) => event.zone === zone).map((event) => event.at);
      return timeZone(zone, Math.min(...instants), Math.max(...instants));
    }),
    ...events.flatMap((event) => [
      'BEGIN:VEVENT',
      `UID:${event.uid}@vistka`,
      `SEQUENCE:${event.sequence}`,
      `DTSTAMP:${utc(event.changed)}`,
      `DTSTART;TZID=${event.zone}:${local(event.wall)}`,
      `DURATION:PT${event.minutes}M`,
      `SUMMARY:${escaped(event.summary)}`,
      ...(event.description === '' ? [] : [`DESCRIPTION:${escaped(event.description)}`]),
      `STATUS:${event.tentative ? 'TENTATIVE' : 'CONFIRMED'}`,
      'CLASS:PRIVATE',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ]);
}

/** The changes of the clock from a year before one instant to a year after another, one observance each. */
function timeZone(zone: string, from: number, to: number): string[] {
  const moment = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  const last = Temporal.Instant.fromEpochMilliseconds(to).toZonedDateTimeISO(zone).add({ years: 1 });
  const observances: string[] = [];
  let change = moment.subtract({ years: 1 }).getTimeZoneTransition('previous');
  if (change === null) return [`BEGIN:VTIMEZONE`, `TZID:${zone}`, ...fixed(moment.offset), 'END:VTIMEZONE'];
  while (change !== null && Temporal.ZonedDateTime.compare(change, last) <= 0) {
    const before = change.subtract({ nanoseconds: 1 });
    const forward = change.offsetNanoseconds > before.offsetNanoseconds;
    const name = forward ? 'DAYLIGHT' : 'STANDARD';
    // An observance begins at the time that the clock showed before it was changed.
    const onset = change.toInstant().toZonedDateTimeISO(before.offset).toPlainDateTime();
    observances.push(
      `BEGIN:${name}`,
      `DTSTART:${local(onset.toString({ smallestUnit: 'second' }))}`,
      `TZOFFSETFROM:${offset(before.offset)}`,
      `TZOFFSETTO:${offset(change.offset)}`,
      `END:${name}`,
    );
    change = change.getTimeZoneTransition('next');
  }
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...observances, 'END:VTIMEZONE'];
}

function fixed(of: string): string[] {
  const same = offset(of);
  return ['BEGIN:STANDARD', 'DTSTART:19700101T000000', `TZOFFSETFROM:${same}`, `TZOFFSETTO:${same}`, 'END:STANDARD'];
}

/** `+02:00` -> `+0200` */
function offset(of: string): string {
  return of.replaceAll(':', '');
}

/** `2026-12-03T15:00` -> `20261203T150000` */
function local(wall: string): string {
  const digits = wall.replaceAll(/[-:]/g, '');
  return digits.length === 13 ? `${digits}00` : digits;
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function escaped(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, (sign) => `\\${sign}`)
    .replaceAll(/\r\n?|\n/g, '\\n')
    .replaceAll(/\p{Cc}/gu, ' ');
}

/** Content lines end in CRLF and are folded at 75 octets, never inside a character (RFC 5545, 3.1). */
function lines(content: readonly string[]): string {
  return content.map((line) => `${fold(line)}\r\n`).join('');
}

const octets = 75;

function fold(line: string): string {
  const parts: string[] = [];
  let part = '';
  let size = 0;
  for (const character of line) {
    const more = Buffer.byteLength(character);
    if (size + more > octets) {
      parts.push(part);
      // The space that begins a folded line counts.
      [part, size] = ['', 1];
    }
    part += character;
    size += more;
  }
  return [...parts, part].join('\r\n ');
}
