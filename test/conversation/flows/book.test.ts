import { afterAll, describe, expect, it } from 'vitest';
import { village, website } from '../talk.ts';

const home = await village();
afterAll(() => home.close());

describe('booking', () => {
  it('takes six taps from the menu the first time, and says the day, both clocks, the place and how long', async () => {
    const oksana = home.person('Оксана', { language: 'uk', country: 'pl' });
    await oksana.says('/menu');
    await oksana.presses('Записатися на консультацію');
    const times = await oksana.presses('Тисмениця');
    expect(times).toContain('Тисменицька центральна бібліотека');
    expect(times).toMatch(/\[чт, 26 лист\., \d\d:\d\d \(у вас \d\d:\d\d\)\]/);
    await oksana.presses(/^book:at:/);
    await oksana.presses('У бібліотеці');
    const check = await oksana.presses('Оксана');
    expect(check).toContain('Звертатися: Оксана');
    const booked = await oksana.presses('Так, записати');
    expect(booked).toContain('Записано:');
    expect(booked).toMatch(/\p{L}+, \d+ \p{L}+, о \d\d:\d\d за київським часом \(у вас \d\d:\d\d\)/u);
    expect(booked).toContain('показовий режим');
    expect(oksana.taps).toBe(6);
  });

  it('takes no more than five for who has been here before', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'bar-public' });
    await oksana.says('/menu');
    await oksana.presses('Записатися на консультацію');
    await oksana.presses(/^book:at:/);
    await oksana.presses(/^book:how:/);
    await oksana.presses('book:name');
    expect(await oksana.presses('book:yes')).toContain('Записано:');
    expect(oksana.taps).toBe(5);
  });

  it('takes four for who has booked before: how and name are as last time, or can be changed', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'voznesensk-central' });
    await oksana.sends('book');
    await oksana.presses(/^book:at:/);
    await oksana.presses('Телефоном');
    await oksana.says('067 123 45 67');
    await oksana.says('Оксана з Бугу');
    await oksana.presses('Так, записати');

    await oksana.says('/start');
    const before = oksana.taps;
    await oksana.says('/menu');
    await oksana.presses('Записатися на консультацію');
    const check = await oksana.presses(/^book:at:/);
    expect(check).toContain('Як минулого разу: телефоном, Оксана з Бугу');
    expect(check).toContain('+380671234567');
    expect(check).toContain('[Поговорити інакше]');
    expect(check).toContain('[Інше ім’я]');
    expect(await oksana.presses('Так, записати')).toContain('Записано:');
    expect(oksana.taps - before + 1).toBe(4);
  });

  it('asks for a phone number only when the talk is by phone, and takes it shared or typed in any way', async () => {
    const petro = home.person('Петро', { language: 'uk', library: 'bar-public' });
    await petro.sends('book');
    await petro.presses(/^book:at:/);
    expect(await petro.presses('book:how:phone')).toContain('На який номер подзвонити?');
    expect(petro.replies.at(-1)?.ask?.what).toBe('contact');
    expect(await petro.says('12345')).toContain('Не вийшло розпізнати номер');
    expect(await petro.says('067 123-45-67')).toContain('Як до вас звертатися?');
    expect(await petro.says('Петро з гаража')).toContain('Телефон: +380671234567');
    await petro.presses('Інший час');
    expect(await petro.presses(/^book:at:/)).toContain('Телефон: +380671234567');
    await petro.presses('Поговорити інакше');
    await petro.presses('Телефоном');
    const shared = await petro.does({ kind: 'contact', phone: '+48501234567', name: 'Piotr' });
    expect(shared).toContain('Звертатися: Piotr');
    expect(shared).toContain('+48501234567');
  });

  it('answers a question in the middle, and the step is still there', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'bar-public', country: 'pl' });
    await oksana.sends('book');
    await oksana.presses(/^book:at:/);
    await oksana.presses('У бібліотеці');
    const answered = await oksana.says('мені вже два місяці не платять зарплату, що робити?');
    expect(answered).toContain('Не платять зарплату');
    expect(answered).toContain('Як до вас звертатися?');
    expect(await oksana.says('Оксана')).toContain('Перевірте, чи все так');
  });

  it('puts danger before the booking, and keeps the booking', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'bar-public', country: 'pl' });
    await oksana.sends('book');
    await oksana.presses(/^book:at:/);
    await oksana.presses('У бібліотеці');
    const danger = await oksana.says('господар забрав паспорт і замкнув нас у будинку');
    expect(danger.split('\n')[0]).toContain('112');
    expect(oksana.session.at?.step).toBe('name');
  });

  it('shows the step in the new language when the language changes on the way', async () => {
    const oksana = home.person('Oksana', { language: 'uk', library: 'bar-public' });
    await oksana.sends('book');
    await oksana.presses(/^book:at:/);
    const english = await oksana.says('english please');
    expect(english).toContain('How would you like to talk?');
    await oksana.presses('At the library');
    expect(await oksana.presses('Oksana')).toContain('Please check that everything is right');
  });

  it('offers the nearest times to who was too late', async () => {
    const [first, second] = [
      home.person('А', { library: 'shostka-central-city' }),
      home.person('Б', { library: 'shostka-central-city' }),
    ];
    for (const person of [first, second]) {
      await person.sends('book');
      await person.presses(/^book:at:/);
      await person.presses(/^book:how:in-person/);
      await person.presses('book:name');
    }
    expect(await first.presses('book:yes')).toContain('Записано:');
    const late = await second.presses('book:yes');
    expect(late).toContain('Цей час щойно зайняли');
    expect(await second.presses(/^book:at:/), 'how and name have been told').toContain('Перевірте, чи все так');
    expect(await second.presses('book:yes')).toContain('Записано:');
  });

  it('offers no video call where the chat can make none', async () => {
    const web = await village({ channel: () => website });
    const visitor = web.person('', { library: 'bar-public' });
    await visitor.sends('book');
    const how = await visitor.presses(/^book:at:/);
    expect(how).not.toContain('Відеодзвінком');
    await web.close();
  });

  it('lands at the library of a deep link, and says kindly when the library has not joined', async () => {
    const oksana = home.person();
    expect(await oksana.opens('book-tysmenytsia-central')).toContain('Тисменицька центральна бібліотека');
    const other = await home.person().opens('book-truskavets-central');
    expect(other).toMatch(/поки що не/);
    expect(other).toMatch(/\[Записатися: \p{L}+\]/u);
  });

  it('finds the library from a typed village, a shared place or a list', async () => {
    const oksana = home.person();
    await oksana.sends('book');
    expect(await oksana.says('я з Тисмениці')).toContain('Тисменицька центральна бібліотека');
    await oksana.sends('book:libs');
    expect(await oksana.shares(49.07, 27.68)).toContain('Барська бібліотека');
  });
});

