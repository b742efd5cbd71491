import type { Flow, Turn } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice } from '../reply.ts';
import { toMenu } from '../screens.ts';
import { openLine } from './library.ts';

/** A person to talk to: how to reach the librarian of the person's library, and a consultation in one tap. */
export const librarian: Flow = {
  word: 'librarian',
  async choose(_args, turn) {
    const { directory, bookings } = turn.services;
    const mine = turn.session.library ? directory.get(turn.session.library) : undefined;
    if (!mine) {
      return {
        replies: [
          {
            text: turn.t('librarian:chooseLibrary'),
            rows: [
              [{ label: turn.t('menu:library'), action: 'library' }],
              [{ label: turn.t('menu:book'), action: 'book' }],
              [toMenu(turn)],
            ],
          },
        ],
      };
    }
    const lines = [
      turn.t('librarian:reach', { library: inWords(mine.name, turn.language) }),
      mine.phone ? `[${mine.phone.display}](tel:${mine.phone.number})` : turn.t('library:noPhone'),
      openLine(mine, turn),
      mine.demo ? turn.t('notices:demo') : '',
    ].filter((line) => line !== '');
    const rows: Choice[][] = [
      bookings.joined(mine.id)
        ? [{ label: turn.t('menu:book'), action: `book:lib:${mine.id}` }]
        : [{ label: turn.t('menu:book'), action: 'book' }],
      [{ label: turn.t('library:about'), action: `library:i:${mine.id}` }, otherLibrary(turn)],
      [toMenu(turn)],
    ];
    return { replies: [{ text: lines.join('\n'), rows }] };
  },
};

function otherLibrary(turn: Turn): Choice {
  return { label: turn.t('library:otherPlace'), action: 'library' };
}
