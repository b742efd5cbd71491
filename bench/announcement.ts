import { deliver, type Outcome, type Run } from './announcement/run.ts';
import { atLeast, atMost, type Finding, told } from './measure.ts';

/**
 * An announcement on its way to many, against platforms that keep their limits (announcement/platforms.ts): nine in ten
 * people on Telegram, one on Viber. How much of the allowed pace is used, what the platforms refuse, how long people wait
 * who talk to the bot meanwhile, what it costs, and whether everybody is in the books once, also after `kill -9`.
 *
 * In the usual round 10,000 people; asked for by name all of the 100,000; `--full` the hour at 30 a second.
 */
type Named = Run & { name: string };

const village = { processes: 1, store: 'sqlite', live: 20 } as const;
const network = { processes: 3, store: 'postgres', live: 20 } as const;
const all = 100_000;

const usual: readonly Named[] = [
  { name: '10,000 at 300, one process', people: 10_000, perSecond: 300, ...village },
  { name: '10,000 at 300, three processes', people: 10_000, perSecond: 300, ...network },
  { name: '10,000 at 300, five kills', people: 10_000, perSecond: 300, ...village, live: 0, kills: 5 },
  { name: '100,000 without a limit, one process', people: all, perSecond: 0, ...village },
];

const long: readonly Named[] = [
  // Of thirty a second three are for people who talk.
  { name: '10 minutes at 30, one process', people: all, perSecond: 30, ...village, live: 3, forMs: 600_000 },
  { name: '100,000 at 300, one process', people: all, perSecond: 300, ...village },
  { name: '100,000 at 300, three processes', people: all, perSecond: 300, ...network },
  { name: '10,000 at 300, three processes, five kills', people: 10_000, perSecond: 300, ...network, live: 0, kills: 5 },
  { name: '100,000 without a limit, three processes', people: all, perSecond: 0, ...network },
];

const hour: Named = { ...(long[0] as Named), name: 'an hour at 30, one process', forMs: 3_600_000 };

/** @param wanted `byName`: the long ones as well. `only`: the one of that name, else those whose names hold it */
export async function announcement(wanted: { byName: boolean; full: boolean; only?: string }): Promise<Finding[]> {
  const runs = [...usual, ...(wanted.byName ? long : []), ...(wanted.full ? [hour] : [])];
  const exact = runs.filter(({ name }) => name === wanted.only);
  const chosen = exact.length > 0 ? exact : runs.filter(({ name }) => name.includes(wanted.only ?? ''));
  const findings: Finding[] = [];
  for (const { name, ...run } of chosen) {
    process.stderr.write(`  ${name} …\n`);
    findings.push(...findingsOf(name, run, await deliver(run)));
  }
  return findings;
}

function findingsOf(name: string, run: Run, outcome: Outcome): Finding[] {
  const { seen, live, memory, books, balance } = outcome;
  const called = (what: string) => `${name}: ${what}`;
  const round = (value: number, digits = 0) => Number(value.toFixed(digits));
  const killed = (run.kills ?? 0) > 0;
  const limited = run.perSecond > 0;
  const isLong = run.people > 10_000;
  const grown = 'memory grown from a fifth of it to its end';
  const settled = Object.values(books).reduce((sum, n) => sum + n, 0);
  return [
    told(called('messages arrived'), round(outcome.speed), 'a second'),
    ...(limited && !killed ? [atLeast(called('share of the allowed pace'), round(outcome.pace, 3), 'of 1', 0.98)] : []),
    ...(limited && !killed ? [told(called('most calls in any one second'), seen.most, 'calls')] : []),
    ...(limited
      ? [
          atMost(
            called('refused as too many, of 1,000 calls'),
            round((seen.tooMany * 1_000) / seen.calls, 2),
            'calls',
            5,
          ),
        ]
      : []),
    told(called('calls to Viber, for one in ten people'), seen.viberCalls, 'calls'),
    ...(Number.isNaN(outcome.tookS)
      ? []
      : [told(called('from the first to the closed books'), round(outcome.tookS), 's')]),
    told(called('the first after'), round(outcome.firstAfterS, 1), 's'),
    told(called('counting who would get it'), round(outcome.reachMs), 'ms'),
    told(called('processor time for 1,000 messages'), round(outcome.cpuMsPer1000), 'ms'),
    ...(killed
      ? []
      : [
          told(called('memory of all processes at the start'), round(memory.start), 'MB'),
          told(called('memory of all processes at most'), round(memory.peak), 'MB'),
          // In half a minute a heap finds its size; whether it is flat shows in more.
          isLong
            ? atMost(called(grown), round(memory.grownMb), 'MB', 25 * run.processes)
            : told(called(grown), round(memory.grownMb), 'MB'),
        ]),
    told(called('database'), round(outcome.databaseMb), 'MB'),
    ...(run.live > 0
      ? [
          told(called('p99 of our 200, before'), round(live.before.ackP99, 1), 'ms'),
          told(called('p99 of our 200, meanwhile'), round(live.during.ackP99, 1), 'ms'),
          told(called('p50 of a person’s answer, before'), round(live.before.answerP50, 1), 'ms'),
          told(called('p50 of a person’s answer, meanwhile'), round(live.during.answerP50, 1), 'ms'),
          told(called('p99 of a person’s answer, before'), round(live.before.answerP99, 1), 'ms'),
          atMost(called('p99 of a person’s answer, meanwhile'), round(live.during.answerP99, 1), 'ms', 500),
          atMost(called('people who got no answer'), live.unanswered, 'people', 0),
        ]
      : []),
    ...(killed ? [told(called('kills'), outcome.kills, 'kills')] : []),
    told(called('in doubt'), books.uncertain ?? 0, 'people'),
    told(called('gone'), books['failed: gone'] ?? 0, 'people'),
    ...(run.forMs === undefined ? [atMost(called('not in the books'), run.people - settled, 'people', 0)] : []),
    atMost(called('told twice'), balance.twice, 'people', 0),
    atMost(
      called('books that the platforms contradict'),
      balance.lacking + balance.sentButNotArrived + balance.failedButArrived + balance.unsettled,
      'people',
      0,
    ),
  ];
}
