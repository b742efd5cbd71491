import { join } from 'node:path';
import type { Progress } from './announcements/announcements.ts';
import { remindersOf } from './announcements/dates.ts';
import { createAnnouncements } from './announcements/room.ts';
import { createSubscribers } from './announcements/subscribers.ts';
import { createBookings } from './bookings/book.ts';
import type { Kind } from './bookings/bookings.ts';
import { calendarFile } from './bookings/calendar-file.ts';
import { carryBookings } from './bookings/carry.ts';
import { closeDay, openDay } from './bookings/closures.ts';
import { type FeedWords, readFeed } from './bookings/feeds.ts';
import { createReminders } from './bookings/reminders.ts';
import { sweepBookings } from './bookings/requests.ts';
import { openRoom } from './bookings/room.ts';
import { manyOf, sendOne } from './channels/bulk.ts';
import type { Channel, ChannelDeps } from './channels/channel.ts';
import { outcomeOf } from './channels/errors.ts';
import { mountMedia } from './channels/media.ts';
import { plain } from './channels/text.ts';
import { createWeb, webWords } from './channels/web/index.ts';
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
import { type ChannelPace, createTurns } from './delivery/pace.ts';
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
import { invitationLength } from './staff/invitations.ts';
import { createQuestions } from './staff/questions.ts';
import { can, type Standing } from './staff/roles.ts';
import { createSignOffs } from './staff/sign-offs.ts';
import { createTeam } from './staff/team.ts';
import { createUnanswered } from './staff/unanswered.ts';
import { createWrongNumbers } from './staff/wrong-numbers.ts';
import { holdAlone } from './storage/alone.ts';
import { openDatabase } from './storage/database.ts';
import { sweepEffects } from './storage/effects.ts';
import { createKept } from './storage/kept.ts';
import { openSeal } from './storage/keys.ts';
import { createEmbeddedLeases } from './storage/leases/embedded.ts';
import { createRedisLeases } from './storage/leases/redis.ts';
import { createEmbeddedLimits } from './storage/limits/embedded.ts';
import { createMailbox } from './storage/mailbox.ts';
import { createEmbeddedPace } from './storage/pace/embedded.ts';
import { secretKeys } from './storage/secret-key.ts';
import { createEmbeddedSessions } from './storage/sessions/embedded.ts';
import { createRedisSessions } from './storage/sessions/redis.ts';
import { createTranscripts } from './storage/transcripts.ts';
import { languages, loadTexts } from './texts.ts';

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
 * Builds everything top to bottom, listens, and then begins to talk to the platforms. The only file that knows
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
    if (!config.redisUrl) closers.push(await holdAlone(config.database));
    const database = await openDatabase(config.database);
    closers.push(() => database.close());
    const seal = await openSeal(database, secretKeys(secrets, config.dataDir));
    // What is off isn't loaded: on the smallest machine that is a third of the memory, and half of a start.
    const redis = config.redisUrl ? await (await import('./storage/redis.ts')).connectRedis(config.redisUrl) : null;
    if (redis) closers.push(() => redis.close());
    const ttlMs = config.sessionHours * hourMs;
    const embeddedSessions = redis ? null : createEmbeddedSessions(database, { ttlMs, clock });
    const sessions = redis ? createRedisSessions(redis, { ttlMs }) : (embeddedSessions ?? never());
    const leases = redis ? createRedisLeases(redis) : createEmbeddedLeases(clock);
    const limits = redis
      ? (await import('./storage/limits/redis.ts')).createRedisLimits(redis, clock)
      : createEmbeddedLimits(clock);
    closers.push(() => Promise.all([sessions.close(), leases.close(), limits.close()]));
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
        staff: {
          allowed: team.allowed,
          scopes: async (person) => scopesOf(await team.of(person)),
          approvers: (library) => team.able('approve', library),
          holder: team.holder,
          note: (trx, deed) => record(trx, deed, clock.now()),
        },
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
        turns.replied(channel, recipient);
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
    const pace = redis
      ? (await import('./storage/pace/redis.ts')).createRedisPace(redis, { now: () => performance.now() })
      : createEmbeddedPace({ now: () => performance.now() });
    closers.push(() => pace.close());
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
    const add = (channel: Channel) => channels.set(channel.name, channel);
    if (config.telegram && secrets.telegramToken) {
      const { createTelegram } = await import('./channels/telegram/index.ts');
      add(
        createTelegram(
          {
            token: secrets.telegramToken,
            apiRoot: config.telegram.apiRoot,
            mode: config.telegram.mode,
            webhookUrl: config.publicUrl ? `${config.publicUrl}/webhooks/telegram` : null,
            webhookSecret: secrets.telegramWebhookSecret ?? seal.mark('telegram webhook'),
            commands: introductions(texts),
          },
          deps,
        ),
      );
    }
    if (config.viber && secrets.viberToken && config.publicUrl) {
      const { createViber } = await import('./channels/viber/index.ts');
      add(
        createViber(
          {
            token: secrets.viberToken,
            apiRoot: config.viber.apiRoot,
            publicUrl: config.publicUrl,
            name: config.viber.name,
            avatar: config.viber.avatar,
            files: { seal: (text) => seal.seal(text, 'file'), open: (text) => seal.open(text, 'file') },
          },
          deps,
        ),
      );
    }
    add(
      createWeb(
        {
          sessionHours: config.sessionHours,
          secure: config.publicUrl?.startsWith('https://') ?? false,
          words: Object.fromEntries(
            languages.map((language) => [language, webWords((key) => texts.t(language, `web:${key}`))]),
          ) as Parameters<typeof createWeb>[0]['words'],
          title: config.libraryName ?? texts.t(config.defaultLanguage, 'telegram:name'),
        },
        {
          ...deps,
          transcripts,
          mark: seal.mark,
          // The address itself is stored nowhere; its hash fades with its bucket.
          allowAddress: async (address) =>
            config.rateLimit.perMinute === 0 || (await limits.take(`address:${seal.mark(address)}`, perAddress)).ok,
          urgent: (event) => isUrgent(event, services),
          trustedProxies: config.trustedProxies,
        },
      ),
    );

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
    const sweeper = setInterval(() => void sweep(), hourMs);
    sweeper.unref();
    closers.push(() => clearInterval(sweeper));

    const rereader = setInterval(() => {
      signOffs.refresh().catch((error: unknown) => report.fault('sign-offs', error));
    }, minuteMs);
    rereader.unref();
    closers.push(() => clearInterval(rereader));

    const tender = setInterval(() => {
      bookings.tend().catch((error: unknown) => report.fault('waiting list', error));
    }, minuteMs);
    tender.unref();
    closers.push(() => clearInterval(tender));

    const announcer = setInterval(() => {
      announcements.tend().catch((error: unknown) => report.fault('announcements', error));
    }, secondMs);
    announcer.unref();
    closers.push(() => clearInterval(announcer));

    async function sweep(): Promise<void> {
      try {
        await sweepBookings({ database, clock });
        await transcripts.sweep();
        await sweepEffects(database.db, clock.now());
        await outbox.sweep();
        await questions.sweep();
        await announcements.sweep();
        await unanswered.sweep();
        await joins.sweep();
        await embeddedSessions?.sweep();
        // A web chat can't be come back to once its cookie is gone.
        const cookieDays = Math.ceil(config.sessionHours / 24) + 1;
        for (const person of await people.unseen(['web'], cookieDays, 500)) {
          if ((await bookings.of(person)).length > 0) continue;
          await forget(person);
          await mailbox.forget(person);
        }
      } catch (error) {
        report.fault('sweep', error);
      }
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

/** The bot's commands and descriptions on Telegram, in every language. */
function introductions(texts: ReturnType<typeof loadTexts>) {
  const shown = [
    'menu',
    'ask',
    'sos',
    'resources',
    'library',
    'book',
    'mybookings',
    'subscribe',
    'dates',
    'language',
    'country',
    'librarian',
    'join',
    'privacy',
    'export',
    'forget',
  ];
  const one = (language: (typeof languages)[number]) => ({
    commands: shown.map((command) => ({ command, description: texts.t(language, `telegram:commands.${command}`) })),
    description: texts.t(language, 'telegram:description'),
    shortDescription: texts.t(language, 'telegram:about'),
  });
  return { uk: one('uk'), en: one('en'), pl: one('pl'), ru: one('ru') };
}

/** Telegram asks for no more than a message a second to one chat (core.telegram.org/bots/faq). */
const chatMs = 1_000;

/** How fast the bot itself may start something there. */
function pacesOf({ telegram, viber }: Config): Record<string, ChannelPace> {
  return {
    ...(telegram
      ? {
          telegram: {
            rate: { calls: telegram.messagesPerSecond, perMs: 1_000 },
            chatMs: telegram.messagesPerSecond > 0 ? chatMs : 0,
          },
        }
      : {}),
    ...(viber ? { viber: { rate: { calls: viber.callsPer10s, perMs: 10_000 }, chatMs: 0 } } : {}),
  };
}

/** Whose announcements somebody with these roles may write: the whole network's first. */
function scopesOf(standings: readonly Standing[]): (string | null)[] {
  const scopes = standings.filter((one) => can(one, 'announce', one.library)).map((one) => one.library);
  return [...new Set(scopes)].sort((a, b) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : 1));
}

const limitOf = (person: string) => `person:${person}`;

/** A consultant's calendar is read by a program, so it is in the language of the deployment. */
function wordsOfFeeds(
  { t }: ReturnType<typeof loadTexts>,
  language: (typeof languages)[number],
  kind: (id: string) => Kind | undefined,
): FeedWords {
  return {
    kind: (id) => kind(id)?.name[language] ?? kind(id)?.name.uk ?? id,
    calendar: (consultant) => t(language, 'calendar:title', { consultant }),
    people: (count) => t(language, 'calendar:people', { count }),
    how: (how) => t(language, `book:how.${how}`),
    together: (count) => t(language, 'calendar:together', { count }),
  };
}

function never(): never {
  throw new Error('a channel that is not there');
}
