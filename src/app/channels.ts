import type { Channel, ChannelDeps } from '../channels/channel.ts';
import { createWeb, type WebDeps, webWords } from '../channels/web/index.ts';
import type { Config, Secrets } from '../config.ts';
import type { ChannelPace } from '../delivery/pace.ts';
import type { Seal } from '../storage/seal.ts';
import { languages, type Texts } from '../texts.ts';
import { introductions } from './words.ts';

/** The ways in and out that are configured; the web chat is always on. What is off isn't loaded. */
export async function openChannels(
  channels: Map<string, Channel>,
  { config, secrets, texts, seal }: { config: Config; secrets: Secrets; texts: Texts; seal: Seal },
  deps: ChannelDeps,
  web: Omit<WebDeps, keyof ChannelDeps>,
): Promise<void> {
  const add = (channel: Channel) => channels.set(channel.name, channel);
  if (config.telegram && secrets.telegramToken) {
    const { createTelegram } = await import('../channels/telegram/index.ts');
    add(
      createTelegram(
        {
          token: secrets.telegramToken,
          apiRoot: config.telegram.apiRoot,
          mode: config.telegram.mode,
          webhookUrl: config.publicUrl ? `${config.publicUrl}/webhooks/telegram` : null,
          webhookSecret: secrets.telegramWebhookSecret ?? seal.mark('telegram webhook'),
          commands: introductions(texts),
        },
        deps,
      ),
    );
  }
  if (config.viber && secrets.viberToken && config.publicUrl) {
    const { createViber } = await import('../channels/viber/index.ts');
    add(
      createViber(
        {
          token: secrets.viberToken,
          apiRoot: config.viber.apiRoot,
          publicUrl: config.publicUrl,
          name: config.viber.name,
          avatar: config.viber.avatar,
          files: { seal: (text) => seal.seal(text, 'file'), open: (text) => seal.open(text, 'file') },
        },
        deps,
      ),
    );
  }
  add(
    createWeb(
      {
        sessionHours: config.sessionHours,
        secure: config.publicUrl?.startsWith('https://') ?? false,
        words: Object.fromEntries(
          languages.map((language) => [language, webWords((key) => texts.t(language, `web:${key}`))]),
        ) as Parameters<typeof createWeb>[0]['words'],
        title: config.libraryName ?? texts.t(config.defaultLanguage, 'telegram:name'),
      },
      { ...deps, ...web },
    ),
  );
}

/** Telegram asks for no more than a message a second to one chat (core.telegram.org/bots/faq). */
const chatMs = 1_000;

/** How fast the bot itself may start something there. */
export function pacesOf({ telegram, viber }: Config): Record<string, ChannelPace> {
  return {
    ...(telegram
      ? {
          telegram: {
            rate: { calls: telegram.messagesPerSecond, perMs: 1_000 },
            chatMs: telegram.messagesPerSecond > 0 ? chatMs : 0,
          },
        }
      : {}),
    ...(viber ? { viber: { rate: { calls: viber.callsPer10s, perMs: 10_000 }, chatMs: 0 } } : {}),
  };
}
