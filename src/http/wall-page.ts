import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { type Language, languages, type Values } from '../texts.ts';
import { qrDrawing } from './qr.ts';
import { type Week, weekLines } from './week.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export const papers = ['a4', 'a5'] as const;
export type Paper = (typeof papers)[number];

type Names = { uk: string } & { [other in Language]?: string | undefined };

/** What a poster tells about a library. */
export type WallLibrary = {
  name: Names;
  settlement: Names;
  address: string | null;
  /** `as_of`: the year or day they are from, where they are old. */
  hours: { week: Week; as_of?: string | undefined; note?: Names | undefined } | null;
  /** Its hours are made up for trying the bot out. */
  demo: boolean;
};

/** The words of a page, in the language of whoever reads it. */
export type Said = {
  language: Language;
  t(key: string, values?: Values): string;
  /** What a language calls itself. */
  nameOf(language: Language): string;
};

/** One way to the bot: a web address, which stands in the code and in letters. */
export type Way = { channel: string; url: string };

export type Sheet = {
  id: string;
  library: WallLibrary;
  ways: readonly Way[];
  size: Paper;
  /** Whether the world can reach our own pages: it can, it can't and they are left out, it can't and there is nothing else. */
  site: 'there' | 'missing' | 'only here';
  /** Channels that are on, and whose address can't be known just now. */
  unreachable: readonly string[];
};

/** The poster, and above it, on the screen alone, what a librarian should know before printing it. */
export function sheet(said: Said, { id, library, ways, size, site, unreachable }: Sheet): Html {
  const { t, language } = said;
  const name = inWords(library.name, language);
  const long = name.text.length > 60 ? ' long' : '';
  const link = (to: Paper, tongue: Language) => `/wall/${id}?size=${to}&lang=${tongue}`;
  return html`<!doctype html>
<html lang="${language}">
${head(t('wall:sheet', { library: name.text }), [size, 'sheet'])}
<body>
<aside class="staff" aria-label="${t('wall:forStaff')}">
<p><strong>${t('wall:forStaff')}</strong></p>
${unreachable.length > 0 ? warning(t('wall:unreachable', { channels: unreachable.map((channel) => t(`wall:on.${channel}`)).join(', ') })) : ''}
${site === 'only here' ? warning(t('wall:onlyHere')) : ''}
${site === 'missing' ? warning(t('wall:noSite')) : ''}
${library.demo ? warning(t('wall:madeUp')) : ''}
<p>${t('wall:print', { size: size.toUpperCase() })}</p>
<ul><li>${t('wall:size')}</li>
${papers.map((paper) => html`<li>${choice(paper.toUpperCase(), link(paper, language), paper === size)}</li>`)}
</ul>
<ul><li>${t('wall:language')}</li>
${languages.map((tongue) => html`<li>${choice(said.nameOf(tongue), link(size, tongue), tongue === language, tongue)}</li>`)}
</ul>
</aside>
<main class="paper">
<header>
${MARK}
<h1><span class="name">${t('telegram:name')}</span> <span class="whose">${t('wall:whose')}</span></h1>
</header>
<section class="library${long}">
<h2 lang="${name.language}">${name.text}</h2>
${whereAndWhen(said, library)}
</section>
<p class="what">${t('wall:what')} <strong>${t('wall:free')}</strong></p>
<p class="how">${t('wall:how')}</p>
<div class="ways ways-${ways.length}">
${ways.map((way) => wayOnPaper(said, way))}
</div>
<p class="never">${t('wall:never')}</p>
<p class="danger">${t('wall:danger')}</p>
</main>
</body>
</html>`;
}

