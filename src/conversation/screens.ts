import type { Turn } from './flow.ts';
import type { Choice } from './reply.ts';

/** How much fits a small screen: what people read without scrolling back (voice.md's 900 characters). */
export const screenful = 900;

/**
 * Lays sections onto as few screens as they need, in order, never splitting a section. One longer than a screen stands
 * alone.
 */
export function layOnScreens(sections: readonly string[], size = screenful): string[] {
  const screens: string[] = [];
  for (const section of sections.filter((s) => s !== '')) {
    const last = screens.at(-1);
    if (last !== undefined && last.length + 2 + section.length <= size)
      screens[screens.length - 1] = `${last}\n\n${section}`;
    else screens.push(section);
  }
  return screens;
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
export function toMenu(turn: Turn): Choice {
  return { label: turn.t('menu:menu'), action: 'menu' };
}

/** A line that begins like a sentence. */
export function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
