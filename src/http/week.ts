import type { Language } from '../texts.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Spans of wall time by weekday; one left out is closed. */
export type Week = Partial<Record<(typeof days)[number], readonly (readonly [string, string])[]>>;

/** An opening week as one reads it on a door, a line for days in a row that are alike: «Mon–Fri 09:00–18:00». */
export function weekLines(week: Week, language: Language): string[] {
  const names = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  // 1 January 2024 was a Monday.
  const name = (index: number) => names.format(Date.UTC(2024, 0, 1 + index));
  const alike: { from: number; to: number; hours: string }[] = [];
  for (const [index, day] of days.entries()) {
    const hours = (week[day] ?? []).map(([from, to]) => `${from}–${to}`).join(', ');
    const last = alike.at(-1);
    if (last?.hours === hours) last.to = index;
    else alike.push({ from: index, to: index, hours });
  }
  return alike
    .filter(({ hours }) => hours !== '')
    .map(({ from, to, hours }) => `${from === to ? name(from) : `${name(from)}–${name(to)}`} ${hours}`);
}
