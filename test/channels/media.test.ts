import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import type { StoredMedia } from '../../src/channels/channel.ts';
import { BadPayload } from '../../src/channels/errors.ts';
import { contentOf, kindOf, mediaPath, mountMedia } from '../../src/channels/media.ts';
import { jpeg, media, pdf, png } from './samples.ts';

const id = '0190b3c4-0000-7000-8000-000000000001';

function fetching(stored: StoredMedia | null, path = `/media/${id}/x.jpg`, init: RequestInit = {}) {
  const asked: string[] = [];
  const app = new Hono();
  mountMedia(app, async (wanted) => {
    asked.push(wanted);
    return wanted === id ? stored : null;
  });
  return { asked, response: Promise.resolve(app.request(path, init)) };
}

describe('the address of a picture', () => {
  test('ends as its kind of file does, in letters that stand in every address', () => {
    expect(mediaPath({ id, name: 'Афіша клубу.JPEG', mime: 'image/jpeg' })).toBe(`/media/${id}/file.jpg`);
    expect(mediaPath({ id, name: 'Grant 2026 (a).pdf', mime: 'application/pdf' })).toBe(
      `/media/${id}/Grant-2026-a.pdf`,
    );
    expect(mediaPath({ id, name: '../../etc/passwd', mime: 'image/png' })).toBe(`/media/${id}/etc-passwd.png`);
  });

  test.each(['1', '', 'a/../../b', 'x'.repeat(65), 'чужий-ідентифікатор'])('is not made of %j', (bad) => {
    expect(() => mediaPath({ id: bad, name: 'x', mime: 'image/png' })).toThrow(BadPayload);
  });

  test.each([
    ['image/jpeg', jpeg, 'inline'],
    ['image/png', png, 'inline'],
    ['application/pdf', pdf, 'attachment'],
  ])('serves a %s that nothing can make into a page', async (mime, content, shown) => {
    const { headers, ...response } = await fetching({ name: 'Афіша "клубу"\r\n.x', mime, content }).response.then(
      async (one) => ({ headers: one.headers, status: one.status, body: Buffer.from(await one.arrayBuffer()) }),
    );
    expect(response).toEqual({ status: 200, body: content });
    expect(headers.get('Content-Type')).toBe(mime);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Content-Security-Policy')).toContain('sandbox');
    expect(headers.get('Content-Disposition')).toMatch(
      new RegExp(`^${shown}; filename="[\\w.-]+"; filename\\*=UTF-8''[\\w%.-]+$`),
    );
    expect(headers.get('Cache-Control')).toContain('public');
  });

  test('serves by what the bytes are, whatever was stored beside them', async () => {
    const page = { name: 'x.jpg', mime: 'image/jpeg', content: Buffer.from('<script>alert(1)</script>') };
    expect((await fetching(page).response).status).toBe(404);
    const response = await fetching({ name: 'x.html', mime: 'text/html', content: png }).response;
    expect(response.headers.get('Content-Type')).toBe('image/png');
  });

  test('is 404 for what there is not, and asks the store for no odd name', async () => {
    expect((await fetching(null).response).status).toBe(404);
    const odd = fetching(null, '/media/..%2f..%2fetc/passwd');
    expect((await odd.response).status).toBe(404);
    expect(odd.asked).toEqual([]);
    expect((await fetching({ name: 'x', mime: '', content: png }, undefined, { method: 'POST' }).response).status).toBe(
      404,
    );
  });
});

test('bytes are known by their beginning, however short they are', () => {
  expect([jpeg, png, pdf].map(kindOf)).toEqual(['image/jpeg', 'image/png', 'application/pdf']);
  for (const content of [Buffer.alloc(0), Buffer.from([0xff, 0xd8]), Buffer.from('<svg/>'), Buffer.from('GIF89a')]) {
    expect(kindOf(content)).toBeNull();
  }
});

test('a picture that was stored and read again is loaded by its name', async () => {
  const { id: kept, name, mime } = media(png);
  const load = async (wanted: string) => (wanted === kept ? { name, mime, content: png } : null);
  expect(await contentOf({ id: kept, name, mime }, load)).toEqual(png);
  await expect(contentOf({ id: 'another-one-of-them', name, mime }, load)).rejects.toThrow(BadPayload);
  await expect(contentOf({ id: kept, name, mime }, undefined)).rejects.toThrow(BadPayload);
  await expect(contentOf(media(Buffer.from('<html>')), undefined)).rejects.toThrow(BadPayload);
});
