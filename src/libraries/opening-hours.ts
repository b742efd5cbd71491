import type { OpeningHours, OpenState } from './library.ts';

/** Spans of wall time, `HH:MM` to `HH:MM`; an end of `24:00` is midnight after the day. */
export type Spans = readonly (readonly [string, string])[];

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** How far ahead an opening is looked for: a closed fortnight and its week. */
const DAYS_AHEAD = 22;

/** When it is open on a day (ISO, the library's own calendar), in order; none where it is closed. */
export function hoursOn(hours: OpeningHours, day: string): Spans {
  const date = Temporal.PlainDate.from(day);
  const spans = hours.exceptions?.[date.toString()] ?? hours.week[weekdayOf(date)] ?? [];
  return [...spans].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * Whether it is open at an instant (UTC epoch ms), and until or from when. Spans that touch count as one, across
 * midnight too. Wall times that a change
 * of summer time skips or repeats are read as Temporal reads them (later by the gap; the first of the two).
 */
export function openState(hours: OpeningHours, nowMs: number): OpenState {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(hours.zone).toPlainDate();
  let open: { until: string; untilMs: number } | null = null;
  // From yesterday: on the day of a change its last span may reach into today.
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead++) {
    const date = today.add({ days: ahead });
    for (const [from, to] of hoursOn(hours, date.toString())) {
      const fromMs = instantOf(date, from, hours.zone);
      const toMs = instantOf(date, to, hours.zone);
      if (toMs <= fromMs) continue;
      if (open) {
        if (fromMs > open.untilMs) return { state: 'open', ...open };
        if (toMs > open.untilMs) open = { until: to, untilMs: toMs };
      } else if (fromMs <= nowMs && nowMs < toMs) {
        open = { until: to, untilMs: toMs };
      } else if (fromMs > nowMs) {
        return { state: 'closed', opens: { day: date.toString(), at: from, atMs: fromMs } };
      }
    }
  }
  return open ? { state: 'open', ...open } : { state: 'closed', opens: null };
}

function weekdayOf(date: Temporal.PlainDate): (typeof weekdays)[number] {
  return weekdays[date.dayOfWeek - 1] ?? 'mon';
}

function instantOf(date: Temporal.PlainDate, time: string, zone: string): number {
  const [day, clock] = time === '24:00' ? [date.add({ days: 1 }), '00:00'] : [date, time];
  return day.toZonedDateTime({ timeZone: zone, plainTime: clock }).epochMilliseconds;
}
