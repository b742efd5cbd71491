import { describe, expect, it } from 'vitest';
import { channelPauseMs, mayRepeat, pauseMs } from '../../src/delivery/retry.ts';

const down = { afterMs: 1_000, limited: false, uncertain: false };

describe('when a message is tried again', () => {
  it.each([
    [1, 2_000],
    [2, 4_000],
    [5, 32_000],
    [9, 512_000],
    [10, 600_000],
    [1_000, 600_000],
  ])('after %i tries that surely did not arrive it waits about %i ms', (attempts, expected) => {
    for (const chance of [0, 0.5, 1]) {
      const pause = pauseMs(down, { attempts, unsure: 0 }, chance);
      expect(pause).toBe(expected * (0.75 + chance / 2));
    }
  });

  it('a pause that was asked for is never cut short, and only a little longer', () => {
    for (const afterMs of [500, 7_000, 3_600_000])
      for (const chance of [0, 0.3, 1]) {
        const pause = pauseMs({ afterMs, limited: true, uncertain: false }, { attempts: 9, unsure: 0 }, chance);
        expect(pause).toBeGreaterThanOrEqual(afterMs);
        expect(pause).toBeLessThanOrEqual(afterMs + 1_000);
      }
  });

  it('what may have arrived is repeated minutes later', () => {
    expect(pauseMs({ ...down, uncertain: true }, { attempts: 1, unsure: 0 }, 0.5)).toBe(60_000);
    expect(pauseMs({ ...down, uncertain: true }, { attempts: 2, unsure: 1 }, 0.5)).toBe(300_000);
  });

  it('three calls that may have arrived are the limit, and one where twice does harm', () => {
    expect([0, 1, 2, 3].map((unsure) => mayRepeat(true, unsure))).toEqual([true, true, false, false]);
    expect(mayRepeat(false, 0)).toBe(false);
  });

  it('a short pause is the whole channel’s, a long one this person’s, a failure nobody’s', () => {
    expect(channelPauseMs({ afterMs: 60_000, limited: true })).toBe(60_000);
    expect(channelPauseMs({ afterMs: 60_001, limited: true })).toBe(0);
    expect(channelPauseMs({ afterMs: 1_000, limited: false })).toBe(0);
  });
});
