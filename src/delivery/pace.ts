import { setTimeout as sleep } from 'node:timers/promises';
import type { Pace, Rate } from '../storage/pace/contract.ts';

/**
 * When a call may go out, for what the bot starts: a channel's rate is shared with all processes, and one chat is not
 * sent to twice at once. Direct replies are counted, and what the bot starts waits for them.
 */
export type Turns = {
  /**
   * For what somebody waits for: reminders and librarians' answers, ahead of what this process sends to many.
   * @returns 0: go; else ms for which the channel is held
   */
  soon(channel: string, sender: string): Promise<number>;
  /**
   * For what is sent to many; `sender` null: one call for many people. Waits as long as it takes, also for the end of a hold.
   * The call is to follow at once.
   * @param ready what must be done before the call; it is done while the turn comes, for only a call that leaves in its
   * turn keeps the pace
   * @returns false when the signal ended it, or `ready` said no
   */
  patiently(
    channel: string,
    sender: string | null,
    signal: AbortSignal,
    ready?: () => Promise<boolean>,
  ): Promise<boolean>;
  /**
   * A direct reply is about to go out. While many are being told, it takes the next place that is free, before all of
   * them: some 30 ms at Telegram's limit, where going at once would be refused for a second. It never waits longer than
   * 150 ms, and not at all when nobody is being told anything.
   */
  replying(channel: string, sender: string): Promise<void>;
  /** The platform asked for a pause: nobody calls there before it is over, in any process; this one goes slower after it. */
  hold(channel: string, ms: number): Promise<void>;
};

/** `chatMs`: from one message to the next in the same chat. */
export type ChannelPace = { rate: Rate; chatMs: number };

const unlimited: ChannelPace = { rate: { calls: 0, perMs: 1_000 }, chatMs: 0 };
/** So far ahead a process reserves turns for what it sends to many: enough to miss none, and no more to wait for. */
const AHEAD_MS = 100;
const AHEAD_UNLIMITED = 64;
const SPARE_CHATS = 1_000;
const REPLY_WAITS_MS = 150;
/** More at once than the limit has room for go at once: waiting would help none of them. */
const REPLIES_WAITING = 5;
const AFTER_REPLY_MS = 2;
/** So long after the last of many a channel counts as busy with them. */
const BUSY_MS = 2_000;
/** After each refusal two in a hundred slower, ten at most; one in a hundred faster again with each minute. */
const MORE_CAUTION = 0.02;
const MOST_CAUTION = 0.1;
const CALMER_A_MINUTE = 0.01;
const REFUSED_TOGETHER_MS = 2_000;

