import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Channel, ChannelDeps } from '../../src/channels/channel.ts';
import { mountMedia } from '../../src/channels/media.ts';
import { createWeb, type Transcripts, type WebDeps, webLanguages, webWords } from '../../src/channels/web/index.ts';
import type { Event } from '../../src/conversation/event.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { createServer } from '../../src/http/server.ts';

/** Transcripts in memory, with a sequence for all chats, so that it never starts again. */
export function memoryTranscripts(): Transcripts & { chats: Map<string, { seq: number; message: string }[]> } {
  const chats = new Map<string, { seq: number; message: string }[]>();
  const listeners = new Map<string, Set<() => void>>();
  let seq = 0;
  return {
    chats,
    async append(chat, message) {
      seq += 1;
      chats.set(chat, [...(chats.get(chat) ?? []), { seq, message }]);
      for (const listener of listeners.get(chat) ?? []) {
        listener();
      }
      return seq;
    },
    async after(chat, from, limit) {
      return (chats.get(chat) ?? []).filter((entry) => entry.seq > from).slice(0, limit);
    },
    onAppend(chat, fn) {
      const fns = listeners.get(chat) ?? new Set();
      listeners.set(chat, fns.add(fn));
      return () => fns.delete(fn);
    },
    async forget(chat) {
      chats.delete(chat);
    },
  };
}

export function loadWords() {
  const read = (language: string) =>
    JSON.parse(readFileSync(new URL(`../../locales/${language}/web.json`, import.meta.url), 'utf8'));
  const words = webLanguages.map((language) => {
    const file: Record<string, string> = read(language);
    return [language, webWords((key) => file[key] ?? key)];
  });
  return Object.fromEntries(words) as Parameters<typeof createWeb>[0]['words'];
}

export const mark = (what: string) => createHmac('sha256', 'test').update(what).digest('base64url');

/** The web channel in a server, behind it a bot that answers from a script; everything that it was told is in `events`. */
export function createHarness(
  options: {
    answer?: (event: Event) => Reply[];
    secure?: boolean;
    deps?: Partial<WebDeps>;
    port?: number;
    transcripts?: ReturnType<typeof memoryTranscripts>;
    media?: NonNullable<ChannelDeps['media']>;
  } = {},
) {
  const events: Event[] = [];
  const transcripts = options.transcripts ?? memoryTranscripts();
  const answer = options.answer ?? script;
  const seen = new Set<string>();
  const web: Channel = createWeb(
    {
      sessionHours: 72,
      secure: options.secure ?? false,
      words: loadWords(),
      title: 'Вістка, бот Тисменицької бібліотеки',
    },
    {
      async accept(news) {
        for (const event of news.filter((one) => !seen.has(one.eventId))) {
          seen.add(event.eventId);
          events.push(event);
          for (const reply of answer(event)) {
            await web.send(event.sender, reply);
          }
        }
      },
      clock: { now: () => Date.now() },
      report: { log: () => {}, count: () => {} },
      transcripts,
      mark,
      allowAddress: async () => true,
      urgent: () => false,
      trustedProxies: [],
      ...options.deps,
    },
  );
  const server = createServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    bodyLimitBytes: 262_144,
    log: () => {},
    closeWithinMs: 2_000,
  });
  web.routes(server.app);
  mountMedia(server.app, options.media ?? (async () => null));
  return { web, server, app: server.app, transcripts, events };
}

const menu: NonNullable<Reply['rows']> = [
  [
    { label: 'Запитати', action: 'ask:open' },
    { label: 'Куди звернутися', action: 'resources:open' },
  ],
  [
    { label: 'Найближча бібліотека', action: 'library:open' },
    { label: 'Записатися на консультацію', action: 'book:open' },
  ],
  [{ label: 'Я в небезпеці', action: 'sos' }],
  [
    { label: 'English', action: 'language:en' },
    { label: 'Polski', action: 'language:pl' },
    { label: 'Русский', action: 'language:ru' },
  ],
];

