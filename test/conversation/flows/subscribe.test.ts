import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { topics } from '../../../src/announcements/topics.ts';
import { announcementReply } from '../../../src/conversation/announcement-words.ts';
import { wording } from '../../../src/conversation/flows/subscribe.ts';
import { writeSession } from '../../../src/conversation/session.ts';
import { languages, loadTexts } from '../../../src/texts.ts';
import { newspaper } from '../newspaper.ts';
import { type Talker, village, website } from '../talk.ts';

const home = await village();
const { subscribers } = home.services;
afterAll(() => home.close());
const texts = loadTexts('locales');

const newsOf = (talker: Talker) => subscribers.of(talker.person);
const labels = (talker: Talker) => talker.buttons().map(({ label }) => label);
const actions = (talker: Talker) => talker.buttons().map((button) => ('action' in button ? button.action : ''));

/** Somebody who gets news of contests and law, and of nothing but the network's. */
async function reader(about: Parameters<typeof home.person>[1] = { language: 'uk' }) {
  const oksana = home.person('Оксана', about);
  await oksana.sends('subscribe');
  await oksana.presses(/Конкурси|Contests|Konkursy|Конкурсы/);
  await oksana.presses(/законах|law|prawie/);
  await oksana.presses('subscribe:done');
  await oksana.presses('subscribe:end');
  return oksana;
}