/** Hours that are old or made up would send people to a closed door: they stay off the wall. */
function whereAndWhen({ t, language }: Said, library: WallLibrary): Html {
  const settlement = inWords(library.settlement, language);
  const hours = library.hours && !library.hours.as_of && !library.demo ? library.hours : null;
  const note = hours?.note ? inWords(hours.note, language) : null;
  return html`<p><span lang="${settlement.language}">${settlement.text}</span>${library.address ? html`, <span lang="uk">${library.address}</span>` : ''}</p>
${hours ? html`<p>${t('wall:hours')} ${weekLines(hours.week, language).map((line, at) => html`${at > 0 ? '; ' : ''}<span class="whole">${line}</span>`)}</p>` : ''}
${note ? html`<p lang="${note.language}">${note.text}</p>` : ''}`;
}

function wayOnPaper({ t }: Said, { channel, url }: Way): Html {
  const name = t(`wall:on.${channel}`);
  return html`<section class="way">
<h3>${name}</h3>
${qrDrawing(url, t('wall:code', { channel: name }))}
<p class="real">${t('wall:real')}</p>
<p class="address"><a href="${url}">${inLetters(url)}</a></p>
</section>`;
}

/** What people compare is bold. What follows, in a line of its own, only tells the bot which library it is. */
function inLetters(url: string): Html {
  const [, place = '', rest = ''] = /^https?:\/\/(.*)([?#/][^?#/]*)$/s.exec(url) ?? [];
  // A line may end before a dot or a slash, so that no name is torn.
  return html`<b>${place.split(/(?=[./])/).map((part) => html`<wbr>${part}`)}</b><span class="rest">${rest}</span>`;
}

/** A page with one large button, which opens an app. */
export function wayPage({ t, language }: Said, way: { channel: string; url: string; chat: string }): Html {
  const channel = t(`wall:on.${way.channel}`);
  return html`<!doctype html>
<html lang="${language}">
${head(t('wall:open.title', { channel }), ['sheet'])}
<body>
<main class="door">
${MARK}
<h1>${t('wall:open.title', { channel })}</h1>
<p>${t('wall:open.press')}</p>
<p><a class="button" href="${way.url}">${t('wall:open.button', { channel })}</a></p>
<p>${t('wall:open.else', { channel })} <a href="${way.chat}">${t('wall:on.web')}</a></p>
<p>${t('wall:never')}</p>
<p><strong>${t('wall:danger')}</strong></p>
</main>
</body>
</html>`;
}

/** For whoever can't go on here: what is the matter, what to do, and the chat that is always there. */
export function strayPage({ t, language }: Said, title: string, more: string): Html {
  return html`<!doctype html>
<html lang="${language}">
${head(title, ['sheet'])}
<body>
<main class="door">
${MARK}
<h1>${title}</h1>
<p>${more}</p>
<p><a class="button" href="/chat">${t('wall:toChat')}</a></p>
<p><strong>${t('wall:danger')}</strong></p>
</main>
</body>
</html>`;
}

function head(title: string, styles: readonly string[]): Html {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/chat/assets/mark.svg">
${styles.map((name) => html`<link rel="stylesheet" href="/wall/assets/${name}.css">`)}
</head>`;
}

function choice(label: string, href: string, current: boolean, tongue?: Language): Html {
  const lang = tongue ? html` lang="${tongue}" hreflang="${tongue}"` : '';
  return html`<a href="${href}"${lang}${current ? html` aria-current="page"` : ''}>${label}</a>`;
}

function warning(text: string): Html {
  return html`<p class="warning">${text}</p>`;
}

function inWords(words: Names, language: Language): { text: string; language: Language } {
  const text = words[language];
  return text === undefined ? { text: words.uk, language: 'uk' } : { text, language };
}

/** The open book whose pages are a bird's wings, in ink alone. */
const MARK = html`<svg class="mark" viewBox="6 7 36 28" aria-hidden="true" focusable="false">
<path d="M23 34c-3-4-8-5.500-15-5V15c8-1 13 1.500 15 6z"/>
<path d="M25 34c3-4 8-5.500 15-5V11c-9 .500-14 4-15 10z"/>
<circle cx="24" cy="12" r="3"/>
</svg>`;
