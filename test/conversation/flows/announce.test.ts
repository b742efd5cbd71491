import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { State } from '../../../src/announcements/announcements.ts';
import type { Topic } from '../../../src/announcements/topics.ts';
import { parseMarkup } from '../../../src/channels/text.ts';
import type { IncomingFile } from '../../../src/conversation/event.ts';
import { campaignNotice, progressReply } from '../../../src/conversation/flows/announce.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { emptySession } from '../../../src/conversation/session.ts';
import { type Language, languages, type Values } from '../../../src/texts.ts';
import { type Talker, village } from '../talk.ts';

const bar = 'bar-public';
const tysmenytsia = 'tysmenytsia-central';
/** Longer than the minute in which it can be taken back. */
const overAMinute = 61_000;
const jpeg: IncomingFile = { ref: 'r', kind: 'picture', name: 'a.jpg', mime: 'image/jpeg', bytes: 9 };

/** What a messenger would show, in plain words. */
const previews = (reply: Reply) =>
  ['telegram', 'web'].map((channel) => ({
    channel,
    messages: [
      {
        text: channel === 'telegram' ? reply.text : `${reply.text} і адреса`,
        picture: reply.picture !== undefined,
        file: reply.file !== undefined,
        buttons: (reply.rows ?? []).map((row) => row.map(({ label }) => label)),
      },
    ],
  }));

type Village = Awaited<ReturnType<typeof village>>;
let home: Village;
beforeEach(async () => {
  home = await village({ previews });
});
afterEach(() => home.close());

async function readers(
  count: number,
  about: { topic?: Topic; libraries?: readonly string[]; language?: string; country?: string; at?: Village } = {},
): Promise<Talker[]> {
  const { topic = 'courses', libraries = [bar], language = 'uk', country = null, at = home } = about;
  const all: Talker[] = [];
  for (let i = 0; i < count; i++) {
    const reader = at.person();
    await reader.sends('menu');
    await at.database.db.updateTable('people').set({ language, country }).where('id', '=', reader.person).execute();
    const consent = { wording: 'test', language };
    await at.services.subscribers.subscribe({ person: reader.person, topics: [topic], libraries, consent });
    all.push(reader);
  }
  return all;
}

/** A librarian who has just written the first words. */
async function writing(text = 'Курси англійської. Безкоштовно.', at = home): Promise<Talker> {
  const maria = await at.staff('librarian', bar);
  await maria.says('/announce');
  await maria.presses('Нове оголошення');
  await maria.presses('Курси й події');
  await maria.says(text);
  return maria;
}

const stateOf = async (maria: Talker, no = 1, at = home): Promise<State | undefined> =>
  (await at.services.announcements.find(maria.person, no))?.state;
const contentOf = async (maria: Talker, no = 1) => (await home.services.announcements.find(maria.person, no))?.content;
const labels = (talker: Talker) => talker.buttons().map(({ label }) => label);

/** The minute is over, and the sending begins. */
async function begin(at = home): Promise<void> {
  at.pass(overAMinute);
  await at.announcements.tend();
}

/** What the outbox did with those who were waiting: so many of them, in the order of their rows. */
async function settle(no: number, how: { state: 'sent' | 'failed' | 'uncertain'; why?: string }, count = 1000) {
  const { db } = home.database;
  const { id } = await db.selectFrom('announcements').select('id').where('no', '=', no).executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('outbox')
    .select('id')
    .where('about', '=', `announcement:${id}`)
    .where('state', '=', 'waiting')
    .orderBy('id')
    .limit(count)
    .execute();
  for (const row of rows) {
    await db
      .updateTable('outbox')
      .set({ state: how.state, why: how.why ?? null, payload: null, settled_at: home.now })
      .where('id', '=', row.id)
      .execute();
  }
}

async function sending(people = 3): Promise<Talker> {
  await readers(people);
  const maria = await writing();
  await maria.presses('Надіслати людям');
  await maria.presses('Зараз');
  await maria.presses('Так, надіслати');
  await begin();
  return maria;
}