describe('news', () => {
  it('come to nobody who has only looked', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    const first = await oksana.sends('subscribe');
    expect(first).toContain('зазвичай не більше кількох на тиждень');
    expect(first).toContain('кнопка, щоб їх зупинити');
    expect(first).toContain('Вашого вибору не бачить ніхто інший');
    await oksana.presses('☐ Конкурси й гранти');
    expect(await newsOf(oksana)).toBeNull();
    expect(await oksana.sends('menu')).not.toBe('');
    expect(await newsOf(oksana)).toBeNull();
  });

  it.each(languages)('are asked for by ticks and one «done», and the consent is on record (%s)', async (language) => {
    const oksana = home.person('Оксана', { language, country: 'pl' });
    const { t } = home.services;
    await oksana.sends('subscribe');
    const names = topics.map((topic) => t(language, `subscribe:topic.${topic}`));
    for (const name of names) expect(labels(oksana)).toContain(`☐ ${name}`);
    const [contests = '', , legal = ''] = names;
    await oksana.presses(`☐ ${contests}`);
    expect(await oksana.presses(`☐ ${legal}`)).toContain(`${contests}, ${legal}`);
    expect(labels(oksana)).toContain(`☑ ${legal}`);
    await oksana.presses(t(language, 'subscribe:done'));
    const end = await oksana.presses(t(language, 'subscribe:generalOnly'));
    expect(end).toContain(`${contests}, ${legal}`);
    expect(end).toMatch(/21:00.*08:00/);
    expect(await newsOf(oksana)).toMatchObject({ topics: ['contests', 'legal'], libraries: [], active: true });
    const row = await home.database.db
      .selectFrom('subscribers')
      .select(['consent', 'consent_at'])
      .where('person', '=', oksana.person)
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ consent: `${wording}/first ${language}`, consent_at: home.now });
    expect(oksana.taps).toBe(4);
  });

  it('need one topic at least', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.sends('subscribe');
    expect(await oksana.presses('Готово')).toContain('хоча б одну тему');
    expect(await newsOf(oksana)).toBeNull();
  });

  it('can be ticked by typing the words or the number of a button', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    await oksana.says('новини');
    await oksana.says('Зміни в законах');
    await oksana.says('1');
    await oksana.says('готово');
    expect(await newsOf(oksana)).toMatchObject({ topics: ['contests', 'legal'] });
  });

  it('are the same when a tap arrives twice', async () => {
    const oksana = await reader();
    await oksana.sends('subscribe:on:4');
    await oksana.sends('subscribe:on:4');
    expect((await newsOf(oksana))?.topics).toEqual(['contests', 'legal', 'scams']);
    await oksana.sends('subscribe:off:4');
    await oksana.sends('subscribe:off:4');
    expect((await newsOf(oksana))?.topics).toEqual(['contests', 'legal']);
  });

  it('of a new topic are a new consent, under the same promise', async () => {
    const oksana = await reader();
    expect(await oksana.says('/subscribe')).toContain('Ваші новини:');
    expect(await oksana.presses('Теми')).toContain(texts.t('uk', 'subscribe:consent'));
    expect(await oksana.presses('☐ Обережно: шахраї')).toContain('Обережно: шахраї');
    const { consent } = await home.database.db
      .selectFrom('subscribers')
      .select('consent')
      .where('person', '=', oksana.person)
      .executeTakeFirstOrThrow();
    expect(consent).toBe(`${wording}/topics uk`);
    expect((await newsOf(oksana))?.topics).toEqual(['contests', 'legal', 'scams']);
    for (const name of ['Конкурси й гранти', 'Зміни в законах', 'Обережно: шахраї']) await oksana.presses(`☑ ${name}`);
    expect(await oksana.presses('Готово')).toContain('Тем не обрано, тож новин не буде');
  });

  it('of two libraries: my own by one tap, another by its place; each can go again', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'bar-public' });
    await oksana.sends('subscribe');
    await oksana.presses('☐ Курси й події');
    expect(await oksana.presses('Готово')).toContain('Ваша бібліотека: Барська');
    await oksana.presses(/^☐ Барська/);
    await oksana.presses('Додати бібліотеку');
    expect(await oksana.says('Тисмениця')).toContain('Тисменицька');
    expect(await oksana.presses(/^☐ Тисменицька центральна/)).toMatch(/Зараз надсилаю: Барська.*, Тисменицька/);
    const both = (await newsOf(oksana))?.libraries ?? [];
    expect(both).toHaveLength(2);
    expect(await oksana.presses('Готово')).toMatch(/Бібліотеки: .*Барська.*, .*Тисменицька/);
    await oksana.presses('Бібліотеки');
    await oksana.presses(/^☑ Барська/);
    expect((await newsOf(oksana))?.libraries).toEqual(both.filter((id) => id !== 'bar-public'));
  });

  it('of a library are found by a shared place, and by a name that stands in several oblasts', async () => {
    const oksana = await reader();
    await oksana.sends('subscribe:place');
    expect(oksana.replies[0]?.ask).toEqual({ what: 'place', label: 'Показати, де я' });
    expect(await oksana.shares(49.0772, 27.6826)).toContain('[☐ Барська');
    await oksana.sends('subscribe:place');
    expect(await oksana.says('Олександрівка')).toContain('Котре ваше?');
    expect(await oksana.presses(/Кіровоградська/)).toContain('Найближчі бібліотеки');
    await oksana.sends('subscribe:place');
    expect(await oksana.says('Ццццвв')).toContain('Такого місця я не знаю');
    expect(await oksana.says('шеф не платить зарплату вже два місяці')).toContain('Не платять зарплату');
  });

  it('of more libraries than five are not asked for', async () => {
    const oksana = await reader();
    const six = home.services.directory.all().slice(0, 6);
    for (const { id } of six) await oksana.sends(`subscribe:in:${id}`);
    expect(oksana.replies[0]?.text).toContain('П’ять бібліотек');
    expect((await newsOf(oksana))?.libraries).toHaveLength(5);
    expect(await oksana.sends('subscribe:in:no-such-library')).not.toBe('');
    expect((await newsOf(oksana))?.libraries).toHaveLength(5);
  });

  it.each([
    ['Як у всіх: з 21:00 до 08:00', null],
    ['З 20:00 до 09:00', { from: 20, to: 9 }],
    ['З 22:00 до 07:00', { from: 22, to: 7 }],
    ['У будь-який час', 'none'],
  ] as const)('keep out of hours of one’s own clock: %s', async (label, quiet) => {
    const oksana = await reader({ language: 'uk', country: 'pl' });
    await oksana.says('/subscribe');
    // Eight in the morning in Greenwich.
    expect(await oksana.presses('Коли не турбувати')).toContain('Польща, зараз 09:00');
    expect(labels(oksana)).toContain('☑ Як у всіх: з 21:00 до 08:00');
    await oksana.presses(new RegExp(`[☐☑] ${label}$`));
    expect((await newsOf(oksana))?.quiet).toEqual(quiet);
    await oksana.presses('Коли не турбувати');
    expect(labels(oksana)).toContain(`☑ ${label}`);
  });

  it('keep no hours that nobody chose', async () => {
    const awake = await village({ quietHours: { from: 0, to: 0 } });
    const oksana = awake.person('Оксана', { language: 'uk' });
    await oksana.sends('subscribe:on:0');
    await oksana.presses('Готово');
    expect(await oksana.presses('Лише загальні новини')).toContain('в будь-який час');
    await awake.close();
  });

  it('name the two delicate topics so that nobody who sees the screen learns more', async () => {
    for (const language of languages) {
      const person = home.person('X', { language });
      const shown = [
        await person.sends('subscribe'),
        await person.sends('subscribe:on:7'),
        await person.sends('subscribe:on:8'),
      ];
      expect(shown.join('\n')).not.toMatch(
        /тюр|в’язн|ув’яз|колон|нарк|алког|залежн|prison|addict|drug|alcohol|więzi|uzależ|зависим/i,
      );
      expect(actions(person).join(' ')).not.toMatch(/prison|addict/);
    }
  });

  it('take little room in a session, whatever is ticked', async () => {
    const oksana = home.person('Оксана', {
      language: 'uk',
      country: 'pl',
      zone: 'Europe/Warsaw',
      library: 'chernivtsi-city-dobrianskyi',
    });
    await oksana.sends('subscribe');
    for (const [i] of topics.entries()) await oksana.sends(`subscribe:on:${i}`);
    expect(oksana.session.at?.told).toEqual({ t: '012345678' });
    expect(Buffer.byteLength(writeSession(oksana.session))).toBeLessThan(300);
    await oksana.sends('subscribe:done');
    await oksana.sends('subscribe:place');
    expect(Buffer.byteLength(writeSession(oksana.session))).toBeLessThan(300);
  });

  it('in a browser say that they hang on the device, and where they would be safer', async () => {
    const links = async (payload: string) => [
      { channel: 'web', url: `https://vistka.example/chat#${payload}` },
      { channel: 'telegram', url: `https://t.me/vistka_bot?start=${payload}` },
    ];
    const { person, close } = await village({ channel: () => website, links });
    const visitor = person('X', { language: 'uk' });
    await visitor.sends('subscribe:on:0');
    await visitor.does({ kind: 'choice', action: 'subscribe:done' });
    const end = await visitor.sends('subscribe:end');
    expect(end).toContain('поки він є на цьому пристрої');
    expect(end).toContain('https://vistka.example/chat#news');
    await close();
    const alone = await village({ channel: () => website, links: async () => [] });
    const other = alone.person('X', { language: 'uk' });
    await other.sends('subscribe:on:0');
    await other.sends('subscribe:done');
    expect(await other.sends('subscribe:end')).not.toContain('месенджері');
    await alone.close();
  });

  it('are where a link from another chat leads', async () => {
    expect(await home.person('X', { language: 'uk' }).opens('news')).toContain('Оберіть теми');
  });

  it('go on where ticks can’t be remembered: the way out works, choosing waits', async () => {
    const { person, close, services } = await village({ sessionsDown: true });
    const oksana = person('Оксана', { language: 'uk' });
    expect(await oksana.sends('subscribe')).toContain(services.t('uk', 'notices:paused'));
    expect(await oksana.says('не надсилайте')).toContain('зупиняти нічого');
    await close();
  });
});

