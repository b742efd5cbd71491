import type { Api } from 'grammy';
import type { Language } from '../../texts.ts';

/** How the bot presents itself: the command menu, and the texts of the empty chat and the profile, per language. */
export type CommandSet = Record<Language, Introduction>;

export type Introduction = {
  /** Names without the slash. Telegram takes 1-32 of `a-z0-9_`, descriptions of 1-256 characters. */
  commands: readonly { command: string; description: string }[];
  /** At most 64 characters; absent: the name given at BotFather stays. */
  name?: string;
  /** Shown in the empty chat; at most 512 characters. */
  description: string;
  /** Shown in the profile and beside shared links; at most 120 characters. */
  shortDescription: string;
};

/** A language for those whose own we don't speak. */
const DEFAULT: Language = 'uk';

/** One call each, so that a failed one can be tried again alone. */
export function introductions(api: Api, set: CommandSet): (() => Promise<void>)[] {
  const languages = Object.keys(set) as Language[];
  return [
    ...introduce(api, set[DEFAULT], {}),
    ...languages.flatMap((language) => introduce(api, set[language], { language_code: language })),
  ];
}

function introduce(api: Api, words: Introduction, language: { language_code?: Language }): (() => Promise<void>)[] {
  const { name, description, shortDescription } = words;
  const steps = [
    async () => {
      await api.raw.setMyCommands({
        commands: [...words.commands],
        scope: { type: 'all_private_chats' },
        ...language,
      });
    },
    async () => {
      await api.raw.setMyDescription({ description, ...language });
    },
    async () => {
      await api.raw.setMyShortDescription({ short_description: shortDescription, ...language });
    },
  ];
  if (name === undefined) return steps;
  // Telegram lets a bot change its name rarely: not at every start.
  const rename = async () => {
    const current = await api.raw.getMyName(language);
    if (current.name !== name) await api.raw.setMyName({ name, ...language });
  };
  return [...steps, rename];
}