describe('a librarian with one phone', () => {
  it('tells everybody who asked, in eight steps, and nobody is told before the second tap', async () => {
    await readers(3);
    const maria = await home.staff('librarian', bar);
    expect(await maria.says('оголошення')).toContain('Оголошень поки немає');
    expect(await maria.presses('Нове оголошення')).toContain('Про що воно?');
    expect(await maria.presses('Курси й події')).toContain('до 900 знаків');
    const card = await maria.says('Курси англійської. Безкоштовно.');
    expect(card).toContain('Записано.');
    expect(card).toContain('Це отримають 3 людини.');
    await maria.presses('Надіслати людям');
    const summary = await maria.presses('Зараз');
    expect(summary).toContain('**Перевірте, перш ніж надсилати**');
    expect(summary).toContain('Telegram: 3');
    expect(summary).toContain('Для бібліотеки це безкоштовно.');
    // What people will get stands above it, exactly so.
    expect(maria.replies[0]?.text).toContain('Курси англійської. Безкоштовно.');
    expect(await stateOf(maria)).toBe('draft');
    expect(await maria.presses('Так, надіслати')).toContain('Почну о 10:01. Ще хвилину можна скасувати.');
    expect(await stateOf(maria)).toBe('scheduled');
    await begin();
    expect(await stateOf(maria)).toBe('sending');
  });

  it('takes it back within the minute, and nobody has got it', async () => {
    await readers(1);
    const maria = await writing();
    await maria.presses('Надіслати людям');
    await maria.presses('Зараз');
    await maria.presses('Так, надіслати');
    expect(await maria.presses('Скасувати')).toContain('Нікому нічого не надіслано');
    await begin();
    expect(await stateOf(maria)).toBe('draft');
    // The old button of that summary sends nothing any more.
    expect(await maria.presses('Так, надіслати')).toContain('За цей час оголошення змінилося');
    expect(await stateOf(maria)).toBe('draft');
  });

  it('learns that the minute is over', async () => {
    const maria = await sending();
    expect(await maria.presses('Скасувати')).toContain('Скасувати вже не вийшло');
    expect(await stateOf(maria)).toBe('sending');
  });

  it('sends at a time of her own words', async () => {
    await readers(1);
    const maria = await writing();
    expect(await maria.presses('Надіслати людям')).toContain('Коли надіслати?');
    expect(labels(maria)).toEqual(['Зараз', 'Сьогодні о 18:00', 'Завтра о 10:00', 'Назад', 'Меню']);
    expect(await maria.says('вчора ввечері якось')).toContain('Не вийшло розпізнати час');
    expect(await maria.says('25.11.2026 о 9:00')).toContain('Цей час уже минув');
    expect(await maria.says('п’ятниця 12:30')).toMatch(/Коли: п.ятниця, 27 листопада, о 12:30/);
    expect(await maria.says('так')).toMatch(/Почну: п.ятниця, 27 листопада, о 12:30/);
    await begin();
    expect(await stateOf(maria)).toBe('scheduled');
    home.pass(3 * 24 * 3_600_000);
    await home.announcements.tend();
    expect(await stateOf(maria)).toBe('sending');
  });

  it('types the number back where there are more than fifty', async () => {
    await readers(52);
    const maria = await writing();
    await maria.presses('Надіслати людям');
    const summary = await maria.presses('Зараз');
    expect(summary).toContain('напишіть їхню кількість цифрами: 52');
    expect(labels(maria)).not.toContain('Так, надіслати');
    expect(await maria.sends('announce:yes:1:1:52:now')).toContain('цифрами: 52');
    for (const wrong of ['25', 'так', 'надсилай', '520']) {
      expect(await maria.says(wrong)).toContain('напишіть саме це число: 52');
      expect(await stateOf(maria)).toBe('draft');
    }
    expect(await maria.says(' 52 ')).toContain('Ще хвилину можна скасувати');
    expect(await stateOf(maria)).toBe('scheduled');
  });

  it('is shown the number anew when it is another by then', async () => {
    await readers(2);
    const maria = await writing();
    await maria.presses('Надіслати людям');
    await maria.presses('Зараз');
    await readers(9);
    expect(await maria.presses('Так, надіслати')).toContain('кількість людей змінилася');
    expect(await stateOf(maria)).toBe('draft');
    expect(await maria.presses('Так, надіслати')).toContain('Почну о');
  });

  it('sends to nobody where nobody asked, and is shown what to change', async () => {
    const maria = await writing();
    await maria.presses('Надіслати людям');
    expect(await maria.presses('Зараз')).toContain('надсилати нікому');
    expect(labels(maria)).toContain('Тема');
    await readers(2, { topic: 'legal' });
    await maria.presses('Тема');
    expect(await maria.presses('Зміни в законах')).toContain('Це отримають 2 людини');
  });
});

