import { fetch } from 'undici';
import type { BotMessage, Person } from '../emulators/telegram.ts';
import type { Heard, ViberPerson } from '../emulators/viber.ts';
import type { WebMessage, webPerson } from '../emulators/web.ts';
import { startVistka } from '../vistka.ts';

/**
 * People who come to the whole program by any of its four ways in, told in the same words, so that a story is written
 * once. Each way keeps its own manners underneath: Viber shows the last keyboard only, Telegram sends a file and a pin
 * as messages of their own, the web puts all into one.
 */
export const ways = ['Telegram by polling', 'Telegram by webhook', 'Viber', 'the web chat'] as const;
export type Way = (typeof ways)[number];

/** What one message says: plain words without markup, the labels of its buttons, and where its links lead. */
export type Seen = { text: string; buttons: string[]; links: string[] };

export type Visitor = {
  readonly way: Way;
  /** How many buttons have been pressed. */
  readonly taps: number;
  /** Opens the chat, perhaps by a link. */
  starts(payload?: string): Promise<void>;
  says(text: string): Promise<void>;
  /** Presses the newest button with that label, once it is there. */
  presses(label: string | RegExp): Promise<void>;
  shares(place: { lat: number; lon: number }): Promise<void>;
  /** Their own number. */
  sharesContact(phone: string): Promise<void>;
  /** The next message not heard yet that fits; those before it are passed over. @throws when none comes */
  hears(words?: RegExp): Promise<Seen>;
  /** The newest file, once it is there, as it is when opened. */
  opensFile(): Promise<string>;
  /** The newest pin on a map, once it is there. */
  seesPin(): Promise<{ lat: number; lon: number }>;
  /** All that the bot has said. */
  said(): readonly Seen[];
};

type Medium = Omit<Visitor, 'way' | 'taps' | 'presses' | 'hears' | 'opensFile' | 'seesPin'> & {
  press(label: string | RegExp): Promise<unknown>;
  /** Labels that can be pressed just now. */
  buttons(): readonly string[];
  until(holds: () => boolean): Promise<void>;
  file(): (() => Promise<string>) | null;
  pin(): { lat: number; lon: number } | null;
};

/** The program with all its ways in: one with polling, Viber and the web, a second one with Telegram's webhook. */
export async function openDoors(env: Record<string, string> = {}) {
  const settings = { RATE_LIMIT_PER_MINUTE: '0', ...env };
  const [polling, webhook] = await Promise.all([
    startVistka({ telegram: 'polling', viber: true, env: settings }),
    startVistka({ telegram: 'webhook', env: settings }),
  ]);
  await Promise.all([
    polling.telegram.until(() => polling.telegram.count('getUpdates') > 0),
    webhook.telegram.until(() => webhook.telegram.webhook().url !== ''),
    polling.viber.until(() => polling.viber.webhook !== ''),
  ]);
  return {
    polling,
    webhook,
    async visitor(way: Way, about: { name?: string; language?: string } = {}): Promise<Visitor> {
      switch (way) {
        case 'Telegram by polling':
          return visitor(way, onTelegram(polling.telegram.person(about), polling.telegram.until));
        case 'Telegram by webhook':
          return visitor(way, onTelegram(webhook.telegram.person(about), webhook.telegram.until));
        case 'Viber':
          return visitor(way, onViber(polling.viber.person({ name: about.name ?? 'Оксана', ...about })));
        case 'the web chat':
          return visitor(way, onWeb(await polling.web(about.language)));
      }
    },
    async close() {
      await Promise.all([polling.stop(), webhook.stop()]);
    },
  };
}

export type Doors = Awaited<ReturnType<typeof openDoors>>;

export function visitor(way: Way, medium: Medium): Visitor {
  let taps = 0;
  let heard = 0;
  return {
    ...medium,
    way,
    get taps() {
      return taps;
    },
    async presses(label) {
      await medium
        .until(() => medium.buttons().some((button) => matches(button, label)))
        .catch(() => {
          throw new Error(`${way}: no button ${label} among: ${medium.buttons().join(' | ')}`);
        });
      taps += 1;
      await medium.press(label);
    },
    async hears(words = /[\s\S]/) {
      const next = () => medium.said().findIndex((seen, i) => i >= heard && words.test(seen.text));
      await medium
        .until(() => next() >= 0)
        .catch(() => {
          const came = medium.said().slice(heard).map(readable).join('\n---\n');
          throw new Error(`${way}: nothing like ${words} was said; what was said:\n${came}`);
        });
      heard = next() + 1;
      return medium.said()[heard - 1] as Seen;
    },
    async opensFile() {
      await medium.until(() => medium.file() !== null);
      return (medium.file() as () => Promise<string>)();
    },
    async seesPin() {
      await medium.until(() => medium.pin() !== null);
      return medium.pin() as { lat: number; lon: number };
    },
  };
}

