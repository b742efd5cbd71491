/** Who the bot talks to. */
export type PeopleTable = {
  id: string;
  language: string | null;
  country: string | null;
  zone: string | null;
  library: string | null;
  /** ISO day (UTC) on which they last wrote; no finer, for nobody needs to know. */
  seen_day: string;
};
