import { readFileSync } from 'node:fs';

/** Resolves when the program on that port serves. */
export async function untilHealthy(port: number): Promise<void> {
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    const healthy = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`nothing ever served on ${port}`);
}

/** Processor time of all threads of a process, from Linux; NaN elsewhere. Clock ticks are hundredths of a second there. */
export function cpuSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** What a process holds in memory, from Linux; NaN elsewhere. */
export function residentMb(pid: number | undefined): number {
  try {
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kb) / 1024;
  } catch {
    return Number.NaN;
  }
}
