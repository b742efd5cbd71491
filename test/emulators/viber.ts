/**
 * Viber's bot API as the bot meets it, faults included: refusals come as HTTP 200 with a `status`, tokens are beyond
 * 2^53, the welcome is the HTTP answer of one callback, the client is shown the last keyboard only, callbacks without
 * a 200 come again with the same token. Rules by developers.viber.com/docs/api/rest-bot-api/, …/tools/keyboards/ and
 * …/faq/; what Viber leaves open is marked.
 *
 * In a test: `const viber = await startViber()`, point the bot's `VIBER_API_ROOT` at `viber.apiRoot`, then
 * `const maria = viber.person({ name: 'Maria' }); await maria.opens(); await maria.hears(/…/)`.
 * Alone: `node test/emulators/viber.ts [port]`; people are then moved by `POST /people/<id>/<deed>` with the deed's
 * arguments as a JSON array, and read by `GET /people/<id>/messages`.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

type Button = {
  Columns?: number;
  Rows?: number;
  Text?: string;
  TextSize?: string;
  ActionType?: string;
  ActionBody: string;
  Silent?: boolean;
};
type Keyboard = { Type: string; Buttons: Button[]; DefaultHeight?: boolean };

/** A message as a person's client has it. */
export type Heard = {
  type: string;
  text: string;
  /** The address of a picture, file or page. */
  media: string | null;
  location: { lat: number; lon: number } | null;
  keyboard: Keyboard | null;
  trackingData: string | null;
  sender: { name: string; avatar?: string };
  /** Came as the answer to an opened chat. */
  welcome: boolean;
  /** The request as it was. */
  raw: Json;
};

type Json = Record<string, unknown>;
type Call = {
  method: string;
  headers: IncomingMessage['headers'];
  body: Json;
  raw: string;
  status: number | null;
};
export type Delivery = { event: string; token: string; tries: number; status: number | null; body: string };

/** What the next calls meet instead of an answer. `method`: only calls of this one. */
export type Failure = { method?: string; times?: number } & (
  | { kind: 'status'; status: number }
  | { kind: 'http'; status: number; body?: string; type?: string; headers?: Record<string, string> }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Cuts the connection when the request has come. */
  | { kind: 'drop' }
  /** Sends a 200 and its headers, then nothing more. */
  | { kind: 'stall' }
  /** Delivers the message, then cuts the connection. */
  | { kind: 'deliver-and-drop' }
);

export type Options = {
  port?: number;
  token?: string;
  /** Waits before each repetition of a callback. Viber's own are minutes. */
  repeatAfterMs?: readonly number[];
  /** How long a callback may take. Viber is said to wait about 5 s. */
  callbackMs?: number;
  now?: () => number;
  /** Keeps each call for `calls`; off for a hundred thousand of them. */
  record?: boolean;
  /** Calls of `broadcast_message` in ten seconds; 0: any number. */
  broadcastsPer10s?: number;
  /** Messages that the bot may begin outside of the 24 hours after a person's last word, then status 23. */
  freeMessages?: number;
};

export type ViberEmulator = Awaited<ReturnType<typeof startViber>>;
export type ViberPerson = ReturnType<ViberEmulator['person']>;

const STATUS_NAMES = [
  'ok',
  'invalidUrl',
  'invalidAuthToken',
  'badData',
  'missingData',
  'receiverNotRegistered',
  'receiverNotSubscribed',
  'publicAccountBlocked',
  'publicAccountNotFound',
  'publicAccountSuspended',
  'webhookNotSet',
  'receiverNoSuitableDevice',
  'tooManyRequests',
  'apiVersionNotSupported',
  'incompatibleWithVersion',
  'publicAccountNotAuthorized',
  'inchatReplyMessageNotAllowed',
  'publicAccountIsNotInline',
  'noPublicChat',
  'cannotSendBroadcast',
  'broadcastNotAllowed',
  'unsupportedCountry',
  'paymentUnsupported',
  'freeMessagesExceeded',
  'noBalance',
];
const REQUEST_BYTES = 30 * 1024;
const NAME_LIMIT = 28;
const TEXT_LIMIT = 7000;
const TRACKING_LIMIT = 4000;
const PICTURE_TEXT_LIMIT = 512;
const FILE_BYTES = 50 * 1024 * 1024;
const UNANSWERED_PER_HOUR = 100;
const HOUR_MS = 3_600_000;
const BROADCAST_RECEIVERS = 300;
const BROADCASTS_PER_10S = 500;
const OPTIONAL_EVENTS = ['delivered', 'seen', 'failed', 'conversation_started'];

