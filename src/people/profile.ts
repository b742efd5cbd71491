/** What a person told of themselves; copies of it stand in their session. */
export type Profile = {
  language: string | null;
  /** Lower-case ISO code of where they are. */
  country: string | null;
  /** IANA zone; null: that of the country. */
  zone: string | null;
  /** "My library". */
  library: string | null;
};
