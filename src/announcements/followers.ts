import type { Seal } from '../storage/seal.ts';

/** The group, in the outbox, of what reminds somebody of the date of an announcement; it names nobody. */
export function remindersGroup(seal: Seal, announcement: string, person: string): string {
  return `date:${seal.mark(`${announcement}\n${person}`)}`;
}
