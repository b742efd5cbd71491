import { timeOf } from '../clock-words.ts';
import { type Flow, type Told, type Turn, zoneOf } from '../flow.ts';
import { inWords } from '../names.ts';
import { linkLine, toMenu } from '../screens.ts';
import { mainChoices } from './start.ts';

/**
 * Another chat for the same person, and invitations for staff. A link or a typed code only asks; a tap then does it, so
 * that nobody is joined to a stranger by opening a link.
 * `join` (a code for the other chat) · `join:typed:<code>` · `join:code:<code>` · `join:yes:<code>` · `join:part` ·
 * `join:parted` · `join:staff:<code>` · `join:be:<code>`
 */
export const join: Flow = {
  word: 'join',
  async choose([step, code = ''], turn) {
    switch (step) {
      case 'typed':
        return typed(code, turn);
      case 'code':
        return askToJoin(code, turn);
      case 'yes':
        return joinNow(code, turn);
      case 'part':
        return askToPart(turn);
      case 'parted':
        return part(turn);
      case 'staff':
        return askToServe(code, turn);
      case 'be':
        return serve(code, turn);
      default:
        return offer(turn);
    }
  },
  async hear(_step, deed, turn) {
    return deed.kind === 'text' && /^[\p{L}\p{N}\s-]{8,24}$/u.test(deed.text.trim()) ? ifCode(deed.text, turn) : null;
  },
};

async function typed(code: string, turn: Turn): Promise<Told> {
  return (await ifCode(code, turn)) ?? wrongCode('join:unknown', turn);
}

async function ifCode(text: string, turn: Turn): Promise<Told | null> {
  const { readCode } = turn.services;
  const own = readCode(text, 'join');
  if (own !== null) return askToJoin(own, turn);
  const staff = readCode(text, 'staff');
  return staff === null ? null : askToServe(staff, turn);
}

async function offer(turn: Turn): Promise<Told> {
  const { t, event, eventId, person, services } = turn;
  const [others, { code, expires }] = await Promise.all([
    services.joins.others(person, event.channel, event.sender),
    services.joins.offer({ eventId, person }),
  ]);
  const links = (await services.links(`join-${code}`)).filter(({ channel }) => channel !== event.channel);
  const until = timeOf(expires, zoneOf(turn.session, services.knowledge), turn.language);
  return {
    replies: [
      {
        text: [
          t('join:what'),
          `**${code.slice(0, 4)} ${code.slice(4)}**`,
          t('join:howTo', { code, time: until }),
          ...(links.length > 0 ? [links.map((link) => linkLine(link, turn)).join('\n')] : []),
          ...(others.length > 0
            ? [t('join:joinedWith', { chats: others.map(({ channel }) => t(`join:on.${channel}`)).join(', ') })]
            : []),
          t('join:orType'),
        ].join('\n\n'),
        rows: [...(others.length > 0 ? [[{ label: t('join:part'), action: 'join:part' }]] : []), [toMenu(turn)]],
      },
    ],
    at: { flow: 'join', step: 'code', told: {} },
  };
}

async function askToJoin(code: string, turn: Turn): Promise<Told> {
  const { event, eventId, person, services, t } = turn;
  const outcome = await services.joins.look({ ...event, eventId, person, code: services.readCode(code, 'join') ?? '' });
  if (outcome !== 'fine') return wrongCode(refusal[outcome], turn);
  return {
    replies: [
      {
        text: t('join:askJoin'),
        rows: [[{ label: t('join:yes'), action: `join:yes:${code}` }], [{ label: t('join:no'), action: 'menu' }]],
      },
    ],
    at: null,
  };
}

const refusal = { self: 'join:self', unknown: 'join:unknown', 'too-many': 'join:tooMany' } as const;

function wrongCode(key: 'join:self' | 'join:unknown' | 'join:tooMany', turn: Turn): Told {
  return { replies: [{ text: turn.t(key), rows: [[toMenu(turn)]] }] };
}

async function joinNow(code: string, turn: Turn): Promise<Told> {
  const { event, eventId, person, services } = turn;
  const result = await services.joins.join({ ...event, eventId, person, code });
  if (result.outcome !== 'joined') return wrongCode(refusal[result.outcome], turn);
  return {
    replies: [
      {
        text: turn.t('join:joined'),
        rows: [
          [{ label: turn.t('menu:mybookings'), action: 'mybookings' }],
          [{ label: turn.t('join:part'), action: 'join:part' }],
          [toMenu(turn)],
        ],
      },
    ],
    at: null,
    // Told again after a crash, the chat is that person's already, and what they are doing goes on.
    effects: result.into === person ? [] : [{ kind: 'joined' }],
  };
}

async function askToPart(turn: Turn): Promise<Told> {
  return {
    replies: [
      {
        text: turn.t('join:askPart'),
        rows: [
          [{ label: turn.t('join:yesPart'), action: 'join:parted' }],
          [{ label: turn.t('join:noPart'), action: 'menu' }],
        ],
      },
    ],
  };
}

async function part(turn: Turn): Promise<Told> {
  const { event, eventId, person, services } = turn;
  const outcome = await services.joins.part({ ...event, eventId, person });
  return {
    replies: [{ text: turn.t(outcome === 'parted' ? 'join:parted' : 'join:alone'), rows: [[toMenu(turn)]] }],
    at: null,
    effects: outcome === 'parted' ? [{ kind: 'parted' }] : [],
  };
}

async function askToServe(code: string, turn: Turn): Promise<Told> {
  const { person, services, t } = turn;
  const standing = await services.team.look(person, services.readCode(code, 'staff') ?? '');
  if (!standing) return wrongCode('join:unknown', turn);
  return {
    replies: [
      {
        text: t('join:askServe', { role: roleName(standing, turn) }),
        rows: [[{ label: t('join:serve'), action: `join:be:${code}` }], [{ label: t('join:no'), action: 'menu' }]],
      },
    ],
    at: null,
  };
}

async function serve(code: string, turn: Turn): Promise<Told> {
  const { person, event, services, t } = turn;
  const name = event.hint?.name ?? '';
  const standing = await services.team.join({ person, code: services.readCode(code, 'staff') ?? '', name });
  if (!standing) return wrongCode('join:unknown', turn);
  const answers = standing.role === 'admin' || standing.role === 'librarian';
  return {
    replies: [
      {
        text: [
          t('join:serving', { role: roleName(standing, turn) }),
          t(answers ? 'join:whatLibrarianDoes' : 'join:whatOthersDo'),
        ].join('\n\n'),
        rows: [
          ...(answers ? [[{ label: t('inbox:title'), action: 'inbox' }]] : []),
          [{ label: t('team:title'), action: 'team' }],
          ...mainChoices(turn).slice(0, 1),
          [toMenu(turn)],
        ],
      },
    ],
    at: null,
    ...(turn.session.library === null && standing.library !== null ? { known: { library: standing.library } } : {}),
  };
}

/** «бібліотекар, Тисменицька бібліотека» */
export function roleName(
  { role, library }: { role: string; library: string | null },
  { t, language, services }: Pick<Turn, 't' | 'language' | 'services'>,
): string {
  const found = library === null ? undefined : services.directory.get(library);
  const where = library === null ? t('team:network') : found ? inWords(found.name, language) : library;
  return `${t(`team:role.${role}`)}, ${where}`;
}
