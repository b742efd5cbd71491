import { say } from './words.js';

/**
 * Builds what stands in the log. Everything a person or the bot has written becomes text nodes: no string is ever
 * read as HTML.
 *
 * `act` says what a button does: `act.choose(action, label)` and `act.sharePlace()`.
 */
export function buildMessage(message, act) {
  const element = make('div', 'message');
  element.setAttribute('data-from', message.from);
  element.setAttribute('data-who', say(message.from));
  if (message.lang) {
    element.lang = message.lang;
  }
  if (message.seq) {
    element.setAttribute('data-seq', String(message.replaces || message.seq));
  }
  if (message.picture) {
    element.append(picture(message.picture));
  }
  if (message.text.length > 0 || message.word) {
    element.append(bubble(message));
  }
  if (message.pin) {
    element.append(place(message.pin));
  }
  if (message.document && message.seq) {
    element.append(file(message.document, message.seq));
  }
  if (message.file) {
    element.append(media(message.file));
  }
  if (message.rows || message.ask) {
    element.append(choices(message, act));
  }
  return element;
}

function bubble(message) {
  const element = make('div', 'bubble');
  if (message.word) {
    element.setAttribute('data-word', message.word);
    element.textContent = say(message.word);
    return element;
  }
  message.text.forEach((segment) => {
    const inner = segment.kind === 'link' ? link(segment.href, segment.label) : document.createTextNode(segment.text);
    if (!segment.bold) {
      element.append(inner);
      return;
    }
    const strong = make('strong');
    strong.append(inner);
    element.append(strong);
  });
  return element;
}

function place(pin) {
  const element = make('div', 'card');
  element.append(make('strong', '', pin.title), make('span', '', pin.address), link(pin.href, say('map'), 'map'));
  return element;
}

/** It is fetched when it comes near the screen; without it its name is read in its place. */
function picture(shown) {
  const element = make('img', 'picture');
  element.alt = shown.name;
  element.loading = 'lazy';
  element.decoding = 'async';
  element.src = shown.src;
  return element;
}

function media(shown) {
  const element = make('a', 'file');
  element.href = shown.href;
  element.setAttribute('download', shown.name);
  element.append(make('span', '', say('download'), 'download'), ' ', shown.name);
  return element;
}

function file(document, seq) {
  const element = make('a', 'file');
  element.href = `/chat/files/${seq}`;
  element.setAttribute('download', document.name);
  element.append(make('span', '', say('download'), 'download'), ' ', document.name);
  return element;
}

function choices(message, act) {
  const group = make('div', 'choices');
  group.setAttribute('role', 'group');
  group.setAttribute('data-name', 'choices');
  group.setAttribute('aria-label', say('choices'));
  if (message.ask && navigator.geolocation && window.isSecureContext) {
    const row = make('div', 'row');
    const button = pressable(message.ask.label, () => act.sharePlace());
    button.className = 'ask';
    button.setAttribute('data-ask', message.ask.what);
    row.append(button);
    group.append(row);
  }
  (message.rows || []).forEach((choicesOfRow) => {
    const row = make('div', 'row');
    choicesOfRow.forEach((choice) => {
      const element = choice.url ? link(choice.url, choice.label) : answer(choice, act);
      if (/\S{25}/.test(choice.label)) {
        element.className = 'endless';
      }
      row.append(element);
    });
    group.append(row);
  });
  return group;
}

function answer(choice, act) {
  const button = pressable(choice.label, () => act.choose(choice.action, choice.label));
  button.setAttribute('data-action', choice.action);
  return button;
}

/** A button that takes a shaky double tap for one. */
function pressable(label, press) {
  const button = make('button', '', label);
  button.type = 'button';
  let pressedAt = Number.NEGATIVE_INFINITY;
  button.addEventListener('click', (event) => {
    if (event.timeStamp - pressedAt > 700) {
      pressedAt = event.timeStamp;
      press();
    }
  });
  return button;
}

function link(href, label, word) {
  const element = make('a', '', label, word);
  element.href = href;
  if (/^https:/i.test(href)) {
    element.target = '_blank';
    element.rel = 'noreferrer noopener';
    const hint = make('span', 'unseen', '');
    hint.append(' ', make('span', '', say('newTab'), 'newTab'));
    if (word) {
      element.textContent = '';
      element.append(make('span', '', label, word));
      element.removeAttribute('data-word');
    }
    element.append(hint);
  }
  return element;
}

/** An element with a class, a text, and the key of that text where it is a word of the page. */
export function make(tag, className, text, word) {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  if (text) {
    element.textContent = text;
  }
  if (word) {
    element.setAttribute('data-word', word);
  }
  return element;
}
