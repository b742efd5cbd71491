import type { Choice, Reply } from '../../conversation/reply.ts';
import { BadPayload } from '../errors.ts';
import { ASK_BODY, isAction, toActionBody } from './actions.ts';
import type { Button, Keyboard } from './messages.ts';
import { toViberAddress, toViberLabel } from './words.ts';

/** developers.viber.com/docs/tools/keyboards/ and …/docs/faq/: six columns, at most 12 rows in portrait. */
const COLUMNS = 6;
const ROWS_LIMIT = 12;
/** Two to a row at most when all twelve are needed: more can't be read. */
export const BUTTONS_LIMIT = 24;
/** Viber crops longer texts itself. */
export const LABEL_LIMIT = 250;
/** A label of this length fits one line in large letters. */
const LARGE_LABEL = 24;
/** An address longer than this is no button's. */
const URL_LIMIT = 2000;
/** share-phone and location-picker came with this API level; all else that we use is of level 1. */
const ASK_API_VERSION = 3;

/**
 * `InputFieldState` stays away: `regular` is what clients do without it, and naming it would demand API level 4.
 * @returns null without choices
 * @throws BadPayload when an action could not come back as it went
 */
export function keyboardOf(reply: Reply): { keyboard: Keyboard; minApiVersion: number } | null {
  const rows = arrange(
    (reply.rows ?? []).filter((row) => row.length > 0),
    reply.ask ? ROWS_LIMIT - 1 : ROWS_LIMIT,
  );
  const buttons = rows.flatMap((row) => row.map((choice) => buttonOf(choice, COLUMNS / row.length)));
  const kept = reply.ask ? [askButton(reply.ask), ...buttons] : buttons;
  if (kept.length === 0) return null;
  return {
    keyboard: { Type: 'keyboard', DefaultHeight: false, Buttons: kept },
    minApiVersion: reply.ask ? ASK_API_VERSION : 1,
  };
}

/**
 * Rows as Viber can show them: one, two, three or six to a row, so that the columns divide. Too many rows are packed
 * two to a row; what is still too much loses its middle, since the way back stands last.
 */
function arrange(rows: readonly (readonly Choice[])[], limit: number): Choice[][] {
  const even = rows.flatMap((row) => inRowsOf(row.length <= 3 ? row.length : row.length === 4 ? 2 : 3, row));
  const buttons = even.reduce((sum, row) => sum + row.length, 0);
  if (even.length <= limit && buttons <= BUTTONS_LIMIT) return even;
  const all = even.flat();
  const last = all.at(-1);
  const packed = all.length <= limit * 2 || !last ? all : [...all.slice(0, limit * 2 - 1), last];
  return inRowsOf(2, packed);
}

function inRowsOf<T>(count: number, items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / count) }, (_, row) =>
    items.slice(row * count, (row + 1) * count),
  );
}

function buttonOf(choice: Choice, columns: number): Button {
  const text = labelOf(choice.label);
  const look = {
    Columns: columns,
    Rows: 1,
    Text: text,
    TextSize: columns === COLUMNS && text.length <= LARGE_LABEL ? 'large' : 'regular',
    // Else the client writes the action, or the address, into the chat as the person's own words.
    Silent: true,
  } as const;
  if ('url' in choice) {
    if (!choice.url.startsWith('https://') || choice.url.length > URL_LIMIT)
      throw new BadPayload('a button with such an address');
    return { ...look, ActionType: 'open-url', ActionBody: toViberAddress(choice.url) };
  }
  if (!isAction(choice.action)) throw new BadPayload('a button whose action is not one');
  return { ...look, ActionType: 'reply', ActionBody: toActionBody(choice.action) };
}

function askButton(ask: NonNullable<Reply['ask']>): Button {
  return {
    Columns: COLUMNS,
    Rows: 1,
    Text: labelOf(ask.label),
    TextSize: 'regular',
    ActionType: ask.what === 'place' ? 'location-picker' : 'share-phone',
    ActionBody: ASK_BODY,
  };
}

function labelOf(label: string): string {
  const text = toViberLabel(label, LABEL_LIMIT);
  if (text === '') throw new BadPayload('a button without a label');
  return text;
}