describe('the way out', () => {
  it('is one tap under any announcement, without a question, and one tap leads back', async () => {
    const publish = await newspaper(home);
    const oksana = await reader();
    const contest = await publish({ uk: 'Конкурс малих грантів' });
    const { services } = home;
    const t = (key: string) => services.t('uk', key);
    oksana.hears([announcementReply(contest, { language: 'uk', session: oksana.session, services, t })]);
    expect(await oksana.presses('subscribe:stop')).toContain('Більше не надсилатиму');
    expect(await newsOf(oksana)).toMatchObject({ active: false, topics: ['contests', 'legal'] });
    expect(await subscribers.listening([oksana.person])).toEqual(new Map());
    const back = await oksana.presses('Повернути');
    expect(back).toContain('Знову надсилатиму');
    expect(back).toContain('Конкурси й гранти, Зміни в законах');
    expect(await newsOf(oksana)).toMatchObject({ active: true, topics: ['contests', 'legal'] });
  });

  it.each([
    'стоп',
    'Стоп!',
    'STOP',
    '/stop',
    'відписатися',
    'не надсилайте',
    'unsubscribe',
    'nie wysyłaj',
    'не присылайте',
    'отписаться',
  ])('is a word: %s', async (word) => {
    const oksana = await reader();
    await oksana.sends('menu');
    expect(await oksana.says(word)).toContain('Більше не надсилатиму');
    expect(await newsOf(oksana)).toMatchObject({ active: false });
    expect(await oksana.says(word)).toContain('Більше не надсилатиму');
  });

  it('tells who gets nothing that there is nothing to stop', async () => {
    const oksana = home.person('Оксана', { language: 'uk' });
    expect(await oksana.says('стоп')).toContain('зупиняти нічого');
    expect(actions(oksana)).toEqual(['menu']);
  });

  it('is not taken by a «stop» in the middle of a booking: that ends the booking, and the news are one tap away', async () => {
    const oksana = await reader({ language: 'uk', library: 'bar-public' });
    await oksana.sends('book');
    expect(await oksana.says('стоп')).toContain('зупиняємося тут');
    expect(oksana.session.at).toBeNull();
    expect(await newsOf(oksana)).toMatchObject({ active: true });
    await oksana.presses('Більше не надсилати');
    expect(await newsOf(oksana)).toMatchObject({ active: false });
    const other = home.person('Ірина', { language: 'uk', library: 'bar-public' });
    await other.sends('book');
    await other.says('стоп');
    expect(actions(other)).toEqual(['menu']);
  });

  it('is not a word between people: a librarian gets it as it was written', async () => {
    const oksana = await reader({ language: 'uk', library: 'bar-public' });
    await home.staff('librarian', 'bar-public');
    await oksana.sends('librarian:write');
    await oksana.says('стоп');
    expect(await newsOf(oksana)).toMatchObject({ active: true });
  });

  it('yields to danger', async () => {
    const oksana = await reader({ language: 'uk', country: 'pl' });
    expect(await oksana.says('стоп мене б’ють допоможіть')).toContain('112');
    expect(await newsOf(oksana)).toMatchObject({ active: true });
  });

  it.each(languages)(
    'is kind when somebody comes back: the welcome has one button more, and it is enough (%s)',
    async (language) => {
      const oksana = home.person('Оксана', { language });
      const before = await oksana.opens();
      await oksana.sends('subscribe:on:0');
      await oksana.sends('subscribe:done');
      expect(await oksana.opens()).toBe(before);
      // Blocked: the platform says so, and the program stops at once.
      await subscribers.left(oksana.person);
      await oksana.opens();
      const label = home.services.t(language, 'subscribe:welcomeBack');
      expect(labels(oksana)).toContain(label);
      expect(await oksana.presses(label)).toContain(home.services.t(language, 'subscribe:topic.contests'));
      expect(await newsOf(oksana)).toMatchObject({ active: true, topics: ['contests'] });
      expect(await oksana.opens()).toBe(before);
    },
  );

  it('keeps the choices for who asks for news again, as they were or others', async () => {
    const oksana = await reader();
    await oksana.says('стоп');
    expect(await oksana.says('/subscribe')).toContain('ваш вибір збережено');
    await oksana.presses('Обрати інше');
    expect(labels(oksana)).toContain('☑ Зміни в законах');
    await oksana.presses('☑ Зміни в законах');
    expect(await newsOf(oksana)).toMatchObject({ active: false, topics: ['contests', 'legal'] });
    await oksana.presses('Готово');
    expect(await newsOf(oksana)).toMatchObject({ active: true, topics: ['contests'] });
  });

  it('asks nothing of the subscribers for who only looks in', async () => {
    let asked = 0;
    const { person, close } = await village({
      subscribers: new Proxy(subscribers, {
        get(of, name: keyof typeof subscribers) {
          asked += 1;
          return of[name];
        },
      }),
    });
    await person('X', { language: 'uk' }).sends('menu');
    expect(asked).toBe(0);
    await close();
  });
});

