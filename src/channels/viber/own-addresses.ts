/**
 * Whether an address is one where Viber keeps what people send: https on its own hosts, or wherever its API is. Callbacks
 * are signed, but what is in them is a client's word: nobody shall have us fetch from elsewhere.
 */
export function ownAddresses(apiRoot: string): (url: URL) => boolean {
  const { origin } = new URL(apiRoot);
  return (url) => {
    if (url.username !== '' || url.password !== '') return false;
    if (url.origin === origin) return true;
    return url.protocol === 'https:' && url.port === '' && /(?:^|\.)viber\.com$/.test(url.hostname);
  };
}
