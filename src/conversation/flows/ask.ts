import type { Article } from '../../knowledge/knowledge.ts';
import type { ArticleText, Language, Resource, Topic } from '../../knowledge/schema.ts';
import { topics } from '../../knowledge/schema.ts';
import { dateOf } from '../clock-words.ts';
import type { Effect, Flow, Told, Turn } from '../flow.ts';
import { countryName } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { inRows, layOnScreens, toMenu } from '../screens.ts';
import { libraryForPlace } from './library.ts';
import { canBeCalled, isLate, numbersForArticle, resourceBrief, resourceCard, wrongRow } from './resources.ts';

/**
 * A question in the person's own words, or browsing by topic, leads to a vetted article.
 * `ask` · `ask:t:<topic>:<page>` · `ask:a:<article>` · `ask:c:<article>:<country|->` (answered for that country) ·
 * `ask:w:<article>` (which country?) · `ask:m:<article>` (more) · `ask:r:<article>` (all its numbers) ·
 * `ask:y:<article>`, `ask:n:<article>` (did this help?)
 */
export const ask: Flow = {
  word: 'ask',
  async choose([step, id = '', value = ''], turn) {
    if (step === 't') return topicList(id, Number(value) || 0, turn);
    const article = turn.services.knowledge.article(id);
    if (!article) return invite(turn);
    switch (step) {
      case 'a':
        return showArticle(article, turn);
      case 'c':
        return forCountry(article, value, turn);
      case 'w':
        return askCountry(article, turn);
      case 'm':
        return more(article, turn);
      case 'r':
        return numbers(article, turn);
      case 'y':
        return helped(article, turn);
      case 'n':
        return didNotHelp(article, turn);
      default:
        return invite(turn);
    }
  },
};

/** The person's own words. A country in them is remembered; a bare place name means "my library". */
export async function answerQuestion(text: string, turn: Turn): Promise<Told> {
  const { knowledge } = turn.services;
  const match = knowledge.ask(text, {
    language: turn.language,
    ...(turn.session.country ? { country: turn.session.country } : {}),
  });
  const known = match.country && match.country !== turn.session.country ? { country: match.country, zone: null } : {};
  const there: Turn = { ...turn, session: { ...turn.session, ...known } };
  const best = match.articles[0] ? knowledge.article(match.articles[0].id) : undefined;

  if (match.outcome === 'answer' && best) return remembering(known, await showArticle(best, there));
  // A few words that are a place and nothing else mean "my library"; in a longer text the place is beside the point.
  // One word may do so even where some question speaks of the place.
  if (text.trim().split(/\s+/).length <= (match.outcome === 'none' ? 4 : 1)) {
    const place = libraryForPlace(text, there);
    if (place) return place;
  }
  const near = match.articles
    .slice(0, 3)
    .map((found) => knowledge.article(found.id))
    .filter((article) => article !== undefined);
  const unsure = match.outcome === 'none';
  return remembering(known, {
    replies: [
      {
        text: turn.t(unsure ? 'ask:notFound' : 'ask:choose'),
        rows: [
          ...near.map((article) => [articleChoice(article, turn)]),
          [{ label: turn.t('ask:librarian'), action: 'librarian' }],
          [{ label: turn.t('ask:topics'), action: 'ask' }, toMenu(turn)],
        ],
      },
    ],
    effects: unsure
      ? [{ kind: 'count', name: 'not-found', key: turn.language }, ...toLearnFrom(text, near[0] ?? null, turn)]
      : [],
  });
}

/** What libraries may read of a question that nothing answered. Words of danger are kept in no form. */
function toLearnFrom(text: string, nearest: Article | null, { language, services }: Turn): Effect[] {
  if (services.knowledge.danger(text)) return [];
  const kept = services.knowledge.scrub(text);
  return kept === null ? [] : [{ kind: 'unanswered', text: kept, language, article: nearest?.id ?? null }];
}

function remembering(known: { country?: string; zone?: null }, told: Told): Told {
  return Object.keys(known).length > 0 ? { ...told, known: { ...known, ...told.known } } : told;
}

function invite(turn: Turn): Told {
  const choices = topics.map((topic) => ({ label: turn.t(`ask:topic.${topic}`), action: `ask:t:${topic}:0` }));
  return { replies: [{ text: turn.t('ask:invite'), rows: [...inRows(choices, 2), [toMenu(turn)]] }], at: null };
}

const perPage = 6;