describe('the words', () => {
  it('that are too long are counted, stay, and a beginning of whole sentences is offered', async () => {
    await readers(1);
    const long = 'Речення про курси, яке має рівно п’ятдесят знаків.. '.repeat(20).trim();
    const maria = await writing(long);
    const said = maria.replies.at(-1)?.text ?? '';
    expect(said).toContain(`Текст задовгий на ${[...long].length - 900} знак`);
    expect(await stateOf(maria)).toBeUndefined();
    await maria.presses('Взяти початок');
    const kept = (await contentOf(maria))?.words.uk ?? '';
    expect(kept.length).toBeLessThanOrEqual(900);
    expect(kept.length).toBeGreaterThan(300);
    expect(kept.endsWith('.')).toBe(true);
    expect(long.startsWith(kept)).toBe(true);
  });

  it('may be shortened by hand and sent again', async () => {
    const maria = await writing('довге '.repeat(300));
    expect(await maria.says('Коротке.')).toContain('Записано.');
    expect((await contentOf(maria))?.words).toEqual({ uk: 'Коротке.' });
  });

  it('stand in each language by themselves, and can be changed and taken away, but for the last', async () => {
    await readers(1, { language: 'en' });
    const maria = await writing();
    await maria.presses('Надіслати людям');
    expect(await maria.presses('Зараз')).toContain('Свого тексту не матимуть ті, хто читає: English (1).');
    await maria.presses('Назад');
    await maria.presses('Текст і мови');
    await maria.presses('English: додати');
    expect(await maria.says('English courses. Free of charge.')).toContain('Текст: Українська, English');
    await maria.presses('Надіслати людям');
    expect(await maria.presses('Зараз')).not.toContain('Свого тексту');
    await maria.presses('Назад');
    await maria.presses('Текст і мови');
    expect(await maria.presses('Українська: змінити')).toContain('Зараз тут:\nКурси англійської');
    await maria.says('Інші слова.');
    expect((await contentOf(maria))?.words).toEqual({ uk: 'Інші слова.', en: 'English courses. Free of charge.' });
    await maria.sends('announce:unwords:1:uk');
    await maria.sends('announce:unwords:1:en');
    expect(Object.keys((await contentOf(maria))?.words ?? {})).toEqual(['en']);
  });

  it('of danger are an announcement too; the numbers come first, and nothing is lost', async () => {
    const maria = await writing('У мене забрали паспорт і не випускають. Бʼють.');
    expect(maria.replies[0]?.text).toContain('112');
    expect(maria.replies.at(-1)?.text).toContain('Чернетка.');
    expect((await contentOf(maria))?.words.uk).toContain('забрали паспорт');
  });

  it('are taken only where they are asked for: a question on the card is answered, and goes to nobody', async () => {
    const maria = await writing();
    const said = await maria.says('Що робити, якщо не платять зарплату?');
    expect(said).not.toContain('Чернетка');
    expect((await contentOf(maria))?.words).toEqual({ uk: 'Курси англійської. Безкоштовно.' });
  });

  it.each([
    '<b>Увага</b> <a href="https://evil.example">тут</a> &amp; <script>1</script>',
    '**Увага** [тут](https://evil.example/a) [дзвоніть](tel:+380501234567) _a_ ~b~ ```c```',
    'replace_me_with_user_name \u202eдоверху\u202c\u2066x\u2069 \u200f',
    `З${'\u0301'.repeat(40)}алго ${'довге'.repeat(100)}`,
    '@durov /start viber://chat tg://resolve',
  ])('stay words on every screen: %s', async (text) => {
    await readers(1);
    const maria = await writing(text);
    for (const action of ['open:1', 'words:1:uk', 'look:1', 'test:1', 'at:1:now', '']) {
      await maria.sends(action === '' ? 'announce' : `announce:${action}`);
      for (const reply of maria.replies) {
        expect(parseMarkup(reply.text).filter((part) => part.kind === 'link')).toEqual([]);
        expect(reply.text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200f]|\p{M}{4}/u);
        const bold = parseMarkup(reply.text).filter(
          (part) => part.bold && part.kind === 'text' && part.text.includes('Увага'),
        );
        expect(bold).toEqual([]);
      }
    }
  });

  it('are not lost by a question in between: the step stands again below the answer', async () => {
    const maria = await writing();
    await maria.presses('Дата');
    await maria.presses('Подія');
    const said = await maria.says('Що робити, якщо не платять зарплату?');
    expect(said).toContain('Коли подія?');
    expect(await maria.says('12 грудня о 15:00')).toContain('субота, 12 грудня, о 15:00');
  });
});

describe('what comes with the words', () => {
  it('is better no address among them: a button is offered instead', async () => {
    const maria = await writing('Курси: https://example.org/a');
    expect(maria.replies.at(-1)?.text).toContain('У тексті є адреса');
    await maria.sends('announce:words:1:uk');
    expect(await maria.says('Курси.')).not.toContain('У тексті є адреса');
  });

  it('is an https address on a button; anything else is explained', async () => {
    const maria = await writing();
    await maria.presses('Посилання');
    for (const [typed, why] of [
      ['http://example.org', 'http://'],
      ['javascript:alert(1)', 'Не вийшло розпізнати адресу'],
      ['https://user:pass@example.org', 'Не вийшло розпізнати адресу'],
      ['tg://join', 'Не вийшло розпізнати адресу'],
      ['не знаю', 'Не вийшло розпізнати адресу'],
      [`https://example.org/${'a'.repeat(600)}`, 'задовга'],
    ] as const) {
      expect(await maria.says(typed)).toContain(why);
      expect((await contentOf(maria))?.link).toBeNull();
    }
    expect(await maria.says('example.org/kursy')).toContain('Посилання: example.org');
    expect((await contentOf(maria))?.link).toBe('https://example.org/kursy');
    await maria.presses('Посилання');
    await maria.presses('Прибрати посилання');
    expect((await contentOf(maria))?.link).toBeNull();
  });

  it('is a date in words, with a button to book for an event', async () => {
    const maria = await writing();
    await maria.presses('Дата');
    await maria.presses('Подія');
    expect(await maria.says('колись')).toContain('Не вийшло розпізнати дату');
    expect(await maria.says('1.11.2026 о 10:00')).toContain('вже минула');
    expect(await maria.says('12 грудня')).toContain('О котрій годині?');
    expect(await maria.says('о 15:00')).toContain('Коли: **субота, 12 грудня, о 15:00**');
    expect(await maria.presses('Додати кнопку запису')).toContain('Є кнопка «Записатися»');
    expect(await contentOf(maria)).toMatchObject({
      date: { what: 'event', wall: '2026-12-12T15:00', zone: 'Europe/Kyiv', book: true },
    });
    await maria.presses('Назад');
    await maria.presses('Показати, як вийде');
    expect((maria.replies[0]?.rows ?? []).flat().map(({ label }) => label)).toContain('Записатися');
    await maria.presses('Назад');
    await maria.presses('Дата');
    await maria.presses('Прибрати дату');
    expect((await contentOf(maria))?.date).toBeNull();
  });

  it('is the last day of a contest with its sum and who may apply', async () => {
    const maria = await writing();
    await maria.presses('Дата');
    await maria.presses('Останній день подати');
    expect(await maria.says('до 12 грудня')).toContain('Подати до: **субота, 12 грудня, о 23:59**');
    await maria.presses('Сума');
    expect(await maria.says('до 50 000 гривень')).toContain('Сума: до 50 000 гривень');
    await maria.presses('Хто може подати');
    expect(await maria.says('ж'.repeat(121))).toContain('задовго');
    expect(await maria.says('жінки з досвідом роботи')).toContain('Хто може подати: жінки з досвідом роботи');
    await maria.presses('Сума');
    await maria.presses('Прибрати');
    expect(await contentOf(maria)).toMatchObject({ date: { sum: null, who: 'жінки з досвідом роботи', book: false } });
  });

  it.each(['до 20 грудня о 18:00', 'by 20 December at 18:00', '20 грудня до 18:00'])(
    'has the hour of «%s»',
    async (text) => {
      const maria = await writing();
      await maria.presses('Дата');
      await maria.presses('Останній день подати');
      expect(await maria.says(text)).toContain('о 18:00');
      expect((await contentOf(maria))?.date?.wall).toBe('2026-12-20T18:00');
    },
  );

  it('is an address also where its letters say what the bot could answer', async () => {
    const maria = await writing();
    await maria.presses('Посилання');
    await maria.says('https://example.org/konkurs');
    expect((await contentOf(maria))?.link).toBe('https://example.org/konkurs');
  });

  it('names to staff what a discreet topic is about, and to nobody else', async () => {
    const maria = await home.staff('librarian', bar);
    await maria.says('/announce');
    expect(await maria.presses('Нове оголошення')).toContain('[Почати заново (після ув’язнення)]');
    const oksana = home.person('Оксана', { language: 'uk' });
    expect(await oksana.says('/subscribe')).not.toContain('ув’язнення');
  });

  it('cannot be a date that passes before it is sent', async () => {
    await readers(1);
    const maria = await writing();
    await maria.presses('Дата');
    await maria.presses('Подія');
    await maria.says('завтра о 12:00');
    await maria.presses('Назад');
    await maria.presses('Надіслати людям');
    await maria.says('завтра о 15:00');
    expect(await maria.presses('Так, надіслати')).toContain('настане раніше');
    expect(labels(maria)).toContain('Інший час');
  });
});

