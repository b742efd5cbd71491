/** Anonymous counters: what was asked and not found, whether an answer helped, which number is wrong. */
export type CountsTable = {
  /** ISO day (UTC). */
  day: string;
  name: string;
  key: string;
  n: number;
};
