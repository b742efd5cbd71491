import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ContentError, readContentFile } from '../src/content-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'vistka-content-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(source: string): string {
  const file = join(folder, 'file.yaml');
  writeFileSync(file, source);
  return file;
}

function faultsOf(source: string, schema: z.ZodType = z.unknown()) {
  try {
    readContentFile(written(source), schema);
    return [];
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return error.faults.map(({ line, field }) => [line, field]);
  }
}

describe('a content file', () => {
  it('is read the same by the quick parser as by the one that tells faults, for all of content/', () => {
    const files = globSync('content/**/*.yaml');
    expect(files.length).toBeGreaterThan(100);
    for (const file of files)
      expect(readContentFile(file, z.unknown()).value, file).toEqual(parse(readFileSync(file, 'utf8')));
  });

  it.each([
    ['a: 1\nb: "x: y"\nc: [1, "two", three]\nd:\n  - e: f\n    g: |-\n      line\n      more\n  - h\n'],
    ['"no": yes\nname: пʼять\nempty:\nlist: []\n'],
    ['day: 2026-11-24\nhour: 09:30\nphone: +380800505501\nold: 0800\n'],
  ])('means the same to both: %j', (source) => {
    expect(readContentFile(written(source), z.unknown()).value).toEqual(parse(source));
  });

  it.each([
    ['a key that stands twice', 'a: 1\na: 2\n', 2],
    ['a quote that is not closed', 'a: 1\nb: "open\n', 3],
    ['a tab for an indent', 'a:\n\tb: 1\n', 2],
  ])('with %s is refused, and the line is told', (_, source, line) => {
    expect(faultsOf(source)[0]).toEqual([line, '(yaml)']);
  });

  it('that says something else than its schema is refused with line and field', () => {
    const schema = z.object({ title: z.string(), steps: z.array(z.string()) });
    expect(faultsOf('title: Так\nsteps:\n  - one\n  - 2\n', schema)).toEqual([[4, 'steps.1']]);
  });

  it('tells the line of a field for rules that look at meaning', () => {
    const { lineOf } = readContentFile(written('title: Так\nsteps:\n  - one\n  - two\n'), z.unknown());
    expect(lineOf(['steps', 1])).toBe(4);
    expect(lineOf(['title'])).toBe(1);
    expect(lineOf(['nowhere'])).toBe(1);
  });
});
