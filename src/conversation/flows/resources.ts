import type { Resource, Topic } from '../../knowledge/schema.ts';
import { topics } from '../../knowledge/schema.ts';
import { clocksDiffer, dateOf, isoDayOf, shortDayOf, timeOf } from '../clock-words.ts';
import { type Flow, type Told, type Turn, zoneOf } from '../flow.ts';
import { countryName, inWords, languageName } from '../names.ts';
import type { Choice } from '../reply.ts';
import { asSentence, inRows, layOnScreens, toMenu } from '../screens.ts';

/**
 * Where to turn, by country and need.
 * `resources` · `resources:c:<country>` · `resources:t:<topic>:<page>` · `resources:w:<resource>` (this number is wrong)
 */
export const resources: Flow = {
  word: 'resources',
  async choose([step, value = '', page], turn) {
    if (step === 'c') {
      const country = turn.services.knowledge.country(value)?.code ?? null;
      if (!country) return askCountry(turn);
      return { ...askNeed({ ...turn, session: { ...turn.session, country } }), known: { country } };
    }
    if (step === 't' && turn.session.country) return list(isTopic(value) ? value : null, Number(page ?? 0) || 0, turn);
    if (step === 'w') return wrongNumber(value, turn);
    if (step === 'where') return askCountry(turn);
    return turn.session.country ? askNeed(turn) : askCountry(turn);
  },
};

const perPage = 3;

function askCountry(turn: Turn): Told {
  const choices = ['ua', ...turn.services.knowledge.countries()].map((code) => ({
    label: countryName(code, turn.language),
    action: `resources:c:${code}`,
  }));
  return { replies: [{ text: turn.t('resources:whichCountry'), rows: [...inRows(choices, 3), [toMenu(turn)]] }] };
}

function askNeed(turn: Turn): Told {
  const country = turn.session.country ?? 'ua';
  const { knowledge } = turn.services;
  const choices = topics
    .filter((topic) => topic !== 'library' && knowledge.resourcesIn(country, topic).length > 0)
    .map((topic) => ({ label: turn.t(`ask:topic.${topic}`), action: `resources:t:${topic}:0` }));
  return {
    replies: [
      {
        text: turn.t('resources:whichNeed', { country: countryName(country, turn.language) }),
        rows: [
          ...inRows(choices, 2),
          [
            { label: turn.t('resources:all'), action: 'resources:t:all:0' },
            { label: turn.t('resources:otherCountry'), action: 'resources:where' },
          ],
          [toMenu(turn)],
        ],
      },
    ],
  };
}

function list(topic: Topic | null, page: number, turn: Turn): Told {
  const country = turn.session.country ?? 'ua';
  const all = turn.services.knowledge.resourcesIn(country, topic);
  const shown = all.slice(page * perPage, (page + 1) * perPage);
  const more: Choice[] =
    all.length > (page + 1) * perPage
      ? [{ label: turn.t('resources:more'), action: `resources:t:${topic ?? 'all'}:${page + 1}` }]
      : [];
  const screens = layOnScreens(shown.map((resource) => resourceCard(resource, turn)));
  return {
    replies: screens.map((text, i) =>
      i < screens.length - 1
        ? { text }
        : { text, rows: [[...more, { label: turn.t('resources:otherNeed'), action: 'resources' }], [toMenu(turn)]] },
    ),
  };
}

/** One resource in full: name, what it does, numbers, when, in which language, what it costs, the source. */
export function resourceCard(resource: Resource, turn: Turn): string {
  const { language, t } = turn;
  const numbers = numbersOf(resource, turn.session.country);
  const about = [
    hoursNow(resource, turn),
    spoken(resource, turn),
    resource.cost ? inWords(resource.cost, language) : '',
  ].filter((part) => part !== '');
  return [
    `**${inWords(resource.name, language)}**`,
    inWords(resource.does, language),
    ...numbers,
    ...(about.length > 0 ? [asSentence(about.join('; '))] : []),
    ...(resource.messenger ? [inWords(resource.messenger, language)] : []),
    ...(resource.url ? [`[${hostOf(resource.url)}](${resource.url})`] : []),
    ...(resource.email ? [`[${resource.email}](mailto:${resource.email})`] : []),
    `${t('resources:checked', { date: dateOf(resource.checked_on) })}${overdue(resource, turn) ? ` ${t('resources:overdue')}` : ''}`,
  ].join('\n');
}

