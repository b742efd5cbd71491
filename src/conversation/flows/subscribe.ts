import type { Consent, Quiet, Subscription } from '../../announcements/subscribers.ts';
import { type Topic, topics } from '../../announcements/topics.ts';
import type { Place } from '../../libraries/library.ts';
import { timeOf } from '../clock-words.ts';
import { type Flow, type Reader, type Told, type Turn, zoneOf } from '../flow.ts';
import { countryName, inWords } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { inRows, linkLine, toMenu } from '../screens.ts';
import type { Step } from '../session.ts';
import { buttonMeant } from '../typed.ts';
import { placeLabel } from './library.ts';

/**
 * News: of which topics and libraries, when not, and the way out. Who asks for the first time ticks topics and agrees by
 * «Done»; from then on a tick holds at once. What an action does is said in it (`on`, not "the other way round"), so that
 * a turn that is taken twice ends the same.
 *
 * `subscribe` · `subscribe:on:<topic>` `subscribe:off:<topic>` `subscribe:want:<topic>` (its place in the list: a button may show what it sends) ·
 * `subscribe:topics` `subscribe:new` `subscribe:done` · `subscribe:libs` `subscribe:in:<library>` `subscribe:out:<library>`
 * `subscribe:place` `subscribe:near:<lat>:<lon>` · `subscribe:quiet` `subscribe:q:<all|none|from-to>` · `subscribe:end` ·
 * `subscribe:stop` `subscribe:again` · `subscribe:halt` (the word «stop», whatever it is about)
 */
export const subscribe: Flow = {
  word: 'subscribe',
  async choose([step, value = '', more = ''], turn) {
    switch (step) {
      case 'stop':
        return stop(turn);
      case 'again':
        return comeBack(turn);
      case 'halt':
        return halt(turn);
      default:
        break;
    }
    const stands = await turn.services.subscribers.of(turn.person);
    return stands?.active ? change(step, value, more, stands, turn) : begin(step, value, stands, turn);
  },

  async hear(step, deed, turn) {
    if (step.step === 'place') {
      if (deed.kind === 'place') return subscribe.choose(['near', String(deed.lat), String(deed.lon)], turn);
      return deed.kind === 'text' ? placeTyped(deed.text, turn) : null;
    }
    if (deed.kind !== 'text' || deed.text.length > 60) return null;
    const [word, ...args] = (buttonMeant(deed.text, topicRows(tickedAt(step), turn)) ?? '').split(':');
    return word === 'subscribe' ? subscribe.choose(args, turn) : null;
  },

  async again(step, turn) {
    return step.step === 'place' ? askPlace(turn) : ticking(tickedAt(step), turn);
  },
};

/**
 * What stands above the buttons that mean yes (`subscribe:consent` and the screens that follow from it). Another number
 * when their sense changes: it is kept with every consent.
 */
export const wording = '1';

/** @param screen where the tap was */
function agreed(screen: 'first' | 'topics' | 'libraries' | 'again', turn: Turn): Consent {
  return { wording: `${wording}/${screen}`, language: turn.language };
}

// ---------------------------------------------------------------- who gets nothing yet, or no longer

async function begin(step: string | undefined, value: string, stands: Subscription | null, turn: Turn): Promise<Told> {
  if (turn.services.sessionsDown) return sorry(turn);
  const { at } = turn.session;
  const before = at?.flow === 'subscribe' && at.step === 'topics' ? tickedAt(at) : (stands?.topics ?? []);
  const topic = topics[Number(value)];
  switch (step) {
    case 'on':
    case 'want':
    case 'off':
      return ticking(topic ? ticked(before, topic, step === 'off' ? 'off' : 'on') : before, turn);
    case 'done':
      return agree(before, stands, turn);
    case 'new':
    case 'topics':
      return ticking(before, turn);
    default:
      return stands && stands.topics.length > 0 ? oldChoices(stands, turn) : ticking([], turn);
  }
}

