import type { Reply } from '../../conversation/reply.ts';
import type { Preview } from '../channel.ts';
import { renderReply } from './render.ts';

/** What the page would show, made from what it would be sent. */
export function preview(reply: Reply): Preview[] {
  const message = renderReply(reply);
  return [
    {
      text: message.text.map((segment) => (segment.kind === 'text' ? segment.text : segment.label)).join(''),
      picture: message.picture !== undefined,
      file: message.file !== undefined || message.document !== undefined,
      buttons: (message.rows ?? []).map((row) => row.map((choice) => choice.label)),
    },
  ];
}
