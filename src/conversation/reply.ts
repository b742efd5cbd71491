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
  document?: { name: string; mime: string; content: string };
  /** A map pin. */
  pin?: { lat: number; lon: number; title: string; address: string };
};

/** A button: it either sends `action` back as a `choice` event, or opens `url` (https). */
export type Choice = { label: string; action: string } | { label: string; url: string };
