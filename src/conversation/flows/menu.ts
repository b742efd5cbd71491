import type { Flow } from '../flow.ts';
import { mainChoices } from './start.ts';

/** The way back from everywhere: the four things, and what concerns the person. */
export const menu: Flow = {
  word: 'menu',
  async choose(_args, turn) {
    return {
      replies: [
        {
          text: turn.t('menu:hello'),
          rows: [
            ...mainChoices(turn),
            [
              { label: turn.t('menu:mybookings'), action: 'mybookings' },
              { label: turn.t('menu:librarian'), action: 'librarian' },
            ],
            [
              { label: turn.t('menu:subscribe'), action: 'subscribe' },
              { label: turn.t('menu:dates'), action: 'dates' },
            ],
            [
              { label: turn.t('menu:country'), action: 'country' },
              { label: turn.t('menu:language'), action: 'language' },
            ],
            [{ label: turn.t('menu:privacy'), action: 'privacy' }],
          ],
        },
      ],
      at: null,
    };
  },
};