describe('booking in words', () => {
  it('goes from the menu to the booking without a single tap', async () => {
    const maria = home.person('Марія', { language: 'uk' });
    await maria.says('записатися');
    await maria.says('Тисмениця');
    expect(await maria.says('завтра о другій')).toContain('Як поговорити?');
    await maria.says('телефоном');
    await maria.says('067 765 43 21');
    const check = await maria.says('Марія');
    expect(check).toContain('четвер, 26 листопада, о 14:00');
    expect(check).toContain('Телефон: +380677654321');
    expect(await maria.says('так')).toContain('Записано:');
    expect(maria.taps).toBe(0);

    expect(await maria.says('перенести запис')).toContain('На який час перенести?');
    expect(await maria.says('у вівторок після обіду')).toContain('[вт, 1 груд., 14:00]');
    expect(await maria.says('2')).toContain('Перенесено:');
    expect(await maria.says('скасувати запис')).toContain('Скасувати цей запис?');
    expect(await maria.says('ні')).toContain('1 грудня');
    await maria.says('скасувати');
    expect(await maria.says('так')).toContain('Запис скасовано');
    expect(await maria.says('скасувати')).toContain('У вас немає записів');
  });

  it.each([
    ['uk', 'завтра о третій', 'четвер, 26 листопада, о 15:00'],
    ['en', 'tomorrow at three', 'Thursday 26 November, 15:00'],
    ['pl', 'jutro o 15', 'czwartek, 26 listopada, godz. 15:00'],
    ['ru', 'завтра в три', 'четверг, 26 ноября, в 15:00'],
  ] as const)('in %s: %s', async (language, words, when) => {
    const somebody = home.person('Anna', { language, library: 'tysmenytsia-central' });
    await somebody.sends('book');
    await somebody.says(words);
    await somebody.says('1');
    expect(await somebody.says('Anna')).toContain(when);
    expect(await somebody.says({ uk: 'так', en: 'yes', pl: 'tak', ru: 'да' }[language])).toMatch(
      /^(Запис|Booked|Zapis)/,
    );
    await somebody.says({ uk: 'скасувати', en: 'cancel', pl: 'odwołaj', ru: 'отменить' }[language]);
    await somebody.says('1');
  });

  it('offers the nearest times where nothing is free, and shows them again after a question', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'tysmenytsia-central' });
    await oksana.sends('book');
    const near = await oksana.says('в неділю о п’ятій');
    expect(near).toContain('На цей час вільного немає');
    expect(near).toMatch(/\[(сб|пн), \d+ \S+, \d\d:\d\d\]/);
    const answered = await oksana.says('мені не платять зарплату, що робити?');
    expect(answered).toContain('На цей час вільного немає');
    expect(await oksana.says('1')).toContain('Як поговорити?');
  });

  it('takes the number or the words of any button, a kind by a word, and a kind with a time', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'tysmenytsia-central' });
    await oksana.sends('book');
    expect(await oksana.says('інший день')).toContain('Оберіть день');
    expect(await oksana.says('1')).toMatch(/Оберіть час/);
    expect(await oksana.says('інша консультація')).toContain('Які є консультації');
    expect(await oksana.says('юрист')).toContain('Порада юриста');
    expect(await oksana.says('до адвоката у вівторок о другій')).toContain('Як поговорити?');
    expect(await oksana.says('наступного вівторка о третій')).toContain('Як поговорити?');
    await oksana.says('у бібліотеці');
    const check = await oksana.says('Оксана');
    expect(check).toContain('вівторок, 1 грудня, о 15:00');
    expect(check).toContain('Порада юриста');
    expect(await oksana.says('краще завтра о третій')).toContain('четвер, 26 листопада, о 15:00');
    expect(await oksana.says('телефоном')).toContain('На який номер');
    expect(await oksana.says('ні, приїду')).toBeTruthy();
  });
});

