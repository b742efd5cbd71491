import { languages } from '../../texts.ts';
import type { Flow, Turn } from '../flow.ts';
import type { Choice, Reply } from '../reply.ts';
import { inRows } from '../screens.ts';

/** The welcome: who I am, that I'm free and private, four choices, the danger button, the other languages. */
export const start: Flow = {
  word: 'start',
  async choose(_args, turn) {
    return { replies: [welcome(turn)], at: null };
  },
};

export function welcome(turn: Turn): Reply {
  const { libraryName } = turn.services;
  return {
    text: libraryName
      ? turn.t('start:welcomeOf', { library: turn.services.plain(libraryName) })
      : turn.t('start:welcome'),
    rows: [...mainChoices(turn), languageChoices(turn)],
  };
}

/** The four things that people come for, and the danger button. */
export function mainChoices(turn: Turn): Choice[][] {
  const four = (['ask', 'resources', 'library', 'book'] as const).map((word) => ({
    label: turn.t(`menu:${word}`),
    action: word,
  }));
  return [...inRows(four, 2, 20), [{ label: turn.t('menu:sos'), action: 'sos' }]];
}

/** Each language in its own name, so that it can be found from any other. */
export function languageChoices(turn: Turn): Choice[] {
  return languages
    .filter((language) => language !== turn.language)
    .map((language) => ({ label: turn.services.t(language, 'language:name'), action: `language:${language}` }));
}
