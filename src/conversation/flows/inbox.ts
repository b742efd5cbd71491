import type { Conversation, Looked, Taken } from '../../staff/questions.ts';
import { languages } from '../../texts.ts';
import { shortTimeOf } from '../clock-words.ts';
import type { Flow, Reader, Told, Turn } from '../flow.ts';
import { countryName, inWords } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { asSentence, inRows, toMenu } from '../screens.ts';
import { roleName } from './join.ts';
import { openLine } from './library.ts';
import { notStaff } from './team.ts';

/**
 * A librarian's own chat: what people have written, and her answers. She sees a number, a language and a country.
 * `inbox` · `inbox:open:<no>` · `inbox:take:<no>:<anyway|>` · `inbox:hand:<no>` · `inbox:to:<no>:<staff no>` ·
 * `inbox:close:<no>` · `inbox:again:<no>` · `inbox:block:<no>` · `inbox:blocked:<no>` · `inbox:unblock:<no>`
 */
export const inbox: Flow = {
  word: 'inbox',
  passesOn: true,
  async choose([step, given = '', more = ''], turn) {
    const { questions } = turn.services;
    const { person } = turn;
    const no = Number(given);
    switch (step) {
      case 'open':
        return open(no, turn);
      case 'take':
        return take(no, more === 'anyway', turn);
      case 'hand':
        return askWhom(no, turn);
      case 'to':
        return after(await questions.handOver(person, no, Number(more)), no, 'inbox:handed', turn);
      case 'close':
        return after(await questions.close(person, no), no, 'inbox:closed', turn);
      case 'again':
        return answering(await questions.reopen(person, no), no, turn);
      case 'block':
        return askBlock(no, turn);
      case 'blocked':
        return after(await questions.block(person, no), no, 'inbox:blocked', turn);
      case 'unblock':
        return after(await questions.unblock(person, no), no, 'inbox:unblocked', turn);
      default:
        return list(turn);
    }
  },
  async hear(step, deed, turn) {
    return deed.kind === 'text' ? send(Number(step.told.no), deed.text, turn) : null;
  },
  async again(step, turn) {
    const no = Number(step.told.no);
    return { replies: [{ text: turn.t('inbox:writeNow', { no }), rows: answerRows(no, turn) }] };
  },
};

/** On one screen; the oldest first. */
const listed = 5;
const snippet = 80;

