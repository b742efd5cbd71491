import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { createKept } from '../../src/storage/kept.ts';
import { knowledge } from './content.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vistka-kept-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const questions = readFileSync('test/knowledge/questions.dev.jsonl', 'utf8')
  .trim()
  .split('\n')
  .slice(0, 200)
  .map((line) => (JSON.parse(line) as { text: string }).text);

type Asked = Pick<typeof knowledge, 'ask' | 'danger' | 'findCountry' | 'scrub'>;
const answers = (asked: Asked) =>
  questions.map((text) =>
    JSON.stringify([asked.ask(text), asked.danger(text), asked.findCountry(text), asked.scrub(text)]),
  );

/** Learns in the thread of its own, and waits until that is kept. */
async function learnAndKeep(contentDir: string, keptDir: string) {
  const kept = createKept(keptDir);
  const written = Promise.withResolvers<void>();
  const first = loadKnowledge(contentDir, {
    ...kept,
    write(name, key, value) {
      kept.write(name, key, value);
      if (name === 'learnt') written.resolve();
    },
  });
  await written.promise;
  return first;
}

describe('a start after the first', () => {
  test('people get the same answers, whether it was learnt here, in another thread, or at an earlier start', async () => {
    const first = await learnAndKeep('content', dir);
    const later = loadKnowledge('content', {
      ...createKept(dir),
      write: () => {
        throw new Error('it was read anew');
      },
    });
    const here = answers(knowledge);
    expect(answers(first)).toEqual(here);
    expect(answers(later)).toEqual(here);
    expect(later.article('unpaid-wages')).toEqual(knowledge.article('unpaid-wages'));
    expect(later.dangerNumbers('violence', 'pl')).toEqual(knowledge.dangerNumbers('violence', 'pl'));
  });

  test('whoever writes before it has finished learning waits, and gets the same answer', () => {
    const asked = loadKnowledge('content', createKept(dir));
    expect(JSON.stringify(asked.ask('шеф не платить'))).toBe(JSON.stringify(knowledge.ask('шеф не платить')));
  });

  test('what an editor has changed since is read, and learnt from', async () => {
    const content = join(dir, 'content');
    cpSync('content', content, { recursive: true });
    const asked = 'шпрундель бумкає о півночі';
    const before = await learnAndKeep(content, join(dir, 'kept'));
    expect(before.ask(asked).outcome).not.toBe('answer');
    const file = join(content, 'more-questions.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('check-job-offer:', `check-job-offer:\n  - ${asked}`));
    expect(loadKnowledge(content, createKept(join(dir, 'kept'))).ask(asked).articles[0]?.id).toBe('check-job-offer');
  });
});
