import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FoundCountry } from '../knowledge/knowledge.ts';
import { loadKnowledge } from '../knowledge/load.ts';
import { createDirectory } from '../libraries/directory.ts';
import type { Directory, Place } from '../libraries/library.ts';
import { loadGazetteer, loadLibraries } from '../libraries/load.ts';

/**
 * `npm run place -- "у Тисмениці"`: which place the bot would understand, and the libraries nearest to it.
 * `npm run --silent place -- --batch`: the same for JSON lines on stdin, as design.md section 6 fixes it.
 */

const NEAREST = 3;

const line = z.object({ id: z.union([z.string(), z.number()]), text: z.string(), lang: z.string().optional() });

export type PlaceAnswer = {
  outcome: 'found' | 'choose' | 'none';
  /** A country of which no town was said has no point. */
  places: { name_uk: string; oblast_uk: string | null; country: string; lat: number | null; lon: number | null }[];
  /** Around the first place; empty abroad, where no library is near. */
  nearest: { id: string; km: number }[];
};

/** What places are found with: `findCountry` knows those abroad. */
export type Places = {
  directory: Pick<Directory, 'findPlace' | 'nearest'>;
  findCountry(text: string): FoundCountry | null;
};

/** A settlement of Ukraine goes before a country: «я з Бучача, працюю в Польщі» asks for the library at home. */
export function answerPlace({ directory, findCountry }: Places, text: string): PlaceAnswer {
  const found = directory.findPlace(text);
  if (found.outcome === 'none') return abroad(findCountry(text));
  const places: readonly Place[] = found.outcome === 'found' ? [found.place] : found.places;
  const first = places[0];
  return {
    outcome: found.outcome,
    places: places.map(({ name, oblast, country, lat, lon }) => ({
      name_uk: name,
      oblast_uk: oblast,
      country,
      lat,
      lon,
    })),
    nearest: first
      ? directory.nearest(first, NEAREST).map(({ library, km }) => ({ id: library.id, km: Math.round(km * 100) / 100 }))
      : [],
  };
}

function abroad(found: FoundCountry | null): PlaceAnswer {
  if (!found) return { outcome: 'none', places: [], nearest: [] };
  const { code, town } = found;
  const country = new Intl.DisplayNames(['uk'], { type: 'region' }).of(code.toUpperCase()) ?? code;
  const place = {
    name_uk: town?.name_uk ?? country,
    oblast_uk: null,
    country: code,
    lat: town?.lat ?? null,
    lon: town?.lon ?? null,
  };
  return { outcome: 'found', places: [place], nearest: [] };
}

/** One line of the batch in, one out, without its newline. A line that is not as agreed gives `error`, never an exception. */
export function answerLine(places: Places, input: string): string {
  let json: unknown;
  try {
    json = JSON.parse(input);
  } catch {
    return JSON.stringify({ id: null, error: 'not JSON: write {"id":"1","text":"…"}' });
  }
  const parsed = line.safeParse(json);
  if (!parsed.success) {
    const id = z.object({ id: z.union([z.string(), z.number()]) }).safeParse(json).data?.id ?? null;
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the line').join(', ');
    return JSON.stringify({ id, error: `not as agreed: ${fields}; write {"id":"1","text":"…"}` });
  }
  return JSON.stringify({ id: parsed.data.id, ...answerPlace(places, parsed.data.text) });
}

async function main(args: readonly string[]): Promise<void> {
  const content = process.env.CONTENT_DIR ?? fileURLToPath(new URL('../../content', import.meta.url));
  const directory = createDirectory(loadLibraries(content), loadGazetteer(content));
  const places: Places = { directory, findCountry: loadKnowledge(content).findCountry };
  if (args.includes('--batch')) {
    for await (const input of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (input.trim() !== '') process.stdout.write(`${answerLine(places, input)}\n`);
    }
    return;
  }
  const text = args.join(' ').trim();
  if (text === '') {
    process.stderr.write('Write a place: npm run place -- "Tysmenytsia", or --batch for JSON lines on stdin\n');
    process.exitCode = 1;
    return;
  }
  const answer = answerPlace(places, text);
  const lines = [
    answer.outcome,
    ...answer.places.map(
      (place) => `  ${place.name_uk}, ${place.oblast_uk ?? place.country} (${place.lat ?? '?'}, ${place.lon ?? '?'})`,
    ),
    ...answer.nearest.map(
      ({ id, km }) => `  ${km.toFixed(1).padStart(6)} km  ${id}  ${directory.get(id)?.name.uk ?? ''}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
