/**
 * One message of the bot, channel-neutral.
 *
 * `text` is plain text with a tiny markup: `**bold**` and `[label](https://… | tel:+… | mailto:…)`; nothing else is
 * special. Words that come from a person go through `plain()` of channels/text.ts, so that they stay words.
 * Lines are separated by \n, paragraphs by a blank line; channels split long texts at paragraph bounds.
 */
export type Reply = {
  text: string;
  /** Rows of choices, top to bottom. */
  rows?: Choice[][];
  /** Ask the person for their position or phone number, where the channel has a native way; else it is ignored. */
  ask?: { what: 'place' | 'contact'; label: string };
  /** A small text file, such as a calendar's. */
  document?: { name: string; mime: string; content: string };
  /** A JPEG or PNG, shown with the words. A reply has a picture or a file, not both. */
  picture?: Media;
  /** A PDF. */
  file?: Media;
  /** A map pin. */
  pin?: { lat: number; lon: number; title: string; address: string };
};

/**
 * A picture or a PDF of ours. `id` names these very bytes for ever: 10 to 64 of `A-Za-z0-9_-`, not to be guessed, since
 * whoever knows it may fetch them. `content` is asked only when the bytes are needed. A reply that has been stored and read
 * again has lost it: the channel then asks its own source by the id. `bytes`: their number, where it is known.
 */
export type Media = { id: string; name: string; mime: string; bytes?: number; content?: () => Promise<Uint8Array> };

/** A button: it either sends `action` back as a `choice` event, or opens `url` (https). */
export type Choice = { label: string; action: string } | { label: string; url: string };
