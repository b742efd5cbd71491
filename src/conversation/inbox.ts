import { setTimeout as sleep } from 'node:timers/promises';
import type { People } from '../people/people.ts';
import type { Lease, Leases } from '../storage/leases/contract.ts';
import type { Letter, Mailbox } from '../storage/mailbox.ts';
import type { Seal } from '../storage/seal.ts';
import type { Answered, Sessions } from '../storage/sessions/contract.ts';
import type { Event } from './event.ts';
import type { Effect, Services } from './flow.ts';
import type { Reply } from './reply.ts';
import { emptySession, nobody, readSession, type Session, writeSession } from './session.ts';
import { turn } from './turn.ts';

/**
 * The way in. An update is written down before the platform gets its 200, then answered: one person's in order of
 * arrival, different people's side by side, each exactly once.
 *
 *     written -> lease -> already answered? send what is unsent -> session -> turn -> effects -> session and replies in
 *     one write -> sent -> taken out
 *
 * A crash at any point, followed by a second delivery or by the sweeper of another process, ends in the same state:
 * effects carry the event's id, services are idempotent by it, and the replies stand beside the session until sent.
 */
export type Inbox = {
  /** Resolves when the events are safe. @throws when they could not be written: the platform must send them again */
  accept(events: readonly Event[]): Promise<void>;
  /** The answer to someone who opens the chat, for platforms that take it as the HTTP answer. */
  welcome(event: Event): Promise<Reply | null>;
  /** Takes up what a dead process left behind, now and from time to time. */
  start(): void;
  /** Finishes what is in hand; what is not begun stays written down. */
  stop(): Promise<void>;
  /** Resolves when nobody has anything in hand here. */
  idle(): Promise<void>;
};

export type InboxDeps = {
  people: People;
  mailbox: Mailbox;
  sessions: Sessions;
  leases: Leases;
  seal: Seal;
  services: Services;
  /** Sends one reply; tells what the caller does next. */
  deliver(channel: string, recipient: string, reply: Reply): Promise<Delivery>;
  /** All effects of an event in one transaction, each once. */
  apply(eventId: string, person: string, channel: string, effects: readonly Effect[]): Promise<void>;
  /** Deletes from a chat what the platform lets be deleted. Never throws. */
  clear(channel: string, sender: string): Promise<void>;
  /** Erases the person everywhere but in the mailbox. */
  forget(person: string, event: Event): Promise<void>;
  clock: { now(): number };
  report: {
    log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
    count(name: string, labels?: Record<string, string>): void;
    fault(where: string, error: unknown): string;
  };
  /** For tests: called after each step of a letter; throwing here is a crash at that point. */
  afterStep?(step: Step): void;
  limits?: Partial<InboxLimits>;
};

/** `later`: the platform can't take it now; the caller tries again after that many ms. */
export type Delivery =
  | { outcome: 'sent' }
  | { outcome: 'gone' }
  | { outcome: 'refused' }
  | { outcome: 'later'; afterMs: number };

export type Step = 'leased' | 'loaded' | 'turned' | 'applied' | 'saved' | 'sent' | 'done';

export type InboxLimits = {
  /** Longer than any turn; extended while a person's letters are worked through. */
  leaseMs: number;
  /** A turn that takes longer is answered with an apology. */
  turnMs: number;
  /** Sends of one reply before the letter is left for the sweeper. */
  tries: number;
  sweepEveryMs: number;
  /** How long somebody else's lease is waited for. */
  patienceMs: number;
};

/** What is known of a talk. `down`: the session store can't be reached. */
type Kept = { session: Session; answered: Answered | null; down: boolean };

/** Letters of one person that are read in one look. */
const inOneLook = 20;
/** Events kept in memory for those who answer them in a moment. */
const mostRemembered = 1_000;

const usual: InboxLimits = { leaseMs: 60_000, turnMs: 20_000, tries: 3, sweepEveryMs: 15_000, patienceMs: 5_000 };
const dayMs = 24 * 3600 * 1000;
/** People whose letters are taken up in one look. */
const atOnce = 200;

