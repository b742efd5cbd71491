import { languages } from '../../texts.ts';
import type { Flow, Turn } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { inRows } from '../screens.ts';
import { nobody } from '../session.ts';
import { wayBack } from './subscribe.ts';

/**
 * The welcome: who I am, that I'm free and private, four choices, the danger button, the other languages.
 * `start` · `start:lib:<id>` (from that library's wall: it is theirs from now on)
 */
export const start: Flow = {
  word: 'start',
  async choose([step, id = ''], turn) {
    const library = step === 'lib' ? turn.services.directory.get(id) : undefined;
    const back = turn.person === nobody ? [] : await wayBack(turn);
    const reply = welcome(turn, back, library && inWords(library.name, turn.language));
    return { replies: [reply], at: null, ...(library ? { known: { library: id } } : {}) };
  },
};

/**
 * @param back the button for who was told news before
 * @param libraryName whose bot it is for this person; the deployment's own name where nothing says more
 */
function welcome(turn: Turn, back: Choice[], libraryName = turn.services.libraryName): Reply {
  return {
    text: libraryName
      ? turn.t('start:welcomeOf', { library: turn.services.plain(libraryName) })
      : turn.t('start:welcome'),
    rows: [...mainChoices(turn), ...(back.length > 0 ? [back] : []), languageChoices(turn)],
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
