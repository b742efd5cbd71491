/** Hours of the night in which the bot starts nothing that can wait, by the reader's clock. */
export type QuietHours = {
  /** Hours of the day, 0 to 23; equal ones mean that no hour is quiet. */
  from: number;
  to: number;
};

/** What is moved before the quiet time is sent this long before its edge, so that it does not ring in it. */
const marginMs = 15 * 60_000;

/**
 * The edges of the quiet time in which an instant lies.
 * @returns UTC ms: shortly before it begins, and when it ends; null when the instant is not in one
 */
export function quietEdges(at: number, zone: string, quiet: QuietHours): { before: number; after: number } | null {
  const { from, to } = quiet;
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const overMidnight = from > to;
  const inside = overMidnight ? local.hour >= from || local.hour < to : local.hour >= from && local.hour < to;
  if (!inside) return null;
  const today = local.toPlainDate();
  const began = overMidnight && local.hour < to ? today.subtract({ days: 1 }) : today;
  const ends = overMidnight && local.hour >= from ? today.add({ days: 1 }) : today;
  const instant = (day: Temporal.PlainDate, hour: number) =>
    day.toZonedDateTime({ timeZone: zone, plainTime: { hour } }).epochMilliseconds;
  return { before: instant(began, from) - marginMs, after: instant(ends, to) };
}
