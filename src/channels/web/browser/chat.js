import { connect } from './connection.js';
import { leaveForGood, wasLeft } from './leave.js';
import { createLog } from './log.js';
import { createOutbox } from './outbox.js';
import { say, speak } from './words.js';

const field = document.getElementById('field');
const composer = document.getElementById('composer');
const status = document.getElementById('status');

const log = createLog({ choose, sharePlace });
const outbox = createOutbox({
  sent(id) {
    log.settle(id);
    settled(['tooMany', 'trouble', 'waiting']);
  },
  refused(id, word, text) {
    log.refuse(id);
    log.typing(false);
    tell(word, text);
  },
  waiting(word) {
    log.typing(false);
    tell(word);
  },
});

/** Says how things are, below the conversation; null for nothing to say. `text` is for a word that the page lacks. */
function tell(word, text) {
  status.setAttribute('data-word', word || '');
  status.textContent = word ? say(word) || text || say('unclear') : '';
  if (!word) {
    status.removeAttribute('data-word');
  }
  if (word === 'connected') {
    setTimeout(() => settled(['connected']), 4000);
  }
  log.follow();
}

/** Takes these words away, if one of them is still said. */
function settled(words) {
  if (words.includes(status.getAttribute('data-word'))) {
    tell(null);
  }
}

function send(message, shown) {
  settled(['noPlace', 'tooLong', 'unclear', 'locating']);
  const id = outbox.put(message);
  log.own(id, shown);
}

function choose(action, label) {
  send({ kind: 'choice', action, label }, { text: [{ kind: 'text', text: label }] });
}

function sharePlace() {
  tell('locating');
  navigator.geolocation.getCurrentPosition(
    (position) => {
      tell(null);
      // About 100 metres: enough for the nearest library, and no more than that is told.
      const round = (degrees) => Math.round(degrees * 1000) / 1000;
      const { latitude, longitude } = position.coords;
      send({ kind: 'place', lat: round(latitude), lon: round(longitude) }, { text: [], word: 'myPlace' });
    },
    () => tell('noPlace'),
    { timeout: 20000, maximumAge: 600000 },
  );
}

function submit() {
  const text = field.value.trim();
  if (text === '') {
    return;
  }
  if (field.value.length > Number(composer.getAttribute('data-limit'))) {
    tell('tooLong');
    return;
  }
  send({ kind: 'text', text }, { text: [{ kind: 'text', text }] });
  field.value = '';
  grow();
}

/** The field grows with what is written, up to what style allows. */
function grow() {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 4}px`;
}

/** A deep link (`#book-…`), taken out of the address so that a reload does not open it again. */
function takeLink() {
  const payload = location.hash.slice(1);
  if (!/^[a-z]+-[\w-]{1,60}$/.test(payload)) {
    return false;
  }
  history.replaceState(null, '', location.pathname);
  outbox.put({ kind: 'started', payload });
  log.awaitAnswer();
  return true;
}

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
field.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
field.addEventListener('input', grow);
window.addEventListener('hashchange', takeLink);

const danger = document.getElementById('danger');
danger.addEventListener('click', () => choose(danger.getAttribute('data-action'), say('danger')));

let connection = null;
let escapedAt = 0;
const leave = () => leaveForGood(connection);
document.getElementById('leave').addEventListener('click', leave);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') {
    return;
  }
  if (event.timeStamp - escapedAt < 1500) {
    leave();
  }
  escapedAt = event.timeStamp;
});

let greeted = false;
wasLeft().then(() => {
  connection = connect({
    message(message) {
      if (message.from === 'bot' && message.lang) {
        speak(message.lang);
      }
      log.add(message);
    },
    ready(empty) {
      log.live();
      if (!greeted && !takeLink() && empty) {
        // A reload before the answer is the same visit: within a minute, the same id.
        outbox.put({ kind: 'started' }, `visit-${Math.floor(Date.now() / 60000)}`);
        log.awaitAnswer();
      }
      greeted = true;
    },
    reset: () => log.clear(),
    connected(yes) {
      if (yes) {
        outbox.wake();
        if (status.getAttribute('data-word') === 'waiting') {
          tell('connected');
        }
      } else {
        tell('waiting');
      }
    },
  });
});
