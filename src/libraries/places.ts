import type { Place, PlaceFound } from './library.ts';
import { kmBetween } from './nearest.ts';
import {
  distance,
  otherKeyboard,
  sameAlphabet,
  skeleton,
  sounds,
  stemOfName,
  stemsOfTyped,
} from './places-spelling.ts';
import { asking, leadsToNeighbour, leadsToPlace, oblastWords, raionWords, settlementWords } from './places-words.ts';

/** A settlement that can be found. `rank`: 4 oblast centre, 3 raion centre or large town, 2 town, 1 known by hand, 0 the rest. */
export type Settlement = {
  /** Ukrainian where it was checked by hand, else Latin. */
  name: string;
  oblastKey: string;
  rank: number;
  lat: number;
  lon: number;
  /** Other spellings: old names, Russian, Polish, Latin, nicknames. */
  also: readonly string[];
  hasLibrary?: boolean;
};

export type OblastNames = {
  key: string;
  name: { uk: string; en: string; pl: string; ru: string };
  stems: readonly string[];
};

/** Words looked at in one text; a person says where she lives long before that. */
const MAX_WORDS = 60;
const MAX_TEXT = 2_000;
const MAX_CHOICES = 5;
/** Two points this near, of one name, are one settlement. */
const SAME_PLACE_KM = 7;
/** A neighbour named beside an ambiguous name decides when it is nearer than this. */
const NEIGHBOUR_KM = 90;

type Form = { place: number; words: readonly string[]; stem: string; full: string };
type Token = { text: string; sounds: readonly string[]; capital: boolean; start: number; end: number };
type Mention = {
  from: number;
  to: number;
  quality: number;
  places: readonly number[];
  role: 'place' | 'neighbour';
  /** Said as a place: after «з», «у», «місто», or with a capital letter. */
  said: boolean;
};

/**
 * Finds Ukrainian settlements in what people type. Everything is looked up by the consonants of the stem, so no text
 * costs more than its first sixty words; misspelt consonants by leaving out one of them.
 * Never throws, keeps nothing.
 */
