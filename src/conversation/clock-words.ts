import type { Language } from '../texts.ts';

/** How times are said. Both clocks are shown where they differ, and the weekday always. */

const locale: Record<Language, string> = { uk: 'uk-UA', en: 'en-GB', pl: 'pl-PL', ru: 'ru-RU' };
const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  language: Language,
  zone: string,
  name: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale[language], { timeZone: zone, ...options });
  formats.set(key, made);
  return made;
}

/** `15:00` */
export function timeOf(at: number, zone: string, language: Language): string {
  return format(language, zone, 'time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/** «четвер, 3 грудня» */
export function dayOf(at: number, zone: string, language: Language): string {
  return format(language, zone, 'day', { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
}

/** «чт, 3 груд., 15:00», short enough for a button. */
export function shortTimeOf(at: number, zone: string, language: Language): string {
  return `${shortDayOf(at, zone, language)}, ${timeOf(at, zone, language)}`;
}

/** «чт, 3 груд.» */
export function shortDayOf(at: number, zone: string, language: Language): string {
  return format(language, zone, 'short', { weekday: 'short', day: 'numeric', month: 'short' }).format(at);
}

/** `24.11.2026` of an ISO day. */
export function dateOf(isoDay: string): string {
  const [year, month, day] = isoDay.split('-');
  return `${day}.${month}.${year}`;
}

let lastDay = { quarter: Number.NaN, zone: '', day: '' };

/** The ISO day of an instant in a zone. Asked many times a message, mostly of now: no clock on Earth turns its day within a quarter of an hour. */
export function isoDayOf(at: number, zone: string): string {
  const quarter = Math.floor(at / 900_000);
  if (lastDay.quarter !== quarter || lastDay.zone !== zone) lastDay = { quarter, zone, day: findIsoDay(at, zone) };
  return lastDay.day;
}

function findIsoDay(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** Do two zones show different clocks at that instant? */
export function clocksDiffer(at: number, zone: string, other: string): boolean {
  const instant = Temporal.Instant.fromEpochMilliseconds(at);
  return instant.toZonedDateTimeISO(zone).offset !== instant.toZonedDateTimeISO(other).offset;
}