function topicList(topic: string, page: number, turn: Turn): Told {
  const articles = turn.services.knowledge.articlesOf(topic as Topic);
  if (articles.length === 0) return invite(turn);
  const shown = articles.slice(page * perPage, (page + 1) * perPage);
  const next: Choice[] =
    articles.length > (page + 1) * perPage
      ? [{ label: turn.t('ask:moreTopics'), action: `ask:t:${topic}:${page + 1}` }]
      : [];
  return {
    replies: [
      {
        text: `**${turn.t(`ask:topic.${topic}`)}**\n${turn.t('ask:pick')}`,
        rows: [
          ...shown.map((article) => [articleChoice(article, turn)]),
          [...next, { label: turn.t('ask:topics'), action: 'ask' }, toMenu(turn)],
        ],
      },
    ],
  };
}

/** Where the answer differs by country and the country isn't known, it is asked once. Danger never waits for it. */
async function showArticle(article: Article, turn: Turn): Promise<Told> {
  const differs = Object.keys(article.countries).length > 0;
  if (differs && turn.session.country === null && !article.danger) return askCountry(article, turn);
  return { replies: articleReplies(article, turn) };
}

function askCountry(article: Article, turn: Turn): Told {
  const { knowledge } = turn.services;
  const codes = knowledge.countries().filter((code) => code in article.countries);
  const others = knowledge.countries().filter((code) => !(code in article.countries));
  const choices = [...codes, ...others, 'ua'].map((code) => ({
    label: countryName(code, turn.language),
    action: `ask:c:${article.id}:${code}`,
  }));
  const { text } = textOf(article, turn);
  return {
    replies: [
      {
        text: `**${text.title}**\n${turn.t('ask:whichCountry')}`,
        rows: [...inRows(choices, 3), [{ label: turn.t('ask:elsewhere'), action: `ask:c:${article.id}:-` }]],
      },
    ],
  };
}

function forCountry(article: Article, code: string, turn: Turn): Told {
  const country = turn.services.knowledge.country(code)?.code ?? null;
  const replies = articleReplies(article, { ...turn, session: { ...turn.session, country } });
  return country ? { replies, known: { country, zone: null } } : { replies };
}

function articleReplies(article: Article, turn: Turn): Reply[] {
  const { t, session } = turn;
  const { text, language, note } = textOf(article, turn);
  const country = session.country;
  const local = country ? text.countries[country] : undefined;
  const resources = turn.services.knowledge.resourcesFor(article, country);
  const evidence = (country ? article.countries[country] : undefined) ?? article;
  const late = isLate(evidence, turn) || isLate(article, turn);
  const signed = turn.services.signOff(article, language);

  const answer = `**${text.title}**\n${text.answer}`;
  const callFirst = firstToTurnTo(article, resources, country).map((resource) => resourceBrief(resource, turn));
  const sections = [
    ...(note ? [note] : []),
    ...(article.danger ? [emergencyLine(turn), ...callFirst] : []),
    answer,
    ...(local && country ? [`**${countryName(country, turn.language)}.** ${local}`] : []),
    ...(text.steps.length > 0 ? [text.steps.map((step, i) => `${i + 1}. ${step}`).join('\n')] : []),
    ...(text.warn.length > 0 ? [`**${t('ask:avoid')}**\n${text.warn.map((w) => `• ${w}`).join('\n')}`] : []),
    ...(article.danger || callFirst.length === 0 ? [] : [`**${t('ask:whoHelps')}**\n${callFirst.join('\n')}`]),
    [
      `${t('ask:source')} ${sourceLinks(evidence.sources).join(', ')}. ${t('ask:checked', { date: dateOf(evidence.checked_on) })}`,
      signed ? t('ask:signed', { name: turn.services.plain(signed.by), date: dateOf(signed.on) }) : '',
      late ? t('ask:overdue') : '',
      article.law || article.danger ? t('ask:notALawyer') : '',
    ]
      .filter((line) => line !== '')
      .join('\n'),
  ];
  const screens = layOnScreens(sections);
  const differs = Object.keys(article.countries).length > 0;
  const rows: Choice[][] = [
    [
      { label: t('ask:yes'), action: `ask:y:${article.id}` },
      { label: t('ask:no'), action: `ask:n:${article.id}` },
    ],
    inRow([
      resources.length > 0 ? { label: t('ask:numbers'), action: `ask:r:${article.id}` } : null,
      text.more.length > 0 ? { label: t('ask:more'), action: `ask:m:${article.id}` } : null,
    ]),
    [{ label: t('ask:librarian'), action: 'librarian' }],
    [{ label: t('ask:book'), action: 'book' }],
    inRow([differs ? { label: t('ask:otherCountry'), action: `ask:w:${article.id}` } : null, toMenu(turn)]),
  ].filter((row) => row.length > 0);
  return screens.map((screen, i) => (i === screens.length - 1 ? { text: screen, rows } : { text: screen }));
}

