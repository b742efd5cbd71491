import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checked, checkContent } from '../../src/cli/check-content.ts';

const today = '2026-11-25';

const lines = (faults: Checked['faults']) =>
  faults.map(({ file, line, field, message }) => `${file.replace(/^.*?content\//, '')}:${line} ${field}: ${message}`);

async function copyOfContent() {
  const dir = await mkdtemp(join(tmpdir(), 'vistka-check-'));
  const content = join(dir, 'content');
  await cp('content', content, { recursive: true });
  return { content, remove: () => rm(dir, { recursive: true, force: true }) };
}

it('finds nothing to mend in the content as it is', () => {
  expect(lines(checkContent('content', today).faults)).toEqual([]);
});

it('tells years later what nobody has looked at again, wherever it stands', () => {
  const { faults, warnings } = checkContent('content', '2029-01-01');
  // It stops nobody's work: the reader is warned, and the editor is told.
  expect(faults).toEqual([]);
  const overdue = lines(warnings.filter(({ message }) => message.startsWith('overdue since')));
  for (const part of [
    /^articles\/dismissal\/article\.yaml:\d+ review_by/,
    /^articles\/dismissal\/article\.yaml:\d+ countries\.pl\.review_by/,
    /^resources\/pl\.yaml:\d+ 0\.review_by/,
    /^danger\/numbers\.yaml:\d+ review_by/,
    /^libraries\/lviv\.yaml:\d+ libraries\.0\.review_by/,
  ]) {
    expect(
      overdue.some((line) => part.test(line)),
      String(part),
    ).toBe(true);
  }
});

describe('an editor who made slips', () => {
  const slips: [file: string, from: string | RegExp, to: string, told: string][] = [
    ['articles/dismissal/article.yaml', '- pl-free-legal-aid', '- pl-no-aid', 'there is no resource "pl-no-aid"'],
    ['articles/dismissal/article.yaml', '- unpaid-wages', '- no-wages', 'related.0: there is no article "no-wages"'],
    ['danger/numbers.yaml', '[pl-kcik-trafficking-24h', '[pl-kcik', 'there is no resource "pl-kcik"'],
    ['resources/pl.yaml', 'topics: [forced-labour', 'topics: [forced', '0.topics.0: there is no article "forced"'],
    ['resources/pl.yaml', '"+48226280120"', '"+4822628012"', '0.phones.0.number: +4822628012 is not a valid'],
    ['articles/dismissal/uk.yaml', 'Попросіть', 'Пoпросіть', 'steps.0: Latin and Cyrillic letters in one word'],
    ['articles/dismissal/uk.yaml', 'Дійте', "Дійте з'ясувавши", 'answer: another sign for the apostrophe'],
    ['kinds.yaml', 'Порада юриста', 'Порадa юриста', 'kinds.0.name.uk: Latin and Cyrillic'],
    [
      'articles/pension/uk.yaml',
      /title: .*/,
      `title: ${'а'.repeat(41)}`,
      'title: a title is also a button: at most 40',
    ],
    ['articles/pension/pl.yaml', /answer: .*/, 'answer: Jedno: dokumenty', 'pl.yaml:2'],
    ['articles/taxes/en.yaml', /answer: [^\n]*/, 'answer: { a: b }', 'answer: write a text; one that has ": " in it'],
    ['demo/bookings.yaml', /library: [a-z-]+/, 'library: no-library', 'there is no library "no-library"'],
  ];
  let told: string[] = [];
  let where: Awaited<ReturnType<typeof copyOfContent>>;
  beforeAll(async () => {
    where = await copyOfContent();
    for (const [file, from, to] of slips) {
      const path = join(where.content, file);
      const before = await readFile(path, 'utf8');
      expect(before).toMatch(from);
      await writeFile(path, before.replace(from, to));
    }
    told = lines(checkContent(where.content, today).faults);
  });
  afterAll(() => where.remove());

  it.each(slips)('is told of %s, where %s became %s: %s', (file, _from, _to, expected) => {
    const own = told.filter((line) => line.startsWith(file.replace(/\/bookings.*/, '')) || /library "/.test(line));
    expect(
      own.some((line) => line.includes(expected)),
      told.join('\n'),
    ).toBe(true);
  });

  it('is told the very line', async () => {
    const fault = told.find((line) => /dismissal\/uk\.yaml:\d+ steps\.0/.test(line)) ?? '';
    const text = await readFile(join(where.content, 'articles/dismissal/uk.yaml'), 'utf8');
    expect(text.split('\n')[Number(/:(\d+) /.exec(fault)?.[1]) - 1]).toContain('Пoпросіть');
  });
});

it('takes the examples of CONTRIBUTING as they stand there, and then asks for what is left to write', async () => {
  const { content, remove } = await copyOfContent();
  const told = await readFile('CONTRIBUTING.md', 'utf8');
  const [article, uk, questions, library] = [...told.matchAll(/^ {3}```yaml\n([\s\S]*?)^ {3}```$/gm)].map((found) =>
    (found[1] ?? '').replace(/^ {3}/gm, ''),
  );
  const folder = join(content, 'articles', 'lost-phone');
  await mkdir(folder);
  await writeFile(join(folder, 'article.yaml'), article ?? '');
  await writeFile(join(folder, 'uk.yaml'), uk ?? '');
  await writeFile(join(folder, 'questions.yaml'), questions ?? '');
  await appendFile(join(content, 'libraries', 'lviv.yaml'), library ?? '');
  const { faults } = checkContent(content, today);
  await remove();
  for (const line of lines(faults)) expect(line).toMatch(/lost-phone\/.*(?:translate uk\.yaml|questions)/);
  expect(faults.filter(({ message }) => message.includes('translate uk.yaml'))).toHaveLength(3);
});
