/**
 * Follows the transcript. The browser connects again by itself after a break; after a refusal, or a silence in which
 * the connection must have died unnoticed, it is done here. Nothing is asked for twice: each message has a number.
 */

/** The server sends a beat each 20 seconds. */
const SILENCE_MS = 50000;
const LONGEST_WAIT_MS = 15000;
/** A break shorter than this is nobody's concern. */
const UNNOTICED_MS = 2500;

/** `on.message(message)`, `on.ready(empty)`: the past has been shown, `on.reset()`, `on.connected(yes)`. */
export function connect(on) {
  let source = null;
  let last = 0;
  let heardAt = Date.now();
  let failures = 0;
  let again = null;
  let complaint = null;

  function open() {
    clearTimeout(again);
    again = null;
    if (source) {
      source.close();
    }
    heardAt = Date.now();
    source = new EventSource(last > 0 ? `/chat/events?after=${last}` : '/chat/events');
    hear(source, 'open', () => connected());
    hear(source, 'beat', () => {});
    hear(source, 'reset', () => {
      last = 0;
      on.reset();
    });
    hear(source, 'ready', (event) => on.ready(JSON.parse(event.data).empty));
    hear(source, 'message', (event) => {
      const message = JSON.parse(event.data);
      if (message.seq > last) {
        last = message.seq;
        on.message(message);
      }
    });
    source.addEventListener('error', lost);
  }

  function hear(from, name, then) {
    from.addEventListener(name, (event) => {
      heardAt = Date.now();
      then(event);
    });
  }

  function connected() {
    failures = 0;
    clearTimeout(complaint);
    complaint = null;
    on.connected(true);
  }

  function lost() {
    if (complaint === null) {
      complaint = setTimeout(() => on.connected(false), navigator.onLine === false ? 0 : UNNOTICED_MS);
    }
    if (source && source.readyState === EventSource.CLOSED && again === null) {
      failures += 1;
      again = setTimeout(open, Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures));
    }
  }

  window.addEventListener('online', open);
  window.addEventListener('offline', lost);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && (again !== null || Date.now() - heardAt > SILENCE_MS)) {
      open();
    }
  });
  const watch = setInterval(() => {
    if (Date.now() - heardAt > SILENCE_MS) {
      lost();
      open();
    }
  }, 5000);
  open();

  return {
    close() {
      clearInterval(watch);
      clearTimeout(again);
      again = 0;
      source.close();
    },
  };
}
