import { readFileSync } from 'node:fs';
import type { Deed, Event } from '../src/conversation/event.ts';
import { emptySession, type Session } from '../src/conversation/session.ts';
import { turn } from '../src/conversation/turn.ts';
import { village } from '../test/conversation/talk.ts';
import { atMost, type Finding, median, quantile, time, told } from './measure.ts';

/**
 * The core of the conversation alone, as people use it: half questions in their own words (those of the test set, which
 * nothing was tuned on), half buttons and commands, each person going on from where they stand. Real content, and a
 * database in memory for what flows look up. No network, no platform, no disk.
 */
const taps: readonly Deed[] = [
  ...[
    'menu',
    'ask',
    'ask:t:work:0',
    'ask:a:unpaid-wages',
    'ask:c:unpaid-wages:pl',
    'ask:m:pension',
    'resources',
    'sos',
  ],
  ...[
    'sos:in:pl:trafficking',
    'library',
    'library:near',
    'book',
    'book:lib:bar-public',
    'language',
    'country',
    'privacy',
  ],
].map((action) => ({ kind: 'choice', action }) as const);
const rounds = 9;

export async function core(): Promise<Finding[]> {
  const { services, now, close } = await village();
  const deeds = [...questions().map((text): Deed => ({ kind: 'text', text })), ...place].flatMap((deed, i) => [
    deed,
    taps[i % taps.length] as Deed,
  ]);
  const sessions = new Map<string, Session>();
  const one = async (i: number): Promise<void> => {
    const person = `person-${i % 50}`;
    const eventId = String(i);
    const deed = deeds[i % deeds.length] as Deed;
    const event: Event = { eventId, channel: 'telegram', sender: person, at: now, hint: { language: 'uk' }, ...deed };
    const ended = await turn(sessions.get(person) ?? emptySession, event, `telegram:${eventId}`, person, services);
    sessions.set(person, ended.session);
  };
  const times = await time(rounds * deeds.length, deeds.length, one);
  await close();
  // Beside the tail as it is: the median of nine for each deed, which shows whether some deed is slow by itself.
  const each = deeds.map((_, deed) => median(times.filter((_, i) => i % deeds.length === deed)));
  return [
    told('a turn of the conversation core, median', Number(quantile(times, 0.5).toFixed(3)), 'ms'),
    atMost('a turn of the conversation core, p99', round(quantile(times, 0.99)), 'ms', 2),
    told('the same, of the median of nine turns for each thing that people send', round(quantile(each, 0.99)), 'ms'),
  ];
}

const round = (ms: number): number => Number(ms.toFixed(3));

const place: readonly Deed[] = [{ kind: 'place', lat: 49.84, lon: 24.03 }];

/** The questions that people asked, from the test set. */
export function questions(): string[] {
  const file = new URL('../test/knowledge/questions.test.jsonl', import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (JSON.parse(line) as { text: string }).text);
}
