import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Talker, village } from '../talk.ts';

const bar = 'bar-public';

describe('writing to a librarian', () => {
  let home: Awaited<ReturnType<typeof village>>;
  beforeEach(async () => {
    home = await village();
  });
  afterEach(() => home.close());
  const taras = () => home.person('Тарас', { library: bar, country: 'pl' });

  async function written(): Promise<{ taras: Talker; maria: Talker }> {
    const maria = await home.staff('librarian', bar);
    const he = taras();
    await he.sends('librarian');
    await he.presses('Написати бібліотекареві');
    await he.says('Чи є у вас вечірні курси польської?');
    return { taras: he, maria };
  }

  it('is not offered where nobody would read it: the phone and the booking stay', async () => {
    const said = await taras().sends('librarian');
    expect(said).not.toContain('Написати бібліотекареві');
    expect(said).toContain('Записатися на консультацію');
    expect(await home.person().sends('librarian')).not.toContain('Написати бібліотекареві');
  });

  it('tells what the librarian sees, and when an answer may come, on both clocks', async () => {
    await home.staff('librarian', bar);
    const he = taras();
    await he.sends('librarian');
    expect(await he.presses('Написати бібліотекареві')).toContain('без імені');
    const sent = await he.says('Чи є у вас вечірні курси польської?');
    expect(sent).toContain('Це розмова № 1');
    expect(sent).toMatch(/Зараз відчинено, до \d\d:\d\d \(у вас \d\d:\d\d\)/);
    expect(await he.sends('librarian')).toContain('Ваша розмова № 1 чекає на бібліотекаря');
  });

  it('says when the library opens where it is closed', async () => {
    const sunday = await village({}, Date.UTC(2026, 10, 28, 23));
    await sunday.staff('librarian', bar);
    const he = sunday.person('Тарас', { library: bar });
    await he.sends('librarian:write');
    expect(await he.says('Чи є курси?')).toMatch(/Відчиниться .+ Відповідь чекайте після відкриття/s);
    await sunday.close();
  });

  it('reaches the librarian without a name, and her answer comes back with a way on', async () => {
    const { taras, maria } = await written();
    const letter = await home.news(maria);
    expect(letter).toContain('Новий лист № 1');
    expect(letter).toContain('Українська · Польща');
    expect(letter).toContain('вечірні курси польської');
    expect(letter).not.toContain('Тарас');
    expect(await maria.presses('Відповісти')).toContain('без вашого імені');
    expect(await maria.says('Так, щовівторка о 18:00')).toContain('Надіслано');

    const answer = await home.news(taras);
    expect(answer).toContain('Відповідь бібліотекаря:');
    expect(answer).toContain('щовівторка о 18:00');
    expect(answer).not.toContain('Марія');
    expect(await taras.sends('librarian')).toContain('бібліотекар відповідає вам');
    await taras.presses('Відповісти');
    expect(await taras.says('А скільки коштує?')).toContain('Передано');
    expect(await home.news(maria)).toContain('А скільки коштує?');
    expect(await taras.presses('Дякую, все')).toContain('Розмову завершено');
    expect(taras.session.at).toBeNull();
    expect(await home.news(maria)).toContain('Людина завершила розмову № 1');
  });

  it('answers danger at once, number first, and the librarian gets the words too', async () => {
    const { taras, maria } = await written();
    await home.news(maria);
    const said = await taras.says('мене б’ють і не випускають з дому, забрали паспорт');
    expect(said.split('\n')[0]).toMatch(/112/);
    expect(said).toContain('Дописано до вашої розмови');
    expect(await home.news(maria)).toContain('не випускають з дому');
    expect(taras.session.at).toMatchObject({ flow: 'librarian' });
  });

  it('answers danger also when the letter can’t be passed on', async () => {
    const { taras } = await written();
    const { questions } = home.services;
    home.services.questions = { ...questions, write: () => Promise.reject(new Error('no store')) };
    const said = await taras.says('мене б’ють і не випускають з дому, забрали паспорт');
    expect(said.split('\n')[0]).toMatch(/112/);
  });

  it('takes a greeting for a greeting, and only a slash for a command', async () => {
    const { taras, maria } = await written();
    await home.news(maria);
    await taras.says('Добрий день');
    await taras.says('консультація');
    const news = await home.news(maria);
    expect(news).toContain('Добрий день');
    expect(news).toContain('консультація');
    expect(await taras.says('/book')).not.toContain('Дописано');
  });

  it('keeps menu and commands working; the talk is found again', async () => {
    const { taras } = await written();
    expect(await taras.says('меню')).toContain('Чим допомогти');
    expect(taras.session.at).toBeNull();
    await taras.sends('librarian');
    expect(await taras.presses('Дописати')).toContain('передам бібліотекареві');
    expect(await taras.says('І де саме?')).toContain('Дописано');
  });

  it('shows where one stands after a sticker, and in another language', async () => {
    const { taras } = await written();
    expect(await taras.does({ kind: 'unreadable', what: 'sticker' })).toContain('Ви в розмові з бібліотекарем');
    expect(await taras.says('english please')).toContain('You are talking with a librarian');
  });

  it('makes words of a person that look like markup stay words', async () => {
    const maria = await home.staff('librarian', bar);
    const he = taras();
    await he.sends('librarian:write');
    await he.says('**жирно** [посилання](https://evil.example)');
    expect(await home.news(maria)).not.toContain('](https://evil.example)');
  });

  it('tells a blocked person kindly, and everything else goes on', async () => {
    const { taras, maria } = await written();
    await home.news(maria);
    await maria.sends('inbox:open:1');
    await maria.presses('Заблокувати');
    expect(await maria.presses('Так, заблокувати')).toContain('Заблоковано');
    await taras.sends('librarian:write');
    expect(await taras.says('ще одне')).toContain('не приймають повідомлень із цього чату');
    expect(await taras.says('мені не платять зарплату в Польщі')).toContain('Не платять зарплату');
  });

  it('of a talk that is somebody else’s number shows nothing', async () => {
    await written();
    const stranger = home.person('Чужий', { library: bar });
    for (const action of ['librarian:reply:1', 'librarian:done:1', 'librarian:reply:999', 'librarian:reply:x']) {
      const said = await stranger.sends(action);
      expect(said).not.toContain('вечірні');
      expect(stranger.session.at).toBeNull();
    }
  });
});
