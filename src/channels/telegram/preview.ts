import type { Reply } from '../../conversation/reply.ts';
import type { Preview } from '../channel.ts';
import { type Call, type Markup, render, wordsOf } from './render.ts';

/** What a person would see, made from the very calls that would send it. @throws BadPayload as render */
export function preview(reply: Reply): Preview[] {
  return render(reply).map(shown);
}

function shown(call: Call): Preview {
  const nothing: Preview = { text: '', picture: false, file: false, buttons: [] };
  if (call.method === 'sendMessage') {
    return { ...nothing, text: wordsOf(call.payload.text), buttons: buttonsOf(call.payload.reply_markup) };
  }
  if (call.method === 'sendVenue') return { ...nothing, text: `${call.payload.title}\n${call.payload.address}` };
  if (!('media' in call)) return { ...nothing, file: true };
  return {
    text: wordsOf(call.payload.caption ?? ''),
    picture: call.method === 'sendPhoto',
    file: call.method === 'sendDocument',
    buttons: buttonsOf(call.payload.reply_markup),
  };
}

function buttonsOf(markup: Markup | undefined): string[][] {
  if (markup === undefined) return [];
  const rows = 'keyboard' in markup ? markup.keyboard : markup.inline_keyboard;
  return rows.map((row) => row.map(({ text }) => text));
}