describe('what is known of news', () => {
  it('stands in the person’s own copy: topics, libraries, quiet hours, since when', async () => {
    const oksana = await reader({ language: 'uk', library: 'bar-public' });
    await oksana.sends('subscribe:in:bar-public');
    await oksana.sends('subscribe:q:20-9');
    await oksana.says('/export');
    const file = oksana.replies[0]?.document?.content ?? '';
    for (const words of [
      'ви погодилися 25.11.2026',
      'Конкурси й гранти, Зміни в законах',
      'Барська',
      'з 20:00 до 09:00',
    ])
      expect(file).toContain(words);
    await oksana.says('стоп');
    await oksana.says('/export');
    expect(oksana.replies[0]?.document?.content).toContain('Новини: зупинено, вибір збережено');
    const other = home.person('Ірина', { language: 'uk' });
    await other.says('/export');
    expect(other.replies[0]?.document?.content).toContain('Новини: не надсилаю');
  });

  it('is consented to under words that can’t change unseen: another sense is another version', () => {
    const said = languages.flatMap((language) =>
      [
        ...[
          'consent',
          'choose',
          'enough',
          'done',
          'yours',
          'whichLibraries',
          'stopped',
          'again',
          'welcomeBack',
          'paused',
        ],
        ...topics.map((topic) => `topic.${topic}`),
      ].map((key) => texts.t(language, `subscribe:${key}`, {})),
    );
    const hash = createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 16);
    // Only the wording changed, not what it promises? A new hash. Something else is promised? A new `wording` as well.
    expect({ wording, hash }).toEqual({ wording: '1', hash: '8c5fe96b56bdfd01' });
  });
});
