import { type Language, languages } from '../../texts.ts';
import type { Flow, Turn } from '../flow.ts';
import { mainChoices } from './start.ts';

/** The language of the talk. Changing it keeps the person where they stand: the step is shown again in the new one. */
export const language: Flow = {
  word: 'language',
  async choose([chosen], turn) {
    if (!isLanguage(chosen)) {
      const rows = languages.map((code) => [
        { label: turn.services.t(code, 'language:name'), action: `language:${code}` },
      ]);
      return { replies: [{ text: turn.t('language:which'), rows }] };
    }
    const t: Turn['t'] = (key, values) => turn.services.t(chosen, key, values);
    const there: Turn = { ...turn, language: chosen, session: { ...turn.session, language: chosen }, t };
    const at = turn.session.at;
    const again = at ? await turn.again(at, there) : null;
    const changed = { text: t('language:changed') };
    return {
      replies: again ? [changed, ...again.replies] : [{ ...changed, rows: mainChoices(there) }],
      known: { language: chosen },
    };
  },
};

function isLanguage(text: string | undefined): text is Language {
  return (languages as readonly (string | undefined)[]).includes(text);
}
