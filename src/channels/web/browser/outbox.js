/**
 * What the person does, sent in order and once: each message keeps its id however often it is tried, and the server
 * drops a repeat. Waits in memory while there is no connection.
 */

const TIMEOUT_MS = 20000;
const LONGEST_WAIT_MS = 15000;

/**
 * `on.sent(id)`, `on.refused(id, word, text)`, `on.waiting(word)`: it is tried again later; `word` names the reason,
 * `text` says it where the page lacks that word.
 */
export function createOutbox(on) {
  const queue = [];
  let busy = false;
  let failures = 0;
  let again = null;

  async function work() {
    clearTimeout(again);
    again = null;
    if (busy) {
      return;
    }
    busy = true;
    while (queue.length > 0) {
      const outcome = await post(queue[0]);
      if (outcome.kind === 'wait') {
        failures += 1;
        on.waiting(outcome.word);
        again = setTimeout(work, outcome.ms || Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures));
        break;
      }
      failures = 0;
      const { id } = queue.shift();
      if (outcome.kind === 'sent') {
        on.sent(id);
      } else {
        on.refused(id, outcome.word, outcome.text);
      }
    }
    busy = false;
  }

  window.addEventListener('online', work);

  return {
    /** @returns the message's id */
    put(message, id = newId()) {
      queue.push({ ...message, id });
      work();
      return id;
    },
    /** The connection is back: no reason to wait longer. */
    wake() {
      if (again !== null && failures > 0) {
        work();
      }
    },
  };
}

async function post(message) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const response = await fetch('/chat/messages', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(message),
      credentials: 'same-origin',
      signal: stop.signal,
    });
    if (response.ok) {
      return { kind: 'sent' };
    }
    if (response.status === 429) {
      return { kind: 'wait', word: 'tooMany', ms: 1000 * (Number(response.headers.get('Retry-After')) || 30) };
    }
    if (response.status >= 500) {
      return { kind: 'wait', word: 'trouble' };
    }
    const answer = await response.json().catch(() => ({}));
    return { kind: 'refused', word: answer.error || 'unclear', text: answer.text };
  } catch {
    return { kind: 'wait', word: 'waiting' };
  } finally {
    clearTimeout(timer);
  }
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