/** Two lines for inside an answer: who, and the number or address to use first. */
export function resourceBrief(resource: Resource, turn: Turn): string {
  const { language } = turn;
  const first =
    numbersOf(resource, turn.session.country)[0] ?? (resource.url ? `[${hostOf(resource.url)}](${resource.url})` : '');
  const about = [hoursNow(resource, turn), spoken(resource, turn)].filter((part) => part !== '').join('; ');
  return `${inWords(resource.name, language)}\n${first}${about === '' ? '' : ` (${about})`}`;
}

/**
 * The numbers that can be dialled from where the person is, as tappable links, with what the source adds. Where the
 * country isn't known all are given, with the country that they work in.
 */
export function numbersOf(resource: Resource, country: string | null): string[] {
  const usable = resource.phones.filter(
    (phone) => phone.from === 'anywhere' || country === null || phone.from === 'country',
  );
  const here = usable.filter(
    (phone) => phone.from === 'anywhere' || resource.country === country || resource.country === 'eu',
  );
  return (here.length > 0 ? here : usable).map((phone) => `[${phone.display}](tel:${phone.number})`);
}

/** «зараз відповідають, до 17:00 (у вас 16:00)»; empty where the source does not say. */
export function hoursNow(resource: Resource, turn: Turn): string {
  const { hours } = resource;
  const { t, language, now } = turn;
  if (!hours) return '';
  if ('always' in hours) return t('resources:always');
  if ('words' in hours) return inWords(hours.words, language);
  const state = turn.services.openState({ zone: hours.zone, week: hours.week }, now);
  const own = zoneOf(turn.session, turn.services.knowledge);
  const yours = (at: number) =>
    clocksDiffer(at, hours.zone, own) ? ` ${t('resources:yours', { time: timeOf(at, own, language) })}` : '';
  if (state.state === 'open') return `${t('resources:openUntil', { time: state.until })}${yours(state.untilMs)}`;
  if (!state.opens) return '';
  const today = isoDayOf(now, hours.zone) === state.opens.day;
  const when = { time: state.opens.at, day: shortDayOf(state.opens.atMs, hours.zone, language) };
  return `${t(today ? 'resources:opensToday' : 'resources:opens', when)}${yours(state.opens.atMs)}`;
}

/** The languages spoken there, those that our readers have first. */
export function spoken(resource: Resource, turn: Turn): string {
  const ours = ['uk', 'ru', 'pl', 'en'];
  const order = (code: string) => ours.indexOf(code) + 1 || ours.length + 1;
  const sorted = [...resource.languages].sort((a, b) => order(a) - order(b)).slice(0, 4);
  return sorted.map((code) => languageName(code, turn.language)).join(', ');
}

function overdue(resource: Resource, turn: Turn): boolean {
  return isoDayOf(turn.now, 'Europe/Kyiv') > resource.review_by;
}

function wrongNumber(id: string, turn: Turn): Told {
  if (!turn.services.knowledge.resource(id))
    return { replies: [{ text: turn.t('menu:hello'), rows: [[toMenu(turn)]] }] };
  return {
    replies: [{ text: turn.t('resources:thanksWrong'), rows: [[toMenu(turn)]] }],
    effects: [{ kind: 'count', name: 'wrong-number', key: id }],
  };
}

function hostOf(url: string): string {
  return new URL(url).host.replace(/^www\./, '');
}

function isTopic(text: string): text is Topic {
  return (topics as readonly string[]).includes(text);
}
