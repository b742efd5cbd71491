import { randomUUID } from 'node:crypto';
import type { Database } from '../storage/database.ts';
import { groupCommit } from '../storage/group-commit.ts';
import { createEmbeddedPace } from '../storage/pace/embedded.ts';
import type { Seal } from '../storage/seal.ts';
import { type Abandoned, createAbandoned, isRepeated } from './abandoned.ts';
import { inTime } from './in-time.ts';
import { createTurns, type Turns } from './pace.ts';
import { channelPauseMs, mayRepeat, pauseMs, type SendOutcome } from './retry.ts';
import { createRounds } from './rounds.ts';
import { claimRows, type End, type Lease, letGo, markSending, type OutboxRow, putBack, settleRows } from './store.ts';

/**
 * Sends what is due and meant for one person: answers, reminders. What is told to many goes by bulk.ts, so that nobody
 * waits for it here. Several may run, in one process or in many:
 *
 *     claimed (a lease) -> prepared: what to say, to whom, is it still true? -> marked *sending* -> the call -> settled
 *
 * Up to the mark nothing has gone out, so whatever dies there is simply done again. After the mark nobody can know: a
 * row that is found marked when its lease is over is uncertain, and its kind says whether it is sent again.
 * The call is outside of every transaction.
 */
export type Dispatcher = {
  /** Looks now and every second. */
  start(): void;
  /** Something may be due: looks at once. */
  wake(): void;
  /** Claims nothing more; resolves when what is in hand is settled or let go. */
  stop(): Promise<void>;
  /** Looks now; resolves when nothing is due that can be sent, and nothing is in hand here. */
  drain(): Promise<void>;
};

/** A message that is due, as the wiring sees it. */
export type Due = { person: string; kind: string; payload: unknown; dueAt: number; notAfter: number };

/** What is to be done with one that is due, decided at the moment of sending. */
export type Prepared<Words> =
  /** `to`: the person's accounts, the one to be tried first before the others; none: nobody can be reached. */
  | { do: 'send'; words: Words; to: readonly { channel: string; sender: string }[] }
  /** Not at this hour. UTC ms. */
  | { do: 'wait'; until: number }
  /** It is no longer true. */
  | { do: 'drop' };

export type DispatcherDeps<Words> = {
  database: Database;
  seal: Seal;
  clock: { now(): number };
  /** What to say and to whom. */
  prepare(due: Due): Promise<Prepared<Words>>;
  /** The call to the platform. */
  send(channel: string, sender: string, words: Words): Promise<SendOutcome>;
  /** The person can't be reached there any more. */
  gone(person: string, channel: string): Promise<void>;
  /** When a call may go out, asked before the mark. Absent: at once, but for pauses that the platform asks for. */
  turns?: Turns;
  /** No other process serves this database: what is found in hand at the start belongs to a dead one. */
  alone: boolean;
  /** Shared by all that send in this process; absent: its own. */
  abandoned?: Abandoned;
  report: {
    count(name: string, labels?: Record<string, string>): void;
    fault(where: string, error: unknown): string;
  };
  limits?: Partial<DispatcherLimits>;
};

export type DispatcherLimits = {
  /** Messages in hand at the same time. */
  parallel: number;
  pollMs: number;
  /** How long a call may take; longer is uncertain. */
  callMs: number;
  /** Longer than preparing, waiting for a turn and the call together. */
  leaseMs: number;
};

const usual: DispatcherLimits = { parallel: 16, pollMs: 1_000, callMs: 60_000, leaseMs: 180_000 };
const priorities = [1, 2] as const;
const CALLERS_A_GROUP = 200;
/** It may have arrived. */
const unknown = { outcome: 'later', afterMs: 0, limited: false, uncertain: true } as const;

