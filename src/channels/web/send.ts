import type { Reply } from '../../conversation/reply.ts';
import { BadPayload, ChannelDown } from '../errors.ts';
import { renderReply } from './render.ts';
import { pack, type Stored, type Transcripts, unpack } from './transcripts.ts';

/**
 * Puts a reply into the transcript; whoever has the page open sees it from there, and others when they come back.
 * @returns the receipt: its seq
 * @throws BadPayload when it would show nothing, ChannelDown when the transcript can't be written
 */
export async function send(transcripts: Transcripts, chat: string, reply: Reply): Promise<string> {
  const { text, document, pin, picture, file } = reply;
  if (text.trim() === '' && [document, pin, picture, file].every((part) => part === undefined)) {
    throw new BadPayload('a reply without text, file or place');
  }
  const stored: Stored = {
    message: renderReply(reply),
    ...(document === undefined ? {} : { file: document }),
  };
  return String(await written(transcripts.append(chat, pack(stored))));
}

/**
 * Appends what takes the place of an earlier message: the page puts it there, now and after every reload. The earlier
 * one's picture and files stay.
 * @throws BadPayload when the earlier message is gone, ChannelDown
 */
export async function edit(transcripts: Transcripts, chat: string, receipt: string, reply: Reply): Promise<void> {
  const seq = /^\d{1,15}$/.test(receipt) ? Number(receipt) : 0;
  const [entry] = seq === 0 ? [] : await written(transcripts.after(chat, seq - 1, 1));
  const earlier = entry?.seq === seq ? unpack(entry.message) : null;
  if (earlier === null || earlier.message.from !== 'bot') throw new BadPayload('a message that is gone');
  const { picture, file, document } = earlier.message;
  const kept = { ...(picture ? { picture } : {}), ...(file ? { file } : {}), ...(document ? { document } : {}) };
  const { text, rows } = reply;
  const stored: Stored = {
    ...earlier,
    message: { ...renderReply(rows ? { text, rows } : { text }), ...kept, replaces: seq },
  };
  await written(transcripts.append(chat, pack(stored)));
}

async function written<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch {
    throw new ChannelDown('the transcript could not be written', true);
  }
}
