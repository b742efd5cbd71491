/**
 * The Bot API, for tests: a server that bots talk to through their API root, and the people who talk to the bot.
 * It keeps the documented limits and answers as the real server does (github.com/tdlib/telegram-bot-api); webhooks come
 * in order per chat and per pressing user, and again until they get their 2xx.
 *
 *     const telegram = await startTelegram();
 *     const oksana = telegram.person({ name: 'Оксана' });
 *     oksana.starts();
 *     const hello = await oksana.hears();
 *     oksana.presses('Меню');
 *
 * Alone: `node test/emulators/telegram.ts [port]`, then `POST /people/<id>/says` with the words as the body, or
 * `.../presses`, `.../starts`, and `GET /people/<id>/messages`.
 */
import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fetch } from 'undici';
import { CannotParse, type Entity, parseHtml } from './telegram-html.ts';

export type Button = { text: string; callback_data?: string; url?: string };
export type KeyboardButton = { text: string; request_location?: boolean; request_contact?: boolean };

/** A message of the bot, as the person sees it. */
export type BotMessage = {
  /** The bot has deleted it from the chat. */
  deleted?: boolean;
  /** How often the bot has changed it. */
  edited?: number;
  id: number;
  chat: number;
  text: string;
  entities: Entity[];
  /** Inline buttons, under the message. */
  buttons: Button[][];
  /** The keyboard in place of the person's own, if this message brought one. */
  keyboard: KeyboardButton[][] | null;
  document: { name: string; content: string } | null;
  /** A picture, or a document with its bytes, and Telegram's name of it. */
  attached: Attached | null;
  venue: { lat: number; lon: number; title: string; address: string } | null;
  /** UTC epoch ms. */
  at: number;
};

export type Attached = { kind: 'photo' | 'document'; fileId: string; name: string; bytes: Buffer };

export type ApiCall = { method: string; payload: Record<string, unknown>; at: number };

/** What the server does instead of answering properly. `late drop`: does what was asked, then drops the connection. */
export type Trouble =
  | 'hang'
  | 'drop'
  | 'late drop'
  | { status: number; description?: string; retryAfter?: number; html?: boolean };

export type Delivery = { updateId: number; attempt: number; status: number | 'no answer'; body: string };

export type TelegramEmulator = Awaited<ReturnType<typeof startTelegram>>;

/** Somebody who uses the bot. Every deed returns the id of its update and does not wait for the bot. */
export type Person = {
  readonly id: number;
  /** Writes a message. */
  says(text: string): number;
  /** Presses Start, perhaps by a deep link. */
  starts(payload?: string): number;
  /**
   * Presses a button of the latest message that has it, by its label or its action. `forgotten`: the message is so old
   * that Telegram does not show it to the bot.
   */
  presses(which: string | RegExp, options?: { forgotten?: boolean }): number;
  /** Presses a button that some older build made. */
  pressesOld(action: string): number;
  shares(place: { lat: number; lon: number }): number;
  /** Shares the own number, or the card of somebody else (null: of somebody without Telegram). */
  sharesContact(phone: string, ownerId?: number | null): number;
  /** Sends a photo, in two sizes: a small one, and these bytes. */
  sendsPhoto(bytes: Uint8Array, caption?: string): number;
  sendsDocument(file: { name: string; mime: string; bytes: Uint8Array }, caption?: string): number;
  /** Sends a message of another kind: `sends({ voice: { … } })`. */
  sends(part: Record<string, unknown>): number;
  blocks(): number;
  unblocks(): void;
  /** All that the bot has sent, oldest first. */
  messages(): readonly BotMessage[];
  /**
   * The next message that was not heard yet, or the next one that fits (what comes before it is passed over).
   * @throws when none comes within `withinMs` (15 s)
   */
  hears(wanted?: RegExp | ((message: BotMessage) => boolean), options?: { withinMs?: number }): Promise<BotMessage>;
  /** Takes all that came so far as heard. */
  skips(): void;
};

type Update = { update_id: number } & Record<string, unknown>;
type Queued = { update: Update; key: string; expires: number; attempt: number; notBefore: number };
type Payload = Record<string, unknown>;

/** An answer of the API that is not `ok`. */
class Refusal extends Error {
  readonly code: number;
  readonly parameters: Record<string, unknown> | undefined;
  constructor(code: number, description: string, parameters?: Record<string, unknown>) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;
const MAX_CALLBACK_BYTES = 64;
/** Most bytes of an upload as a photo, as a document, and of what a bot may download. */
const MAX_PHOTO = 10 * 1024 * 1024;
const MAX_DOCUMENT = 50 * 1024 * 1024;
const MAX_DOWNLOAD = 20 * 1024 * 1024;
const MAX_BUTTONS = 100;
const DAY_MS = 86_400_000;
/** A press is dropped after this long (WebhookActor.cpp), its query can be answered as long. */
const PRESS_MS = 150_000;
const WEBHOOK_TIMEOUT_MS = 60_000;
const DEFAULT_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
  'channel_post',
  'inline_query',
  'poll',
];

