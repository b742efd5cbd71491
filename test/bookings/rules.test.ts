import { describe, expect, it } from 'vitest';
import { confirmedPerHour, isOpen, stateOfMoved, stateOfNew } from '../../src/bookings/rules.ts';

describe('the policy of bookings', () => {
  it.each([
    ['auto', false, 99, 'confirmed'],
    ['auto', true, confirmedPerHour - 1, 'confirmed'],
    ['auto', true, confirmedPerHour, 'requested'],
    ['manual', false, 0, 'requested'],
    ['manual', true, 0, 'requested'],
  ] as const)(
    'a new one (%s, from a chat without account: %s, %i this hour) is %s',
    (confirm, web, thisHour, state) => {
      expect(stateOfNew({ confirm, fromAnonymousChannel: web, thisHour })).toBe(state);
    },
  );

  it('a booking is open until it is over, to the second, or cancelled', () => {
    const booking = { state: 'confirmed', wall: '2026-12-03T15:00', zone: 'Europe/Kyiv', minutes: 25 } as const;
    const over = Date.parse('2026-12-03T13:25:00Z');
    expect(isOpen(booking, over - 1000)).toBe(true);
    expect(isOpen(booking, over)).toBe(false);
    expect(isOpen(booking, over + 1000)).toBe(false);
    expect(isOpen({ ...booking, state: 'requested' }, over - 1000)).toBe(true);
    expect(isOpen({ ...booking, state: 'cancelled' }, over - 1000)).toBe(false);
  });

  it('a moved booking is confirmed anew only where the librarian confirms by hand', () => {
    expect(stateOfMoved('auto', 'confirmed')).toBe('confirmed');
    expect(stateOfMoved('auto', 'requested')).toBe('requested');
    expect(stateOfMoved('manual', 'confirmed')).toBe('requested');
  });
});
