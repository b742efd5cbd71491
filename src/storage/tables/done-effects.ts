/** Effects that have been carried out: a repeated turn does nothing twice. */
export type DoneEffectsTable = {
  id: string;
  /** UTC ms. */
  at: number;
};
