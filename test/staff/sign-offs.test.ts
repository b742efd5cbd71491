import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Article } from '../../src/knowledge/knowledge.ts';
import { signedText } from '../../src/knowledge/signed-text.ts';
import { createSignOffs, sign, unsign } from '../../src/staff/sign-offs.ts';
import { engines, freshDatabase } from '../engines.ts';

const text = {
  title: 'Не платять зарплати',
  answer: 'Вам мають заплатити.',
  steps: ['Запишіть дні.'],
  warn: ['Не підписуйте.'],
  more: ['До суду йдуть три роки.'],
  countries: { pl: 'Пишіть до PIP.', cz: 'Пишіть до SUIP.' },
};
const evidence = { sources: [{ url: 'https://example.org/law' }], checked_on: '2026-11-24', review_by: '2027-11-24' };
const article: Article = {
  id: 'unpaid-wages',
  topic: 'at-work',
  danger: false,
  law: true,
  ...evidence,
  countries: { pl: evidence, cz: evidence },
  resources: ['pl-pip'],
  related: [],
  texts: { uk: text, en: { ...text, title: 'Wages are not paid' } },
};
const ukrainian = (changed: Partial<typeof text>): Article => ({
  ...article,
  texts: { ...article.texts, uk: { ...text, ...changed } },
});

describe.each(engines)("a lawyer's name on %s", (engine) => {
  let on: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    on = await freshDatabase(engine);
  });
  afterAll(() => on.drop());

  const nameUnder = async (shown: Article, language: 'uk' | 'en' = 'uk') =>
    (await createSignOffs(on.database.db)).under(shown.id, language, () => signedText(shown, language) ?? '');

  it('stands under the text that was signed, in that language alone', async () => {
    expect(await nameUnder(article)).toBeNull();
    const row = { article: article.id, language: 'uk', by: 'Ганна', on: '2026-11-20' } as const;
    await sign(on.database.db, row, signedText(article, 'uk') ?? '');
    expect(await nameUnder(article)).toEqual({ by: 'Ганна', on: '2026-11-20' });
    expect(await nameUnder(article, 'en')).toBeNull();
    expect(await nameUnder({ ...article, id: 'no-contract' })).toBeNull();
  });

  it.each([
    ['one letter of the answer', ukrainian({ answer: 'Вам мають заплатити!' })],
    ['a title', ukrainian({ title: 'Не платять зарплату' })],
    ['the order of steps', ukrainian({ steps: ['Запишіть години.', 'Запишіть дні.'] })],
    ['a warning', ukrainian({ warn: [] })],
    ['what is told when more is asked', ukrainian({ more: ['До суду йдуть два роки.'] })],
    ['the part of one country', ukrainian({ countries: { ...text.countries, cz: 'Пишіть до суду.' } })],
    ['a new country part', ukrainian({ countries: { ...text.countries, de: 'До суду.' } as typeof text.countries })],
    ['a source', { ...article, sources: [{ url: 'https://example.org/new-law' }] }],
    ["a country's source", { ...article, countries: { ...article.countries, pl: { ...evidence, sources: [] } } }],
  ])('is lost with a change of %s', async (_what, changed) => {
    expect(await nameUnder(changed)).toBeNull();
    expect(await nameUnder(article)).not.toBeNull();
  });

  it('stays when the same is looked up again, when another language changes, and whatever the order of countries', async () => {
    const again = { ...evidence, checked_on: '2027-02-01', review_by: '2028-02-01' };
    expect(await nameUnder({ ...article, ...again })).not.toBeNull();
    expect(await nameUnder({ ...article, texts: { uk: text } })).not.toBeNull();
    const { pl, cz } = text.countries;
    expect(await nameUnder(ukrainian({ countries: { cz, pl } }))).not.toBeNull();
  });

  it('gives way to a later one, is seen by a running program when it looks again, and can be taken off', async () => {
    const running = await createSignOffs(on.database.db);
    const under = () => running.under(article.id, 'uk', () => signedText(article, 'uk') ?? '');
    const row = { article: article.id, language: 'uk', by: 'Марія', on: '2026-11-25' } as const;
    await sign(on.database.db, row, signedText(article, 'uk') ?? '');
    expect(under()?.by).toBe('Ганна');
    await running.refresh();
    expect(under()).toEqual({ by: 'Марія', on: '2026-11-25' });
    expect(running.all()).toEqual([row]);
    expect(await unsign(on.database.db, article.id, 'uk')).toBe(true);
    expect(await unsign(on.database.db, article.id, 'uk')).toBe(false);
    await running.refresh();
    expect(under()).toBeNull();
  });
});

it('is not given for a language in which nothing is written', () => {
  expect(signedText(article, 'pl')).toBeNull();
});
