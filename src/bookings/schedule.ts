import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ContentError, readContentFile } from '../content-file.ts';
import type { Database } from '../storage/database.ts';
import { id, type KindRules, minutes, rulesFrom, times } from './kinds.ts';
import { type Hours, type Rules, type Span, unitMinutes, weekdays } from './slots.ts';

/**
 * Who gives which consultations when. Written down in content/joined/*.yaml (and content/demo/bookings.yaml for trying
 * out), kept in the store, answered from memory.
 */

/** One kind that one consultant offers, with the rules and hours that hold for it. */
export type Offer = {
  library: string;
  consultant: string;
  kind: string;
  rules: Rules;
  hours: Hours;
  confirm: 'auto' | 'manual';
  /** No name is kept. */
  anonymous: boolean;
  demo: boolean;
};

export type Schedule = {
  joined(library: string): boolean;
  libraries(): readonly string[];
  /** Every consultant of the library who offers the kind, in the order of the file. */
  offers(library: string, kind: string): readonly Offer[];
};

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time as 09:30')
  .refine((time) => Number(time.slice(3)) % unitMinutes === 0, 'times go in steps of five minutes');
const spans = z
  .array(z.tuple([clock, clock]))
  .refine((list) => inOrder(list), 'write the hours in order, each from an earlier to a later time, without overlap');
const week = z.strictObject(
  Object.fromEntries(weekdays.map((day) => [day, spans.optional()])) as Record<
    (typeof weekdays)[number],
    z.ZodOptional<typeof spans>
  >,
);
const zone = z.string().refine(isZone, 'write an IANA time zone, for example Europe/Kyiv');
const days = z.record(z.iso.date('write a day as 2026-12-25'), spans);

const consultant = z.strictObject({
  id,
  role: z.enum(['librarian', 'lawyer', 'psychologist', 'trainer']),
  week,
  /** Days that differ; `[]` is a day off. */
  exceptions: days.default({}),
  offers: z
    .array(
      z.strictObject({
        kind: id,
        /** Hours of this kind alone, where they are not all of the consultant's. */
        week: week.optional(),
        ...times,
        minutes: minutes(5, 300).optional(),
      }),
    )
    .min(1, 'say what this consultant offers'),
});

/** content/joined/*.yaml and content/demo/bookings.yaml */
const scheduleFile = z.strictObject({
  libraries: z.array(
    z.strictObject({
      library: id,
      zone: zone.default('Europe/Kyiv'),
      /** Public holidays that the library keeps: days off for every consultant who has no hours of their own on them. */
      holidays: z.array(z.iso.date('write a day as 2026-12-25')).default([]),
      consultants: z.array(consultant).min(1, 'a library that takes bookings has at least one consultant'),
    }),
  ),
});

const plan = consultant.omit({ id: true }).extend({ zone });
type Plan = z.output<typeof plan>;

/** A consultant as a file has it. */
export type Seed = { id: string; library: string; source: 'demo' | 'joined'; place: number; plan: Plan };

/**
 * What the files say. A library that has joined for real is left out of the demonstration.
 * @throws ContentError
 */
export function loadSeeds(contentDir: string, kinds: readonly KindRules[], demo: boolean): readonly Seed[] {
  const folder = join(contentDir, 'joined');
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : [];
  const real = files.sort().flatMap((file) => seedsOf(join(folder, file), 'joined', kinds));
  const madeUp = join(contentDir, 'demo', 'bookings.yaml');
  if (!demo || !existsSync(madeUp)) return real;
  const libraries = new Set(real.map((seed) => seed.library));
  return [...real, ...seedsOf(madeUp, 'demo', kinds).filter((seed) => !libraries.has(seed.library))];
}

function seedsOf(file: string, source: Seed['source'], kinds: readonly KindRules[]): Seed[] {
  const { value, lineOf } = readContentFile(file, scheduleFile);
  const known = new Set(kinds.map((kind) => kind.id));
  const seen = new Set<string>();
  return value.libraries.flatMap(({ library, zone, holidays, consultants }, l) =>
    consultants.map(({ id: own, ...rest }, c) => {
      const path = ['libraries', l, 'consultants', c];
      const fault = (at: PropertyKey[], message: string) =>
        new ContentError([{ file, line: lineOf(at), field: at.map(String).join('.'), message }]);
      const id = `${library}/${own}`;
      if (seen.has(id)) throw fault([...path, 'id'], 'this id stands twice at the library: give each consultant one');
      seen.add(id);
      const strange = rest.offers.findIndex((offer) => !known.has(offer.kind));
      if (strange >= 0) {
        throw fault([...path, 'offers', strange, 'kind'], `not in kinds.yaml; one of ${[...known].join(', ')}`);
      }
      const met = groupThatMeets(rest, kinds);
      if (met) {
        const { offer, hours } = met;
        throw fault(
          [...path, 'offers', offer, ...(rest.offers[offer]?.week ? ['week'] : ['kind'])],
          `the group's hours (${hours}) are also hours of this consultant's other consultations: leave that time free there`,
        );
      }
      const exceptions = { ...Object.fromEntries(holidays.map((day) => [day, []])), ...rest.exceptions };
      return { id, library, source, place: c, plan: { ...rest, exceptions, zone } };
    }),
  );
}