export async function startTelegram(
  options: {
    token?: string;
    port?: number;
    /** Shortens the waits between webhook retries and the life of updates; long polling keeps real time. */
    timeScale?: number;
    /** Takes messages to chats that no person has opened (a broadcast to made-up people). */
    anyChat?: boolean;
    /** False: calls and messages are counted but not kept. */
    remember?: boolean;
  } = {},
) {
  const token = options.token ?? '123456:TEST-token';
  const scale = options.timeScale ?? 0.05;
  const remember = options.remember ?? true;

  const changes = new EventEmitter().setMaxListeners(0);
  const changed = () => void changes.emit('change');
  const calls: ApiCall[] = [];
  const counts = new Map<string, number>();
  const deliveries: Delivery[] = [];
  const people = new Map<number, Person>();
  const chats = new Map<number, { messages: BotMessage[]; open: boolean; blocked: boolean }>();
  const queries = new Map<string, { answered: boolean; expires: number }>();
  const troubles: { method?: string; chat?: number; times: number; trouble: Trouble }[] = [];
  const hanging = new Set<ServerResponse>();
  const settings = new Map<string, unknown>();
  const files = new Map<string, { kind: 'photo' | 'document'; name: string; bytes: Buffer; path: string }>();
  const flood = { perSecond: 0, perChatPerSecond: 0, refused: 0, windows: new Map<string, number[]>() };
  const webhook = { url: '', secret: '', maxConnections: 40, lastErrorDate: 0, lastError: '' };
  let allowed: readonly string[] = DEFAULT_UPDATES;
  let nextUpdate = 1_000_001;
  let nextMessage = 1;
  let nextPerson = 5_000_001;
  let nextFile = 1;
  let poller: ((error: Refusal | null) => void) | null = null;
  let stopped = false;

  // --- updates: queued, then fetched or delivered

  let queue: Queued[] = [];
  const busy = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();

  const enqueue = (kind: string, content: unknown, key: string, lifeMs: number): number => {
    const update_id = nextUpdate++;
    if (!allowed.includes(kind)) return update_id;
    const now = Date.now();
    queue.push({
      update: { update_id, [kind]: content },
      key,
      expires: now + lifeMs * scale,
      attempt: 0,
      notBefore: 0,
    });
    poller?.(null);
    pump();
    return update_id;
  };

  const confirm = (updateIds: (id: number) => boolean) => {
    queue = queue.filter((queued) => !updateIds(queued.update.update_id));
    changed();
  };

  /** Starts what may be delivered now: the oldest update of each key, as many keys at once as the bot allows. */
  const pump = (): void => {
    if (webhook.url === '' || stopped) return;
    const now = Date.now();
    const seen = new Set<string>();
    queue = queue.filter((queued) => queued.expires > now || busy.has(queued.key));
    for (const queued of queue) {
      if (busy.size >= webhook.maxConnections) return;
      if (seen.has(queued.key) || busy.has(queued.key)) continue;
      seen.add(queued.key);
      if (queued.notBefore > now) continue;
      busy.add(queued.key);
      void deliver(queued).finally(() => {
        busy.delete(queued.key);
        pump();
        changed();
      });
    }
  };

  const later = (ms: number, what: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      what();
    }, ms);
    timers.add(timer);
  };

  const deliver = async (queued: Queued): Promise<void> => {
    queued.attempt += 1;
    const { status, retryAfter, body } = await post(queued.update);
    if (remember) deliveries.push({ updateId: queued.update.update_id, attempt: queued.attempt, status, body });
    if (typeof status === 'number' && status >= 200 && status < 300) {
      confirm((id) => id === queued.update.update_id);
      return;
    }
    webhook.lastErrorDate = Math.floor(Date.now() / 1000);
    webhook.lastError = typeof status === 'number' ? `Wrong response from the webhook: ${status}` : 'Connection failed';
    // At once, then 2 s, 4 s, 8 s … up to a random 60-120 s; the bot's own Retry-After counts (WebhookActor.cpp).
    const usual = queued.attempt === 1 ? 0 : Math.min(2 ** (queued.attempt - 1), 60 * (1 + Math.random()));
    const wait = (retryAfter ?? usual) * 1000 * scale;
    queued.notBefore = Date.now() + wait;
    later(wait + 1, pump);
  };

  const post = async (
    update: Update,
  ): Promise<{ status: number | 'no answer'; retryAfter?: number | undefined; body: string }> => {
    try {
      const response = await fetch(webhook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(webhook.secret ? { 'x-telegram-bot-api-secret-token': webhook.secret } : {}),
        },
        body: JSON.stringify(update),
        signal: AbortSignal.timeout(Math.max(1000, WEBHOOK_TIMEOUT_MS * scale)),
      });
      const body = await response.text();
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
      return {
        status: response.status,
        body,
        retryAfter: Number.isNaN(retryAfter) ? undefined : Math.min(3600, retryAfter),
      };
    } catch {
      return { status: 'no answer', body: '' };
    }
  };

  // --- methods

  const methods: Record<string, (payload: Payload, response: ServerResponse) => unknown> = {
    getMe: () => ({ id: Number(token.split(':')[0]), is_bot: true, first_name: 'Vistka', username: 'vistka_test_bot' }),

    getUpdates: async (payload, response) => {
      if (webhook.url !== '') {
        throw new Refusal(
          409,
          "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        );
      }
      poller?.(
        new Refusal(
          409,
          'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
        ),
      );
      if (Array.isArray(payload.allowed_updates)) setAllowed(payload.allowed_updates);
      const offset = Number(payload.offset ?? 0);
      if (offset > 0) confirm((id) => id < offset);
      if (offset < 0) {
        const kept = queue.slice(offset);
        confirm((id) => !kept.some((queued) => queued.update.update_id === id));
      }
      const limit = Math.min(100, Math.max(1, Number(payload.limit ?? 100)));
      const timeout = Math.min(50, Number(payload.timeout ?? 0));
      if (queue.length === 0 && timeout > 0) await nextArrival(timeout, response);
      return queue.slice(0, limit).map((queued) => queued.update);
    },

    setWebhook: (payload) => {
      const url = new URL(String(payload.url ?? ''));
      const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
      if (!loopback && (url.protocol !== 'https:' || !['', '443', '80', '88', '8443'].includes(url.port))) {
        throw new Refusal(400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook');
      }
      const secret = String(payload.secret_token ?? '');
      if (!/^[A-Za-z0-9_-]{0,256}$/.test(secret)) {
        throw new Refusal(400, 'Bad Request: secret token contains illegal characters');
      }
      if (Array.isArray(payload.allowed_updates)) setAllowed(payload.allowed_updates);
      if (payload.drop_pending_updates === true) queue = [];
      const maxConnections = Math.min(100, Math.max(1, Number(payload.max_connections ?? 40)));
      Object.assign(webhook, { url: String(payload.url), secret, maxConnections, lastErrorDate: 0, lastError: '' });
      poller?.(new Refusal(409, 'Conflict: terminated by setWebhook request'));
      pump();
      return true;
    },
    deleteWebhook: (payload) => {
      Object.assign(webhook, { url: '', secret: '' });
      if (payload.drop_pending_updates === true) queue = [];
      return true;
    },
    getWebhookInfo: () => ({
      url: webhook.url,
      has_custom_certificate: false,
      pending_update_count: queue.length,
      max_connections: webhook.maxConnections,
      allowed_updates: allowed,
      ...(webhook.lastError ? { last_error_date: webhook.lastErrorDate, last_error_message: webhook.lastError } : {}),
    }),

    sendMessage: (payload) => {
      const chat = reach(payload);
      const { text, entities } = readText(payload);
      return deliverMessage(chat, payload, { text, entities });
    },
    sendDocument: (payload) => {
      const chat = reach(payload);
      const attached = readAttached(payload.document, 'document');
      const { name, bytes } = attached;
      const document = { name, content: bytes.toString() };
      return deliverMessage(chat, payload, { document, attached, ...readCaption(payload) });
    },
    sendPhoto: (payload) => {
      const chat = reach(payload);
      return deliverMessage(chat, payload, {
        attached: readAttached(payload.photo, 'photo'),
        ...readCaption(payload),
      });
    },
    getFile: (payload) => {
      const file = files.get(String(payload.file_id));
      if (!file) throw new Refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable');
      if (file.bytes.length > MAX_DOWNLOAD) throw new Refusal(400, 'Bad Request: file is too big');
      return {
        file_id: payload.file_id,
        file_unique_id: `u${String(payload.file_id)}`,
        file_size: file.bytes.length,
        file_path: file.path,
      };
    },
    sendVenue: (payload) => {
      const chat = reach(payload);
      const [lat, lon] = [Number(payload.latitude), Number(payload.longitude)];
      const [title, address] = [String(payload.title ?? ''), String(payload.address ?? '')];
      if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) throw new Refusal(400, 'Bad Request: invalid coordinates');
      if (title === '' || address === '') throw new Refusal(400, 'Bad Request: venue title must be non-empty');
      return deliverMessage(chat, payload, { venue: { lat, lon, title, address } });
    },
    sendChatAction: (payload) => {
      reach(payload);
      return true;
    },
    editMessageText: (payload) => {
      const message = messageToEdit(payload);
      if (message.attached || message.venue) {
        throw new Refusal(400, 'Bad Request: there is no text in the message to edit');
      }
      return change(message, payload, readText(payload));
    },
    editMessageCaption: (payload) => {
      const message = messageToEdit(payload);
      if (!message.attached) throw new Refusal(400, 'Bad Request: there is no caption in the message to edit');
      return change(message, payload, readCaption(payload));
    },
    /** Those that can't be found are passed over, as Telegram does. */
    deleteMessages: (payload) => {
      const ids = payload.message_ids;
      if (!Array.isArray(ids) || !within('x'.repeat(ids.length), 1, 100)) {
        throw new Refusal(400, 'Bad Request: message identifiers are not specified');
      }
      const chat = chats.get(reach(payload));
      if (chat) {
        for (const message of chat.messages) if (ids.includes(message.id)) message.deleted = true;
      }
      return true;
    },
    answerCallbackQuery: (payload) => {
      const query = queries.get(String(payload.callback_query_id));
      if (!query || query.expires < Date.now()) {
        throw new Refusal(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid');
      }
      if (String(payload.text ?? '').length > 200) throw new Refusal(400, 'Bad Request: MESSAGE_TOO_LONG');
      query.answered = true;
      return true;
    },

    setMyCommands: (payload) => {
      const list = payload.commands;
      if (!Array.isArray(list) || list.length > 100) throw new Refusal(400, 'Bad Request: too many commands');
      for (const { command, description } of list as { command: string; description: string }[]) {
        if (!/^[a-z0-9_]{1,32}$/.test(command)) throw new Refusal(400, 'Bad Request: BOT_COMMAND_INVALID');
        if (!within(description, 1, 256)) throw new Refusal(400, 'Bad Request: BOT_COMMAND_DESCRIPTION_INVALID');
      }
      return keep(`commands ${scopeOf(payload)} ${languageOf(payload)}`, list);
    },
    getMyCommands: (payload) => settings.get(`commands ${scopeOf(payload)} ${languageOf(payload)}`) ?? [],
    setMyDescription: (payload) => describe('description', payload.description, 512, payload),
    getMyDescription: (payload) => ({ description: setting('description', payload) }),
    setMyShortDescription: (payload) => describe('short_description', payload.short_description, 120, payload),
    getMyShortDescription: (payload) => ({ short_description: setting('short_description', payload) }),
    setMyName: (payload) => describe('name', payload.name, 64, payload),
    getMyName: (payload) => ({ name: setting('name', payload) }),
  };

  const keepFile = (kind: 'photo' | 'document', name: string, bytes: Buffer): string => {
    const number = nextFile++;
    const id = `${kind === 'photo' ? 'AgAC' : 'BQAC'}${Buffer.from(`${kind} ${number}`).toString('base64url')}`;
    const ending = /\.\w+$/.exec(name)?.[0] ?? '.jpg';
    files.set(id, { kind, name, bytes, path: `${kind}s/file_${number}${ending}` });
    return id;
  };

  /** An upload, or Telegram's name of what was uploaded before: a photo's does not send a document. */
  const readAttached = (given: unknown, kind: 'photo' | 'document'): Attached => {
    if (typeof given === 'object' && given !== null && 'bytes' in given) {
      const { name, bytes } = given as Upload;
      if (bytes.length === 0) throw new Refusal(400, 'Bad Request: file must be non-empty');
      if (bytes.length > (kind === 'photo' ? MAX_PHOTO : MAX_DOCUMENT)) {
        throw new Refusal(413, 'Request Entity Too Large');
      }
      if (kind === 'photo' && !isPicture(bytes)) throw new Refusal(400, 'Bad Request: IMAGE_PROCESS_FAILED');
      return { kind, name, bytes, fileId: keepFile(kind, name, bytes) };
    }
    if (typeof given !== 'string' || given === '') {
      throw new Refusal(400, `Bad Request: there is no ${kind} in the request`);
    }
    const file = files.get(given);
    if (!file) throw new Refusal(400, 'Bad Request: wrong file identifier/HTTP URL specified');
    if (file.kind !== kind) throw new Refusal(400, `Bad Request: can't use file of type ${file.kind} as ${kind}`);
    return { kind, name: file.name, bytes: file.bytes, fileId: given };
  };

  const messageToEdit = (payload: Payload): BotMessage => {
    const chat = reach(payload);
    const message = chats
      .get(chat)
      ?.messages.find(({ id, deleted }) => id === Number(payload.message_id) && deleted !== true);
    if (!message) throw new Refusal(400, 'Bad Request: message to edit not found');
    if (message.keyboard) throw new Refusal(400, "Bad Request: message can't be edited");
    return message;
  };

  const change = (message: BotMessage, payload: Payload, words: Pick<BotMessage, 'text' | 'entities'>): unknown => {
    const { buttons, keyboard } = readMarkup(payload);
    if (keyboard) throw new Refusal(400, 'Bad Request: inline keyboard expected');
    const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
    if (words.text === message.text && same(words.entities, message.entities) && same(buttons, message.buttons)) {
      throw new Refusal(400, 'Bad Request: message is not modified: specified new message content is exactly the same');
    }
    Object.assign(message, { ...words, buttons, edited: (message.edited ?? 0) + 1 });
    return asMessage(message);
  };

  const keep = (key: string, value: unknown): true => {
    settings.set(key, value);
    return true;
  };
  const describe = (what: string, value: unknown, max: number, payload: Payload): true => {
    if (!within(String(value ?? ''), 0, max)) throw new Refusal(400, `Bad Request: ${what} is too long`);
    return keep(`${what} ${languageOf(payload)}`, String(value ?? ''));
  };
  const setting = (what: string, payload: Payload): unknown =>
    settings.get(`${what} ${languageOf(payload)}`) ?? settings.get(`${what} `) ?? '';
  const setAllowed = (kinds: unknown[]) => {
    allowed = kinds.length > 0 ? kinds.map(String) : DEFAULT_UPDATES;
  };

  const nextArrival = (seconds: number, response: ServerResponse): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (error: Refusal | null) => {
        clearTimeout(timer);
        if (poller === done) poller = null;
        if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => done(null), seconds * 1000);
      response.once('close', () => done(null));
      poller = done;
    });

  /** The chat of a call, if a message can reach it. */
  const reach = (payload: Payload): number => {
    const id = Number(payload.chat_id);
    const chat = chats.get(id);
    if (chat?.blocked) throw new Refusal(403, 'Forbidden: bot was blocked by the user');
    if (!chat?.open && !(options.anyChat && Number.isSafeInteger(id))) {
      throw new Refusal(400, 'Bad Request: chat not found');
    }
    meter('all', flood.perSecond);
    meter(String(id), flood.perChatPerSecond);
    return id;
  };

  const meter = (key: string, perSecond: number): void => {
    if (perSecond <= 0) return;
    const now = Date.now();
    const window = (flood.windows.get(key) ?? []).filter((at) => at > now - 1000);
    flood.windows.set(key, window);
    if (window.length >= perSecond) {
      flood.refused += 1;
      throw new Refusal(429, 'Too Many Requests: retry after 1', { retry_after: 1 });
    }
    window.push(now);
  };

  const deliverMessage = (chat: number, payload: Payload, content: Partial<BotMessage>): unknown => {
    const message: BotMessage = {
      id: nextMessage++,
      chat,
      text: '',
      entities: [],
      document: null,
      attached: null,
      venue: null,
      at: Date.now(),
      ...readMarkup(payload),
      ...content,
    };
    if (remember) chats.get(chat)?.messages.push(message);
    return asMessage(message);
  };

  // --- people

  const person = (about: { id?: number; name?: string; language?: string | null; started?: boolean } = {}): Person => {
    const id = about.id ?? nextPerson++;
    const existing = people.get(id);
    if (existing) return existing;
    const from = {
      id,
      is_bot: false,
      first_name: about.name ?? 'Оксана',
      ...(about.language === null ? {} : { language_code: about.language ?? 'uk' }),
    };
    const chatOf = { id, type: 'private', first_name: from.first_name };
    const chat = { messages: [] as BotMessage[], open: about.started ?? false, blocked: false };
    chats.set(id, chat);
    let heard = 0;

    const sends = (part: Record<string, unknown>): number => {
      unblocks();
      chat.open = true;
      const message = { message_id: nextMessage++, from, chat: chatOf, date: Math.floor(Date.now() / 1000), ...part };
      return enqueue('message', message, `chat ${id}`, DAY_MS);
    };
    const membership = (status: string, before: string) => {
      const bot = { id: Number(token.split(':')[0]), is_bot: true, first_name: 'Vistka' };
      const change = {
        chat: chatOf,
        from,
        date: Math.floor(Date.now() / 1000),
        old_chat_member: { status: before, user: bot },
        new_chat_member: { status, user: bot, ...(status === 'kicked' ? { until_date: 0 } : {}) },
      };
      return enqueue('my_chat_member', change, `chat ${id}`, DAY_MS);
    };
    const unblocks = (): void => {
      if (!chat.blocked) return;
      chat.blocked = false;
      membership('member', 'kicked');
    };

    const made: Person = {
      id,
      says(text: string): number {
        const command = /^\/[a-z0-9_]+(?:@\w+)?/i.exec(text)?.[0];
        const entities = command ? { entities: [{ type: 'bot_command', offset: 0, length: command.length }] } : {};
        return sends({ text, ...entities });
      },
      starts: (payload?: string): number => made.says(payload ? `/start ${payload}` : '/start'),
      presses(which: string | RegExp, { forgotten = false } = {}): number {
        const fits = (word: string | undefined) =>
          word !== undefined && (typeof which === 'string' ? word === which : which.test(word));
        for (const message of chat.messages.toReversed()) {
          const button = message.buttons.flat().find(({ text, callback_data }) => fits(text) || fits(callback_data));
          if (button?.url) throw new Error(`"${button.text}" opens ${button.url}, it sends nothing`);
          if (button) return press(message, button.callback_data ?? '', forgotten);
          const key = message.keyboard?.flat().find(({ text }) => fits(text));
          if (key && !key.request_location && !key.request_contact) return made.says(key.text);
        }
        const there = chat.messages
          .at(-1)
          ?.buttons.flat()
          .map((button) => `${button.text} (${button.callback_data ?? button.url})`);
        throw new Error(`no button ${which}; the last message has: ${there?.join(', ') || 'none'}`);
      },
      pressesOld: (action: string): number => press({ id: 1, chat: id, text: '' }, action, true),
      shares: (place: { lat: number; lon: number }): number =>
        sends({ location: { latitude: place.lat, longitude: place.lon } }),
      sharesContact: (phone: string, ownerId: number | null = id): number =>
        sends({
          contact: {
            phone_number: phone,
            first_name: from.first_name,
            ...(ownerId === null ? {} : { user_id: ownerId }),
          },
        }),
      sendsPhoto(bytes: Uint8Array, caption?: string): number {
        const sizes = [Buffer.from(bytes).subarray(0, Math.max(4, bytes.length >> 4)), Buffer.from(bytes)];
        const photo = sizes.map((size, index) => ({
          file_id: keepFile('photo', 'photo.jpg', size),
          file_unique_id: `p${nextFile}`,
          width: 90 * (1 + index * 9),
          height: 60 * (1 + index * 9),
          file_size: size.length,
        }));
        return sends({ photo, ...(caption === undefined ? {} : { caption }) });
      },
      sendsDocument({ name, mime, bytes }, caption?: string): number {
        const document = {
          file_id: keepFile('document', name, Buffer.from(bytes)),
          file_unique_id: `d${nextFile}`,
          file_name: name,
          mime_type: mime,
          file_size: bytes.length,
        };
        return sends({ document, ...(caption === undefined ? {} : { caption }) });
      },
      sends,
      blocks(): number {
        chat.blocked = true;
        return membership('kicked', 'member');
      },
      unblocks,
      messages: (): readonly BotMessage[] => chat.messages,
      async hears(
        wanted: RegExp | ((message: BotMessage) => boolean) = () => true,
        { withinMs = 15_000 }: { withinMs?: number } = {},
      ) {
        const fits = (message: BotMessage) => (wanted instanceof RegExp ? wanted.test(message.text) : wanted(message));
        const find = () => chat.messages.findIndex((message, index) => index >= heard && fits(message));
        await until(() => find() >= 0, withinMs).catch(() => {
          const since = chat.messages.slice(heard).map(({ text }) => JSON.stringify(text.slice(0, 120)));
          throw new Error(
            `${from.first_name} did not hear ${wanted} in ${withinMs} ms, but: ${since.join(', ') || 'nothing'}`,
          );
        });
        const index = find();
        heard = index + 1;
        return chat.messages[index] as BotMessage;
      },
      skips(): void {
        heard = chat.messages.length;
      },
    };

    const press = (message: Pick<BotMessage, 'id' | 'chat' | 'text'>, action: string, forgotten: boolean): number => {
      const queryId = String(10_000_000_000 + nextUpdate);
      queries.set(queryId, { answered: false, expires: Date.now() + PRESS_MS * scale });
      const date = forgotten ? 0 : Math.floor(Date.now() / 1000);
      const shown = { message_id: message.id, chat: chatOf, date, ...(forgotten ? {} : { text: message.text }) };
      const query = { id: queryId, from, message: shown, chat_instance: String(id), data: action };
      // A press is queued by user, not by chat: it may overtake this person's own message (Client.cpp).
      return enqueue('callback_query', query, `press ${id}`, PRESS_MS);
    };

    people.set(id, made);
    return made;
  };

  /** Resolves when the condition holds, looking again after every call and delivery. */
  const until = (holds: () => boolean, withinMs = 15_000): Promise<void> => {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        changes.off('change', look);
        clearTimeout(timer);
        settle();
      };
      const look = () => {
        if (holds()) finish(resolve);
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`it did not happen within ${withinMs} ms`))),
        withinMs,
      );
      changes.on('change', look);
    });
  };

  // --- the server

  const troubleFor = (method: string, payload: Payload): Trouble | null => {
    const index = troubles.findIndex(
      (one) => (!one.method || one.method === method) && (!one.chat || one.chat === Number(payload.chat_id)),
    );
    const found = troubles[index];
    if (!found) return null;
    found.times -= 1;
    if (found.times <= 0) troubles.splice(index, 1);
    return found.trouble;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://emulator');
    const body = await readBody(request);
    const [, fileToken, path] = /^\/file\/bot([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    if (fileToken !== undefined) return void serveFile(fileToken, decodeURIComponent(path ?? ''), response);
    const [, givenToken, name = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(url.pathname) ?? [];
    if (givenToken === undefined) return void control(url, body, response);
    if (givenToken !== token) return void answer(response, 401, { error_code: 401, description: 'Unauthorized' });
    const method = Object.keys(methods).find((known) => known.toLowerCase() === name.toLowerCase());
    const payload = {
      ...Object.fromEntries(url.searchParams),
      ...readPayload(request.headers['content-type'] ?? '', body),
    };
    counts.set(method ?? name, (counts.get(method ?? name) ?? 0) + 1);
    if (remember) calls.push({ method: method ?? name, payload, at: Date.now() });
    changed();

    const trouble = troubleFor(method ?? name, payload);
    if (trouble === 'drop') return void request.socket.destroy();
    if (trouble === 'hang') return void hanging.add(response);
    if (typeof trouble === 'object' && trouble !== null) return void refuse(response, trouble);
    const act = methods[method ?? ''];
    if (!act) return void answer(response, 404, { error_code: 404, description: 'Not Found: method not found' });
    try {
      const result = await act(payload, response);
      if (trouble === 'late drop') request.socket.destroy();
      else answer(response, 200, { result });
    } catch (error) {
      const refusal = error instanceof CannotParse ? new Refusal(400, `Bad Request: ${error.message}`) : error;
      if (!(refusal instanceof Refusal)) throw error;
      const { code, message: description, parameters } = refusal;
      answer(response, code, { error_code: code, description, ...(parameters ? { parameters } : {}) });
    } finally {
      changed();
    }
  };

  const serveFile = (givenToken: string, path: string, response: ServerResponse): void => {
    const file = [...files.values()].find((one) => one.path === path);
    const trouble = troubleFor('file', {});
    if (trouble === 'drop' || trouble === 'late drop') return void response.destroy();
    if (trouble === 'hang') return void hanging.add(response);
    if (trouble !== null) return void response.writeHead(trouble.status).end();
    if (givenToken !== token || !file) {
      answer(response, 404, { error_code: 404, description: 'Not Found' });
      return;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes);
  };

  /** Drives the emulator from outside, when it runs alone. */
  const control = (url: URL, body: Buffer, response: ServerResponse): void => {
    const [, id, deed] = /^\/people\/(\d+)\/(says|presses|starts|messages)$/.exec(url.pathname) ?? [];
    if (!id) {
      answer(response, 404, { error_code: 404, description: 'Not Found' });
      return;
    }
    const who = person({ id: Number(id) });
    const words = body.toString();
    if (deed === 'says') who.says(words);
    if (deed === 'starts') who.starts(words || undefined);
    if (deed === 'presses') who.presses(words);
    answer(response, 200, { result: deed === 'messages' ? who.messages() : true });
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      answer(response, 500, { error_code: 500, description: `Internal Server Error: ${error}` });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    token,
    apiRoot: `http://127.0.0.1:${port}`,
    person,
    until,
    /** What the bot called, oldest first. */
    calls: (method?: string): readonly ApiCall[] => (method ? calls.filter((call) => call.method === method) : calls),
    /** How often a method was called, also when nothing is remembered. */
    count: (method: string): number => counts.get(method) ?? 0,
    deliveries: (updateId?: number): readonly Delivery[] =>
      updateId === undefined ? deliveries : deliveries.filter((one) => one.updateId === updateId),
    /** Updates that the bot has not confirmed yet. */
    pending: (): readonly number[] => queue.map((queued) => queued.update.update_id),
    /** Resolves when the bot has confirmed all updates. */
    settled: (withinMs?: number): Promise<void> => until(() => queue.length === 0, withinMs),
    webhook: (): Readonly<typeof webhook> => webhook,
    allowedUpdates: (): readonly string[] => allowed,
    setting: (key: string): unknown => settings.get(key),
    /** Presses whose button still spins. */
    spinning: (): number => [...queries.values()].filter((query) => !query.answered).length,
    /**
     * Goes wrong for the next calls (of one method, to one chat): `times` of them, 1 unless said. Method `file`: downloads.
     */
    inject(trouble: Trouble, where: { method?: string; chat?: number; times?: number } = {}): void {
      troubles.push({ ...where, times: where.times ?? 1, trouble });
    },
    /** All is well again; calls that hang lose their connection. */
    heal(): void {
      troubles.length = 0;
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    /** Refuses more sends than this in a second with 429; 0: no limit. */
    limit(limits: { perSecond?: number; perChatPerSecond?: number }): void {
      Object.assign(flood, limits);
    },
    refusedByLimit: (): number => flood.refused,
    /** Telegram takes none of its names of files any more: each must be uploaded anew. */
    forgetFiles(): void {
      files.clear();
    },
    /** Keeps a file as if somebody had sent it. @returns its name, for `getFile` */
    file: (name: string, bytes: Uint8Array): string => keepFile('document', name, Buffer.from(bytes)),
    /** Puts any update into the queue, as `{ message: … }` (recorded ones, kinds yet unknown). */
    deliverUpdate(kind: string, content: unknown, key = 'chat 0'): number {
      if (!allowed.includes(kind)) allowed = [...allowed, kind];
      return enqueue(kind, content, key, DAY_MS);
    },
    /** The next update gets this id, as after a week without updates. */
    restartIds(from: number): void {
      nextUpdate = from;
    },
    async stop(): Promise<void> {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      poller?.(null);
      for (const response of hanging) response.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(response: ServerResponse, trouble: Exclude<Trouble, string>): void {
  if (trouble.html) {
    response.writeHead(trouble.status, { 'content-type': 'text/html' }).end('<html><h1>Bad Gateway</h1></html>');
    return;
  }
  const { status: error_code, retryAfter } = trouble;
  const usual = retryAfter === undefined ? `Error ${error_code}` : `Too Many Requests: retry after ${retryAfter}`;
  const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } };
  answer(response, error_code, { error_code, description: trouble.description ?? usual, ...parameters });
}

function answer(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ok: status === 200, ...body }));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function readPayload(type: string, body: Buffer): Payload {
  if (body.length === 0) return {};
  if (type.includes('multipart/form-data')) return readMultipart(type, body);
  if (type.includes('x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body.toString()));
  return JSON.parse(body.toString()) as Payload;
}

/** Fields stay text, JSON ones are read; `attach://x` becomes the file that it names. */
function readMultipart(type: string, body: Buffer): Payload {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(type)?.slice(1).find(Boolean) ?? '';
  const fields: Payload = {};
  const files = new Map<string, Upload>();
  // latin1 keeps every byte in its place.
  for (const part of body.toString('latin1').split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = part.replace(/^\r\n/, '').split('\r\n\r\n');
    const bytes = Buffer.from(rest.join('\r\n\r\n').replace(/\r\n$/, ''), 'latin1');
    const headers = Buffer.from(head, 'latin1').toString();
    const name = /name="([^"]*)"/.exec(headers)?.[1] ?? '';
    const file = /filename="?([^"\r\n;]*)"?/.exec(headers)?.[1];
    if (file === undefined) fields[name] = bytes.toString();
    else files.set(name, { name: file, bytes });
  }
  for (const [name, value] of Object.entries(fields)) {
    const attached = files.get(String(value).replace('attach://', ''));
    if (attached) fields[name] = attached;
  }
  for (const [name, file] of files) fields[name] ??= file;
  return fields;
}

