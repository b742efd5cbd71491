import { languages } from '../texts.ts';
import type { Services, Turn } from './flow.ts';
import type { Choice } from './reply.ts';
import { readWhen, tokensOf, type Vocabulary, vocabularyOf, type When } from './when.ts';

/** What is typed instead of tapped: a button by its words or its number, yes and no, a time. In any of the languages. */

/** The action of the button that is meant: typed as it stands, or its number from the top. */
export function buttonMeant(text: string, rows: readonly (readonly Choice[])[]): string | null {
  const buttons = rows.flat().filter((choice) => 'action' in choice);
  const number = /^\s*[([№#]?\s*(\d{1,2})\s*[.)\]]?\s*$/.exec(text);
  if (number) return buttons[Number(number[1]) - 1]?.action ?? null;
  const said = plainWords(text);
  return said === '' ? null : (buttons.find(({ label }) => plainWords(label) === said)?.action ?? null);
}

/** Is it one of the words under that key, and nothing else? */
export function means(text: string, key: string, services: Pick<Services, 'words'>): boolean {
  const said = plainWords(text) || text.trim();
  return languages.some((language) =>
    services.words(language, key).some((word) => (plainWords(word) || word.trim()) === said),
  );
}

/** @param zone whose today it is. @returns null where it is no time */
export function timeMeant(text: string, zone: string, { now, services }: Pick<Turn, 'now' | 'services'>): When | null {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate().toString();
  return readWhen(text, today, vocabulary(services));
}

/** Small letters, single blanks, no marks. */
export function plainWords(text: string): string {
  return tokensOf(text)
    .join(' ')
    .replace(/[^\p{L}\p{N}: ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const vocabularies = new WeakMap<Services['words'], Vocabulary>();

/** Made once: people write in another language than the one they read. */
function vocabulary({ words }: Services): Vocabulary {
  const known = vocabularies.get(words);
  if (known) return known;
  const made = vocabularyOf((key) => languages.flatMap((language) => words(language, key)));
  vocabularies.set(words, made);
  return made;
}
