import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';

/** Somebody with the web chat open: what the page does, without a browser. */

type Segment = { text?: string; label?: string; href?: string };
type Choice = { label: string; action?: string; url?: string };
export type WebMessage = {
  seq: number;
  from: 'bot' | 'person';
  text: Segment[];
  rows?: Choice[][];
  ask?: { what: string; label: string };
  document?: { name: string };
  pin?: { title: string; address: string; href: string };
  picture?: { src: string; name: string };
  file?: { href: string; name: string };
  /** The seq of the message in whose place it stands. */
  replaces?: number;
};

const patienceMs = 15_000;

export async function webPerson(url: string, language = 'uk') {
  let cookie = '';
  const heard: WebMessage[] = [];
  let listened = 0;
  const news = new EventEmitter();
  news.setMaxListeners(0);
  const leaving = new AbortController();

  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: { 'Accept-Language': language, ...(cookie ? { Cookie: cookie } : {}), ...init.headers },
    });
    const set = response.headers.get('set-cookie');
    if (set) cookie = set.split(';')[0] ?? '';
    return response;
  }

  /** Follows the transcript, as the page does: a stream that ends is opened again where it broke off. */
  async function listen(): Promise<void> {
    while (!leaving.signal.aborted) {
      await read(leaving.signal, heard.at(-1)?.seq ?? 0, {
        message(message) {
          heard.push(message);
          news.emit('heard');
        },
      });
    }
  }

  async function read(
    signal: AbortSignal,
    after: number,
    on: { message(message: WebMessage): void; ready?(): void },
  ): Promise<void> {
    const response = await call('/chat/events', {
      signal,
      headers: after > 0 ? { 'Last-Event-ID': String(after) } : {},
    });
    let rest = '';
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      rest += part;
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        if (/^event: ?ready/m.test(event)) on.ready?.();
        const data = /^data: ?(.*)$/m.exec(event)?.[1] ?? '';
        if (/^event:/m.test(event) || !data.startsWith('{')) continue;
        on.message(JSON.parse(data) as WebMessage);
      }
    }
  }

  async function post(body: Record<string, unknown>, id: string = randomUUID()): Promise<number> {
    const response = await call('/chat/messages', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: url, 'Sec-Fetch-Site': 'same-origin' },
      body: JSON.stringify({ id, ...body }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  await (await call('/chat')).text();
  const listening = listen().catch(() => undefined);
  /** Resolves when the condition holds, looking again after every message. */
  async function until(holds: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(patienceMs);
    while (!holds()) await once(news, 'heard', { signal });
  }

  const fromBot = () => heard.filter((message) => message.from === 'bot');

  return {
    says: (text: string, id?: string) => post({ kind: 'text', text }, id),
    starts: (payload?: string) => post({ kind: 'started', ...(payload ? { payload } : {}) }),
    shares: (place: { lat: number; lon: number }) => post({ kind: 'place', ...place }),
    /** Presses the latest button with that label or action. */
    presses(which: string | RegExp): Promise<number> {
      const choice = fromBot()
        .toReversed()
        .flatMap((message) => (message.rows ?? []).flat())
        .find((button) =>
          typeof which === 'string'
            ? button.label === which || button.action === which
            : which.test(button.label) || which.test(button.action ?? ''),
        );
      if (!choice?.action) throw new Error(`no button ${which} in:\n${said(fromBot().at(-1))}`);
      return post({ kind: 'choice', action: choice.action, label: choice.label });
    },
    /** An action as an old or forged button would send it. */
    sends: (action: string) => post({ kind: 'choice', action, label: 'x' }),
    messages: fromBot,
    /** The next message that was not heard yet and fits. @throws when none comes in time */
    async hears(which: RegExp = /[\s\S]/): Promise<WebMessage & { said: string }> {
      const next = () => fromBot().findIndex((message, i) => i >= listened && which.test(said(message)));
      await until(() => next() >= 0).catch(() => {
        const came = fromBot().slice(listened).map(said).join('\n---\n');
        throw new Error(`nothing like ${which} was said after message ${listened}; said:\n${came}`);
      });
      listened = next() + 1;
      const message = fromBot()[listened - 1] as WebMessage;
      return { ...message, said: said(message) };
    },
    until,
    /** The chat's id, as the cookie has it. */
    chat: () => /=([^.]+)/.exec(cookie)?.[1] ?? '',
    /** All that somebody finds who opens the page anew in the same browser. */
    async reopens(): Promise<{ said: string }[]> {
      const found: WebMessage[] = [];
      const reading = new AbortController();
      await read(reading.signal, 0, {
        message: (message) => found.push(message),
        ready: () => reading.abort(),
      }).catch(() => undefined);
      return found.map((message) => ({ said: said(message) }));
    },
    file: async (seq: number) => (await call(`/chat/files/${seq}`)).text(),
    async leaves() {
      leaving.abort();
      await listening;
    },
  };
}

/** A message as it reads, with its buttons in brackets. */
export function said(message: WebMessage | undefined): string {
  if (!message) return '';
  const words = message.text.map((part) => part.text ?? `${part.label}<${part.href}>`).join('');
  const rows = (message.rows ?? []).map((row) => row.map((button) => `[${button.label}]`).join(' ')).join('\n');
  return [words, rows].filter((part) => part !== '').join('\n');
}