type Upload = { name: string; bytes: Buffer };

function isPicture(bytes: Buffer): boolean {
  return bytes.subarray(0, 3).toString('hex') === 'ffd8ff' || bytes.subarray(0, 4).toString('hex') === '89504e47';
}

/** Words under a picture or document: there may be none. */
function readCaption(payload: Payload): { text: string; entities: Entity[] } {
  const raw = String(payload.caption ?? '');
  const { text, entities } = payload.parse_mode === 'HTML' ? parseHtml(raw) : { text: raw, entities: [] };
  if (text.length > MAX_CAPTION) throw new Refusal(400, 'Bad Request: message caption is too long');
  return { text: text.trimEnd(), entities };
}

function readText(payload: Payload): { text: string; entities: Entity[] } {
  const raw = String(payload.text ?? '');
  const { text, entities } = payload.parse_mode === 'HTML' ? parseHtml(raw) : { text: raw, entities: [] };
  if (text.trim() === '') throw new Refusal(400, 'Bad Request: message text is empty');
  if (text.length > MAX_TEXT) throw new Refusal(400, 'Bad Request: message is too long');
  return { text: text.trimEnd(), entities };
}

function readMarkup(payload: Payload): Pick<BotMessage, 'buttons' | 'keyboard'> {
  const given = payload.reply_markup;
  const markup = (typeof given === 'string' ? JSON.parse(given) : (given ?? {})) as {
    inline_keyboard?: Button[][];
    keyboard?: KeyboardButton[][];
  };
  const buttons = markup.inline_keyboard ?? [];
  if (buttons.flat().length > MAX_BUTTONS) throw new Refusal(400, 'Bad Request: reply markup is too long');
  for (const button of buttons.flat()) checkButton(button);
  for (const { text } of markup.keyboard?.flat() ?? []) {
    if (!text) throw new Refusal(400, 'Bad Request: keyboard button text must be non-empty');
  }
  return { buttons, keyboard: markup.keyboard ?? null };
}