/** The ticks of somebody who has not agreed yet stand in their session. */
function ticking(chosen: readonly Topic[], turn: Turn, none = turn.t('subscribe:choose')): Told {
  const { t } = turn;
  const now =
    chosen.length > 0
      ? `${t('subscribe:chosen', { topics: topicNames(chosen, turn) })} ${t('subscribe:enough')}`
      : none;
  return {
    replies: [{ text: paragraphs(t('subscribe:consent'), now), rows: topicRows(chosen, turn) }],
    at: { flow: 'subscribe', step: 'topics', told: { t: chosen.map((topic) => topics.indexOf(topic)).join('') } },
  };
}

function tickedAt({ told }: Step): Topic[] {
  const digits = told.t ?? '';
  return topics.filter((_, i) => digits.includes(String(i)));
}

async function agree(chosen: readonly Topic[], stands: Subscription | null, turn: Turn): Promise<Told> {
  if (chosen.length === 0) return ticking([], turn, turn.t('subscribe:atLeastOne'));
  const { person, services } = turn;
  const libraries = stands?.libraries ?? [];
  await services.subscribers.subscribe({ person, topics: chosen, libraries, consent: agreed('first', turn) });
  const now = { topics: chosen, libraries, quiet: stands?.quiet ?? null, active: true, since: turn.now };
  return whichLibraries(now, turn);
}

