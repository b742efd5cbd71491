import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../storage/database.ts';
import { groupCommit } from '../storage/group-commit.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { Abandoned } from './abandoned.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import type { Due } from './dispatcher.ts';
import { inTime } from './in-time.ts';
import { createSlots, type Turns } from './pace.ts';
import { type BulkOutcome, channelPauseMs, isWorthAnother, pauseMs } from './retry.ts';
import { createRounds } from './rounds.ts';
import {
  claimRows,
  type End,
  isStillWanted,
  type Lease,
  letGo,
  markSending,
  type OutboxRow,
  putAllBack,
  settleRows,
  settleSent,
} from './store.ts';

/**
 * Sends what is told to many, job by job in turn, apart from the dispatcher, so that no answer waits behind it. Several
 * may run, in one process or in many:
 *
 *     a batch is claimed -> prepared at once -> each call waits for its turn, marked *sending* meanwhile -> the call -> settled
 *
 * One row is one person. What is found marked when its lease is over is uncertain, and is never sent again.
 */
export type Bulk = {
  /** Looks now and every second. */
  start(): void;
  /** There may be something to do: looks at once. */
  wake(): void;
  /** Claims nothing more; resolves when what is in hand is settled or let go. */
  stop(): Promise<void>;
  /** Looks now; resolves when nothing is due that can be sent, and nothing is in hand here. */
  drain(): Promise<void>;
};

/** A group of the outbox that is being sent. `blockedIsFine`: a person has looked at the many who block it. */
export type Job = { group: string; blockedIsFine: boolean };

/** Why a job must not go on without a person: so many of the last answers said that they have blocked it, or the account. */
export type Trouble = { why: 'account' } | { why: 'blocked'; blocked: number; of: number };

/** What is to be done with one that is due, decided when its turn comes near. */
export type BulkPrepared<Words> =
  | {
      do: 'send';
      words: Words;
      /** The person's accounts, the one to be tried first before the others; none: nobody can be reached. */
      to: readonly { channel: string; sender: string }[];
      /** Equal keys are the very same words: they may go out in one call. */
      key: string;
      /** Where one has arrived whose place this one takes, if the person is reached there. */
      edit?: { channel: string; receipt: string };
    }
  /** Not at this hour. UTC ms. */
  | { do: 'wait'; until: number }
  /** It is not for them any more. `why` stands in the books. */
  | { do: 'drop'; why?: string };

/** One call for many people. `most`: in one call. `send` answers each by their place. */
export type ManyCall<Words> = {
  readonly most: number;
  send(senders: readonly string[], words: Words): Promise<readonly BulkOutcome[]>;
};

export type BulkDeps<Words> = {
  database: Database;
  seal: Seal;
  clock: { now(): number };
  turns: Turns;
  abandoned: Abandoned;
  /** What is being sent now; one that is paused or recalled is not in it. */
  jobs(): Promise<readonly Job[]>;
  /** Answers each by its place. */
  prepare(dues: readonly Due[]): Promise<readonly BulkPrepared<Words>[]>;
  /** The call to the platform. `edit`: the receipt of the message whose place these words take, or which they follow. */
  one(channel: string, sender: string, words: Words, edit?: string): Promise<BulkOutcome>;
  /** null: the channel sends to each alone. */
  many(channel: string): ManyCall<Words> | null;
  /** The person can't be reached there any more. */
  gone(person: string, channel: string): Promise<void>;
  /** Takes the job out of `jobs` before it resolves, and asks a person. */
  trouble(group: string, trouble: Trouble): Promise<void>;
  report: {
    count(name: string, labels?: Record<string, string>): void;
    fault(where: string, error: unknown): string;
  };
  limits?: Partial<BulkLimits>;
};

export type BulkLimits = {
  /**
   * Calls to one channel at the same time, each to one person, those included whose turn comes within 100 ms. At most so
   * many are uncertain when the process dies; as many as go in some 200 ms, where the pace allows fewer.
   */
  parallel: number;
  /** Rows of a job that are claimed at once; fewer where they would wait long for their turn. */
  batch: number;
  pollMs: number;
  /** How long a call may take; longer is uncertain. */
  callMs: number;
  /** Longer than waiting for a turn and the call together. */
  leaseMs: number;
};

