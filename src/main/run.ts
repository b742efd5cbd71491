import type { App } from '../app.ts';
import { banner } from '../banner.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { ContentError } from '../content-file.ts';
import { NotAlone } from '../storage/alone.ts';

/** The process: environment, start, signals, exit code. */
async function main(): Promise<void> {
  let app: App;
  try {
    const { config, secrets } = loadConfig(process.env);
    const { startApp } = await import('../app.ts');
    app = await startApp(config, secrets);
    process.stdout.write(banner(config, app.address));
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
    return;
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      // The last resort, should something not let go.
      setTimeout(() => {
        process.stderr.write('It did not end within 20 s. What is not answered yet is taken up at the next start.\n');
        process.exit(1);
      }, 20_000).unref();
      app.stop().catch((error) => {
        process.stderr.write(`${explain(error)}\n`);
        process.exitCode = 1;
      });
    });
  }
}

/** What whoever started it can do about it. */
function explain(error: unknown): string {
  if (error instanceof ConfigError)
    return `The configuration has faults:\n${error.faults.map((fault) => `  ${fault}`).join('\n')}`;
  if (error instanceof ContentError) return `The content has faults:\n${error.message}`;
  if (error instanceof NotAlone) return `Can't start: ${error.message}.`;
  return `Can't start: ${ofTheSystem(error) ?? (error instanceof Error ? error.message : String(error))}`;
}

/** Node's own errors name a call and a number; whoever reads them wants to know what to change. */
function ofTheSystem(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const { code, address, port, path } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return `another program listens on ${address}:${port} already; stop it, or choose another PORT (or METRICS_PORT).`;
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${address}; choose another HOST.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return path
        ? `${path} can't be written; give this user the right to it, or choose another DATA_DIR.`
        : `this user may not listen on port ${port}; choose a PORT above 1023.`;
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EHOSTUNREACH':
    case 'ETIMEDOUT':
      return `the database can't be reached (${code}); is it running, and is DATABASE_URL right?`;
    default:
      return null;
  }
}

await main();
