/** What a measure found, and whether that is as good as it should be. `target` null: told, not judged. */
export type Finding = { name: string; value: number; unit: string; target: number | null; pass: boolean };

export function atMost(name: string, value: number, unit: string, target: number): Finding {
  return { name, value, unit, target, pass: value <= target };
}

export function atLeast(name: string, value: number, unit: string, target: number): Finding {
  return { name, value, unit, target, pass: value >= target };
}

export function told(name: string, value: number, unit: string): Finding {
  return { name, value, unit, target: null, pass: true };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Milliseconds that each of `count` calls takes, after `warm` that are not counted. */
export async function time(count: number, warm: number, call: (i: number) => unknown): Promise<number[]> {
  for (let i = 0; i < warm; i++) await call(i);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await call(i);
    times.push(performance.now() - began);
  }
  return times;
}
