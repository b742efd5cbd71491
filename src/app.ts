import { join } from 'node:path';
import type { Progress } from './announcements/announcements.ts';
import { remindersOf } from './announcements/dates.ts';
import { createAnnouncements } from './announcements/room.ts';
import { createSubscribers } from './announcements/subscribers.ts';
import { openChannels, pacesOf } from './app/channels.ts';
import { openStores } from './app/stores.ts';
import { wordsOfFeeds } from './app/words.ts';
import { createBookings } from './bookings/book.ts';
import { calendarFile } from './bookings/calendar-file.ts';
import { carryBookings } from './bookings/carry.ts';
import { closeDay, openDay } from './bookings/closures.ts';
import { readFeed } from './bookings/feeds.ts';
import { createReminders } from './bookings/reminders.ts';
import { sweepBookings } from './bookings/requests.ts';
import { openRoom } from './bookings/room.ts';
import { manyOf, sendOne } from './channels/bulk.ts';
import type { Channel, ChannelDeps } from './channels/channel.ts';
import { outcomeOf } from './channels/errors.ts';
import { mountMedia } from './channels/media.ts';
import { plain } from './channels/text.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config, Secrets } from './config.ts';
import { createBulletins, type Words } from './conversation/bulletins.ts';
import { createApply } from './conversation/effects.ts';
import type { Event } from './conversation/event.ts';
import { type Services, zoneOf } from './conversation/flow.ts';
import { createInbox, type InboxLimits } from './conversation/inbox.ts';
import { createNotices, createProgressWords } from './conversation/notices.ts';
import type { Reply } from './conversation/reply.ts';
import { isUrgent } from './conversation/turn.ts';
import { createAbandoned } from './delivery/abandoned.ts';
import { createBulk } from './delivery/bulk.ts';
import { carryMessages } from './delivery/carry.ts';
import { createDispatcher, type Due, type Prepared } from './delivery/dispatcher.ts';
import { createOutbox } from './delivery/outbox.ts';
import { createTurns } from './delivery/pace.ts';
import { quietEdges } from './delivery/quiet-hours.ts';
import { channelPauseMs } from './delivery/retry.ts';
import { mountCalendar } from './http/calendar.ts';
import { mountHealth } from './http/health.ts';
import { createMetrics, listenForMetrics, mountMetrics } from './http/metrics.ts';
import { createServer } from './http/server.ts';
import { mountWall } from './http/wall.ts';
import { loadKnowledge } from './knowledge/load.ts';
import { signedText } from './knowledge/signed-text.ts';
import { createDirectory } from './libraries/directory.ts';
import { loadPlaces } from './libraries/load.ts';
import { openState } from './libraries/opening-hours.ts';
import { createLinker } from './links.ts';
import { readCode } from './people/codes.ts';
import { createJoins, joinCodeLength } from './people/joins.ts';
import { createPeople } from './people/people.ts';
import { toE164 } from './people/phone.ts';
import { createReport } from './report.ts';
import { record } from './staff/audit.ts';
import { deskOf } from './staff/desk.ts';
import { invitationLength } from './staff/invitations.ts';
import { createQuestions } from './staff/questions.ts';
import { createSignOffs } from './staff/sign-offs.ts';
import { createTeam } from './staff/team.ts';
import { createUnanswered } from './staff/unanswered.ts';
import { createWrongNumbers } from './staff/wrong-numbers.ts';
import { sweepEffects } from './storage/effects.ts';
import { createKept } from './storage/kept.ts';
import { createMailbox } from './storage/mailbox.ts';
import { createTranscripts } from './storage/transcripts.ts';
import { loadTexts } from './texts.ts';

export type App = {
  /** Where the web chat is, for a person on this machine. */
  readonly address: string;
  /** Ends gracefully: no new updates, those in hand finished, stores closed. A second call waits for the first. */
  stop(): Promise<void>;
};

/** The only door for tests. */
export type Overrides = {
  clock?: Clock;
  write?: (logLine: string) => void;
  inbox?: Partial<InboxLimits>;
};

const bodyLimitBytes = 256 * 1024;
const hourMs = 3_600_000;
const minuteMs = 60_000;
const secondMs = 1_000;
/** Messages of one address to the web chat: a library's computers share one, so it is generous. */
const perAddress = { burst: 120, perMinute: 120 };

/**
 * Builds everything top to bottom, listens, and then begins to talk to the platforms. Together with app/ the only place that knows
 * everything.
 * @throws ContentError, NotAlone, or the error of a store or a port that can't be had
 */
