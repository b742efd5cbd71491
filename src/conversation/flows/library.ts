import type { Library, Near, Place } from '../../libraries/library.ts';
import { clocksDiffer, dateOf, shortDayOf, timeOf } from '../clock-words.ts';
import { type Flow, type Told, type Turn, zoneOf } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { asSentence, inRows, toMenu } from '../screens.ts';

/**
 * The nearest library, by a shared position, a typed place or an oblast.
 * `library` · `library:near:<lat>:<lon>` · `library:o` · `library:o:<oblast>:<page>` · `library:i:<id>` · `library:mine:<id>`
 */
export const library: Flow = {
  word: 'library',
  async choose([step, value = '', other = ''], turn) {
    switch (step) {
      case 'near': {
        const point = { lat: Number(value), lon: Number(other) };
        return Number.isFinite(point.lat) && Number.isFinite(point.lon) ? nearest(point, turn) : askPlace(turn);
      }
      case 'o':
        return value === '' ? oblasts(turn) : inOblast(value, Number(other) || 0, turn);
      case 'i':
        return card(value, turn);
      case 'mine':
        return mine(value, turn);
      default:
        return askPlace(turn);
    }
  },
  async hear(step, deed, turn) {
    if (step.step !== 'place') return null;
    if (deed.kind === 'place') return nearest(deed, turn);
    if (deed.kind !== 'text') return null;
    // Words that are a question and no place are answered as a question.
    const found = turn.services.directory.findPlace(deed.text);
    if (found.outcome === 'none' && turn.services.knowledge.ask(deed.text).outcome === 'answer') return null;
    return libraryForPlace(deed.text, turn) ?? notFound(turn);
  },
};

function askPlace(turn: Turn): Told {
  const { t, services } = turn;
  const can = services.channel(turn.event.channel).place;
  return {
    replies: [
      {
        text: t(can ? 'library:where' : 'library:whereTyped'),
        rows: [[{ label: t('library:byOblast'), action: 'library:o' }], [toMenu(turn)]],
        ...(can ? { ask: { what: 'place', label: t('library:share') } as const } : {}),
      },
    ],
    at: { flow: 'library', step: 'place', told: {} },
  };
}

/** The libraries near a place that the text names; null where it names none. */
export function libraryForPlace(text: string, turn: Turn): Told | null {
  const found = turn.services.directory.findPlace(text);
  if (found.outcome === 'found') return nearest(found.place, turn);
  if (found.outcome === 'none') return null;
  const rows = found.places.map((place) => [
    {
      label: placeLabel(place, turn),
      action: `library:near:${place.lat.toFixed(4)}:${place.lon.toFixed(4)}`,
    },
  ]);
  return {
    replies: [{ text: turn.t('library:whichOne'), rows: [...rows, [toMenu(turn)]] }],
    at: { flow: 'library', step: 'place', told: {} },
  };
}

/** «Миколаївка, Донецька обл., біля міста Слов’янськ»: enough to tell it from its namesakes. */
export function placeLabel(place: Place, turn: Turn): string {
  const { name, oblast, near } = place;
  // Kyiv, Sevastopol and Crimea are no oblasts: only an adjective takes the word.
  const where =
    oblast === null
      ? name
      : turn.t(/ka$|\u043a\u0430$/.test(oblast) ? 'library:placeIn' : 'library:placeOf', { place: name, oblast });
  return near ? turn.t('library:placeNear', { place: where, near }) : where;
}

function notFound(turn: Turn): Told {
  return {
    replies: [
      {
        text: turn.t('library:unknownPlace'),
        rows: [[{ label: turn.t('library:byOblast'), action: 'library:o' }], [toMenu(turn)]],
      },
    ],
  };
}

function nearest(point: { lat: number; lon: number }, turn: Turn): Told {
  const { directory, bookings } = turn.services;
  const near = directory.nearest(point, 3);
  const shown = near.map((found) => nearLine(found, turn)).join('\n\n');
  const buttons = near.map((found) => [
    { label: inWords(found.library.name, turn.language), action: `library:i:${found.library.id}` },
  ]);
  const joined = near.some((found) => bookings.joined(found.library.id))
    ? null
    : (directory.nearest(point, 1, (candidate) => bookings.joined(candidate.id))[0] ?? null);
  const booking: Choice[][] = joined
    ? [
        [
          {
            label: turn.t('library:bookAt', { library: inWords(joined.library.settlement, turn.language) }),
            action: `book:lib:${joined.library.id}`,
          },
        ],
      ]
    : [];
  return {
    replies: [
      {
        text: [
          turn.t('library:nearest'),
          shown,
          joined
            ? turn.t('library:nearestJoined', {
                library: inWords(joined.library.name, turn.language),
                km: distance(joined.km, turn),
              })
            : '',
          near.some((found) => found.library.demo) ? turn.t('notices:demo') : '',
        ]
          .filter((part) => part !== '')
          .join('\n\n'),
        rows: [...buttons, ...booking, [{ label: turn.t('library:otherPlace'), action: 'library' }, toMenu(turn)]],
      },
    ],
    at: null,
  };
}

function nearLine({ library: found, km }: Near, turn: Turn): string {
  const approximate = found.coords !== 'address' || km >= 10;
  const about = [
    turn.t(approximate ? 'library:kmAbout' : 'library:km', { km: distance(km, turn) }),
    found.address ?? inWords(found.settlement, turn.language),
    openLine(found, turn),
  ];
  return [
    `**${inWords(found.name, turn.language)}**`,
    about
      .filter((part) => part !== '')
      .map(asSentence)
      .join('. '),
  ].join('\n');
}