export function createPlaceFinder(
  settlements: readonly Settlement[],
  oblasts: readonly OblastNames[],
  abroad: readonly string[],
): (text: string) => PlaceFound {
  const isAbroad = createAbroad(abroad);
  const index = new Map<string, Form[]>();
  const adjectives = new Map<string, number[]>();
  settlements.forEach((settlement, place) => {
    const seen = new Set<string>();
    for (const name of [settlement.name, ...settlement.also]) {
      for (const words of soundForms(name).flatMap(withRussian)) {
        const stems = words.map(stemOfName);
        const stem = stems.join('');
        if (seen.has(stem)) continue;
        seen.add(stem);
        push(index, skeleton(stem), { place, words, stem, full: words.join('') });
        if (settlement.rank > 0 && words.length <= 2) push(adjectives, adjectiveKey(stem), place);
      }
    }
  });

  let shortened: Map<string, string[]> | undefined;
  /** Skeletons of the index by every way of leaving out one consonant; made when the first misspelt word comes. */
  const byShortened = (): Map<string, string[]> => {
    if (shortened) return shortened;
    shortened = new Map();
    for (const key of index.keys()) for (const short of withoutOne(key)) push(shortened, short, key);
    return shortened;
  };

  const oblastStems: { sound: string; key: string }[] = oblasts.flatMap((oblast) =>
    oblast.stems.flatMap((stem) => sounds(stem.replace(/-/g, '')).map((sound) => ({ sound, key: oblast.key }))),
  );
  const oblastName = new Map(oblasts.map((oblast) => [oblast.key, oblast.name.uk]));

  const shown = (place: number): Place => {
    const { name, oblastKey, lat, lon } = at(settlements, place);
    return { name, oblast: oblastName.get(oblastKey) ?? null, country: 'ua', lat, lon };
  };

  return function findPlace(text) {
    const found = search(text.slice(0, MAX_TEXT));
    if (found.outcome !== 'none' || !/[a-z]/i.test(text) || /[а-яіїєґ]/i.test(text)) return found;
    return search(otherKeyboard(text.slice(0, MAX_TEXT)), 0.97);
  };

  function search(text: string, least = 0): PlaceFound {
    const tokens = tokensOf(text);
    const about = oblastsAndRaions(tokens);
    const inUkraine = about.oblasts.size > 0 || about.neighbours.length > 0;
    if (!inUkraine) for (const i of abroadPairs(tokens)) about.taken.add(i);
    const mentions = mentionsIn(tokens, about.taken, inUkraine).filter(({ quality }) => quality >= least);
    return decide(mentions, about.oblasts, about.neighbours, tokens);
  }

  /** «Велика Британія», «Нью-Йорк»: no word of them is looked at alone. */
  function abroadPairs(tokens: readonly Token[]): number[] {
    return tokens.flatMap((_, i) =>
      i + 1 < tokens.length && isAbroad(fullSounds(tokens.slice(i, i + 2))) === 'whole' ? [i, i + 1] : [],
    );
  }

  /** «Львівська обл.», «на Львівщині», «Тисменицький район»: they say where a name is, and are not the name. */
  function oblastsAndRaions(tokens: readonly Token[]): {
    oblasts: Set<string>;
    neighbours: number[];
    taken: Set<number>;
  } {
    const said = new Set<string>();
    const neighbours: number[] = [];
    const taken = new Set<number>();
    tokens.forEach((token, i) => {
      if (oblastWords.has(token.text)) {
        for (const beside of [i - 1, i + 1, i - 2]) {
          const key = oblastOf(tokens, beside, true);
          if (key === null) continue;
          said.add(key);
          taken.add(beside);
          if (beside > 0 && sounds('івано')[0] === tokens[beside - 1]?.sounds[0]) taken.add(beside - 1);
          break;
        }
        taken.add(i);
      } else if (raionWords.has(token.text)) {
        for (const beside of [i - 1, i + 1]) {
          const adjective = tokens[beside];
          if (!adjective || taken.has(beside)) continue;
          const centre = raionCentre(adjective);
          if (centre === null) continue;
          neighbours.push(centre);
          taken.add(beside);
          if (beside > 0 && /^(kam|iv|bil|mohil)/.test(tokens[beside - 1]?.sounds[0] ?? '')) taken.add(beside - 1);
          break;
        }
        taken.add(i);
      }
    });
    tokens.forEach((token, i) => {
      if (taken.has(i)) return;
      const key = oblastOf(tokens, i, false);
      const before = tokens[i - 1];
      // «Старий Крим», «Кам’янка-Дніпровська» are towns.
      if (key !== null && !(before && multiWordExact([before, token]))) {
        said.add(key);
        taken.add(i);
        if (i > 0 && sounds('івано')[0] === tokens[i - 1]?.sounds[0]) taken.add(i - 1);
      }
    });
    return { oblasts: said, neighbours, taken };
  }

  /** The oblast of one word. Beside «область» a town's name will do («Львів область»), else only an adjective or «-щина». */
  function oblastOf(tokens: readonly Token[], i: number, besideOblast: boolean): string | null {
    const token = tokens[i];
    if (!token || token.text.length < 2) return null;
    for (const sound of token.sounds) {
      for (const { sound: stem, key } of oblastStems) {
        if (sound === stem && stem.length >= 2 && (besideOblast || !stem.endsWith('k'))) return key;
        if (stem.length < 4 || !sound.startsWith(stem)) continue;
        const rest = sound.slice(stem.length);
        if (besideOblast ? rest.length <= 4 : plausibleOblastEnding(stem, rest)) return key;
      }
      if (besideOblast) {
        for (const stem of oblastStems) {
          if (stem.sound.length >= 6 && distance(sound.slice(0, stem.sound.length), stem.sound) <= 1.1) return stem.key;
        }
        const centre = exactPlaces(sound).find((place) => at(settlements, place).rank === 4);
        if (centre !== undefined) return at(settlements, centre).oblastKey;
      }
    }
    return null;
  }

  function exactPlaces(sound: string): readonly number[] {
    const stem = stemOfName(sound);
    return (index.get(skeleton(stem)) ?? []).filter((form) => form.stem === stem).map((form) => form.place);
  }

  /** The town that a raion or hromada is named after. */
  function raionCentre(token: Token): number | null {
    let best: { place: number; score: number } | null = null;
    for (const sound of token.sounds) {
      const stem = stemOfName(sound.replace(/(oho|omu|im|oi|u|a|i|ii)$/, ''));
      if (!/[scz]k$/.test(stem) || stem.length < 4) continue;
      const base = stem.slice(0, -2);
      const tries = [stem, base, base.replace(/[aeiou]?[nv]$/, '')];
      for (const attempt of tries) {
        for (const place of adjectives.get(adjectiveKey(attempt)) ?? []) {
          const { name, also, rank } = at(settlements, place);
          const away = Math.min(
            ...[name, ...also].flatMap((n) =>
              soundForms(n).map((words) => distance(trimHushing(stemOfName(words.join(''))), trimHushing(attempt))),
            ),
          );
          if (away > 0.9) continue;
          const score = rank * 0.3 - away;
          if (!best || score > best.score) best = { place, score };
        }
      }
    }
    return best?.place ?? null;
  }

  function mentionsIn(tokens: readonly Token[], taken: ReadonlySet<number>, inUkraine: boolean): Mention[] {
    const all: Mention[] = [];
    for (let from = 0; from < tokens.length; from++) {
      for (let length = 1; length <= 3 && from + length <= tokens.length; length++) {
        const span = tokens.slice(from, from + length);
        if (span.some((_, k) => taken.has(from + k))) break;
        const mention = mentionOf(span, from, tokens);
        if (!mention) continue;
        // Торунь and Варшава are villages too: they are meant only where an oblast or a raion is said.
        const abroadAs = inUkraine ? null : isAbroad(fullSounds(span));
        const known = topRank(mention) >= 1 && mention.quality >= 1;
        if (abroadAs === 'whole' || (abroadAs === 'beginning' && !known)) continue;
        all.push(mention);
      }
    }
    // The surest first; a longer name beats the shorter ones inside it.
    all.sort((a, b) => weight(b) - weight(a) || a.from - b.from);
    const kept: Mention[] = [];
    for (const mention of all) {
      if (kept.every((other) => mention.to <= other.from || mention.from >= other.to)) kept.push(mention);
    }
    return kept.sort((a, b) => a.from - b.from);
  }

  function mentionOf(span: readonly Token[], from: number, tokens: readonly Token[]): Mention | null {
    const before = tokens[from - 1]?.text ?? '';
    const before2 = tokens[from - 2]?.text ?? '';
    const neighbour = leadsToNeighbour.has(before) || (leadsToNeighbour.has(before2) && leadsToPlace.has(before));
    const said = neighbour || leadsToPlace.has(before) || span.every((token) => token.capital);
    // «Дружба», «Нове» are villages only where they are called so.
    if (span.length === 1 && asking.has(at(span, 0).text) && !settlementWords.has(before)) return null;
    if (span.some((token) => token.text.length === 1)) return null;
    if (span.length > 1 && (asking.has(at(span, 0).text) || asking.has(at(span, span.length - 1).text))) {
      if (!span.every((token) => token.capital || !asking.has(token.text)) && !multiWordExact(span)) return null;
    }
    const matches = matchesOf(span);
    const best = Math.max(0, ...matches.map((match) => match.quality));
    // An oblast centre is meant even where a hamlet is spelt a little closer: «we Lwowie» is not Lvove.
    const places = [
      ...new Set(
        matches
          .filter(({ place, quality }) => quality >= best - (at(settlements, place).rank === 4 ? 0.08 : 0.02))
          .map((match) => match.place),
      ),
    ];
    if (places.length === 0) return null;
    const top = Math.max(...places.map((place) => at(settlements, place).rank));
    const marked = settlementWords.has(before) || span.every((token) => token.capital);
    const letters = span.reduce((sum, token) => sum + token.text.length, 0);
    if (best < qualityNeeded(tokens, top, said, marked, letters)) return null;
    const role = neighbour ? 'neighbour' : 'place';
    return { from, to: from + span.length, quality: best, places, role, said };
  }

  function multiWordExact(span: readonly Token[]): boolean {
    return matchesOf(span).some((match) => match.quality >= 0.95);
  }

  function matchesOf(span: readonly Token[]): { place: number; quality: number }[] {
    const best = new Map<number, number>();
    const typedFull = new Set(fullSounds(span));
    const consider = (forms: readonly Form[], stem: string, penalty: number): void => {
      for (const form of forms.slice(0, 200)) {
        const away = distance(stem, form.stem) + penalty;
        const quality = 1 - away / Math.max(4, form.stem.length);
        // Hardly anyone misses the first letter.
        if (penalty + away > 0.5 && firstDiffers(stem, form.stem)) continue;
        // A short name has no letter to spare: «бере» is not Бар.
        if (form.stem.length <= 4 && away > 0.45) continue;
        if (form.stem.length <= 6 && away > 1.05) continue;
        if (quality < 0.75) continue;
        if (form.words.length !== span.length && span.length > 1 && form.words.length > 1 && quality < 0.95) continue;
        // «Комсомольськ» is not «Комсомольське», though both have one stem.
        const exact = quality + (typedFull.has(form.full) ? 0.03 : 0);
        if (exact > (best.get(form.place) ?? 0)) best.set(form.place, exact);
      }
    };
    const typed = typedStems(span);
    for (const { stem, penalty } of typed) consider(index.get(skeleton(stem)) ?? [], stem, penalty);
    if (Math.max(0, ...best.values()) >= 0.9) return asMatches(best);
    for (const { stem, penalty } of typed) {
      const key = skeleton(stem);
      if (key.length < 3 || stem.length < 4) continue;
      const near = new Set<string>();
      for (const short of [key, ...withoutOne(key)]) {
        if (index.has(short)) near.add(short);
        for (const other of byShortened().get(short) ?? []) near.add(other);
      }
      for (const other of near) {
        const forms = index.get(other) ?? [];
        const known = key.length < 4 ? forms.filter(({ place }) => at(settlements, place).rank >= 2) : forms;
        consider(known, stem, penalty);
      }
    }
    return asMatches(best);
  }

  function decide(
    mentions: readonly Mention[],
    oblasts: ReadonlySet<string>,
    neighbours: readonly number[],
    tokens: readonly Token[],
  ): PlaceFound {
    let mains = mentions.filter((mention) => mention.role === 'place');
    const beside = mentions.filter((mention) => mention.role === 'neighbour');
    if (mains.length > 1) {
      const strong = mains.filter((m) => (m.said || m.quality > 0.97) && topRank(m) > 0);
      if (strong.length > 0)
        mains = strong.filter((m) => m.said || !strong.some((other) => other.said && topRank(other) > 0));
    }
    if (mains.length === 0) {
      const only = beside[0] ? resolve(beside[0].places, oblasts, []) : neighbours.slice(0, 1);
      return answer(only);
    }
    const anchors = [...neighbours, ...beside.flatMap((mention) => resolve(mention.places, oblasts, []).slice(0, 1))];
    if (mains.length === 1) return answer(resolve(at(mains, 0).places, oblasts, anchors));
    // «Олександрівка, Кропивницький»: a bigger town after the comma says which of the same name.
    const [first, second] = [at(mains, 0), at(mains, 1)];
    const secondPlaces = resolve(second.places, oblasts, anchors);
    const firstAmbiguous = resolve(first.places, oblasts, anchors).length > 1;
    if (secondPlaces.length === 1 && topRank(second) > topRank(first)) {
      const near = resolve(first.places, oblasts, secondPlaces);
      const isNear = near.length === 1 && km(at(near, 0), at(secondPlaces, 0)) < NEIGHBOUR_KM;
      const adjacent = onlyNoise(tokens, first.to, second.from);
      if (isNear && (firstAmbiguous || adjacent)) return answer(near);
    }
    const several = mains.flatMap((mention) => resolve(mention.places, oblasts, anchors).slice(0, 2));
    return answer([...new Set(several)]);
  }

  /** The settlements of one name that the rest of the text allows, the likeliest first; one of them where it is clear. */
  function resolve(
    places: readonly number[],
    oblasts: ReadonlySet<string>,
    anchors: readonly number[],
  ): readonly number[] {
    let left = merged(places);
    if (oblasts.size > 0) {
      const inside = left.filter((place) => oblasts.has(at(settlements, place).oblastKey));
      if (inside.length > 0) left = inside;
      else return left.filter((place) => at(settlements, place).rank >= 2);
    }
    left.sort((a, b) => standing(b) - standing(a));
    if (left.length < 2) return left;
    const anchor = anchors[0];
    if (anchor !== undefined) {
      const byDistance = [...left].sort((a, b) => km(a, anchor) - km(b, anchor));
      if (km(at(byDistance, 0), anchor) < NEIGHBOUR_KM) return byDistance.slice(0, 1);
    }
    const [first, second] = [standing(at(left, 0)), standing(at(left, 1))];
    const oneOblast = left.every(
      (place) => at(settlements, place).oblastKey === at(settlements, at(left, 0)).oblastKey,
    );
    if (oneOblast && first - second >= 2) return left.slice(0, 1);
    if (first >= 6 && first - second >= 2) return left.slice(0, 1);
    if (first >= 4 && second < 2) return left.slice(0, 1);
    return left;
  }

  /** Rank twice over, one more where there is a library: who is meant when nothing else is said. */
  function standing(place: number): number {
    const { rank, hasLibrary } = at(settlements, place);
    return rank * 2 + (hasLibrary === true ? 1 : 0);
  }

  function merged(places: readonly number[]): number[] {
    const kept: number[] = [];
    for (const place of [...places].sort((a, b) => standing(b) - standing(a))) {
      if (kept.every((other) => km(other, place) > SAME_PLACE_KM)) kept.push(place);
    }
    return kept;
  }

  function answer(places: readonly number[]): PlaceFound {
    const first = places[0];
    if (first === undefined) return { outcome: 'none' };
    if (places.length === 1) return { outcome: 'found', place: shown(first) };
    const firstOfOblast = places.filter((place, i) => places.findIndex((other) => sameLabel(other, place)) === i);
    if (firstOfOblast.length > 1) return { outcome: 'choose', places: firstOfOblast.slice(0, MAX_CHOICES).map(shown) };
    // All in one oblast: the next town tells them apart.
    const withTown = places.slice(0, MAX_CHOICES).map((place) => ({ ...shown(place), near: townNear(place) }));
    return { outcome: 'choose', places: withTown };
  }

  function sameLabel(a: number, b: number): boolean {
    const [one, other] = [at(settlements, a), at(settlements, b)];
    return one.oblastKey === other.oblastKey && one.name === other.name;
  }

  function townNear(place: number): string {
    let nearest = place;
    let best = Number.POSITIVE_INFINITY;
    settlements.forEach(({ rank }, other) => {
      if (rank < 2 || other === place) return;
      const away = km(place, other);
      if (away < best) [nearest, best] = [other, away];
    });
    return at(settlements, nearest).name;
  }

  function topRank(mention: Mention): number {
    return Math.max(...mention.places.map((place) => at(settlements, place).rank));
  }

  function weight(mention: Mention): number {
    const place = topRank(mention) > 0 ? 0.05 : 0;
    return mention.quality + 0.12 * (mention.to - mention.from) + (mention.said ? 0.05 : 0) + place;
  }

  function km(a: number, b: number): number {
    return kmBetween(at(settlements, a), at(settlements, b));
  }
}

