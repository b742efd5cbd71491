import { fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from '../../src/http/server.ts';
import { mountWall, type WallParts } from '../../src/http/wall.ts';
import type { WallLibrary } from '../../src/http/wall-page.ts';
import { loadTexts } from '../../src/texts.ts';
import { startVistka } from '../vistka.ts';

const texts = loadTexts('locales');
const village: WallLibrary = {
  name: { uk: 'Бібліотека села Нове', en: 'Nove village library' },
  settlement: { uk: 'Нове', en: 'Nove' },
  address: 'вул. Шкільна, 3',
  hours: {
    week: {
      mon: [['09:00', '18:00']],
      tue: [['09:00', '18:00']],
      wed: [
        ['09:00', '13:00'],
        ['14:00', '18:00'],
      ],
      sun: [['10:00', '16:00']],
    },
  },
  demo: false,
};

function wall(library: Partial<WallLibrary> = {}, change: Partial<WallParts> = {}) {
  const { app } = createServer({ host: '127.0.0.1', port: 0, bodyLimitBytes: 1024, log: () => {} });
  mountWall(app, {
    library: (id) => (id === 'nove' ? { ...village, ...library } : undefined),
    links: async (payload) => [
      { channel: 'telegram', url: `https://t.me/vistka_bot?start=${payload}` },
      { channel: 'viber', url: `viber://pa?chatURI=vistka&context=${payload}` },
      { channel: 'web', url: `https://bot.example/chat#${payload}` },
    ],
    publicUrl: 'https://bot.example',
    hereUrl: 'http://localhost:8080',
    t: texts.t,
    defaultLanguage: 'uk',
    ...change,
  });
  return async (path: string) => {
    const answer = await app.request(path);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

/** The addresses that stand on the sheet, in their order. */
const addresses = (page: string) =>
  [...page.matchAll(/<p class="address"><a href="([^"]*)"/g)].map((found) => found[1]?.replaceAll('&amp;', '&'));
const words = (page: string) => page.replace(/<(?:style|svg|head)[\s\S]*?<\/(?:style|svg|head)>|<[^>]*>/g, '');

describe('a library’s wall', () => {
  it('names the library, where it is, when it is open, and the address of each channel', async () => {
    const { status, text } = await wall()('/wall/nove');
    expect(status).toBe(200);
    expect(text).toContain('<html lang="uk">');
    for (const said of ['Бібліотека села Нове', 'Нове, вул. Шкільна, 3', 'безкоштовно', 'дзвоніть\u00a0112'])
      expect(words(text)).toContain(said);
    expect(words(text)).toContain('Відчинено: пн–вт 09:00–18:00; ср 09:00–13:00, 14:00–18:00; нд 10:00–16:00');
    expect(words(text)).toContain('ніколи не просить грошей, паролів чи номера картки');
    expect(words(text)).toContain('t.me/vistka_bot?start=lib-nove');
    expect(words(text)).toContain('bot.example/open/viber/lib-nove');
    expect(addresses(text)).toEqual([
      'https://t.me/vistka_bot?start=lib-nove',
      'https://bot.example/open/viber/lib-nove',
      'https://bot.example/chat#lib-nove',
    ]);
    expect(text.match(/role="img" aria-label="QR-код: /g)).toHaveLength(3);
  });

  it('speaks the language and fills the paper that were asked for, and its own where that is none', async () => {
    const visit = wall();
    for (const [lang, said] of [
      ['en', 'Nove village library'],
      ['pl', 'bot twojej biblioteki'],
      ['ru', 'Настоящий адрес'],
    ] as const) {
      const { text } = await visit(`/wall/nove?lang=${lang}&size=a5`);
      expect(text).toContain(`<html lang="${lang}">`);
      expect(words(text)).toContain(said);
      expect(text).toContain('/wall/assets/a5.css');
    }
    const { text } = await visit('/wall/nove?lang=xx&size=a0');
    expect(text).toContain('<html lang="uk">');
    expect(text).toContain('/wall/assets/a4.css');
  });

  it('is for everybody: kept for an hour, with no cookie, no script, and nothing from elsewhere', async () => {
    for (const path of ['/wall/nove', '/open/viber/lib-nove']) {
      const { headers, text } = await wall()(path);
      expect(headers.get('Cache-Control')).toBe('public, max-age=3600');
      expect(headers.get('Set-Cookie')).toBeNull();
      expect(headers.get('Content-Security-Policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=|(?:src|link [^>]*href)="https?:/);
    }
  });

  it('shows names as names, whatever stands in them', async () => {
    const evil = '"><script>alert(1)</script>&<b onclick=x>';
    const odd = { uk: evil, en: evil };
    const { text } = await wall({ name: odd, settlement: odd, address: evil })('/wall/nove');
    expect(text).not.toMatch(/<script|<b onclick/);
    expect(text.match(/&lt;script&gt;alert\(1\)/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('leaves out hours that are old or made up, and tells the librarian so', async () => {
    const old = await wall({ hours: { week: village.hours?.week ?? {}, as_of: '2016' } })('/wall/nove');
    expect(words(old.text)).not.toContain('Відчинено');
    const demo = await wall({ demo: true })('/wall/nove');
    expect(words(demo.text)).not.toContain('Відчинено');
    expect(words(demo.text)).toContain('поки що вигадані');
    const unknown = await wall({ hours: null, address: null })('/wall/nove');
    expect(unknown.status).toBe(200);
    expect(words(unknown.text)).not.toContain('Відчинено');
  });

  it('says kindly that it knows no such library', async () => {
    for (const path of ['/wall/nowhere', '/wall/%3Cscript%3E', '/wall/..%2f..%2fetc']) {
      const { status, headers, text } = await wall()(path);
      expect(status).toBe(404);
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(words(text)).toContain('Такої бібліотеки я не знаю');
      expect(text).toContain('href="/chat"');
      expect(text).not.toContain('<script');
    }
  });

  it('without an address for the world shows the website only where there is nothing else, and warns', async () => {
    const here = { channel: 'web', url: 'http://localhost:8080/chat#lib-nove' };
    const alone = await wall({}, { publicUrl: null, links: async () => [here] })('/wall/nove');
    expect(addresses(alone.text)).toEqual([here.url]);
    expect(words(alone.text)).toContain('Посилання працюють лише на цьому комп’ютері');
    const links = async (payload: string) => [
      { channel: 'telegram', url: `https://t.me/vistka_bot?start=${payload}` },
      here,
    ];
    const both = await wall({}, { publicUrl: null, links })('/wall/nove');
    expect(addresses(both.text)).toEqual(['https://t.me/vistka_bot?start=lib-nove']);
    expect(words(both.text)).toContain('чату на сайті на плакаті немає');
    expect(words((await wall()('/wall/nove')).text)).not.toContain('PUBLIC_URL');
  });

  it('asks not to print while a platform does not say how the bot is called there, and is not kept', async () => {
    const links = async () => [
      { channel: 'telegram', url: null },
      { channel: 'web', url: 'https://bot.example/chat#lib-nove' },
    ];
    const { headers, text } = await wall({}, { links })('/wall/nove');
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(words(text)).toContain('Зараз не вдалося дізнатися адресу бота: Telegram');
    expect(addresses(text)).toEqual(['https://bot.example/chat#lib-nove']);
  });

  it('has its styles from here, and only those', async () => {
    const visit = wall();
    for (const name of ['sheet', 'a4', 'a5']) {
      const { status, headers } = await visit(`/wall/assets/${name}.css`);
      expect(status).toBe(200);
      expect(headers.get('Content-Type')).toBe('text/css; charset=utf-8');
    }
    expect((await visit('/wall/assets/wall.ts')).status).toBe(404);
    expect((await visit('/wall/assets/..%2fwall.ts')).status).toBe(404);
  });
});

describe('the page that opens an app', () => {
  it('has one large button that does so, and the web chat for who has no such app', async () => {
    const { status, text } = await wall()('/open/viber/lib-nove');
    expect(status).toBe(200);
    expect(text).toContain('<a class="button" href="viber://pa?chatURI=vistka&amp;context=lib-nove">');
    expect(words(text)).toContain('Відкрити Viber');
    expect(text).toContain('href="/chat#lib-nove"');
  });

  it('hands on letters, digits, - and _ alone, to channels that are on and need it', async () => {
    const visit = wall();
    const long = 'a'.repeat(65);
    for (const path of [
      '/open/viber/lib-nove%22%3E%3Cscript%3E',
      '/open/viber/lib-nove&text=hello',
      '/open/viber/https:%2f%2fevil.example',
      '/open/viber/lib%0d%0aLocation:x',
      '/open/viber/%D0%BB%D1%96%D0%B1',
      '/open/viber/lib%20nove',
      `/open/viber/${long}`,
      '/open/telegram/lib-nove',
      '/open/web/lib-nove',
      '/open/constructor/lib-nove',
      '/open/javascript:alert(1)/lib-nove',
      '/open/evil.example/lib-nove',
    ]) {
      const { status, headers, text } = await visit(path);
      expect(`${path} ${status}`).toBe(`${path} 404`);
      expect(headers.get('Location')).toBeNull();
      expect(text).not.toMatch(/viber:|evil\.example|<script|javascript:/);
      expect(words(text)).toContain('Тут нічого немає');
    }
    expect((await visit('/open/viber/')).status).toBe(404);
    expect((await visit(`/open/viber/${'a'.repeat(64)}`)).status).toBe(200);
  });
});

it('an app whose platform does not answer just now is for later, and the chat is there meanwhile', async () => {
  const links = async () => [{ channel: 'viber', url: null }];
  const { status, headers, text } = await wall({}, { links })('/open/viber/lib-nove');
  expect(status).toBe(503);
  expect(headers.get('Cache-Control')).toBe('no-store');
  expect(words(text)).toContain('Viber зараз не відповідає');
  expect(text).toContain('href="/chat"');
});

describe('the wall of the program as it starts', () => {
  let vistka: Awaited<ReturnType<typeof startVistka>>;
  beforeAll(async () => {
    vistka = await startVistka();
  });
  afterAll(() => vistka.stop());

  it('needs no configuration: it shows the web chat of this machine', async () => {
    const answer = await fetch(`${vistka.url}/wall/tysmenytsia-central`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Set-Cookie')).toBeNull();
    const page = await answer.text();
    expect(addresses(page)).toEqual([`http://localhost:${vistka.config.port}/chat#lib-tysmenytsia-central`]);
    expect((await fetch(`${vistka.url}/open/viber/lib-tysmenytsia-central`)).status).toBe(404);
  });
});
