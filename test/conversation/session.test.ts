import fc from 'fast-check';
import { expect, it } from 'vitest';
import { emptySession, readSession, type Session, writeSession } from '../../src/conversation/session.ts';
import { languages } from '../../src/texts.ts';

const word = fc.string({ maxLength: 20 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const sessions: fc.Arbitrary<Session> = fc.record({
  v: fc.constant(1 as const),
  language: maybe(fc.constantFrom(...languages)),
  country: maybe(fc.constantFrom('pl', 'de', 'ua')),
  zone: maybe(word),
  library: maybe(word),
  at: maybe(
    fc.record({
      flow: word,
      step: word,
      // A key that JavaScript keeps for itself is no name of ours.
      told: fc.dictionary(
        word.filter((key) => key !== '__proto__'),
        word,
        { noNullPrototype: true },
      ),
    }),
  ),
});

it('comes back from the store as it went in', () => {
  fc.assert(
    fc.property(sessions, (session) => {
      expect(readSession(writeSession(session))).toEqual(session);
    }),
  );
});

it('stored by the program of yesterday, with the names of its fields, it is still read', () => {
  const session = { ...emptySession, language: 'pl', at: { flow: 'book', step: 'how', told: { kind: 'visit' } } };
  expect(readSession(JSON.stringify(session))).toEqual(session);
});

it.each(['', 'null', '[]', '[2,null,null,null,null,null]', '{"v":1}', '[1,"xx",null,null,null,null]', '[1'])(
  'that says %j is unreadable, which is not the same as absent',
  (text) => {
    expect(readSession(text)).toBeNull();
  },
);