export async function startApp(config: Config, secrets: Secrets, overrides: Overrides = {}): Promise<App> {
  const clock = overrides.clock ?? systemClock(config.clockOffsetMs);
  const metrics = createMetrics();
  const report = createReport({
    level: config.logLevel,
    count: metrics.count,
    ...(overrides.write ? { write: overrides.write } : {}),
  });
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const stopAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };

  try {
    // What it says and knows.
    const texts = loadTexts(config.localesDir);
    const kept = createKept(join(config.dataDir, 'kept'));
    const knowledge = loadKnowledge(config.contentDir, kept);
    const { libraries, gazetteer } = loadPlaces(config.contentDir, { demo: config.demo }, kept);
    const directory = createDirectory(libraries, gazetteer);

    // What it remembers.
    const { database, seal, redis, sessions, leases, limits, pace, sweepSessions } = await openStores(
      { config, secrets, clock },
      closers,
    );
    const people = createPeople({ database, seal, clock });
    if (secrets.oldKey) await people.reseal();
    const outbox = createOutbox({ database, seal, clock });
    const reminders = createReminders({
      outbox,
      quietHours: config.quietHours,
      zoneOf: async (person) => zoneOf(await people.profile(person), knowledge),
    });
    const bookings = await createBookings({
      ...{ database, seal, clock, reminders },
      contentDir: config.contentDir,
      demo: config.demo,
    });
    const transcripts = createTranscripts({ database, seal, clock, ttlHours: config.sessionHours });
    const mailbox = createMailbox(database, clock);
    const signOffs = await createSignOffs(database.db);
    const team = createTeam({ database, seal, clock });
    if (secrets.oldKey) await team.reseal();
    const questions = createQuestions({ database, seal, clock, outbox });
    const unanswered = createUnanswered({ database, seal, clock });
    const subscribers = createSubscribers({ database, seal, clock });
    const joins = createJoins({
      ...{ database, seal, clock, people },
      carries: [carryBookings, questions.carry, team.carry, subscribers.carry, carryMessages],
    });
    const linksOf = createLinker(config, secrets);
    const linksOfChannels = async (payload: string) =>
      Object.entries(await linksOf(payload)).flatMap(([channel, url]) =>
        channels.has(channel) ? [{ channel, url }] : [],
      );

    const roomOf = () => openRoom({ database, seal, clock, reminders, contentDir: config.contentDir });
    const noteClosing = (
      what: 'close day' | 'open day',
      { staff, library, day }: { staff: string; library: string; day: string },
    ) => record(database.db, { staff, what, about: day, library }, clock.now());

    // How it talks.
    const channels = new Map<string, Channel>();
    const announcements = createAnnouncements(
      {
        ...{ database, seal, clock, outbox },
        staff: deskOf(team, (trx, deed) => record(trx, deed, clock.now())),
        librariesIn: (oblast) => directory.inOblast(oblast).map(({ id }) => id),
        charged: (channel) => channels.get(channel)?.capabilities.charged ?? false,
        prices: config.viber?.prices ?? {},
        approvalAbove: config.approvalAbove,
        zoneOf: async (person) => zoneOf(await people.profile(person), knowledge),
      },
      showProgress,
    );
    const services: Services = {
      knowledge,
      directory,
      ...{ bookings, joins, team, questions, subscribers, announcements },
      dateReminders: remindersOf,
      quietHours: config.quietHours,
      async closeDay({ staff, ...order }) {
        const outcome = await closeDay(await roomOf(), order);
        if (outcome.outcome !== 'past') await noteClosing('close day', { staff, ...order });
        return outcome;
      },
      async openDay(order) {
        if (await openDay({ database }, order.library, order.day)) await noteClosing('open day', order);
      },
      async links(payload) {
        return (await linksOfChannels(payload)).flatMap(({ channel, url }) => (url === null ? [] : [{ channel, url }]));
      },
      wall: (library) => (config.publicUrl?.startsWith('https://') ? `${config.publicUrl}/wall/${library}` : null),
      readCode: (text, kind) => readCode(text, kind === 'join' ? joinCodeLength : invitationLength),
      ...texts,
      previews: (reply) =>
        [...channels.values()].map(({ name, preview }) => ({ channel: name, messages: preview(reply) })),
      async fetchFile(channel, file) {
        try {
          const fetched = await channels.get(channel)?.fetchFile?.(file);
          if (!fetched) return null;
          const kind = fetched.mime === 'application/pdf' ? 'file' : 'picture';
          const content = Buffer.from(fetched.content).toString('base64');
          return {
            kind,
            name: file.name ?? (kind === 'file' ? 'document.pdf' : 'picture'),
            mime: fetched.mime,
            content,
          };
        } catch {
          // Whatever is wrong with it, the person is asked for another.
          report.count('files_not_fetched', { channel });
          return null;
        }
      },
      openState,
      signOff: (article, language) => signOffs.under(article.id, language, () => signedText(article, language) ?? ''),
      plain,
      calendarFile,
      phone: toE164,
      channel: (name) => channels.get(name)?.capabilities ?? never(),
      allow: (person) => limits.take(limitOf(person), config.rateLimit),
      channelsOf: async (person) => [...new Set((await people.reach(person)).map((account) => account.channel))],
      libraryName: config.libraryName,
      sessionHours: config.sessionHours,
      defaultLanguage: config.defaultLanguage,
      sessionsDown: false,
    };
    /** One message of theirs that changes, where their messenger lets it; elsewhere they ask, and are told the end. */
    async function showProgress(person: string, progress: Progress, shown: string | null): Promise<string | null> {
      const changing = (await people.reach(person)).filter(({ channel }) => channels.get(channel)?.edit);
      const at = shown === null ? null : (JSON.parse(shown) as { channel: string; receipt: string });
      const account = at ? changing.find(({ channel }) => channel === at.channel) : changing[0];
      const channel = account && channels.get(account.channel);
      if (!account || !channel) return null;
      const words = await progressWords(person, progress);
      // In the middle of thousands one call out of turn would be refused, and stop them all for a second.
      await turns.replying(account.channel, account.sender);
      if (at) await channel.edit?.(account.sender, at.receipt, words);
      const receipt = at?.receipt ?? (await channel.send(account.sender, words));
      return receipt === null ? null : JSON.stringify({ channel: account.channel, receipt });
    }
    const progressWords = createProgressWords({ services, profile: people.profile });
    /** They can't be reached there any more; without another way to them, they are told nothing until they come back. */
    async function departed(person: string, channel: string): Promise<void> {
      await people.stopped(person, channel);
      if ((await people.reach(person)).length === 0) await subscribers.left(person);
    }
    /** Everywhere but in the mailbox, which the inbox empties when the farewell has been said. */
    async function forget(person: string): Promise<void> {
      await forgetRooms(person);
      for (const account of await people.reach(person)) {
        if (account.channel === 'web') await transcripts.forget(account.sender);
      }
      await sessions.forget(person);
      await limits.forget(limitOf(person));
      await people.forget(person);
      // Once more: another chat may just have been joined to this person, and have brought something with it.
      await forgetRooms(person);
    }
    async function forgetRooms(person: string): Promise<void> {
      await bookings.forget(person);
      await questions.forget(person);
      await team.forget(person);
      await subscribers.forget(person);
      await outbox.forget(person);
    }

    const inbox = createInbox({
      people,
      mailbox,
      sessions,
      leases,
      seal,
      services,
      async deliver(channel, recipient, reply) {
        await turns.replying(channel, recipient);
        const outcome = await outcomeOf((channels.get(channel) ?? never()).send(recipient, reply));
        if (outcome.outcome === 'later' && outcome.limited) paused(channel, outcome.afterMs);
        return outcome;
      },
      apply: createApply({
        database,
        people: { ...people, stopped: departed },
        unanswered,
        wrongNumber: createWrongNumbers({ database, outbox, clock }),
        clock,
      }),
      clear: async (channel, sender) => channels.get(channel)?.clear?.(sender),
      async forget(person: string, event: Event) {
        // Where the talk itself is ours to delete, it goes too.
        if (event.channel === 'web') await channels.get('web')?.clear?.(event.sender);
        await forget(person);
      },
      clock,
      report,
      ...(overrides.inbox ? { limits: overrides.inbox } : {}),
    });

    // What it says of its own accord.
    const notices = createNotices({
      services,
      profile: people.profile,
      quietUntil: (at, zone) => quietEdges(at, zone, config.quietHours)?.after ?? null,
    });
    const alone = redis === null;
    const abandoned = createAbandoned({ database, clock, alone, report });
    const turns = createTurns(pace, pacesOf(config));
    /** What a platform asks of one process, all obey; a long pause is meant for one person. */
    const paused = (channel: string, ms: number) => {
      const everybodys = channelPauseMs({ afterMs: ms, limited: true });
      if (everybodys > 0) void turns.hold(channel, everybodys);
    };
    const dispatcher = createDispatcher<Reply>({
      ...{ database, seal, clock, report, alone, abandoned, turns },
      async prepare({ person, payload }: Due): Promise<Prepared<Reply>> {
        const said = await notices(person, payload, clock.now());
        if (said === null) return { do: 'drop' };
        if ('waitUntil' in said) return { do: 'wait', until: said.waitUntil };
        const reachable = await people.reach(person);
        return { do: 'send', words: said.say, to: reachable.filter(({ channel }) => channels.has(channel)) };
      },
      send: (channel, sender, reply) => outcomeOf((channels.get(channel) ?? never()).send(sender, reply)),
      gone: departed,
    });
    const bulletins = createBulletins({
      services,
      async several(wanted) {
        const known = await people.several(wanted);
        return new Map(
          [...known].map(([person, { profile, reach }]) => [
            person,
            { profile, reach: reach.filter(({ channel }) => channels.has(channel)) },
          ]),
        );
      },
      quietUntil: (at, zone, quiet) => quietEdges(at, zone, quiet)?.after ?? null,
    });
    const bulk = createBulk<Words>({
      ...{ database, seal, clock, report, abandoned, turns },
      jobs: announcements.jobs,
      prepare: (dues) => bulletins(dues, clock.now()),
      one: (channel, sender, words, edit) => sendOne(channels.get(channel) ?? never(), sender, words, edit),
      many: (channel) => manyOf(channels.get(channel) ?? never()),
      gone: departed,
      trouble: (group, { why }) => announcements.trouble(group, why),
    });
    outbox.onPut(() => {
      dispatcher.wake();
      bulk.wake();
    });

    const server = createServer({ host: config.host, port: config.port, bodyLimitBytes, log: report.log });
    const deps: ChannelDeps = {
      ...{ accept: inbox.accept, welcome: inbox.welcome, clock, report },
      media: announcements.media,
      paused,
    };
    await openChannels(channels, { config, secrets, texts, seal }, deps, {
      transcripts,
      mark: seal.mark,
      // The address itself is stored nowhere; its hash fades with its bucket.
      allowAddress: async (address) =>
        config.rateLimit.perMinute === 0 || (await limits.take(`address:${seal.mark(address)}`, perAddress)).ok,
      urgent: (event) => isUrgent(event, services),
      trustedProxies: config.trustedProxies,
    });

    server.app.get('/', (c) => c.redirect('/chat', 302));
    for (const channel of channels.values()) channel.routes(server.app);
    const feedWords = wordsOfFeeds(texts, config.defaultLanguage, bookings.kind);
    mountMedia(server.app, announcements.media);
    mountCalendar(server.app, (secret) => readFeed({ database, seal, clock }, secret, feedWords));
    mountWall(server.app, {
      library: directory.get,
      links: linksOfChannels,
      publicUrl: config.publicUrl,
      hereUrl: `http://localhost:${config.port}`,
      t: texts.t,
      defaultLanguage: config.defaultLanguage,
    });
    mountHealth(server.app, {
      async stores() {
        await database.db.selectFrom('people').select('id').limit(1).execute();
        return {
          sql: { ok: true },
          ...(redis ? { redis: { ok: redis.ready, problem: redis.ready ? null : 'no answer' } } : {}),
        };
      },
      content: () => ({ ok: true, libraries: directory.all().length }),
      channels: () => Object.fromEntries([...channels.values()].map((channel) => [channel.name, channel.health()])),
      now: () => clock.now(),
    });
    mountMetrics(server.app, metrics);

    // Listening first: a platform may call back at once.
    const { url } = await server.listen();
    closers.push(() => inbox.stop());
    closers.push(() => Promise.all([server.close(), ...[...channels.values()].map((channel) => channel.stop())]));
    if (config.metricsPort !== null) {
      const metricsServer = await listenForMetrics(metrics, config.host, config.metricsPort);
      closers.push(() => metricsServer.close());
    }
    for (const channel of channels.values()) channel.start();
    inbox.start();
    dispatcher.start();
    bulk.start();
    closers.push(() => Promise.all([dispatcher.stop(), bulk.stop()]));
    // The index of place names is made by the first question; nobody should wait for it.
    setImmediate(() => directory.findPlace('-'));
    closers.push(
      every(hourMs, sweep),
      every(minuteMs, () => signOffs.refresh(), 'sign-offs'),
      every(minuteMs, () => bookings.tend(), 'waiting list'),
      every(secondMs, () => announcements.tend(), 'announcements'),
    );

    async function sweep(): Promise<void> {
      await sweepBookings({ database, clock });
      await transcripts.sweep();
      await sweepEffects(database.db, clock.now());
      await outbox.sweep();
      await questions.sweep();
      await announcements.sweep();
      await unanswered.sweep();
      await joins.sweep();
      await sweepSessions?.();
      // A web chat can't be come back to once its cookie is gone.
      const cookieDays = Math.ceil(config.sessionHours / 24) + 1;
      for (const person of await people.unseen(['web'], cookieDays, 500)) {
        if ((await bookings.of(person)).length > 0) continue;
        await forget(person);
        await mailbox.forget(person);
      }
    }

    /** @returns its end */
    function every(ms: number, chore: () => Promise<unknown>, name = 'sweep'): () => void {
      const timer = setInterval(() => void chore().catch((error: unknown) => report.fault(name, error)), ms);
      timer.unref();
      return () => clearInterval(timer);
    }

    let stopping: Promise<void> | null = null;
    return {
      address: url,
      stop() {
        stopping ??= stopAll();
        return stopping;
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

const limitOf = (person: string) => `person:${person}`;

function never(): never {
  throw new Error('a channel that is not there');
}
