import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkContent } from '../../src/cli/check-content.ts';

const today = '2026-11-25';

it('finds nothing to mend in the content as it is', () => {
  const { faults } = checkContent('content', today);
  expect(faults.map(({ file, line, field, message }) => `${file}:${line} ${field}: ${message}`)).toEqual([]);
});

describe('an editor who made a slip', () => {
  let content: string;
  beforeAll(async () => {
    content = join(await mkdtemp(join(tmpdir(), 'vistka-check-')), 'content');
    await cp('content', content, { recursive: true });
  });
  afterAll(() => rm(join(content, '..'), { recursive: true, force: true }));

  /** What is told of the file when `from` in it has become `to`. */
  async function told(file: string, from: string | RegExp, to: string, day = today): Promise<string[]> {
    const path = join(content, file);
    const before = await readFile(path, 'utf8');
    expect(before).toMatch(from);
    await writeFile(path, before.replace(from, to));
    const { faults } = checkContent(content, day);
    await writeFile(path, before);
    return faults.map(
      (fault) => `${fault.file.slice(content.length + 1)}:${fault.line} ${fault.field}: ${fault.message}`,
    );
  }

  it.each([
    [
      'articles/dismissal/article.yaml',
      '- pl-free-legal-aid',
      '- pl-no-such-thing',
      'resources.1: there is no resource "pl-no-such-thing"',
    ],
    [
      'articles/dismissal/article.yaml',
      '- unpaid-wages',
      '- unpaid-wage',
      'related.0: there is no article "unpaid-wage"',
    ],
    [
      'danger/numbers.yaml',
      'pl-kcik-trafficking-24h',
      'pl-kcik',
      'lines.pl.trafficking.0: there is no resource "pl-kcik"',
    ],
    [
      'resources/pl.yaml',
      'topics: [forced-labour',
      'topics: [forced-work',
      '0.topics.0: there is no article "forced-work"',
    ],
    ['resources/pl.yaml', '"+48226280120"', '"+4822628012"', '0.phones.0.number: +4822628012 is not a valid number'],
    ['articles/dismissal/uk.yaml', 'Попросіть', 'Пoпросіть', 'steps.0: Latin and Cyrillic letters in one word'],
    ['kinds.yaml', 'Порада юриста', 'Порадa юриста', 'kinds.0.name.uk: Latin and Cyrillic'],
    [
      'articles/dismissal/uk.yaml',
      /title: .*/,
      `title: ${'а'.repeat(41)}`,
      'title: a title is also a button: at most 40',
    ],
    [
      'articles/dismissal/uk.yaml',
      /- Попросіть [^\n]*/,
      '- Є одне: папір',
      'steps.0: write a text; one that has ": " in it',
    ],
    ['demo/bookings.yaml', /library: [a-z-]+/, 'library: no-such-library', 'there is no library "no-such-library"'],
  ])('is told in %s, when %s became %s: %s', async (file, from, to, expected) => {
    const faults = await told(file, from, to);
    expect(
      faults.some((fault) => fault.includes(expected)),
      faults.join('\n'),
    ).toBe(true);
  });

  it('is told the very line', async () => {
    const [fault] = await told('articles/dismissal/uk.yaml', 'Попросіть', 'Пoпросіть');
    const lines = (await readFile(join(content, 'articles/dismissal/uk.yaml'), 'utf8')).split('\n');
    const at = Number(/:(\d+) /.exec(fault ?? '')?.[1]);
    expect(lines[at - 1]).toContain('Попросіть повідомлення');
  });

  it('is told years later what nobody has looked at again', () => {
    const { faults } = checkContent(content, '2029-01-01');
    const overdue = faults.filter(({ message }) => message.startsWith('overdue since'));
    for (const part of [
      'articles/dismissal/article.yaml',
      'resources/pl.yaml',
      'danger/numbers.yaml',
      'libraries/lviv.yaml',
    ])
      expect(
        overdue.some(({ file }) => file.endsWith(part)),
        part,
      ).toBe(true);
    expect(overdue.some(({ field }) => field === 'countries.pl.review_by')).toBe(true);
  });
});
