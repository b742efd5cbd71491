import type { Announcement, Confirmed, Reach } from '../../../announcements/announcements.ts';
import { languages } from '../../../texts.ts';
import { wordsFor } from '../../announcement-words.ts';
import { isoDayOf } from '../../clock-words.ts';
import type { Preview, Reader, Told, Turn } from '../../flow.ts';
import type { Reply } from '../../reply.ts';
import type { Step } from '../../session.ts';
import { timeMeant } from '../../typed.ts';
import { packed, unpacked, whenWords } from '../book.ts';
import { asRead, open, opened } from './card.ts';
import { notThere } from './list.ts';
import {
  allAndMenu,
  amount,
  asking,
  backTo,
  button,
  channelName,
  euros,
  first,
  goesTo,
  lines,
  paragraphs,
  screen,
  stand,
  zone,
} from './parts.ts';
import { clock } from './progress.ts';

/** From looking at it once more to the second tap, the minute in which it can be taken back, and what comes after. */

// ---------------------------------------------------------------- as it will look

/** The real message in this chat, and what it is on the other ways to people. */
export async function look(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (!found) return notThere(turn);
  const reply = asRead(found, turn);
  const all = turn.services.previews(reply);
  const here = all.find(({ channel }) => channel === turn.event.channel)?.messages;
  const others = all.filter(({ channel }) => channel !== turn.event.channel);
  const text = paragraphs(
    lines(turn.t('announce:looksHere'), here ? countsOf(here, turn) : ''),
    ...others.map(({ channel, messages }) => elsewhere(channel, messages, here, turn)),
  );
  const rows =
    found.state === 'draft'
      ? [[button('announce:test', `test:${no}`, turn)], [button('announce:send', `when:${no}`, turn)], backTo(no, turn)]
      : [backTo(no, turn)];
  return { replies: [reply, { text, rows }], at: null };
}

function countsOf(messages: readonly Preview[], turn: Turn): string {
  const buttons = messages.reduce((all, message) => all + message.buttons.flat().length, 0);
  return `${turn.t('announce:messages', { count: messages.length })}, ${turn.t('announce:buttons', { count: buttons })}.`;
}

/** Its words only where they are not those that stand above already. */
function elsewhere(
  channel: string,
  messages: readonly Preview[],
  here: readonly Preview[] | undefined,
  turn: Turn,
): string {
  const words = (all: readonly Preview[]) => all.map(({ text }) => text.trim()).join('\n');
  const head = `**${channelName(channel, turn)}.** ${countsOf(messages, turn)}`;
  if (here && words(here) === words(messages)) return `${head} ${turn.t('announce:sameWords')}`;
  const { plain } = turn.services;
  const shown = messages.map(({ text, buttons }) =>
    lines(plain(text.trim()), ...buttons.map((row) => plain(row.map((label) => `[${label}]`).join(' ')))),
  );
  return paragraphs(head, ...shown);
}

/** One for every language in which it is written. */
export async function test(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (!found) return notThere(turn);
  const written = languages.filter((language) => found.content.words[language] !== undefined);
  const replies = written.map((language): Reply => {
    const reader = {
      ...turn,
      language,
      t: (key: string, values?: Record<string, string | number>) => turn.services.t(language, key, values),
    };
    return asRead(found, reader);
  });
  const rows = [[button('announce:send', `when:${no}`, turn)], backTo(no, turn)];
  return { replies: [...replies, { text: turn.t('announce:tested', { count: replies.length }), rows }], at: null };
}

// ---------------------------------------------------------------- when

const minuteMs = 60_000;
/** A button for a time that is nearer is no help. */
const aheadMs = 10 * minuteMs;

export async function askWhen(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (!found) return notThere(turn);
  if (found.state !== 'draft') return open(no, turn);
  const offers = [
    { key: 'announce:todayAt', wall: wallOf(turn.now, 0, '18:00') },
    { key: 'announce:tomorrowAt', wall: wallOf(turn.now, 1, '10:00') },
  ].filter(({ wall }) => instantOf(wall) > turn.now + aheadMs);
  return asking(
    turn.t('announce:askWhen'),
    [
      [button('announce:now', `at:${no}:now`, turn)],
      ...offers.map(({ key, wall }) => [button(key, `at:${no}:${packed(wall)}`, turn)]),
      backTo(no, turn),
    ],
    'when',
    { no: String(no) },
  );
}

function wallOf(now: number, days: number, time: string): string {
  return `${Temporal.PlainDate.from(isoDayOf(now, zone)).add({ days })}T${time}`;
}

function instantOf(wall: string): number {
  return Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).epochMilliseconds;
}

