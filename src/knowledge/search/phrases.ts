import { keysOf, plainText, wordsOf } from './normalise.ts';
import { soundKey } from './transliterate.ts';

/**
 * Patterns of words, as librarians write them in content:
 *
 *     забра* ... паспорт*        `*` any ending; `...` up to four words between, within one sentence
 *     (мене|нас) (б'ють|вдарив)  alternatives; one of them may be empty: (не|)
 *     паспорт* & забра*          both in one sentence, in either order, at most four words apart
 *
 * Words are compared by sound, so one spelling covers all alphabets, apostrophes and letter cases.
 */
export type Pattern = { source: string; elements: readonly Element[] };
type Element = { kind: 'gap' } | { kind: 'words'; choices: readonly (readonly Literal[])[] };
type Literal = { key: string; open: boolean };

/** Shorter words are never taken for a slip of another, and only so many words of a text are looked at that closely. */
const shortestGuessed = 5;
const mostGuesses = 300;

/** How many words a gap may hold. */
const gapWords = 4;

/** Parses one pattern; `a & b` gives one for each order. @throws Error saying what is wrong with the pattern. */
export function parsePattern(source: string): Pattern[] {
  const parts = source.split(/\s+&\s+/).map((part) => elementsOf(part, source));
  return orders(parts).map((order) => ({
    source,
    elements: order.flatMap((elements, at) => (at === 0 ? elements : [{ kind: 'gap' } as const, ...elements])),
  }));
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

function elementsOf(part: string, source: string): Element[] {
  const elements: Element[] = [];
  for (const [token] of part.matchAll(/\([^()]*\)|[^\s()]+|[()]/g)) {
    if (token === '...') elements.push({ kind: 'gap' });
    else if (token === '(' || token === ')') throw new Error(`a bracket is not closed in "${source}"`);
    else {
      const choices = token.startsWith('(') ? token.slice(1, -1).split('|') : [token];
      elements.push({ kind: 'words', choices: choices.map(literalsOf) });
    }
  }
  // What may be missing at either end says nothing.
  while (elements[0] && mayBeEmpty(elements[0])) elements.shift();
  while (elements.at(-1) && mayBeEmpty(elements.at(-1))) elements.pop();
  if (elements.length === 0) throw new Error(`"${source}" needs a word`);
  return elements;
}

const mayBeEmpty = (element: Element | undefined): boolean =>
  element?.kind === 'gap' || (element?.choices.some((choice) => choice.length === 0) ?? false);

function literalsOf(choice: string): Literal[] {
  return choice
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const open = word.endsWith('*');
      const words = wordsOf(plainText(open ? word.slice(0, -1) : word));
      const key = soundKey(words[0] ?? '');
      if (key === '' || words.length !== 1) throw new Error(`"${word}" is not one word`);
      return { key, open };
    });
}

export type Found<T> = { meaning: T; source: string; from: number; to: number };

type Compiled = { source: string; steps: readonly Step[] };
type Step = 'gap' | readonly (readonly number[])[];

/** Many patterns at once, each standing for something. A text of n words is read in time proportional to n. */
export class PhraseBook<T> {
  readonly #words = new WordTree();
  readonly #starts = new Map<number, { pattern: Compiled; meaning: T }[]>();
  readonly #byBeginning = new Map<string, { key: string; id: number; open: boolean }[]>();

  add(pattern: Pattern, meaning: T): void {
    const steps = pattern.elements.map((element) =>
      element.kind === 'gap' ? 'gap' : element.choices.map((choice) => choice.map((literal) => this.#idOf(literal))),
    );
    const compiled = { source: pattern.source, steps };
    const first = steps[0];
    if (!first || first === 'gap') return;
    for (const start of new Set(first.map((choice) => choice[0]))) {
      if (start === undefined) continue;
      const list = this.#starts.get(start) ?? [];
      list.push({ pattern: compiled, meaning });
      this.#starts.set(start, list);
    }
  }

  /**
   * @param known says whether a word exists; only of unknown words are spelling mistakes forgiven.
   * @param memo remembers what single words match, where many texts are read at once.
   */
  find(
    sentences: readonly (readonly string[])[],
    { known, memo }: { known?: (key: string) => boolean; memo?: Map<string, readonly number[]> } = {},
  ): Found<T>[] {
    const found: Found<T>[] = [];
    let offset = 0;
    let guesses = mostGuesses;
    for (const keys of sentences) {
      const ids = keys.map((key): readonly number[] => {
        const matched = memo?.get(key) ?? this.#words.match(key);
        memo?.set(key, matched);
        if (matched.length > 0 || !known || key.length < shortestGuessed || guesses <= 0 || known(key)) return matched;
        guesses--;
        return this.#guess(key);
      });
      for (let at = 0; at < ids.length; at++) {
        for (const id of ids[at] ?? []) {
          for (const { pattern, meaning } of this.#starts.get(id) ?? []) {
            const end = follow(pattern.steps, 0, ids, at);
            if (end >= 0) found.push({ meaning, source: pattern.source, from: offset + at, to: offset + end });
          }
        }
      }
      offset += keys.length;
    }
    return found;
  }

  #idOf({ key, open }: Literal): number {
    const { id, isNew } = this.#words.add(key, open);
    if (isNew && key.length >= shortestGuessed) {
      const beginning = key.slice(0, 1);
      const list = this.#byBeginning.get(beginning) ?? [];
      list.push({ key, id, open });
      this.#byBeginning.set(beginning, list);
    }
    return id;
  }

  #guess(key: string): number[] {
    const ids: number[] = [];
    for (const literal of this.#byBeginning.get(key.slice(0, 1)) ?? []) {
      if (oneSlip(key, literal.key, literal.open)) ids.push(literal.id);
    }
    return ids;
  }
}

