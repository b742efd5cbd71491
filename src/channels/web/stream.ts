import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { type Transcripts, unpack } from './transcripts.ts';

/** How long another process's message may go unseen. */
const POLL_MS = 1_000;
/** Phones and proxies drop a connection that is silent for half a minute or so; the page takes silence for a loss. */
const BEAT_MS = 20_000;
/** What the browser waits before it connects again. */
const RETRY_MS = 2_000;
const PAGE = 100;
/** Tabs of one chat; the oldest is closed. */
const STREAMS_PER_CHAT = 6;
/** All streams of one process, and those of one address, which may be a whole library behind one router. */
const STREAMS_IN_ALL = 10_000;
const STREAMS_PER_ADDRESS = 500;

export type Streams = {
  /** Answers with the transcript after `seq`, then goes on with what is new until the page leaves or `end`. */
  open(c: Context, chat: string, seq: number, address: string): Response | Promise<Response>;
  /** Ends one chat's streams, or all. */
  end(chat?: string): void;
};

/**
 * Server-sent events. Each message's id is its seq. Beside messages there are `ready` (the past has been sent; its
 * data tell whether there was any), `beat`, and `reset` (the past has been deleted: the page drops what it shows).
 */
export function createStreams(transcripts: Transcripts): Streams {
  const open = new Map<string, Set<AbortController>>();
  const addresses = new Map<string, number>();
  let total = 0;

  function enter(chat: string, address: string, stop: AbortController): () => void {
    const tabs = open.get(chat) ?? new Set();
    open.set(chat, tabs.add(stop));
    addresses.set(address, (addresses.get(address) ?? 0) + 1);
    total += 1;
    if (tabs.size > STREAMS_PER_CHAT) {
      tabs.values().next().value?.abort();
    }
    return () => {
      tabs.delete(stop);
      total -= 1;
      const others = (addresses.get(address) ?? 1) - 1;
      if (others === 0) {
        addresses.delete(address);
      } else {
        addresses.set(address, others);
      }
      if (tabs.size === 0 && open.get(chat) === tabs) {
        open.delete(chat);
      }
    };
  }

  return {
    open(c, chat, seq, address) {
      if (c.req.method === 'HEAD') {
        return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
      }
      if (total >= STREAMS_IN_ALL || (addresses.get(address) ?? 0) >= STREAMS_PER_ADDRESS) {
        return c.text('503', 503, { 'Retry-After': '10' });
      }
      c.header('X-Accel-Buffering', 'no');
      c.header('Cache-Control', 'no-store');
      return streamSSE(c, async (stream) => {
        const stop = new AbortController();
        const leave = enter(chat, address, stop);
        stream.onAbort(() => stop.abort());
        try {
          await tail(stream, transcripts, chat, seq, stop.signal);
        } catch {
          // The transcript can't be read: the stream ends here and the page connects again.
        } finally {
          leave();
        }
      });
    },
    end(chat) {
      for (const tabs of chat === undefined ? open.values() : [open.get(chat) ?? []]) {
        for (const stop of tabs) {
          stop.abort();
        }
      }
    },
  };
}

async function tail(
  stream: SSEStreamingApi,
  transcripts: Transcripts,
  chat: string,
  from: number,
  signal: AbortSignal,
): Promise<void> {
  const news = createBell(signal);
  const unsubscribe = transcripts.onAppend(chat, news.ring);
  try {
    let first = await firstSeq(transcripts, chat);
    let last = first === null || first > from ? 0 : from;
    if (from > 0 && last === 0) {
      await stream.writeSSE({ event: 'reset', data: '1' });
    }
    await stream.writeSSE({ event: 'hello', data: '1', retry: RETRY_MS });
    last = await sendAfter(stream, transcripts, chat, last);
    await stream.writeSSE({ event: 'ready', data: JSON.stringify({ empty: last === 0 }) });
    let quietMs = 0;
    while (!signal.aborted) {
      const rung = await news.within(POLL_MS);
      const before = last;
      last = await sendAfter(stream, transcripts, chat, last);
      const begins = rung || last !== before ? await firstSeq(transcripts, chat) : first;
      if (first !== null && begins !== first) {
        await stream.writeSSE({ event: 'reset', data: '1' });
        last = await sendAfter(stream, transcripts, chat, 0);
      }
      first = begins;
      quietMs = last !== before ? 0 : quietMs + (rung ? 0 : POLL_MS);
      if (quietMs >= BEAT_MS) {
        await stream.writeSSE({ event: 'beat', data: '1' });
        quietMs = 0;
      }
    }
  } finally {
    unsubscribe();
  }
}

async function firstSeq(transcripts: Transcripts, chat: string): Promise<number | null> {
  return (await transcripts.after(chat, 0, 1))[0]?.seq ?? null;
}

/** @returns the seq of the last message sent, `seq` when there was none */
async function sendAfter(
  stream: SSEStreamingApi,
  transcripts: Transcripts,
  chat: string,
  seq: number,
): Promise<number> {
  let last = seq;
  for (;;) {
    const entries = await transcripts.after(chat, last, PAGE);
    for (const entry of entries) {
      const stored = unpack(entry.message);
      if (stored !== null) {
        await stream.writeSSE({ id: String(entry.seq), data: JSON.stringify({ seq: entry.seq, ...stored.message }) });
      }
      last = entry.seq;
    }
    if (entries.length < PAGE) {
      return last;
    }
  }
}

/** Wakes a waiting loop; a ring while nobody waits is kept for the next wait. */
function createBell(signal: AbortSignal): { ring(): void; within(ms: number): Promise<boolean> } {
  let rung = false;
  let wake: (() => void) | null = null;
  signal.addEventListener('abort', () => wake?.(), { once: true });
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async within(ms) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = null;
      }
      const result = rung;
      rung = false;
      return result;
    },
  };
}
