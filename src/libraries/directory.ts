import type { Directory, Library, Oblast, PlaceFound } from './library.ts';
import type { Gazetteer } from './load.ts';
import { createNearest, kmBetween } from './nearest.ts';
import { createPlaceFinder, type Settlement } from './places.ts';

/** A library's point this near to a settlement of the gazetteer, with the same name, is in it. */
const IN_SETTLEMENT_KM = 20;

/** Everything that can be asked about libraries and places. Reads no file: it stands on what it is handed. */
export function createDirectory(libraries: readonly Library[], gazetteer: Gazetteer): Directory {
  const byId = new Map(libraries.map((library) => [library.id, library]));
  const keyOfName = new Map(gazetteer.oblasts.map((oblast) => [oblast.name.uk, oblast.key]));
  const byOblast = Map.groupBy(libraries, (library) => keyOfName.get(library.oblast.uk) ?? library.oblast.en);
  const nearest = createNearest(libraries);
  const ukrainian = new Intl.Collator('uk');
  const oblasts: readonly Oblast[] = [...byOblast]
    .map(([key, inside]) => ({ key, name: inside[0]?.oblast ?? { uk: key, en: key } }))
    .sort((a, b) => ukrainian.compare(a.name.uk, b.name.uk));
  // Made when the first place is asked for: the start needs no index of names.
  let finder: ((text: string) => PlaceFound) | undefined;
  const findPlace = (text: string): PlaceFound => {
    const { oblasts: names, abroad } = gazetteer;
    finder ??= createPlaceFinder(settlementsOf(libraries, gazetteer, keyOfName), names, abroad);
    return finder(text);
  };

  return {
    get: (id) => byId.get(id),
    all: () => libraries,
    oblasts: () => oblasts,
    inOblast: (key) => byOblast.get(key) ?? [],
    nearest: (point, count, where) => nearest(point, count, where).map(({ item, km }) => ({ library: item, km })),
    findPlace,
  };
}

/** The gazetteer with the settlements of libraries added where it lacks them, under the names that the facts give. */
function settlementsOf(
  libraries: readonly Library[],
  gazetteer: Gazetteer,
  keyOfName: ReadonlyMap<string, string>,
): Settlement[] {
  const all = gazetteer.settlements.map((settlement) => ({ ...settlement }));
  const byOblast = Map.groupBy(all, (settlement) => settlement.oblastKey);
  for (const library of libraries) {
    const oblastKey = keyOfName.get(library.oblast.uk) ?? '';
    const { uk, en, pl, ru } = library.settlement;
    const also = [en, pl, ru, ...(library.old_names ?? [])].filter((name) => name !== undefined);
    const inside = byOblast.get(oblastKey) ?? [];
    const known = inside.find(
      (place) => (place.name === uk || also.includes(place.name)) && kmBetween(place, library) < IN_SETTLEMENT_KM,
    );
    if (known) {
      // The facts name it in Ukrainian: that name is shown.
      known.name = uk;
      known.rank = Math.max(known.rank, 1);
      known.hasLibrary = true;
      known.also = [...new Set([...known.also, ...also])].filter((name) => name !== uk);
    } else {
      const added: Settlement = {
        name: uk,
        oblastKey,
        rank: 1,
        lat: library.lat,
        lon: library.lon,
        also,
        hasLibrary: true,
      };
      all.push(added);
      inside.push(added);
      byOblast.set(oblastKey, inside);
    }
  }
  return all;
}
