/**
 * Times as people write them: "tomorrow at three", "15.12 14:30", "next Tuesday morning". Pure: the words of all
 * languages and today's date go in; a day or days and a time or part of the day come out, or nothing. Nothing comes out
 * of a sentence in which a word stands that has no business in a time, for that sentence is a question.
 */

/** ISO days from first to last, null: any. Minutes of the day: `at` exactly, or `from` and before `to`. */
export type When = {
  days: { from: string; to: string } | null;
  at: number | null;
  span: { from: number; to: number } | null;
};

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const plainWords = [
  ...['today', 'tomorrow', 'dayAfter', 'next', 'this', 'week', 'weekend', 'morning', 'noon', 'afternoon', 'evening'],
  ...['am', 'pm', 'after', 'before', 'in', 'days', 'weeks'],
  ...['halfTo', 'halfPast', 'quarterTo', 'quarterPast', 'quarterInto', 'filler'],
] as const;
type Plain =
  | 'today'
  | 'tomorrow'
  | 'dayAfter'
  | 'next'
  | 'this'
  | 'week'
  | 'weekend'
  | 'morning'
  | 'noon'
  | 'afternoon'
  | 'evening'
  | 'am'
  | 'pm'
  | 'after'
  | 'before'
  | 'in'
  | 'days'
  | 'weeks'
  | 'halfTo'
  | 'halfPast'
  | 'quarterTo'
  | 'quarterPast'
  | 'quarterInto'
  | 'filler';

type Meaning = Plain | `weekday ${number}` | `month ${number}` | `hour ${number}`;
type Phrase = { words: readonly string[]; weight: number; means: Set<Meaning> };

export type Vocabulary = {
  /** By first word or its first two letters. */
  phrases: ReadonlyMap<string, readonly Phrase[]>;
  dayEndings: ReadonlySet<string>;
  hourEndings: ReadonlySet<string>;
};

/** Hours, and the half of one. */
const numbersInWords = [...Array.from({ length: 20 }, (_, i) => i + 1), 30];
const longestText = 70;
const dayMinutes = 24 * 60;
/** Parts of a day, minutes. */
const parts = {
  morning: { from: 0, to: 12 * 60 },
  noon: { from: 12 * 60, to: 14 * 60 },
  afternoon: { from: 12 * 60, to: 18 * 60 },
  evening: { from: 17 * 60, to: dayMinutes },
} as const;
/** Nobody means three in the night: an hour up to this one is one after noon, where nothing else is said. */
const lastOfAfternoon = 7;

/** @param words what `locales/<language>/when.json` has under a key, of every language; `*` at the end stands for any ending */
export function vocabularyOf(words: (key: string) => readonly string[]): Vocabulary {
  const byText = new Map<string, Phrase>();
  const add = (key: string, means: Meaning) => {
    for (const text of words(key)) {
      const tokens = tokensOf(text.replaceAll('*', '\u0001')).map((token) => token.replaceAll('\u0001', '*'));
      if (tokens.length === 0) continue;
      const known = byText.get(tokens.join(' '));
      if (known) known.means.add(means);
      else {
        const weight = tokens.join(' ').replaceAll('*', '').length + (tokens.some((t) => t.endsWith('*')) ? 0 : 0.5);
        byText.set(tokens.join(' '), { words: tokens, weight, means: new Set([means]) });
      }
    }
  };
  for (const word of plainWords) add(`when:${word}`, word as Plain);
  for (const [i, day] of weekdays.entries()) add(`when:${day}`, `weekday ${i + 1}`);
  for (const [i, month] of months.entries()) add(`when:${month}`, `month ${i + 1}`);
  for (const n of numbersInWords) add(`when:hours.${n}`, `hour ${n}`);
  const phrases = new Map<string, Phrase[]>();
  for (const phrase of byText.values()) {
    const key = (phrase.words[0] as string).replace('*', '').slice(0, 1);
    phrases.set(key, [...(phrases.get(key) ?? []), phrase]);
  }
  for (const list of phrases.values()) list.sort((a, b) => b.weight - a.weight);
  const endings = (key: string) => new Set(words(key).map(folded));
  return { phrases, dayEndings: endings('when:dayEnding'), hourEndings: endings('when:hourEnding') };
}

