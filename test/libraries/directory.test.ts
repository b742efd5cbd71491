import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isValidPhoneNumber } from 'libphonenumber-js';
import { afterEach, describe, expect, it } from 'vitest';
import { answerLine, answerPlace } from '../../src/cli/place.ts';
import { ContentError } from '../../src/content-file.ts';
import { loadKnowledge } from '../../src/knowledge/load.ts';
import { createDirectory } from '../../src/libraries/directory.ts';
import { loadGazetteer, loadLibraries } from '../../src/libraries/load.ts';

const pilots = [
  'dobrohostiv-village',
  'tysmenytsia-central',
  'bar-public',
  'shostka-central-city',
  'kamianske-central-city',
  'oleksandrivka-central',
  'voznesensk-central',
];
const libraries = loadLibraries('content');
const directory = createDirectory(libraries, loadGazetteer('content'));
const places = { directory, findCountry: loadKnowledge('content').findCountry };

let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
});

/** A copy of the content with one file changed. */
function contentWith(file: string, change: (text: string) => string): string {
  folder = mkdtempSync(join(tmpdir(), 'vistka-libraries-'));
  for (const room of ['libraries', 'places', 'demo'])
    cpSync(join('content', room), join(folder, room), { recursive: true });
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return folder;
}

function faultsOf(content: string, demo = false): ContentError['faults'] {
  try {
    loadLibraries(content, { demo });
  } catch (error) {
    if (error instanceof ContentError) return error.faults;
    throw error;
  }
  return [];
}

describe('the libraries in content', () => {
  it('all 104 of the facts are there, each with its sources and the day it was checked', () => {
    expect(libraries.length).toBe(104);
    expect(
      libraries.every(({ sources, checked_on }) => (sources?.length ?? 0) > 0 && checked_on === '2026-11-24'),
    ).toBe(true);
  });

  it('every phone number can be dialled', () => {
    const numbers = libraries.flatMap(({ phone }) => (phone ? [phone.number] : []));
    expect(numbers.length).toBeGreaterThan(8);
    expect(numbers.filter((number) => !isValidPhoneNumber(number))).toEqual([]);
  });

  it('a library that nobody could confirm shows no contacts and no hours, and says so', () => {
    const unsure = libraries.filter(({ unconfirmed }) => unconfirmed);
    expect(unsure.map(({ id }) => id)).toEqual(['dobrohostiv-village']);
    for (const { phone, url, address, hours, note } of unsure) {
      expect([phone, url, address, hours]).toEqual([null, null, null, null]);
      expect(note).toBeDefined();
    }
  });

  it('the seven pilots have hours in the demonstration alone, and are marked as made up', () => {
    expect(pilots.map((id) => directory.get(id)?.hours)).toEqual(pilots.map(() => null));
    const demo = loadLibraries('content', { demo: true });
    expect(
      demo
        .filter((library) => library.demo)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...pilots].sort());
    expect(demo.filter((library) => library.demo).every(({ hours }) => hours !== null)).toBe(true);
  });

  it('every library stands under its oblast, oblasts in the order of the Ukrainian alphabet', () => {
    const oblasts = directory.oblasts();
    expect(oblasts.length).toBe(23);
    expect(oblasts.flatMap(({ key }) => directory.inOblast(key)).length).toBe(104);
    expect(oblasts.at(0)?.name.uk).toBe('Вінницька');
    expect(oblasts.every(({ key }) => /^[a-z-]{2,16}$/.test(key))).toBe(true);
    expect(directory.inOblast('nowhere')).toEqual([]);
  });

  it('from Dobrohostiv the village library is nearest, and Truskavets next', () => {
    const near = directory.nearest({ lat: 49.2571, lon: 23.5638 }, 2).map(({ library }) => library.id);
    expect(near).toEqual(['dobrohostiv-village', 'truskavets-central']);
    const open = directory.nearest({ lat: 49.2571, lon: 23.5638 }, 1, ({ unconfirmed }) => unconfirmed !== true);
    expect(open.map(({ library }) => library.id)).toEqual(['truskavets-central']);
  });
});

