import type { Flow } from '../flow.ts';
import { toMenu } from '../screens.ts';

/**
 * Clears this chat: deletes what the bot may delete, and says how to delete the rest. One tap, for who is in a hurry, and
 * nothing in the farewell that tells what the talk was about.
 */
export const clear: Flow = {
  word: 'clear',
  async choose([step], turn) {
    if (step === 'yes') {
      return {
        replies: [{ text: turn.t('clear:done'), rows: [[toMenu(turn)]] }],
        at: null,
        effects: [{ kind: 'clear' }],
      };
    }
    return {
      replies: [
        {
          text: turn.t('clear:how'),
          rows: [[{ label: turn.t('clear:yes'), action: 'clear:yes' }], [toMenu(turn)]],
        },
      ],
    };
  },
};
