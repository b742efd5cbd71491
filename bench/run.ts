import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { core } from './core.ts';
import { matching } from './matching.ts';
import type { Finding } from './measure.ts';
import { nearest } from './nearest.ts';
import { search } from './search.ts';
import { session } from './session.ts';
import { start } from './start.ts';
import { throughput } from './throughput.ts';

/** `npm run bench [-- NAME…]`: prints what it finds and writes it to bench/report.json. */
const measures: Record<string, () => Promise<Finding[]>> = {
  core,
  search,
  matching,
  nearest,
  start,
  session,
  throughput,
};

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const findings: Finding[] = [];
for (const [name, measure] of Object.entries(measures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`${name} …\n`);
  for (const finding of await measure()) {
    findings.push(finding);
    const target =
      finding.target === null ? '' : `  (target ${finding.target} ${finding.unit}: ${finding.pass ? 'met' : 'MISSED'})`;
    process.stdout.write(`  ${finding.name}: ${finding.value} ${finding.unit}${target}\n`);
  }
}
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
writeFileSync(new URL('report.json', import.meta.url), `${JSON.stringify({ machine, findings }, null, 2)}\n`);
process.exitCode = findings.every((finding) => finding.pass) ? 0 : 1;
