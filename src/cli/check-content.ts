import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadKinds } from '../bookings/kinds.ts';
import { loadSeeds } from '../bookings/schedule.ts';
import { systemClock } from '../clock.ts';
import { ContentError, type Fault, readContentFile } from '../content-file.ts';
import { rules } from '../knowledge/checks/index.ts';
import { type Finding, readMaterial } from '../knowledge/checks/material.ts';
import { checkKnowledge } from '../knowledge/load.ts';
import { loadGazetteer, loadLibraries } from '../libraries/load.ts';

/**
 * What editors see before anybody else does:
 *
 *     node src/cli/check-content.ts [--quiet] [CONTENT_DIR]
 *
 * One line a finding, `file:line field: what is wrong; how to mend it`. Faults fail; warnings do not, and `--quiet`
 * leaves them out.
 */

export type Checked = { faults: readonly Fault[]; warnings: readonly Fault[] };

/** @param today an ISO day. */
export function checkContent(contentDir: string, today: string): Checked {
  const faults = [...checkKnowledge(contentDir), ...checkOthers(contentDir)];
  const warnings: Fault[] = [];
  const lines = lineFinder();
  const material = readMaterial(contentDir);
  for (const finding of rules.flatMap((rule) => rule(material, today))) {
    const fault = {
      file: finding.file,
      line: lines(finding),
      field: finding.path.map(String).join('.'),
      message: finding.message,
    };
    (finding.warning ? warnings : faults).push(fault);
  }
  return { faults: inOrder(faults), warnings: inOrder(warnings) };
}

/** Libraries, places, kinds of consultation and who gives them: their loaders tell what is wrong. */
function checkOthers(contentDir: string): Fault[] {
  const libraries = faultsOf(() => loadLibraries(contentDir, { demo: true }));
  const places = faultsOf(() => loadGazetteer(contentDir));
  const bookings = faultsOf(() => {
    const seeds = loadSeeds(contentDir, loadKinds(contentDir), true);
    const known = new Set(loadLibraries(contentDir).map(({ id }) => id));
    const strange = new Set(seeds.filter(({ library }) => !known.has(library)).map(({ library }) => library));
    throw new ContentError(
      [...strange].map((library) => ({
        file: `${contentDir}/joined, demo/bookings.yaml`,
        line: 1,
        field: 'library',
        message: `there is no library "${library}" in content/libraries: write its id as it stands there`,
      })),
    );
  });
  return [...libraries, ...places, ...bookings];
}

function faultsOf(load: () => unknown): readonly Fault[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof ContentError) return error.faults;
    throw error;
  }
}

/** Files are read again for their lines only where there is something to say. */
function lineFinder(): (finding: Finding) => number {
  const files = new Map<string, (path: readonly PropertyKey[]) => number>();
  return ({ file, path, line }) => {
    if (line !== undefined) return line;
    if (path.length === 0) return 1;
    const known = files.get(file) ?? readContentFile(file, z.unknown()).lineOf;
    files.set(file, known);
    return known(path);
  };
}

function inOrder(faults: readonly Fault[]): Fault[] {
  const once = new Map(faults.map((fault) => [lineOf(fault), fault]));
  return [...once.values()].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

function lineOf({ file, line, field, message }: Fault): string {
  return `${relative('.', file)}:${line} ${field === '' ? '(file)' : field}: ${message}`;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { quiet: { type: 'boolean' } } });
  const contentDir = positionals[0] ?? process.env.CONTENT_DIR ?? 'content';
  const today = new Date(systemClock(0).now()).toISOString().slice(0, 10);
  const { faults, warnings } = checkContent(contentDir, today);
  for (const fault of faults) process.stdout.write(`${lineOf(fault)}\n`);
  for (const warning of values.quiet ? [] : warnings) process.stdout.write(`warning ${lineOf(warning)}\n`);
  process.stdout.write(`content: ${faults.length} to mend, ${warnings.length} to look at\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
