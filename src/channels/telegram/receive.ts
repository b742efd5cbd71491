import type { Message, PhotoSize, Update, User } from 'grammy/types';
import type { Deed, Event, IncomingFile } from '../../conversation/event.ts';

/** What we ask Telegram to send. Listed, for an omitted list keeps whatever was set before (Bot API, setWebhook). */
export const ALLOWED_UPDATES = ['message', 'callback_query', 'my_chat_member'] as const;

/** A name in a greeting longer than this is no name. */
const MAX_NAME = 64;

/** What may follow `/start` in a deep link (Bot API, "Deep Linking"). */
const PAYLOAD = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * What an update says, or null where it says nothing to us: groups and channels, edits, reactions, service messages,
 * other bots, and kinds that Telegram may add later.
 */
export function toEvent(update: Update, at: number): Event | null {
  const said = fromMessage(update) ?? fromPress(update) ?? fromMembership(update);
  if (!said || said.from.is_bot) return null;
  return {
    eventId: String(update.update_id),
    channel: 'telegram',
    sender: String(said.chat),
    at,
    ...hintOf(said.from),
    ...said.deed,
  };
}

type Said = { chat: number; from: User; deed: Deed };

function fromMessage({ message }: Update): Said | null {
  if (message?.chat.type !== 'private' || !message.from) return null;
  const deed = deedOf(message, message.from);
  return deed && { chat: message.chat.id, from: message.from, deed };
}

/** A press on a button of ours. The message may be too old for Telegram to show it, its chat is there all the same. */
function fromPress({ callback_query: query }: Update): Said | null {
  if (query?.message?.chat.type !== 'private' || !query.data) return null;
  return { chat: query.message.chat.id, from: query.from, deed: { kind: 'choice', action: query.data } };
}

/** Unblocking says nothing by itself: whoever comes back presses Start or writes. */
function fromMembership({ my_chat_member: change }: Update): Said | null {
  if (change?.chat.type !== 'private' || change.new_chat_member.status !== 'kicked') return null;
  return { chat: change.chat.id, from: change.from, deed: { kind: 'stopped' } };
}

function deedOf(message: Message, from: User): Deed | null {
  // A caption is read like any text: it may be the only words of somebody in danger.
  const text = message.text ?? message.caption;
  const file = fileOf(message);
  if (typeof text === 'string' && text.trim() !== '') {
    const deed = textDeed(text);
    return file && deed.kind === 'text' ? { ...deed, file } : deed;
  }
  if (message.location) return { kind: 'place', lat: message.location.latitude, lon: message.location.longitude };
  if (message.contact) {
    const { user_id, phone_number: phone, first_name: name } = message.contact;
    // Anyone can forward anyone's card: only their own number counts.
    return user_id === from.id ? { kind: 'contact', phone, name: cut(name) } : { kind: 'unreadable', what: 'other' };
  }
  const what = CONTENT.find(([, fields]) => fields.some((field) => message[field] !== undefined))?.[0];
  return what ? { kind: 'unreadable', what, ...(file ? { file } : {}) } : null;
}

/** As large as every messenger takes a picture. */
const PICTURE_BYTES = 1024 * 1024;

/** Telegram makes several sizes of a photo; a picture that is sent as a document stays as it is. */
function fileOf({ photo, document, animation }: Message): IncomingFile | null {
  if (photo !== undefined && photo.length > 0) {
    const bySize = photo.toSorted((a, b) => a.width * a.height - b.width * b.height);
    const chosen = bySize.findLast((size) => (size.file_size ?? 0) <= PICTURE_BYTES) ?? bySize[0];
    return chosen ? photoFile(chosen) : null;
  }
  // An animation comes as a document as well, for older bots.
  if (document === undefined || animation !== undefined) return null;
  const { file_id: ref, mime_type: mime = null, file_name: name = null, file_size: bytes = null } = document;
  const kind = mime === 'image/jpeg' || mime === 'image/png' ? 'picture' : 'file';
  return { ref, kind, name: name === null ? null : cut(name), mime, bytes };
}

function photoFile(size: PhotoSize): IncomingFile {
  return { ref: size.file_id, kind: 'picture', name: null, mime: 'image/jpeg', bytes: size.file_size ?? null };
}

function textDeed(text: string): Deed {
  const [, command, rest = ''] = /^(\/[a-z0-9_]{1,32})(?:@\w+)?(?:\s+([\s\S]*))?$/i.exec(text.trim()) ?? [];
  if (command === undefined) return { kind: 'text', text };
  const words = rest.trim();
  if (command.toLowerCase() !== '/start') return { kind: 'text', text: words ? `${command} ${words}` : command };
  if (words === '') return { kind: 'started' };
  // No deep link of ours: somebody typed on after /start, and what they typed must be read.
  return PAYLOAD.test(words) ? { kind: 'started', payload: words } : { kind: 'text', text: words };
}

type What = (Deed & { kind: 'unreadable' })['what'];

/** Content of a person that we can't read. A field that isn't here is a service message ("pinned", "joined"). */
const CONTENT: readonly (readonly [What, readonly (keyof Message)[]])[] = [
  ['voice', ['voice', 'video_note', 'audio']],
  ['sticker', ['sticker', 'dice']],
  ['picture', ['photo', 'live_photo', 'video', 'animation', 'story', 'paid_media']],
  ['file', ['document']],
  ['other', ['rich_message', 'poll', 'game', 'checklist', 'invoice', 'giveaway', 'users_shared', 'chat_shared']],
];

function hintOf(from: User): Pick<Event, 'hint'> {
  const name = cut(from.first_name);
  const hint = { ...(name ? { name } : {}), ...(from.language_code ? { language: from.language_code } : {}) };
  return Object.keys(hint).length > 0 ? { hint } : {};
}

/** Cut between characters, so that half an emoji is never stored. */
function cut(name: string): string {
  return [...name.trim()].slice(0, MAX_NAME).join('');
}
