/** Who works for a library or the network, one row a role. A row that ended keeps its random id, for the audit. */
export type StaffTable = {
  id: string;
  /** A small number, for lists and buttons. */
  no: number;
  /** Null once the role ended. */
  person: string | null;
  role: 'admin' | 'librarian' | 'consultant' | 'editor';
  /** Null: the whole network. */
  library: string | null;
  /** How colleagues see them, sealed about the id. Null once the role ended. */
  name: string | null;
  /** UTC ms. */
  joined_at: number;
  ended_at: number | null;
};

export type StaffInvitationsTable = {
  /** Keyed hash of the code. */
  mark: string;
  role: StaffTable['role'];
  library: string | null;
  /** A staff id, or `terminal`. */
  made_by: string;
  /** UTC ms. */
  made_at: number;
  expires_at: number;
  /** The staff id that came of it. */
  used_by: string | null;
};

/** Every action of staff. `staff` and `about` are random ids or small numbers, never a person's. */
export type StaffAuditTable = {
  id: string;
  /** A staff id, or `terminal`. */
  staff: string;
  what: string;
  about: string | null;
  library: string | null;
  /** UTC ms. */
  at: number;
};