export function createInbox(deps: InboxDeps): Inbox {
  const limits = { ...usual, ...deps.limits };
  const { mailbox, clock, report } = deps;
  /** Whose letters are being worked through here; `again`: more came in meanwhile. */
  const busy = new Map<string, { again: boolean; work: Promise<void> }>();
  /** The newest that were accepted here, so that they need not be unsealed. What is to be done, the mailbox says. */
  const accepted = new Map<string, Event>();
  /** How many replies of a letter have gone out already, so that a second try doesn't repeat them. */
  const sentSoFar = new Map<string, number>();
  let sweeper: NodeJS.Timeout | null = null;
  let stopping = false;
  /** Ends pauses when the process is to end: nobody waits for a platform then. */
  const leaving = new AbortController();

  async function accept(events: readonly Event[]): Promise<void> {
    const letters: Letter[] = [];
    for (const event of events) {
      const person = await deps.people.identify(event.channel, event.sender);
      letters.push({
        channel: event.channel,
        eventId: event.eventId,
        person,
        at: event.at,
        payload: deps.seal.seal(JSON.stringify(event), letterKey(event.channel, event.eventId)),
        mark: deps.people.mark(event.channel, event.sender),
      });
    }
    const fresh = await mailbox.write(letters);
    for (const event of events) remember(event);
    for (const letter of letters)
      report.count('events', { channel: letter.channel, kind: fresh.includes(letter) ? 'new' : 'repeated' });
    for (const person of new Set(fresh.map((letter) => letter.person))) wake(person);
  }

  function remember(event: Event): void {
    accepted.set(`${event.channel}:${event.eventId}`, event);
    if (accepted.size > mostRemembered) accepted.delete(accepted.keys().next().value as string);
  }

  /** @returns null for a letter that was sealed under a key which is gone */
  function eventOf(letter: Letter): Event | null {
    const key = `${letter.channel}:${letter.eventId}`;
    const known = accepted.get(key);
    accepted.delete(key);
    if (known) return known;
    const opened = deps.seal.open(letter.payload, letterKey(letter.channel, letter.eventId));
    return opened === null ? null : (JSON.parse(opened) as Event);
  }

  function wake(person: string): void {
    const running = busy.get(person);
    if (running) {
      running.again = true;
      return;
    }
    if (stopping) return;
    const state = { again: false, work: Promise.resolve() };
    busy.set(person, state);
    state.work = work(person, state);
  }

  async function work(person: string, state: { again: boolean }): Promise<void> {
    try {
      do {
        state.again = false;
        await drain(person, state);
      } while (state.again && !stopping);
    } catch (error) {
      // What is left stays written down; the sweeper takes it up.
      report.fault('inbox', error);
    } finally {
      busy.delete(person);
      if (state.again && !stopping) wake(person);
    }
  }

  /** Works through a person's letters while holding their lease. */
  async function drain(person: string, state: { again: boolean }): Promise<void> {
    const taken = await takeLease(person);
    if (taken === 'held') return;
    deps.afterStep?.('leased');
    const { lease } = taken;
    let { kept } = taken;
    let heldSince = performance.now();
    let sent: string | null = null;
    try {
      for (;;) {
        state.again = false;
        const readAt = performance.now();
        const letters = await mailbox.next(person, inOneLook);
        for (const letter of letters) {
          if (stopping) return;
          // A process that has stood still may have lost it.
          if (performance.now() - heldSince > limits.leaseMs / 3) {
            heldSince = performance.now();
            if (!(await lease.extend(limits.leaseMs).catch(() => true))) return;
          }
          if (letter.movedTo !== undefined) {
            // Accounts change hands only under this lease, so whoever holds it sees where a letter belongs.
            await mailbox.readdress(letter.channel, letter.eventId, letter.movedTo);
            // Nobody is left who could come back to this talk.
            if ((await deps.people.reach(person)).length === 0)
              await deps.sessions.forget(person).catch(() => undefined);
            wake(letter.movedTo);
            continue;
          }
          const end = await answer(letter, kept ?? (await load(person)));
          if (end === 'waits') return;
          kept = end.kept;
          sent = end.sent;
          if (end.regrouped) break;
        }
        // Whoever writes meanwhile elsewhere waits for the lease so long, and then leaves the letter to its holder.
        const unseen = performance.now() - readAt > limits.patienceMs / 2;
        if (letters.length < inOneLook && !state.again && !unseen && kept !== null) return;
        if (letters.length === 0) return;
      }
    } finally {
      await Promise.all([
        sent !== null ? deps.sessions.sent(person, sent).catch(() => undefined) : null,
        lease.release().catch(() => undefined),
      ]);
    }
  }

  /**
   * Waits for a lease that another process holds, as long as there is something left to do. What is known of the talk is
   * asked for in the same breath, just behind the lease; `kept` null: it must be asked for anew.
   */
  async function takeLease(person: string): Promise<{ lease: Lease; kept: Kept | null } | 'held'> {
    const acquire = () => deps.leases.acquire(person, limits.leaseMs).catch(() => noLease);
    const [first, kept] = await Promise.all([acquire(), load(person).catch(() => null)]);
    if (first) return { lease: first, kept };
    const until = Date.now() + limits.patienceMs;
    while (!stopping && Date.now() < until && (await mailbox.next(person, 1)).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));
      const lease = await acquire();
      if (lease) return { lease, kept: null };
    }
    return 'held';
  }

  /**
   * `waits`: the letter has to wait, and those after it wait too. `kept`: what is known of the talk now; null when that must
   * be asked for. `sent`: the key under which the session still holds replies that have gone out. `regrouped`: this person's
   * chats are others now, so what was read of the mailbox must be read again.
   */
  async function answer(
    letter: Letter,
    kept: Kept,
  ): Promise<'waits' | { kept: Kept | null; sent: string | null; regrouped: boolean }> {
    const { person } = letter;
    const key = `${letter.channel}:${letter.eventId}`;
    const event = eventOf(letter);
    if (event === null) {
      // Nobody can read it any more.
      report.count('letters_unreadable');
      await mailbox.done(letter.channel, letter.eventId);
      return { kept, sent: null, regrouped: false };
    }
    deps.afterStep?.('loaded');

    let replies = kept.answered?.eventId === key ? readReplies(kept.answered, person) : null;
    let session: Session | null = kept.session;
    let forgetting = false;
    let joined = false;
    let regrouped = false;
    if (!replies) {
      const told = await takeTurn(kept.session, event, key, person, kept.down);
      deps.afterStep?.('turned');
      replies = told.replies;
      forgetting = told.effects.some((effect) => effect.kind === 'forget');
      joined = told.effects.some((effect) => effect.kind === 'joined');
      regrouped = joined || told.effects.some((effect) => effect.kind === 'parted');
      await deps.apply(key, person, event.channel, told.effects);
      deps.afterStep?.('applied');
      // Before the session is saved: a death in between takes the turn again, and so clears again.
      if (told.effects.some((effect) => effect.kind === 'clear')) await deps.clear(event.channel, event.sender);
      session = null;
      if (forgetting) await deps.forget(person, event);
      // This chat is another person's from now on, and so is its talk.
      else if (joined) await deps.sessions.forget(person).catch(() => undefined);
      else if (await save(person, told.session, key, replies)) session = told.session;
      deps.afterStep?.('saved');
    }

    if (!(await sendAll(event, key, replies, letter))) return 'waits';
    deps.afterStep?.('sent');
    await mailbox.done(letter.channel, letter.eventId);
    if (forgetting) {
      await passOn(person);
      await mailbox.forget(person);
      regrouped = true;
    }
    deps.afterStep?.('done');
    return {
      kept: session && !kept.down && !regrouped ? { session, answered: null, down: false } : null,
      sent: forgetting || joined || kept.down ? null : key,
      regrouped,
    };
  }

  /** What was written after the wish to be forgotten comes from somebody whom nobody knows yet. */
  async function passOn(person: string): Promise<void> {
    for (;;) {
      const later = await mailbox.next(person, inOneLook);
      for (const letter of later) {
        const opened = deps.seal.open(letter.payload, letterKey(letter.channel, letter.eventId));
        if (opened === null) return;
        const event = JSON.parse(opened) as Event;
        const anew = await deps.people.identify(event.channel, event.sender);
        await mailbox.readdress(letter.channel, letter.eventId, anew);
        wake(anew);
      }
      if (later.length < inOneLook) return;
    }
  }

  async function load(person: string): Promise<Kept> {
    try {
      const stored = await deps.sessions.load(person);
      const text = stored.session === null ? null : deps.seal.open(stored.session, sessionKey(person));
      const session = text === null ? null : readSession(text);
      if (stored.session !== null && !session) report.count('sessions_unreadable');
      return { session: session ?? (await freshSession(person)), answered: stored.answered, down: false };
    } catch (error) {
      report.log('warn', 'sessions are out of reach', { kind: error instanceof Error ? error.name : 'unknown' });
      return { session: await freshSession(person), answered: null, down: true };
    }
  }

  /** A talk that expired goes on gently: what the person chose before is still known. */
  async function freshSession(person: string): Promise<Session> {
    const profile = await deps.people.profile(person);
    return readSession(JSON.stringify({ ...emptySession, ...profile })) ?? emptySession;
  }

  /** @returns false when the store is out of reach: the answer goes out all the same, only where they stand is lost */
  async function save(person: string, session: Session, key: string, replies: readonly Reply[]): Promise<boolean> {
    const sealed = deps.seal.seal(writeSession(session), sessionKey(person));
    const answered = { eventId: key, replies: deps.seal.seal(JSON.stringify(replies), repliesKey(person)) };
    try {
      await deps.sessions.save(person, sealed, answered);
      return true;
    } catch {
      report.count('sessions_unsaved');
      return false;
    }
  }

  function readReplies(answered: Answered, person: string): Reply[] | null {
    const text = deps.seal.open(answered.replies, repliesKey(person));
    return text === null ? null : (JSON.parse(text) as Reply[]);
  }

  /** A turn that throws or hangs ends in an apology, and the person stands where they stood. */
  async function takeTurn(session: Session, event: Event, key: string, person: string, down: boolean) {
    const began = performance.now();
    try {
      const services = down ? { ...deps.services, sessionsDown: true } : deps.services;
      const told = await withinTime(turn(session, event, key, person, services), limits.turnMs);
      report.count('turns', { kind: event.kind });
      return told;
    } catch (error) {
      const code = report.fault('turn', error);
      report.log('warn', 'a turn failed', { after_ms: Math.round(performance.now() - began) });
      const language = session.language ?? deps.services.defaultLanguage;
      const t = (text: string, values?: Record<string, string>) => deps.services.t(language, text, values);
      const apology: Reply = {
        text: t('notices:broken', { code }),
        rows: [
          [
            { label: t('menu:sos'), action: 'sos' },
            { label: t('menu:menu'), action: 'menu' },
          ],
        ],
      };
      return { session, replies: [apology], effects: [] };
    }
  }

  async function sendAll(event: Event, key: string, replies: readonly Reply[], letter: Letter): Promise<boolean> {
    for (const [i, reply] of replies.entries()) {
      if (i < (sentSoFar.get(key) ?? 0)) continue;
      const delivery = await sendOne(event, reply);
      if (delivery.outcome === 'gone') {
        await deps.people.stopped(letter.person, event.channel);
        break;
      }
      if (delivery.outcome === 'later') {
        if (clock.now() - letter.at > dayMs) {
          report.count('replies_given_up', { channel: event.channel });
          break;
        }
        return false;
      }
      if (delivery.outcome === 'refused') report.count('replies_refused', { channel: event.channel });
      sentSoFar.set(key, i + 1);
    }
    sentSoFar.delete(key);
    return true;
  }

  async function sendOne(event: Event, reply: Reply): Promise<Delivery> {
    for (let attempt = 1; ; attempt++) {
      const delivery = await deps.deliver(event.channel, event.sender, reply);
      if (delivery.outcome !== 'later' || attempt >= limits.tries || stopping) return delivery;
      await sleep(Math.min(delivery.afterMs, 30_000), undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  }

  /** Takes up what lies there since before `olderThan`; more than fits one look as soon as those are through. */
  async function sweep(olderThan: number): Promise<void> {
    try {
      let before: readonly string[] = [];
      for (;;) {
        const left = await mailbox.waiting(olderThan, atOnce);
        for (const person of left) wake(person);
        if (left.length < atOnce || stopping || left.every((person) => before.includes(person))) break;
        before = left;
        await Promise.allSettled(left.map((person) => busy.get(person)?.work));
      }
      await mailbox.sweep(clock.now());
    } catch (error) {
      report.fault('sweep', error);
    }
  }

  return {
    accept,
    async welcome(event) {
      // Someone who only looks in leaves no trace; one who followed a link has begun something, and that is kept.
      const known = await deps.people.find(event.channel, event.sender);
      const began = event.kind === 'started' && event.payload !== undefined && event.payload !== '';
      if (!began && known === null) {
        const told = await turn(emptySession, event, `${event.channel}:${event.eventId}`, nobody, deps.services);
        return inOne(told.replies);
      }
      const person = known ?? (await deps.people.identify(event.channel, event.sender));
      const key = `${event.channel}:${event.eventId}`;
      const kept = await load(person);
      const told = await turn(
        kept.session,
        event,
        key,
        person,
        kept.down ? { ...deps.services, sessionsDown: true } : deps.services,
      );
      await deps.apply(key, person, event.channel, told.effects);
      await save(person, told.session, key, []);
      return inOne(told.replies);
    },
    start() {
      // At the start all of it: a process that was ended a moment ago has left people waiting.
      void sweep(clock.now() + 1);
      sweeper = setInterval(() => void sweep(clock.now() - limits.sweepEveryMs), limits.sweepEveryMs);
      sweeper.unref();
    },
    async stop() {
      stopping = true;
      leaving.abort();
      if (sweeper) clearInterval(sweeper);
      await Promise.allSettled([...busy.values()].map((state) => state.work));
    },
    async idle() {
      while (busy.size > 0) await Promise.allSettled([...busy.values()].map((state) => state.work));
    },
  };
}

const letterKey = (channel: string, eventId: string) => `letter:${channel}:${eventId}`;
const sessionKey = (person: string) => `session:${person}`;
const repliesKey = (person: string) => `replies:${person}`;

/** A welcome is one message: several screens stand in it one below the other, with the choices of the last. */
function inOne(replies: readonly Reply[]): Reply | null {
  const last = replies.at(-1);
  return last ? { ...last, text: replies.map((reply) => reply.text).join('\n\n') } : null;
}

/** The lease store is away: order is kept within this process at least. */
const noLease: Lease = { extend: async () => true, release: async () => undefined };

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TurnTooLong()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

class TurnTooLong extends Error {
  override readonly name = 'TurnTooLong';
}
