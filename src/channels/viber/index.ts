import { Agent } from 'undici';
import type { Media } from '../../conversation/reply.ts';
import type { Channel, ChannelDeps, Many } from '../channel.ts';
import { download } from '../download.ts';
import { contentOf, mediaPath } from '../media.ts';
import { createClient } from './client.ts';
import { type FileSeal, fileRoutes, linkTo } from './files.ts';
import { ownAddresses } from './own-addresses.ts';
import { preview } from './preview.ts';
import { type Callback, isPress } from './receive.ts';
import { createRegistration, type Timings } from './registration.ts';
import { webhookRoute } from './routes.ts';
import { BROADCAST_LIMIT, broadcast, createNumberedReaders, type SendDeps, type Sender, send } from './send.ts';

/** Viber refuses a sender's name that is longer. */
const NAME_LIMIT = 28;

const DEFAULT_TIMINGS = {
  /** A whole call, waiting for a connection included. */
  callMs: 10_000,
  connectMs: 3_000,
  welcomeMs: 2_000,
  /** Between two looks whether Viber is there. */
  livenessMs: 4 * 60_000,
  firstRetryMs: 1_000,
  lastRetryMs: 60_000,
};

/** Longest wait for a file that somebody sent. */
const FETCH_MS = 60_000;

export type ViberConfig = {
  token: string;
  /** `https://chatapi.viber.com/pa`, or the emulator. */
  apiRoot: string;
  /** Where Viber and people reach this program, without a slash at its end. */
  publicUrl: string;
  /** Shown above each message; cut at 28 characters. */
  name: string;
  avatar: string | null;
  /** Seals documents into their links. */
  files: FileSeal;
  /** Milliseconds; for tests. */
  timings?: Partial<Timings & typeof DEFAULT_TIMINGS>;
};

export function createViber(config: ViberConfig, deps: ChannelDeps): Channel & { many: Many } {
  const timings = { ...DEFAULT_TIMINGS, ...config.timings };
  const client = createClient({ apiRoot: config.apiRoot, token: config.token, ...timings });
  const registration = createRegistration(client, { webhookUrl: `${config.publicUrl}/webhooks/viber`, timings }, deps);
  const numbered = createNumberedReaders();
  const addressOf = (media: Media) => config.publicUrl + mediaPath(media);
  const mayFetch = ownAddresses(config.apiRoot);
  const fetcher = new Agent({ connect: { timeout: timings.connectMs } });
  const sender: Sender = {
    name: [...config.name].slice(0, NAME_LIMIT).join('').slice(0, NAME_LIMIT).toWellFormed(),
    ...(config.avatar === null ? {} : { avatar: config.avatar }),
  };
  const inHand = new Set<Promise<unknown>>();
  let stopped = false;

  const sending: SendDeps = {
    client,
    sender,
    numbered,
    report: deps.report,
    onStatus: registration.onStatus,
    linkTo(document) {
      const link = linkTo(document, { publicUrl: config.publicUrl, seal: config.files, now: deps.clock.now() });
      if (link === null)
        deps.report.log('error', 'a document is too long for a link', { bytes: document.content.length });
      return link;
    },
    addressOf,
    bytesOf: rememberedBytes(deps.media),
  };

  function onCallback(callback: Callback): void {
    registration.onContact();
    if (callback.event === 'failed' && callback.user_id !== undefined) {
      // The client refused what the server took, a keyboard most often. The next message comes as numbered text.
      numbered.add(callback.user_id);
    }
    // A press proves that buttons work again.
    if (callback.event === 'message' && isPress(callback)) numbered.delete(callback.sender.id);
  }

  return {
    name: 'viber',
    capabilities: {
      place: true,
      contact: true,
      document: true,
      pin: true,
      call: true,
      anonymous: false,
      charged: true,
    },
    routes(app) {
      webhookRoute(app, {
        ...deps,
        accept: (events) => tracked(inHand, deps.accept(events)),
        welcome: (event) => tracked(inHand, deps.welcome(event)),
        token: config.token,
        sender,
        welcomeMs: timings.welcomeMs,
        takesUpdates: () => !stopped,
        onCallback,
        mayFetch,
      });
      fileRoutes(app, { seal: config.files, now: deps.clock.now });
    },
    start: registration.start,
    async stop() {
      stopped = true;
      registration.stop();
      // Answers to what was accepted may still be sent: the pool stays, and idle connections don't keep a process alive.
      await Promise.allSettled(inHand);
    },
    async send(recipient, reply) {
      await send(sending, recipient, reply);
      // Viber's API changes nothing that was sent.
      return null;
    },
    many: { most: BROADCAST_LIMIT, send: (recipients, reply) => broadcast(sending, recipients, reply) },
    preview: (reply) => preview(reply, { addressOf, linkTo: sending.linkTo }),
    fetchFile: (file) => download(file.ref, { dispatcher: fetcher, allowed: mayFetch, timeoutMs: FETCH_MS }),
    health: registration.health,
  };
}

/** Pictures whose size is remembered: else each send of an announcement would load one to weigh it. */
const WEIGHED = 200;

function rememberedBytes(load: ChannelDeps['media']): SendDeps['bytesOf'] {
  const known = new Map<string, Promise<number>>();
  return (picture) => {
    if (picture.bytes !== undefined) return Promise.resolve(picture.bytes);
    const found = known.get(picture.id) ?? contentOf(picture, load).then((content) => content.length);
    known.delete(picture.id);
    known.set(picture.id, found);
    if (known.size > WEIGHED) known.delete(known.keys().next().value ?? '');
    found.catch(() => known.delete(picture.id));
    return found;
  };
}

async function tracked<T>(inHand: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  inHand.add(work);
  try {
    return await work;
  } finally {
    inHand.delete(work);
  }
}
