/** What a lawyer has put their name to: one row for an article's text in one language. */
export type SignOffsTable = {
  article: string;
  language: string;
  /** SHA-256 of the text that was signed, hex: another text does not carry the name. */
  text_hash: string;
  /** The name or pseudonym that people read. */
  signed_by: string;
  /** ISO day. */
  signed_on: string;
};
