import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPeople } from '../../src/people/people.ts';
import { openSeal, WrongKey } from '../../src/storage/keys.ts';
import { engines, freshDatabase } from '../engines.ts';

const old = Buffer.alloc(32, 1);
const fresh = Buffer.alloc(32, 2);
const clock = { now: () => Date.UTC(2026, 10, 25) };

describe.each(engines)('the key of a deployment is replaced, on %s', (engine) => {
  let store: Awaited<ReturnType<typeof freshDatabase>>;
  beforeEach(async () => {
    store = await freshDatabase(engine);
  });
  afterEach(() => store.drop());

  it('and everybody is still found and reached, with the old key beside it and later without it', async () => {
    const { database } = store;
    const before = createPeople({ database, clock, seal: await openSeal(database, [old]) });
    const oksana = await before.identify('telegram', '4711');

    const during = createPeople({ database, clock, seal: await openSeal(database, [fresh, old]) });
    expect(await during.find('telegram', '4711')).toBe(oksana);
    await during.reseal();

    const after = createPeople({ database, clock, seal: await openSeal(database, [fresh]) });
    expect(await after.identify('telegram', '4711')).toBe(oksana);
    expect(await after.reach(oksana)).toEqual([{ channel: 'telegram', sender: '4711' }]);
  });

  it('reads meanwhile what was sealed before, and seals with the new one alone', async () => {
    const { database } = store;
    const sealed = (await openSeal(database, [old])).seal('слово', 'x');
    const during = await openSeal(database, [fresh, old]);
    expect(during.open(sealed, 'x')).toBe('слово');
    const anew = during.seal('слово', 'x');
    expect((await openSeal(database, [fresh])).open(anew, 'x')).toBe('слово');
    await expect(openSeal(database, [old])).rejects.toThrow(WrongKey);
  });

  it('refuses a key that the database does not know, instead of meeting everybody as a stranger', async () => {
    await openSeal(store.database, [old]);
    await expect(openSeal(store.database, [fresh])).rejects.toThrow('SECRET_KEY_OLD');
  });

  it('finds one key when two processes start at once', async () => {
    const [one, two] = await Promise.all([openSeal(store.database, [old]), openSeal(store.database, [old])]);
    expect(one.mark('x')).toBe(two.mark('x'));
  });
});
