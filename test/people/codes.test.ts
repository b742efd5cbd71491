import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeFrom, readCode } from '../../src/people/codes.ts';
import { createSeal } from '../../src/storage/seal.ts';

const seal = createSeal([randomBytes(32)]);

describe('a code that is read from one screen and typed on another', () => {
  it('is read back however it was typed: small letters, spaces, dashes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom(8, 16), (seed, length) => {
        const code = codeFrom(seal, seed, length);
        expect(code).toHaveLength(length);
        expect(readCode(code, length)).toBe(code);
        const halves = [code.slice(0, 4), code.slice(4)];
        expect(readCode(halves.join(' ').toLowerCase(), length)).toBe(code);
        expect(readCode(` ${halves.join('-')} `, length)).toBe(code);
      }),
    );
  });

  it('is read when the phone wrote Cyrillic letters that look the same', () => {
    expect(readCode('асен кмрт', 8)).toBe('ACEHKMPT');
    expect(readCode('ХУ34 6789', 8)).toBe('XY346789');
  });

  it('is none when it is too short, too long, or an ordinary word', () => {
    for (const typed of ['', 'ACEHKMP', 'ACEHKMPTT', 'привіт, я', 'OOOOOOOO', '11111111']) {
      expect(readCode(typed, 8)).toBeNull();
    }
  });

  it('is the same for the same event, another for another, and nobody without the key can make it', () => {
    expect(codeFrom(seal, 'a', 8)).toBe(codeFrom(seal, 'a', 8));
    expect(codeFrom(seal, 'a', 8)).not.toBe(codeFrom(seal, 'b', 8));
    expect(codeFrom(createSeal([randomBytes(32)]), 'a', 8)).not.toBe(codeFrom(seal, 'a', 8));
  });
});