/** «зараз відчинено, до 17:00 (у вас 16:00)»; empty where the hours aren't known. */
export function openLine(found: Library, turn: Turn): string {
  if (!found.hours) return '';
  const { t, language, now, services } = turn;
  const zone = found.hours.zone;
  const own = zoneOf(turn.session, services.knowledge);
  const yours = (at: number) =>
    clocksDiffer(at, zone, own) ? ` ${t('resources:yours', { time: timeOf(at, own, language) })}` : '';
  const state = services.openState(found.hours, now);
  if (state.state === 'open') return `${t('library:openUntil', { time: state.until })}${yours(state.untilMs)}`;
  if (!state.opens) return '';
  const day = shortDayOf(state.opens.atMs, zone, language);
  return `${t('library:opens', { day, time: state.opens.at })}${yours(state.opens.atMs)}`;
}

function oblasts(turn: Turn): Told {
  const choices = turn.services.directory.oblasts().map((oblast) => ({
    label: oblast.name[turn.language === 'en' ? 'en' : 'uk'],
    action: `library:o:${oblast.key}:0`,
  }));
  return {
    replies: [{ text: turn.t('library:whichOblast'), rows: inRows(choices, 3) }],
    at: { flow: 'library', step: 'place', told: {} },
  };
}

const perPage = 6;

function inOblast(key: string, page: number, turn: Turn): Told {
  const all = turn.services.directory.inOblast(key);
  if (all.length === 0) return oblasts(turn);
  const shown = all.slice(page * perPage, (page + 1) * perPage);
  const next: Choice[] =
    all.length > (page + 1) * perPage
      ? [{ label: turn.t('library:more'), action: `library:o:${key}:${page + 1}` }]
      : [];
  return {
    replies: [
      {
        text: turn.t('library:pick'),
        rows: [
          ...shown.map((found) => [{ label: inWords(found.name, turn.language), action: `library:i:${found.id}` }]),
          [...next, { label: turn.t('library:otherOblast'), action: 'library:o' }, toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

function card(id: string, turn: Turn): Told {
  const found = turn.services.directory.get(id);
  if (!found) return askPlace(turn);
  const { t, language, services } = turn;
  const services_ = found.services.map((service) => inWords(service, language)).join(', ');
  const joined = services.bookings.joined(id);
  const open = openLine(found, turn);
  const lines = [
    `**${inWords(found.name, language)}**`,
    [inWords(found.settlement, language), found.address ?? ''].filter((part) => part !== '').join(', '),
    ...(found.unconfirmed ? [t('library:unconfirmed')] : []),
    ...(found.note ? [inWords(found.note, language)] : []),
    found.phone ? `[${found.phone.display}](tel:${found.phone.number})` : t('library:noPhone'),
    ...(found.email ? [`[${found.email}](mailto:${found.email})`] : []),
    open === '' ? t('library:noHours') : asSentence(open),
    ...(found.hours?.as_of ? [t('library:asOf', { date: found.hours.as_of })] : []),
    ...(found.hours?.note ? [inWords(found.hours.note, language)] : []),
    ...(services_ === '' ? [] : [t('library:services', { services: services_ })]),
    ...(found.url?.startsWith('https://') ? [`[${new URL(found.url).host}](${found.url})`] : []),
    t('library:checked', { date: dateOf(found.checked_on) }),
    ...(joined ? [] : [t('library:notJoined')]),
    ...(found.demo ? [t('notices:demo')] : []),
  ];
  const nearestJoined = joined
    ? null
    : services.directory.nearest(found, 1, (other) => services.bookings.joined(other.id))[0];
  const book: Choice[] = joined
    ? [{ label: t('library:book'), action: `book:lib:${id}` }]
    : nearestJoined
      ? [
          {
            label: t('library:bookAt', { library: inWords(nearestJoined.library.settlement, language) }),
            action: `book:lib:${nearestJoined.library.id}`,
          },
        ]
      : [];
  const reply: Reply = {
    text: lines.join('\n'),
    rows: [
      book,
      [{ label: t('library:makeMine'), action: `library:mine:${id}` }],
      [{ label: t('library:otherPlace'), action: 'library' }, toMenu(turn)],
    ].filter((row) => row.length > 0),
    pin: {
      lat: found.lat,
      lon: found.lon,
      title: inWords(found.name, language),
      address: found.address ?? inWords(found.settlement, language),
    },
  };
  return { replies: [reply], at: null };
}

function mine(id: string, turn: Turn): Told {
  const found = turn.services.directory.get(id);
  if (!found) return askPlace(turn);
  const book: Choice[][] = turn.services.bookings.joined(id)
    ? [[{ label: turn.t('library:book'), action: `book:lib:${id}` }]]
    : [];
  return {
    replies: [
      {
        text: turn.t('library:isMine', { library: inWords(found.name, turn.language) }),
        rows: [...book, [toMenu(turn)]],
      },
    ],
    known: { library: id },
  };
}

function distance(km: number, turn: Turn): string {
  return new Intl.NumberFormat(turn.language, { maximumFractionDigits: km < 10 ? 1 : 0 }).format(km);
}
