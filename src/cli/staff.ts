import { parseArgs } from 'node:util';
import { loadKinds } from '../bookings/kinds.ts';
import { confirmBooking, requestedBookings } from '../bookings/requests.ts';
import { systemClock } from '../clock.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { openDatabase } from '../storage/database.ts';
import { createSeal } from '../storage/seal.ts';
import { ownSecretKey } from '../storage/secret-key.ts';

/**
 * What the admin does from a terminal:
 *
 *     npm run staff -- requests       bookings that wait for a librarian's word
 *     npm run staff -- confirm ID     says yes to one
 */

const usage = `npm run staff -- requests       lists the bookings that wait to be confirmed
npm run staff -- confirm ID     confirms one
`;

export type Said = { code: 0 | 1; out: string };

/** @throws ConfigError, or the error of a database that can't be had */
export async function staff(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<Said> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const [command, id] = positionals;
  if (command !== 'requests' && !(command === 'confirm' && id)) return { code: 1, out: usage };

  const { config, secrets } = loadConfig(env);
  const key = secrets.key ?? ownSecretKey(config.dataDir);
  const database = await openDatabase(config.database);
  try {
    const parts = { database, seal: createSeal([key]), clock: systemClock(config.clockOffsetMs) };
    if (command === 'confirm') return await confirm(parts, id ?? '');
    const kinds = new Map(loadKinds(config.contentDir).map((kind) => [kind.id, kind.name.uk]));
    return await requests(parts, (kind) => kinds.get(kind) ?? kind);
  } finally {
    await database.close();
  }
}

type Parts = Parameters<typeof confirmBooking>[0];

async function requests(parts: Parts, kindName: (kind: string) => string): Promise<Said> {
  const waiting = await requestedBookings(parts);
  if (waiting.length === 0) return { code: 0, out: 'No booking waits to be confirmed.\n' };
  const lines = waiting.map(({ id, wall, zone, library, kind, how, name, phone }) =>
    [id, `${wall.replace('T', ' ')} ${zone}`, library, kindName(kind), how, printable(name), phone]
      .filter((part) => part)
      .join('  '),
  );
  return { code: 0, out: `${lines.join('\n')}\n` };
}

async function confirm(parts: Parts, id: string): Promise<Said> {
  const result = await confirmBooking(parts, id);
  switch (result.outcome) {
    case 'confirmed':
      return { code: 0, out: `Confirmed: ${result.booking.wall.replace('T', ' ')}, ${result.booking.library}.\n` };
    case 'already':
      return { code: 0, out: 'It was confirmed before.\n' };
    case 'cancelled':
      return { code: 1, out: 'The person has cancelled it.\n' };
    case 'over':
      return { code: 1, out: 'Its time has passed.\n' };
    case 'unknown':
      return { code: 1, out: 'There is no booking with this id. npm run staff -- requests lists those that wait.\n' };
  }
}

/** A name is whatever somebody typed; it must not move the cursor of the terminal. */
function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').trim();
}

if (import.meta.main) {
  try {
    const { code, out } = await staff(process.argv.slice(2), process.env);
    process.stdout.write(out);
    process.exitCode = code;
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults.join('\n') : String(error);
    process.stderr.write(`${faults}\n`);
    process.exitCode = 1;
  }
}