/**
 * How well a word must fit to be taken for a place: the longer the text around it, the less a mere likeness counts.
 * `top` is the rank of what it may be, `said` that a preposition or a capital letter speaks for it, `marked` that it is
 * called a village or town or has a capital letter.
 */
function qualityNeeded(tokens: readonly Token[], top: number, said: boolean, marked: boolean, letters: number): number {
  const never = 9;
  const content = tokens.filter((token) => !asking.has(token.text)).length;
  if (tokens.length <= 2) return 0.8;
  if (content <= 2) return top > 0 ? 0.84 : said ? 0.88 : 0.96;
  if (content <= 4) {
    if (said) return top > 0 ? 0.86 : marked ? 0.9 : content === 3 ? 0.97 : never;
    return top >= 2 && letters >= 4 ? 0.93 : top > 0 && letters >= 5 ? 0.96 : never;
  }
  if (top === 0) return marked && said ? 0.95 : never;
  if (said) return letters >= 5 || marked ? 0.93 : 0.97;
  return top >= 2 && letters >= 6 ? 0.97 : never;
}

/** Whether typed words, joined as they sound, are a place abroad: the whole of one, or only begin like one that is open. */
function createAbroad(words: readonly string[]): (typed: readonly string[]) => 'whole' | 'beginning' | null {
  const whole = new Set<string>();
  const beginnings = new Set<string>();
  for (const word of words) {
    for (const sound of soundForms(word.replace('*', '')).map((all) => all.join(''))) {
      whole.add(sound);
      if (!word.endsWith('*')) continue;
      // «венеці*» sounds `veneci`, «Венеція» `veneca`.
      const stem = stemOfName(sound);
      beginnings.add(stem.length >= 5 ? stem : sound);
    }
  }
  const longest = Math.max(0, ...[...beginnings].map((sound) => sound.length));
  return (typed) => {
    if (typed.some((sound) => whole.has(sound))) return 'whole';
    for (const sound of typed) {
      for (let length = 3; length <= Math.min(longest, sound.length); length++) {
        if (beginnings.has(sound.slice(0, length))) return 'beginning';
      }
    }
    return null;
  };
}