/** A group whose hours one of the consultant's other kinds could take from it. */
function groupThatMeets(
  { week, exceptions, offers }: Pick<Plan, 'week' | 'exceptions' | 'offers'>,
  kinds: readonly KindRules[],
): { offer: number; hours: string } | null {
  const places = (offer: Plan['offers'][number]) =>
    offer.capacity ?? kinds.find((kind) => kind.id === offer.kind)?.capacity ?? 1;
  for (const [i, group] of offers.entries()) {
    if (places(group) === 1) continue;
    for (const other of offers) {
      if (other === group) continue;
      const theirs = other.week ?? week;
      for (const day of weekdays) {
        const spans = (group.week ?? week)[day] ?? [];
        // A kind without hours of its own is given on a day with other hours in those.
        const special = other.week ? [] : Object.entries(exceptions).filter(([iso]) => weekdayOf(iso) === day);
        const meets = [theirs[day] ?? [], ...special.map(([, span]) => span)].some((held) => overlapping(spans, held));
        if (meets) return { offer: i, hours: `${day} ${spans.map((span) => span.join('-')).join(', ')}` };
      }
    }
  }
  return null;
}

function weekdayOf(iso: string): (typeof weekdays)[number] {
  return weekdays[Temporal.PlainDate.from(iso).dayOfWeek - 1] as (typeof weekdays)[number];
}

function overlapping(a: readonly Span[], b: readonly Span[]): boolean {
  return a.some(([from, to]) => b.some(([start, end]) => from < end && start < to));
}

/** Makes the store agree with the files. The same files again change nothing; nobody's booking is touched. */
export async function seedSchedule(database: Database, seeds: readonly Seed[]): Promise<void> {
  await database.transaction(async (trx) => {
    const stored = await trx.selectFrom('consultants').selectAll().where('source', 'in', ['demo', 'joined']).execute();
    const before = new Map(stored.map((row) => [row.id, row]));
    for (const seed of seeds) {
      const row = { ...seed, plan: JSON.stringify(seed.plan) };
      const old = before.get(seed.id);
      before.delete(seed.id);
      if (old && old.plan === row.plan && old.source === row.source && old.place === row.place) continue;
      await trx
        .insertInto('consultants')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
    }
    const gone = [...before.keys()];
    if (gone.length > 0) await trx.deleteFrom('consultants').where('id', 'in', gone).execute();
  });
}

/** Reads the store into memory. Kinds that are no longer in kinds.yaml are left out. */
export async function readSchedule({ db }: Database, kinds: readonly KindRules[]): Promise<Schedule> {
  const rows = await db.selectFrom('consultants').selectAll().orderBy('library').orderBy('place').execute();
  const byId = new Map(kinds.map((kind) => [kind.id, kind]));
  const offers = new Map<string, Map<string, Offer[]>>();
  for (const row of rows) {
    const { zone, week, exceptions, offers: own } = plan.parse(JSON.parse(row.plan));
    for (const offer of own) {
      const kind = byId.get(offer.kind);
      if (!kind) continue;
      const atLibrary = offers.get(row.library) ?? new Map<string, Offer[]>();
      offers.set(row.library, atLibrary);
      const list = atLibrary.get(kind.id) ?? [];
      atLibrary.set(kind.id, list);
      list.push({
        library: row.library,
        consultant: row.id,
        kind: kind.id,
        rules: rulesFrom(offer, kind),
        hours: { zone, week: offer.week ?? week, exceptions: offer.week ? closedDays(exceptions) : exceptions },
        confirm: kind.confirm,
        anonymous: kind.anonymous,
        demo: row.source === 'demo',
      });
    }
  }
  const libraries = [...offers.keys()];
  return {
    joined: (library) => offers.has(library),
    libraries: () => libraries,
    offers: (library, kind) => offers.get(library)?.get(kind) ?? [],
  };
}

/** A kind with hours of its own keeps them on a day with other hours, and falls out on a day off. */
function closedDays(exceptions: Readonly<Record<string, readonly Span[]>>): Record<string, readonly Span[]> {
  return Object.fromEntries(Object.entries(exceptions).filter(([, spans]) => spans.length === 0));
}

function inOrder(list: readonly Span[]): boolean {
  return list.every(([from, to], i) => from < to && (i === 0 || (list[i - 1]?.[1] ?? '') <= from));
}

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
