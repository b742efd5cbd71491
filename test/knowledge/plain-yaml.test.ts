import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readPlainYaml } from '../../src/knowledge/plain-yaml.ts';

describe('the fast YAML reader', () => {
  const files = globSync('content/**/*.yaml');

  test('reads every content file exactly as the full parser does, or leaves it to that', () => {
    const left: string[] = [];
    for (const file of files) {
      const source = readFileSync(file, 'utf8');
      const plain = readPlainYaml(source);
      if (plain === undefined) left.push(file);
      else expect(plain, file).toEqual(parse(source));
    }
    expect(left.length, `left to the full parser: ${left.join(', ')}`).toBeLessThan(files.length / 10);
  });

  test.each([
    ['a: 1\nb: "x: y"\nc: [1, "two", three]\nd:\n  - e: f\n    g: |-\n      line\n      more\n  - h\n'],
    ['- {a: 1, b: "c"}\n- ~\n- "a \\"quoted\\" word"\n- \'it\'\'s\'\n'],
    ['a:\n- b\n- c # a remark\nd: e#f\n'],
    ['"no": yes\nname: пʼять\nempty:\nlist: []\n'],
    ['text: |\n  one\n\n  two\n\nnext: 2026-11-24\n'],
  ])('agrees with the full parser on %j', (source) => {
    expect(readPlainYaml(source)).toEqual(parse(source));
  });

  test.each([
    ['a: &anchor 1\nb: *anchor\n'],
    ['a: one\n  two\n'],
    ['a: >-\n  folded\n'],
    ['a: 1\na: 2\n'],
    ['a: b: c\n'],
    ['a: "not closed\n'],
    ['---\na: 1\n'],
    ['a:\n\tb: 1\n'],
    ['a: [1, 2\n'],
    ['a: 1e3\n'],
  ])('leaves %j to the full parser', (source) => {
    expect(readPlainYaml(source)).toBeUndefined();
  });
});
