import type { Resource, Topic } from '../../knowledge/schema.ts';
import { dangerClasses, isOverdue, topics } from '../../knowledge/schema.ts';
import { clocksDiffer, dateOf, isoDayOf, shortDayOf, timeOf } from '../clock-words.ts';
import { type Flow, type Told, type Turn, zoneOf } from '../flow.ts';
import { countryName, inWords, languageName } from '../names.ts';
import type { Choice } from '../reply.ts';
import { asSentence, inRows, layOnScreens, toMenu } from '../screens.ts';

/**
 * Where to turn, by country and need.
 * `resources` · `resources:c:<country>` · `resources:t:<topic>:<page>` · `resources:w:<resource>` (this number is wrong) ·
 * which of them is wrong: `resources:wa:<article>`, `resources:wt:<topic>:<page>`, `resources:ws:<danger class>`
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
    if (step === 'wa') return whichNumber(numbersForArticle(value, turn), turn);
    if (step === 'wt')
      return whichNumber(pageOf(isTopic(value) ? value : null, Number(page ?? 0) || 0, turn).shown, turn);
    if (step === 'ws') return whichNumber(numbersInDanger(value, turn), turn);
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

function pageOf(topic: Topic | null, page: number, turn: Turn): { shown: readonly Resource[]; more: boolean } {
  const all = turn.services.knowledge.resourcesIn(turn.session.country ?? 'ua', topic);
  return { shown: all.slice(page * perPage, (page + 1) * perPage), more: all.length > (page + 1) * perPage };
}

function list(topic: Topic | null, page: number, turn: Turn): Told {
  const { shown, more: goesOn } = pageOf(topic, page, turn);
  const need = topic ?? 'all';
  const more: Choice[] = goesOn ? [{ label: turn.t('resources:more'), action: `resources:t:${need}:${page + 1}` }] : [];
  const screens = layOnScreens(shown.map((resource) => resourceCard(resource, turn)));
  return {
    replies: screens.map((text, i) =>
      i < screens.length - 1
        ? { text }
        : {
            text,
            rows: [
              ...wrongRow(shown, `resources:wt:${need}:${page}`, turn),
              [...more, { label: turn.t('resources:otherNeed'), action: 'resources' }],
              [toMenu(turn)],
            ],
          },
    ),
  };
}

/** One resource in full: name, what it does, numbers, when, in which language, what it costs, the source. */
export function resourceCard(resource: Resource, turn: Turn): string {
  const { language, t } = turn;
  const numbers = numbersOf(resource, turn);
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
    ...(resource.languages_note ? [asSentence(inWords(resource.languages_note, language))] : []),
    ...(resource.hours && 'week' in resource.hours && resource.hours.note
      ? [asSentence(inWords(resource.hours.note, language))]
      : []),
    ...(resource.messenger ? [inWords(resource.messenger, language)] : []),
    ...(resource.url ? [`[${hostOf(resource.url)}](${resource.url})`] : []),
    ...(resource.email ? [`[${resource.email}](mailto:${resource.email})`] : []),
    `${t('resources:checked', { date: dateOf(resource.checked_on) })}${isLate(resource, turn) ? ` ${t('resources:overdue')}` : ''}`,
  ].join('\n');
}

/** Two lines for inside an answer: who, and the number or address to use first. */
export function resourceBrief(resource: Resource, turn: Turn): string {
  const { language } = turn;
  const first = numbersOf(resource, turn)[0] ?? (resource.url ? `[${hostOf(resource.url)}](${resource.url})` : '');
  const about = briefly(resource, turn);
  return `${inWords(resource.name, language)}\n${first}${about === '' ? '' : ` (${about})`}`;
}

