import { shortTimeOf } from '../clock-words.ts';
import { type Flow, type Told, type Turn, zoneOf } from '../flow.ts';
import { inWords } from '../names.ts';
import type { Choice } from '../reply.ts';
import { inRows, linkLine, toMenu } from '../screens.ts';
import { roleName } from './join.ts';

/**
 * Staff: who works here, an invitation for a colleague, the end of a role. Every step asks the store who is asking.
 * `team` · `team:invite:<role>` (for which library?) · `team:new:<role>:<library|->` · `team:remove:<no>` · `team:gone:<no>` ·
 * `team:wall` (the poster of which library?)
 */
export const team: Flow = {
  word: 'team',
  async choose([step, ...args], turn) {
    switch (step) {
      case 'invite':
        return whichLibrary(args[0] ?? '', turn);
      case 'new':
        return invite(args[0] ?? '', args[1] ?? '-', turn);
      case 'remove':
        return askRemove(Number(args[0]), turn);
      case 'gone':
        return remove(Number(args[0]), turn);
      case 'wall':
        return whichWall(turn);
      default:
        return list(turn);
    }
  },
};

/** So many buttons for ending a role; the rest are found at the desk. */
const removeButtons = 12;

async function list(turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  const [colleagues, invitable, posters, scopes] = await Promise.all([
    services.team.colleagues(person),
    services.team.invitable(person),
    walls(turn),
    services.announcements.scopes(person),
  ]);
  if (colleagues.length === 0) return notStaff(turn);
  const lines = colleagues.map((one) =>
    [
      `${one.no}. ${roleName(one, turn)}`,
      one.name === '' ? '' : services.plain(one.name),
      one.self ? t('team:you') : '',
    ]
      .filter((part) => part !== '')
      .join(' · '),
  );
  const offered = [...new Set(invitable.map((standing) => standing.role))];
  const removals: Choice[] = colleagues
    .filter((one) => one.removable)
    .slice(0, removeButtons)
    .map((one) => ({
      label: one.self ? t('team:leave', { no: one.no }) : t('team:remove', { no: one.no }),
      action: `team:remove:${one.no}`,
    }));
  return {
    replies: [
      {
        text: [t('team:who'), lines.join('\n')].join('\n'),
        rows: [
          ...offered.map((role) => [
            { label: t('team:invite', { role: t(`team:role.${role}`) }), action: `team:invite:${role}` },
          ]),
          ...inRows(removals, 2),
          ...wallButton(posters, turn),
          ...(scopes.length > 0 ? [[{ label: t('announce:title'), action: 'announce' }]] : []),
          [{ label: t('inbox:title'), action: 'inbox' }, toMenu(turn)],
        ],
      },
    ],
    at: null,
  };
}

/** So many libraries are offered to whoever serves them all. */
const mostLibraries = 12;

/** The posters that a librarian or an admin may want to print: of the own library, else of those that the network has. */
async function walls({ person, services, session, language }: Turn): Promise<{ label: string; url: string }[]> {
  const roles = (await services.team.of(person)).filter(({ role }) => role === 'librarian' || role === 'admin');
  const own = roles.flatMap(({ library }) => (library === null ? [] : [library]));
  const ofNetwork = roles.some(({ library }) => library === null)
    ? [...(session.library ? [session.library] : []), ...services.bookings.joinedLibraries()]
    : [];
  return [...new Set([...own, ...ofNetwork])].slice(0, mostLibraries).flatMap((id) => {
    const found = services.directory.get(id);
    const url = services.wall(id);
    return found && url !== null ? [{ label: inWords(found.name, language), url }] : [];
  });
}

function wallButton(posters: readonly { url: string }[], { t }: Turn): Choice[][] {
  const [first, second] = posters;
  if (!first) return [];
  return [[second ? { label: t('team:wall'), action: 'team:wall' } : { label: t('team:wall'), url: first.url }]];
}

async function whichWall(turn: Turn): Promise<Told> {
  const posters = await walls(turn);
  if (posters.length === 0) return list(turn);
  return {
    replies: [
      {
        text: turn.t('team:whichWall'),
        rows: [...posters.map((poster) => [poster]), [{ label: turn.t('team:title'), action: 'team' }, toMenu(turn)]],
      },
    ],
  };
}

