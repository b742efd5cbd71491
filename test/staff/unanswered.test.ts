import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApply } from '../../src/conversation/effects.ts';
import { createUnanswered } from '../../src/staff/unanswered.ts';
import { engines } from '../engines.ts';
import { type House, house } from './house.ts';

const question = { text: 'де купити дрова на зиму', language: 'uk', article: 'grants-contests' } as const;

describe.each(engines)('questions that nothing answered, on %s', (engine) => {
  let home: House;
  let unanswered: ReturnType<typeof createUnanswered>;
  beforeAll(async () => {
    home = await house(engine);
    unanswered = createUnanswered(home);
  });
  afterAll(() => home.drop());

  it('are kept once each, sealed, and point to nobody', async () => {
    const apply = createApply({ ...home, unanswered, wrongNumber: async () => undefined });
    const { person } = await home.somebody();
    const effects = [{ kind: 'unanswered', ...question } as const];
    await apply('telegram:4711', person, 'telegram', effects);
    await apply('telegram:4711', person, 'telegram', effects);
    await apply('telegram:4712', person, 'telegram', effects);

    const rows = await home.database.db.selectFrom('unanswered').selectAll().execute();
    expect(rows.map(({ id, sealed, ...row }) => row)).toEqual(
      Array(2).fill({ day: '2026-11-25', language: 'uk', article: 'grants-contests' }),
    );
    for (const trace of ['дрова', person, '4711', '4712', 'telegram'])
      expect(JSON.stringify(rows)).not.toContain(trace);
    // Ids of chance alone: a time in them would lead to the event.
    for (const { id } of rows) expect(id[14]).toBe('4');
    expect(await unanswered.since('2026-11-25')).toEqual(Array(2).fill({ ...question, day: '2026-11-25' }));
    expect(await unanswered.since('2026-11-26')).toEqual([]);
  });

  it('go after ninety days', async () => {
    home.time.now += 90 * 86_400_000;
    await unanswered.sweep();
    expect(await unanswered.since('2026-01-01')).toHaveLength(2);
    home.time.now += 86_400_000;
    await unanswered.sweep();
    expect(await unanswered.since('2026-01-01')).toEqual([]);
  });
});
