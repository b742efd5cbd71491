import { Hono } from 'hono';
import ICAL from 'ical.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFeed, type FeedWords, readFeed, revokeFeed } from '../../src/bookings/feeds.ts';
import { confirmBooking } from '../../src/bookings/requests.ts';
import { mountCalendar } from '../../src/http/calendar.ts';
import { engines, freshDatabase } from '../engines.ts';
import { everything, openPost, type Post } from './post.ts';

const words: FeedWords = {
  kind: (id) => `Kind ${id}`,
  calendar: (consultant) => `Vistka: ${consultant}`,
  people: (count) => `${count} people`,
  how: (how) => how,
  together: (count) => `with ${count}`,
};

describe.each(engines)('a consultant’s calendar, on %s', (engine) => {
  let post: Post;
  let drop: () => Promise<void>;
  let app: Hono;

  beforeEach(async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    post = await openPost(fresh.database);
    app = new Hono();
    mountCalendar(app, (secret) => readFeed(post, secret, words));
  });
  afterEach(() => drop());

  const address = async () => {
    const secret = await createFeed(post, 'village/librarian');
    if (secret === null) throw new Error('no such consultant');
    return `/calendar/${secret}.ics`;
  };
  const events = async (path: string) => {
    const calendar = new ICAL.Component(ICAL.parse(await (await app.request(path)).text()));
    return calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
  };

  it('shows kind and first name alone, no number and no surname, at the right time', async () => {
    const path = await address();
    await post.booked({ name: 'Оксана Петренко', how: 'phone', phone: '+380671234567' });
    await post.booked({ kind: 'quiet', name: 'Hidden', wall: '2026-12-04T10:00' });
    await post.booked({ name: '0671234567', wall: '2026-12-04T11:00' });
    await post.booked({ library: 'town', wall: '2026-12-03T10:00', name: 'Other' });
    const shown = await events(path);
    expect(shown.map((event) => event.summary)).toEqual(['Kind talk, Оксана', 'Kind quiet', 'Kind talk']);
    expect(shown[0]?.startDate.toString()).toBe('2026-12-03T15:00:00');
    expect(shown[0]?.startDate.zone.tzid).toBe('Europe/Kyiv');
    const text = await (await app.request(path)).text();
    expect(text).not.toMatch(/Петренко|67123|Hidden|Other/);
    expect(text).toContain('STATUS:TENTATIVE');
  });

  it('follows moves, cancellations and confirmations under the same UID, and counts relatives', async () => {
    const path = await address();
    const booking = await post.booked({ person: 'daughter' });
    const code = await post.invited('daughter', booking.id);
    await post.bookings.family.join({ person: 'mother', code, language: 'uk' });
    const [before] = await events(path);
    expect(before?.description).toContain('with 1');
    const { etag: first } = Object.fromEntries((await app.request(path)).headers);
    await post.bookings.move({ eventId: 'm', person: 'daughter', booking: booking.id, wall: '2026-12-04T10:00' });
    const [after] = await events(path);
    expect(after?.uid).toBe(before?.uid);
    expect(Number(after?.sequence)).toBeGreaterThan(Number(before?.sequence));
    expect(after?.startDate.toString()).toBe('2026-12-04T10:00:00');
    expect((await app.request(path)).headers.get('etag')).not.toBe(first);
    const asked = await post.booked({ kind: 'quiet', wall: '2026-12-04T11:00' });
    await confirmBooking(post.room, asked.id);
    expect(await (await app.request(path)).text()).not.toContain('TENTATIVE');
    await post.bookings.cancel({ eventId: 'c', person: 'daughter', booking: booking.id });
    expect(await events(path)).toHaveLength(1);
  });

  it('shows a group as one, with how many come', async () => {
    const path = await address();
    for (const name of ['A', 'B', 'C']) await post.booked({ kind: 'club', wall: '2026-12-05T11:00', name });
    expect((await events(path)).map((event) => event.summary)).toEqual(['Kind club, 3 people']);
  });

  it('is not sent again to a program that has it, and changes no byte by itself', async () => {
    const path = await address();
    await post.booked();
    const response = await app.request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const etag = response.headers.get('etag') ?? '';
    post.clock.time += 60_000;
    expect((await app.request(path, { headers: { 'If-None-Match': `"other", W/${etag}` } })).status).toBe(304);
    expect((await app.request(path, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });

  it('is there for who has the address: guessed, revoked or replaced, it is nothing', async () => {
    const path = await address();
    const secret = path.slice('/calendar/'.length, -4);
    expect((await everything(post.database)).includes(secret)).toBe(false);
    const nothing = async (at: string) => expect((await app.request(at)).status, at).toBe(404);
    await nothing('/calendar/village/librarian.ics');
    await nothing('/calendar/.ics');
    await nothing(`/calendar/${'A'.repeat(32)}.ics`);
    await nothing(path.slice(0, -4));
    const next = await address();
    await nothing(path);
    expect((await app.request(next)).status).toBe(200);
    expect(await revokeFeed(post, 'village/librarian')).toBe(true);
    expect(await revokeFeed(post, 'village/librarian')).toBe(false);
    await nothing(next);
    expect(await createFeed(post, 'village/nobody')).toBeNull();
  });

  it('is an empty calendar while nothing is booked, and has a zone for both halves of the year', async () => {
    const path = await address();
    expect(await events(path)).toEqual([]);
    post.clock.time = Date.parse('2027-03-20T10:00Z');
    await post.booked({ wall: '2027-03-26T10:00' });
    await post.booked({ wall: '2027-03-29T10:00' });
    const times = (await events(path)).map((event) => event.startDate.toJSDate().toISOString());
    expect(times).toEqual(['2027-03-26T08:00:00.000Z', '2027-03-29T07:00:00.000Z']);
  });
});
