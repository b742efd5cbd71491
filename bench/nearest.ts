import { createNearest } from '../src/libraries/nearest.ts';
import { atMost, type Finding, median, time, told } from './measure.ts';

/** Three libraries out of as many as Ukraine has, for somebody in Ukraine and for somebody abroad. */
const libraries = 15_000;

export async function nearest(): Promise<Finding[]> {
  let state = 7;
  const chance = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const somewhere = () => ({ lat: 44.4 + chance() * 8, lon: 22.1 + chance() * 18 });
  const find = createNearest(Array.from({ length: libraries }, somewhere));
  const at = Array.from({ length: 1_000 }, somewhere);
  const abroad = Array.from({ length: 1_000 }, () => ({ lat: 36 + chance() * 24, lon: -9 + chance() * 31 }));
  const home = await time(5_000, 2_000, (i) => find(at[i % at.length] as (typeof at)[number], 3));
  const away = await time(2_000, 500, (i) => find(abroad[i % abroad.length] as (typeof at)[number], 3));
  return [
    atMost(`the nearest three of ${libraries} libraries, median`, Number((median(home) * 1000).toFixed(1)), 'µs', 50),
    told('the same asked from abroad, median', Number((median(away) * 1000).toFixed(1)), 'µs'),
  ];
}
