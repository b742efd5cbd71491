import { afterAll, describe, expect, it } from 'vitest';
import { topics } from '../../../src/knowledge/schema.ts';
import { village } from '../talk.ts';

const home = await village();
afterAll(() => home.close());

describe('where to turn', () => {
  it('gives each card its numbers to tap, hours now, languages and date', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('resources');
    await oksana.presses('Польща');
    const cards = await oksana.presses('Усі номери');
    expect(cards).toMatch(/\]\(tel:\+48/);
    expect(cards).toMatch(/цілодобово|зараз відповідають|відповідатимуть|сьогодні з/i);
    expect(cards).toContain('Перевірено ');
  });

  it('lets every number on every page in every country be told as wrong, in two taps at most', async () => {
    for (const country of ['ua', ...home.services.knowledge.countries()]) {
      const known = home.services.knowledge.resourcesIn(country, null).filter(({ phones }) => phones.length > 0);
      const told = new Set<string>();
      const person = home.person('X', { language: 'uk', country });
      await person.sends('resources:t:all:0');
      for (;;) {
        const more = person.buttons().find((button) => button.label === 'Показати ще');
        const wrong = person.buttons().find((button) => button.label === 'Номер не працює');
        if (wrong && 'action' in wrong) {
          await person.sends(wrong.action);
          const choices = person
            .buttons()
            .filter((button) => 'action' in button && /^resources:w:/.test(button.action));
          for (const choice of choices) if ('action' in choice) await person.sends(choice.action);
          const ids = wrong.action.startsWith('resources:w:') ? [wrong] : choices;
          for (const choice of ids) if ('action' in choice) told.add(choice.action.split(':')[2] ?? '');
        }
        if (!more || !('action' in more)) break;
        await person.sends(more.action);
      }
      expect([...told].toSorted(), country).toEqual(known.map(({ id }) => id).toSorted());
    }
  });

  it('says of every number that cannot be dialled from where the person is, where it can be', async () => {
    const { knowledge } = home.services;
    const onlyAtHome = new Set(
      knowledge
        .resourcesIn('ua', null)
        .flatMap(({ phones }) => phones)
        .filter(({ from }) => from === 'country')
        .map(({ number }) => number),
    );
    for (const article of topics.flatMap((topic) => knowledge.articlesOf(topic))) {
      for (const step of ['a', 'r']) {
        const abroad = await home.person('X', { language: 'uk', country: 'pl' }).sends(`ask:${step}:${article.id}`);
        for (const [, number, after] of abroad.matchAll(/\]\(tel:(\d+)\)(.{0,30})/g)) {
          if (onlyAtHome.has(number ?? '') && number !== '112' && !number?.startsWith('116'))
            expect(after, `${article.id} ${number}`).toContain('діє лише тут');
        }
        const atHome = await home.person('X', { language: 'uk', country: 'ua' }).sends(`ask:${step}:${article.id}`);
        expect(atHome, article.id).not.toContain('діє лише тут: Україна');
      }
    }
  });

  it('thanks, counts the record, and leads to another number and a person', async () => {
    const person = home.person('X', { language: 'en', country: 'pl' });
    expect(await person.sends('resources:w:pl-pip-labour-inspectorate')).toContain('marked this number to be checked');
    expect(person.effects).toEqual([{ kind: 'count', name: 'wrong-number', key: 'pl-pip-labour-inspectorate' }]);
    expect(person.buttons().map((button) => button.label)).toEqual([
      'I am in danger',
      'Where to turn',
      'Talk to a librarian',
      'Menu',
    ]);
  });

  it('counts nothing for a number that it does not know', async () => {
    const person = home.person('X', { language: 'uk', country: 'pl' });
    for (const action of ['resources:w:nobody', 'resources:wa:nothing', 'resources:wt:all:99']) {
      expect(await person.sends(action)).toContain('Чим допомогти?');
      expect(person.effects).toEqual([]);
    }
  });

  it('shows a record past its date with a plain warning', async () => {
    const later = await village({}, Date.UTC(2029, 0, 10, 9, 0));
    const cards = await later.person('X', { language: 'pl', country: 'pl' }).sends('resources:t:all:0');
    expect(cards).toContain('Te dane trzeba sprawdzić ponownie');
    expect(cards).toContain('tel:+48');
    await later.close();
  });
});