/** JSON with integers that a double can't hold. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

export async function startViber(options: Options = {}) {
  const token = options.token ?? `${randomBytes(8).toString('hex')}-${randomBytes(8).toString('hex')}`;
  const repeatAfterMs = options.repeatAfterMs ?? [30, 60, 120, 240, 480, 500, 500, 500, 500];
  const callbackMs = options.callbackMs ?? 5000;
  const now = options.now ?? Date.now;
  const people = new Map<string, Person>();
  const calls: Call[] = [];
  const deliveries: Delivery[] = [];
  /** What the bot did that Viber's documents forbid, though Viber would let it pass in silence. */
  const offences: string[] = [];
  const failures: Failure[] = [];
  const sockets = new Set<Socket>();
  const changes = new EventEmitter().setMaxListeners(0);
  const pending = new Set<Promise<unknown>>();
  const closing = new AbortController();
  const broadcasts: number[] = [];
  let webhook = '';
  let eventTypes: string[] = [...OPTIONAL_EVENTS];
  const media = new Map<string, { bytes: Buffer; type: string }>();
  let broadcastsPer10s = options.broadcastsPer10s ?? BROADCASTS_PER_10S;
  let freeMessages = options.freeMessages ?? Number.POSITIVE_INFINITY;
  let lastToken = 5741311803571721086n;

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', root).pathname;
    const raw = await textOf(request);
    if (path.startsWith('/media/')) return serveMedia(path, response);
    if (path.startsWith('/people/')) return control(path, request.method ?? '', raw, response);
    const method = /^\/pa\/(\w+)$/.exec(path)?.[1];
    if (!method || request.method !== 'POST' || !Object.hasOwn(methods, method)) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>');
      return;
    }
    const body = objectOf(raw);
    const call: Call = { method, headers: request.headers, body: body ?? {}, raw, status: null };
    if (options.record !== false) calls.push(call);
    const failure = takeFailure(method);
    if (failure && failure.kind !== 'status') {
      if (failure.kind === 'deliver-and-drop' && body) await methods[method as keyof typeof methods](body);
      return misbehave(failure, response);
    }
    const result = failure ? refusal(failure.status) : await judge(method, request, raw, body);
    call.status = Number(result.status);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    changes.emit('change');
  }

  async function judge(method: string, request: IncomingMessage, raw: string, body: Json | null): Promise<Json> {
    if (raw.includes(token)) offences.push(`${method}: the token is in the body`);
    if (request.headers['x-viber-auth-token'] !== token) return refusal(2);
    if (Buffer.byteLength(raw) > REQUEST_BYTES) return refusal(3, 'request over 30 KB');
    if (body === null) return refusal(3, 'not JSON');
    return await methods[method as keyof typeof methods](body);
  }

  const methods = {
    async set_webhook(body: Json): Promise<Json> {
      if (typeof body.url !== 'string') return refusal(4);
      if (body.url === '') {
        webhook = '';
        return ok({});
      }
      const wanted = body.event_types ?? OPTIONAL_EVENTS;
      if (!Array.isArray(wanted)) return refusal(3);
      if (!/^https:|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(body.url)) return refusal(1, 'not https');
      const { status } = await post(body.url, { event: 'webhook', timestamp: now(), message_token: nextToken() });
      if (status !== 200) return refusal(1, 'the webhook did not answer 200');
      webhook = body.url;
      eventTypes = wanted.filter((type): type is string => OPTIONAL_EVENTS.includes(String(type)));
      return ok({ event_types: [...eventTypes, 'subscribed', 'unsubscribed', 'message'] });
    },
    get_account_info(): Json {
      return ok({
        id: 'pa:1',
        name: 'bot',
        uri: 'bot',
        webhook,
        event_types: eventTypes,
        subscribers_count: people.size,
      });
    },
    send_message(body: Json): Json {
      if (webhook === '') return refusal(10);
      if (typeof body.receiver !== 'string') return refusal(4, 'receiver');
      const fault = messageFault(body);
      if (fault) return refusal(fault.status, fault.why);
      const status = deliver(body.receiver, body);
      return status === 0
        ? ok({ message_token: rawJson(nextToken()), chat_hostname: 'CHAT', billing_status: 1 })
        : refusal(status);
    },
    broadcast_message(body: Json): Json {
      if (webhook === '') return refusal(10);
      const list = body.broadcast_list;
      if (!Array.isArray(list) || list.length === 0) return refusal(4, 'broadcast_list');
      if (list.length > BROADCAST_RECEIVERS) return refusal(3, 'over 300 receivers');
      while (broadcasts[0] !== undefined && broadcasts[0] <= now() - 10_000) broadcasts.shift();
      if (broadcastsPer10s > 0 && broadcasts.length >= broadcastsPer10s) return refusal(12);
      broadcasts.push(now());
      const fault = messageFault(body);
      if (fault) return refusal(fault.status, fault.why);
      const failed = list.map(String).flatMap((receiver) => {
        const status = deliver(receiver, substituted(body, receiver, people.get(receiver)?.name ?? ''));
        return status === 0 ? [] : [{ receiver, status, status_message: STATUS_NAMES[status] ?? 'failure' }];
      });
      return ok({ message_token: rawJson(nextToken()), failed_list: failed });
    },
    get_user_details(body: Json): Json {
      const person = people.get(String(body.id));
      if (!person) return refusal(5);
      person.detailsAsked = person.detailsAsked.filter((at) => at > now() - 12 * HOUR_MS);
      if (person.detailsAsked.length >= 2) return refusal(12);
      person.detailsAsked.push(now());
      return ok({ message_token: rawJson(nextToken()), user: profile(person) });
    },
    get_online(body: Json): Json {
      const ids = body.ids;
      if (!Array.isArray(ids) || ids.length > 100) return refusal(3);
      return ok({ users: ids.map((id) => ({ id, online_status: people.get(String(id))?.subscribed ? 0 : 4 })) });
    },
  };

  /** @returns Viber's status for this receiver */
  function deliver(receiver: string, body: Json): number {
    const person = people.get(receiver);
    if (!person) return 5;
    if (!person.subscribed) return 6;
    if (Number(body.min_api_version ?? 1) > person.apiVersion) return 13;
    person.unanswered = person.unanswered.filter((at) => at > now() - HOUR_MS);
    if (person.unanswered.length >= UNANSWERED_PER_HOUR) return 12;
    if (now() - person.lastSpoke > 24 * HOUR_MS && freeMessages-- <= 0) return 23;
    person.unanswered.push(now());
    if (person.refusesKeyboards && body.keyboard) {
      // The server took it; the client says no, later.
      void callback('failed', { user_id: person.id, desc: 'failed' });
      return 0;
    }
    hear(person, body, false);
    for (const event of ['delivered', 'seen'])
      if (eventTypes.includes(event)) void callback(event, { user_id: person.id });
    return 0;
  }

  function hear(person: Person, body: Json, welcome: boolean): void {
    person.heard.push({
      type: String(body.type),
      text: typeof body.text === 'string' ? body.text : '',
      media: typeof body.media === 'string' ? body.media : null,
      location: (body.location as Heard['location']) ?? null,
      keyboard: (body.keyboard as Keyboard | undefined) ?? null,
      trackingData: typeof body.tracking_data === 'string' ? body.tracking_data : null,
      sender: body.sender as Heard['sender'],
      welcome,
      raw: body,
    });
    // Whether an absent tracking_data clears the last one isn't documented: the client keeps it, the worse of the two.
    if (typeof body.tracking_data === 'string') person.trackingData = body.tracking_data;
    person.news.emit('heard');
  }

  function callback(event: string, fields: Json): Promise<Delivery> {
    const delivery: Delivery = { event, token: nextToken(), tries: 0, status: null, body: '' };
    if (OPTIONAL_EVENTS.includes(event) && !eventTypes.includes(event)) return Promise.resolve(delivery);
    const work = repeatUntilTaken(delivery, { event, timestamp: now(), ...fields });
    pending.add(work);
    void work.finally(() => pending.delete(work)).catch(() => {});
    return work;
  }

  async function repeatUntilTaken(delivery: Delivery, fields: Json): Promise<Delivery> {
    if (options.record !== false) deliveries.push(delivery);
    if (webhook === '') throw new Error('the bot has set no webhook: nothing that people do reaches it');
    for (;;) {
      delivery.tries += 1;
      const result = await post(webhook, { ...fields, message_token: delivery.token });
      delivery.status = result.status;
      delivery.body = result.body;
      if (result.status === 200) break;
      const wait = repeatAfterMs[delivery.tries - 1];
      if (wait === undefined || closing.signal.aborted) return delivery;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    if (delivery.event !== 'conversation_started' && delivery.body !== '') {
      offences.push(`${delivery.event}: answered with a body, which is for conversation_started alone`);
    }
    return delivery;
  }

  /** One callback, signed over its exact bytes, in the header and in the query. */
  async function post(url: string, fields: Json): Promise<{ status: number | null; body: string }> {
    const body = JSON.stringify({ ...fields, message_token: rawJson(String(fields.message_token)) });
    return await postRaw(url, body);
  }

  async function postRaw(url: string, body: string): Promise<{ status: number | null; body: string }> {
    const signature = sign(body);
    const target = new URL(url);
    target.searchParams.set('sig', signature);
    try {
      const response = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-viber-content-signature': signature },
        body,
        signal: AbortSignal.any([AbortSignal.timeout(callbackMs), closing.signal]),
      });
      return { status: response.status, body: await response.text() };
    } catch {
      return { status: null, body: '' };
    }
  }

  function sign(body: string | Uint8Array): string {
    return createHmac('sha256', token).update(body).digest('hex');
  }

  function nextToken(): string {
    lastToken += 1n;
    return String(lastToken);
  }

  function takeFailure(method: string): Failure | undefined {
    const index = failures.findIndex((failure) => failure.method === undefined || failure.method === method);
    const failure = failures[index];
    if (!failure) return undefined;
    failure.times = (failure.times ?? 1) - 1;
    if (failure.times <= 0) failures.splice(index, 1);
    return failure;
  }

  /** What people send is kept here, as Viber keeps it on its own hosts. @returns its address */
  function keepMedia(name: string, type: string, bytes: Uint8Array): string {
    const path = `/media/${randomBytes(12).toString('hex')}/${encodeURIComponent(name)}`;
    media.set(path, { bytes: Buffer.from(bytes), type });
    return root + path;
  }

  function serveMedia(path: string, response: ServerResponse): void {
    const kept = media.get(path);
    const failure = failures.some((one) => one.method === 'media') ? takeFailure('media') : undefined;
    if (failure && failure.kind !== 'status') misbehave(failure, response);
    else if (!kept) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': kept.type }).end(kept.bytes);
  }

  async function speak(person: Person, message: Json): Promise<Delivery> {
    // The first message subscribes, and no `subscribed` event tells of it.
    person.subscribed = true;
    person.unanswered = [];
    person.lastSpoke = now();
    const tracking = person.trackingData === null ? {} : { tracking_data: person.trackingData };
    return await callback('message', { sender: profile(person), message: { ...message, ...tracking }, silent: false });
  }

  function person(
    seed: { id?: string; name?: string; language?: string; apiVersion?: number; device?: 'phone' | 'desktop' } = {},
  ) {
    const id = seed.id ?? `${randomBytes(16).toString('base64url')}==`;
    const self: Person = people.get(id) ?? {
      id,
      name: seed.name ?? 'Maria',
      language: seed.language ?? 'uk',
      apiVersion: seed.apiVersion ?? 10,
      device: seed.device ?? 'phone',
      subscribed: false,
      refusesKeyboards: false,
      heard: [],
      listened: 0,
      trackingData: null,
      unanswered: [],
      lastSpoke: Number.NEGATIVE_INFINITY,
      detailsAsked: [],
      news: new EventEmitter(),
    };
    self.news.setMaxListeners(0);
    people.set(id, self);

    const keyboard = () => self.heard.at(-1)?.keyboard?.Buttons ?? [];
    return {
      id,
      get subscribed() {
        return self.subscribed;
      },
      /** Opens the chat, perhaps by a link. @returns the welcome, or null */
      async opens(context?: string): Promise<Heard | null> {
        const { body, status } = await callback('conversation_started', {
          type: 'open',
          user: profile(self),
          subscribed: self.subscribed,
          ...(context === undefined ? {} : { context }),
        });
        const message = status === 200 ? objectOf(body) : null;
        if (!message || !('type' in message)) return null;
        const fault = messageFault(message);
        if (fault || 'receiver' in message) {
          offences.push(`conversation_started: ${fault?.why ?? 'the welcome names a receiver'}`);
          return null;
        }
        hear(self, message, true);
        return self.heard.at(-1) ?? null;
      },
      says: (text: string) => speak(self, { type: 'text', text }),
      /** Any other kind: `{ type: 'picture', media, text? }`, `{ type: 'sticker', sticker_id }` … */
      sends: (message: Json & { type: string }) => speak(self, message),
      sendsPicture: (bytes: Uint8Array, text?: string) => {
        const address = keepMedia('picture.jpg', 'image/jpeg', bytes);
        const about = { media: address, thumbnail: address, file_name: 'picture.jpg', size: bytes.length };
        return speak(self, { type: 'picture', ...about, ...(text === undefined ? {} : { text }) });
      },
      sendsFile: (file: { name: string; mime: string; bytes: Uint8Array }) => {
        const { name: file_name, bytes } = file;
        const address = keepMedia(file_name, file.mime, bytes);
        return speak(self, { type: 'file', media: address, file_name, size: bytes.length });
      },
      /** Presses a button of the keyboard that the client shows: the last message's. */
      async presses(label: string | RegExp): Promise<Delivery | null> {
        const button = keyboard().find((one) => matches(one.Text ?? '', label));
        const labels = keyboard().map((one) => one.Text);
        if (!button) throw new Error(`no button ${String(label)} among: ${labels.join(' | ') || '(no keyboard)'}`);
        if (button.ActionType === 'open-url') {
          return button.Silent ? null : await speak(self, { type: 'text', text: button.ActionBody });
        }
        if (button.ActionType === 'location-picker' || button.ActionType === 'share-phone') {
          if (self.device === 'desktop') return null; // nothing happens on a desktop
          throw new Error(`the client asks for a ${button.ActionType}: answer with shares() or sharesContact()`);
        }
        return await speak(self, { type: 'text', text: button.ActionBody });
      },
      shares: (location: { lat: number; lon: number }) => speak(self, { type: 'location', location }),
      sharesContact: (phone: string, name = self.name) =>
        speak(self, { type: 'contact', contact: { name, phone_number: phone } }),
      async unsubscribes(): Promise<Delivery> {
        self.subscribed = false;
        return await callback('unsubscribed', { user_id: self.id });
      },
      async subscribes(): Promise<Delivery> {
        self.subscribed = true;
        return await callback('subscribed', { user: profile(self) });
      },
      /** From now on the client rejects messages with a keyboard, after the server has taken them. */
      refusesKeyboards(refuses = true): void {
        self.refusesKeyboards = refuses;
      },
      messages: (): readonly Heard[] => self.heard,
      /** Resolves when the condition holds, looking again after every message. @throws after `withinMs` */
      async until(holds: () => boolean, withinMs = 15_000): Promise<void> {
        const signal = AbortSignal.timeout(withinMs);
        while (!holds()) await once(self.news, 'heard', { signal });
      },
      /** Labels of the keyboard that the client shows. */
      buttons: (): string[] => keyboard().map((button) => button.Text ?? ''),
      /**
       * Waits for the next message not yet heard, or the next whose text matches.
       * @throws after `withinMs`, telling what did come
       */
      hears(match?: string | RegExp, withinMs = 5000): Promise<Heard> {
        const { promise, resolve, reject } = Promise.withResolvers<Heard>();
        const look = () => {
          const index = self.heard.findIndex(
            (one, at) => at >= self.listened && (match === undefined || matches(one.text, match)),
          );
          const found = self.heard[index];
          if (!found) return;
          self.listened = index + 1;
          clearTimeout(timer);
          self.news.off('heard', look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          self.news.off('heard', look);
          const came = self.heard.slice(self.listened).map((one) => one.text);
          reject(new Error(`heard nothing like ${String(match)} within ${withinMs} ms; came: ${came.join(' | ')}`));
        }, withinMs);
        self.news.on('heard', look);
        look();
        return promise;
      },
    };
  }

  async function control(path: string, method: string, raw: string, response: ServerResponse): Promise<void> {
    const [, , id = '', deed = ''] = path.split('/').map(decodeURIComponent);
    const someone = person({ id });
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (method === 'GET' && deed === 'messages') return void json(200, someone.messages());
    const deeds: Record<string, (...args: never[]) => Promise<unknown>> = {
      opens: someone.opens,
      says: someone.says,
      sends: someone.sends,
      presses: someone.presses,
      shares: someone.shares,
      sharesContact: someone.sharesContact,
      subscribes: someone.subscribes,
      unsubscribes: someone.unsubscribes,
    };
    const act = Object.hasOwn(deeds, deed) ? deeds[deed] : undefined;
    if (method !== 'POST' || !act) return void json(404, { deeds: Object.keys(deeds) });
    try {
      json(200, (await act(...(JSON.parse(raw || '[]') as never[]))) ?? null);
    } catch (error) {
      json(400, { error: String(error) });
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }

  return {
    apiRoot: `${root}/pa`,
    token,
    person,
    calls: calls as readonly Call[],
    deliveries: deliveries as readonly Delivery[],
    offences: offences as readonly string[],
    get webhook() {
      return webhook;
    },
    get eventTypes(): readonly string[] {
      return eventTypes;
    },
    /** As if the bot had set it. */
    async setWebhook(url: string): Promise<void> {
      await methods.set_webhook({ url });
    },
    /** Calls of `broadcast_message` in ten seconds; 0: any number. */
    limitBroadcasts(calls: number): void {
      broadcastsPer10s = calls;
    },
    /** Paid messages that are left; then status 23. */
    allowFreeMessages(count: number): void {
      freeMessages = count;
    },
    /** Keeps a file as if somebody had sent it. @returns its address */
    keepMedia,
    sign,
    /** `media`: the next fetch of a file that somebody sent. */
    fail(failure: Failure): void {
      failures.push({ ...failure });
    },
    /** A callback of any shape, with a good token and signature, repeated as Viber does. */
    callback,
    /** Exactly these bytes, signed, once. */
    postRaw: (body: string) => postRaw(webhook, body),
    /** Resolves when the condition holds, looking again after every call. @throws after `withinMs` */
    async until(holds: () => boolean, withinMs = 15_000): Promise<void> {
      const signal = AbortSignal.timeout(withinMs);
      while (!holds()) await once(changes, 'change', { signal });
    },
    /** Resolves when no callback is under way. */
    async idle(): Promise<void> {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Person = {
  id: string;
  name: string;
  language: string;
  apiVersion: number;
  device: 'phone' | 'desktop';
  subscribed: boolean;
  refusesKeyboards: boolean;
  heard: Heard[];
  listened: number;
  trackingData: string | null;
  unanswered: number[];
  lastSpoke: number;
  detailsAsked: number[];
  news: EventEmitter;
};

function profile(person: Person): Json {
  const { id, name, language, apiVersion } = person;
  return { id, name, language, country: 'UA', avatar: 'https://media.example/avatar.jpg', api_version: apiVersion };
}

function ok(fields: Json): Json {
  return { status: 0, status_message: 'ok', ...fields };
}

function refusal(status: number, why?: string): Json {
  return { status, status_message: why ?? STATUS_NAMES[status] ?? 'failure' };
}

type Fault = { status: 3 | 4; why: string };
const bad = (why: string): Fault => ({ status: 3, why });
const missing = (why: string): Fault => ({ status: 4, why });

/** What is wrong with a message, by the tables of the API. */
export function messageFault(body: Json): Fault | null {
  const sender = body.sender as { name?: unknown } | undefined;
  if (typeof sender?.name !== 'string' || sender.name === '') return missing('sender.name');
  if (sender.name.length > NAME_LIMIT) return bad('sender.name over 28 characters');
  if (body.tracking_data !== undefined && !(typeof body.tracking_data === 'string')) return bad('tracking_data');
  if (typeof body.tracking_data === 'string' && body.tracking_data.length > TRACKING_LIMIT) return bad('tracking_data');
  if (body.min_api_version !== undefined && !Number.isInteger(body.min_api_version)) return bad('min_api_version');
  return contentFault(body) ?? keyboardFault(body.keyboard, Number(body.min_api_version ?? 1));
}

function contentFault(body: Json): Fault | null {
  switch (body.type) {
    case 'text':
      if (typeof body.text !== 'string' || body.text.trim() === '') return missing('text');
      return body.text.length > TEXT_LIMIT ? bad('text over 7000 characters') : null;
    case 'location': {
      const { lat, lon } = (body.location ?? {}) as { lat?: unknown; lon?: unknown };
      if (typeof lat !== 'number' || typeof lon !== 'number') return missing('location');
      return Math.abs(lat) > 90 || Math.abs(lon) > 180 ? bad('location') : null;
    }
    case 'url':
      if (typeof body.media !== 'string') return missing('media');
      return body.media.length > 2000 ? bad('media over 2000 characters') : null;
    case 'picture': {
      // The text may be blank, but it is there.
      if (typeof body.text !== 'string') return missing('text');
      if (body.text.length > PICTURE_TEXT_LIMIT) return bad('text over 512 characters');
      return addressFault(body.media, /\.(?:jpe?g|png|gif)$/i) ?? addressFault(body.thumbnail ?? body.media, /\.\w+$/);
    }
    case 'file':
      if (typeof body.size !== 'number' || typeof body.file_name !== 'string') return missing('size, file_name');
      if (body.size > FILE_BYTES || body.size <= 0) return bad('size');
      if (body.file_name.length > 256) return bad('file_name over 256 characters');
      if (/\.(?:exe|apk|bat|cmd|com|js|jar|msi|sh|vbs)$/i.test(body.file_name)) return bad('an executable');
      return addressFault(body.media, /./);
    case undefined:
      return body.keyboard ? null : missing('type');
    default:
      return bad('type');
  }
}

/** Viber's servers and clients fetch media by a public address, and look at its ending. */
function addressFault(media: unknown, ending: RegExp): Fault | null {
  if (typeof media !== 'string' || media === '') return missing('media');
  if (!URL.canParse(media) || media.length > 2000) return bad('media is no address');
  const url = new URL(media);
  const loopback = /^(?:localhost|127\.[\d.]+)$/.test(url.hostname);
  if (url.protocol !== 'https:' && !loopback) return bad('media is not https');
  return ending.test(url.pathname) ? null : bad('media of another kind');
}

const BUTTON_KEYS = new Set([
  ...['Columns', 'Rows', 'Text', 'TextSize', 'TextHAlign', 'TextVAlign', 'TextOpacity', 'BgColor', 'BgMedia'],
  ...['BgMediaType', 'BgLoop', 'Image', 'ActionType', 'ActionBody', 'Silent', 'OpenURLType', 'OpenURLMediaType'],
  ...['InternalBrowser', 'TextPaddings', 'Frame', 'Map', 'MediaPlayer', 'TextShouldFit', 'TextBgGradientColor'],
]);
const KEYBOARD_KEYS = new Set([
  ...['Type', 'Buttons', 'BgColor', 'DefaultHeight', 'CustomDefaultHeight', 'HeightScale', 'ButtonsGroupColumns'],
  ...['ButtonsGroupRows', 'InputFieldState', 'FavoritesMetadata'],
]);
const ACTION_TYPES = ['reply', 'open-url', 'location-picker', 'share-phone', 'none'];

/** A keyboard by the table of …/docs/tools/keyboards/, and the API level that each feature asks for. */
export function keyboardFault(keyboard: unknown, apiVersion: number): Fault | null {
  if (keyboard === undefined || keyboard === null) return null;
  const board = keyboard as Json;
  if (board.Type !== 'keyboard') return bad('keyboard.Type');
  const unknown = Object.keys(board).find((key) => !KEYBOARD_KEYS.has(key));
  if (unknown) return bad(`keyboard.${unknown}`);
  if (board.InputFieldState !== undefined && apiVersion < 4) return bad('InputFieldState asks for min_api_version 4');
  if (!Array.isArray(board.Buttons) || board.Buttons.length === 0) return missing('keyboard.Buttons');
  const fault = board.Buttons.map((button: Json) => buttonFault(button, apiVersion)).find((found) => found !== null);
  if (fault) return fault;
  const rows = rowsOf(board.Buttons as Button[]);
  return rows > 12 ? bad(`keyboard of ${rows} rows`) : null;
}

function buttonFault(button: Json, apiVersion: number): Fault | null {
  const between = (value: unknown, low: number, high: number) =>
    value === undefined || (Number.isInteger(value) && Number(value) >= low && Number(value) <= high);
  const unknown = Object.keys(button).find((key) => !BUTTON_KEYS.has(key));
  if (unknown) return bad(`button.${unknown}`);
  if (!between(button.Columns, 1, 6)) return bad('Columns');
  if (!between(button.Rows, 1, 2)) return bad('Rows');
  if (typeof button.ActionBody !== 'string' || button.ActionBody === '') return missing('ActionBody');
  const type = String(button.ActionType ?? 'reply');
  if (!ACTION_TYPES.includes(type)) return bad('ActionType');
  if (type === 'reply' && button.ActionBody.length > 100) return bad('ActionBody over 100 characters');
  if (type === 'open-url' && !URL.canParse(button.ActionBody)) return bad('ActionBody is no address');
  if (['location-picker', 'share-phone'].includes(type) && apiVersion < 3)
    return bad(`${type} asks for min_api_version 3`);
  if (!['small', 'regular', 'large', undefined].includes(button.TextSize as string | undefined)) return bad('TextSize');
  if (!button.Text && !button.BgMedia && !button.Image && !button.BgColor) return missing('Text');
  // Viber crops a longer one: refused here, so that nothing of ours is cropped unseen.
  return String(button.Text ?? '').length > 250 ? bad('Text over 250 characters') : null;
}

/** How many rows the client makes of them: left to right, a button that doesn't fit begins a new row. */
function rowsOf(buttons: readonly Button[]): number {
  let rows = 0;
  let left = 0;
  for (const button of buttons) {
    const columns = button.Columns ?? 6;
    if (columns > left) {
      rows += button.Rows ?? 1;
      left = 6;
    }
    left -= columns;
  }
  return rows;
}

/** Placeholders are filled in any text of a broadcast, wherever it came from. */
function substituted(body: Json, receiver: string, name: string): Json {
  const filled = JSON.stringify(body)
    .replaceAll('replace_me_with_url_encoded_receiver_id', encodeURIComponent(receiver))
    .replaceAll('replace_me_with_receiver_id', receiver)
    .replaceAll('replace_me_with_user_name', name.replace(/[\\"]/g, ''));
  return JSON.parse(filled) as Json;
}

function misbehave(failure: Exclude<Failure, { kind: 'status' }>, response: ServerResponse): void {
  switch (failure.kind) {
    case 'http':
      response
        .writeHead(failure.status, { 'content-type': failure.type ?? 'text/html', ...failure.headers })
        .end(failure.body ?? '<h1>gateway</h1>');
      return;
    case 'stall':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).flushHeaders();
      return;
    case 'hang':
      return;
    default:
      response.destroy();
  }
}

function matches(text: string, match: string | RegExp): boolean {
  return typeof match === 'string' ? text === match : match.test(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function objectOf(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

if (import.meta.main) {
  const viber = await startViber({ port: Number(process.argv[2] ?? 0) });
  console.log(JSON.stringify({ VIBER_API_ROOT: viber.apiRoot, VIBER_AUTH_TOKEN: viber.token }));
}
