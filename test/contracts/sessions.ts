import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sessions } from '../../src/storage/sessions/contract.ts';

/** `pass` lets the given time go by: on the injected clock, or on the server's by asking it to age the key. */
export type SessionsBench = {
  sessions: Sessions;
  ttlMs: number;
  pass(person: string, ms: number): Promise<void>;
  close(): Promise<void>;
};

/** What every store of conversations must do. */
export function sessionsContract(name: string, open: () => Promise<SessionsBench>): void {
  describe(`sessions: ${name}`, () => {
    let bench: SessionsBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());
    const answer = (eventId: string, replies = '["привіт"]') => ({ eventId, replies });

    test('someone new has no session', async () => {
      expect(await bench.sessions.load(randomUUID())).toEqual({ session: null, answered: null });
    });

    test('a session comes back as it was, with the replies that are still to be sent', async () => {
      const person = randomUUID();
      const text = '{"v":1,"flow":"book","note":"п’ять 🏠 \\n \' {0}"}';
      await bench.sessions.save(person, text, answer('web:1'));
      expect(await bench.sessions.load(person)).toEqual({ session: text, answered: answer('web:1') });
    });

    test('empty text is not the same as absent', async () => {
      const person = randomUUID();
      await bench.sessions.save(person, '', answer('web:1', ''));
      expect(await bench.sessions.load(person)).toEqual({ session: '', answered: answer('web:1', '') });
    });

    test('replies that were sent are forgotten, and the session stays', async () => {
      const person = randomUUID();
      await bench.sessions.save(person, 'a', answer('web:1'));
      await bench.sessions.sent(person, 'web:1');
      expect(await bench.sessions.load(person)).toEqual({ session: 'a', answered: null });
      await bench.sessions.sent(person, 'web:1');
      expect(await bench.sessions.load(person)).toEqual({ session: 'a', answered: null });
    });

    test('a late word that old replies were sent does not drop the new ones', async () => {
      const person = randomUUID();
      await bench.sessions.save(person, 'a', answer('web:1'));
      await bench.sessions.save(person, 'b', answer('web:2'));
      await bench.sessions.sent(person, 'web:1');
      expect(await bench.sessions.load(person)).toEqual({ session: 'b', answered: answer('web:2') });
    });

    test('session and replies are one write: never the one of an event with the other of another', async () => {
      const person = randomUUID();
      const rounds = Array.from({ length: 50 }, (_, index) => String(index));
      const [, ...seen] = await Promise.all([
        Promise.all(rounds.map((id) => bench.sessions.save(person, id, answer(id)))),
        ...rounds.map(() => bench.sessions.load(person)),
      ]);
      for (const { session, answered } of seen) expect(answered?.eventId ?? null).toBe(session);
      expect((await bench.sessions.load(person)).session).toBe('49');
    });

    test('people do not see each other', async () => {
      const people = Array.from({ length: 30 }, () => randomUUID());
      await Promise.all(people.map((person) => bench.sessions.save(person, person, answer(person))));
      const loaded = await Promise.all(people.map((person) => bench.sessions.load(person)));
      expect(loaded.map((each) => each.session)).toEqual(people);
      await bench.sessions.forget(people[0] as string);
      expect(await bench.sessions.load(people[0] as string)).toEqual({ session: null, answered: null });
      expect((await bench.sessions.load(people[1] as string)).session).toBe(people[1]);
    });

    test('a session ends after its time, which every answer begins anew', async () => {
      const person = randomUUID();
      await bench.sessions.save(person, 'a', answer('web:1'));
      await bench.pass(person, bench.ttlMs - 5_000);
      await bench.sessions.save(person, 'b', answer('web:2'));
      await bench.pass(person, bench.ttlMs - 5_000);
      expect((await bench.sessions.load(person)).session).toBe('b');
      await bench.sessions.sent(person, 'web:2');
      await bench.pass(person, 5_001);
      expect(await bench.sessions.load(person)).toEqual({ session: null, answered: null });
      await bench.sessions.save(person, 'c', answer('web:3'));
      expect((await bench.sessions.load(person)).session).toBe('c');
    });
  });
}
