import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The key of a deployment that was given none: made once, kept beside the database, readable by its owner only. A copy
 * of the database without this file can't be read.
 * @throws when the file is there but holds no key
 */
function ownSecretKey(dataDir: string): Buffer {
  const file = join(dataDir, 'secret.key');
  mkdirSync(dataDir, { recursive: true });
  try {
    // `wx`: of two processes that start at once, one makes it and both read it.
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/i.test(key))
    throw new Error(`${file}: holds no key of 64 hexadecimal digits; restore it from the backup`);
  return Buffer.from(key, 'hex');
}

/** SECRET_KEY first, then the one before; without either the deployment's own. */
export function secretKeys(
  given: { key: Buffer | null; oldKey: Buffer | null },
  dataDir: string,
): [Buffer, ...Buffer[]] {
  return [given.key ?? ownSecretKey(dataDir), ...(given.oldKey ? [given.oldKey] : [])];
}
