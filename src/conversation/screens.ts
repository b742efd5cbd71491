import type { Turn } from './flow.ts';
import type { Choice } from './reply.ts';

/** How much fits a small screen: what people read without scrolling back (voice.md's 900 characters). */
export const screenful = 900;

/** A last section so short is not worth a message of its own. */
const afterthought = 200;

/**
 * Lays sections onto as few screens as they need, in order, never splitting a section. One longer than a screen stands
 * alone; a short last one may go a little over.
 */
export function layOnScreens(sections: readonly string[], size = screenful): string[] {
  const screens: string[] = [];
  const filled = sections.filter((s) => s !== '');
  for (const [i, section] of filled.entries()) {
    const last = screens.at(-1);
    const room = i === filled.length - 1 && seen(section) <= afterthought ? size + afterthought : size;
    if (last !== undefined && seen(last) + 2 + seen(section) <= room)
      screens[screens.length - 1] = `${last}\n\n${section}`;
    else screens.push(section);
  }
  return screens;
}

/** What of a text is seen: an address behind a link is not. */
function seen(text: string): number {
  return text.replace(/\]\([^)\s]*\)/g, ']').length;
}

/** Buttons in rows: short labels side by side, long ones alone. */
export function inRows(choices: readonly Choice[], perRow: number, widest = 18): Choice[][] {
  const rows: Choice[][] = [];
  for (const choice of choices) {
    const row = rows.at(-1);
    const fits = (c: Choice) => c.label.length <= widest;
    if (row && row.length < perRow && fits(choice) && row.every(fits)) row.push(choice);
    else rows.push([choice]);
  }
  return rows;
}

/** The way back that every message offers. */
export function toMenu(turn: Pick<Turn, 't'>): Choice {
  return { label: turn.t('menu:menu'), action: 'menu' };
}

/** A line that begins like a sentence. */
export function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Channels show a link as one where it is https; any other is copied. */
export function linkLine({ channel, url }: { channel: string; url: string }, turn: Pick<Turn, 't'>): string {
  const name = turn.t(`join:on.${channel}`);
  return url.startsWith('https://') ? `[${name}](${url})` : `${name}: ${url}`;
}