describe('my bookings', () => {
  it('shows, moves, sends to the calendar and cancels', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: 'tysmenytsia-central' });
    await oksana.sends('book');
    await oksana.presses('book:days');
    await oksana.presses(/^book:day:/);
    await oksana.presses(/^book:at:/);
    await oksana.presses(/^book:how:in-person/);
    await oksana.presses('book:name');
    await oksana.presses('book:yes');
    const before = await oksana.says('мої записи');
    await oksana.presses('Перенести');
    await oksana.presses(/^mybookings:days:/);
    await oksana.presses(/^mybookings:day:/);
    const moved = await oksana.presses(/^mybookings:to:.*00$/);
    expect(moved).toContain('Перенесено:');
    expect(before).not.toContain(moved.split('\n')[1] ?? '?');
    await oksana.presses('Додати в календар');
    expect(oksana.replies.at(-1)?.document?.content).toContain('BEGIN:VCALENDAR');
    expect(oksana.replies.at(-1)?.document?.content).toContain('SUMMARY:Зустріч у бібліотеці');
    await oksana.says('/mybookings');
    await oksana.presses('Скасувати');
    expect(await oksana.presses('Так, скасувати')).toContain('Запис скасовано');
    expect(await oksana.says('/mybookings')).toContain('У вас немає записів');
  });

  it('shows nobody the booking of somebody else', async () => {
    const oksana = home.person('Оксана', { library: 'bar-public' });
    await oksana.sends('book');
    await oksana.presses(/^book:at:/);
    await oksana.presses(/^book:how:in-person/);
    await oksana.presses('book:name');
    await oksana.presses('book:yes');
    const action = oksana.buttons().find((button) => 'action' in button && button.action.startsWith('mybookings:ics:'));
    const id = action && 'action' in action ? action.action.split(':')[2] : '';
    const stranger = home.person('Хтось');
    for (const step of ['ics', 'move', 'cancel', 'gone', 'days']) {
      expect(await stranger.sends(`mybookings:${step}:${id}`)).toContain('Цього запису вже немає');
    }
    expect(await oksana.says('/mybookings')).toContain('Барська бібліотека');
  });
});
