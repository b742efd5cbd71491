import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { crc32, deflateSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pdf } from '../channels/samples.ts';
import { openBrowser } from './browser.ts';
import { createHarness, loadWords } from './web-harness.ts';

const words = loadWords();
/** A picture that is wider than any phone. */
const wide = picture(2000, 40);
const open: { close(): Promise<void> }[] = [];
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(() => browser?.close());

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) {
    await thing.close();
  }
});

/** A grey PNG. */
function picture(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height, 120);
  for (let row = 0; row < height; row++) rows[row * (width + 1)] = 0;
  const magic = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    magic,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The chat as one reader sees it, who has been welcomed; `reader` is how theirs differs from a quiet Ukrainian browser. */
async function visit(
  reader: BrowserContextOptions = {},
  options: Parameters<typeof createHarness>[0] = {},
  path = '/chat',
) {
  const harness = createHarness(options);
  const { url } = await harness.server.listen();
  open.push(harness.server);
  const context = await browser.newContext({ locale: 'uk-UA', reducedMotion: 'reduce', ...reader });
  open.push(context);
  const page = await context.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  context.on('request', (request) => requests.push(request.url()));
  await page.goto(url + path);
  await bot(page).first().waitFor();
  return { ...harness, url, page, context, faults, requests };
}

const bot = (page: Page) => page.locator('[role=log] [data-from=bot]');
const person = (page: Page) => page.locator('[role=log] [data-from=person]');
// biome-ignore lint/performance/useDomNodeTextContent: what the person sees, line by line, is the point
const shown = (part: Locator) => part.innerText();
const focused = (page: Page) =>
  page.evaluate<string>('document.activeElement.textContent || document.activeElement.id');

async function say(page: Page, text: string) {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('textbox').press('Enter');
}

test('a person who uses no mouse has the whole conversation, and the focus stays where they put it', async () => {
  const { page, events, faults } = await visit();
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe(words.uk.skip);
  await page.keyboard.press('Enter');
  expect(await focused(page)).toBe('field');
  await page.keyboard.type('Вже два місяці не платять');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('Що робити?');
  await page.keyboard.press('Enter');
  await bot(page).nth(1).waitFor();
  expect(await focused(page)).toBe('field');
  // Backwards from the field stand the newest choices, the last one first.
  await page.keyboard.press('Shift+Tab');
  expect(await focused(page)).toBe('Меню');
  await page.keyboard.press('Shift+Tab');
  expect(await focused(page)).toBe('Поговорити з юристом');
  await page.keyboard.press('Enter');
  await bot(page).nth(2).waitFor();
  expect(await focused(page)).toBe('Поговорити з юристом');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toContain('.ics');
  expect(events.map((event) => event.kind)).toEqual(['started', 'text', 'choice']);
  expect(events[1]).toMatchObject({ text: 'Вже два місяці не платять\nЩо робити?' });
  expect(faults).toEqual([]);
});

