import { z } from 'zod';
import type { Deed, Event, IncomingFile } from '../../conversation/event.ts';
import { ASK_BODY, readActionBody, readTrackingData } from './actions.ts';

/** Viber's own limit on a text; longer ones come only from someone who plays with the token. */
const TEXT_LIMIT = 7000;
const URL_LIMIT = 2000;
/** Of a file, with its ending. */
const NAME_LIMIT = 256;

/** Callbacks that nothing follows from but a count. */
const COUNTED = ['webhook', 'subscribed', 'delivered', 'seen'] as const;

const optionalText = z.string().optional().catch(undefined);
const token = z.union([z.string().regex(/^\d{1,20}$/), z.int().nonnegative()]).transform(String);
const userId = z.string().min(1).max(128);
const user = z.object({ id: userId, name: optionalText, language: optionalText });

const messageSchema = z.object({
  type: z.string(),
  text: optionalText,
  media: optionalText,
  file_name: optionalText,
  size: z.number().int().nonnegative().optional().catch(undefined),
  tracking_data: optionalText,
  location: z
    .object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
    .optional()
    .catch(undefined),
  contact: z.object({ name: optionalText, phone_number: z.string() }).optional().catch(undefined),
});

const callbackSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('message'), message_token: token, sender: user, message: messageSchema }),
  z.object({ event: z.literal('conversation_started'), message_token: token, user, context: optionalText }),
  z.object({ event: z.literal('unsubscribed'), message_token: token, user_id: userId }),
  z.object({ event: z.literal('failed'), user_id: userId.optional().catch(undefined) }),
  z.object({ event: z.enum(COUNTED) }),
]);

type Message = z.output<typeof messageSchema>;
export type Callback = z.output<typeof callbackSchema> | { event: 'unknown' };

/** Viber adds kinds and fields as it likes: what we don't know, or can't read, is `unknown` and no fault. */
export function readCallback(json: unknown): Callback {
  const parsed = callbackSchema.safeParse(json);
  return parsed.success ? parsed.data : { event: 'unknown' };
}

/**
 * What the person did, or null where nothing is to be done. `at`: when it came, UTC ms. `mayFetch`: whether the file at an
 * address may be had; one that may not counts as not sent.
 */
export function receive(callback: Callback, at: number, mayFetch: (url: URL) => boolean): Event | null {
  switch (callback.event) {
    case 'message':
      return { ...from(callback, callback.sender, at), ...deedOf(callback.message, callback.sender.name, mayFetch) };
    case 'conversation_started': {
      const payload = clean(callback.context);
      return { ...from(callback, callback.user, at), kind: 'started', ...(payload ? { payload } : {}) };
    }
    case 'unsubscribed':
      return { ...from(callback, { id: callback.user_id }, at), kind: 'stopped' };
    default:
      return null;
  }
}

/** Whether a button was pressed, rather than something typed. */
export function isPress(callback: Callback): boolean {
  return callback.event === 'message' && readActionBody(clean(callback.message.text)) !== null;
}

function from(
  callback: { event: string; message_token: string },
  sender: { id: string; name?: string | undefined; language?: string | undefined },
  at: number,
): Pick<Event, 'eventId' | 'channel' | 'sender' | 'at' | 'hint'> {
  const name = clean(sender.name);
  const language = /^[a-z]{2,3}(?=$|[-_])/.exec(sender.language?.toLowerCase() ?? '')?.[0];
  const hint = { ...(name ? { name } : {}), ...(language ? { language } : {}) };
  return {
    // The same on every repetition of a callback; the kind is part of it, since kinds may share a token.
    eventId: `${callback.event}:${callback.message_token}`,
    channel: 'viber',
    sender: sender.id,
    at,
    ...(Object.keys(hint).length > 0 ? { hint } : {}),
  };
}

function deedOf(message: Message, senderName: string | undefined, mayFetch: (url: URL) => boolean): Deed {
  const file = fileOf(message, mayFetch);
  const withFile = file ? { file } : {};
  switch (message.type) {
    case 'text':
      return deedOfText(message) ?? { kind: 'unreadable', what: 'other' };
    case 'url':
      return words(message.text, message.media) ?? { kind: 'unreadable', what: 'other' };
    // A caption is words: somebody may ask for help in it, so it is read rather than the picture deplored.
    case 'picture':
      return { ...(words(message.text) ?? { kind: 'unreadable', what: 'picture' }), ...withFile };
    case 'video':
      return words(message.text) ?? { kind: 'unreadable', what: 'other' };
    case 'file':
      return { ...(words(message.text) ?? { kind: 'unreadable', what: 'file' }), ...withFile };
    case 'sticker':
      return { kind: 'unreadable', what: 'sticker' };
    case 'audio':
    case 'voice':
      return { kind: 'unreadable', what: 'voice' };
    case 'location':
      return message.location ? { kind: 'place', ...message.location } : { kind: 'unreadable', what: 'other' };
    case 'contact':
      return ownContact(message, senderName) ?? { kind: 'unreadable', what: 'other' };
    default:
      return words(message.text) ?? { kind: 'unreadable', what: 'other' };
  }
}

function deedOfText(message: Message): Deed | null {
  const text = clean(message.text);
  if (!text || text === ASK_BODY) return null;
  const action = readActionBody(text) ?? numberedChoice(text, message.tracking_data);
  return action === null ? { kind: 'text', text } : { kind: 'choice', action };
}

/**
 * "2" is the second choice only if the last reply was sent as numbered text, which its tracking data says. In every
 * other place a bare number is what the person wrote: an hour, a number of people.
 */
function numberedChoice(text: string, trackingData: string | undefined): string | null {
  const number = /^(\d{1,2})[.)]?$/.exec(text)?.[1];
  if (number === undefined) return null;
  return readTrackingData(trackingData).choices?.[Number(number) - 1] ?? null;
}

function fileOf(message: Message, mayFetch: (url: URL) => boolean): IncomingFile | null {
  const { type, media = '', file_name, size } = message;
  if (media.length > URL_LIMIT || !URL.canParse(media) || !mayFetch(new URL(media))) return null;
  const name = clean(file_name).slice(0, NAME_LIMIT).toWellFormed() || null;
  const kind = type === 'picture' ? 'picture' : 'file';
  return { ref: media, kind, name, mime: null, bytes: size ?? null };
}

function words(...candidates: (string | undefined)[]): (Deed & { kind: 'text' }) | null {
  const text = candidates.map(clean).filter(Boolean).join('\n');
  return text ? { kind: 'text', text } : null;
}

/**
 * Viber doesn't say whose number a contact holds. It is the person's own when our share-phone button asked for it, or
 * when it bears their name; any other is somebody else's and is dropped.
 */
function ownContact(message: Message, senderName: string | undefined): Deed | null {
  if (!message.contact) return null;
  const name = clean(message.contact.name);
  const asked = readTrackingData(message.tracking_data).ask === 'contact';
  if (!asked && (!name || name !== clean(senderName))) return null;
  const phone = message.contact.phone_number.replace(/[^\d+]/g, '');
  if (!/^\+?\d{6,15}$/.test(phone)) return null;
  // share-phone gives the number as the account knows it: international, in some clients without its plus.
  const international = phone.startsWith('+') || phone.startsWith('0') ? phone : `+${phone}`;
  return { kind: 'contact', phone: international, ...(name ? { name } : {}) };
}

function clean(text: string | undefined): string {
  return (text ?? '').slice(0, TEXT_LIMIT).toWellFormed().replaceAll('\0', '').trim();
}
