import type { Reply } from '../../conversation/reply.ts';
import type { Preview } from '../channel.ts';
import type { Button } from './messages.ts';
import { type RenderOptions, render } from './render.ts';
import { shownWords } from './words.ts';

/** What a person would see, made by the very code that sends. @throws BadPayload as render */
export function preview(reply: Reply, options: Pick<RenderOptions, 'addressOf' | 'linkTo'>): Preview[] {
  return render(reply, { ...options, numbered: false }).map((message) => ({
    text: 'text' in message ? shownWords(message.text) : '',
    picture: message.type === 'picture',
    // Files are addresses in the text here.
    file: false,
    buttons: rowsOf(message.keyboard?.Buttons ?? []),
  }));
}

const COLUMNS = 6;

/** Viber fills rows of six columns, button after button. */
function rowsOf(buttons: readonly Button[]): string[][] {
  const rows: string[][] = [];
  let free = 0;
  for (const { Text, Columns } of buttons) {
    if (Columns > free) {
      rows.push([]);
      free = COLUMNS;
    }
    rows.at(-1)?.push(Text.replaceAll('\u200b', ''));
    free -= Columns;
  }
  return rows;
}
