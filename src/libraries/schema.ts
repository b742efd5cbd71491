import { createRequire } from 'node:module';
import { z } from 'zod';

/** The shapes of content/libraries/<oblast>.yaml, content/places/oblasts.yaml and content/demo/libraries.yaml. */

/** Loaded when there is a number to check: at most starts what was checked before is read as it was kept. */
const isValidPhoneNumber = (phone: string): boolean =>
  (createRequire(import.meta.url)('libphonenumber-js') as typeof import('libphonenumber-js')).isValidPhoneNumber(phone);

const text = z.string({ error: 'write a text' }).trim().min(1, 'the text is empty: write it or remove the field');
const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write an id in small Latin letters, digits and single hyphens');
const day = z.iso.date('write a day as 2026-11-24');
const names = z.strictObject({ uk: text, en: text, pl: text.optional(), ru: text.optional() });

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'write a time as 09:00 (midnight at the end of a day: 24:00)');
const spans = z
  .array(
    z
      .tuple([clockTime, clockTime], 'write a span as [09:00, 18:00]')
      .refine(([from, to]) => from < to, 'the span ends before it begins: write the earlier time first'),
  )
  .refine(
    (all) =>
      [...all]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .every(([from], i, sorted) => i === 0 || from >= (sorted[i - 1]?.[1] ?? '')),
    'two spans of one day overlap: join them, or leave the break out of both',
  );
const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
};

export const openingHours = z.strictObject({
  zone: z.string().refine(isZone, 'not a time zone: write Europe/Kyiv'),
  week: z.partialRecord(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), spans),
  exceptions: z.record(day, spans).optional(),
  as_of: text.optional(),
  note: names.optional(),
});

export const library = z.strictObject({
  id,
  name: names,
  settlement: names,
  /** Earlier names of the settlement, for finding it. */
  old_names: z.array(text).optional(),
  hromada: z.strictObject({ name: text, checked: z.boolean() }).optional(),
  address: text.nullable(),
  lat: z
    .number()
    .min(44, 'a latitude in Ukraine lies between 44 and 53')
    .max(53, 'a latitude in Ukraine lies between 44 and 53'),
  lon: z
    .number()
    .min(22, 'a longitude in Ukraine lies between 22 and 41')
    .max(41, 'a longitude in Ukraine lies between 22 and 41'),
  coords: z.enum(['address', 'settlement', 'nearby'], 'say what the point is: address, settlement or nearby'),
  phone: z
    .strictObject({
      number: z
        .string()
        .refine(
          (number) => number.startsWith('+') && isValidPhoneNumber(number),
          'not a phone number: write it as +380322345678',
        ),
      display: text,
    })
    .nullable(),
  /** A number in the source that cannot be dialled as it stands: kept for whoever mends it, never shown. */
  phone_as_given: text.optional(),
  email: z.email('not an e-mail address').nullable(),
  url: z.url({ protocol: /^https?$/, error: 'write the full address of the page, with https://' }).nullable(),
  hours: openingHours.nullable(),
  /** The source's own words on hours, for whoever checks them; not shown. */
  hours_as_given: text.optional(),
  services: z.array(names),
  note: names.optional(),
  /** For editors; not shown. */
  remark: text.optional(),
  sources: z
    .array(
      z
        .strictObject({ url: z.url({ protocol: /^https?$/ }).optional(), name: text.optional(), confirms: text })
        .refine(({ url, name }) => url !== undefined || name !== undefined, 'name the source: its url, or its name'),
    )
    .min(1, 'say where this was read: at least one source'),
  checked_on: day,
  review_by: day,
  /** `low`: only the settlement or a library of the past could be confirmed. */
  confidence: z.enum(['high', 'medium', 'low'], 'say how sure it is: high, medium or low'),
});
export type LibraryEntry = z.output<typeof library>;

export const librariesFile = z.strictObject({ oblast: id, libraries: z.array(library) });

const oblastName = z.strictObject({ uk: text, en: text, pl: text, ru: text });
export const oblastsFile = z.array(
  z.strictObject({
    key: id,
    /** admin1 in GeoNames. */
    geonames: z.string().regex(/^\d\d$/, 'two digits, in quotes'),
    name: oblastName,
    stems: z.array(text),
  }),
);

export const demoLibrariesFile = z.strictObject({ libraries: z.array(z.strictObject({ id, hours: openingHours })) });
