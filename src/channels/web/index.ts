import type { Event } from '../../conversation/event.ts';
import type { Channel, ChannelDeps } from '../channel.ts';
import { loadAssets } from './assets.ts';
import { preview } from './preview.ts';
import { mountRoutes } from './routes.ts';
import { edit, send } from './send.ts';
import { createSessions } from './session.ts';
import { createStreams } from './stream.ts';
import type { Transcripts } from './transcripts.ts';
import type { WebLanguage, WebWords } from './words.ts';

export type { Transcripts } from './transcripts.ts';
export { type WebWords, webLanguages, webWords } from './words.ts';

export type WebConfig = {
  /** How long a chat without a visit is kept. */
  sessionHours: number;
  /** The page is served by https, so the cookie goes by nothing else. */
  secure: boolean;
  words: Record<WebLanguage, WebWords>;
  /** The bot's name, as it stands at the top. */
  title: string;
};

export type WebDeps = Pick<ChannelDeps, 'accept' | 'clock' | 'report'> & {
  transcripts: Transcripts;
  /** A keyed hash, of this deployment, at least 22 characters. */
  mark(what: string): string;
  /** Whether one more message from this address is within its limit. */
  allowAddress(address: string): Promise<boolean>;
  /** Whether somebody calls for help: then no limit counts. */
  urgent(event: Event): boolean;
  /** Addresses or CIDR ranges whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
};

/**
 * The web chat: a page at `/chat` that posts what the person does and follows the transcript. A reply is delivered once
 * it is in the transcript, whether or not a page is open.
 */
export function createWeb(config: WebConfig, deps: WebDeps): Channel {
  const { transcripts } = deps;
  const sessions = createSessions({ hours: config.sessionHours, secure: config.secure, mark: deps.mark });
  const streams = createStreams(transcripts);
  const assets = loadAssets();
  let lastContact: number | null = null;

  return {
    name: 'web',
    capabilities: {
      place: true,
      contact: false,
      document: true,
      pin: true,
      call: false,
      anonymous: true,
      charged: false,
    },
    routes(app) {
      const contact = () => {
        lastContact = deps.clock.now();
      };
      mountRoutes(app, { deps, sessions, streams, assets, words: config.words, title: config.title, contact });
    },
    start() {},
    /** Requests in hand are finished by the server's own close; streams would never end by themselves. */
    async stop() {
      streams.end();
    },
    send: (recipient, reply) => send(transcripts, recipient, reply),
    edit: (recipient, receipt, reply) => edit(transcripts, recipient, receipt, reply),
    preview,
    /** The page that is open connects again, finds its past gone, and drops what it shows. */
    async clear(recipient) {
      await transcripts.forget(recipient).catch(() => deps.report.count('chats_not_cleared', { channel: 'web' }));
      streams.end(recipient);
    },
    health: () => ({ ok: true, lastContact, problem: null }),
  };
}
