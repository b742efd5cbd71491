import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { announcement } from './announcement.ts';
import { core } from './core.ts';
import { matching } from './matching.ts';
import type { Finding } from './measure.ts';
import { nearest } from './nearest.ts';
import { search } from './search.ts';
import { session } from './session.ts';
import { start } from './start.ts';
import { throughput } from './throughput.ts';

/**
 * `npm run bench [-- NAME…]`: prints what it finds and writes it to bench/report.json, where what was not measured this
 * time stays with the day on which it was. `npm run bench -- announcement [--full] [--only=NAME]` takes an hour or two.
 */
const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
const measures: Record<string, () => Promise<Finding[]>> = {
  core,
  search,
  matching,
  nearest,
  start,
  session,
  throughput,
  announcement: () =>
    announcement({
      byName: wanted.includes('announcement'),
      full: args.includes('--full'),
      ...(only === undefined ? {} : { only }),
    }),
};

/** `on`: the day, UTC. */
type Reported = { measure: string; on: string } & Finding;

const file = new URL('report.json', import.meta.url);
const today = new Date().toISOString().slice(0, 10);
const found: Reported[] = [];
for (const [measure, run] of Object.entries(measures)) {
  if (wanted.length > 0 && !wanted.includes(measure)) continue;
  process.stdout.write(`${measure} …\n`);
  for (const finding of await run()) {
    found.push({ measure, on: today, ...finding });
    const target =
      finding.target === null ? '' : `  (target ${finding.target} ${finding.unit}: ${finding.pass ? 'met' : 'MISSED'})`;
    process.stdout.write(`  ${finding.name}: ${finding.value} ${finding.unit}${target}\n`);
  }
}
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
writeFileSync(file, `${JSON.stringify({ machine, findings: merged(found) }, null, 2)}\n`);
process.exitCode = found.every((finding) => finding.pass) ? 0 : 1;

/** In the order of the measures. Of announcements each run stands for itself, of the others the whole measure. */
function merged(found: readonly Reported[]): Reported[] {
  const before = (JSON.parse(readFileSync(file, 'utf8')) as { findings: Reported[] }).findings;
  const part = ({ measure, name }: Reported) =>
    measure === 'announcement' ? `${measure} ${name.split(':')[0]}` : measure;
  const anew = new Set(found.map(part));
  const kept = before.filter((finding) => finding.measure in measures && !anew.has(part(finding)));
  const order = Object.keys(measures);
  return [...kept, ...found].sort((a, b) => order.indexOf(a.measure) - order.indexOf(b.measure));
}