export function createDispatcher<Words>(deps: DispatcherDeps<Words>): Dispatcher {
  const { database, seal, clock, report } = deps;
  const { db } = database;
  const limits = { ...usual, ...deps.limits };
  const turns = deps.turns ?? createTurns(createEmbeddedPace(clock));
  const abandoned = deps.abandoned ?? createAbandoned(deps);
  const holder = randomUUID();
  /** One person's messages go out one after another, in the order in which they were due. */
  const inHand = new Map<string, Promise<void>>();
  let held = 0;
  let freed = Promise.withResolvers<void>();

  const lease = (): Lease => ({ holder, now: clock.now(), until: clock.now() + limits.leaseMs });

  // Reaching the disk is the dear part: those who mark or settle at the same moment share a statement.
  const mark = groupCommit(async (ids: readonly string[]) => {
    const marked = new Set(await markSending(db, ids, lease()));
    return ids.map((id) => marked.has(id));
  }, CALLERS_A_GROUP);
  const settleAll = groupCommit(async (ends: readonly { row: OutboxRow; end: End }[]) => {
    for (const group of Map.groupBy(ends, ({ end }) => `${end.state} ${end.why}`).values()) {
      const ids = group.map(({ row }) => row.id);
      if (group[0]) await settleRows(db, ids, group[0].end, lease());
    }
    return ends;
  }, CALLERS_A_GROUP);

  async function settle(row: OutboxRow, state: End['state'], why: string | null = null): Promise<void> {
    await settleAll({ row, end: { state, why } });
    report.count('outbox', { kind: row.kind, state });
  }

  const rounds = createRounds(claimAll, {
    pollMs: limits.pollMs,
    fault: (error) => report.fault('dispatcher', error),
  });

  /** @returns false: it has looked until nothing was due */
  async function claimAll(): Promise<boolean> {
    while (!rounds.ended) {
      await abandoned.takeUp();
      while (held >= limits.parallel && !rounds.ended) await freed.promise;
      if (rounds.ended) return false;
      const rows = await claimNext(limits.parallel - held);
      if (rows.length === 0) return false;
      for (const row of rows) takeInHand(row);
    }
    return false;
  }

  /** Asks for the most urgent first each time, so that nobody who waits for an answer waits for reminders. */
  async function claimNext(limit: number): Promise<OutboxRow[]> {
    for (const priority of priorities) {
      const rows = await claimRows(database, { priority }, limit, lease());
      if (rows.length > 0) return rows;
    }
    return [];
  }

  function takeInHand(row: OutboxRow): void {
    held += 1;
    const before = inHand.get(row.person) ?? Promise.resolve();
    const work = before
      .then(() => handle(row))
      .then(() => {
        held -= 1;
        if (inHand.get(row.person) === work) inHand.delete(row.person);
        freed.resolve();
        freed = Promise.withResolvers<void>();
      });
    inHand.set(row.person, work);
  }

  /** Never throws. What could not be settled keeps its lease, and is found when that is over. */
  async function handle(row: OutboxRow): Promise<void> {
    try {
      if (rounds.ended) await letGo(db, [row.id], lease());
      else await deliver(row);
    } catch (error) {
      report.fault('dispatcher', error);
    }
  }

  async function deliver(row: OutboxRow): Promise<void> {
    if (row.not_after <= clock.now()) return tooLate(row);
    const payload = row.payload === null ? null : seal.open(row.payload, row.id);
    // Sealed under a key that is gone: nobody can read it any more.
    if (payload === null) return settle(row, 'failed', 'unreadable');

    let prepared: Prepared<Words>;
    try {
      const { person, kind, due_at: dueAt, not_after: notAfter } = row;
      prepared = await deps.prepare({ person, kind, payload: JSON.parse(payload), dueAt, notAfter });
    } catch (error) {
      report.fault('outbox', error);
      return tryLater(row, { outcome: 'later', afterMs: limits.pollMs, limited: false, uncertain: false });
    }
    if (prepared.do === 'drop') return settle(row, 'withdrawn');
    if (prepared.do === 'wait') return putBack(db, row.id, { dueAt: prepared.until, unsure: false }, lease());
    const [first, ...others] = prepared.to;
    if (!first) return settle(row, 'failed', 'gone');

    const heldMs = await turns.soon(first.channel, first.sender);
    if (heldMs > 0) return putBack(db, row.id, { dueAt: clock.now() + heldMs, unsure: false }, lease());
    if (rounds.ended) return letGo(db, [row.id], lease());
    if (!(await mark(row.id))) return;
    const outcome =
      (await inTime(
        () => deps.send(first.channel, first.sender, prepared.words),
        limits.callMs,
        (error) => report.fault('outbox', error),
      )) ?? unknown;
    switch (outcome.outcome) {
      case 'sent':
        return settle(row, 'sent');
      case 'refused':
        return settle(row, 'failed', 'refused');
      case 'gone':
        await deps.gone(row.person, first.channel).catch((error: unknown) => report.fault('outbox', error));
        if (others.length === 0) return settle(row, 'failed', 'gone');
        // Another account of theirs may still be there.
        await putBack(db, row.id, { dueAt: clock.now(), unsure: false }, lease());
        void rounds.look();
        return;
      case 'later': {
        const pause = channelPauseMs(outcome);
        if (pause > 0) await turns.hold(first.channel, pause);
        return tryLater({ ...row, attempts: row.attempts + 1 }, outcome);
      }
    }
  }

  async function tryLater(row: OutboxRow, later: Extract<SendOutcome, { outcome: 'later' }>): Promise<void> {
    if (later.uncertain && !mayRepeat(isRepeated(row), row.unsure)) return settle(row, 'uncertain');
    const dueAt = clock.now() + pauseMs(later, row, Math.random());
    // When its time comes it is too late, and says so then: it may be withdrawn before.
    await putBack(db, row.id, { dueAt: Math.ceil(Math.min(dueAt, row.not_after)), unsure: later.uncertain }, lease());
  }

  function tooLate(row: OutboxRow): Promise<void> {
    if (row.unsure > 0) return settle(row, 'uncertain');
    return row.not_after === 0 ? settle(row, 'withdrawn') : settle(row, 'failed', 'late');
  }

  return {
    start: rounds.start,
    wake: rounds.wake,
    async stop() {
      rounds.end();
      freed.resolve();
      await rounds.over();
      await Promise.all(inHand.values());
    },
    async drain() {
      do {
        await rounds.look();
        await Promise.all(inHand.values());
      } while (rounds.looking || held > 0);
    },
  };
}
