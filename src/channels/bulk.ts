import type { Reply } from '../conversation/reply.ts';
import type { Channel } from './channel.ts';
import { AccountTrouble, BadPayload, type Outcome, outcomeOfError } from './errors.ts';

/** `instead`: what takes the place of a message that is mended; `say`: what is said where that can't be. */
export type BulkWords = { say: Reply; instead?: Reply };

/**
 * What came of one that is sent to many people. `account`: the platform refuses the bot itself; `unsupported`: this can't
 * go to several in one call, and may to each alone. In both cases it has not arrived.
 */
export type BulkOutcome = Outcome | { outcome: 'account' } | { outcome: 'unsupported' };

/**
 * Sends to one of many people.
 * @param edit the receipt of the message that these words take the place of; where that can't be changed any more they follow
 */
export async function sendOne(
  channel: Channel,
  sender: string,
  { say, instead }: BulkWords,
  edit?: string,
): Promise<BulkOutcome> {
  try {
    if (edit !== undefined && channel.edit) {
      try {
        await channel.edit(sender, edit, instead ?? say);
        return { outcome: 'sent', receipt: edit };
      } catch (error) {
        const failed = bulkOutcome(error);
        // To change it twice is harmless.
        if (failed.outcome === 'later') return { ...failed, uncertain: false };
        if (failed.outcome !== 'refused') return failed;
      }
    }
    return { outcome: 'sent', receipt: await channel.send(sender, say) };
  } catch (error) {
    return bulkOutcome(error);
  }
}

/** @returns null where the channel sends to each alone */
export function manyOf(channel: Channel) {
  const { many } = channel;
  if (!many) return null;
  return {
    most: many.most,
    async send(senders: readonly string[], { say }: BulkWords): Promise<readonly BulkOutcome[]> {
      try {
        const failed = await many.send(senders, say);
        return senders.map((sender): BulkOutcome => {
          const error = failed.get(sender);
          return error ? bulkOutcome(error) : { outcome: 'sent', receipt: null };
        });
      } catch (error) {
        // Words that don't fit in one call may fit in several.
        const outcome: BulkOutcome = error instanceof BadPayload ? { outcome: 'unsupported' } : bulkOutcome(error);
        return senders.map(() => outcome);
      }
    },
  };
}

function bulkOutcome(error: unknown): BulkOutcome {
  if (error instanceof AccountTrouble) return { outcome: 'account' };
  return outcomeOfError(error);
}
