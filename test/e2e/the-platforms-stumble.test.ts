import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trouble } from '../emulators/telegram.ts';
import type { Failure } from '../emulators/viber.ts';
import { startVistka } from '../vistka.ts';
import { startFront } from './front.ts';
import { onTelegram, onViber, type Visitor, visitor } from './visitor.ts';

let front: Awaited<ReturnType<typeof startFront>>;
let polling: Awaited<ReturnType<typeof startVistka>>;
let hooked: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  front = await startFront();
  [polling, hooked] = await Promise.all([
    startVistka({
      telegram: 'polling',
      viber: true,
      env: { RATE_LIMIT_PER_MINUTE: '0' },
      overrides: { inbox: { sweepEveryMs: 500 } },
    }),
    startVistka({ telegram: 'webhook', env: { PUBLIC_URL: front.url, RATE_LIMIT_PER_MINUTE: '0' } }),
  ]);
  front.to(hooked.url);
  await hooked.telegram.until(() => hooked.telegram.webhook().url !== '');
  await polling.viber.until(() => polling.viber.webhook !== '');
});
afterAll(async () => {
  await Promise.all([polling.stop(), hooked.stop()]);
  await front.stop();
});

/** Says the menu afterwards: by then all that was to come has come, since one person's messages keep their order. */
async function heardOnce(person: Visitor, words: RegExp): Promise<void> {
  await person.says('/menu');
  await person.hears(/Чим допомогти/);
  expect(person.said().filter((seen) => words.test(seen.text)).length).toBe(1);
}

describe('Telegram stumbles while the bot answers', () => {
  it.concurrent.each<[string, Trouble, number]>([
    ['asks for a pause', { status: 429, retryAfter: 1 }, 2],
    ['fails inside', { status: 500 }, 2],
    ['is away behind its gateway', { status: 502, html: true }, 2],
    ['drops the connection', 'drop', 2],
    ['fails for longer than one answer is tried', { status: 503, html: true }, 4],
  ])('%s: the answer arrives, once', async (_what, trouble, times) => {
    const { telegram } = polling;
    const person = telegram.person({ started: true });
    const somebody = visitor('Telegram by polling', onTelegram(person, telegram.until));
    telegram.inject(trouble, { method: 'sendMessage', chat: person.id, times });
    await somebody.says('/language');
    await telegram.until(() => person.messages().length > 0, 25_000);
    await heardOnce(somebody, /Оберіть мову/);
  });

  it.concurrent('in the middle of an answer of several parts: each part arrives, once', async () => {
    const { telegram } = polling;
    const person = telegram.person({ started: true });
    const somebody = visitor('Telegram by polling', onTelegram(person, telegram.until));
    await somebody.says('/library');
    await somebody.hears(/Де ви/);
    await somebody.says('Тисмениця');
    await somebody.hears(/Найближчі/);
    telegram.inject({ status: 502, html: true }, { method: 'sendVenue', chat: person.id });
    telegram.inject('drop', { method: 'sendVenue', chat: person.id });
    await somebody.presses('Тисменицька центральна бібліотека');
    await somebody.seesPin();
    await heardOnce(somebody, /Перевірено/);
    expect(person.messages().filter((message) => message.venue).length).toBe(1);
  });

  it('and somebody who has blocked the bot holds up nobody', async () => {
    const { telegram } = polling;
    const person = telegram.person({ started: true });
    person.says('/menu');
    await person.hears();
    person.blocks();
    await telegram.settled();
    person.says('/language');
    expect((await person.hears()).text).toContain('Оберіть мову');
  });
});

describe('Telegram delivers again what it has delivered', () => {
  it('by webhook, when our 200 was lost: one answer, one booking', async () => {
    const { telegram } = hooked;
    const person = telegram.person({ name: 'Оксана' });
    const oksana = visitor('Telegram by webhook', onTelegram(person, telegram.until));
    await oksana.says('/book');
    await oksana.presses('Тисмениця');
    await oksana.presses(/\d\d:\d\d/);
    await oksana.presses('У бібліотеці');
    await oksana.presses('Оксана');
    await oksana.hears(/Перевірте/);
    await telegram.settled();
    front.loses(2);
    const update = person.presses('Так, записати');
    await telegram.settled();
    expect(telegram.deliveries(update).map((delivery) => delivery.status)).toEqual(['no answer', 'no answer', 200]);
    await heardOnce(oksana, /^Записано/);
    await oksana.says('/mybookings');
    await oksana.hears(/Тисменицька/);
    await oksana.says('/language');
    await oksana.hears(/Оберіть мову/);
    expect(oksana.said().filter((seen) => seen.buttons.includes('Перенести')).length).toBe(1);
  });

  it('by polling, when the updates were lost on their way to us: one answer', async () => {
    const { telegram } = polling;
    const person = telegram.person({ started: true });
    const somebody = visitor('Telegram by polling', onTelegram(person, telegram.until));
    telegram.inject('late drop', { method: 'getUpdates' });
    await somebody.says('/language');
    await telegram.settled();
    await somebody.hears(/Оберіть мову/);
    await heardOnce(somebody, /Оберіть мову/);
  });
});

describe('Viber stumbles while the bot answers', () => {
  it.each<[string, Failure]>([
    ['is away behind its gateway', { kind: 'http', status: 502, times: 2 }],
    ['drops the connection', { kind: 'drop', times: 2 }],
    ['asks for a pause', { kind: 'http', status: 429, headers: { 'retry-after': '1' } }],
  ])('%s: the answer arrives, once', async (_what, failure) => {
    const { viber } = polling;
    const somebody = visitor('Viber', onViber(viber.person({ name: 'Марія' })));
    viber.fail({ ...failure, method: 'send_message' });
    await somebody.says('/language');
    await somebody.hears(/Оберіть мову/);
    await heardOnce(somebody, /Оберіть мову/);
  });

  it('and repeats a callback whose 200 it did not get: one answer, and nothing that its documents forbid', async () => {
    const { viber } = polling;
    const maria = viber.person({ name: 'Марія' });
    const somebody = visitor('Viber', onViber(maria));
    const fields = {
      event: 'message',
      timestamp: 1,
      message_token: '5741311803571721999',
      sender: { id: maria.id, name: 'Марія', language: 'uk' },
      message: { type: 'text', text: '/language' },
    };
    await maria.subscribes();
    await Promise.all([1, 2, 3].map(() => viber.postRaw(JSON.stringify(fields))));
    await somebody.hears(/Оберіть мову/);
    await heardOnce(somebody, /Оберіть мову/);
    expect(viber.offences).toEqual([]);
  });
});
