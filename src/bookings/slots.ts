/**
 * Free times from weekly hours. Pure: hours, rules, what is taken and the time go in, starts come out.
 *
 * The truth is wall time and zone. On the two days a year when the clocks change a start in the hour that is left out
 * does not exist, and one in the hour that comes twice is offered once, as the first of the two.
 */

/** What is taken is kept by units of five minutes of wall time; durations, buffers and hours are multiples of it. */
export const unitMinutes = 5;

/** Wall times `HH:MM`, from and to. */
export type Span = readonly [string, string];
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Week = Readonly<Partial<Record<(typeof weekdays)[number], readonly Span[] | undefined>>>;

/** When somebody is there. An exception (ISO day) replaces the day's hours; no spans mean closed. */
export type Hours = { zone: string; week: Week; exceptions: Readonly<Record<string, readonly Span[]>> };

export type Rules = {
  minutes: number;
  /** Kept free after each consultation. */
  buffer: number;
  /** Minutes from one start to the next. */
  every: number;
  /** People in one consultation; more than one is a group event. */
  capacity: number;
  /** Not later than this long before the start. */
  leadMinutes: number;
  /** How many days after today are open for booking. */
  horizonDays: number;
};

/** `wall`: `2026-12-03T15:00`; `at`: the instant, UTC ms. */
export type Start = { wall: string; at: number };

/** A day of a zone. `offset` is null on a day on which the clocks change. */
export type Day = { iso: string; zone: string; weekday: (typeof weekdays)[number]; offset: number | null };

/** Is there such a day? `2027-02-30` looks like one. */
export function isDay(iso: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(iso)) return false;
  const date = new Date(`${iso}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
}

/** @throws RangeError where `isDay` says no */
export function dayOf(iso: string, zone: string): Day {
  const key = `${zone} ${iso}`;
  const known = days.get(key);
  if (known) return known;
  // A few months of a few zones; what is dropped is made again.
  if (days.size > 2000) days.clear();
  const day = makeDay(iso, zone);
  days.set(key, day);
  return day;
}

const days = new Map<string, Day>();

function makeDay(iso: string, zone: string): Day {
  const date = Temporal.PlainDate.from(iso);
  const begins = date.toZonedDateTime({ timeZone: zone });
  const ends = date.add({ days: 1 }).toZonedDateTime({ timeZone: zone });
  return {
    iso,
    zone,
    weekday: weekdays[date.dayOfWeek - 1] as Day['weekday'],
    offset: begins.offsetNanoseconds === ends.offsetNanoseconds ? begins.offsetNanoseconds / 1e6 : null,
  };
}

/** What may be booked now: ISO days from first to last, and no start before `earliest` (UTC ms). */
export type Bookable = { first: string; last: string; earliest: number };

/** From the end of the lead time to the end of the horizon's last day, both by the library's clock. */
export function bookable(zone: string, rules: Rules, now: number): Bookable {
  const dateAt = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDate();
  const earliest = now + rules.leadMinutes * 60_000;
  const last = dateAt(now).add({ days: rules.horizonDays });
  return { first: dateAt(earliest).toString(), last: last.toString(), earliest };
}

/** Every start that the hours and the rules allow on a day, in order, whoever may have taken it. */
export function startsOn(day: Day, hours: Hours, rules: Rules, open: Bookable): readonly Start[] {
  if (day.iso < open.first || day.iso > open.last) return [];
  const starts: Start[] = [];
  for (const [from, to] of hours.exceptions[day.iso] ?? hours.week[day.weekday] ?? []) {
    const last = minutesOf(to) - rules.minutes;
    for (let minute = minutesOf(from); minute <= last; minute += rules.every) {
      const wall = `${day.iso}T${clockOf(minute)}`;
      const at = instantOn(day, wall);
      if (at === null || at < open.earliest) continue;
      if (day.offset === null && endOf(wall, day.zone, rules.minutes) > `${day.iso}T${to}`) continue;
      starts.push({ wall, at });
    }
  }
  return starts;
}

/** The units that a consultation occupies with its buffer: from, up to but not including. */
export function unitsOf(wall: string, zone: string, minutes: number): { from: number; to: number } {
  return { from: unitAt(wall), to: unitAt(endOf(wall, zone, minutes)) };
}

/** The unit in which a wall time lies. A plain count of wall minutes: it stays right when a zone's rules change. */
export function unitAt(wall: string): number {
  return Math.ceil(Date.parse(`${wall}Z`) / 60_000 / unitMinutes);
}

/**
 * The instant of a wall time: UTC ms, the first of two; null where the clocks leave it out.
 * @param wall `2026-12-03T15:00`
 */
export function instantOf(wall: string, zone: string): number | null {
  const plain = Temporal.PlainDateTime.from(wall);
  const zoned = plain.toZonedDateTime(zone, { disambiguation: 'compatible' });
  return zoned.toPlainDateTime().equals(plain) ? zoned.epochMilliseconds : null;
}

/** The instant of a booked time, also where a later change of the zone's rules has put it into a gap. UTC ms. */
export function instantOfBooked(wall: string, zone: string): number {
  return Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).epochMilliseconds;
}

/** @returns the wall time of an instant, to the minute. */
export function wallOf(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
}

function instantOn(day: Day, wall: string): number | null {
  return day.offset === null ? instantOf(wall, day.zone) : Date.parse(`${wall}Z`) - day.offset;
}

/**
 * The wall time at which it is over. Where the clocks change in between, the later of what the clock on the wall shows
 * and what it would have shown: an hour too much may be kept free then, never one too little.
 */
function endOf(wall: string, zone: string, minutes: number): string {
  const plain = new Date(Date.parse(`${wall}Z`) + minutes * 60_000).toISOString().slice(0, 16);
  const day = wall.slice(0, 10);
  if (plain.startsWith(day) && dayOf(day, zone).offset !== null) return plain;
  const real = wallOf(instantOfBooked(wall, zone) + minutes * 60_000, zone);
  return [plain, real].sort()[1] as string;
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

function clockOf(minutes: number): string {
  return `${String(Math.trunc(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
