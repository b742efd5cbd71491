import type { BrowserMessage } from './render.ts';

/**
 * The conversation as the page shows it, so that a reload brings it back and every process can serve it. `chat` is
 * the web chat's id. `seq` grows within a chat and never starts again, not even after `forget`, for the page asks for
 * "what came after".
 */
export type Transcripts = {
  /** @returns the message's seq */
  append(chat: string, message: string): Promise<number>;
  /** Messages with a greater seq, oldest first. */
  after(chat: string, seq: number, limit: number): Promise<readonly { seq: number; message: string }[]>;
  /** Calls `fn` after each append of this process. @returns how to stop it */
  onAppend(chat: string, fn: () => void): () => void;
  forget(chat: string): Promise<void>;
};

/** One stored message: what the page gets, and a file's content, which it fetches only when the person wants it. */
export type Stored = { message: BrowserMessage; file?: { name: string; mime: string; content: string } };

export function pack(stored: Stored): string {
  return JSON.stringify(stored);
}

/** @returns null for what an older version wrote and this one can't read: it is left out of the page */
export function unpack(text: string): Stored | null {
  try {
    const stored: unknown = JSON.parse(text);
    const readable = typeof stored === 'object' && stored !== null && 'message' in stored;
    return readable ? (stored as Stored) : null;
  } catch {
    return null;
  }
}