/** When someone answers and in which languages; where the record is past its date, also that. */
export function briefly(resource: Resource, turn: Turn): string {
  return [
    hoursNow(resource, turn),
    spoken(resource, turn),
    isLate(resource, turn) ? turn.t('resources:overdueShort') : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/**
 * The numbers that can be dialled from where the person is, as tappable links; from anywhere, where that isn't known.
 * Where there are none, the others are given, for family in that country may call, and each says where it works.
 */
export function numbersOf(resource: Resource, turn: Turn): string[] {
  const { country } = turn.session;
  return phonesFor(resource, country).map((phone) => {
    const about = [
      worksFrom(phone, resource, country)
        ? ''
        : turn.t('resources:onlyIn', { country: countryName(resource.country, turn.language) }),
      // "Text messages only" or "matters of life and death only" belongs to the number, or it misleads.
      phone.note ? inWords(phone.note, turn.language) : '',
    ].filter((part) => part !== '');
    return `[${phone.display}](tel:${phone.number})${about.length > 0 ? ` (${about.join('; ')})` : ''}`;
  });
}

/** Whether somebody answers who can be called from that country. */
export function canBeCalled(resource: Resource, country: string | null): boolean {
  return resource.phones.some((phone) => country === null || worksFrom(phone, resource, country));
}

type Phone = Resource['phones'][number];

function worksFrom(phone: Phone, resource: Resource, country: string | null): boolean {
  return phone.from === 'anywhere' || resource.country === country || resource.country === 'eu';
}

function phonesFor(resource: Resource, country: string | null): readonly Phone[] {
  const here = resource.phones.filter((phone) => worksFrom(phone, resource, country));
  return here.length > 0 ? here : resource.phones;
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
  const languages = sorted.map((code) => languageName(code, turn.language)).join(', ');
  return sorted.length === 0 ? '' : turn.t('resources:speak', { count: sorted.length, languages });
}

/** Whether the day has passed on which it had to be checked again. It is shown all the same, with a warning. */
export function isLate(evidence: { review_by: string }, turn: Turn): boolean {
  return isOverdue(evidence, isoDayOf(turn.now, 'Europe/Kyiv'));
}

const mostNumbers = 5;

/** All numbers of an answer, for someone in the person's country. */
export function numbersForArticle(id: string, turn: Turn): readonly Resource[] {
  const { knowledge } = turn.services;
  const article = knowledge.article(id);
  return article ? knowledge.resourcesFor(article, turn.session.country).slice(0, mostNumbers) : [];
}

/** The lines that a message in danger shows. */
function numbersInDanger(name: string, turn: Turn): readonly Resource[] {
  const dangerClass = dangerClasses.find((known) => known === name) ?? null;
  const { lines, ukraine } = turn.services.knowledge.dangerNumbers(dangerClass, turn.session.country);
  return [...lines, ...ukraine];
}

/** “This number does not work”: at once where one number is shown, else by way of asking which (`choice`). */
export function wrongRow(shown: readonly Resource[], choice: string, turn: Turn): Choice[][] {
  const [first, ...others] = shown.flatMap((resource) =>
    phonesFor(resource, turn.session.country).map(() => resource.id),
  );
  if (first === undefined) return [];
  return [[{ label: turn.t('resources:wrong'), action: others.length === 0 ? `resources:w:${first}` : choice }]];
}

function whichNumber(shown: readonly Resource[], turn: Turn): Told {
  const choices = shown.flatMap((resource) =>
    phonesFor(resource, turn.session.country).map((phone) => ({
      label: phone.display,
      action: `resources:w:${resource.id}`,
    })),
  );
  if (choices.length === 0) return { replies: [{ text: turn.t('menu:hello'), rows: [[toMenu(turn)]] }] };
  return { replies: [{ text: turn.t('resources:whichWrong'), rows: [...inRows(choices, 2, 20), [toMenu(turn)]] }] };
}

/** Counted, for the librarian who mends it; the person gets a way to another number and to a human being. */
function wrongNumber(id: string, turn: Turn): Told {
  if (!turn.services.knowledge.resource(id))
    return { replies: [{ text: turn.t('menu:hello'), rows: [[toMenu(turn)]] }] };
  return {
    replies: [
      {
        text: turn.t('resources:thanksWrong'),
        rows: [
          [{ label: turn.t('menu:sos'), action: 'sos' }],
          [{ label: turn.t('menu:resources'), action: 'resources' }],
          [{ label: turn.t('ask:librarian'), action: 'librarian' }, toMenu(turn)],
        ],
      },
    ],
    effects: [{ kind: 'count', name: 'wrong-number', key: id }],
  };
}

function hostOf(url: string): string {
  return new URL(url).host.replace(/^www\./, '');
}

function isTopic(text: string): text is Topic {
  return (topics as readonly string[]).includes(text);
}