/**
 * In danger the first two that can be called. Else the first of the list, and where that is only a page, also the first
 * that can be called, by the family at home if not from where the person is: an answer ends with somebody to talk to.
 */
function firstToTurnTo(article: Article, resources: readonly Resource[], country: string | null): readonly Resource[] {
  const answering = resources.filter((resource) => canBeCalled(resource, country));
  const [first] = resources;
  if (article.danger && answering.length > 0) return answering.slice(0, 2);
  if (!first || answering.includes(first)) return first ? [first] : [];
  const second = answering[0] ?? resources.find(({ phones }) => phones.length > 0);
  return second && second !== first ? [first, second] : [first];
}

function emergencyLine(turn: Turn): string {
  const { emergency } = turn.services.knowledge.dangerNumbers(null, turn.session.country);
  return `**[${emergency}](tel:${emergency})**${turn.t('sos:call')}`;
}

function more(article: Article, turn: Turn): Told {
  const { text } = textOf(article, turn);
  const related = article.related
    .map((id) => turn.services.knowledge.article(id))
    .filter((other) => other !== undefined)
    .slice(0, 3);
  const screens = layOnScreens([`**${text.title}**`, ...text.more]);
  return {
    replies: screens.map((screen, i) =>
      i < screens.length - 1
        ? { text: screen }
        : {
            text: screen,
            rows: [
              ...related.map((other) => [articleChoice(other, turn)]),
              [{ label: turn.t('ask:librarian'), action: 'librarian' }, toMenu(turn)],
            ],
          },
    ),
  };
}

function numbers(article: Article, turn: Turn): Told {
  const resources = numbersForArticle(article.id, turn);
  const screens = layOnScreens(resources.map((resource) => resourceCard(resource, turn)));
  if (screens.length === 0)
    return {
      replies: [
        {
          text: turn.t('ask:noNumbers'),
          rows: [[{ label: turn.t('ask:librarian'), action: 'librarian' }], [toMenu(turn)]],
        },
      ],
    };
  return {
    replies: screens.map((screen, i) =>
      i < screens.length - 1
        ? { text: screen }
        : {
            text: screen,
            rows: [
              ...wrongRow(resources, `resources:wa:${article.id}`, turn),
              [{ label: turn.t('ask:librarian'), action: 'librarian' }, toMenu(turn)],
            ],
          },
    ),
  };
}

function helped(article: Article, turn: Turn): Told {
  return {
    replies: [{ text: turn.t('ask:glad'), rows: [[{ label: turn.t('ask:book'), action: 'book' }], [toMenu(turn)]] }],
    effects: [{ kind: 'count', name: 'helped', key: article.id }],
  };
}

function didNotHelp(article: Article, turn: Turn): Told {
  const related = article.related
    .map((id) => turn.services.knowledge.article(id))
    .filter((other) => other !== undefined)
    .slice(0, 3);
  return {
    replies: [
      {
        text: turn.t('ask:sorry'),
        rows: [
          ...related.map((other) => [articleChoice(other, turn)]),
          [{ label: turn.t('ask:librarian'), action: 'librarian' }],
          [{ label: turn.t('ask:book'), action: 'book' }, toMenu(turn)],
        ],
      },
    ],
    effects: [{ kind: 'count', name: 'not-helped', key: article.id }],
  };
}

/** The article in the reader's language; where that is missing, in Ukrainian, and said so. */
function textOf(article: Article, turn: Turn): { text: ArticleText; language: Language; note: string | null } {
  const own = article.texts[turn.language];
  return own
    ? { text: own, language: turn.language, note: null }
    : { text: article.texts.uk, language: 'uk', note: turn.t('ask:onlyUkrainian') };
}

function articleChoice(article: Article, turn: Turn): Choice {
  return { label: textOf(article, turn).text.title, action: `ask:a:${article.id}` };
}

/** Two at most, of different sites. Evidence may be an http page: then it is named, not linked. */
function sourceLinks(sources: Article['sources']): string[] {
  const bySite = new Map(
    sources.map(({ url }) => [new URL(url).host.replace(/^www\./, ''), url]).toReversed() as [string, string][],
  );
  return [...bySite]
    .toReversed()
    .slice(0, 2)
    .map(([site, url]) => (url.startsWith('https://') ? `[${site}](${url})` : site));
}

function inRow(choices: (Choice | null)[]): Choice[] {
  return choices.filter((choice) => choice !== null);
}
