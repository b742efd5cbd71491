import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ContentError } from '../../src/content-file.ts';
import { checkKnowledge, loadKnowledge } from '../../src/knowledge/load.ts';
import { topics } from '../../src/knowledge/schema.ts';
import { knowledge } from './content.ts';

describe('the content as it is', () => {
  test('every shelf of the menu has articles, each with a Ukrainian text', () => {
    for (const topic of topics) {
      const articles = knowledge.articlesOf(topic);
      expect(articles.length, topic).toBeGreaterThan(0);
      for (const article of articles) expect(article.texts.uk.title).not.toBe('');
    }
  });

  test('countries are offered in the order in which workers go there, Ukraine and the EU not among them', () => {
    expect(knowledge.countries().slice(0, 3)).toEqual(['pl', 'cz', 'de']);
    expect(knowledge.countries()).not.toContain('ua');
    expect(knowledge.countries()).not.toContain('eu');
  });

  test('an article points to the help of the person’s country first, then Ukraine’s and the EU’s', () => {
    const article = knowledge.article('unpaid-wages');
    if (!article) throw new Error('no article unpaid-wages');
    const order = [...new Set(knowledge.resourcesFor(article, 'cz').map(({ country }) => country))];
    expect(order[0]).toBe('cz');
    expect(order).not.toContain('pl');
    const unknown = knowledge.resourcesFor(article, null).map(({ country }) => country);
    expect(unknown.every((country) => country === 'ua' || country === 'eu')).toBe(true);
  });

  test('what a country offers can be asked for by shelf or whole', () => {
    const all = knowledge.resourcesIn('pl', null);
    const danger = knowledge.resourcesIn('pl', 'danger');
    expect(danger.length).toBeGreaterThan(0);
    expect(danger.length).toBeLessThan(all.length);
  });
});

describe('content with faults', () => {
  let dir: string;
  const file = (path: string) => join(dir, path);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'vistka-content-'));
    for (const path of ['countries.yaml', 'synonyms.yaml', 'off-topic.yaml', 'danger', 'resources']) {
      cpSync(join('content', path), file(path), { recursive: true });
    }
    mkdirSync(file('articles'));
    for (const id of ['pension', 'unpaid-wages', 'violence']) {
      cpSync(join('content/articles', id), file(`articles/${id}`), { recursive: true });
    }
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const faultsOf = (): readonly { file: string; line: number; field: string; message: string }[] => {
    try {
      loadKnowledge(dir);
      return [];
    } catch (error) {
      if (error instanceof ContentError) return error.faults;
      throw error;
    }
  };

  test('all faults are told at once, each with its file, line, field and what to do', () => {
    writeFileSync(file('articles/pension/uk.yaml'), 'title: Пенсія\nanswer: ""\nsteps: []\n');
    writeFileSync(
      file('danger/child.yaml'),
      readFileSync('content/danger/child.yaml', 'utf8').replace('class: child', 'class: medical'),
    );
    const faults = faultsOf();
    expect(faults).toContainEqual(
      expect.objectContaining({ file: file('articles/pension/uk.yaml'), line: 2, field: 'answer' }),
    );
    expect(faults).toContainEqual(expect.objectContaining({ file: file('danger/child.yaml'), field: 'class' }));
    for (const fault of faults) expect(fault.message).not.toBe('');
  });

  test('a pattern that can’t be read is a fault at its line', () => {
    const source = readFileSync('content/danger/child.yaml', 'utf8').replace(
      'phrases:\n  uk:\n',
      'phrases:\n  uk:\n    - (дитина|син зникла\n',
    );
    writeFileSync(file('danger/child.yaml'), source);
    const [fault] = faultsOf();
    expect(fault).toMatchObject({ file: file('danger/child.yaml'), field: 'phrases.uk.0' });
    expect(source.split('\n')[(fault?.line ?? 0) - 1]).toContain('(дитина|син зникла');
  });

  test('an article folder that is only half there does not stop the bot, and the check names it', () => {
    mkdirSync(file('articles/half'));
    writeFileSync(
      file('articles/half/article.yaml'),
      readFileSync('content/articles/pension/article.yaml', 'utf8').replace('id: pension', 'id: half'),
    );
    expect(loadKnowledge(dir).article('half')).toBeUndefined();
    const missing = checkKnowledge(dir).filter((fault) => fault.field === '(file)');
    expect(missing.map((fault) => fault.file)).toContain(file('articles/half/uk.yaml'));
  });

  test('a resource that is only named is left out, and the check names the line', () => {
    rmSync(file('resources/cz.yaml'));
    const bare = loadKnowledge(dir);
    expect(bare.dangerNumbers('trafficking', 'cz').emergency).toBe('112');
    expect(checkKnowledge(dir)).toContainEqual(
      expect.objectContaining({ file: file('danger/numbers.yaml'), field: 'lines.cz.trafficking.0' }),
    );
  });

  test('a librarian teaches the bot a new way of asking by writing one sample question', () => {
    const asked = 'чи набігає мені щось на дідівство';
    const before = loadKnowledge(dir).ask(asked).articles[0]?.score ?? 0;
    const path = file('articles/pension/questions.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('uk:\n', `uk:\n  - ${asked}\n`));
    const after = loadKnowledge(dir).ask(asked).articles[0];
    expect(after?.id).toBe('pension');
    expect(after?.score).toBeGreaterThan(before);
  });
});
