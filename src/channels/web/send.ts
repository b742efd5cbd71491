import type { Reply } from '../../conversation/reply.ts';
import { BadPayload, ChannelDown } from '../errors.ts';
import { renderReply } from './render.ts';
import { pack, type Transcripts } from './transcripts.ts';

/**
 * Puts a reply into the transcript; whoever has the page open sees it from there, and others when they come back.
 * @throws BadPayload when it would show nothing, ChannelDown when the transcript can't be written
 */
export async function send(transcripts: Transcripts, chat: string, reply: Reply): Promise<void> {
  if (reply.text.trim() === '' && reply.document === undefined && reply.pin === undefined) {
    throw new BadPayload('a reply without text, file or place');
  }
  const stored = {
    message: renderReply(reply),
    ...(reply.document === undefined ? {} : { file: reply.document }),
  };
  try {
    await transcripts.append(chat, pack(stored));
  } catch {
    throw new ChannelDown('the transcript could not be written', true);
  }
}
