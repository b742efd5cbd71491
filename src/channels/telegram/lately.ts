const KEPT_MS = 60_000;

/**
 * Remembers what was made of the latest texts: an article, a button's label or an announcement is the same for everybody.
 * A text may be a person's words, so none stays for longer than a minute.
 * @param make its answer depends on the text alone, and nobody changes it
 * @param most texts that are remembered
 */
export function lately<R>(make: (text: string) => R, most: number): (text: string) => R {
  const made = new Map<string, R>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const answer = make(text);
    if (made.size === 0) setTimeout(() => made.clear(), KEPT_MS).unref();
    if (made.size < most) made.set(text, answer);
    return answer;
  };
}
