import { buildMessage, make } from './messages.js';
import { say } from './words.js';

/** An answer that takes longer than this is announced as being written. */
const TYPING_AFTER_MS = 700;
const TYPING_AT_MOST_MS = 20000;
/** A message not confirmed by then is shown as waiting. */
const UNSENT_AFTER_MS = 1500;
/** This close to the end, a reader is following the conversation. */
const NEAR_PX = 160;

/** The conversation on the screen. It never moves the focus, and moves the view only for someone who follows. */
export function createLog(act) {
  const log = document.getElementById('log');
  const typingLine = document.getElementById('typing');
  const newest = document.getElementById('newest');
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  const own = new Map();
  let anchor = null;
  let live = false;
  let awaiting = false;
  let typingTimer = null;

  function insert(message) {
    const following = awaiting || nearEnd();
    log.querySelectorAll('.choices').forEach((group) => {
      group.classList.add('past');
    });
    const element = buildMessage(message, act);
    log.append(element);
    if (message.from === 'person' || anchor === null) {
      anchor = element;
    }
    if (!live) {
      return element;
    }
    if (following || message.from === 'person') {
      follow();
    } else {
      newest.hidden = false;
    }
    return element;
  }

  /** In the place of the message whose words it changes. @returns false when that one isn't here any more */
  function replace(message) {
    const old = log.querySelector(`[data-seq="${Number(message.replaces)}"]`);
    if (!old) {
      return false;
    }
    const element = buildMessage(message, act);
    if (old.querySelector('.choices.past')) {
      element.querySelectorAll('.choices').forEach((group) => {
        group.classList.add('past');
      });
    }
    old.replaceWith(element);
    if (anchor === old) {
      anchor = element;
    }
    return true;
  }

  function nearEnd() {
    const end = document.documentElement;
    return end.scrollHeight - window.scrollY - window.innerHeight < NEAR_PX;
  }

  /** To the end, but not past the start of the last exchange: what was asked and where the answer begins stay in view. */
  function follow(jump) {
    newest.hidden = true;
    const top = document.getElementById('top').getBoundingClientRect().bottom;
    const end = document.documentElement.scrollHeight - window.innerHeight;
    if (anchor !== null && anchor === log.firstElementChild) {
      return;
    }
    const start = anchor ? anchor.getBoundingClientRect().top + window.scrollY - Math.max(top, 0) - 16 : end;
    window.scrollTo({ top: Math.min(end, start), behavior: jump || calm.matches ? 'auto' : 'smooth' });
  }

  function typing(on) {
    clearTimeout(typingTimer);
    typingLine.textContent = '';
    if (!on) {
      return;
    }
    typingTimer = setTimeout(() => {
      const dots = make('span', 'dots');
      dots.setAttribute('aria-hidden', 'true');
      dots.append(make('i'), make('i'), make('i'));
      typingLine.append(dots, ' ', make('span', '', say('typing'), 'typing'));
      typingTimer = setTimeout(() => typing(false), TYPING_AT_MOST_MS);
    }, TYPING_AFTER_MS);
  }

  function mark(element, word) {
    const old = element.querySelector('.note');
    if (old) {
      old.remove();
    }
    if (word) {
      element.append(make('p', 'note', say(word), word));
    }
  }

  function awaitAnswer() {
    awaiting = true;
    typing(true);
  }

  newest.addEventListener('click', () => follow());

  return {
    /** A message of the transcript. The person's own may be on the screen already. */
    add(message) {
      if (message.from === 'person' && message.id && own.has(message.id)) {
        this.settle(message.id);
        return;
      }
      if (message.from === 'person') {
        own.set(message.id, { element: insert(message), timer: 0 });
        return;
      }
      if (message.replaces && replace(message)) {
        return;
      }
      typing(false);
      insert(message);
      awaiting = false;
    },
    /** What the person has just done, before the server knows. */
    own(id, shown) {
      const element = insert({ from: 'person', ...shown });
      const timer = setTimeout(() => mark(element, 'unsent'), UNSENT_AFTER_MS);
      own.set(id, { element, timer });
      awaitAnswer();
    },
    settle(id) {
      const sent = own.get(id);
      if (sent) {
        clearTimeout(sent.timer);
        mark(sent.element, null);
      }
    },
    refuse(id) {
      const refused = own.get(id);
      if (refused) {
        clearTimeout(refused.timer);
        mark(refused.element, 'failed');
      }
    },
    awaitAnswer,
    typing,
    follow() {
      if (live && nearEnd()) {
        follow();
      }
    },
    /** The past is complete: show its end, and follow from now on. */
    live() {
      if (!live) {
        follow(true);
      }
      live = true;
    },
    clear() {
      log.textContent = '';
      own.clear();
      anchor = null;
    },
  };
}