describe('a picture or a document', () => {
  async function libraryWith(content: string, kind: 'picture' | 'file' = 'picture'): Promise<Village> {
    const mime = kind === 'picture' ? 'image/jpeg' : 'application/pdf';
    return village({ previews, fetchFile: async () => ({ kind, name: 'a', mime, content }) });
  }

  it('is taken at the step that asks for it, and goes with the words', async () => {
    const library = await libraryWith(Buffer.from('jpeg').toString('base64'));
    const maria = await writing('Курси.', library);
    await maria.presses('Фото чи документ');
    expect(await maria.says('яке фото?')).toContain('Чекаю на фото або документ');
    expect(await maria.does({ kind: 'unreadable', what: 'sticker' })).toContain('Чекаю на фото');
    expect(await maria.does({ kind: 'unreadable', what: 'picture', file: jpeg })).toContain('Фото додано.');
    const attachment = (await library.services.announcements.find(maria.person, 1))?.content.attachment;
    expect(attachment).toMatchObject({ kind: 'picture', mime: 'image/jpeg' });
    await maria.presses('Показати, як вийде');
    expect(maria.replies[0]?.picture).toMatchObject({ id: attachment?.id });
    await maria.presses('Назад');
    await maria.presses('Фото чи документ');
    await maria.presses('Прибрати те, що є');
    expect((await library.services.announcements.find(maria.person, 1))?.content.attachment).toBeNull();
    await library.close();
  });

  it('comes with the first words as their caption, or is kept for the next step', async () => {
    const library = await libraryWith(Buffer.from('jpeg').toString('base64'));
    const maria = await library.staff('librarian', bar);
    await maria.sends('announce:about:bar-public:1');
    expect(await maria.does({ kind: 'unreadable', what: 'picture', file: jpeg })).toContain('Спершу потрібен текст');
    await maria.does({ kind: 'text', text: 'Курси.', file: jpeg });
    const content = (await library.services.announcements.find(maria.person, 1))?.content;
    expect(content).toMatchObject({ words: { uk: 'Курси.' }, attachment: { kind: 'picture' } });
    await library.close();
  });

  it('too large, or of another kind, is said no to kindly', async () => {
    for (const [kind, bytes, said] of [
      ['picture', 1024 * 1024 + 10, 'завелике'],
      ['file', 5 * 1024 * 1024 + 10, 'завеликий'],
    ] as const) {
      const library = await libraryWith(Buffer.alloc(bytes).toString('base64'), kind);
      const maria = await writing('Курси.', library);
      await maria.presses('Фото чи документ');
      expect(await maria.does({ kind: 'unreadable', what: kind, file: jpeg })).toContain(said);
      await library.close();
    }
    const maria = await writing();
    await maria.presses('Фото чи документ');
    expect(await maria.does({ kind: 'unreadable', what: 'file', file: jpeg })).toContain('не вийшло взяти');
    expect((await contentOf(maria))?.attachment).toBeNull();
  });
});

