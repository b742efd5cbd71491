import { join } from 'node:path';
import { z } from 'zod';
import { ContentError, readContentFile } from '../content-file.ts';
import type { Kind } from './bookings.ts';
import type { Rules } from './slots.ts';

/** The kinds of consultation: content/kinds.yaml. What is the same at every library; a consultant may differ in times. */

export type KindRules = Kind & Rules & { confirm: 'auto' | 'manual' };

export const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write an id in small Latin letters, digits and single hyphens');

export const minutes = (least: number, most: number) =>
  z
    .number()
    .int()
    .min(least, `at least ${least} minutes`)
    .max(most, `at most ${most} minutes`)
    .multipleOf(5, 'minutes go in steps of five');

/** What a consultant may have otherwise than the kind. */
export const times = {
  minutes: minutes(5, 300),
  /** Minutes kept free after each one. */
  buffer: minutes(0, 120).optional(),
  /** Minutes from one start to the next; `minutes` and `buffer` together where it is left out. */
  every: minutes(5, 1440).optional(),
  capacity: z.number().int().min(1).max(100).optional(),
  lead_hours: z.number().min(0).max(336).optional(),
  horizon_days: z.number().int().min(1).max(180).optional(),
};

const text = (most: number) => z.string().trim().min(1).max(most, `at most ${most} characters`);
const names = (most: number) => z.strictObject({ uk: text(most), en: text(most), pl: text(most), ru: text(most) });

const kindFile = z.strictObject({
  kinds: z
    .array(
      z.strictObject({
        id,
        /** Also a button. */
        name: names(40),
        about: names(200),
        /** What people call it in one word, in any language; the beginning of the word is enough. */
        words: z.array(text(30)).default([]),
        how: z.array(z.enum(['in-person', 'phone', 'video'])).min(1, 'say how: in-person, phone or video'),
        /** No name is asked. */
        anonymous: z.boolean().default(false),
        confirm: z.enum(['auto', 'manual']).default('auto'),
        ...times,
      }),
    )
    .min(1),
});

/**
 * The kinds in the order of the file.
 * @throws ContentError
 */
export function loadKinds(contentDir: string): readonly KindRules[] {
  const file = join(contentDir, 'kinds.yaml');
  const { value, lineOf } = readContentFile(file, kindFile);
  const twice = value.kinds.findIndex((kind, i) => value.kinds.findIndex((other) => other.id === kind.id) < i);
  if (twice >= 0) {
    const path = ['kinds', twice, 'id'];
    throw new ContentError([
      { file, line: lineOf(path), field: path.join('.'), message: 'this id stands twice: give each kind its own' },
    ]);
  }
  return value.kinds.map(({ id, name, about, words, how, anonymous, confirm, ...own }) => ({
    ...{ id, name, about, words, how, anonymous, confirm },
    ...rulesFrom(own, defaults),
  }));
}

const defaults: Rules = { minutes: 30, buffer: 0, every: 30, capacity: 1, leadMinutes: 180, horizonDays: 30 };

/** Rules with some of them changed. */
export function rulesFrom(own: { [K in keyof typeof times]?: number | undefined }, otherwise: Rules): Rules {
  const length = own.minutes ?? otherwise.minutes;
  const buffer = own.buffer ?? otherwise.buffer;
  const sameLength = own.minutes === undefined && own.buffer === undefined;
  return {
    minutes: length,
    buffer,
    every: own.every ?? (sameLength ? otherwise.every : length + buffer),
    capacity: own.capacity ?? otherwise.capacity,
    leadMinutes: own.lead_hours === undefined ? otherwise.leadMinutes : own.lead_hours * 60,
    horizonDays: own.horizon_days ?? otherwise.horizonDays,
  };
}
