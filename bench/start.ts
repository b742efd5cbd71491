import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { atMost, type Finding, median, told } from './measure.ts';
import { residentMb, untilHealthy } from './processes.ts';

/**
 * `npm start` as a village library has it: nothing configured. From the command to the first 200 of /healthz, on a
 * fresh folder and on the one of yesterday, and what it holds in memory three seconds later.
 */
const runs = 3;
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
const [, ...command] = scripts.start.split(' ');

export async function start(): Promise<Finding[]> {
  const first: number[] = [];
  const again: number[] = [];
  const memory: number[] = [];
  for (let i = 0; i < runs; i++) {
    const dataDir = mkdtempSync(join(tmpdir(), 'vistka-start-'));
    first.push((await run(dataDir)).ms);
    const later = await run(dataDir);
    again.push(later.ms);
    memory.push(later.mb);
    rmSync(dataDir, { recursive: true, force: true });
  }
  return [
    told('the first start of all, to serving', Math.round(median(first)), 'ms'),
    atMost('start to serving', Math.round(median(again)), 'ms', 1_000),
    atMost('memory at rest', Math.round(median(memory)), 'MB', 150),
  ];
}

async function run(dataDir: string): Promise<{ ms: number; mb: number }> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, command, {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
  });
  try {
    await untilHealthy(port);
    const ms = performance.now() - began;
    await wait(3_000);
    return { ms, mb: residentMb(child.pid) };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}
