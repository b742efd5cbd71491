import type { Announcement, Announcements, State } from './announcements.ts';
import { createDates } from './dates.ts';
import { createDrafts } from './drafts.ts';
import { dayMs, type Newsroom, shown } from './newsroom.ts';
import { createSchedule, type Schedule, type ShowProgress } from './schedule.ts';
import { rowById } from './store.ts';

/** The whole room: what staff and people may ask of it, and what it does by itself. */
export type AnnouncementsRoom = Announcements &
  Omit<Schedule, 'progress'> & {
    /** A photo or a document of an announcement; null: there is none any more. */
    media(id: string): Promise<{ name: string; mime: string; content: Uint8Array } | null>;
  };

const isGoing = (state: State) => state === 'sending' || state === 'paused';

/** Shown in a list. */
const listed = 8;
const overFor = 30 * dayMs;

/** Makes the room; begins nothing. */
export function createAnnouncements(room: Newsroom, show: ShowProgress): AnnouncementsRoom {
  const { db } = room.database;
  const dates = createDates(room);
  const drafts = createDrafts(room);
  /** What people follow or have read changes with what is going on. */
  async function changedTo(announcement: Announcement | null): Promise<Announcement | null> {
    const row = announcement && isGoing(announcement.state) ? await rowById(db, announcement.id) : undefined;
    if (row) await (row.corrects === null ? dates.moved(row) : dates.mend(row));
    return announcement;
  }
  return {
    ...drafts,
    async change(person, no, change) {
      const changed = await drafts.change(person, no, change);
      // Of an announcement itself only a new date has consequences.
      return change.date === undefined && changed?.corrects === null ? changed : changedTo(changed);
    },
    attach: async (person, no, file) => {
      const changed = await drafts.attach(person, no, file);
      return changed?.corrects === null ? changed : changedTo(changed);
    },
    ...dates,
    ...createSchedule(room, dates, show),
    async list(person): Promise<readonly Announcement[]> {
      const scopes = await room.staff.scopes(person);
      if (scopes.length === 0) return [];
      const rows = await db
        .selectFrom('announcements')
        .selectAll()
        .where('state', '!=', 'dropped')
        .where((where) => where.or([where('done_at', 'is', null), where('done_at', '>', room.clock.now() - overFor)]))
        // A network's people see all; others those of their libraries.
        .$if(!scopes.includes(null), (query) =>
          query.where(
            'library',
            'in',
            scopes.filter((library) => library !== null),
          ),
        )
        // What goes on or waits for somebody is never hidden by what others have only begun to write, or by what is over.
        .orderBy((order) =>
          order
            .case()
            .when('state', 'in', ['approving', 'scheduled', 'sending', 'paused'])
            .then(0)
            .when('state', '=', 'draft')
            .then(1)
            .else(2)
            .end(),
        )
        .orderBy('no', 'desc')
        .limit(listed)
        .execute();
      return Promise.all(rows.map((row) => shown(room, row)));
    },
    async media(id) {
      const row = await db.selectFrom('attachments').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) return null;
      return { name: row.name, mime: row.mime, content: Buffer.from(row.content, 'base64') };
    },
  };
}
