/** The policy of staff: facts in, decision out. */

export const roles = ['admin', 'librarian', 'consultant', 'editor'] as const;
export type Role = (typeof roles)[number];

/** A role somebody has. `library` null: of the whole network. */
export type Standing = { role: Role; library: string | null };

export type Action =
  /** See who works there. */
  | 'team'
  /** Answer what people write to librarians, hand it over, close it, block. */
  | 'answer'
  /** See and confirm bookings, see who comes. */
  | 'bookings'
  /** Change hours and exceptions, close a day. */
  | 'calendar'
  /** Write an announcement. */
  | 'announce'
  /** Approve one of somebody else to many people. */
  | 'approve'
  /** Change articles and numbers, sign them off. */
  | 'content'
  /** Read the record of what staff did. */
  | 'audit'
  | `invite:${Role}`
  | `remove:${Role}`;

/** `network`: everywhere. `own`: at the library of the role, everywhere where the role is of the whole network. */
type Reach = 'network' | 'own';

const everything: Record<Action, Reach> = {
  team: 'network',
  answer: 'network',
  bookings: 'network',
  calendar: 'network',
  announce: 'network',
  approve: 'network',
  content: 'network',
  audit: 'network',
  'invite:admin': 'network',
  'invite:librarian': 'network',
  'invite:consultant': 'network',
  'invite:editor': 'network',
  'remove:admin': 'network',
  'remove:librarian': 'network',
  'remove:consultant': 'network',
  'remove:editor': 'network',
};

const granted: Record<Role, Partial<Record<Action, Reach>>> = {
  admin: everything,
  librarian: {
    team: 'own',
    answer: 'own',
    bookings: 'own',
    calendar: 'own',
    announce: 'own',
    'invite:librarian': 'own',
    'invite:consultant': 'own',
    'remove:consultant': 'own',
  },
  consultant: { team: 'own', bookings: 'own' },
  editor: { content: 'network' },
};

/**
 * May somebody with this role do that at a library?
 * @param library null: for the whole network, or for nobody's library in particular
 */
export function can({ role, library: own }: Standing, action: Action, library: string | null): boolean {
  const reach = granted[role][action];
  if (reach === undefined) return false;
  return reach === 'network' || own === null || own === library;
}

/** May somebody with these roles? */
export function anyCan(standings: readonly Standing[], action: Action, library: string | null): boolean {
  return standings.some((standing) => can(standing, action, library));
}

/** Of admins and editors there are none of one library. */
export function isOfNetwork(role: Role): boolean {
  return role === 'admin' || role === 'editor';
}

/** Roles that somebody may invite others to, and for which library: what is offered as buttons. */
export function invitable(standings: readonly Standing[]): Standing[] {
  const found = new Map<string, Standing>();
  for (const standing of standings) {
    for (const role of roles) {
      const library = isOfNetwork(role) ? null : standing.library;
      if (can(standing, `invite:${role}`, library)) found.set(`${role} ${library}`, { role, library });
    }
  }
  return [...found.values()];
}

/** May `by` end the role of `whom`? Whoever has a role may lay it down; the last admin stays, or nobody could invite. */
export function mayRemove(
  by: readonly Standing[],
  whom: Standing & { self: boolean },
  admins: number,
): 'yes' | 'no' | 'last-admin' {
  if (!whom.self && !anyCan(by, `remove:${whom.role}`, whom.library)) return 'no';
  return whom.role === 'admin' && admins <= 1 ? 'last-admin' : 'yes';
}
