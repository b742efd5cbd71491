import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { ContentError, type Fault, readContentFile } from '../content-file.ts';
import type { Kept } from '../storage/kept.ts';
import type { Library, Names } from './library.ts';
import type { OblastNames, Settlement } from './places.ts';
import { demoLibrariesFile, type LibraryEntry, librariesFile, oblastsFile } from './schema.ts';

export type Gazetteer = {
  settlements: readonly Settlement[];
  oblasts: readonly OblastNames[];
  /** Words for places abroad, `*` for any ending. */
  abroad: readonly string[];
};

export type Places = { libraries: Library[]; gazetteer: Gazetteer };

/**
 * The libraries and the settlements. Where the files and this room are as they were, they are read as they were kept.
 * @throws ContentError with all faults of all files.
 */
export function loadPlaces(contentDir: string, options: { demo?: boolean }, kept: Kept): Places {
  const room = import.meta.dirname;
  const key = kept.keyOf([
    ...['libraries', 'places', 'demo'].map((name) => join(contentDir, name)).filter(existsSync),
    ...[room, join(dirname(room), 'content-file.ts'), join(dirname(dirname(room)), 'package.json')],
  ]);
  const name = options.demo === true ? 'places-demo' : 'places';
  const known = key && kept.read(name, key);
  if (known) return deserialize(known) as Places;
  const read = { libraries: loadLibraries(contentDir, options), gazetteer: loadGazetteer(contentDir) };
  if (key !== null) kept.write(name, key, serialize(read));
  return read;
}

/**
 * Every library of content/libraries, in the order of the files. With `demo` the made-up hours of content/demo lie over
 * the pilot libraries, which are then marked `demo`.
 * @throws ContentError with all faults of all files.
 */
export function loadLibraries(contentDir: string, options: { demo?: boolean } = {}): Library[] {
  const faults: Fault[] = [];
  const names = oblastNames(contentDir);
  const libraries: Library[] = [];
  const seen = new Map<string, string>();
  for (const file of yamlFiles(join(contentDir, 'libraries'))) {
    const read = collect(faults, () => readContentFile(file, librariesFile));
    if (!read) continue;
    const oblast = names.get(read.value.oblast);
    if (!oblast) {
      const message = `no such oblast in places/oblasts.yaml: write one of ${[...names.keys()].join(', ')}`;
      faults.push({ file, line: read.lineOf(['oblast']), field: 'oblast', message });
      continue;
    }
    read.value.libraries.forEach((entry, i) => {
      const other = seen.get(entry.id);
      if (other !== undefined) {
        const message = `the id ${entry.id} also stands in ${other}: give each library its own`;
        faults.push({ file, line: read.lineOf(['libraries', i, 'id']), field: `libraries.${i}.id`, message });
      }
      seen.set(entry.id, file);
      libraries.push(toLibrary(entry, { uk: oblast.uk, en: oblast.en }));
    });
  }
  const result = options.demo === true ? withDemo(contentDir, libraries, faults) : libraries;
  if (faults.length > 0) throw new ContentError(faults);
  return result;
}

/**
 * The settlements of Ukraine: those named by hand (places/names-uk.tsv) and the rest of GeoNames (places/ua.tsv).
 * @throws ContentError naming the line that cannot be read.
 */
