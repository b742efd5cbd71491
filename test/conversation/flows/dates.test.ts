import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Announcement } from '../../../src/announcements/announcements.ts';
import { languages } from '../../../src/texts.ts';
import { newspaper } from '../newspaper.ts';
import { type Talker, village } from '../talk.ts';

const home = await village();
const empty = await village();
afterAll(async () => {
  await home.close();
  await empty.close();
});

const labels = (talker: Talker) => talker.buttons().map(({ label }) => label);
const text = (talker: Talker) => talker.replies.map((reply) => reply.text).join('\n\n');

let grant: Announcement;
let talk: Announcement;

beforeAll(async () => {
  const publish = await newspaper(home);
  grant = await publish(
    { uk: 'Конкурс малих **грантів** для громад\nУмови довгі.' },
    {
      date: { wall: '2026-12-16T18:00', sum: 'до 100 000 грн', who: 'громадські організації' },
      link: 'https://example.org/grant',
    },
  );
  talk = await publish(
    { uk: 'Зустріч про толерантність', en: 'A talk on tolerance' },
    { library: 'bar-public', topic: 'courses', date: { what: 'event', wall: '2026-12-03T15:00', book: true } },
  );
  await publish({ uk: 'Новина без дати' });
});

describe('the calendar of contests and events', () => {
  it.each(languages)(
    'where it is empty says so kindly, and offers to write when there is a contest (%s)',
    async (language) => {
      const oksana = empty.person('Оксана', { language });
      await oksana.sends('dates');
      expect(labels(oksana)).toEqual([
        empty.services.t(language, 'dates:tellMe'),
        empty.services.t(language, 'menu:menu'),
      ]);
      const asked = await oksana.presses(empty.services.t(language, 'dates:tellMe'));
      expect(asked).toContain(`☑ ${empty.services.t(language, 'subscribe:topic.contests')}`);
      expect(await empty.services.subscribers.of(oksana.person)).toBeNull();
    },
  );

  it('does not ask for news anew who has them', async () => {
    const oksana = empty.person('Оксана', { language: 'uk' });
    await oksana.sends('subscribe:on:2');
    await oksana.sends('subscribe:done');
    await oksana.sends('dates');
    expect(await oksana.presses('Писати мені про конкурси')).toContain('☐ Конкурси й гранти');
    expect((await empty.services.subscribers.of(oksana.person))?.topics).toEqual(['legal']);
  });

  it('shows what is to come, soonest first, with both clocks, the sum and who may apply', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    const shown = await oksana.says('конкурси');
    expect(shown.indexOf('Зустріч про толерантність')).toBeLessThan(shown.indexOf('Конкурс малих'));
    expect(shown).toContain('четвер, 3 грудня, о 15:00 за київським часом (у вас 14:00)');
    expect(shown).toContain('Барська');
    expect(shown).toContain('середа, 16 грудня, о 18:00 за київським часом (у вас 17:00)');
    expect(shown).toContain('до 100 000 грн');
    expect(shown).toContain('громадські організації');
    expect(shown).not.toContain('Умови довгі');
    expect(shown).not.toContain('без дати');
    expect(labels(oksana)).toEqual(['1. Докладніше', '1. Нагадати', '2. Докладніше', '2. Нагадати', 'Меню']);
  });

  it.each([
    ['uk', 'Зустріч про толерантність', ''],
    ['en', 'A talk on tolerance', ''],
    ['pl', 'Зустріч про толерантність', '(ukraiński)'],
    ['ru', 'Зустріч про толерантність', '(украинский)'],
  ] as const)(
    'is in the reader’s language where it is written in it, and else says in which it is (%s)',
    async (language, words, which) => {
      const person = home.person('X', { language });
      await person.sends('dates');
      const event = text(person).split('**2.**')[0] ?? '';
      expect(event).toContain(words);
      expect(event).toContain(which);
    },
  );

  it('opens each in full: the words, the link, a booking where there is one, and no stop for who gets no news', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('dates');
    const first = await oksana.presses('1. Докладніше');
    expect(first).toContain('Зустріч про толерантність');
    expect(oksana.buttons()).toContainEqual(expect.objectContaining({ action: 'book:lib:bar-public' }));
    expect(oksana.buttons()).not.toContainEqual(expect.objectContaining({ action: 'subscribe:stop' }));
    await oksana.presses('Усі події й конкурси');
    expect(await oksana.presses('2. Докладніше')).toContain('Умови довгі');
    expect(oksana.buttons()).toContainEqual(expect.objectContaining({ url: 'https://example.org/grant' }));
  });

  it('reminds of a deadline a week and a day before, of an event a day and an hour before, by one’s own clock', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    await oksana.sends('dates');
    const deadline = await oksana.presses('2. Нагадати');
    expect(deadline).toContain('За тиждень: середа, 9 грудня, о 10:00');
    expect(deadline).toContain('За день: вівторок, 15 грудня, о 10:00');
    await oksana.presses('Усі події й конкурси');
    const event = await oksana.presses('1. Нагадати');
    expect(event).toContain('За день: середа, 2 грудня, о 14:00');
    expect(event).toContain('За годину: четвер, 3 грудня, о 13:00');
    await oksana.presses('Усі події й конкурси');
    expect(labels(oksana)).toEqual(expect.arrayContaining(['1. Не нагадувати', '2. Не нагадувати']));
    const due = await home.database.db
      .selectFrom('outbox')
      .select('due_at')
      .where('person', '=', oksana.person)
      .where('kind', '=', 'reminder')
      .orderBy('due_at')
      .execute();
    expect(due.map(({ due_at }) => new Date(due_at).toISOString())).toEqual([
      '2026-12-02T13:00:00.000Z',
      '2026-12-03T12:00:00.000Z',
      '2026-12-09T09:00:00.000Z',
      '2026-12-15T09:00:00.000Z',
    ]);
  });

  it('reminds no more after one tap, also from the open page, and again after another', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends(`dates:follow:${talk.no}`);
    await oksana.sends(`dates:o:${talk.no}`);
    expect(await oksana.presses('Не нагадувати')).toContain('не нагадуватиму');
    const waiting = () =>
      home.database.db
        .selectFrom('outbox')
        .select('id')
        .where('person', '=', oksana.person)
        .where('state', '=', 'waiting')
        .execute();
    expect(await waiting()).toEqual([]);
    await oksana.presses('Усе ж нагадати');
    expect(await waiting()).toHaveLength(2);
  });

  it('leaves reminders be when news are stopped: they were asked for by themselves', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('subscribe:on:0');
    await oksana.sends('subscribe:done');
    await oksana.sends(`dates:follow:${talk.no}`);
    expect(await oksana.says('відписатися')).toContain('Нагадування, про які ви самі просили, лишаються');
    await oksana.sends('dates');
    expect(labels(oksana)).toContain('1. Не нагадувати');
  });

  it.each(['dates:follow:99', 'dates:o:99', 'dates:o:x', 'dates:follow:', 'dates:p:nonsense:77', 'dates:unfollow:99'])(
    'meets a button of something that is gone with a way on: %s',
    async (action) => {
      const oksana = home.person('Оксана', { language: 'uk' });
      await oksana.sends(action);
      expect(oksana.buttons().length).toBeGreaterThan(1);
    },
  );

  it('stands in the person’s own copy of what is kept', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends(`dates:follow:${grant.no}`);
    await oksana.says('/export');
    const file = oksana.replies[0]?.document?.content ?? '';
    expect(file).toContain('Дати, про які нагадаю: 1');
    expect(file).toContain('середа, 16 грудня');
    expect(file).not.toContain('толерантність');
  });

  it('leaves the words of a librarian words: no markup of theirs is ours', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('dates');
    expect(text(oksana)).toContain(home.services.plain('Конкурс малих **грантів** для громад'));
  });

  it('of many shows five a screen, the next by a button, and either kind alone', async () => {
    const busy = await village();
    const publish = await newspaper(busy);
    for (let i = 1; i <= 7; i++) {
      const what = i <= 3 ? 'event' : 'deadline';
      await publish(
        { uk: `Оголошення ${i}. ${'Довгі слова про нього. '.repeat(20)}` },
        { date: { what, wall: `2026-12-0${i}T12:00` } },
      );
    }
    const oksana = busy.person('Оксана', { language: 'uk' });
    const first = await oksana.sends('dates');
    expect(first).toContain('**5.**');
    expect(first).not.toContain('**6.**');
    for (const reply of oksana.replies) expect(reply.text.length).toBeLessThan(1200);
    expect(labels(oksana)).toEqual(expect.arrayContaining(['Ще', 'Лише події', 'Лише конкурси']));
    expect(labels(oksana).length).toBeLessThanOrEqual(14);
    expect(await oksana.presses('Ще')).toMatch(/\*\*6\.\*\*[\s\S]*\*\*7\.\*\*/);
    await oksana.presses('Лише події');
    expect(text(oksana)).toContain('Найближчі події:');
    expect(text(oksana)).not.toContain('Оголошення 4');
    expect(labels(oksana)).toEqual(expect.arrayContaining(['Усі дати', 'Лише конкурси']));
    await oksana.presses('Лише конкурси');
    expect(text(oksana)).toContain('Оголошення 4');
    await busy.close();
  });

  it('says so when it is too late for any reminder, and shows no date that has passed', async () => {
    const late = await village();
    const publish = await newspaper(late);
    // An hour and a half from now, of which some minutes go by until it is sent.
    const { no } = await publish({ uk: 'Сьогодні' }, { date: { what: 'event', wall: '2026-11-25T10:45' } });
    const oksana = late.person('Оксана', { language: 'uk' });
    expect(await oksana.sends(`dates:follow:${no}`)).toContain('окремого нагадування вже не буде');
    late.pass(3_600_000);
    expect(await oksana.sends('dates')).toContain('попереду поки що немає');
    expect(await oksana.sends(`dates:follow:${no}`)).toContain('вже минула');
    expect(await oksana.sends(`dates:o:${no}`)).toContain('Сьогодні');
    await late.close();
  });
});
