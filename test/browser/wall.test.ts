import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import jsQR from 'jsqr';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startVistka } from '../vistka.ts';
import { openBrowser } from './browser.ts';

/** The poster as it leaves a printer, and as a phone's camera reads it. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const site = 'https://vistka.biblioteka-tysmenytsia.example';
const pixelsPerMm = 96 / 25.4;
let browser: Browser;
let vistka: Awaited<ReturnType<typeof startVistka>>;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  [vistka, browser] = await Promise.all([
    startVistka({ telegram: 'polling', viber: true, env: { PUBLIC_URL: site, DEMO: '0' } }),
    openBrowser(),
  ]);
  page = await browser.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => faults.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(vistka.url)) faults.push(`asked elsewhere: ${request.url()}`);
  });
});
afterAll(async () => {
  await browser?.close();
  await vistka?.stop();
});

const papers = { a4: { width: 210, height: 297, margin: 12 }, a5: { width: 148, height: 210, margin: 10 } } as const;
type Paper = keyof typeof papers;

/** Opens the sheet as the printer gets it: without what is for the screen, as wide and high as the paper lets it be. */
async function lay(library: string, size: Paper, language = 'uk'): Promise<void> {
  const { width, height, margin } = papers[size];
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({
    width: Math.floor((width - 2 * margin) * pixelsPerMm),
    height: Math.floor((height - 2 * margin) * pixelsPerMm),
  });
  await page.goto(`${vistka.url}/wall/${library}?size=${size}&lang=${language}`);
}

/** What a camera sees of each code, one after the other. */
async function readCodes(): Promise<string[]> {
  const reader = await browser.newPage();
  const read: string[] = [];
  for (const code of await page.locator('svg.code').all()) {
    const picture = (await code.screenshot()).toString('base64');
    const { data, width, height } = await reader.evaluate<{
      data: string;
      width: number;
      height: number;
    }>(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${picture}';
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
      let text = '';
      for (const byte of data) text += String.fromCharCode(byte);
      return { data: btoa(text), width, height };
    })()`);
    read.push(jsQR.default(new Uint8ClampedArray(Buffer.from(data, 'base64')), width, height)?.data ?? 'nothing');
  }
  await reader.close();
  return read;
}

test.each(['a4', 'a5'] as const)('a camera reads the same addresses from %s as people do', async (size) => {
  await lay('tysmenytsia-central', size);
  const codes = await readCodes();
  expect(codes).toEqual([
    'https://t.me/vistka_test_bot?start=lib-tysmenytsia-central',
    `${site}/open/viber/lib-tysmenytsia-central`,
    `${site}/chat#lib-tysmenytsia-central`,
  ]);
  const letters = await page.locator('.address').allTextContents();
  expect(letters.map((text) => `https://${text.replace(/\s/g, '')}`)).toEqual(codes);
  // A square of less than half a millimetre is too small for cheap ink and old cameras.
  for (const code of await page.locator('svg.code').all()) {
    const squares = Number((await code.getAttribute('viewBox'))?.split(' ')[2]);
    expect(((await code.boundingBox())?.width ?? 0) / pixelsPerMm / squares).toBeGreaterThan(0.5);
  }
});

const widest = ['dnipro-ounb', 'sumy-ounb', 'kyiv-suziria', 'ivano-frankivsk-ounb', 'tysmenytsia-central'];

test.each(['a4', 'a5'] as const)('%s is one page in every language, whole to its edges', async (size) => {
  const { width, height } = papers[size];
  for (const library of widest) {
    for (const language of ['uk', 'en', 'pl', 'ru']) {
      await lay(library, size, language);
      expect(await page.locator('.staff').isVisible()).toBe(false);
      const [over, below] = await page.evaluate<[number, number]>(`[
        document.documentElement.scrollWidth - innerWidth,
        document.querySelector('main').getBoundingClientRect().bottom - innerHeight,
      ]`);
      expect(over, `${library} ${language}`).toBeLessThanOrEqual(0);
      expect(below, `${library} ${language}`).toBeLessThanOrEqual(0);
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(pdf.match(/\/Type \/Page\b/g), `${library} ${language}`).toHaveLength(1);
      const [, right, top] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
      expect(Math.round((Number(right) / 72) * 25.4)).toBe(width);
      expect(Math.round((Number(top) / 72) * 25.4)).toBe(height);
    }
  }
});

test.each([
  ['/wall/tysmenytsia-central', 1280, 900],
  ['/wall/sumy-ounb?size=a5&lang=pl', 1280, 900],
  ['/wall/tysmenytsia-central', 360, 640],
  ['/open/viber/lib-tysmenytsia-central', 360, 640],
  ['/wall/nowhere', 360, 640],
])('nothing on %s at %i×%i stands in the way of people with disabilities', async (path, width, height) => {
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width, height });
  faults.length = 0;
  await page.goto(`${vistka.url}${path}`);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.evaluate(axe);
  const found = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => r.violations)`,
  );
  expect(found.map(({ id, nodes }) => [id, nodes.map((node) => node.html + node.failureSummary)])).toEqual([]);
  expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
});

test('a librarian chooses paper and language by links, above the sheet', async () => {
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(`${vistka.url}/wall/tysmenytsia-central`);
  const size = () => page.locator('.staff [aria-current]').first().textContent();
  expect(await size()).toBe('A4');
  await page.getByRole('link', { name: 'A5' }).click();
  expect(await size()).toBe('A5');
  await page.getByRole('link', { name: 'English' }).click();
  expect(await size()).toBe('A5');
  expect(await page.locator('h2').textContent()).toBe('Tysmenytsia Central Library');
});