export function loadGazetteer(contentDir: string): Gazetteer {
  const oblasts = readContentFile(join(contentDir, 'places/oblasts.yaml'), oblastsFile).value;
  const keys = new Set(oblasts.map(({ key }) => key));
  const settlements: Settlement[] = [];
  const named = new Set<string>();
  const checkedFile = join(contentDir, 'places/names-uk.tsv');
  for (const [line, cells] of rows(checkedFile)) {
    const [name = '', oblastKey = '', rank = '', latin = '', lat = '', lon = '', also = ''] = cells;
    const point = pointOf(checkedFile, line, oblastKey, keys, lat, lon);
    named.add(`${latin}\t${oblastKey}\t${lat}\t${lon}`);
    settlements.push({
      name,
      oblastKey,
      rank: Number(rank),
      ...point,
      also: [...new Set([latin, ...also.split(';')])].filter((other) => other !== '' && other !== name),
    });
  }
  const geonamesFile = join(contentDir, 'places/ua.tsv');
  for (const [line, cells] of rows(geonamesFile)) {
    const [latin = '', oblastKey = '', lat = '', lon = ''] = cells;
    if (named.has(`${latin}\t${oblastKey}\t${lat}\t${lon}`)) continue;
    const point = pointOf(geonamesFile, line, oblastKey, keys, lat, lon);
    settlements.push({ name: latin, oblastKey, rank: 0, ...point, also: [] });
  }
  const abroad = rows(join(contentDir, 'places/abroad.txt')).map(([, cells]) => cells[0] ?? '');
  return { settlements, oblasts, abroad };
}

function toLibrary(entry: LibraryEntry, oblast: { uk: string; en: string }): Library {
  const unconfirmed = entry.confidence === 'low';
  return {
    id: entry.id,
    name: entry.name,
    settlement: entry.settlement,
    oblast,
    address: unconfirmed ? null : entry.address,
    lat: entry.lat,
    lon: entry.lon,
    coords: entry.coords,
    phone: unconfirmed ? null : entry.phone,
    url: unconfirmed ? null : entry.url,
    email: unconfirmed ? null : entry.email,
    hours: unconfirmed ? null : entry.hours,
    services: unconfirmed ? [] : entry.services,
    note: entry.note,
    unconfirmed,
    ...(entry.old_names ? { old_names: entry.old_names } : {}),
    checked_on: entry.checked_on,
    review_by: entry.review_by,
    sources: entry.sources,
    demo: false,
  };
}

function withDemo(contentDir: string, libraries: readonly Library[], faults: Fault[]): Library[] {
  const file = join(contentDir, 'demo/libraries.yaml');
  if (!existsSync(file)) return [...libraries];
  const read = collect(faults, () => readContentFile(file, demoLibrariesFile));
  if (!read) return [...libraries];
  const hours = new Map(read.value.libraries.map((entry) => [entry.id, entry.hours]));
  read.value.libraries.forEach(({ id }, i) => {
    if (libraries.some((library) => library.id === id)) return;
    const message = `no library has the id ${id}: write the id as it stands in content/libraries`;
    faults.push({ file, line: read.lineOf(['libraries', i, 'id']), field: `libraries.${i}.id`, message });
  });
  return libraries.map((library) => {
    const made = hours.get(library.id);
    return made ? { ...library, hours: made, demo: true } : library;
  });
}

function oblastNames(contentDir: string): Map<string, Names> {
  const { value } = readContentFile(join(contentDir, 'places/oblasts.yaml'), oblastsFile);
  return new Map(value.map(({ key, name }) => [key, name]));
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => join(folder, file));
}

/** Line numbers and cells of a table, without its comments. */
function rows(file: string): [number, string[]][] {
  const all: [number, string[]][] = [];
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() !== '' && !line.startsWith('#')) all.push([i + 1, line.split('\t')]);
    });
  return all;
}

function pointOf(
  file: string,
  line: number,
  oblast: string,
  keys: ReadonlySet<string>,
  lat: string,
  lon: string,
): { lat: number; lon: number } {
  const fault = (field: string, message: string): never => {
    throw new ContentError([{ file, line, field, message }]);
  };
  if (!keys.has(oblast)) fault('oblast', 'no such oblast in places/oblasts.yaml');
  const point = { lat: Number(lat), lon: Number(lon) };
  if (lat === '' || lon === '' || !Number.isFinite(point.lat) || !Number.isFinite(point.lon)) {
    fault('latitude', 'write latitude and longitude as numbers, in columns of their own (tabs between)');
  }
  return point;
}

function collect<T>(faults: Fault[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    faults.push(...error.faults);
    return null;
  }
}