function asMatches(best: ReadonlyMap<number, number>): { place: number; quality: number }[] {
  return [...best].map(([place, quality]) => ({ place, quality }));
}

function onlyNoise(tokens: readonly Token[], from: number, to: number): boolean {
  return tokens.slice(from, to).every((token) => leadsToPlace.has(token.text));
}

/** Oblasts whose adjective is spelt like a case of the town: «у Донецьку». */
const likeTheTown = /(frankivsk|frankovsk|doneck|luhansk|petrovsk)$/;

/** «волинськ» + «ої»; the masculine «Хмельницький» is the town, so with no «область» only feminine endings count. */
function plausibleOblastEnding(stem: string, rest: string): boolean {
  if (likeTheTown.test(stem) && /^[ua]$/.test(rest)) return false;
  return stem.endsWith('k')
    ? /^(a|oi|ii|i|u|ou|aia|uu|ei)$/.test(rest) && rest !== 'i'
    : /^([aeiou]{0,3}|ou|ami)$/.test(rest);
}

/** Sound forms of a name as it stands in the gazetteer: one for each reading. */
function soundForms(name: string): string[][] {
  const words = name.split(/[\s\-–—.,]+/).filter((word) => word !== '');
  const readings = words.map(sounds).filter((all) => all.length > 0);
  if (readings.length === 0) return [];
  const count = Math.max(...readings.map((all) => all.length));
  return Array.from({ length: count }, (_, k) => readings.map((all) => all[k] ?? at(all, 0)));
}