/** A node and a letter as one small number. Sound keys are plain Latin; all other letters are taken for one. */
const stepFrom = (node: number, key: string, at: number): number => node * 512 + Math.min(key.charCodeAt(at), 511);

/** The words of patterns, letter by letter: one walk over a word finds it and every open word that it begins with. */
class WordTree {
  /** From a node and a letter to the next node. */
  readonly #next = new Map<number, number>();
  readonly #whole: (number | undefined)[] = [undefined];
  readonly #open: (number | undefined)[] = [undefined];
  #ids = 0;

  add(key: string, open: boolean): { id: number; isNew: boolean } {
    let node = 0;
    for (let at = 0; at < key.length; at++) {
      const step = stepFrom(node, key, at);
      let next = this.#next.get(step);
      if (next === undefined) {
        next = this.#whole.length;
        this.#whole.push(undefined);
        this.#open.push(undefined);
        this.#next.set(step, next);
      }
      node = next;
    }
    const list = open ? this.#open : this.#whole;
    const known = list[node];
    if (known !== undefined) return { id: known, isNew: false };
    const id = this.#ids++;
    list[node] = id;
    return { id, isNew: true };
  }

  match(key: string): number[] {
    const ids: number[] = [];
    let node = 0;
    for (let at = 0; at < key.length; at++) {
      const next = this.#next.get(stepFrom(node, key, at));
      if (next === undefined) return ids;
      node = next;
      const open = this.#open[node];
      if (open !== undefined) ids.push(open);
    }
    const whole = this.#whole[node];
    if (whole !== undefined) ids.push(whole);
    return ids;
  }
}

/** The place after the last matched word, or -1. */
function follow(steps: readonly Step[], step: number, ids: readonly (readonly number[])[], at: number): number {
  const now = steps[step];
  if (now === undefined) return at;
  if (now === 'gap') {
    for (let skip = 0; skip <= gapWords && at + skip <= ids.length; skip++) {
      const end = follow(steps, step + 1, ids, at + skip);
      if (end >= 0) return end;
    }
    return -1;
  }
  for (const choice of now) {
    if (!choice.every((id, n) => ids[at + n]?.includes(id))) continue;
    const end = follow(steps, step + 1, ids, at + choice.length);
    if (end >= 0) return end;
  }
  return -1;
}

/** Whether a word is another (or begins with it, where `open`) but for one letter wrong, missing, added or swapped. */
function oneSlip(word: string, meant: string, open: boolean): boolean {
  if (!open) return Math.abs(word.length - meant.length) <= 1 && isOneEdit(word, meant);
  for (let length = meant.length - 1; length <= meant.length + 1; length++) {
    if (length <= word.length && isOneEdit(word.slice(0, length), meant)) return true;
  }
  return false;
}

function isOneEdit(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const restA = endA - start;
  const restB = endB - start;
  if (restA <= 1 && restB <= 1) return true;
  return restA === 2 && restB === 2 && a[start] === b[start + 1] && a[start + 1] === b[start];
}

/** A message is read for danger first, and then for an answer. */
let last: { plain: string; sentences: readonly (readonly string[])[] } = { plain: '', sentences: [] };

/** The sentences of a plain text as sound keys. */
export function sentencesOf(plain: string, memo?: Map<string, string>): readonly (readonly string[])[] {
  if (memo) return split(plain, memo);
  if (last.plain !== plain) last = { plain, sentences: split(plain) };
  return last.sentences;
}

function split(plain: string, memo?: Map<string, string>): string[][] {
  return plain
    .split(/[.!?…;\n]+(?=\s|$)|\n+/)
    .map((sentence) => keysOf(wordsOf(sentence), memo))
    .filter((keys) => keys.length > 0);
}