async function list(turn: Turn): Promise<Told> {
  const { t } = turn;
  const all = await turn.services.questions.inbox(turn.person);
  if (!all) return notStaff(turn);
  if (all.length === 0) {
    return { replies: [{ text: t('inbox:empty'), rows: [[toMenu(turn)]] }], at: null };
  }
  const shown = all.slice(0, listed);
  const lines = shown.map(
    (one) =>
      `**${t(one.mine ? 'inbox:mine' : 'inbox:waits', { no: one.no })}** ${aboutOf(one, turn)}\n${short(turn.services.plain(one.last))}`,
  );
  return {
    replies: [
      {
        text: [t('inbox:count', { count: all.length }), ...lines, ...hours(shown, turn)].join('\n\n'),
        rows: [
          ...inRows(
            shown.map((one) => ({ label: t('inbox:open', { no: one.no }), action: `inbox:open:${one.no}` })),
            3,
          ),
          [{ label: t('team:title'), action: 'team' }, toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

/** The libraries of these talks, and whether they are open: people have been told to expect an answer by that. */
function hours(shown: readonly Conversation[], turn: Turn): string[] {
  const ids = [...new Set(shown.map((one) => one.library))];
  return ids.flatMap((id) => {
    const found = id === null ? undefined : turn.services.directory.get(id);
    const line = found ? openLine(found, turn) : '';
    return found && line !== '' ? [`${inWords(found.name, turn.language)}: ${line}.`] : [];
  });
}

/** «українська · Польща · ср, 25 лист., 10:00» */
function aboutOf({ language, country, openedAt }: Conversation, to: Reader): string {
  const spoken = languages.find((one) => one === language);
  return [
    spoken ? to.services.t(spoken, 'language:name') : '',
    country === null ? to.t('inbox:noCountry') : countryName(country, to.language),
    shortTimeOf(openedAt, 'Europe/Kyiv', to.language),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Cut between characters. */
function short(text: string): string {
  const letters = [...text.replace(/\s+/g, ' ')];
  return letters.length > snippet ? `${letters.slice(0, snippet).join('')}…` : letters.join('');
}

async function open(no: number, turn: Turn): Promise<Told> {
  const looked = await turn.services.questions.look(turn.person, no);
  if (!looked) return list(turn);
  if (looked.conversation.state === 'forgotten') return forgotten(no, turn);
  return { replies: [{ text: transcript(looked, turn), rows: rowsOf(looked, turn) }], at: null };
}

function transcript({ conversation, taken, blocked, messages }: Looked, turn: Turn): string {
  const { t, services } = turn;
  const state = taken ? t('inbox:state.taken') : t(`inbox:state.${conversation.state}`);
  return [
    `**${t('inbox:talk', { no: conversation.no })}** ${aboutOf(conversation, turn)}`,
    blocked ? `${state} ${t('inbox:state.blocked')}` : state,
    ...messages.map(({ side, text }) => `${t(`inbox:side.${side}`)}\n${services.plain(text)}`),
    ...hours([conversation], turn),
  ].join('\n\n');
}

function rowsOf({ conversation, taken, blocked }: Looked, turn: Turn): Choice[][] {
  const { t } = turn;
  const { no, state } = conversation;
  const button = (key: string, action: string): Choice => ({ label: t(key), action: `inbox:${action}:${no}` });
  const block = blocked ? button('inbox:unblock', 'unblock') : button('inbox:block', 'block');
  if (state === 'closed') return [[button('inbox:reopen', 'again')], [block], back(turn)];
  return [
    [taken ? { label: t('inbox:takeOver'), action: `inbox:take:${no}:anyway` } : button('inbox:answer', 'take')],
    [button('inbox:hand', 'hand'), button('inbox:close', 'close')],
    [block],
    back(turn),
  ];
}

function back(turn: Turn): Choice[] {
  return [{ label: turn.t('inbox:title'), action: 'inbox' }, toMenu(turn)];
}

function forgotten(no: number, turn: Turn): Told {
  return { replies: [{ text: turn.t('inbox:news.forgotten', { no }), rows: [back(turn)] }], at: null };
}

async function take(no: number, anyway: boolean, turn: Turn): Promise<Told> {
  return answering(await turn.services.questions.take(turn.person, no, anyway), no, turn);
}

function answering(taken: Taken, no: number, turn: Turn): Told {
  if (taken.outcome !== 'done') return refused(taken.outcome, no, turn);
  return {
    replies: [{ text: turn.t('inbox:writeNow', { no }), rows: answerRows(no, turn) }],
    at: { flow: 'inbox', step: 'answer', told: { no: String(no) } },
  };
}

function answerRows(no: number, turn: Turn): Choice[][] {
  return [
    [
      { label: turn.t('inbox:close'), action: `inbox:close:${no}` },
      { label: turn.t('inbox:hand'), action: `inbox:hand:${no}` },
    ],
    back(turn),
  ];
}

function refused(outcome: Exclude<Taken['outcome'], 'done'>, no: number, turn: Turn): Told {
  if (outcome === 'forgotten') return forgotten(no, turn);
  if (outcome === 'unknown') return notStaff(turn);
  return {
    replies: [
      {
        text: turn.t('inbox:taken', { no }),
        rows: [[{ label: turn.t('inbox:takeOver'), action: `inbox:take:${no}:anyway` }], back(turn)],
      },
    ],
    at: null,
  };
}

async function send(no: number, text: string, turn: Turn): Promise<Told> {
  const { eventId, person } = turn;
  const sent = await turn.services.questions.answer({ eventId, person, no, text });
  if (sent.outcome !== 'done') return refused(sent.outcome, no, turn);
  return { replies: [{ text: turn.t('inbox:sent', { no }), rows: answerRows(no, turn) }] };
}

/** What has been done to a talk; the librarian stands nowhere then. */
function after(taken: Taken, no: number, key: string, turn: Turn): Told {
  if (taken.outcome !== 'done') return refused(taken.outcome, no, turn);
  return {
    replies: [
      {
        text: turn.t(key, { no }),
        rows: [[{ label: turn.t('inbox:open', { no }), action: `inbox:open:${no}` }], back(turn)],
      },
    ],
    at: null,
  };
}

async function askWhom(no: number, turn: Turn): Promise<Told> {
  const others = await turn.services.questions.others(turn.person, no);
  const names = new Map((await turn.services.team.colleagues(turn.person)).map((one) => [one.no, one.name]));
  if (others.length === 0) {
    return { replies: [{ text: turn.t('inbox:nobodyElse'), rows: [back(turn)] }] };
  }
  return {
    replies: [
      {
        text: turn.t('inbox:toWhom', { no }),
        rows: [
          ...others.slice(0, 10).map((one) => [
            {
              label: [names.get(one.no) ?? '', roleName(one, turn)].filter((part) => part !== '').join(', '),
              action: `inbox:to:${no}:${one.no}`,
            },
          ]),
          back(turn),
        ],
      },
    ],
  };
}

async function askBlock(no: number, turn: Turn): Promise<Told> {
  const looked = await turn.services.questions.look(turn.person, no);
  if (!looked) return list(turn);
  return {
    replies: [
      {
        text: turn.t('inbox:askBlock', { no }),
        rows: [
          [{ label: turn.t('inbox:yesBlock'), action: `inbox:blocked:${no}` }],
          [{ label: turn.t('inbox:open', { no }), action: `inbox:open:${no}` }],
        ],
      },
    ],
  };
}

/** What a librarian is told of without asking. */
export function questionNotice(about: string, conversation: Conversation, words: string, to: Reader): Reply {
  const { t, services } = to;
  const { no } = conversation;
  const menu: Choice = { label: t('menu:menu'), action: 'menu' };
  const title: Choice = { label: t('inbox:title'), action: 'inbox' };
  if (about === 'ended' || about === 'forgotten') {
    return { text: t(`inbox:news.${about}`, { no }), rows: [[title, menu]] };
  }
  return {
    text: [
      `**${t(`inbox:news.${about}`, { no })}** ${asSentence(aboutOf(conversation, to))}`,
      ...(words === '' ? [] : [services.plain(words)]),
    ].join('\n\n'),
    rows: [
      [{ label: t('inbox:answer'), action: `inbox:take:${no}` }],
      [{ label: t('inbox:open', { no }), action: `inbox:open:${no}` }],
      [title, menu],
    ],
  };
}