/** The name as a Russian speaker writes it by rule, beside itself: Олександрівка, Александровка. */
function withRussian(words: string[]): string[][] {
  const russian = words.map((word) =>
    word
      .replace(/^oleksandr/, 'aleksandr')
      .replace(/^mikola/, 'nikola')
      .replace(/^kaman/, 'kamen')
      .replace(/ivk(?=[ai]?$)/, 'ovk'),
  );
  return russian.some((word, i) => word !== words[i]) ? [words, russian] : [words];
}

function firstDiffers(a: string, b: string): boolean {
  const [one, other] = [a.charAt(0).replace('x', 'h'), b.charAt(0).replace('x', 'h')];
  return one !== other && !(/[aeiou]/.test(one) && /[aeiou]/.test(other));
}

function fullSounds(span: readonly Token[]): string[] {
  const count = Math.max(1, ...span.map((token) => token.sounds.length));
  return Array.from({ length: count }, (_, k) => span.map(({ sounds: all }) => all[k] ?? all[0] ?? '').join(''));
}

/** Stems that the typed words may stand for, joined, with what the less likely ones cost. At most 24. */
function typedStems(span: readonly Token[]): { stem: string; penalty: number }[] {
  let all: { stem: string; penalty: number }[] = [{ stem: '', penalty: 0 }];
  span.forEach((token) => {
    const options = [
      ...new Map(
        token.sounds.flatMap((sound, reading) =>
          stemsOfTyped(sound).map((stem, k) => [stem, (k > 0 ? 0.2 : 0) + (reading > 0 ? 0.02 : 0)] as const),
        ),
      ),
    ];
    all = all
      .flatMap((start) =>
        options.map(([stem, penalty]) => ({ stem: start.stem + stem, penalty: start.penalty + penalty })),
      )
      .slice(0, 24);
  });
  return all;
}

function tokensOf(text: string): Token[] {
  const plain = text.normalize('NFC').replace(/р-н/giu, 'рн').replace(/обл-т/giu, 'област');
  const tokens: Token[] = [];
  for (const match of plain.matchAll(/[\p{L}\p{M}\p{N}'’ʼ`´]+/gu)) {
    if (tokens.length >= MAX_WORDS) break;
    const word = match[0].replace(/^['’ʼ`´]+|['’ʼ`´]+$/gu, '');
    if (!/\p{L}/u.test(word) || word.length > 40) continue;
    tokens.push({
      text: sameAlphabet(word),
      sounds: sounds(word),
      capital: /^\p{Lu}/u.test(word),
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return tokens;
}

function withoutOne(key: string): string[] {
  if (key.length < 4) return [];
  return Array.from({ length: key.length }, (_, i) => key.slice(0, i) + key.slice(i + 1));
}

/** Consonants that change before -ський: Бучач, бучацький. */
function trimHushing(stem: string): string {
  return stem.replace(/[qcwjhkzsx]$/, '');
}

function adjectiveKey(stem: string): string {
  return skeleton(trimHushing(stem));
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function at<T>(list: readonly T[], i: number): T {
  return list[i] as T;
}