export function createTurns(pace: Pace, channels: Readonly<Record<string, ChannelPace>> = {}): Turns {
  /** When the latest message to a chat went out, or will; the oldest first. In memory: two processes seldom meet there. */
  const chats = new Map<string, number>();
  const reserving = new Map<string, ReturnType<typeof createSlots>>();
  /** Direct replies that wait for a place, and when the last of many had its turn. */
  const replies = new Map<string, number>();
  const toldMany = new Map<string, number>();
  const leaving = new Map<string, ReturnType<typeof createSlots>>();

  /** By how much longer the stretch of a channel's limit is taken, and since when. */
  const cautions = new Map<string, { share: number; at: number }>();

  function cautionOf(channel: string): number {
    const caution = cautions.get(channel);
    if (!caution) return 0;
    return Math.max(0, caution.share - ((performance.now() - caution.at) / 60_000) * CALMER_A_MINUTE);
  }

  /** Calls that come late meet those on time, and a refusal stops everybody: a little slower for a while is faster. */
  function beCautious(channel: string): void {
    const last = cautions.get(channel);
    // Those who were refused together are one refusal.
    if (last && performance.now() - last.at < REFUSED_TOGETHER_MS) return;
    cautions.set(channel, { share: Math.min(MOST_CAUTION, cautionOf(channel) + MORE_CAUTION), at: performance.now() });
  }

  function paceOf(channel: string): ChannelPace {
    const { rate, chatMs } = channels[channel] ?? unlimited;
    return { rate: { ...rate, perMs: rate.perMs * (1 + cautionOf(channel)) }, chatMs };
  }
  const slotsOf = (channel: string) => {
    const known = reserving.get(channel);
    if (known) return known;
    const { calls, perMs } = paceOf(channel).rate;
    const made = createSlots(calls > 0 ? Math.ceil((calls / perMs) * AHEAD_MS) + 1 : AHEAD_UNLIMITED);
    reserving.set(channel, made);
    return made;
  };

  /** One after another, in the order of their turns: so many who ask at once would only be told to wait. */
  async function leave(channel: string, signal?: AbortSignal): Promise<void> {
    const { rate } = paceOf(channel);
    if (rate.calls <= 0) return;
    const gate = leaving.get(channel) ?? createSlots(1);
    leaving.set(channel, gate);
    await gate.in(async () => {
      for (;;) {
        signal?.throwIfAborted();
        // Somebody is waiting for an answer.
        const waitMs = (replies.get(channel) ?? 0) > 0 ? AFTER_REPLY_MS : await pace.leave(channel, rate);
        if (waitMs === 0) return;
        await sleep(waitMs, undefined, signal ? { signal } : {});
      }
    });
  }

  /** @returns ms until the chat's turn, which is taken by asking */
  function chatTurn(channel: string, sender: string): number {
    const { chatMs } = paceOf(channel);
    if (chatMs === 0) return 0;
    const now = performance.now();
    const chat = `${channel} ${sender}`;
    const turn = Math.max(now, (chats.get(chat) ?? 0) + chatMs);
    chats.delete(chat);
    chats.set(chat, turn);
    for (const [old, at] of chats) {
      if (chats.size <= SPARE_CHATS || at + chatMs > now) break;
      chats.delete(old);
    }
    return Math.ceil(turn - now);
  }

  return {
    async soon(channel, sender) {
      const spaced = chatTurn(channel, sender);
      if (spaced > 0) await sleep(spaced);
      for (;;) {
        const { waitMs, held } = await pace.take(channel, paceOf(channel).rate);
        if (held) return waitMs;
        if (waitMs > 0) await sleep(waitMs);
        // A hold that has come meanwhile is the caller's to wait for.
        if (waitMs > 0 && (await pace.held(channel)) > 0) continue;
        await leave(channel);
        return 0;
      }
    },
    async patiently(channel, sender, signal, ready = async () => true) {
      try {
        const spaced = sender === null ? 0 : chatTurn(channel, sender);
        if (spaced > 0) await sleep(spaced, undefined, { signal });
        return await slotsOf(channel).in(async () => {
          for (;;) {
            if (signal.aborted) return false;
            const { waitMs, held } = await pace.take(channel, paceOf(channel).rate);
            const waited = waitMs > 0 ? sleep(waitMs, undefined, { signal }) : null;
            if (held) {
              await waited;
              continue;
            }
            // What `ready` has begun is over before anybody hears that there is no turn.
            const [becoming, waiting] = await Promise.allSettled([ready(), waited]);
            if (becoming.status === 'rejected') throw becoming.reason;
            if (waiting.status === 'rejected') throw waiting.reason;
            const isReady = becoming.value;
            toldMany.set(channel, performance.now());
            if (isReady) await leave(channel, signal);
            return isReady;
          }
        });
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
    async replying(channel, sender) {
      chatTurn(channel, sender);
      const { rate } = paceOf(channel);
      const waiting = replies.get(channel) ?? 0;
      const isBusy = performance.now() - (toldMany.get(channel) ?? Number.NEGATIVE_INFINITY) < BUSY_MS;
      if (rate.calls <= 0 || !isBusy || waiting >= REPLIES_WAITING) return pace.note(channel);
      replies.set(channel, waiting + 1);
      try {
        for (const until = performance.now() + REPLY_WAITS_MS; ; ) {
          const waitMs = await pace.leave(channel, rate);
          if (waitMs === 0) return pace.note(channel, 1, true);
          if (performance.now() + waitMs > until) return pace.note(channel);
          await sleep(waitMs);
        }
      } finally {
        replies.set(channel, (replies.get(channel) ?? 1) - 1);
      }
    },
    hold(channel, ms) {
      beCautious(channel);
      return pace.hold(channel, ms);
    },
  };
}

/** So many at the same time; the others wait in the order in which they came. */
export function createSlots(count: number) {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    async in<T>(work: () => Promise<T>): Promise<T> {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
