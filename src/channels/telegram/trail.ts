/**
 * Which messages stand in a chat, so that they can be deleted when the person asks. In memory alone and for the 48 hours in
 * which Telegram lets a bot delete: what was written before this process began stays, and the person is told how to
 * delete it themselves.
 */
export type Trail = {
  note(chat: string, message: number): void;
  /** The messages known, newest first; forgets them. */
  take(chat: string): number[];
};

/** Telegram deletes at most 100 messages a call and none older than 48 hours (core.telegram.org/bots/api#deletemessages). */
export const DELETE_AT_ONCE = 100;
const DELETABLE_MS = 48 * 3_600_000;
const CHATS = 5_000;

export function createTrail(clock: { now(): number }): Trail {
  const chats = new Map<string, { id: number; at: number }[]>();
  return {
    note(chat, id) {
      const known = chats.get(chat) ?? [];
      known.push({ id, at: clock.now() });
      if (known.length > DELETE_AT_ONCE) known.shift();
      // Set anew, so that whoever has been silent longest is dropped first.
      chats.delete(chat);
      chats.set(chat, known);
      if (chats.size > CHATS) chats.delete(chats.keys().next().value ?? '');
    },
    take(chat) {
      const since = clock.now() - DELETABLE_MS;
      const known = (chats.get(chat) ?? []).filter(({ at }) => at > since);
      chats.delete(chat);
      return known.map(({ id }) => id).reverse();
    },
  };
}