describe('before it is sent', () => {
  it('is seen as it will look here, and on the other ways to people', async () => {
    const maria = await writing();
    const said = await maria.presses('Показати, як вийде');
    expect(maria.replies[0]?.text).toContain('Курси англійської');
    expect(said).toContain('Отак це виглядає тут, у вас.\n1 повідомлення, 2 кнопки.');
    expect(said).toContain('**Сайт.** 1 повідомлення, 2 кнопки.');
    expect(said).toContain('і адреса');
  });

  it('comes to her own chat in every language in which it is written', async () => {
    const maria = await writing();
    await maria.sends('announce:words:1:en');
    await maria.says('English courses.');
    const said = await maria.presses('announce:look:1');
    expect(said).toContain('Пробне собі');
    expect(await maria.presses('Пробне собі')).toContain('Вище 2 пробні повідомлення');
    expect(maria.replies.map(({ text }) => text).slice(0, 2)).toEqual([
      expect.stringContaining('Курси англійської'),
      expect.stringContaining('English courses.'),
    ]);
    expect(labels(maria)).toContain('Надіслати людям');
  });

  it('goes to fewer, with the number of people at every choice', async () => {
    await readers(2, { libraries: [bar], country: 'pl' });
    await readers(1, { libraries: [tysmenytsia], country: 'de' });
    const admin = await home.staff('admin', null);
    await admin.sends('announce:about:-:1');
    await admin.says('Для всієї мережі.');
    expect(await admin.presses('Кому')).toContain('Це отримають 3 людини.');
    await admin.presses('Де люди зараз');
    expect(await admin.presses('Польща')).toContain('Це отримають 2 людини.');
    await admin.presses('Де люди зараз');
    await admin.presses('Будь-де');
    await admin.presses('Бібліотека');
    expect(await admin.says('Тисмениця')).toContain('Тисменицька');
    expect(await admin.presses(/Тисменицька центральна/)).toContain('Це отримає 1 людина.');
    await admin.presses('Область');
    expect(await admin.presses('Вінницька')).toContain('Це отримають 2 людини.');
    expect((await home.services.announcements.find(admin.person, 1))?.audience).toMatchObject({
      library: null,
      oblast: expect.any(String),
    });
    await admin.presses('Месенджер');
    expect(await admin.presses('Сайт')).toContain('Поки що таких людей немає.');
  });

  it('of one library goes to those who follow it, whatever is pressed', async () => {
    await readers(2);
    await readers(3, { libraries: [tysmenytsia] });
    const maria = await writing();
    expect(await maria.presses('Кому')).toContain('Це отримають 2 людини.');
    expect(labels(maria)).toEqual(['Де люди зараз', 'Месенджер', 'Назад', 'Меню']);
    expect(await maria.sends(`announce:set:1:library:${tysmenytsia}`)).toContain('Це отримають 2 людини.');
  });

  it('says what it costs at most where messages are charged, or that no price is known', async () => {
    for (const [prices, said] of [
      [{ pl: 0.0196, ua: 0.021 }, /Платні: щонайбільше 2 повідомлення, разом до 0,04.€\./],
      [{}, /Ціни я не знаю/],
    ] as const) {
      const dear = await village({ previews }, home.now, { charged: () => true, prices });
      await readers(2, { country: 'pl', at: dear });
      const maria = await writing('Курси.', dear);
      dear.pass(2 * 24 * 3_600_000);
      await maria.presses('Надіслати людям');
      expect(await maria.presses('Зараз')).toMatch(said);
      await dear.close();
    }
  });

  it('can be thrown away, after one more question', async () => {
    const maria = await writing();
    expect(await maria.presses('Викинути')).toContain('Повернути її не вийде');
    expect(await maria.presses('Так, викинути')).toContain('Чернетку № 1 викинуто');
    expect(await maria.sends('announce:open:1')).toContain('викинуто');
  });
});

describe('a second person', () => {
  let strict: Village;
  beforeEach(async () => {
    strict = await village({ previews }, undefined, { approvalAbove: 1 });
    await readers(3, { at: strict });
  });
  afterEach(() => strict.close());

  async function asked(): Promise<Talker> {
    const maria = await writing('Курси.', strict);
    await maria.presses('Надіслати людям');
    await maria.presses('Зараз');
    await maria.presses('Так, надіслати');
    return maria;
  }

  it('sees it as people will, without a name, and says yes; then the author can still take it back', async () => {
    const petro = await strict.staff('admin', null, 'Петро');
    const maria = await asked();
    expect(maria.replies[0]?.text).toContain('потрібен дозвіл ще однієї людини');
    expect(maria.replies[0]?.text).toContain('Дозволити може 1 людина');
    const news = await strict.news(petro);
    expect(news).toContain('Потрібен ваш дозвіл: оголошення № 1');
    expect(news).toContain('Це отримають 3 людини.');
    expect(news).not.toContain('Марія');
    await petro.presses('announce:look:1');
    expect(petro.replies[0]?.text).toContain('Курси.');
    expect(await petro.presses('Дозволити')).toContain('Дозволено: оголошення № 1');
    expect(await petro.presses('Дозволити')).toContain('рішення вже є');
    expect(await strict.news(maria)).toContain('Дозволено: оголошення № 1');
    expect(await maria.presses('Скасувати')).toContain('Нікому нічого не надіслано');
    expect(await stateOf(maria, 1, strict)).toBe('draft');
  });

  it('says no, and it is a draft again', async () => {
    const petro = await strict.staff('admin', null);
    const maria = await asked();
    await strict.news(petro);
    expect(await petro.presses('Не дозволяти')).toContain('Автору про це сказано');
    expect(await strict.news(maria)).toContain('Не дозволено');
    expect(await maria.presses('announce:open:1')).toContain('Чернетка.');
    await begin(strict);
    expect(await stateOf(maria, 1, strict)).toBe('draft');
  });

  it('says yes to what stands above the button, not to what was written since', async () => {
    const petro = await strict.staff('admin', null, 'Петро');
    const maria = await asked();
    await strict.news(petro);
    await maria.presses('Скасувати');
    await maria.sends('announce:words:1:uk');
    await maria.says('Інші слова.');
    await maria.presses('Надіслати людям');
    await maria.presses('Зараз');
    await maria.presses('Так, надіслати');
    expect(await petro.presses('Дозволити')).toContain('За цей час оголошення змінилося');
    expect(petro.replies[0]?.text).toContain('Інші слова.');
    expect(await stateOf(petro, 1, strict)).toBe('approving');
    await petro.presses('Дозволити');
    expect(await stateOf(petro, 1, strict)).toBe('scheduled');
  });

  it('has read every word that goes out: on the way it is mended by a correction, and that is said', async () => {
    const petro = await strict.staff('admin', null);
    const maria = await asked();
    await strict.news(petro);
    await petro.presses('Дозволити');
    await begin(strict);
    await maria.sends('announce:words:1:uk');
    expect(await maria.says('Інші слова.')).toContain('новий текст має побачити ще одна людина');
    await maria.presses('Виправити');
    expect(await maria.says('Інші слова.')).toContain('Це отримають 3 людини');
  });

  it('is somebody else: the author’s own yes does not count', async () => {
    const petro = await strict.staff('admin', null);
    await petro.sends('announce:about:-:1');
    await petro.says('Для всіх.');
    await petro.presses('Надіслати людям');
    await petro.presses('Зараз');
    expect(await petro.presses('Так, надіслати')).toContain('Запросіть ще одного адміністратора');
    expect(labels(petro)).toContain('Запросити адміністратора');
    expect(await petro.sends('announce:approve:1')).toContain('своє оголошення дозволити не можна');
    expect(await stateOf(petro, 1, strict)).toBe('approving');
    const olena = await strict.staff('admin', null);
    await olena.says('/announce');
    await olena.presses('№ 1');
    expect(olena.replies[0]?.text).toContain('Для всіх.');
    await olena.presses('Дозволити');
    expect(await stateOf(olena, 1, strict)).toBe('scheduled');
  });
});

