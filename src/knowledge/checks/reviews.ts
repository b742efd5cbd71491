import type { Finding, Material, Sheet } from './material.ts';

/** So long before the day an editor is told. */
const noticeDays = 30;

/** Whatever has a `review_by` is checked again by then: articles, their country parts, resources, numbers, libraries. */
export function reviews({ sheets }: Pick<Material, 'sheets'>, today: string): Finding[] {
  return sheets.flatMap((sheet) => datedIn(sheet).flatMap((dated) => ofOne(sheet.file, dated, today)));
}

type Dated = { path: readonly PropertyKey[]; review_by: string; checked_on: string | null };

function ofOne(file: string, { path, review_by, checked_on }: Dated, today: string): Finding[] {
  const at = (field: string) => ({ file, path: [...path, field] });
  if (checked_on !== null && checked_on > today) {
    return [{ ...at('checked_on'), message: `${checked_on} has not come yet: write the day on which it was read` }];
  }
  if (checked_on !== null && checked_on > review_by) {
    return [{ ...at('review_by'), message: `${review_by} is before checked_on: write when to look again` }];
  }
  // A warning, for a day that passes must not stop somebody's unrelated change; the reader is warned as well.
  if (review_by < today) {
    const message = `overdue since ${review_by}: read the source again, then set both days`;
    return [{ ...at('review_by'), message, warning: true }];
  }
  const left = Temporal.PlainDate.from(today).until(review_by).total('days');
  if (left > noticeDays) return [];
  return [{ ...at('review_by'), message: `to be checked again by ${review_by}: ${left} days left`, warning: true }];
}

function datedIn(sheet: Sheet): Dated[] {
  const found: Dated[] = [];
  const look = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('review_by' in value && typeof value.review_by === 'string') {
      const checked = 'checked_on' in value && typeof value.checked_on === 'string' ? value.checked_on : null;
      found.push({ path, review_by: value.review_by, checked_on: checked });
    }
    for (const [key, inner] of Object.entries(value)) look(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  look(sheet.value, []);
  return found;
}
