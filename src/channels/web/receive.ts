import { z } from 'zod';
import type { Event } from '../../conversation/event.ts';
import { type BrowserMessage, renderOwn } from './render.ts';
import type { WebWord } from './words.ts';

/** The longest message that we read, in UTF-16 units, as the page counts them too. */
export const TEXT_LIMIT = 4000;
/** conversation/event.ts: an action id has at most 64 bytes. */
const ACTION_BYTES = 64;
const LABEL_LIMIT = 200;

const id = z.string().regex(/^[\w-]{1,40}$/);
const action = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .max(ACTION_BYTES);

const posted = z.discriminatedUnion('kind', [
  z.object({ id, kind: z.literal('text'), text: z.string() }),
  z.object({ id, kind: z.literal('choice'), action, label: z.string().max(LABEL_LIMIT) }),
  z.object({
    id,
    kind: z.literal('place'),
    lat: z.number().min(-90).max(90),
    lon: z.number().min(-180).max(180),
  }),
  z.object({
    id,
    kind: z.literal('started'),
    payload: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .optional(),
  }),
]);

export type Received =
  /** `own` is what the transcript shows of it; nothing for opening the page. */
  | { ok: true; event: Event; own: BrowserMessage | null }
  | { ok: false; problem: Extract<WebWord, 'tooLong' | 'unclear'> };

export type Sender = {
  /** The chat's id. */
  chat: string;
  /** Of the page's id of a message: the same again for a repeat, unique among all chats, and it leads back to none. */
  mark(id: string): string;
  language: string | undefined;
  /** UTC epoch ms. */
  at: number;
};

/** Reads what the page has posted. Never throws. */
export function receive(body: unknown, sender: Sender): Received {
  const parsed = posted.safeParse(body);
  if (!parsed.success) {
    return { ok: false, problem: 'unclear' };
  }
  const message = parsed.data;
  const about = {
    eventId: sender.mark(message.id),
    channel: 'web',
    sender: sender.chat,
    at: sender.at,
    ...(sender.language === undefined ? {} : { hint: { language: sender.language } }),
  };
  switch (message.kind) {
    case 'text': {
      if (message.text.length > TEXT_LIMIT) {
        return { ok: false, problem: 'tooLong' };
      }
      const text = message.text.toWellFormed().trim();
      if (text === '') {
        return { ok: false, problem: 'unclear' };
      }
      return { ok: true, event: { ...about, kind: 'text', text }, own: renderOwn(message.id, { text }) };
    }
    case 'choice': {
      const own = renderOwn(message.id, { text: message.label.toWellFormed() });
      return { ok: true, event: { ...about, kind: 'choice', action: message.action }, own };
    }
    case 'place': {
      const { lat, lon } = message;
      return {
        ok: true,
        event: { ...about, kind: 'place', lat, lon },
        own: renderOwn(message.id, { word: 'myPlace' }),
      };
    }
    case 'started': {
      const payload = message.payload === undefined ? {} : { payload: message.payload };
      return { ok: true, event: { ...about, kind: 'started', ...payload }, own: null };
    }
  }
}
