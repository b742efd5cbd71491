import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { unitsOf } from '../../src/bookings/slots.ts';
import type { Database, DatabaseConfig } from '../../src/storage/database.ts';
import type { Call, FromRacer, Result, ToRacer } from './racer.ts';

/** A colleague process with the same database. */
export class Racer {
  readonly #child: ChildProcess;
  private constructor(child: ChildProcess) {
    this.#child = child;
  }
  static async start(config: DatabaseConfig): Promise<Racer> {
    const racer = new Racer(fork(join(import.meta.dirname, 'racer.ts'), { execArgv: [] }));
    await racer.#ask({ open: config });
    return racer;
  }
  async run(calls: readonly Call[]): Promise<readonly Result[]> {
    const answer = await this.#ask({ run: calls });
    return typeof answer === 'object' && 'results' in answer ? answer.results : [];
  }
  async end(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.send('end' satisfies ToRacer);
    await exit;
  }
  async #ask(message: ToRacer): Promise<FromRacer> {
    const answer = once(this.#child, 'message');
    this.#child.send(message);
    const [said] = (await answer) as [FromRacer];
    if (typeof said === 'object' && 'failed' in said) throw new Error(said.failed);
    return said;
  }
}

export const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** The calls dealt out to several processes, run at the same time; results in the order of the calls. */
export async function dealtOut(racers: readonly Racer[], calls: readonly Call[]): Promise<readonly Result[]> {
  const hands = racers.map((_, hand) => calls.filter((_, i) => i % racers.length === hand));
  const results = await Promise.all(racers.map((racer, hand) => racer.run(hands[hand] ?? [])));
  return calls.map((_, i) => results[i % racers.length]?.[Math.floor(i / racers.length)] as Result);
}

/**
 * What must hold whatever has happened: the units taken are exactly those of the open bookings and of the times that are
 * held for somebody, nobody meets, and every change of a booking is on record.
 */
export async function balanced({ db }: Database): Promise<void> {
  const rows = await db.selectFrom('bookings').selectAll().execute();
  const waits = await db.selectFrom('booking_waits').selectAll().where('state', '=', 'offered').execute();
  const expected = new Map<string, { session: string; taken: number }>();
  const take = (consultant: string, session: string, from: number, to: number) => {
    for (let unit = from; unit < to; unit++) {
      const key = `${consultant} ${unit}`;
      const held = expected.get(key) ?? { session, taken: 0 };
      expect(held.session, 'two consultations at the same time').toBe(session);
      expected.set(key, { session, taken: held.taken + 1 });
    }
  };
  for (const row of rows.filter(({ state }) => state !== 'cancelled')) {
    expect(row.from_unit).toBe(unitsOf(row.wall, row.zone, row.minutes).from);
    take(row.consultant, `${row.kind}@${row.wall}`, row.from_unit, row.to_unit);
  }
  for (const { consultant, kind, wall, from_unit, to_unit } of waits) {
    take(String(consultant), `${kind}@${wall}`, Number(from_unit), Number(to_unit));
  }
  const units = await db.selectFrom('booking_slots').selectAll().execute();
  const stored = units.map((u) => [`${u.consultant} ${u.unit}`, { session: u.session, taken: u.taken }] as const);
  expect(new Map(stored)).toEqual(expected);
  for (const { taken, capacity } of units) expect(taken).toBeLessThanOrEqual(capacity);
  const events = await db.selectFrom('booking_events').selectAll().execute();
  for (const row of rows) {
    const versions = events.filter((event) => event.booking === row.id).map((event) => event.version);
    expect(versions.sort((a, b) => a - b)).toEqual(many(row.version, (i) => i + 1));
  }
}
