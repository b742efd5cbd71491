/** Leaving in a hurry: the screen first, then the server, then the page. */

/** Set while a farewell has not reached the server, so that the next visit delivers it before it shows anything. */
const FLAG = 'vistka-left';
/** Whoever presses this can't wait for a slow network. */
const LONGEST_WAIT_MS = 700;

export function leaveForGood(connection) {
  document.body.textContent = '';
  document.title = '\u00a0';
  const go = () => location.replace('about:blank');
  setTimeout(go, LONGEST_WAIT_MS);
  if (connection) {
    connection.close();
  }
  remember(true);
  farewell().then(go, go);
}

/** Resolves when nothing of a conversation that was left is on the server any more, as far as can be reached. */
export async function wasLeft() {
  if (remembered()) {
    await farewell().catch(() => {});
  }
}

async function farewell() {
  const response = await fetch('/chat/leave', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
    credentials: 'same-origin',
    keepalive: true,
  });
  if (response.ok) {
    remember(false);
  }
}

/* Storage may be switched off; then only the attempt at once is made. */

function remember(yes) {
  try {
    if (yes) {
      localStorage.setItem(FLAG, '1');
    } else {
      localStorage.removeItem(FLAG);
    }
  } catch {
    // Nothing to do about it.
  }
}

function remembered() {
  try {
    return localStorage.getItem(FLAG) !== null;
  } catch {
    return false;
  }
}
