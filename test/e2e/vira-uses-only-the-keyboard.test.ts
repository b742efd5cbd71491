import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ICAL from 'ical.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../browser/browser.ts';
import { startVistka } from '../vistka.ts';

/** The real program in a real browser, on the screen of a small phone, without a mouse or a finger. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let vistka: Awaited<ReturnType<typeof startVistka>>;
let browser: Browser;
beforeAll(async () => {
  [vistka, browser] = await Promise.all([startVistka({ env: { RATE_LIMIT_PER_MINUTE: '0' } }), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await vistka?.stop();
});

/** Somebody at the keys: every deed is a key, every word is what the page shows. */
async function vira() {
  const context = await browser.newContext({
    locale: 'uk-UA',
    viewport: { width: 360, height: 640 },
    reducedMotion: 'reduce',
    geolocation: { latitude: 48.9, longitude: 24.85 },
    permissions: ['geolocation'],
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(vistka.url)) faults.push(`asked elsewhere: ${new URL(request.url()).host}`);
  });
  await page.goto(`${vistka.url}/chat`);
  let heard = 0;

  const focus = () =>
    page.evaluate<string>(`(() => {
      const at = document.activeElement;
      return at.id === 'field' ? 'field' : (at.getAttribute('aria-label') || at.innerText || at.tagName).trim();
    })()`);
  /** Presses a key until the focus is there. */
  async function until(key: string, there: (where: string) => boolean, what: string): Promise<void> {
    const seen: string[] = [];
    for (let i = 0; i < 250; i++) {
      const where = await focus();
      if (there(where)) return;
      seen.push(where);
      await page.keyboard.press(key);
    }
    throw new Error(`the key ${key} never led to ${what}, but to: ${[...new Set(seen)].join(' | ')}`);
  }
  const toField = () => until('Tab', (where) => where === 'field', 'the field');

  return {
    page,
    faults,
    async types(text: string): Promise<void> {
      await toField();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    },
    /** The newest button or link with that label: backwards from the field. */
    async reaches(label: string | RegExp): Promise<void> {
      await toField();
      const fits = (where: string) => (typeof label === 'string' ? where === label : label.test(where));
      await until('Shift+Tab', fits, String(label));
    },
    async presses(label: string | RegExp): Promise<void> {
      await this.reaches(label);
      await page.keyboard.press('Enter');
    },
    /** The next message of the bot with these words; then nothing may stand in the way of people with disabilities. */
    async hears(words: RegExp): Promise<string> {
      const found = await page.evaluate<{ text: string; next: number }>(`new Promise((resolve, reject) => {
        const said = () => [...document.querySelectorAll('[role=log] [data-from=bot]')].map((part) => part.innerText);
        const look = () => {
          const next = said().findIndex((text, i) => i >= ${heard} && /${words.source}/u.test(text)) + 1;
          if (next > 0) resolve({ text: said()[next - 1], next });
        };
        new MutationObserver(look).observe(document.querySelector('[role=log]'), { childList: true, subtree: true });
        setTimeout(() => reject(new Error(said().slice(${heard}).join('\\n---\\n'))), 15_000);
        look();
      })`);
      heard = found.next;
      await isOpenToAll(page);
      return found.text;
    },
    beginsAnew(): void {
      heard = 0;
    },
  };
}

/** `whole`: the conversation from its beginning; else what is new, with the frame around it. */
async function isOpenToAll(page: Page, whole = false): Promise<void> {
  if (!(await page.evaluate<boolean>('typeof axe === "object"'))) await page.evaluate(axe);
  const where = whole ? 'document' : `{ include: [['header'], ['footer'], ['[role=log] > :nth-last-child(-n + 3)']] }`;
  const rules = `{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }`;
  const found = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    `axe.run(${where}, ${rules}).then((result) => result.violations)`,
  );
  expect(found.map(({ id, nodes }) => [id, nodes.map((node) => node.html + node.failureSummary)])).toEqual([]);
}

