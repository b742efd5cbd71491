import { describe, expect, it } from 'vitest';
import {
  type Action,
  anyCan,
  can,
  invitable,
  mayRemove,
  type Role,
  roles,
  type Standing,
} from '../../src/staff/roles.ts';

const at = (role: Role, library: string | null = null): Standing => ({ role, library });
const everything = [
  ...(['team', 'answer', 'bookings', 'calendar', 'announce', 'approve', 'content', 'audit'] as const),
  ...roles.flatMap((role) => [`invite:${role}`, `remove:${role}`] as const),
] satisfies Action[];

describe('what a role allows', () => {
  it.each(everything)('an admin of the network may: %s', (action) => {
    expect(can(at('admin'), action, null)).toBe(true);
    expect(can(at('admin'), action, 'bar')).toBe(true);
  });

  it.each<[Standing, Action, string | null, boolean]>([
    // A librarian: everything of her own library, nothing of another's, nothing of the network's.
    [at('librarian', 'bar'), 'answer', 'bar', true],
    [at('librarian', 'bar'), 'answer', 'lviv', false],
    [at('librarian', 'bar'), 'answer', null, false],
    [at('librarian', 'bar'), 'calendar', 'bar', true],
    [at('librarian', 'bar'), 'bookings', 'bar', true],
    [at('librarian', 'bar'), 'announce', 'bar', true],
    [at('librarian', 'bar'), 'approve', 'bar', false],
    [at('librarian', 'bar'), 'content', 'bar', false],
    [at('librarian', 'bar'), 'audit', 'bar', false],
    [at('librarian', 'bar'), 'invite:librarian', 'bar', true],
    [at('librarian', 'bar'), 'invite:consultant', 'bar', true],
    [at('librarian', 'bar'), 'invite:librarian', 'lviv', false],
    [at('librarian', 'bar'), 'invite:admin', null, false],
    [at('librarian', 'bar'), 'remove:consultant', 'bar', true],
    [at('librarian', 'bar'), 'remove:librarian', 'bar', false],
    // One of the whole network: the same, everywhere.
    [at('librarian'), 'answer', 'lviv', true],
    [at('librarian'), 'answer', null, true],
    [at('librarian'), 'invite:admin', null, false],
    // A consultant sees who comes, and reads no letters.
    [at('consultant', 'bar'), 'bookings', 'bar', true],
    [at('consultant', 'bar'), 'bookings', 'lviv', false],
    [at('consultant', 'bar'), 'answer', 'bar', false],
    [at('consultant', 'bar'), 'invite:consultant', 'bar', false],
    // An editor changes content and sees nobody.
    [at('editor'), 'content', null, true],
    [at('editor'), 'content', 'bar', true],
    [at('editor'), 'answer', 'bar', false],
    [at('editor'), 'bookings', 'bar', false],
    [at('editor'), 'team', null, false],
  ])('%o, %s at %s: %s', (standing, action, library, allowed) => {
    expect(can(standing, action, library)).toBe(allowed);
    expect(anyCan([at('editor'), standing], action, library)).toBe(allowed || action === 'content');
  });

  it('nobody without a role may do anything', () => {
    for (const action of everything) expect(anyCan([], action, null)).toBe(false);
  });

  it('offers only invitations that may be made', () => {
    expect(invitable([at('consultant', 'bar'), at('editor')])).toEqual([]);
    expect(invitable([at('librarian', 'bar')])).toEqual([at('librarian', 'bar'), at('consultant', 'bar')]);
    expect(invitable([at('admin')])).toEqual(roles.map((role) => at(role)));
  });

  it.each<[Standing[], Standing & { self: boolean }, number, ReturnType<typeof mayRemove>]>([
    [[at('admin')], { ...at('librarian', 'bar'), self: false }, 1, 'yes'],
    [[at('admin')], { ...at('admin'), self: false }, 2, 'yes'],
    [[at('admin')], { ...at('admin'), self: true }, 1, 'last-admin'],
    [[at('librarian', 'bar')], { ...at('consultant', 'bar'), self: false }, 1, 'yes'],
    [[at('librarian', 'bar')], { ...at('consultant', 'lviv'), self: false }, 1, 'no'],
    [[at('librarian', 'bar')], { ...at('librarian', 'bar'), self: false }, 1, 'no'],
    [[at('librarian', 'bar')], { ...at('librarian', 'bar'), self: true }, 1, 'yes'],
    [[at('librarian', 'bar')], { ...at('admin'), self: false }, 1, 'no'],
    [[], { ...at('consultant', 'bar'), self: false }, 1, 'no'],
  ])('%o may end %o with %i admins: %s', (by, whom, admins, answer) => {
    expect(mayRemove(by, whom, admins)).toBe(answer);
  });
});
