import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { village } from '../talk.ts';

const tysmenytsia = 'tysmenytsia-central';

describe('closing a day from the chat', () => {
  let home: Awaited<ReturnType<typeof village>>;
  beforeEach(async () => {
    home = await village();
  });
  afterEach(() => home.close());

  it('takes the librarian one tap after /close: the day is gone from what is offered, and what was booked is called off', async () => {
    const oksana = home.person('Оксана', { language: 'uk', library: tysmenytsia });
    await oksana.sends('book');
    await oksana.presses(/^book:at:20261126/);
    await oksana.presses(/^book:how:in-person/);
    await oksana.presses('book:name');
    await oksana.presses('book:yes');

    const maria = await home.staff('librarian', tysmenytsia);
    expect(await maria.says('/close')).toContain('Закрити день?');
    const closed = await maria.presses('Закрити завтра: немає світла');
    expect(closed).toContain('Скасовано 1 запис');

    expect(await oksana.says('/mybookings')).toContain('У вас немає записів');
    await oksana.sends(`book:lib:${tysmenytsia}`);
    expect(
      oksana.buttons().filter((button) => 'action' in button && button.action.startsWith('book:at:20261126')),
    ).toEqual([]);

    expect(await maria.presses('Відкрити знову')).toContain('знову відкрито');
    await oksana.sends(`book:lib:${tysmenytsia}`);
    expect(oksana.buttons().some((button) => 'action' in button && button.action.startsWith('book:at:20261126'))).toBe(
      true,
    );
  });

  it('is for who keeps that calendar, and for nobody else', async () => {
    const stranger = home.person('Хтось', { language: 'uk' });
    const other = await home.staff('librarian', 'bar-public');
    const editor = await home.staff('editor', null);
    for (const action of [
      `close:at:${tysmenytsia}`,
      `close:day:${tysmenytsia}:0:power`,
      `close:open:${tysmenytsia}:0`,
    ]) {
      for (const person of [stranger, other, editor]) {
        expect(await person.sends(action)).toContain('Це для працівників бібліотек');
      }
    }
    expect(await stranger.says('/close')).toContain('Це для працівників бібліотек');
  });

  it('asks an admin which library', async () => {
    const admin = await home.staff('admin', null);
    expect(await admin.says('/close')).toContain('Яку бібліотеку закрити?');
    expect(await admin.presses(`close:at:${tysmenytsia}`)).toContain('Закрити день?');
    expect(await admin.presses(/завтра: тривога/)).toContain('Закрито');
  });
});
