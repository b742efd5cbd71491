import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNearest, kmBetween } from '../../src/libraries/nearest.ts';

const point = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
});
const ukraine = fc.record({
  lat: fc.double({ min: 44, max: 53, noNaN: true }),
  lon: fc.double({ min: 22, max: 41, noNaN: true }),
});

describe('the nearest libraries', () => {
  it('a degree along a meridian is 111.2 km, and the far side of the earth half its round', () => {
    expect(kmBetween({ lat: 49, lon: 24 }, { lat: 50, lon: 24 })).toBeCloseTo(111.195, 2);
    expect(kmBetween({ lat: 0, lon: 0 }, { lat: 0, lon: 180 })).toBeCloseTo(20_015.1, 0);
  });

  it('the index finds what a look at every library finds', () => {
    const items = fc.array(fc.oneof(ukraine, point), { maxLength: 120 });
    fc.assert(
      fc.property(
        items,
        fc.oneof(ukraine, point),
        fc.integer({ min: 0, max: 7 }),
        fc.boolean(),
        (all, from, count, half) => {
          const where = half ? (item: { lat: number }): boolean => item.lat > 48 : () => true;
          const found = createNearest(all)(from, count, where).map(({ km }) => km);
          const byHand = all
            .filter(where)
            .map((item) => kmBetween(from, item))
            .sort((a, b) => a - b)
            .slice(0, count);
          expect(found.length).toBe(byHand.length);
          found.forEach((km, i) => {
            expect(Math.abs(km - (byHand[i] ?? 0))).toBeLessThan(1e-3);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('libraries in one building keep the order of the files', () => {
    const same = Array.from({ length: 9 }, (_, id) => ({ id, lat: 50, lon: 30 }));
    expect(createNearest(same)({ lat: 51, lon: 31 }, 4).map(({ item }) => item.id)).toEqual([0, 1, 2, 3]);
  });
});