/** For people who typed the word without having been invited. */
export function notStaff(turn: Turn): Told {
  return { replies: [{ text: turn.t('team:notStaff'), rows: [[toMenu(turn)]] }], at: null };
}

async function whichLibrary(role: string, turn: Turn): Promise<Told> {
  const { t, person, services, session, language } = turn;
  const offered = (await services.team.invitable(person)).filter((standing) => standing.role === role);
  const [first] = offered;
  if (!first) return notStaff(turn);
  // Who serves one library invites to that one; admins and editors are of the whole network.
  const ofNetwork = role === 'admin' || role === 'editor';
  if (ofNetwork || offered.every((standing) => standing.library !== null)) {
    if (offered.length === 1) return invite(role, first.library ?? '-', turn);
  }
  const own = offered.flatMap((standing) => (standing.library === null ? [] : [standing.library]));
  const everywhere = offered.some((standing) => standing.library === null);
  const near = everywhere
    ? [...(session.library ? [session.library] : []), ...services.bookings.joinedLibraries()]
    : [];
  const choices = [...new Set([...own, ...near])].slice(0, 12).flatMap((id): Choice[] => {
    const found = services.directory.get(id);
    return found ? [{ label: inWords(found.name, language), action: `team:new:${role}:${id}` }] : [];
  });
  return {
    replies: [
      {
        text: t('team:whichLibrary', { role: t(`team:role.${role}`) }),
        rows: [
          ...choices.map((choice) => [choice]),
          ...(everywhere ? [[{ label: t('team:network'), action: `team:new:${role}:-` }]] : []),
          [toMenu(turn)],
        ],
      },
    ],
  };
}

async function invite(asked: string, where: string, turn: Turn): Promise<Told> {
  const { t, person, eventId, services } = turn;
  const role = (await services.team.invitable(person)).find((standing) => standing.role === asked)?.role;
  const library = where === '-' ? null : where;
  if (!role || (library !== null && !services.directory.get(library))) return notStaff(turn);
  const invitation = await services.team.invite({ eventId, person, role, library });
  if (!invitation) return notStaff(turn);
  const links = await services.links(`staff-${invitation.code}`);
  const until = shortTimeOf(invitation.expires, zoneOf(turn.session, services.knowledge), turn.language);
  return {
    replies: [
      {
        text: [
          t('team:invited', { role: roleName({ role, library }, turn), until }),
          links.map((link) => linkLine(link, turn)).join('\n'),
          t('team:orCode', { code: invitation.code }),
        ].join('\n\n'),
        rows: [[{ label: t('team:title'), action: 'team' }, toMenu(turn)]],
      },
    ],
  };
}

async function askRemove(no: number, turn: Turn): Promise<Told> {
  const { t } = turn;
  const whom = (await turn.services.team.colleagues(turn.person)).find((one) => one.no === no);
  if (!whom) return list(turn);
  return {
    replies: [
      {
        text: t(whom.self ? 'team:askLeave' : 'team:askRemove', { no, role: roleName(whom, turn) }),
        rows: [
          [{ label: t(whom.self ? 'team:yesLeave' : 'team:yesRemove'), action: `team:gone:${no}` }],
          [{ label: t('team:keep'), action: 'team' }],
        ],
      },
    ],
  };
}

async function remove(no: number, turn: Turn): Promise<Told> {
  const outcome = await turn.services.team.remove({ person: turn.person, no });
  if (outcome === 'removed') {
    return {
      replies: [
        {
          text: turn.t('team:removed', { no }),
          rows: [[{ label: turn.t('team:title'), action: 'team' }, toMenu(turn)]],
        },
      ],
    };
  }
  if (outcome === 'last-admin') {
    return { replies: [{ text: turn.t('team:lastAdmin'), rows: [[{ label: turn.t('team:title'), action: 'team' }]] }] };
  }
  return outcome === 'no' ? notStaff(turn) : list(turn);
}