const usual: BulkLimits = { parallel: 96, batch: 300, pollMs: 1_000, callMs: 60_000, leaseMs: 180_000 };
/** A batch is to last about so long, so that new words, a pause and a recall count soon. */
const BATCH_MS = 2_000;
const FIRST_BATCH = 60;
const SMALLEST_BATCH = 30;
const CALLERS_A_GROUP = 300;
const MARK_WITHIN_MS = 10;
const SETTLE_WITHIN_MS = 20;
/** So long after the mark it is asked again whether the message is still wanted. */
const LONG_MS = 500;
/** Words that could not be made are tried again after so long. */
const BROKEN_MS = 60_000;
/** Words that can't go out in one call for many are sent to each alone for so long. */
const ALONE_FOR_MS = 3_600_000;

/** Nobody has more; where a platform's word was not kept, it would be asked for ever. */
const MOST_ACCOUNTS = 6;

type Running = {
  readonly group: string;
  blockedIsFine: boolean;
  /** May be sent now. */
  active: boolean;
  /** A person is being asked. */
  troubled: boolean;
  inHand: number;
  batch: number;
  /** By channel: a fault of one provider must not hide among the others. */
  readonly breakers: Map<string, Breaker<InHand>>;
};

type To = { channel: string; sender: string };
type InHand = { job: Running; row: OutboxRow; channel: string; others: number };
type Send<Words> = { item: InHand; to: To; words: Words; key: string; edit: string | undefined };

