import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import whom. A room is a folder of `src/` or a file beside them; `types` counts too. */
const root = join(import.meta.dirname, '..', 'src');
const everywhere = ['clock', 'ids', 'report', 'texts', 'content-file'];
const domain = ['knowledge', 'libraries', 'people', 'bookings', 'announcements', 'staff'];
/** What words a room has for its things: constants, and nothing that does anything. */
const vocabularies = ['knowledge/schema.ts', 'announcements/topics.ts'];
const mayImport: Record<string, readonly string[]> = {
  main: ['app', 'banner', 'config', 'storage'],
  banner: ['config'],
  app: [
    'announcements',
    'banner',
    'bookings',
    'channels',
    'config',
    'conversation',
    'delivery',
    'http',
    'knowledge',
    'libraries',
    'links',
    'people',
    'staff',
    'storage',
  ],
  config: [],
  links: ['channels', 'config'],
  channels: ['conversation'],
  conversation: [...domain, 'storage'],
  knowledge: [],
  libraries: ['storage'],
  people: ['storage'],
  bookings: ['people', 'libraries', 'delivery', 'storage'],
  announcements: ['people', 'libraries', 'delivery', 'storage'],
  delivery: ['storage'],
  staff: ['people', 'libraries', 'delivery', 'storage'],
  storage: [],
  http: [],
  cli: ['app', 'config', 'links', 'conversation', ...domain, 'delivery', 'storage'],
  clock: [],
  ids: [],
  report: [],
  texts: [],
  'content-file': [],
};

type Import = { from: string; to: string; typeOnly: boolean };

const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.startsWith('channels/web/browser/'));
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'(\.[^']+)'/gms)].map((found) => ({
    from: file,
    to: relative(root, join(root, dirname(file), found[2] ?? '')),
    typeOnly: found[1] !== undefined,
  }));
});
const roomOf = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : file.replace(/\.ts$/, ''));

describe('the house', () => {
  it('has only the rooms of the table', () => {
    const rooms = [...new Set(files.map(roomOf))].sort();
    expect(rooms.filter((room) => !(room in mayImport))).toEqual([]);
  });

  it('lets a room import only what the table says', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [here, there] = [roomOf(from), roomOf(to)];
      return here !== there && !everywhere.includes(there) && !(mayImport[here] ?? []).includes(there);
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('keeps channels apart from each other, and from all of the conversation but its two shapes', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (roomOf(from) !== 'channels') return false;
      if (roomOf(to) === 'conversation') return !/^conversation\/(event|reply)\.ts$/.test(to);
      const [, mine, own] = from.split('/');
      const [, other, inside] = to.split('/');
      return roomOf(to) === 'channels' && inside !== undefined && own !== undefined && mine !== other;
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('hands domain rooms to the conversation as values: it imports their types and vocabularies only', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        roomOf(from) === 'conversation' && domain.includes(roomOf(to)) && !typeOnly && !vocabularies.includes(to),
    );
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('has no two rooms, and no two files, that import each other', () => {
    const pairs = new Set(imports.map(({ from, to }) => `${from} ${to}`));
    const files = imports.filter(({ from, to }) => from !== to && pairs.has(`${to} ${from}`));
    const rooms = new Set(imports.map(({ from, to }) => `${roomOf(from)} ${roomOf(to)}`));
    const two = [...rooms].filter((pair) => {
      const [here, there] = pair.split(' ');
      return here !== there && rooms.has(`${there} ${here}`);
    });
    expect(files.map(({ from, to }) => `${from} <-> ${to}`)).toEqual([]);
    expect(two).toEqual([]);
  });

  it('asks no channel for its name', () => {
    const naming = files.filter(
      (file) =>
        !/^(channels\/|config\.ts|app\.ts|app\/|banner\.ts|links\.ts)/.test(file) &&
        /viber/i.test(withoutComments(readFileSync(join(root, file), 'utf8'))),
    );
    expect(naming).toEqual([]);
  });

  it('says nothing to people in code: words stand in locales and content', () => {
    const speaking = files.filter(
      (file) =>
        !/^(knowledge\/search\/|knowledge\/.*|libraries\/places)/.test(file) &&
        /\p{Script=Cyrillic}/u.test(withoutComments(readFileSync(join(root, file), 'utf8'))),
    );
    expect(speaking).toEqual([]);
  });

  it('is told truly by the README and the style of its walk: every path that CONTRIBUTING names exists', () => {
    const told = readFileSync(join(root, '..', 'CONTRIBUTING.md'), 'utf8');
    const paths = [...told.matchAll(/`((?:src|test|content|locales|bench)\/[\w./-]*\w)`/g)].map(
      (found) => found[1] ?? '',
    );
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => globSync(path, { cwd: join(root, '..') }).length === 0)).toEqual([]);
  });
});

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