it('Vira does all that the bot can by the keyboard alone, at 360×640, and nothing stands in her way', {
  timeout: 90_000,
}, async () => {
  const she = await vira();
  expect(await she.hears(/^Вітаю! Я Вістка/)).toContain('Називати себе не треба');

  await she.types('мені вже два місяці не платять зарплату, що робити?');
  await she.hears(/Де ви працюєте/);
  await she.presses('Польща');
  await she.hears(/Перевірено \d\d\.\d\d\.\d{4}/);
  await she.presses('Усі номери');
  await she.hears(/\+48/);
  await she.reaches(/^\+48[\d ]+$/);

  await she.types('шеф забрав паспорт і не випускає нас');
  expect(await she.hears(/дзвоніть/)).toMatch(/^112/);
  await she.presses('Хтось може заглянути у мій телефон');
  await she.hears(/Як сховати цю розмову/);

  await she.types('/resources');
  await she.hears(/Про що йдеться/);
  await she.presses('На роботі');
  await she.hears(/\+48/);

  await she.types('/library');
  await she.hears(/Де ви або де ваші рідні/);
  await she.presses('Показати, де я');
  expect(await she.hears(/Найближчі бібліотеки/)).toContain('Тисменицька центральна бібліотека');
  await she.presses('Тисменицька центральна бібліотека');
  await she.hears(/Зараз відчинено, до 18:00/);
  await she.reaches(/Показати на карті|Тисменицька центральна бібліотека/);

  await she.presses('Записатися сюди');
  await she.hears(/Це безкоштовно/);
  await she.presses(/\d\d:\d\d \(у вас \d\d:\d\d\)/);
  await she.hears(/Як поговорити/);
  await she.presses('У бібліотеці');
  await she.hears(/Як до вас звертатися/);
  await she.types('Віра');
  expect(await she.hears(/Перевірте/)).toContain('Звертатися: Віра');
  await she.presses('Так, записати');
  await she.hears(/Записано/);
  await she.presses('Додати в календар');
  await she.hears(/Відкрийте файл/);
  await she.reaches(/vistka\.ics/);
  const [download] = await Promise.all([she.page.waitForEvent('download'), she.page.keyboard.press('Enter')]);
  const file = readFileSync((await download.path()) ?? '', 'utf8');
  expect(new ICAL.Component(ICAL.parse(file)).getFirstSubcomponent('vevent')).not.toBeNull();

  await she.page.reload();
  she.beginsAnew();
  await she.hears(/Відкрийте файл/);
  await she.types('/mybookings');
  await she.hears(/за київським часом/);
  await she.presses('Перенести');
  await she.hears(/На який час перенести/);
  await she.presses(/\d\d:\d\d/);
  await she.hears(/Перенесено/);
  await she.presses('Мої записи');
  await she.hears(/за київським часом/);
  await she.presses('Скасувати');
  await she.hears(/Скасувати цей запис/);
  await she.presses('Так, скасувати');
  await she.hears(/Запис скасовано/);

  await she.types('/privacy');
  await she.hears(/Як довго/);
  await she.presses('Показати мої дані');
  await she.hears(/Ось усе/);
  await isOpenToAll(she.page, true);
  await she.presses('Забути мене');
  await she.hears(/Видалити все про вас/);
  await she.presses('Так, забути все');
  she.beginsAnew();
  await she.hears(/Готово: я вас більше не знаю/);
  expect(await she.page.locator('[role=log]').textContent()).not.toContain('Віра');
  expect(she.faults).toEqual([]);
});

it('a link to a library’s consultations leads there at once', async () => {
  const context = await browser.newContext({ locale: 'uk-UA', viewport: { width: 360, height: 640 } });
  const page = await context.newPage();
  await page.goto(`${vistka.url}/chat#book-tysmenytsia-central`);
  await page.getByText('Тисменицька центральна бібліотека').first().waitFor();
  await page
    .getByRole('button', { name: /\d\d:\d\d/ })
    .first()
    .waitFor();
  await context.close();
});
