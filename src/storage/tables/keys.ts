/** Keys that outlive SECRET_KEY: each sealed under it, and sealed anew when it is replaced. */
export type KeysTable = {
  name: string;
  sealed: string;
};
