import { existsSync, readdirSync, rmSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * What must be said to Node before anything else is loaded. Plain JavaScript, so that a start that finds everything
 * compiled does without Node's TypeScript compiler: 15 MB of memory.
 */

// What was compiled once is read at the next start, which takes half as long. Where it can't be kept, nothing is lost.
const dataDir = process.env.DATA_DIR || './data';
const compiled = join(dataDir, 'compiled');
const isNew = !existsSync(dataDir);
const isFirst = !existsSync(compiled);
enableCompileCache(compiled);
process.once('exit', (code) => {
  // A configuration with faults leaves nothing behind.
  if (isNew && code !== 0 && existsSync(dataDir) && readdirSync(dataDir).join() === 'compiled')
    rmSync(dataDir, { recursive: true });
});

// A start makes much that is soon thrown away. V8 takes that for a program that needs more room for what is young, and never
// gives the room back: 50 MB that nobody uses. So it grows only after the start, when there is work for it.
setFlagsFromString('--semi-space-growth-factor=1');
setTimeout(() => {
  setFlagsFromString('--semi-space-growth-factor=2');
  tidyUp();
}, 2_000).unref();
// The very first start learns and compiles, which takes longer.
if (isFirst) setTimeout(tidyUp, 30_000).unref();

/** Gives back what only the start needed, 20 MB, by one thorough collection; V8 by itself does that when memory runs out. */
function tidyUp() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString('--no-expose-gc');
}

await import('./main/run.ts');
