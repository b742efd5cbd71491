import { GrammyError } from 'grammy';
import type { ChannelDeps, ChannelHealth } from '../channel.ts';

/** Why Telegram and we do not hear each other. `conflict`: somebody else takes this bot's updates. */
type Problem = 'unauthorised' | 'conflict' | 'unreachable' | 'webhook failing' | 'webhook elsewhere';

/** A network hiccup is no alarm; this many failures in a row are. */
const HICCUPS = 3;

/** Knows when Telegram and we last heard each other, and what is wrong since. Logs each change once. */
export type Contact = ReturnType<typeof createContact>;

export function createContact(deps: Pick<ChannelDeps, 'clock' | 'report'>) {
  let lastContact: number | null = null;
  let problem: Problem | null = null;
  let failures = 0;

  const note = (next: Problem | null) => {
    if (next === problem) return;
    if (next) deps.report.log('error', 'telegram: trouble', { problem: next });
    else deps.report.log('info', 'telegram: well again', { problem });
    if (next) deps.report.count('channel_problems', { channel: 'telegram', problem: next });
    problem = next;
  };

  return {
    /** A good exchange. */
    heard(): void {
      lastContact = deps.clock.now();
    },
    /** A loop that listens or registers is well. */
    well(): void {
      failures = 0;
      lastContact = deps.clock.now();
      note(null);
    },
    failed(error: unknown): void {
      failures += 1;
      const code = error instanceof GrammyError ? error.error_code : null;
      if (code === 401 || code === 404) note('unauthorised');
      else if (code === 409) note('conflict');
      else if (failures >= HICCUPS) note('unreachable');
    },
    note,
    health(): ChannelHealth {
      return { ok: problem === null, lastContact, problem };
    },
  };
}
