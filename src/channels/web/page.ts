import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { TEXT_LIMIT } from './receive.ts';
import type { WebLanguage, WebWords } from './words.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/**
 * The page. Elements with `data-word` hold a word of the page, which words.js replaces when the conversation goes on
 * in another language. Without JavaScript it says what to do instead.
 */
export function page(language: WebLanguage, title: string, words: Record<WebLanguage, WebWords>): Html {
  const w = words[language];
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/chat/assets/mark.svg">
<link rel="stylesheet" href="/chat/assets/base.css">
<link rel="stylesheet" href="/chat/assets/frame.css">
<link rel="stylesheet" href="/chat/assets/conversation.css">
<link rel="stylesheet" href="/chat/assets/small.css">
<script type="application/json" id="words">${raw(asData(words))}</script>
<script type="module" src="/chat/assets/chat.js"></script>
</head>
<body>
<a class="skip" href="#field" data-word="skip">${w.skip}</a>
<header id="top">
<div class="bar">
${MARK}
<h1>${title}</h1>
<div class="always">
<button type="button" class="danger" id="danger" data-action="sos" data-word="danger">${w.danger}</button>
<button type="button" class="leave" id="leave" title="${w.leaveHint}" data-word="leave" data-hint="leaveHint">${w.leave}</button>
</div>
</div>
</header>
<main>
<p class="shared" data-word="shared">${w.shared}</p>
<noscript><p class="notice">${w.noScript}</p></noscript>
<div id="log" role="log" aria-label="${w.log}" data-name="log"></div>
<div class="below">
<p id="typing" role="status"></p>
<p id="status" role="status"></p>
</div>
</main>
<footer>
<button type="button" id="newest" hidden data-word="newMessage">${w.newMessage}</button>
<form id="composer" data-limit="${TEXT_LIMIT}" autocomplete="off">
<label for="field" class="unseen" data-word="field">${w.field}</label>
<textarea id="field" rows="1" enterkeyhint="send" placeholder="${w.prompt}" data-placeholder="prompt"></textarea>
<button type="submit" id="send"><span data-word="send">${w.send}</span></button>
</form>
</footer>
</body>
</html>`;
}

/** An open book whose pages are a bird's wings. */
const MARK = html`<svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
<rect class="mark-ground" width="48" height="48" rx="14"/>
<path class="mark-page" d="M23 34c-3-4-8-5.500-15-5V15c8-1 13 1.500 15 6z"/>
<path class="mark-page" d="M25 34c3-4 8-5.500 15-5V11c-9 .500-14 4-15 10z"/>
<circle class="mark-spark" cx="24" cy="12" r="3"/>
</svg>`;

/** JSON that can't end the script element it stands in. */
function asData(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}