function readable(seen: Seen): string {
  return [seen.text, seen.buttons.map((label) => `[${label}]`).join(' ')].filter((part) => part !== '').join('\n');
}

export function onTelegram(person: Person, until: (holds: () => boolean) => Promise<void>): Medium {
  const seen = (message: BotMessage): Seen => ({
    text: message.text,
    buttons: message.buttons.flat().map((button) => button.text),
    links: message.entities.flatMap((entity) => (entity.url ? [entity.url] : [])),
  });
  const newest = (holds: (message: BotMessage) => boolean) => person.messages().findLast(holds);
  return {
    starts: async (payload) => void person.starts(payload),
    says: async (text) => void person.says(text),
    press: async (label) => person.presses(label),
    buttons: () =>
      person
        .messages()
        .flatMap((message) => [...message.buttons.flat(), ...(message.keyboard ?? []).flat()].map((b) => b.text)),
    shares: async (place) => void person.shares(place),
    sharesContact: async (phone) => void person.sharesContact(phone),
    said: () => person.messages().map(seen),
    until,
    file() {
      const found = newest((message) => message.document !== null)?.document;
      return found ? async () => found.content : null;
    },
    pin: () => newest((message) => message.venue !== null)?.venue ?? null,
  };
}

export function onViber(person: ViberPerson): Medium {
  const seen = ({ text, keyboard }: Heard): Seen => ({
    text: text.replaceAll('*', ''),
    buttons: (keyboard?.Buttons ?? []).map((button) => button.Text ?? ''),
    links: text.match(/https?:\/\/\S+/g) ?? [],
  });
  return {
    starts: async (payload) => void (await person.opens(payload)),
    says: async (text) => void (await person.says(text)),
    press: (label) => person.presses(label),
    buttons: () => person.buttons(),
    shares: async (place) => void (await person.shares(place)),
    sharesContact: async (phone) => void (await person.sharesContact(phone)),
    said: () => person.messages().map(seen),
    until: person.until,
    file() {
      const link = person
        .messages()
        .flatMap((message) => seen(message).links)
        .findLast((url) => url.includes('/files/'));
      return link ? () => download(link) : null;
    },
    pin: () => person.messages().findLast((message) => message.location !== null)?.location ?? null,
  };
}

export function onWeb(person: Awaited<ReturnType<typeof webPerson>>): Medium {
  const seen = ({ text, rows }: WebMessage): Seen => ({
    text: text.map((part) => part.text ?? part.label ?? '').join(''),
    buttons: (rows ?? []).flat().map((button) => button.label),
    links: text.flatMap((part) => (part.href ? [part.href] : [])),
  });
  return {
    starts: async (payload) => void (await person.starts(payload)),
    says: async (text) => void (await person.says(text)),
    press: (label) => person.presses(label),
    buttons: () => person.messages().flatMap((message) => seen(message).buttons),
    shares: async (place) => void (await person.shares(place)),
    sharesContact: async (phone) => void (await person.says(phone)),
    said: () => person.messages().map(seen),
    until: person.until,
    file() {
      const found = person.messages().findLast((message) => message.document !== undefined);
      return found ? () => person.file(found.seq) : null;
    },
    pin() {
      const href = person.messages().findLast((message) => message.pin !== undefined)?.pin?.href;
      if (!href) return null;
      const query = new URL(href).searchParams;
      return { lat: Number(query.get('mlat')), lon: Number(query.get('mlon')) };
    },
  };
}

async function download(link: string): Promise<string> {
  const response = await fetch(link);
  if (response.status !== 200) throw new Error(`the link answers ${response.status}`);
  return response.text();
}

function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text === wanted : wanted.test(text);
}
