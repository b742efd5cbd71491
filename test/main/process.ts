import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The program as `npm start` runs it: a process of its own, with nothing in its environment but what a test gives it. */

const root = join(import.meta.dirname, '..', '..');

export type Run = ReturnType<typeof run>;

export function run(env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, ['src/start.js'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    /** Its exit code, and all that it said. */
    ended,
    /** Resolves with the banner once it is there. @throws with what it said instead */
    async serves(): Promise<string> {
      const early = ended.then((end) => {
        throw new Error(`it ended with ${end.code}:\n${end.stderr}${end.stdout}`);
      });
      early.catch(() => undefined);
      const signal = AbortSignal.timeout(30_000);
      while (!/\n\n {2}.*\n\n$/s.test(stdout) && child.stdout) {
        await Promise.race([once(child.stdout, 'data', { signal }), early]);
      }
      return stdout;
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  };
}
