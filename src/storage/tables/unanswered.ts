/** A question that nothing answered. It points to nobody. */
export type UnansweredTable = {
  /** Made by chance. */
  id: string;
  /** ISO day, UTC. */
  day: string;
  language: string;
  /** The id of the article that came nearest. */
  article: string | null;
  /** The scrubbed text, sealed about the id. */
  sealed: string;
};
