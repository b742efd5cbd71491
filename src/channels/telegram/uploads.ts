import { type Api, GrammyError, InputFile } from 'grammy';
import type { Message } from 'grammy/types';
import type { Media } from '../../conversation/reply.ts';
import type { ChannelDeps } from '../channel.ts';
import { contentOf } from '../media.ts';
import { type Caption, fileName } from './render.ts';

/** Pictures and PDFs whose Telegram name is remembered, in memory alone: forgetting one costs one upload. */
const REMEMBERED = 200;

export type MediaCall = { method: 'sendPhoto' | 'sendDocument'; media: Media; payload: Caption };

export type Uploads = {
  /** @returns the message's id @throws as the API does; BadPayload when the bytes are gone */
  send(recipient: string, call: MediaCall): Promise<number>;
};

/**
 * Uploads each picture or PDF once; after that Telegram's own name of it is sent. While the first goes up the others wait
 * for it, so that an announcement to many is one upload. A name that Telegram no longer takes is forgotten.
 * @param apis `slow`: with the patience that an upload needs
 */
export function createUploads(apis: { api: Api; slow: Api }, load: ChannelDeps['media']): Uploads {
  const known = new Map<string, string>();
  const underWay = new Map<string, Promise<void>>();

  function remember(key: string, id: string | undefined): void {
    known.delete(key);
    if (id !== undefined) known.set(key, id);
    if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? '');
  }

  async function upload(recipient: string, call: MediaCall, key: string): Promise<number> {
    const content = await contentOf(call.media, load);
    const message = await perform(apis.slow, recipient, call, new InputFile(content, fileName(call.media.name)));
    remember(key, call.method === 'sendPhoto' ? message.photo?.at(-1)?.file_id : message.document?.file_id);
    return message.message_id;
  }

  return {
    async send(recipient, call) {
      const key = `${call.method} ${call.media.id}`;
      for (;;) {
        const id = known.get(key);
        if (id !== undefined) {
          try {
            const message = await perform(apis.api, recipient, call, id);
            remember(key, id);
            return message.message_id;
          } catch (error) {
            if (!isRefusedName(error)) throw error;
            if (known.get(key) === id) known.delete(key);
            continue;
          }
        }
        const other = underWay.get(key);
        if (other) {
          await other;
          continue;
        }
        const uploading = upload(recipient, call, key);
        const settled = uploading.then(
          () => undefined,
          () => undefined,
        );
        underWay.set(key, settled);
        try {
          return await uploading;
        } finally {
          if (underWay.get(key) === settled) underWay.delete(key);
        }
      }
    },
  };
}

async function perform(
  api: Api,
  chat_id: string,
  { method, payload }: MediaCall,
  file: string | InputFile,
): Promise<Message> {
  return method === 'sendPhoto'
    ? await api.raw.sendPhoto({ chat_id, photo: file, ...payload })
    : await api.raw.sendDocument({ chat_id, document: file, ...payload });
}

/** Telegram has no number for it, so its words decide (github.com/tdlib/telegram-bot-api, Client.cpp). */
function isRefusedName(error: unknown): boolean {
  return (
    error instanceof GrammyError &&
    error.error_code === 400 &&
    /wrong (?:remote )?file|file[ _]identifier|FILE_REFERENCE|FILE_ID_INVALID/i.test(error.description)
  );
}
