import type { Conversation } from '../../staff/questions.ts';
import type { Flow, Reader, Told, Turn } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { asSentence, toMenu } from '../screens.ts';
import { openLine } from './library.ts';

/**
 * A person to talk to: how to reach the librarian, a consultation in one tap, and a letter from here. While somebody
 * writes to a librarian, commands and danger words still work as everywhere.
 * `librarian` · `librarian:write` · `librarian:reply:<no>` · `librarian:done:<no>`
 */
export const librarian: Flow = {
  word: 'librarian',
  passesOn: true,
  async choose([step, no = ''], turn) {
    switch (step) {
      case 'write':
        return write(turn);
      case 'reply':
        return reply(Number(no), turn);
      case 'done':
        return done(Number(no), turn);
      default:
        return home(turn);
    }
  },
  async hear(step, deed, turn) {
    return deed.kind === 'text' ? passOn(deed.text, step.told.no ?? '', turn) : null;
  },
  async again(step, turn) {
    return { replies: [{ text: turn.t('librarian:still'), rows: talkRows(step.told.no ?? '', turn) }] };
  },
};

async function home(turn: Turn): Promise<Told> {
  const { services, session, person } = turn;
  const [going, open] = await Promise.all([
    services.questions.current(person),
    services.questions.open(session.library),
  ]);
  const rows: Choice[][] = going
    ? [
        [{ label: turn.t('librarian:more'), action: `librarian:reply:${going.no}` }],
        [{ label: turn.t('librarian:done'), action: `librarian:done:${going.no}` }],
      ]
    : open && !services.sessionsDown
      ? [[{ label: turn.t('librarian:write'), action: 'librarian:write' }]]
      : [];
  const state = going ? stateOf(going, turn) : '';
  const reached = reach(turn, rows);
  return { replies: [{ ...reached, text: [state, reached.text].filter((part) => part !== '').join('\n\n') }] };
}

/** How to reach the library itself, with the ways on. */
function reach(turn: Turn, before: Choice[][]): Reply {
  const { directory, bookings } = turn.services;
  const mine = turn.session.library ? directory.get(turn.session.library) : undefined;
  if (!mine) {
    return {
      text: turn.t('librarian:chooseLibrary'),
      rows: [
        ...before,
        [{ label: turn.t('menu:library'), action: 'library' }],
        [{ label: turn.t('menu:book'), action: 'book' }],
        [toMenu(turn)],
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
    ...before,
    bookings.joined(mine.id)
      ? [{ label: turn.t('menu:book'), action: `book:lib:${mine.id}` }]
      : [{ label: turn.t('menu:book'), action: 'book' }],
    [{ label: turn.t('library:about'), action: `library:i:${mine.id}` }, otherLibrary(turn)],
    [toMenu(turn)],
  ];
  return { text: lines.join('\n'), rows };
}

function otherLibrary(turn: Turn): Choice {
  return { label: turn.t('library:otherPlace'), action: 'library' };
}

function stateOf(conversation: Conversation, turn: Turn): string {
  if (conversation.state === 'answering') return turn.t('librarian:answering', { no: conversation.no });
  return [turn.t('librarian:waiting', { no: conversation.no }), whenAnswered(conversation.library, turn)].join(' ');
}

/** When to expect an answer: by the library's hours, on both clocks. Nobody is promised an hour. */
function whenAnswered(library: string | null, turn: Turn): string {
  const found = library === null ? undefined : turn.services.directory.get(library);
  const open = found ? openLine(found, turn) : '';
  if (!found?.hours || open === '') return turn.t('librarian:whenUnknown');
  const state = turn.services.openState(found.hours, turn.now).state;
  return turn.t(state === 'open' ? 'librarian:whenOpen' : 'librarian:whenClosed', { hours: asSentence(open) });
}

async function write(turn: Turn): Promise<Told> {
  const { services, session } = turn;
  const going = await services.questions.current(turn.person);
  if (!going && !(await services.questions.open(session.library))) return home(turn);
  return {
    replies: [
      {
        text: [turn.t('librarian:howTo'), whenAnswered(session.library, turn)].join('\n\n'),
        rows: [[toMenu(turn)]],
      },
    ],
    at: talk(going ? String(going.no) : ''),
  };
}

const talk = (no: string) => ({ flow: 'librarian', step: 'talk', told: { no } });

async function reply(no: number, turn: Turn): Promise<Told> {
  const own = await turn.services.questions.own(turn.person, no);
  if (!own) return home(turn);
  return { replies: [{ text: turn.t('librarian:goOn'), rows: talkRows(String(no), turn) }], at: talk(String(no)) };
}

async function done(no: number, turn: Turn): Promise<Told> {
  const over = await turn.services.questions.end(turn.person, no);
  if (!over) return home(turn);
  return {
    replies: [
      {
        text: turn.t('librarian:over'),
        rows: [[{ label: turn.t('librarian:again'), action: `librarian:reply:${no}` }], [toMenu(turn)]],
      },
    ],
    at: null,
  };
}

async function passOn(text: string, no: string, turn: Turn): Promise<Told> {
  const { services, session, eventId, person, language } = turn;
  const result = await services.questions.write({
    ...{ eventId, person, language, text },
    no: no === '' ? null : Number(no),
    library: session.library,
    country: session.country,
  });
  if (result.outcome !== 'sent') {
    const key = result.outcome === 'blocked' ? 'librarian:blocked' : 'librarian:nobody';
    const reached = reach(turn, []);
    return { replies: [{ ...reached, text: [turn.t(key), reached.text].join('\n\n') }], at: null };
  }
  const { conversation } = result;
  const words =
    conversation.state === 'answering'
      ? turn.t('librarian:passed')
      : no === ''
        ? [turn.t('librarian:sent', { no: conversation.no }), whenAnswered(conversation.library, turn)].join(' ')
        : turn.t('librarian:added');
  return {
    replies: [{ text: words, rows: talkRows(String(conversation.no), turn) }],
    at: talk(String(conversation.no)),
  };
}

function talkRows(no: string, turn: Turn): Choice[][] {
  return [
    ...(no === '' ? [] : [[{ label: turn.t('librarian:done'), action: `librarian:done:${no}` }]]),
    [toMenu(turn)],
  ];
}

/** A librarian's words, or that she has ended the talk. */
export function replyNotice(about: string, { no }: Conversation, words: string, to: Reader): Reply {
  const { t, services } = to;
  if (about === 'closed') {
    return {
      text: t('librarian:closed', { no }),
      rows: [
        [{ label: t('librarian:again'), action: `librarian:reply:${no}` }],
        [{ label: t('menu:menu'), action: 'menu' }],
      ],
    };
  }
  return {
    text: `**${t('librarian:answer')}**\n${services.plain(words)}`,
    rows: [
      [
        { label: t('librarian:reply'), action: `librarian:reply:${no}` },
        { label: t('librarian:done'), action: `librarian:done:${no}` },
      ],
      [{ label: t('menu:menu'), action: 'menu' }],
    ],
  };
}