export async function hearWhen(text: string, step: Step, turn: Turn): Promise<Told> {
  const no = Number(step.told.no);
  const when = timeMeant(text, zone, turn);
  const day = when?.days?.from;
  if (!when || (when.days && when.days.from !== when.days.to) || when.at === null) {
    return first(turn.t('announce:whenUnknown'), await askWhen(no, turn));
  }
  const time = `${String(Math.floor(when.at / 60) % 24).padStart(2, '0')}:${String(when.at % 60).padStart(2, '0')}`;
  // An hour without a day is the next one.
  const today = wallOf(turn.now, 0, time);
  const wall = day !== undefined ? `${day}T${time}` : instantOf(today) > turn.now ? today : wallOf(turn.now, 1, time);
  if (instantOf(wall) <= turn.now) return first(turn.t('announce:whenPast'), await askWhen(no, turn));
  return summary(no, packed(wall), turn);
}

// ---------------------------------------------------------------- the second tap

/** More people than this are typed back, so that it is no slip of a finger. */
const typedAbove = 50;

/** @param at a packed wall time, or `now` */
export async function summary(no: number, at: string, turn: Turn): Promise<Told> {
  const { t, person, services, language } = turn;
  const found = await services.announcements.find(person, no);
  const reach = await services.announcements.reach(person, no);
  if (!found || !reach) return notThere(turn);
  if (found.state !== 'draft') return open(no, turn);
  if (reach.people === 0) return nobody(found, turn);
  const text = paragraphs(
    `**${t('announce:check')}**`,
    lines(
      goesTo(reach.people, turn),
      Object.entries(reach.channels)
        .map(([channel, count]) => `${channelName(channel, turn)}: ${amount(count, language)}`)
        .join(', '),
      otherLanguageLine(reach, turn),
      costLine(reach, turn),
      t('announce:beginsAt', {
        when: at === 'now' ? t('announce:rightNow') : whenWords(instantOf(unpacked(at) ?? ''), zone, turn),
      }),
      t('announce:quiet'),
    ),
    reach.people > typedAbove ? t('announce:typeBack', { n: String(reach.people) }) : '',
  );
  const told = { no: String(no), version: String(found.version), people: String(reach.people), at };
  const yes = button('announce:yesSend', `yes:${no}:${found.version}:${reach.people}:${at}`, turn);
  const rows = [
    ...(reach.people > typedAbove ? [] : [[yes]]),
    [button('announce:otherTime', `when:${no}`, turn)],
    backTo(no, turn),
  ];
  return {
    replies: [asRead(found, turn), { text, rows }],
    at: { flow: 'announce', step: reach.people > typedAbove ? 'count' : 'sure', told },
  };
}

function otherLanguageLine({ otherLanguage }: Reach, { t, services, language }: Reader): string {
  const others = languages.flatMap((one) => {
    const count = otherLanguage[one] ?? 0;
    return count > 0 ? [`${services.t(one, 'language:name')} (${amount(count, language)})`] : [];
  });
  return others.length === 0 ? '' : t('announce:otherLanguage', { languages: others.join(', ') });
}

function costLine({ charged: { messages, euro } }: Reach, { t, language }: Reader): string {
  if (messages === 0) return t('announce:free');
  const values = { count: messages, n: amount(messages, language) };
  return euro === null
    ? t('announce:costUnknown', values)
    : t('announce:cost', { ...values, sum: euros(euro, language) });
}

/** The tap under the summary. More people than a tap may reach are shown the summary again. */
export async function tapped({ told }: Step, turn: Turn): Promise<Told> {
  if (Number(told.people) > typedAbove) return summary(Number(told.no), told.at ?? 'now', turn);
  return confirm(told, turn);
}

/** The number that was typed back. */
export async function hearCount(text: string, { told }: Step, turn: Turn): Promise<Told> {
  const no = Number(told.no);
  const digits = text.replace(/[\s.,\u00a0\u202f]/g, '');
  const typed = /^\d{1,9}$/.test(digits) ? Number(digits) : null;
  if (typed === Number(told.people)) return confirm(told, turn);
  return {
    replies: [
      {
        text: turn.t('announce:typedWrong', { n: told.people ?? '' }),
        rows: [[button('announce:otherTime', `when:${no}`, turn)], backTo(no, turn)],
      },
    ],
  };
}

async function confirm(told: Step['told'], turn: Turn): Promise<Told> {
  const { person, services } = turn;
  const { no, version, people: count, at = 'now' } = told;
  const wall = unpacked(at);
  const done = await services.announcements.confirm({
    ...{ person, no: Number(no), version: Number(version), people: Number(count) },
    at: wall === null ? null : instantOf(wall),
  });
  return confirmed(done, Number(no), at, turn);
}

