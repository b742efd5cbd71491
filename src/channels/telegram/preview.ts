import type { Reply } from '../../conversation/reply.ts';
import type { Preview } from '../channel.ts';
import { type Call, render } from './render.ts';

type Markup = NonNullable<(Call & { method: 'sendMessage' })['payload']['reply_markup']>;

/** What a person would see, made from the very calls that would send it. @throws BadPayload as render */
export function preview(reply: Reply): Preview[] {
  return render(reply).map(shown);
}

function shown(call: Call): Preview {
  const nothing: Preview = { text: '', picture: false, file: false, buttons: [] };
  switch (call.method) {
    case 'sendMessage':
      return { ...nothing, text: wordsOf(call.payload.text), buttons: buttonsOf(call.payload.reply_markup) };
    case 'sendDocument':
      return { ...nothing, file: true };
    case 'sendVenue':
      return { ...nothing, text: `${call.payload.title}\n${call.payload.address}` };
  }
}

function buttonsOf(markup: Markup | undefined): string[][] {
  if (markup === undefined) return [];
  const rows = 'keyboard' in markup ? markup.keyboard : markup.inline_keyboard;
  return rows.map((row) => row.map(({ text }) => text));
}

/** The words of our own HTML: nothing in it but `<b>`, `<a>` and four entities. */
function wordsOf(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/&(lt|gt|quot|amp);/g, (_, name: string) => CHARACTERS[name] ?? '');
}

const CHARACTERS: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' };
