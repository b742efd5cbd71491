import { createHash, hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What was worked out of files, kept for the next start. Only a convenience: what can't be read, was damaged or was made
 * of other files is as good as absent, and what can't be written is worked out again the next time.
 */
export type Kept = {
  /** The same for the same contents. @param paths files and folders; null when one of them can't be read */
  keyOf(paths: readonly string[]): string | null;
  /** @returns null where nothing was kept under that name for that key */
  read(name: string, key: string): Buffer | null;
  write(name: string, key: string, value: Uint8Array): void;
};

/** @param folder made when it is first written to */
export function createKept(folder: string): Kept {
  return {
    keyOf(paths) {
      // What one Node wrote, another need not understand.
      const sum = createHash('sha256').update(process.version);
      try {
        for (const path of paths) addTo(sum, path);
      } catch {
        return null;
      }
      return sum.digest('hex');
    },
    read(name, key) {
      try {
        const bytes = readFileSync(join(folder, name));
        const value = bytes.subarray(headLength);
        return bytes.toString('latin1', 0, headLength) === headOf(key, value) ? value : null;
      } catch {
        return null;
      }
    },
    write(name, key, value) {
      const draft = join(folder, `${name}.${process.pid}`);
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(draft, Buffer.concat([Buffer.from(headOf(key, value), 'latin1'), value]));
        // Nobody reads half of it.
        renameSync(draft, join(folder, name));
      } catch {
        // The next start takes longer, that is all.
      }
    },
  };
}

const headLength = 128;

/** Of what it was made, and what it must be: 64 hexadecimal digits each. */
const headOf = (key: string, value: Uint8Array): string => key + hash('sha256', value, 'hex');

function addTo(sum: ReturnType<typeof createHash>, path: string): void {
  const inside = entriesOf(path);
  if (inside === null) {
    const bytes = readFileSync(path);
    sum.update(`${path}\n${bytes.length}\n`).update(bytes);
    return;
  }
  sum.update(`${path}\n`);
  for (const name of inside) addTo(sum, join(path, name));
}

/** @returns null for what is no folder */
function entriesOf(path: string): string[] | null {
  try {
    return readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .toSorted();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return null;
    throw error;
  }
}