function oldChoices(stands: Subscription, turn: Turn): Told {
  const { t } = turn;
  return {
    replies: [
      {
        text: paragraphs(t('subscribe:paused'), choiceLines(stands, turn).join('\n'), t('subscribe:consent')),
        rows: [
          [{ label: t('subscribe:welcomeBack'), action: 'subscribe:again' }],
          [{ label: t('subscribe:anew'), action: 'subscribe:new' }],
          [toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

/** What is ticked can't be remembered now. */
function sorry(turn: Turn): Told {
  const { t } = turn;
  return {
    replies: [{ text: t('notices:paused'), rows: [[{ label: t('menu:sos'), action: 'sos' }], [toMenu(turn)]] }],
  };
}

// ---------------------------------------------------------------- who gets news

async function change(
  step: string | undefined,
  value: string,
  more: string,
  stands: Subscription,
  turn: Turn,
): Promise<Told> {
  switch (step) {
    case 'on':
    case 'off': {
      const topic = topics[Number(value)];
      if (!topic) return itsTopics(stands, turn);
      return itsTopics(await keep({ ...stands, topics: ticked(stands.topics, topic, step) }, 'topics', turn), turn);
    }
    case 'topics':
    case 'want':
    case 'new':
      return itsTopics(stands, turn);
    case 'done':
    case 'libs':
      return whichLibraries(stands, turn);
    case 'in':
      return follow(value, stands, turn);
    case 'out': {
      const libraries = stands.libraries.filter((id) => id !== value);
      return whichLibraries(await keep({ ...stands, libraries }, 'libraries', turn), turn);
    }
    case 'place':
      return askPlace(turn);
    case 'near':
      return near({ lat: Number(value), lon: Number(more) }, stands, turn);
    case 'quiet':
      return whichQuiet(stands, turn);
    case 'q':
      return beQuiet(value, stands, turn);
    case 'end':
      return summary('subscribe:asked', stands, turn);
    default:
      return summary('subscribe:now', stands, turn);
  }
}

async function keep(wanted: Subscription, screen: 'topics' | 'libraries', turn: Turn): Promise<Subscription> {
  const { person, services } = turn;
  const { topics: chosen, libraries } = wanted;
  await services.subscribers.subscribe({ person, topics: chosen, libraries, consent: agreed(screen, turn) });
  return wanted;
}

function itsTopics({ topics: chosen }: Subscription, turn: Turn): Told {
  const { t } = turn;
  const now = chosen.length > 0 ? t('subscribe:yours', { topics: topicNames(chosen, turn) }) : t('subscribe:yoursNone');
  return {
    replies: [{ text: paragraphs(t('subscribe:consent'), now), rows: topicRows(chosen, turn, 'subscribe:now') }],
    at: null,
  };
}

async function summary(title: string, stands: Subscription, turn: Turn): Promise<Told> {
  const { t, event, services } = turn;
  const lines = [t(title), ...choiceLines(stands, turn), quietLine(stands.quiet, turn)];
  const rows: Choice[][] = [
    [
      { label: t('subscribe:change.topics'), action: 'subscribe:topics' },
      { label: t('subscribe:change.libraries'), action: 'subscribe:libs' },
    ],
    [
      { label: t('subscribe:change.quiet'), action: 'subscribe:quiet' },
      { label: t('menu:language'), action: 'language' },
    ],
    [{ label: t('menu:dates'), action: 'dates' }],
    [{ label: t('subscribe:stop'), action: 'subscribe:stop' }],
    [toMenu(turn)],
  ];
  const where = services.channel(event.channel).anonymous ? await whereElse(turn) : '';
  return { replies: [{ text: paragraphs(lines.join('\n'), where), rows }], at: null };
}

/** Where a chat hangs on one device, there are better places for news. */
async function whereElse(turn: Turn): Promise<string> {
  const { t, event, services } = turn;
  const links = (await services.links('news')).filter(({ channel }) => channel !== event.channel);
  if (links.length === 0) return t('subscribe:hereOnly');
  return [`${t('subscribe:hereOnly')} ${t('subscribe:elsewhere')}`, ...links.map((link) => linkLine(link, turn))].join(
    '\n',
  );
}

/** What somebody has chosen, a line each; also for who has stopped. */
export function choiceLines({ topics: chosen, libraries }: Subscription, reader: Reader): string[] {
  const { t } = reader;
  const names = libraryNames(libraries, reader);
  return [
    chosen.length > 0 ? t('subscribe:topics', { topics: topicNames(chosen, reader) }) : t('subscribe:topicsNone'),
    names === '' ? t('subscribe:librariesNone') : t('subscribe:libraries', { libraries: names }),
  ];
}

export function quietLine(quiet: Quiet, { t, services }: Reader): string {
  const hours = quiet ?? services.quietHours;
  return hours === 'none' || hours.from === hours.to ? t('subscribe:quietNone') : t('subscribe:quiet', clock(hours));
}

// ---------------------------------------------------------------- topics

function ticked(before: readonly Topic[], topic: Topic, how: 'on' | 'off'): Topic[] {
  return topics.filter((other) => (other === topic ? how === 'on' : before.includes(other)));
}

function topicRows(chosen: readonly Topic[], turn: Turn, done = 'subscribe:done'): Choice[][] {
  const choices = topics.map((topic, i) => {
    const on = chosen.includes(topic);
    return tick(on, turn.t(`subscribe:topic.${topic}`), `subscribe:${on ? 'off' : 'on'}:${i}`, turn);
  });
  return [...inRows(choices, 2, 22), [{ label: turn.t('subscribe:done'), action: done }], [toMenu(turn)]];
}

function tick(on: boolean, what: string, action: string, { t }: Turn): Choice {
  return { label: t(on ? 'subscribe:on' : 'subscribe:off', { what }), action };
}

function topicNames(chosen: readonly Topic[], { t }: Pick<Reader, 't'>): string {
  return chosen.map((topic) => t(`subscribe:topic.${topic}`)).join(', ');
}

// ---------------------------------------------------------------- libraries

/** More would not be read, nor fit a screen. */
const mostLibraries = 5;

function whichLibraries({ libraries }: Subscription, turn: Turn): Told {
  const { t, language, services, session } = turn;
  const followed = libraries.flatMap((id) => services.directory.get(id) ?? []);
  const mine = session.library === null ? undefined : services.directory.get(session.library);
  const offered = mine && !libraries.includes(mine.id) ? mine : null;
  const names = libraryNames(libraries, turn);
  return {
    replies: [
      {
        text: paragraphs(
          t('subscribe:whichLibraries'),
          [
            names === '' ? '' : t('subscribe:following', { libraries: names }),
            offered ? t('subscribe:mine', { library: inWords(offered.name, language) }) : '',
          ]
            .filter(filled)
            .join('\n'),
        ),
        rows: [
          ...(offered ? [[tick(false, inWords(offered.name, language), `subscribe:in:${offered.id}`, turn)]] : []),
          ...followed.map((found) => [tick(true, inWords(found.name, language), `subscribe:out:${found.id}`, turn)]),
          [
            {
              label: t(followed.length > 0 || offered ? 'subscribe:otherToo' : 'subscribe:other'),
              action: 'subscribe:place',
            },
          ],
          [{ label: t(followed.length > 0 ? 'subscribe:done' : 'subscribe:generalOnly'), action: 'subscribe:end' }],
          [toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

async function follow(id: string, stands: Subscription, turn: Turn): Promise<Told> {
  const found = turn.services.directory.get(id);
  if (!found || stands.libraries.includes(id)) return whichLibraries(stands, turn);
  if (stands.libraries.length >= mostLibraries) {
    const told = whichLibraries(stands, turn);
    return { ...told, replies: [{ text: turn.t('subscribe:most') }, ...told.replies] };
  }
  return whichLibraries(await keep({ ...stands, libraries: [...stands.libraries, id] }, 'libraries', turn), turn);
}

function askPlace(turn: Turn): Told {
  const { t, services } = turn;
  const can = services.channel(turn.event.channel).place;
  const share = t('library:share');
  const reply: Reply = {
    text: can ? t('subscribe:where', { share }) : t('subscribe:whereTyped'),
    rows: [[{ label: t('subscribe:generalOnly'), action: 'subscribe:end' }], [toMenu(turn)]],
    ...(can ? { ask: { what: 'place', label: share } } : {}),
  };
  return { replies: [reply], at: { flow: 'subscribe', step: 'place', told: {} } };
}

async function placeTyped(text: string, turn: Turn): Promise<Told | null> {
  const { directory, knowledge } = turn.services;
  const found = directory.findPlace(text);
  if (found.outcome === 'found') return subscribe.choose(nearArgs(found.place), turn);
  if (found.outcome === 'choose') {
    const rows = found.places.map((place) => [
      { label: placeLabel(place, turn), action: ['subscribe', ...nearArgs(place)].join(':') },
    ]);
    return { replies: [{ text: turn.t('library:whichOne'), rows: [...rows, [toMenu(turn)]] }] };
  }
  // Words that are a question and no place are answered as a question.
  if (knowledge.ask(text).outcome === 'answer') return null;
  return { replies: [{ text: turn.t('subscribe:whereUnknown'), rows: [[toMenu(turn)]] }] };
}

const nearArgs = ({ lat, lon }: Pick<Place, 'lat' | 'lon'>) => ['near', lat.toFixed(4), lon.toFixed(4)];

function near(point: { lat: number; lon: number }, { libraries }: Subscription, turn: Turn): Told {
  if (!Number.isFinite(point.lat) || !Number.isFinite(point.lon)) return askPlace(turn);
  const found = turn.services.directory.nearest(point, 3);
  return {
    replies: [
      {
        text: turn.t('subscribe:near'),
        rows: [
          ...found.map(({ library: { id, name } }) => {
            const on = libraries.includes(id);
            return [tick(on, inWords(name, turn.language), `subscribe:${on ? 'out' : 'in'}:${id}`, turn)];
          }),
          [{ label: turn.t('library:otherPlace'), action: 'subscribe:place' }],
          [toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

function libraryNames(ids: readonly string[], { language, services }: Reader): string {
  return ids
    .flatMap((id) => services.directory.get(id) ?? [])
    .map(({ name }) => inWords(name, language))
    .join(', ');
}

// ---------------------------------------------------------------- quiet hours

/** Sleeps longer, gets up earlier than most. */
const otherHours = [
  { from: 20, to: 9 },
  { from: 22, to: 7 },
] as const;

function whichQuiet({ quiet }: Subscription, turn: Turn): Told {
  const { t, language, now, services, session } = turn;
  const usual = services.quietHours;
  const isNow = (other: Quiet) => JSON.stringify(other) === JSON.stringify(quiet);
  const everybodys =
    usual.from === usual.to ? t('subscribe:anyTime') : asSpan(t('subscribe:hours', clock(usual)), turn);
  const options: Choice[] = [
    tick(isNow(null), t('subscribe:asAll', { hours: everybodys }), 'subscribe:q:all', turn),
    ...otherHours.map((hours) =>
      tick(isNow(hours), t('subscribe:hours', clock(hours)), `subscribe:q:${hours.from}-${hours.to}`, turn),
    ),
    tick(isNow('none'), t('subscribe:anyTime'), 'subscribe:q:none', turn),
  ];
  const where = t('subscribe:clock', {
    country: countryName(session.country ?? 'ua', language),
    time: timeOf(now, zoneOf(session, services.knowledge), language),
  });
  return {
    replies: [
      {
        text: paragraphs(t('subscribe:whichQuiet'), where),
        rows: [
          ...options.map((option) => [option]),
          [{ label: t('menu:country'), action: 'country' }],
          [{ label: t('subscribe:done'), action: 'subscribe:now' }, toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

async function beQuiet(value: string, stands: Subscription, turn: Turn): Promise<Told> {
  const hours = otherHours.find(({ from, to }) => value === `${from}-${to}`);
  const quiet: Quiet | undefined = value === 'all' ? null : value === 'none' ? 'none' : hours;
  if (quiet === undefined) return whichQuiet(stands, turn);
  await turn.services.subscribers.setQuiet(turn.person, quiet);
  return summary('subscribe:now', { ...stands, quiet }, turn);
}

function clock({ from, to }: { from: number; to: number }): { from: string; to: string } {
  const hour = (n: number) => `${String(n).padStart(2, '0')}:00`;
  return { from: hour(from), to: hour(to) };
}

/** Inside a sentence. */
function asSpan(text: string, { language }: Turn): string {
  return text.charAt(0).toLocaleLowerCase(language) + text.slice(1);
}

// ---------------------------------------------------------------- the way out, and back

/** Without a question. What the person asked to be reminded of is another thing and stays. */
async function stop(turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  await services.subscribers.stop(person);
  if ((await services.subscribers.of(person)) === null) {
    return { replies: [{ text: t('subscribe:nothingSent'), rows: [[toMenu(turn)]] }] };
  }
  return {
    replies: [
      {
        text: t('subscribe:stopped'),
        rows: [[{ label: t('subscribe:again'), action: 'subscribe:again' }], [toMenu(turn)]],
      },
    ],
    ...(turn.session.at?.flow === 'subscribe' ? { at: null } : {}),
  };
}

async function comeBack(turn: Turn): Promise<Told> {
  const back = await turn.services.subscribers.resume(turn.person, agreed('again', turn));
  if (!back) return ticking([], turn);
  return back.topics.length > 0 ? summary('subscribe:back', back, turn) : itsTopics(back, turn);
}

/** In the middle of something the word ends that; otherwise it is about the news. */
async function halt(turn: Turn): Promise<Told> {
  const { t, person, services, session } = turn;
  if (session.at === null || /^(subscribe|dates)$/.test(session.at.flow)) return stop(turn);
  const stands = await services.subscribers.of(person);
  const news: Choice[][] = stands?.active ? [[{ label: t('subscribe:stop'), action: 'subscribe:stop' }]] : [];
  return {
    replies: [
      { text: t(stands?.active ? 'subscribe:haltedNews' : 'subscribe:halted'), rows: [...news, [toMenu(turn)]] },
    ],
    at: null,
  };
}

/** The button for who comes back and was told news before; none for others. */
export async function wayBack({ t, person, services }: Turn): Promise<Choice[]> {
  const stands = await services.subscribers.of(person);
  if (!stands || stands.active || stands.topics.length === 0) return [];
  return [{ label: t('subscribe:welcomeBack'), action: 'subscribe:again' }];
}

const filled = (text: string) => text !== '';

function paragraphs(...parts: string[]): string {
  return parts.filter(filled).join('\n\n');
}
