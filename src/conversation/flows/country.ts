import { timeOf } from '../clock-words.ts';
import type { Flow, Turn } from '../flow.ts';
import { countryName } from '../names.ts';
import { inRows, toMenu } from '../screens.ts';

/** Where the person is now: it chooses the numbers, the country parts and the second clock. */
export const country: Flow = {
  word: 'country',
  async choose([code], turn) {
    const { knowledge } = turn.services;
    const chosen = code ? knowledge.country(code) : undefined;
    if (!chosen) {
      const choices = ['ua', ...knowledge.countries()].map((other) => ({
        label: countryName(other, turn.language),
        action: `country:${other}`,
      }));
      return {
        replies: [{ text: asked(turn), rows: [...inRows(choices, 3), [toMenu(turn)]] }],
        at: { flow: 'country', step: 'which', told: {} },
      };
    }
    const text = turn.t('country:changed', {
      country: countryName(chosen.code, turn.language),
      time: timeOf(turn.now, chosen.zone, turn.language),
    });
    return {
      replies: [
        {
          text,
          rows: [
            [
              { label: turn.t('menu:ask'), action: 'ask' },
              { label: turn.t('menu:resources'), action: 'resources' },
            ],
            [toMenu(turn)],
          ],
        },
      ],
      known: { country: chosen.code, zone: null },
      at: null,
    };
  },
  async hear(_step, deed, turn) {
    if (deed.kind !== 'text') return null;
    const found = turn.services.knowledge.findCountry(deed.text);
    return found && deed.text.length <= 40 ? country.choose([found.code], turn) : null;
  },
};

function asked(turn: Turn): string {
  const now = turn.session.country;
  return now ? turn.t('country:whichNow', { country: countryName(now, turn.language) }) : turn.t('country:which');
}
