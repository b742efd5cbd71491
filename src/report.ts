import pino from 'pino';

/**
 * The log and the counters. Messages are fixed words, fields are few and of low cardinality; a person's words, name,
 * phone or platform id never come here. It never throws.
 */
export type Report = {
  log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
  count(name: string, labels?: Record<string, string>): void;
  /** A fault of ours: logs the error's class and place, and returns the code that the person is given. */
  fault(where: string, error: unknown): string;
};

/** A short code that a person can read out to a librarian: no letters that are mistaken for digits. */
const letters = '346789ACDEFHJKLMNPRTUVWXY';

export function createReport(options: {
  level: string;
  count?: (name: string, labels: Record<string, string>) => void;
  write?: (line: string) => void;
}): Report {
  const logger = options.write
    ? pino({ level: options.level, base: null }, { write: options.write })
    : pino({ level: options.level, base: null });
  const count: Report['count'] = (name, labels = {}) => options.count?.(name, labels);
  return {
    log(level, message, fields = {}) {
      logger[level](fields, message);
    },
    count,
    fault(where, error) {
      const code = Array.from({ length: 4 }, () => letters[Math.floor(Math.random() * letters.length)]).join('');
      logger.error({ where, code, ...describe(error) }, 'a fault of ours');
      count('faults', { where });
      return code;
    },
  };
}

/** The class and the place in the code, never the message: it may quote what the person wrote. */
function describe(error: unknown): { kind: string; at: string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, at: [] };
  const at = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 5)
    .map((line) => line.trim().replace(/\(?file:\/\/\S*\/(src|test|node_modules)\//, '($1/'));
  return { kind: error.name, at };
}