describe('while it is being sent', () => {
  it('says how far it is, who did not get it and why, and at the end reports', async () => {
    const maria = await sending(6);
    await settle(1, { state: 'sent' }, 2);
    await settle(1, { state: 'failed', why: 'gone' }, 1);
    await settle(1, { state: 'uncertain' }, 1);
    const said = await maria.presses('Оновити');
    expect(said).toContain('Надіслано: 2 з 6.');
    expect(said).toContain('Заблокували бота або видалили чат: 1');
    expect(said).toContain('Невідомо, чи дійшло (удруге не надсилаю): 1');
    expect(said).toContain('Лишилося: 2\nУ кого тихі години, той отримає пізніше.');
    await settle(1, { state: 'sent' });
    home.pass(5 * 60_000);
    await home.announcements.tend();
    expect(await stateOf(maria)).toBe('done');
    const report = await maria.presses('Оновити');
    expect(report).toContain('Надіслано: 4 з 6.');
    expect(report).not.toContain('Лишилося');
    expect(report).toContain('Тривало:');
    expect(await home.news(maria)).toContain('Оголошення № 1 надіслано.');
  });

  it('is paused and goes on', async () => {
    const maria = await sending();
    await maria.presses('Оновити');
    expect(await maria.presses('Призупинити')).toContain('Зупинено кимось із працівників');
    expect(await stateOf(maria)).toBe('paused');
    await maria.presses('Продовжити');
    expect(await stateOf(maria)).toBe('sending');
  });

  it('that too many have blocked waits for a person to look', async () => {
    const maria = await sending();
    const found = await home.services.announcements.find(maria.person, 1);
    await home.announcements.trouble(`announcement:${found?.id}`, 'blocked');
    const news = await home.news(maria);
    expect(news).toContain('Потрібне ваше рішення');
    expect(news).toContain('надто багато людей заблокували бота');
    await maria.presses('Продовжити все одно');
    expect(await stateOf(maria)).toBe('sending');
  });

  it('is taken back after one more question; who has it keeps it', async () => {
    const maria = await sending();
    await settle(1, { state: 'sent' }, 1);
    await maria.presses('Оновити');
    expect(await maria.presses('Відкликати')).toContain('У кого воно вже є, у того лишиться');
    expect(await stateOf(maria)).toBe('sending');
    const said = await maria.presses('Так, відкликати');
    expect(said).toContain('Відкликано.');
    expect(said).toContain('Надіслано: 1 з 3.');
    expect(await stateOf(maria)).toBe('recalled');
  });

  it('gets other words for those who still wait', async () => {
    const maria = await sending();
    await maria.presses('Оновити');
    await maria.presses('Змінити текст');
    await maria.presses('Українська: змінити');
    expect(await maria.says('Нові слова.')).toContain('Хто ще чекає, отримає новий текст');
    expect(await stateOf(maria)).toBe('sending');
    expect((await contentOf(maria))?.words.uk).toBe('Нові слова.');
  });

  it('cannot be mended where nobody has got it', async () => {
    const maria = await sending();
    await maria.presses('Оновити');
    await maria.presses('Виправити');
    await maria.says('Інакше.');
    await maria.presses('Надіслати людям');
    expect(await maria.presses('Зараз')).toContain('ще ніхто не отримав, тож виправляти нічого');
  });

  it('is mended by a correction for those who got it', async () => {
    const maria = await sending();
    await settle(1, { state: 'sent' });
    await home.announcements.tend();
    await maria.presses('Оновити');
    const card = await maria.presses('Виправити');
    expect(card).toContain('Оголошення № 2, виправлення до № 1');
    expect(card).toContain('Це отримають 3 людини.');
    expect(labels(maria)).not.toContain('Кому');
    await maria.says('Курси о 16:00, а не о 15:00.');
    expect((await contentOf(maria, 2))?.words.uk).toBe('Курси о 16:00, а не о 15:00.');
    await maria.presses('Надіслати людям');
    await maria.presses('Зараз');
    expect(maria.replies[0]?.text).toMatch(/^Виправлення:/);
    expect(await maria.presses('Так, надіслати')).toContain('Почну о');
  });
});