export function createBulk<Words>(deps: BulkDeps<Words>): Bulk {
  const { database, seal, clock, turns, report } = deps;
  const { db } = database;
  const limits = { ...usual, ...deps.limits };
  const holder = randomUUID();
  const running = new Map<string, Running>();
  const background = new Set<Promise<void>>();
  const singles = new Map<string, ReturnType<typeof createSlots>>();
  const broadcasts = new Map<string, ReturnType<typeof createSlots>>();
  const aloneUntil = new Map<string, number>();
  const stopped = new AbortController();
  let refreshed = Number.NEGATIVE_INFINITY;
  let troubles = 0;

  const lease = (): Lease => ({ holder, now: clock.now(), until: clock.now() + limits.leaseMs });
  const stopping = () => stopped.signal.aborted;
  const slotsOf = (slots: typeof singles, channel: string, count: number) => {
    const known = slots.get(channel) ?? createSlots(count);
    slots.set(channel, known);
    return known;
  };

  // Reaching the disk is the dear part: those who mark, settle or let go within some ms share a statement, and on SQLite,
  // where the whole process waits for the disk, the statements share a transaction.
  const write = <T>(work: (on: Kysely<Tables>) => Promise<T>): Promise<T> =>
    database.engine === 'sqlite' ? database.together(work) : work(db);
  const mark = groupCommit(
    async (ids: readonly string[]) => {
      const marked = new Set(await write((on) => markSending(on, ids, lease())));
      return ids.map((id) => marked.has(id));
    },
    CALLERS_A_GROUP,
    MARK_WITHIN_MS,
  );
  const settleOne = groupCommit(
    async (ends: readonly { row: OutboxRow; end: End }[]) => {
      await write(async (on) => {
        for (const group of Map.groupBy(ends, ({ end }) => `${end.state} ${end.why} ${end.channel}`).values()) {
          const ids = group.map(({ row }) => row.id);
          if (group[0]) await settleRows(on, ids, group[0].end, lease());
        }
      });
      return ends;
    },
    CALLERS_A_GROUP,
    SETTLE_WITHIN_MS,
  );
  const settleSentOne = groupCommit(
    async (sent: readonly { id: string; receipt: string | null; channel: string }[]) => {
      await write(async (on) => {
        for (const [channel, rows] of Map.groupBy(sent, (one) => one.channel))
          await settleSent(on, rows, channel, lease());
      });
      return sent;
    },
    CALLERS_A_GROUP,
    SETTLE_WITHIN_MS,
  );
  const putBackAll = (keep: boolean) =>
    groupCommit(
      async (rows: readonly { id: string; dueAt: number }[]) => {
        await write((on) => putAllBack(on, rows, { unsure: false, keep }, lease()));
        return rows;
      },
      CALLERS_A_GROUP,
      SETTLE_WITHIN_MS,
    );
  const putBackOne = putBackAll(false);
  /** It stays in these hands. */
  const keepOne = putBackAll(true);
  const letGoOne = groupCommit(async (ids: readonly string[]) => {
    await letGo(db, ids, lease());
    return ids;
  }, CALLERS_A_GROUP);

  async function settle(
    { row, channel }: Pick<InHand, 'row'> & { channel?: string },
    state: End['state'],
    why: string | null,
  ) {
    await settleOne({ row, end: { state, why, ...(channel === undefined ? {} : { channel }) } });
    report.count('outbox', { kind: row.kind, state });
  }

  async function settleAsSent({ row, channel }: InHand, receipt: string | null): Promise<void> {
    await settleSentOne({ id: row.id, receipt, channel });
    report.count('outbox', { kind: row.kind, state: 'sent' });
  }

  const rounds = createRounds(lookOnce, { pollMs: limits.pollMs, fault: (error) => report.fault('bulk', error) });
  const { look } = rounds;

  async function lookOnce(): Promise<boolean> {
    await deps.abandoned.takeUp();
    if (Math.abs(clock.now() - refreshed) >= limits.pollMs) await refresh();
    return claimInTurn();
  }

  /** What is no longer to be sent stops at once; those in doubt there are judged. */
  async function refresh(): Promise<void> {
    refreshed = clock.now();
    const before = troubles;
    const wanted = new Map((await deps.jobs()).map((job) => [job.group, job]));
    // Asked before a job was stopped, answered after: it would go on.
    if (troubles !== before) return;
    for (const job of running.values()) {
      if (job.troubled) continue;
      job.active = wanted.has(job.group);
      if (!job.active) await judge(job);
      if (!job.active && job.inHand === 0) running.delete(job.group);
    }
    for (const { group, blockedIsFine } of wanted.values()) {
      const job = running.get(group);
      if (job) job.blockedIsFine = blockedIsFine;
      else running.set(group, begun(group, blockedIsFine));
    }
  }

  function begun(group: string, blockedIsFine: boolean): Running {
    const batch = Math.min(FIRST_BATCH, limits.batch);
    return { group, blockedIsFine, active: true, troubled: false, inHand: 0, batch, breakers: new Map() };
  }

  /** A batch of each job that has room. @returns whether there was anything to claim */
  async function claimInTurn(): Promise<boolean> {
    let claimed = false;
    for (const job of running.values()) {
      if (!job.active || job.inHand > job.batch / 2 || stopping()) continue;
      const rows = await claimRows(database, { group: job.group }, job.batch, lease());
      if (rows.length === 0) {
        if (job.inHand === 0) await judge(job);
        continue;
      }
      claimed = true;
      takeInHand(job, rows);
    }
    for (const job of running.values()) await judgeOld(job);
    return claimed;
  }

  /** Nobody waits for it but `stop`. What could not be written keeps its lease, and is found when that is over. */
  function inBackground(working: Promise<unknown>, then: () => void = () => undefined): void {
    const work: Promise<void> = working
      .catch((error: unknown) => void report.fault('bulk', error))
      .then(() => {
        background.delete(work);
        then();
      });
    background.add(work);
  }

  function takeInHand(job: Running, rows: readonly OutboxRow[]): void {
    job.inHand += rows.length;
    const began = performance.now();
    inBackground(handle(job, rows), () => {
      if (rows.length === job.batch) job.batch = nextBatch(job.batch, performance.now() - began);
      void look();
    });
  }

  function nextBatch(batch: number, tookMs: number): number {
    if (tookMs < BATCH_MS / 2) return Math.min(limits.batch, batch * 2);
    return tookMs > BATCH_MS * 2 ? Math.max(Math.min(SMALLEST_BATCH, limits.batch), Math.floor(batch / 2)) : batch;
  }

  /** One row has left this process's hands. */
  function done(job: Running): void {
    job.inHand -= 1;
    if (job.inHand === Math.floor(job.batch / 2)) void look();
  }

  async function handle(job: Running, rows: readonly OutboxRow[]): Promise<void> {
    const left = new Set(rows);
    /** Each row is somebody's job once; whatever happens to it, the count comes right. */
    const each = async (row: OutboxRow, work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        report.fault('bulk', error);
      } finally {
        if (left.delete(row)) done(job);
      }
    };
    try {
      const sends: Send<Words>[] = [];
      const others: Promise<void>[] = [];
      for (const { row, prepared } of await prepareAll(rows)) {
        if (prepared.do !== 'send') others.push(each(row, () => notToBeSent(row, prepared)));
        else {
          const { to, words, key, edit } = prepared;
          const there = edit && to.find(({ channel }) => channel === edit.channel);
          const first = there ?? to[0];
          if (!first) others.push(each(row, () => settle({ row }, 'failed', 'gone')));
          else {
            const item = { job, row, channel: first.channel, others: to.length - 1 };
            sends.push({ item, to: first, words, key, edit: there && edit?.receipt });
          }
        }
      }
      const { alone, together } = apart(sends);
      await Promise.all([
        ...others,
        ...alone.map((send) => each(send.item.row, () => sendOne(send))),
        ...together.map((sends) => sendTogether(sends, each).catch((error: unknown) => report.fault('bulk', error))),
      ]);
    } finally {
      for (const row of left) if (left.delete(row)) done(job);
    }
  }

  type Decided = {
    row: OutboxRow;
    prepared: BulkPrepared<Words> | { do: 'settle'; state: End['state']; why: string | null } | { do: 'broken' };
  };

  function notToBeSent(row: OutboxRow, prepared: Exclude<Decided['prepared'], { do: 'send' }>): Promise<unknown> {
    switch (prepared.do) {
      case 'settle':
        return settle({ row }, prepared.state, prepared.why);
      case 'drop':
        return settle({ row }, 'withdrawn', prepared.why ?? null);
      case 'wait':
        return putBackOne({ id: row.id, dueAt: laterFor(row, Math.max(prepared.until, clock.now() + limits.pollMs)) });
      case 'broken':
        return putBackOne({ id: row.id, dueAt: laterFor(row, clock.now() + BROKEN_MS) });
    }
  }

  async function prepareAll(rows: readonly OutboxRow[]): Promise<Decided[]> {
    const now = clock.now();
    const decided: Decided[] = [];
    const dues: { row: OutboxRow; due: Due }[] = [];
    for (const row of rows) {
      const { person, kind, due_at: dueAt, not_after: notAfter } = row;
      const text = row.payload === null ? null : seal.open(row.payload, row.id);
      if (notAfter === 0) decided.push({ row, prepared: { do: 'drop' } });
      else if (notAfter <= now) {
        const why = row.attempts > 0 ? 'down' : 'late';
        decided.push({ row, prepared: { do: 'settle', state: 'failed', why } });
      } else if (text === null) {
        // Sealed under a key that is gone: nobody can read it any more.
        decided.push({ row, prepared: { do: 'settle', state: 'failed', why: 'unreadable' } });
      } else dues.push({ row, due: { person, kind, payload: JSON.parse(text), dueAt, notAfter } });
    }
    if (dues.length === 0) return decided;
    try {
      const prepared = await deps.prepare(dues.map(({ due }) => due));
      for (const [i, { row }] of dues.entries()) decided.push({ row, prepared: prepared[i] ?? { do: 'broken' } });
    } catch (error) {
      report.fault('outbox', error);
      // One that can't be prepared must not hold up the others.
      for (const { row, due } of dues) {
        const [prepared] = await deps.prepare([due]).catch(() => []);
        decided.push({ row, prepared: prepared ?? { do: 'broken' } });
      }
    }
    return decided;
  }

  /** Where the channel takes one call for many, those with the same words go together. */
  function apart(sends: readonly Send<Words>[]): { alone: Send<Words>[]; together: Send<Words>[][] } {
    const alone: Send<Words>[] = [];
    const together: Send<Words>[][] = [];
    for (const same of Map.groupBy(sends, sameWords).values()) {
      const [one] = same;
      const most = (one && manyOf(one)?.most) ?? 1;
      const fit = same.filter(({ edit }) => edit === undefined);
      if (most < 2 || fit.length < 2) alone.push(...same);
      else {
        alone.push(...same.filter(({ edit }) => edit !== undefined));
        for (let start = 0; start < fit.length; start += most) together.push(fit.slice(start, start + most));
      }
    }
    return { alone, together };
  }

  const sameWords = ({ to, key }: Send<Words>) => `${to.channel} ${key}`;

  function manyOf(send: Send<Words>): ManyCall<Words> | null {
    return (aloneUntil.get(sameWords(send)) ?? 0) > clock.now() ? null : deps.many(send.to.channel);
  }

  function rememberAlone(send: Send<Words>): void {
    for (const [words, until] of aloneUntil) if (until <= clock.now()) aloneUntil.delete(words);
    aloneUntil.set(sameWords(send), clock.now() + ALONE_FOR_MS);
  }

  const mayGo = (job: Running) => job.active && !stopping();

  function sendOne({ item, to, words, edit }: Send<Words>): Promise<unknown> {
    const { job, row, channel } = item;
    return slotsOf(singles, channel, limits.parallel).in(async () => {
      let marked: boolean | null = null;
      let markedAt = 0;
      const ready = async () => {
        if (mayGo(job)) marked = await mark(row.id);
        markedAt = performance.now();
        return marked ?? false;
      };
      const turn = mayGo(job) && (await turns.patiently(channel, to.sender, stopped.signal, ready));
      // Withdrawn, forgotten, or somebody else's by now.
      if (marked === false) return;
      if (marked === null) return letGoOne(row.id);
      if (!turn || !mayGo(job)) return putBackOne({ id: row.id, dueAt: row.due_at });
      // The platform asked for a pause meanwhile, and they may have been forgotten in it.
      if (performance.now() - markedAt > LONG_MS && !(await isStillWanted(db, row.id, holder)))
        return putBackOne({ id: row.id, dueAt: row.due_at });
      row.attempts += 1;
      const outcome = await call(() => deps.one(channel, to.sender, words, edit));
      return conclude(item, outcome);
    });
  }

  /** One call at a time: whoever is in it is uncertain if the process dies. */
  function sendTogether(
    sends: readonly Send<Words>[],
    each: (row: OutboxRow, work: () => Promise<unknown>) => Promise<void>,
  ): Promise<unknown> {
    const [first] = sends;
    if (!first) return Promise.resolve();
    const { job, channel } = first.item;
    return slotsOf(broadcasts, channel, 1)
      .in(async () => {
        const many = manyOf(first);
        if (!many) return sends;
        if (!mayGo(job) || !(await turns.patiently(channel, null, stopped.signal)) || !mayGo(job)) {
          await Promise.all(sends.map(({ item }) => each(item.row, () => letGoOne(item.row.id))));
          return [];
        }
        const ids = await markSending(
          db,
          sends.map(({ item }) => item.row.id),
          lease(),
        );
        const marked = new Set(ids);
        const inCall = sends.filter(({ item }) => marked.has(item.row.id));
        const settled = sends
          .filter(({ item }) => !marked.has(item.row.id))
          .map(({ item }) => each(item.row, async () => undefined));
        for (const { item } of inCall) item.row.attempts += 1;
        const outcomes =
          inCall.length === 0
            ? []
            : await callMany(
                () =>
                  many.send(
                    inCall.map(({ to }) => to.sender),
                    first.words,
                  ),
                inCall.length,
              );
        const again: Send<Words>[] = [];
        // The same chance for all of a call: they may go together once more.
        const chance = Math.random();
        for (const [i, send] of inCall.entries()) {
          const outcome = outcomes[i] ?? unknown;
          if (outcome.outcome === 'unsupported') again.push(send);
          else settled.push(each(send.item.row, () => conclude(send.item, outcome, chance)));
        }
        if (again.length > 0) {
          rememberAlone(first);
          const rows = again.map(({ item }) => ({ id: item.row.id, dueAt: item.row.due_at }));
          await putAllBack(db, rows, { unsure: false, keep: true }, lease());
        }
        await Promise.all(settled);
        return again;
      })
      .then((again) => Promise.all(again.map((send) => each(send.item.row, () => sendOne(send)))));
  }

  const unknown = { outcome: 'later', afterMs: 0, limited: false, uncertain: true } as const;

  const ended = <T>(calling: () => Promise<T>) =>
    inTime(calling, limits.callMs, (error) => report.fault('outbox', error));
  const call = async (calling: () => Promise<BulkOutcome>): Promise<BulkOutcome> => (await ended(calling)) ?? unknown;
  const callMany = async (calling: () => Promise<readonly BulkOutcome[]>, count: number) =>
    (await ended(calling)) ?? Array.from({ length: count }, () => unknown);

  async function conclude(item: InHand, outcome: BulkOutcome, chance = Math.random()): Promise<unknown> {
    const { job, row, channel } = item;
    switch (outcome.outcome) {
      case 'sent':
        answered(item, null);
        return settleAsSent(item, outcome.receipt ?? null);
      case 'refused':
      case 'unsupported':
        answered(item, null);
        return settle(item, 'failed', 'refused');
      case 'gone':
        return maybeGone(item);
      case 'account':
        stop(job, { why: 'account' });
        return putBackOne({ id: row.id, dueAt: row.due_at });
      case 'later': {
        if (outcome.uncertain) return settle(item, 'uncertain', null);
        const pause = channelPauseMs(outcome);
        if (pause > 0) await turns.hold(channel, pause);
        const dueAt = Math.ceil(clock.now() + pauseMs(outcome, row, chance));
        if (!isWorthAnother(outcome, row, dueAt)) return settle(item, 'failed', 'down');
        return putBackOne({ id: row.id, dueAt });
      }
    }
  }

  /** It surely has not arrived, so it waits again, in these hands, until it is known whether so many can be gone. */
  async function maybeGone(item: InHand): Promise<unknown> {
    const { job, row } = item;
    if (!job.active) return putBackOne({ id: row.id, dueAt: row.due_at });
    if (job.blockedIsFine) return surelyGone(item);
    // Met again after all others if this process dies: first of all, they would look like a fault of the provider.
    await keepOne({ id: row.id, dueAt: clock.now() });
    // Stopped meanwhile.
    if (!job.active) return letGoOne(row.id);
    answered(item, item);
  }

  function answered({ job, channel }: InHand, gone: InHand | null): void {
    if (!job.active || (job.blockedIsFine && !gone)) return;
    const breaker = job.breakers.get(channel) ?? createBreaker<InHand>(() => clock.now());
    job.breakers.set(channel, breaker);
    const { gone: certain, tripped } = breaker.answer(gone);
    for (const item of certain) inBackground(surelyGone(item));
    if (!tripped) return;
    stop(job, { why: 'blocked', blocked: tripped.blocked, of: tripped.of });
    for (const { row } of tripped.doubtful) inBackground(letGoOne(row.id));
  }

  async function surelyGone(item: InHand): Promise<unknown> {
    const { row, channel, others } = item;
    await deps.gone(row.person, channel).catch((error: unknown) => report.fault('outbox', error));
    if (others === 0 || row.attempts >= MOST_ACCOUNTS) return settle(item, 'failed', 'gone');
    // Another account of theirs may still be there.
    await putBackOne({ id: row.id, dueAt: clock.now() });
    return void look();
  }

  /** Nothing more is coming for now: those in doubt leave, one way or the other. */
  async function judge(job: Running): Promise<void> {
    for (const breaker of job.breakers.values()) {
      const { gone, doubtful } = breaker.judge();
      // So few say little: they are not opted out, and the next announcement meets them again.
      if (gone) for (const item of doubtful) await surelyGone(item);
      else if (job.active) await Promise.all(doubtful.map((item) => settle(item, 'failed', 'gone')));
      else await Promise.all(doubtful.map((item) => letGoOne(item.row.id)));
    }
  }

  /** They are held by their lease, and that ends. */
  async function judgeOld(job: Running): Promise<void> {
    const old = clock.now() - limits.leaseMs / 3;
    if ([...job.breakers.values()].some((breaker) => (breaker.waitsSince() ?? old) < old)) await judge(job);
  }

  /** Nothing more of this job goes out until a person has said so. */
  function stop(job: Running, trouble: Trouble): void {
    if (job.troubled) return;
    job.troubled = true;
    job.active = false;
    troubles += 1;
    const asking = async () => {
      try {
        await deps.trouble(job.group, trouble);
      } finally {
        await judge(job);
        job.breakers.clear();
        job.troubled = false;
        troubles += 1;
        refreshed = Number.NEGATIVE_INFINITY;
      }
    };
    inBackground(asking(), () => void look());
  }

  return {
    start: rounds.start,
    wake: rounds.wake,
    async stop() {
      stopped.abort();
      rounds.end();
      await rounds.over();
      while (background.size > 0) await Promise.all(background);
      for (const job of running.values()) {
        const doubtful = [...job.breakers.values()].flatMap((breaker) => breaker.judge().doubtful);
        await letGo(
          db,
          doubtful.map(({ row }) => row.id),
          lease(),
        );
      }
    },
    async drain() {
      refreshed = Number.NEGATIVE_INFINITY;
      do {
        await look();
        await Promise.all(background);
      } while (rounds.looking || background.size > 0);
    },
  };
}

/** When its time comes it is too late, and says so then: it may be withdrawn before. */
function laterFor(row: OutboxRow, at: number): number {
  return Math.ceil(Math.min(at, row.not_after));
}