const welcome: Reply = {
  text: 'Вітаю! Я Вістка, бот Тисменицької бібліотеки для тих, хто працює за кордоном, і для їхніх рідних. Це безкоштовно. Називати себе не треба.\n\nНапишіть своїми словами, що сталося, або оберіть:',
  rows: menu,
};

const danger: Reply = {
  text: '[112](tel:112): дзвоніть, якщо небезпека просто зараз. Безкоштовно, навіть якщо на рахунку нуль.\n\n[+48 22 628 01 20](tel:+48226280120): допомога людям, яких змушують працювати або не відпускають (Польща, цілодобово).\n\nНазивати себе не обов’язково. Заявляти в поліцію не обов’язково.',
  rows: [
    [{ label: 'Хтось може заглянути у мій телефон', action: 'sos:phone' }],
    [
      { label: 'Я в іншій країні', action: 'sos:country' },
      { label: 'Що ще робити', action: 'sos:more' },
    ],
  ],
};

const wages: Reply = {
  text: '**Вам мають заплатити за відпрацьоване, навіть якщо договору не було.**\n\n1. Запишіть дні й години, збережіть листування і фото графіка.\n2. Напишіть роботодавцю, скільки він винен і до якого числа має заплатити.\n3. Не заплатив? Подайте скаргу до [інспекції праці (PIP)](https://www.pip.gov.pl). Це безкоштовно.\n\nНе підписуйте, що отримали гроші, якщо їх не отримали.\n\nДжерело: інспекція праці, перевірено 24.11.2026',
  rows: [
    [
      { label: 'Телефон інспекції', action: 'resources:pip' },
      { label: 'Сайт інспекції', url: 'https://www.pip.gov.pl' },
    ],
    [
      { label: 'Поговорити з юристом', action: 'book:open' },
      { label: 'Меню', action: 'menu' },
    ],
  ],
};

const places: Reply = {
  text: 'Де ви зараз? Надішліть своє місце або напишіть назву села чи міста.',
  ask: { what: 'place', label: 'Надіслати, де я' },
  rows: [[{ label: 'Обрати область', action: 'library:oblast' }]],
};

const library: Reply[] = [
  {
    text: 'Найближча до вас: **Тисменицька міська бібліотека**, 2 км. Відчинено до 17:00.',
    pin: { lat: 48.9, lon: 24.85, title: 'Тисменицька міська бібліотека', address: 'вул. Галицька, 32, Тисмениця' },
    rows: [[{ label: 'Записатися', action: 'book:open' }]],
  },
];

const booked: Reply = {
  text: 'Записано: четвер, 3 грудня, о 15:00 за київським часом (у вас 14:00). Тисменицька бібліотека, розмова телефоном, 30 хвилин.',
  document: {
    name: 'Вістка 3 грудня.ics',
    mime: 'text/calendar; charset=utf-8',
    content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n',
  },
  rows: [[{ label: 'Меню', action: 'menu' }]],
};

const english: Reply = {
  text: 'We will go on in English. You can change the language at any moment. Write what happened in your own words, or choose:',
  rows: [[{ label: 'Ask', action: 'ask:open' }], [{ label: 'Menu', action: 'menu' }]],
};

/** A little of the real conversation. */
function script(event: Event): Reply[] {
  switch (event.kind) {
    case 'started':
      return event.payload === undefined
        ? [welcome]
        : [{ text: `Відкрито за посиланням: ${event.payload}`, rows: menu }];
    case 'place':
      return library;
    case 'choice':
      if (event.action === 'sos') return [danger];
      if (event.action === 'library:open') return [places];
      if (event.action === 'book:open') return [booked];
      if (event.action === 'language:en') return [english];
      return [welcome];
    case 'text':
      return /плат/.test(event.text)
        ? [wages]
        : [{ text: 'Про це в мене немає перевіреної відповіді. Не хочу вгадувати.', rows: menu }];
    default:
      return [];
  }
}