describe('what staff are told, and shown, of one', () => {
  const reader = (language: Language) => ({
    language,
    services: home.services,
    session: { ...emptySession, language },
    t: (key: string, values?: Values) => home.services.t(language, key, values),
  });

  it('is said in all four languages, whatever has happened to it', async () => {
    const maria = await writing();
    const found = await home.services.announcements.find(maria.person, 1);
    if (!found) throw new Error('no draft');
    const states = ['draft', 'approving', 'scheduled', 'sending', 'paused', 'done', 'recalled', 'dropped'] as const;
    const whys = ['blocked', 'account', 'staff', 'cut-off', null] as const;
    const failed = { gone: 2, refused: 1, late: 1, unreadable: 1, down: 1, somethingNew: 1 };
    for (const language of languages) {
      for (const state of states) {
        for (const pausedWhy of state === 'paused' ? whys : [null]) {
          const announcement = { ...found, state, pausedWhy, size: 1200, dueAt: home.now + 60_000 };
          const progress = {
            ...{ announcement, audience: 1200, remaining: 1100, sent: 80, uncertain: 3, withdrawn: 10, failed },
            ...{ leftMs: 3 * 3_600_000, tookMs: 59_000 },
          };
          const notices = (['approve', 'approved', 'refused', 'paused', 'cut-off', 'done'] as const).map((about) =>
            campaignNotice(about, announcement, progress, { role: 'librarian', library: bar }, reader(language)),
          );
          const said = maria.hears([progressReply(progress, reader(language)), ...notices]);
          expect(said).not.toMatch(/announce[:.]/);
        }
      }
    }
  });

  it('counts every one: who has it, who has not and why, who is still to get it, and how long that takes', async () => {
    const maria = await writing();
    const found = await home.services.announcements.find(maria.person, 1);
    if (!found) throw new Error('no draft');
    const said = progressReply(
      {
        ...{ announcement: { ...found, state: 'sending' }, audience: 12_345, remaining: 10_000, sent: 2_300 },
        ...{ uncertain: 5, withdrawn: 10, failed: { gone: 20, refused: 10 }, leftMs: 334_000, tookMs: null },
      },
      reader('en'),
    ).text;
    expect(said).toContain(
      'Sent: 2,300 of 12,345.\nBlocked the bot or deleted the chat: 20\nNot accepted by the messenger: 10',
    );
    expect(said).toContain('Still to go: 10,000');
    expect(said).toContain('Time left, about: 6 minutes');
  });
});

describe('only those who may', () => {
  it('a librarian of another library sees nothing and can do nothing', async () => {
    await readers(2);
    const maria = await writing('Таємний задум.');
    const other = await home.staff('librarian', tysmenytsia);
    const consultant = await home.staff('consultant', bar);
    const person = home.person();
    const acts = ['open', 'texts', 'file', 'link', 'date', 'event', 'to', 'look', 'test', 'when', 'undo', 'pause'];
    const more = ['resume', 'recall', 'stop', 'fix', 'approve', 'refuse', 'drop', 'gone', 'topic', 'sum', 'nolink'];
    for (const who of [other, consultant, person]) {
      for (const act of [...acts, ...more]) {
        expect(await who.sends(`announce:${act}:1`)).not.toContain('Таємний');
        expect(who.session.at).toBeNull();
      }
      for (const action of [
        'at:1:now',
        'yes:1:1:2:now',
        'words:1:uk',
        'unwords:1:uk',
        'theme:1:2',
        'book:1:on',
        'set:1:country:pl',
      ]) {
        expect(await who.sends(`announce:${action}`)).not.toContain('Таємний');
      }
      expect(await who.sends(`announce:about:${bar}:1`)).not.toContain('до 900 знаків');
    }
    expect(await stateOf(maria)).toBe('draft');
    expect(await home.services.announcements.find(maria.person, 1)).toMatchObject({ version: 1, topic: 'courses' });
  });

  it('who wanted to read and not to write is shown the news', async () => {
    const oksana = home.person();
    expect(await oksana.says('оголошення')).toContain('Це для працівників бібліотек');
    expect(labels(oksana)).toContain('Новини');
  });

  it('who has lost the role in the middle can do nothing more', async () => {
    await readers(2);
    const maria = await writing();
    await maria.presses('Надіслати людям');
    await maria.presses('Зараз');
    const admin = await home.staff('admin', null);
    await admin.says('/team');
    await admin.presses(/^Прибрати № 1$/);
    await admin.presses('Так, прибрати');
    expect(await maria.presses('Так, надіслати')).toContain('Це для працівників бібліотек');
    expect(await stateOf(admin)).toBe('draft');
    await maria.sends('announce:words:1:uk');
    expect(await maria.says('Злі слова')).not.toContain('Готово');
    expect((await contentOf(admin))?.words.uk).toBe('Курси англійської. Безкоштовно.');
  });

  it('so many a day, and the draft stays for tomorrow', async () => {
    await readers(1);
    const maria = await home.staff('librarian', bar);
    for (let i = 0; i < 7; i++) {
      await maria.sends('announce:about:bar-public:1');
      await maria.says(`Оголошення число ${i}, слова.`);
      await maria.presses('Надіслати людям');
      await maria.presses('Зараз');
      await maria.presses('Так, надіслати');
    }
    expect(maria.replies.at(-1)?.text).toContain('За добу можна надіслати 6 оголошень');
    expect(await stateOf(maria, 7)).toBe('draft');
    home.pass(25 * 3_600_000);
    await maria.sends('announce:at:7:now');
    expect(await maria.presses('Так, надіслати')).toContain('Почну о');
  });
});

