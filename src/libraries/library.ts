/** One library as the bot knows it. Facts come from content/libraries; hours are shown only where the facts have them. */
export type Library = {
  id: string;
  name: Names;
  settlement: Names;
  /** Earlier names of the settlement. */
  old_names?: readonly string[];
  /** Ukrainian adjective as in «Львівська», English «Lviv». */
  oblast: { uk: string; en: string };
  address: string | null;
  lat: number;
  lon: number;
  /** What the point is: the building, the middle of the settlement, or a place near it. */
  coords: 'address' | 'settlement' | 'nearby';
  /** As dialled (E.164), and as shown. */
  phone: { number: string; display: string } | null;
  url: string | null;
  email?: string | null;
  hours: OpeningHours | null;
  services: readonly Names[];
  /** What a visitor should know before going ("the building is damaged, check"). */
  note?: Names | undefined;
  /** Only the settlement is sure, not that the library works now: show the note, no contacts, no booking unless `demo`. */
  unconfirmed?: boolean;
  /** ISO days. */
  checked_on: string;
  review_by?: string;
  sources?: readonly { url?: string | undefined; name?: string | undefined; confirms: string }[];
  /** Made up for trying the bot out (content/demo); every message that rests on it says so. */
  demo: boolean;
};

export type Names = { uk: string; en: string; pl?: string | undefined; ru?: string | undefined };

export type OpeningHours = {
  /** IANA zone. */
  zone: string;
  /** Spans of wall time by weekday; a weekday left out is closed. */
  week: Partial<Record<'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun', readonly (readonly [string, string])[]>>;
  /** Days (ISO) that differ from the week: their spans, none for closed. */
  exceptions?: Readonly<Record<string, readonly (readonly [string, string])[]>> | undefined;
  /** The year or day the source is from, where it is old. */
  as_of?: string | undefined;
  /** What a week cannot say ("the last Friday of the month is a cleaning day"). */
  note?: Names | undefined;
};

/** Times are wall times `HH:MM` in `zone`; `untilMs` and `atMs` are UTC epoch ms. */
export type OpenState =
  | { state: 'open'; until: string; untilMs: number }
  /** Opens later: today or on `day` (ISO). */
  | { state: 'closed'; opens: { day: string; at: string; atMs: number } | null };

export type Oblast = { key: string; name: { uk: string; en: string } };

/** What the rest of the program may ask of the libraries room. */
export type Directory = {
  get(id: string): Library | undefined;
  all(): readonly Library[];
  /** Oblasts that have a library, in Ukrainian alphabetical order. `key` is a short Latin id, for buttons. */
  oblasts(): readonly Oblast[];
  inOblast(key: string): readonly Library[];
  /** The nearest libraries to a point, nearest first. An index, not a loop over all. */
  nearest(point: { lat: number; lon: number }, count: number, where?: (library: Library) => boolean): readonly Near[];
  /** A settlement as a person typed it, in any language, case or spelling. */
  findPlace(text: string): PlaceFound;
};

export type Near = { library: Library; km: number };

export type Place = {
  /** Ukrainian name where it was checked by hand, else the Latin one. */
  name: string;
  /** Ukrainian adjective («Львівська»); null abroad. */
  oblast: string | null;
  country: string;
  lat: number;
  lon: number;
  /** The next town, given where several of one name stand in one oblast and nothing else tells them apart. */
  near?: string;
};

/** `choose`: the name stands in several oblasts, at most five are given. */
export type PlaceFound =
  | { outcome: 'found'; place: Place }
  | { outcome: 'choose'; places: readonly Place[] }
  | { outcome: 'none' };