/**
 * @param today ISO day
 * @returns null where the text is none, or not only, a time
 */
export function readWhen(text: string, today: string, vocabulary: Vocabulary): When | null {
  if (text.length > longestText) return null;
  const tokens = tokensOf(text);
  const signs = signsOf(tokens, vocabulary);
  return signs && resolve(signs, today);
}

/** Small letters without apostrophes and without the marks of Polish, which many leave out. */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(/['’ʼ`´]/g, '')
    .replace(/ł/g, 'l')
    .replace(/[ąćęńóśźż]/g, (letter) => letter.normalize('NFD').charAt(0))
    .replace(/\u0451/g, '\u0435');
}

export function tokensOf(text: string): string[] {
  return folded(text)
    .replace(/\b([ap])\.\s?m\b\.?/g, '$1m')
    .replace(/(\d)\s*:\s*(\d)/g, '$1:$2')
    .replace(/(\d)\s*(am|pm)\b/g, '$1$2')
    .split(/[\s,;!?()"«»„“”]+/)
    .map((token) => token.replace(/^[.\-–—]+|[.\-–—:]+$/g, ''))
    .filter((token) => token !== '');
}

// ---------------------------------------------------------------- reading

/** What stands in the text, sign by sign. */
type Sign =
  | { is: Exclude<Plain, 'filler' | 'days' | 'weeks' | 'in'> }
  | { is: 'weekday'; n: number }
  | { is: 'month'; n: number }
  /** A number in words or digits that may be a day or an hour. */
  | { is: 'number'; n: number; as: 'day' | 'hour' | 'any' }
  | { is: 'date'; year: number | null; month: number; day: number }
  /** `10.12` is the tenth of December, or twelve past ten where the day is known. */
  | { is: 'dotted'; a: number; b: number }
  | { is: 'time'; hour: number; minute: number; half: 'am' | 'pm' | null; exact: boolean }
  | { is: 'hours'; from: number; to: number }
  | { is: 'days-on'; n: number };

function signsOf(tokens: readonly string[], vocabulary: Vocabulary): Sign[] | null {
  const signs: Sign[] = [];
  for (let i = 0; i < tokens.length; ) {
    const on = daysOn(tokens, i, vocabulary);
    if (on) {
      signs.push({ is: 'days-on', n: on.days });
      i += on.length;
      continue;
    }
    const token = tokens[i] as string;
    const digits = /^\d/.test(token) ? digitsOf(token, signs.at(-1), vocabulary) : null;
    if (digits) {
      if (digits !== 'nothing') signs.push(digits);
      i += 1;
      continue;
    }
    const phrase = phraseAt(tokens, i, vocabulary);
    if (!phrase) return null;
    const sign = signOf(phrase.means);
    if (sign === 'stray') return null;
    if (sign) signs.push(sign);
    i += phrase.words.length;
  }
  return signs.length > 0 ? signs : null;
}

function phraseAt(tokens: readonly string[], i: number, { phrases }: Vocabulary): Phrase | null {
  const fits = (word: string, token: string | undefined) =>
    token !== undefined && (word.endsWith('*') ? token.startsWith(word.slice(0, -1)) : token === word);
  const candidates = phrases.get((tokens[i] as string).slice(0, 1)) ?? [];
  return candidates.find((phrase) => phrase.words.every((word, k) => fits(word, tokens[i + k]))) ?? null;
}

/** Of several meanings the rarer word decides: it is there for a reason. */
function signOf(means: ReadonlySet<Meaning>): Sign | 'stray' | null {
  if ([...means].every((meaning) => meaning === 'days' || meaning === 'weeks')) return 'stray';
  const [first] = [...means].sort((a, b) => rank(a) - rank(b));
  if (first === undefined || first === 'filler' || first === 'in' || first === 'days' || first === 'weeks') return null;
  const [word, n] = first.split(' ');
  if (n !== undefined) {
    if (word === 'hour') return { is: 'number', n: Number(n), as: 'any' };
    return { is: word as 'weekday' | 'month', n: Number(n) };
  }
  return { is: first as Exclude<Plain, 'filler' | 'days' | 'weeks' | 'in'> };
}

function rank(meaning: Meaning): number {
  return ['filler', 'in', 'days', 'weeks'].includes(meaning) ? 2 : meaning.includes(' ') ? 0 : 1;
}

/** "in three days", "in a week" */
function daysOn(tokens: readonly string[], i: number, vocabulary: Vocabulary): { days: number; length: number } | null {
  const means = (k: number) => phraseAt(tokens, k, vocabulary)?.means ?? new Set<Meaning>();
  if (i + 1 >= tokens.length || !means(i).has('in')) return null;
  const next = tokens[i + 1] as string;
  const skip = next === 'a' || next === 'one' ? 1 : 0;
  if (i + 1 + skip < tokens.length && means(i + 1 + skip).has('weeks')) return { days: 7, length: 2 + skip };
  const word = [...means(i + 1)].find((meaning) => meaning.startsWith('hour '));
  const n = /^\d{1,2}$/.test(next) ? Number(next) : word ? Number(word.split(' ')[1]) : null;
  if (n === null || i + 2 >= tokens.length) return null;
  if (means(i + 2).has('days')) return { days: n, length: 3 };
  return means(i + 2).has('weeks') ? { days: 7 * n, length: 3 } : null;
}

function digitsOf(token: string, before: Sign | undefined, vocabulary: Vocabulary): Sign | 'nothing' | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(token);
  if (iso) return { is: 'date', year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const full = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d\d)$/.exec(token);
  if (full) {
    const year = Number(full[3]) < 100 ? 2000 + Number(full[3]) : Number(full[3]);
    return { is: 'date', year, month: Number(full[2]), day: Number(full[1]) };
  }
  const slash = /^(\d{1,2})\/(\d{1,2})$/.exec(token);
  if (slash) return { is: 'date', year: null, month: Number(slash[2]), day: Number(slash[1]) };
  const dotted = /^(\d{1,2})\.(\d{1,2})$/.exec(token);
  if (dotted) return { is: 'dotted', a: Number(dotted[1]), b: Number(dotted[2]) };
  const clock = /^(\d{1,2})(?::(\d\d))?(am|pm)?$/.exec(token);
  if (clock && (clock[2] !== undefined || clock[3] !== undefined)) {
    const half = (clock[3] as 'am' | 'pm' | undefined) ?? null;
    return timeSign(Number(clock[1]), Number(clock[2] ?? 0), half, token.startsWith('0'));
  }
  const hyphen = /^(\d{1,2})[-–](\d{1,2})$/.exec(token);
  if (hyphen) {
    const [a, b] = [Number(hyphen[1]), Number(hyphen[2])];
    if (['00', '15', '30', '45'].includes(hyphen[2] as string) && (hyphen[2] === '00' || b > 24))
      return timeSign(a, b, null, false);
    return a < b && b <= 24 ? { is: 'hours', from: a, to: b } : null;
  }
  const four = /^(\d{1,2})(\d\d)$/.exec(token);
  if (four && token.length >= 3) {
    // A year after a month is no more than that.
    if (/^20[2-9]\d$/.test(token) && (before?.is === 'month' || before?.is === 'number')) return 'nothing';
    return timeSign(Number(four[1]), Number(four[2]), null, token.startsWith('0'));
  }
  const ending = /^(\d{1,2})-?(\p{L}{1,3})$/u.exec(token);
  if (ending) {
    const [n, letters] = [Number(ending[1]), ending[2] as string];
    if (vocabulary.dayEndings.has(letters)) return { is: 'number', n, as: 'day' };
    return vocabulary.hourEndings.has(letters) ? { is: 'number', n, as: 'hour' } : null;
  }
  return /^\d{1,2}$/.test(token) ? { is: 'number', n: Number(token), as: 'any' } : null;
}

function timeSign(hour: number, minute: number, half: 'am' | 'pm' | null, exact: boolean): Sign | null {
  return hour <= 24 && minute < 60 ? { is: 'time', hour, minute, half, exact } : null;
}

// ---------------------------------------------------------------- understanding

type Fraction = 'halfTo' | 'halfPast' | 'quarterTo' | 'quarterPast' | 'quarterInto';
const fractions: Record<Fraction, number> = {
  halfTo: -30,
  halfPast: 30,
  quarterTo: -15,
  quarterPast: 15,
  quarterInto: -45,
};

function resolve(signs: Sign[], today: string): When | null {
  const has = (is: Sign['is']) => signs.some((sign) => sign.is === is);
  const day = takeDay(signs, today);
  if (day === 'impossible') return null;
  const clock = takeClock(signs, day !== null);
  if (clock === 'impossible') return null;
  // A number that found no use: the text says something else.
  if (signs.some((sign) => sign.is === 'number' || sign.is === 'dotted' || sign.is === 'month')) return null;
  const days = day ?? (has('week') ? weekFrom(signs, today) : null);
  if (days === null && clock === null) return null;
  return { days, at: clock?.at ?? null, span: clock?.span ?? null };
}

/** Takes what says the day out of the signs. */
function takeDay(signs: Sign[], today: string): When['days'] | 'impossible' {
  const from = Temporal.PlainDate.from(today);
  const one = (date: Temporal.PlainDate) => ({ from: date.toString(), to: date.toString() });
  const take = <K extends Sign['is']>(is: K) => {
    const at = signs.findIndex((sign) => sign.is === is);
    return at < 0 ? undefined : (signs.splice(at, 1)[0] as Extract<Sign, { is: K }>);
  };

  const date = take('date') ?? takeMonthDay(signs) ?? takeDotted(signs);
  if (date) {
    take('weekday');
    const found = dateOf(date, from);
    return found ? one(found) : 'impossible';
  }
  const numbered = signs.findIndex((sign) => sign.is === 'number' && sign.as === 'day');
  if (numbered >= 0) {
    const [sign] = signs.splice(numbered, 1) as [Extract<Sign, { is: 'number' }>];
    take('weekday');
    const found = nextWithDay(sign.n, from);
    return found ? one(found) : 'impossible';
  }
  if (take('dayAfter')) return one(from.add({ days: 2 }));
  if (take('tomorrow')) return one(from.add({ days: 1 }));
  if (take('today')) return one(from);
  const on = take('days-on');
  const weekday = take('weekday');
  if (weekday) {
    const thisWeek = from.add({ days: weekday.n - from.dayOfWeek });
    if (on && on.n % 7 === 0) return one(from.add({ days: (weekday.n - from.dayOfWeek + 7) % 7 || 7 }));
    if (signs.some((sign) => sign.is === 'next')) return one(thisWeek.add({ days: 7 }));
    return one(weekday.n >= from.dayOfWeek ? thisWeek : thisWeek.add({ days: 7 }));
  }
  if (on) return one(from.add({ days: on.n }));
  if (take('weekend')) {
    const saturday = from.add({ days: 6 - from.dayOfWeek + (signs.some((sign) => sign.is === 'next') ? 7 : 0) });
    return { from: saturday.toString(), to: saturday.add({ days: 1 }).toString() };
  }
  return null;
}

/** "2 December", "December 2nd" */
function takeMonthDay(signs: Sign[]): { year: null; month: number; day: number } | undefined {
  const at = signs.findIndex((sign) => sign.is === 'month');
  const month = signs[at];
  if (month?.is !== 'month') return undefined;
  for (const beside of [at - 1, at + 1]) {
    const number = signs[beside];
    if (number?.is !== 'number') continue;
    signs.splice(Math.min(at, beside), 2);
    return { year: null, month: month.n, day: number.n };
  }
  return undefined;
}

/** Of two dotted numbers the first that can be is the date. */
function takeDotted(signs: Sign[]): { year: null; month: number; day: number } | undefined {
  const daySaid = signs.some((sign) =>
    ['today', 'tomorrow', 'dayAfter', 'weekday', 'days-on', 'weekend'].includes(sign.is),
  );
  if (daySaid && signs.filter((sign) => sign.is === 'dotted').length === 1 && !signs.some((s) => s.is === 'time'))
    return undefined;
  const at = signs.findIndex((sign) => sign.is === 'dotted' && sign.b >= 1 && sign.b <= 12 && sign.a >= 1);
  const dotted = signs[at];
  if (dotted?.is !== 'dotted') return undefined;
  signs.splice(at, 1);
  return { year: null, month: dotted.b, day: dotted.a };
}

function dateOf(
  { year, month, day }: { year: number | null; month: number; day: number },
  today: Temporal.PlainDate,
): Temporal.PlainDate | null {
  try {
    const of = (y: number) => Temporal.PlainDate.from({ year: y, month, day }, { overflow: 'reject' });
    if (year !== null) return of(year);
    const thisYear = of(today.year);
    return Temporal.PlainDate.compare(thisYear, today) >= 0 ? thisYear : of(today.year + 1);
  } catch {
    // 31 February
    return null;
  }
}

function nextWithDay(day: number, today: Temporal.PlainDate): Temporal.PlainDate | null {
  if (day < 1 || day > 31) return null;
  for (let ahead = 0; ahead <= 62; ahead++) {
    const date = today.add({ days: ahead });
    if (date.day === day) return date;
  }
  return null;
}

function weekFrom(signs: readonly Sign[], today: string): When['days'] {
  const from = Temporal.PlainDate.from(today);
  const monday = from.subtract({ days: from.dayOfWeek - 1 });
  if (signs.some((sign) => sign.is === 'next'))
    return { from: monday.add({ days: 7 }).toString(), to: monday.add({ days: 13 }).toString() };
  return { from: today, to: monday.add({ days: 6 }).toString() };
}

/** Takes what says the hour out of the signs. */
function takeClock(signs: Sign[], dayKnown: boolean): { at: number | null; span: When['span'] } | null | 'impossible' {
  const half = signs.some((sign) => sign.is === 'am' || sign.is === 'morning')
    ? 'am'
    : signs.some((sign) => sign.is === 'pm' || sign.is === 'afternoon' || sign.is === 'evening')
      ? 'pm'
      : null;
  const range = signs.findIndex((sign) => sign.is === 'hours');
  if (range >= 0) {
    const [sign] = signs.splice(range, 1) as [Extract<Sign, { is: 'hours' }>];
    const from = minuteOf({ hour: sign.from, minute: 0, half, exact: false });
    const to = minuteOf({ hour: sign.to, minute: 0, half, exact: false });
    return { at: null, span: { from, to: Math.max(to, from + 1) } };
  }
  const time = takeTime(signs);
  if (time === null) {
    const part = (['morning', 'noon', 'afternoon', 'evening'] as const).find((is) =>
      signs.some((sign) => sign.is === is),
    );
    if (part) return { at: null, span: parts[part] };
    const onlyHalf = signs.find((sign) => sign.is === 'am' || sign.is === 'pm');
    if (onlyHalf && dayKnown) return { at: null, span: onlyHalf.is === 'am' ? parts.morning : parts.afternoon };
    return null;
  }
  const fraction = (Object.keys(fractions) as Fraction[]).find((name) => signs.some((sign) => sign.is === name));
  const minute = minuteOf({ ...time, half: time.half ?? half }) + (fraction ? fractions[fraction] : 0);
  if (minute < 0 || minute >= dayMinutes) return 'impossible';
  const until = takeTime(signs);
  if (until) {
    const to = minuteOf({ ...until, half: until.half ?? half });
    return to > minute ? { at: null, span: { from: minute, to } } : 'impossible';
  }
  if (signs.some((sign) => sign.is === 'after')) return { at: null, span: { from: minute, to: dayMinutes } };
  if (signs.some((sign) => sign.is === 'before')) return { at: null, span: { from: 0, to: minute } };
  return { at: minute, span: null };
}

type Time = { hour: number; minute: number; half: 'am' | 'pm' | null; exact: boolean };

function takeTime(signs: Sign[]): Time | null {
  const at = signs.findIndex((sign) => sign.is === 'time');
  const sign = signs[at];
  if (sign?.is === 'time') {
    signs.splice(at, 1);
    return sign;
  }
  const dots = signs.findIndex((other) => other.is === 'dotted' && other.a <= 24 && other.b < 60);
  const dotted = signs[dots];
  if (dotted?.is === 'dotted') {
    signs.splice(dots, 1);
    return { hour: dotted.a, minute: dotted.b, half: null, exact: false };
  }
  const first = signs.findIndex((other) => other.is === 'number' && other.n <= 24);
  const number = signs[first];
  if (number?.is !== 'number') return null;
  const second = signs[first + 1];
  if (second?.is === 'number' && [0, 15, 30, 45].includes(second.n)) {
    signs.splice(first, 2);
    return { hour: number.n, minute: second.n, half: null, exact: false };
  }
  signs.splice(first, 1);
  return { hour: number.n, minute: 0, half: null, exact: false };
}

function minuteOf({ hour, minute, half, exact }: Time): number {
  const base = hour % 24;
  const asSaid = base === 0 || base > 12 || exact ? base : withHalf(base, half);
  return asSaid * 60 + minute;
}

function withHalf(hour: number, half: 'am' | 'pm' | null): number {
  if (half === 'am') return hour === 12 ? 0 : hour;
  if (half === 'pm') return hour === 12 ? 12 : hour + 12;
  return hour <= lastOfAfternoon ? hour + 12 : hour;
}

// ---------------------------------------------------------------- finding

/** What the finding needs of a free time. `zone`: the library's. */
type Free = { at: number; zone: string };

/**
 * The times that fit, by the library's clock or by the person's own, soonest first; where none does, the nearest ones.
 * @param free soonest first
 */
export function findTimes<S extends Free>(
  when: When,
  free: readonly S[],
  own: string,
  limit: number,
): { fitting: readonly S[]; nearest: readonly S[] } {
  const fitting = free.filter((slot) => fits(when, slot.at, slot.zone) || fits(when, slot.at, own));
  if (fitting.length > 0) return { fitting: fitting.slice(0, limit), nearest: [] };
  const nearest = [...free]
    .sort((a, b) => distance(when, a) - distance(when, b))
    .slice(0, 3)
    .sort((a, b) => a.at - b.at);
  return { fitting: [], nearest };
}

function fits({ days, at, span }: When, instant: number, zone: string): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  const day = local.toPlainDate().toString();
  const minute = local.hour * 60 + local.minute;
  if (days && (day < days.from || day > days.to)) return false;
  if (at !== null) return minute === at;
  return span === null || (minute >= span.from && minute < span.to);
}

/** Minutes from what was wanted; an hour off on the day itself is nearer than the same hour of the next. */
function distance({ days, at, span }: When, slot: Free): number {
  const local = Temporal.Instant.fromEpochMilliseconds(slot.at).toZonedDateTimeISO(slot.zone);
  const date = local.toPlainDate();
  const minute = local.hour * 60 + local.minute;
  const past = (from: number, to: number) => Math.max(from - minute, 0, minute - to);
  const byClock = at !== null ? Math.abs(minute - at) : span ? past(span.from, span.to - 1) : 0;
  if (!days) return byClock * dayMinutes + slot.at / 86_400_000;
  const before = date.until(Temporal.PlainDate.from(days.from)).days;
  const after = Temporal.PlainDate.from(days.to).until(date).days;
  return Math.max(before, 0, after) * dayMinutes + byClock;
}

// ---------------------------------------------------------------- keeping

/** As few letters as a session has room for: `2026-12-01/2026-12-02@900`, `@720-1080`. */
export function keptWhen({ days, at, span }: When): string {
  const clock = at !== null ? `@${at}` : span ? `@${span.from}-${span.to}` : '';
  return `${days ? `${days.from}/${days.to}` : ''}${clock}`;
}

/** @returns null when it is none. */
export function whenKept(text: string): When | null {
  const found = /^(?:(\d{4}-\d\d-\d\d)\/(\d{4}-\d\d-\d\d))?(?:@(\d+)(?:-(\d+))?)?$/.exec(text);
  if (!found || text === '') return null;
  const [, from, to, first, last] = found;
  return {
    days: from !== undefined && to !== undefined ? { from, to } : null,
    at: first !== undefined && last === undefined ? Number(first) : null,
    span: first !== undefined && last !== undefined ? { from: Number(first), to: Number(last) } : null,
  };
}
