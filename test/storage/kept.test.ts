import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKept } from '../../src/storage/kept.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vistka-kept-'));
  mkdirSync(join(dir, 'from'));
  writeFileSync(join(dir, 'from', 'a.yaml'), 'one');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const value = Buffer.from('what was worked out');

describe('what is kept for the next start', () => {
  test('comes back under the key of the files that it was made of', () => {
    const kept = createKept(join(dir, 'kept'));
    const key = kept.keyOf([join(dir, 'from')]) ?? '';
    kept.write('it', key, value);
    expect(createKept(join(dir, 'kept')).read('it', key)).toEqual(value);
  });

  test('is as good as absent once a file was changed, added, removed or renamed', () => {
    const { keyOf } = createKept(join(dir, 'kept'));
    const key = () => keyOf([join(dir, 'from')]);
    const keys = [key()];
    const then = (change: () => void) => {
      change();
      keys.push(key());
    };
    then(() => writeFileSync(join(dir, 'from', 'a.yaml'), 'two'));
    then(() => writeFileSync(join(dir, 'from', 'b.yaml'), ''));
    then(() => rmSync(join(dir, 'from', 'a.yaml')));
    then(() => {
      rmSync(join(dir, 'from', 'b.yaml'));
      writeFileSync(join(dir, 'from', 'c.yaml'), '');
    });
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is as good as absent when the disk has damaged it or lost its end', () => {
    const kept = createKept(join(dir, 'kept'));
    const key = kept.keyOf([join(dir, 'from')]) ?? '';
    kept.write('it', key, value);
    const file = join(dir, 'kept', 'it');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, -1));
    expect(kept.read('it', key)).toBeNull();
    whole[whole.length - 1] = 0;
    writeFileSync(file, whole);
    expect(kept.read('it', key)).toBeNull();
  });

  test('has no key where a file can’t be read, and a folder that can’t be written is no failure', () => {
    const kept = createKept(join(dir, 'from', 'a.yaml'));
    expect(kept.keyOf([join(dir, 'gone')])).toBeNull();
    kept.write('it', 'key', value);
    expect(kept.read('it', 'key')).toBeNull();
  });
});