describe('a fault in a library’s file', () => {
  it.each([
    [
      'a phone without its area code',
      'libraries/ivano-frankivsk.yaml',
      '"+380342750132"',
      '"750132"',
      'phone.number',
      'write it as +380',
    ],
    ['an hour that does not exist', 'libraries/poltava.yaml', '17:30', '27:30', 'week', 'write a time as 09:00'],
    ['a point outside Ukraine', 'libraries/lviv.yaml', 'lat: 49.2571', 'lat: 4.92571', 'lat', 'between 44 and 53'],
    ['an oblast that does not exist', 'libraries/lviv.yaml', 'oblast: lviv', 'oblast: lvov', 'oblast', 'write one of'],
    [
      'an id given twice',
      'libraries/lviv.yaml',
      'id: truskavets-central',
      'id: dobrohostiv-village',
      'id',
      'give each library its own',
    ],
  ])('%s is told with file, line, field and what to write', (_, file, from, to, field, fix) => {
    const content = contentWith(file, (text) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    });
    const line =
      readFileSync(join(content, file), 'utf8')
        .split('\n')
        .findLastIndex((one) => one.includes(to)) + 1;
    const [fault] = faultsOf(content);
    expect(fault?.file).toBe(join(content, file));
    expect(fault?.field).toContain(field);
    expect(fault?.message).toContain(fix);
    expect(Math.abs((fault?.line ?? 0) - line)).toBeLessThanOrEqual(1);
  });

  it('demonstration hours for a library that is not there are refused', () => {
    const content = contentWith('demo/libraries.yaml', (text) => text.replace('bar-public', 'bar-pub'));
    expect(faultsOf(content, true).map(({ message }) => message)[0]).toContain('no library has the id bar-pub');
  });
});

describe('npm run place', () => {
  it('answers a line with the place and the three nearest libraries', () => {
    const answer = JSON.parse(answerLine(places, '{"id":"7","text":"у Тисмениці","lang":"uk"}'));
    expect(answer).toEqual({
      id: '7',
      outcome: 'found',
      places: [
        {
          name_uk: 'Тисмениця',
          oblast_uk: 'Івано-Франківська',
          country: 'ua',
          lat: expect.any(Number),
          lon: expect.any(Number),
        },
      ],
      nearest: [
        { id: 'tysmenytsia-central', km: expect.any(Number) },
        { id: expect.any(String), km: expect.any(Number) },
        { id: expect.any(String), km: expect.any(Number) },
      ],
    });
    expect(answerPlace(places, 'дякую')).toEqual({ outcome: 'none', places: [], nearest: [] });
  });

  it('abroad gives the country, with the town’s point where one was said, and no library as near', () => {
    const said = (text: string): unknown => answerPlace(places, text);
    const warsaw = {
      name_uk: 'Варшава',
      oblast_uk: null,
      country: 'pl',
      lat: expect.any(Number),
      lon: expect.any(Number),
    };
    expect(said('у Варшаві')).toEqual({ outcome: 'found', places: [warsaw], nearest: [] });
    const czechia = { name_uk: 'Чехія', oblast_uk: null, country: 'cz', lat: null, lon: null };
    expect(said('в Чехії')).toEqual({ outcome: 'found', places: [czechia], nearest: [] });
    expect(said('родом з Бучача, працюю в Польщі')).toMatchObject({ outcome: 'found', places: [{ name_uk: 'Бучач' }] });
  });

  it.each(['not json', '{"id":"1"}', '[]', 'null', '{"id":"1","text":5}'])(
    'a line that is not as agreed gives an error line: %s',
    (input) => {
      expect(JSON.parse(answerLine(places, input))).toEqual({
        id: /"id"/.test(input) ? '1' : null,
        error: expect.any(String),
      });
    },
  );
});