async function confirmed(done: Confirmed, no: number, at: string, turn: Turn): Promise<Told> {
  const { t } = turn;
  const undo = [button('announce:undo', `undo:${no}`, turn)];
  switch (done.outcome) {
    case 'scheduled': {
      const soon = done.dueAt - turn.now <= minuteMs + 5_000;
      const text = soon
        ? t('announce:startsSoon', { time: clock(done.dueAt, turn) })
        : lines(t('announce:startsAt', { when: whenWords(done.dueAt, zone, turn) }), t('announce:undoUntil'));
      return screen(text, [undo, [button('announce:refresh', `open:${no}`, turn)], allAndMenu(turn)]);
    }
    case 'approving':
      return screen(approvalWords(done.people, done.approvers, turn), [
        ...(done.approvers === 0 ? [[{ label: t('announce:inviteAdmin'), action: 'team:new:admin:-' }]] : []),
        undo,
        allAndMenu(turn),
      ]);
    case 'changed':
      return first(t('announce:countChanged'), await summary(no, at, turn));
    case 'nobody':
      return summary(no, at, turn);
    case 'limit':
      return screen(t('announce:limit', { count: done.limit }), [backTo(no, turn)]);
    case 'unfinished':
      return screen(t('announce:unfinished'), [[button('announce:texts', `texts:${no}`, turn)], backTo(no, turn)]);
    case 'too-late':
      return screen(t('announce:tooLate'), [
        [button('announce:date', `date:${no}`, turn), button('announce:otherTime', `when:${no}`, turn)],
        backTo(no, turn),
      ]);
    case 'not-now':
      return first(t('announce:notNow'), await open(no, turn));
  }
}

function approvalWords(count: number, approvers: number, turn: Turn): string {
  const { t } = turn;
  return paragraphs(
    lines(goesTo(count, turn), t('announce:needsApproval')),
    approvers === 0 ? t('announce:noApprover') : t('announce:approversAsked', { count: approvers }),
  );
}

function nobody({ no, corrects }: Announcement, turn: Turn): Told {
  const { t } = turn;
  if (corrects !== null) return screen(t('announce:nobodyGot', { no: corrects }), [backTo(no, turn)]);
  const change = [button('announce:to', `to:${no}`, turn), button('announce:topic', `topic:${no}`, turn)];
  return screen(t('announce:nobody'), [change, backTo(no, turn)]);
}

// ---------------------------------------------------------------- afterwards

export async function undo(no: number, turn: Turn): Promise<Told> {
  const undone = await turn.services.announcements.undo(turn.person, no);
  return first(turn.t(undone ? 'announce:undone' : 'announce:undoneNot'), await open(no, turn));
}

export async function pause(no: number, turn: Turn): Promise<Told> {
  await turn.services.announcements.pause(turn.person, no);
  return open(no, turn);
}

export async function resume(no: number, turn: Turn): Promise<Told> {
  const resumed = await turn.services.announcements.resume(turn.person, no);
  return resumed?.state === 'draft' ? first(turn.t('announce:undone'), await open(no, turn)) : open(no, turn);
}

export async function askRecall(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (found?.state !== 'sending' && found?.state !== 'paused') return open(no, turn);
  return screen(turn.t('announce:askRecall', { no }), [
    [button('announce:yesRecall', `stop:${no}`, turn)],
    [button('announce:goOn', `open:${no}`, turn)],
  ]);
}

export async function recall(no: number, turn: Turn): Promise<Told> {
  await turn.services.announcements.recall(turn.person, no);
  return open(no, turn);
}

/** A draft that mends what was sent; the same for the same event. */
export async function correct(no: number, turn: Turn): Promise<Told> {
  const { eventId, person, services, t } = turn;
  const made: Announcement | null = await services.announcements.correct({ eventId, person, no });
  if (!made) return open(no, turn);
  // What is written next takes the place of the text that most have read.
  const language = wordsFor(made, turn.language)?.language ?? turn.language;
  const told = await opened(made.no, made, t('announce:correcting', { no }), turn);
  return { ...told, at: stand('words', { no: String(made.no), language }) };
}

/** @param version what they have read */
export async function approve(no: number, version: number, turn: Turn): Promise<Told> {
  const approved = await turn.services.announcements.approve(turn.person, no, version);
  if (!approved) return first(turn.t(await whyNotApproved(no, version, turn)), await open(no, turn));
  const when =
    approved.dueAt === null ? '' : turn.t('announce:startsAt', { when: whenWords(approved.dueAt, zone, turn) });
  return screen(lines(turn.t('announce:approvedByYou', { no }), when), [
    [button('announce:undo', `undo:${no}`, turn)],
    allAndMenu(turn),
  ]);
}

async function whyNotApproved(no: number, version: number, { person, services }: Turn): Promise<string> {
  const found = await services.announcements.find(person, no);
  const roles = await services.team.of(person);
  if (found?.state !== 'approving' || roles.some(({ id }) => id === found.staff)) return 'announce:notYours';
  return found.version === version ? 'announce:tooLate' : 'announce:notNow';
}

export async function refuse(no: number, turn: Turn): Promise<Told> {
  const refused = await turn.services.announcements.refuse(turn.person, no);
  if (!refused) return first(turn.t('announce:notYours'), await open(no, turn));
  return screen(turn.t('announce:refusedByYou', { no }), [allAndMenu(turn)]);
}
