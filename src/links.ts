import type { Config, Secrets } from './config.ts';

/**
 * Links that open a chat with the bot and hand it a payload (`staff-CODE`, `join-CODE`, `lib-LIBRARY`), one a channel.
 * null: the channel is off, or its platform can't be asked just now how the bot is called there.
 */
export type Links = { telegram: string | null; viber: string | null; web: string };

export type Linker = (payload: string) => Promise<Links>;

const callMs = 5_000;

/** Asks each platform once how the bot is called there, and again where it could not be asked. */
export function createLinker(config: Config, secrets: Secrets): Linker {
  const telegramName = remembered(() => askTelegram(config, secrets));
  const viberUri = remembered(() => askViber(config, secrets));
  const base = config.publicUrl ?? `http://localhost:${config.port}`;
  return async (payload) => {
    const [name, uri] = await Promise.all([telegramName(), viberUri()]);
    return {
      telegram: name === null ? null : `https://t.me/${name}?start=${payload}`,
      viber: uri === null ? null : `viber://pa?chatURI=${encodeURIComponent(uri)}&context=${payload}`,
      web: `${base}/chat#${payload}`,
    };
  };
}

function remembered(ask: () => Promise<string | null>): () => Promise<string | null> {
  let known: string | null = null;
  let asking: Promise<string | null> | null = null;
  return async () => {
    if (known !== null) return known;
    asking ??= ask()
      .catch(() => null)
      .finally(() => {
        asking = null;
      });
    known = await asking;
    return known;
  };
}

async function askTelegram({ telegram }: Config, { telegramToken: token }: Secrets): Promise<string | null> {
  if (!telegram || !token) return null;
  const [{ Agent }, { createApi }] = await Promise.all([import('undici'), import('./channels/telegram/api.ts')]);
  const dispatcher = new Agent({ connect: { timeout: callMs }, headersTimeout: callMs, bodyTimeout: callMs });
  try {
    const api = createApi({ token, apiRoot: telegram.apiRoot, timeoutSeconds: callMs / 1000, dispatcher });
    const { username } = await api.getMe();
    return /^\w{1,64}$/.test(username) ? username : null;
  } finally {
    await dispatcher.destroy();
  }
}

async function askViber({ viber }: Config, { viberToken: token }: Secrets): Promise<string | null> {
  if (!viber || !token) return null;
  const { createClient } = await import('./channels/viber/client.ts');
  const client = createClient({ apiRoot: viber.apiRoot, token, callMs, connectMs: callMs });
  try {
    const { status, uri } = await client.call('get_account_info', {});
    return status === 0 && typeof uri === 'string' && uri !== '' ? uri : null;
  } finally {
    await client.close();
  }
}
