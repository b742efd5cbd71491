/** Who the bot talks to. A person is a random id; platform ids are stored as a keyed hash and sealed (AES-256-GCM). */
export type People = {
  /**
   * The person behind a platform id, made on first sight. Cached in memory: no query for someone seen a moment ago.
   * @param sender the platform's id; never stored in the clear
   */
  identify(channel: string, sender: string): Promise<string>;
  /** Where a person can be reached, newest first; sealed at rest, opened here. */
  reach(person: string): Promise<readonly { channel: string; sender: string }[]>;
  profile(person: string): Promise<Profile>;
  /** Changes only the fields given. */
  saveProfile(person: string, change: Partial<Profile>): Promise<void>;
  /** Blocked or unsubscribed: nothing is started by us until they write again. */
  stopped(person: string, channel: string): Promise<void>;
  /** Everything of a person in this room. */
  forget(person: string): Promise<void>;
};

export type Profile = {
  language: string | null;
  /** Lower-case ISO code of where they are. */
  country: string | null;
  /** IANA zone; null: that of the country. */
  zone: string | null;
  /** "My library". */
  library: string | null;
};