test('a screen reader finds a log, a named field and named buttons, and hears who speaks', async () => {
  const { page } = await visit();
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  expect(await page.getByRole('log', { name: words.uk.log }).count()).toBe(1);
  expect(await page.getByRole('textbox', { name: words.uk.field }).count()).toBe(1);
  expect(await page.getByRole('textbox').count()).toBe(1);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Вістка');
  expect(await page.getByRole('button', { name: words.uk.danger }).first().getAttribute('data-action')).toBe('sos');
  expect(await page.getByRole('group', { name: words.uk.choices }).count()).toBe(2);
  expect(await page.locator('[role=log] button:not([data-action])').count()).toBe(0);
  expect(await bot(page).first().getAttribute('data-who')).toBe(words.uk.bot);
  expect(await bot(page).first().getAttribute('lang')).toBe('uk');
  const tree = await page.getByRole('log').ariaSnapshot();
  expect(tree).toContain('button "Поговорити з юристом"');
  expect(tree).toContain(`link "Сайт інспекції ${words.uk.newTab}"`);
  const site = page.getByRole('link', { name: 'Сайт інспекції' });
  expect(await site.getAttribute('rel')).toContain('noreferrer');
  expect(await site.getAttribute('target')).toBe('_blank');
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

test.each([
  ['light', 1280, 800],
  ['dark', 1280, 800],
  ['light', 360, 640],
  ['dark', 360, 640],
] as const)('nothing stands in the way of people with disabilities: %s, %i×%i', async (colorScheme, width, height) => {
  const { page, context } = await visit({ colorScheme, viewport: { width, height } });
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  await page.locator('#danger').click();
  await bot(page).nth(2).waitFor();
  await page.locator('[data-action="library:open"]').last().click();
  await page.locator('[data-action="book:open"]').last().click();
  await bot(page).nth(4).waitFor();
  await context.setOffline(true);
  await say(page, 'Чи відчинено завтра?');
  await page.getByText(words.uk.unsent).waitFor();
  await page.evaluate(axe);
  const found = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => r.violations)`,
  );
  expect(found.map(({ id, nodes }) => [id, nodes.map((node) => node.html + node.failureSummary)])).toEqual([]);
});

test('what is pressed is at least 48 pixels high', async () => {
  const { page } = await visit({ viewport: { width: 360, height: 640 } });
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  for (const button of await page.locator('button:visible, .row a').all()) {
    const box = await button.boundingBox();
    expect(box?.height, (await button.textContent()) ?? '').toBeGreaterThanOrEqual(48);
  }
});

test('a number to call is as large to the thumb as a button, and never covers the next', async () => {
  const text = '[112](tel:112): перше\n[116 006](tel:116006): друге\n[+380 44 284 19 15](tel:+380442841915): третє';
  const { page } = await visit({ viewport: { width: 360, height: 640 } }, { answer: () => [{ text }] });
  const numbers = page.locator('[role=log] a[href^="tel:"]');
  expect(await numbers.count()).toBe(3);
  let end = 0;
  for (const number of await numbers.all()) {
    const box = await number.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(48);
    expect(box?.width).toBeGreaterThanOrEqual(48);
    expect(box?.y).toBeGreaterThanOrEqual(end);
    end = (box?.y ?? 0) + (box?.height ?? 0);
  }
});

test.each([
  ['a small old phone', 360, 640],
  ['the same enlarged to 200 %', 180, 320],
  ['a library computer', 1280, 800],
])('nothing is cut off sideways on %s', async (_, width, height) => {
  const { page, web, events } = await visit({ viewport: { width, height } });
  await say(page, `Не платять ${'ж'.repeat(300)}`);
  await bot(page).nth(1).waitFor();
  await web.send(events[0]?.sender ?? '', { text: 'Як вас звати?', rows: [[{ label: 'ж'.repeat(64), action: 'x' }]] });
  await bot(page).nth(2).waitFor();
  await page.locator('[data-action="book:open"]').last().click();
  await page.locator('.file').waitFor();
  const overflow = await page.evaluate<string[]>(
    `[...document.querySelectorAll('body *')].filter((e) => !e.closest('.unseen') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML)`,
  );
  expect(overflow).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  expect((await page.locator('#danger').boundingBox())?.y).toBeGreaterThanOrEqual(0);
});

test('a message written without a connection arrives once it is back, and so do those that came meanwhile', async () => {
  const { page, context, events, web } = await visit();
  await context.setOffline(true);
  await say(page, 'Не платять');
  await page.getByText(words.uk.unsent).waitFor();
  await page.getByText(words.uk.waiting).waitFor();
  expect(events.filter((event) => event.kind === 'text')).toEqual([]);
  await web.send(events[0]?.sender ?? '', { text: 'Нагадую про завтра' });
  await context.setOffline(false);
  await page.getByText('Вам мають заплатити').waitFor();
  await page.getByText('Нагадую про завтра').waitFor();
  await page.getByText(words.uk.unsent).waitFor({ state: 'detached' });
  expect(await person(page).count()).toBe(1);
  expect(events.filter((event) => event.kind === 'text')).toHaveLength(1);
});

test('a restart of the server costs the person nothing', async () => {
  const { page, server, url, transcripts } = await visit();
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  await server.close();
  await say(page, 'Ви ще тут?');
  await page.getByText(words.uk.waiting).waitFor();
  const again = createHarness({ port: Number(new URL(url).port), transcripts });
  await again.server.listen();
  open.push(again.server);
  await bot(page).nth(2).waitFor();
  await page.getByText(words.uk.unsent).waitFor({ state: 'detached' });
  expect(await person(page).count()).toBe(2);
  expect(again.events).toMatchObject([{ kind: 'text', text: 'Ви ще тут?' }]);
});

test('a reload brings the conversation back and greets nobody twice', async () => {
  const { page, events } = await visit();
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  const before = await shown(page.getByRole('log'));
  await page.reload();
  await bot(page).nth(1).waitFor();
  expect(await shown(page.getByRole('log'))).toBe(before);
  expect(events.map((event) => event.kind)).toEqual(['started', 'text']);
  await page.locator('[data-action=sos]').last().click();
  await page.getByText('просто зараз').waitFor();
});

test('two open tabs show the same conversation', async () => {
  const { page, context, url } = await visit();
  const second = await context.newPage();
  await second.goto(`${url}/chat`);
  await bot(second).first().waitFor();
  await say(page, 'Не платять');
  await bot(second).nth(1).waitFor();
  expect(await shown(second.getByRole('log'))).toBe(await shown(page.getByRole('log')));
});

test('a link to one library opens there, once', async () => {
  const { page, events } = await visit({}, {}, '/chat#book-tysmenytsia');
  await page.getByText('book-tysmenytsia').waitFor();
  expect(page.url()).not.toContain('#');
  await page.reload();
  await bot(page).first().waitFor();
  await page.evaluate("location.hash = 'a-unpaid-wages'");
  await page.getByText('a-unpaid-wages').waitFor();
  expect(events.map((event) => event.kind === 'started' && event.payload)).toEqual([
    'book-tysmenytsia',
    'a-unpaid-wages',
  ]);
});

test('the page asks nobody but the library’s own server for anything', async () => {
  const { page, url, requests } = await visit();
  await say(page, 'Не платять');
  await page.locator('[data-action="library:open"]').last().click();
  await page.locator('[data-ask=place]').waitFor();
  expect(requests.length).toBeGreaterThan(5);
  expect(requests.filter((request) => !request.startsWith(`${url}/`))).toEqual([]);
});

test('what a person writes is shown as they wrote it and never runs', async () => {
  const attacks = [
    '<img src=x onerror="window.hacked=1">',
    '<script>window.hacked=1</script>',
    '[click](javascript:window.hacked=1)',
    '"><svg onload=window.hacked=1>',
    '**bold** [x](https://evil.example)',
  ];
  const { page, context } = await visit(
    {},
    {
      answer: (event) => [
        { text: event.kind === 'text' ? event.text : 'Вітаю', rows: [[{ label: '<b>x</b>', action: 'x' }]] },
      ],
    },
  );
  for (const [index, attack] of attacks.entries()) {
    await say(page, attack);
    await bot(page)
      .nth(index + 1)
      .waitFor();
  }
  await page.reload();
  await bot(page).nth(attacks.length).waitFor();
  expect(await person(page).allInnerTexts()).toEqual(attacks);
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(await page.locator('[role=log] img, [role=log] script, [role=log] svg, [role=log] b').count()).toBe(0);
  expect(await page.locator('[role=log] a[href^="javascript:"]').count()).toBe(0);
  expect(context.pages()).toHaveLength(1);
});

test.each(['button', 'keyboard'])('leaving in a hurry leaves nothing behind: %s', async (way) => {
  const { page, context, transcripts, url } = await visit();
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  if (way === 'button') {
    await page.locator('#leave').click();
  } else {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  }
  await page.waitForURL('about:blank');
  expect(await context.cookies(url)).toEqual([]);
  expect(transcripts.chats.size).toBe(0);
  await page.goto(`${url}/chat`);
  await bot(page).first().waitFor();
  expect(await person(page).count()).toBe(0);
});

test('leaving without a connection is made good on the next visit, before anything is shown', async () => {
  const { page, context, url } = await visit();
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  await context.setOffline(true);
  await page.locator('#leave').click();
  await page.waitForURL('about:blank');
  await context.setOffline(false);
  await page.goto(`${url}/chat`);
  await bot(page).first().waitFor();
  expect(await shown(page.getByRole('log'))).not.toContain('платять');
});

test('the danger button is there from the first moment and after a long conversation', async () => {
  const { page, events } = await visit({ viewport: { width: 360, height: 640 } });
  for (const index of [1, 2, 3]) {
    await say(page, 'Не платять');
    await bot(page).nth(index).waitFor();
  }
  await page.locator('#danger').click();
  await page.getByText('просто зараз').waitFor();
  expect(events.at(-1)).toMatchObject({ kind: 'choice', action: 'sos' });
  const number = page.locator('[role=log] a[href="tel:112"]');
  expect((await shown(bot(page).last())).split('\n')[0]).toMatch(/^112/);
  const box = await number.boundingBox();
  expect(box?.y).toBeGreaterThan(60);
  expect(box?.y).toBeLessThan(500);
});

test('a place is shared by one tap, no more exactly than it takes', async () => {
  const { page, events } = await visit({
    geolocation: { latitude: 48.901234, longitude: 24.851789 },
    permissions: ['geolocation'],
  });
  await page.locator('[data-action="library:open"]').last().click();
  await page.locator('[data-ask=place]').click();
  await page.getByText('вул. Галицька, 32').waitFor();
  expect(events.at(-1)).toMatchObject({ kind: 'place', lat: 48.901, lon: 24.852 });
  expect(await shown(person(page).last())).toBe(words.uk.myPlace);
  expect(await page.getByRole('link', { name: words.uk.map }).getAttribute('href')).toContain('openstreetmap.org');
});

test('a person who refuses to share a place is told what to write instead', async () => {
  const { page } = await visit();
  await page.locator('[data-action="library:open"]').last().click();
  await page.locator('[data-ask=place]').click();
  await page.getByText(words.uk.noPlace).waitFor();
});

test('the page goes on in the language that the conversation goes on in, also after a reload', async () => {
  const { page } = await visit();
  await page.locator('[data-action="language:en"]').click();
  await page.getByRole('button', { name: words.en.danger }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.getByRole('textbox', { name: words.en.field }).count()).toBe(1);
  await page.reload();
  await page.getByRole('button', { name: words.en.send }).waitFor();
  expect(await bot(page).first().getAttribute('lang')).toBe('uk');
});

test('a text that is too long stays in the field, and the person is asked to split it', async () => {
  const { page, events } = await visit();
  await say(page, 'я'.repeat(4001));
  await page.getByText(words.uk.tooLong).waitFor();
  expect((await page.getByRole('textbox').inputValue()).length).toBe(4001);
  expect(events).toHaveLength(1);
});

test('someone over the limit reads why, and the message is kept', async () => {
  let limited = false;
  const { page } = await visit({}, { deps: { allowAddress: async () => !limited } });
  limited = true;
  await say(page, 'Не платять');
  await page.getByText(words.uk.tooMany).waitFor();
  await page.getByText(words.uk.unsent).waitFor();
});

test('a file is saved under its name', async () => {
  const { page } = await visit();
  await page.locator('[data-action="book:open"]').last().click();
  const saving = page.waitForEvent('download');
  await page.locator('.file').click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('Вістка 3 грудня.ics');
  expect(readFileSync(await saved.path(), 'utf8')).toContain('BEGIN:VCALENDAR');
});

test('a shaky double tap is one tap', async () => {
  const { page, events } = await visit();
  await page.locator('[data-action="ask:open"]').first().dblclick();
  await bot(page).nth(1).waitFor();
  await say(page, 'Не платять');
  await bot(page).nth(2).waitFor();
  expect(events.map((event) => event.kind)).toEqual(['started', 'choice', 'text']);
});

test('a deleted conversation disappears from the screen as well', async () => {
  const { page, transcripts, web, events } = await visit();
  await say(page, 'Не платять');
  await bot(page).nth(1).waitFor();
  const chat = events[0]?.sender ?? '';
  await transcripts.forget(chat);
  await web.send(chat, { text: 'Усе стерто.' });
  await page.getByText('Усе стерто.').waitFor();
  expect(await person(page).count()).toBe(0);
  expect(await bot(page).count()).toBe(1);
});

test('without JavaScript the page says what to do', async () => {
  const harness = createHarness();
  const { url } = await harness.server.listen();
  open.push(harness.server);
  const context = await browser.newContext({ locale: 'uk-UA', javaScriptEnabled: false });
  open.push(context);
  const page = await context.newPage();
  await page.goto(`${url}/chat`);
  expect(await page.locator('noscript').textContent()).toBe(words.uk.noScript);
});

test('a picture of an announcement is seen, has its name for who does not see it, and never stands out of the page', async () => {
  const poster = { id: 'a-picture-of-the-club', name: 'Афіша клубу.png', mime: 'image/png' };
  const terms = { id: 'the-terms-of-a-grant', name: 'Умови.pdf', mime: 'application/pdf' };
  const kept = new Map([
    [poster.id, { ...poster, content: wide }],
    [terms.id, { ...terms, content: pdf }],
  ]);
  const { page, web, events, faults } = await visit(
    { viewport: { width: 360, height: 640 } },
    { media: async (id) => kept.get(id) ?? null },
  );
  const chat = events[0]?.sender ?? '';
  await web.send(chat, { text: 'Клуб у суботу', picture: poster });
  await web.send(chat, { text: 'Конкурс', file: terms });
  const shownPicture = page.getByRole('img', { name: poster.name });
  await shownPicture.scrollIntoViewIfNeeded();
  await expect.poll(() => page.evaluate<number>('document.querySelector(".picture").naturalWidth')).toBe(2000);
  expect((await shownPicture.boundingBox())?.width).toBeLessThanOrEqual(360);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  const link = page.getByRole('link', { name: terms.name });
  expect(await link.getAttribute('href')).toBe(`/media/${terms.id}/file.pdf`);
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  expect(download.suggestedFilename()).toMatch(/\.pdf$/);
  expect(faults).toEqual([]);
});

test('a message whose words change stays where it stands, now and after a reload', async () => {
  const { page, web, events } = await visit();
  const chat = events[0]?.sender ?? '';
  const receipt =
    (await web.send(chat, { text: 'Надіслано 1 з 300', rows: [[{ label: 'Пауза', action: 'x:1' }]] })) ?? '';
  await web.send(chat, { text: 'Інше повідомлення' });
  await bot(page).getByText('Інше повідомлення').waitFor();
  const before = await bot(page).count();
  await web.edit?.(chat, receipt, { text: 'Надіслано 300 з 300' });
  await bot(page).getByText('Надіслано 300 з 300').waitFor();
  const texts = async () => (await bot(page).allInnerTexts()).map((text) => text.trim());
  const expected = (all: string[]) => {
    expect(all).toHaveLength(before);
    expect(all.at(-2)).toContain('Надіслано 300 з 300');
    expect(all.at(-1)).toContain('Інше повідомлення');
    expect(all.join()).not.toContain('Надіслано 1 з 300');
  };
  expected(await texts());
  expect(await page.getByRole('button', { name: 'Пауза' }).count()).toBe(0);
  await page.reload();
  await bot(page).getByText('Інше повідомлення').waitFor();
  await expect.poll(async () => (await texts()).length).toBe(before);
  expected(await texts());
});
