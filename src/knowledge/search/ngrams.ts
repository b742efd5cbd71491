/** 32-bit FNV-1a over UTF-16 units, cheap enough to be made for every group of letters of a message. */
export function hash(text: string, seed = 0x811c9dc5): number {
  let h = seed;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  return h >>> 0;
}

/**
 * Calls `take` with the hash of each group of `from` to `to` neighbouring letters of a word. The word's ends count as
 * letters, so that a beginning differs from a middle. Typos and endings change a few groups and leave the rest.
 */
export function letterGroups(word: string, from: number, to: number, take: (feature: number) => void): void {
  const padded = `^${word}$`;
  for (let start = 0; start < padded.length; start++) {
    let h = 0x811c9dc5;
    const last = Math.min(padded.length, start + to);
    for (let at = start; at < last; at++) {
      h = Math.imul(h ^ padded.charCodeAt(at), 0x01000193);
      if (at - start + 1 >= from) take(h >>> 0);
    }
  }
}