describe('whatever is pressed and typed', () => {
  it('nothing is sent but by the second tap, and every screen has a way on', { timeout: 60_000 }, async () => {
    await readers(3);
    const admin = await home.staff('admin', null);
    await admin.sends('announce:about:-:1');
    await admin.says('Курси.');
    const texts = fc.constantFrom(
      ...[
        '12 грудня о 15:00',
        'завтра о 12:30',
        'https://example.org/a',
        'http://x',
        'Нові слова',
        '3',
        'ні',
        'Бар',
        '412',
      ],
      ...[
        'Що робити, якщо не платять зарплату?',
        'меню',
        'Назад',
        '/announce',
        'x'.repeat(1200),
        '   .',
        '**',
        'до 5 грудня',
      ],
    );
    const step = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 40 }) }, { weight: 1, arbitrary: texts });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await admin.sends('announce:open:1');
        for (const wanted of steps) {
          const shown = admin.replies
            .flatMap((reply) => (reply.rows ?? []).flat())
            .flatMap((button) => ('action' in button ? [button.action] : []))
            .filter((action) => /^announce(:|$)/.test(action) && !/^announce:(yes|gone)/.test(action));
          if (typeof wanted === 'string') await admin.says(wanted);
          else await admin.sends(shown[wanted % Math.max(1, shown.length)] ?? 'announce');
          expect(admin.replies.length).toBeGreaterThan(0);
          expect(admin.buttons().length).toBeGreaterThan(0);
        }
        expect(await stateOf(admin)).toBe('draft');
      }),
      { numRuns: 20 },
    );
  });

  it('what is kept as an address is one on the web, under https, with no name or password in it', async () => {
    const maria = await writing();
    const typed = fc.oneof(
      fc.webUrl({ validSchemes: ['https', 'http', 'ftp'], withQueryParameters: true, withFragments: true }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .tuple(fc.constantFrom('https://', 'HTTPS://', 'javascript:', 'https://a@', '//', ''), fc.domain(), fc.string())
        .map((all) => all.join('')),
    );
    await fc.assert(
      fc.asyncProperty(typed, async (text) => {
        await maria.sends('announce:nolink:1');
        await maria.sends('announce:link:1');
        if (!/\{\{|undefined|\$t\(/.test(text)) await maria.says(text);
        const link = (await contentOf(maria))?.link ?? null;
        if (link === null) return;
        const { protocol, username, password, hostname } = new URL(link);
        expect([protocol, username, password]).toEqual(['https:', '', '']);
        expect(hostname).toMatch(/\.[a-z]/);
        expect(link).not.toMatch(/\s/);
      }),
    );
  });
});

describe('every screen', () => {
  it('of the flow speaks all four languages, and has a way on', async () => {
    await readers(2);
    const maria = await writing();
    await maria.sends('announce:event:1');
    await maria.says('12 грудня о 15:00');
    for (const language of languages) {
      await maria.sends(`language:${language}`);
      for (const action of [
        ...[
          '',
          'new',
          'open:1',
          'texts:1',
          'words:1:uk',
          'words:1:pl',
          'topic:1',
          'file:1',
          'link:1',
          'date:1',
          'event:1',
        ],
        ...['deadline:1', 'to:1', 'by:1:country', 'by:1:channel', 'look:1', 'test:1', 'when:1', 'at:1:now', 'drop:1'],
        ...[
          'at:1:202612010900',
          'open:99',
          'undo:1',
          'pause:1',
          'recall:1',
          'fix:1',
          'approve:1',
          'nonsense',
          'yes:1:9:2:now',
        ],
      ]) {
        const said = await maria.sends(action === '' ? 'announce' : `announce:${action}`);
        expect(said, `${language} ${action}`).not.toMatch(/announce\.|\{\{/);
        expect(maria.buttons().length, `${language} ${action}`).toBeGreaterThan(0);
      }
    }
  });

  it('tells the same for an event that comes twice: one draft, one correction', async () => {
    await readers(1);
    const maria = await home.staff('librarian', bar);
    const draft = {
      eventId: 'telegram:x',
      person: maria.person,
      library: bar,
      topic: 'courses',
      language: 'uk',
    } as const;
    const one = await home.services.announcements.draft({ ...draft, words: 'Раз' });
    const two = await home.services.announcements.draft({ ...draft, words: 'Раз' });
    expect(two?.no).toBe(one?.no);
    await maria.sends('announce:at:1:now');
    await maria.presses('Так, надіслати');
    // The button pressed twice has sent it once.
    expect(await maria.presses('Так, надіслати')).toContain('Почну о');
    expect((await home.services.announcements.list(maria.person)).length).toBe(1);
  });
});