function checkButton({ text, callback_data: data, url }: Button): void {
  if (!text?.trim()) throw new Refusal(400, "Bad Request: can't parse inline keyboard button: text must be non-empty");
  if ((data === undefined) === (url === undefined)) {
    throw new Refusal(
      400,
      "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    );
  }
  const bytes = data === undefined ? null : Buffer.byteLength(data);
  if (bytes !== null && (bytes < 1 || bytes > MAX_CALLBACK_BYTES))
    throw new Refusal(400, 'Bad Request: BUTTON_DATA_INVALID');
  if (url !== undefined && !/^(?:https?|tg):\/\/[^\s]+$/.test(url)) {
    throw new Refusal(400, `Bad Request: inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
  }
}

function asMessage(message: BotMessage): Record<string, unknown> {
  return {
    message_id: message.id,
    chat: { id: message.chat, type: 'private' },
    date: Math.floor(message.at / 1000),
    ...(message.attached ? { caption: message.text, caption_entities: message.entities } : {}),
    ...(message.attached ? {} : { text: message.text, entities: message.entities }),
    ...(message.attached ? attachedFields(message.attached) : {}),
  };
}

function attachedFields({ kind, fileId, name, bytes }: Attached): Record<string, unknown> {
  const file = { file_id: fileId, file_unique_id: `u${fileId}`, file_size: bytes.length };
  if (kind === 'document') return { document: { ...file, file_name: name } };
  // The smaller sizes have names of their own.
  return {
    photo: [
      { ...file, file_id: `${fileId}s`, width: 90, height: 60 },
      { ...file, width: 900, height: 600 },
    ],
  };
}

function within(text: string, min: number, max: number): boolean {
  return text.length >= min && text.length <= max;
}

function scopeOf(payload: Payload): string {
  const scope = typeof payload.scope === 'string' ? JSON.parse(payload.scope) : payload.scope;
  return (scope as { type?: string } | undefined)?.type ?? 'default';
}

function languageOf(payload: Payload): string {
  const code = String(payload.language_code ?? '');
  if (!/^(?:[a-z]{2})?$/.test(code)) throw new Refusal(400, 'Bad Request: language_code is invalid');
  return code;
}

if (import.meta.main) {
  const telegram = await startTelegram({ port: Number(process.argv[2] ?? 8081), timeScale: 1 });
  console.log(`TELEGRAM_API_ROOT=${telegram.apiRoot} TELEGRAM_BOT_TOKEN=${telegram.token}`);
}
