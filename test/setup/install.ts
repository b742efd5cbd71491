/**
 * `npm run setup`: installs what the tests need and the machine lacks, by apt-get. Does nothing where all is there.
 * Run again, it goes on where it stopped.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

type Need = { what: string; packages: readonly string[]; binaries: readonly string[] };

const NEEDS: readonly Need[] = [
  { what: 'Redis', packages: ['redis-server'], binaries: ['redis-server'] },
  { what: 'PostgreSQL', packages: ['postgresql'], binaries: ['postgres', 'initdb'] },
  { what: 'Chromium', packages: ['chromium'], binaries: ['chromium'] },
];

process.exitCode = main();

/** @returns the exit code */
function main(): number {
  const missing = NEEDS.filter((need) => !need.binaries.every(isInstalled));
  for (const need of NEEDS) say(`${need.what}: ${missing.includes(need) ? 'missing' : 'there'}`);
  if (missing.length === 0) {
    say('All that the tests need is installed.');
    return 0;
  }
  const packages = missing.flatMap((need) => need.packages);
  if (!isInstalled('apt-get')) {
    say(`There is no apt-get here. Install by hand what is missing, then run this again: ${packages.join(', ')}.`);
    say('For Redis and PostgreSQL, a server that runs elsewhere will do: set REDIS_URL and TEST_DATABASE_URL.');
    return 1;
  }
  if (asRoot([]) === null) {
    say(`To install them, run as root: apt-get install --no-install-recommends ${packages.join(' ')}`);
    return 1;
  }
  // The lists of packages may be old; that alone is no reason to stop.
  run(asRoot(['apt-get', 'update']));
  if (!run(asRoot(['apt-get', 'install', '--yes', '--no-install-recommends', ...packages]))) {
    say(`apt-get could not install: ${packages.join(', ')}. What it said stands above.`);
    return 1;
  }
  const still = NEEDS.filter((need) => !need.binaries.every(isInstalled));
  if (still.length > 0) {
    say(`Installed, but not found: ${still.map((need) => need.what).join(', ')}.`);
    return 1;
  }
  say('Done. The tests start servers of their own; those that the packages may have started are not used.');
  return 0;
}

/** @returns the command as root runs it; null where there is neither root nor sudo */
function asRoot(command: readonly string[]): readonly string[] | null {
  if (process.getuid?.() === 0) return command;
  return isInstalled('sudo') ? ['sudo', 'DEBIAN_FRONTEND=noninteractive', ...command] : null;
}

function run(command: readonly string[] | null): boolean {
  const [program, ...args] = command ?? [];
  if (!program) return false;
  say(`$ ${[program, ...args].join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { stdio: 'inherit', env }).status === 0;
}

/** In the PATH, or where Debian keeps the programs of PostgreSQL. */
function isInstalled(binary: string): boolean {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin', ...versions];
  return folders.some((folder) => isExecutable(join(folder, binary)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
