CREATE TABLE "booking_answers" (
  "mark" text not null primary key,
  "outcome" text not null,
  "booking" text,
  "version" bigint,
  "at" bigint not null
);

CREATE INDEX "booking_answers_at" on "booking_answers" ("at");

CREATE TABLE "booking_events" (
  "booking" text not null,
  "version" bigint not null,
  "what" text not null,
  "state" text not null,
  "wall" text not null,
  "minutes" bigint not null,
  "at" bigint not null,
  constraint "booking_events_key" primary key ("booking", "version")
);

CREATE TABLE "booking_slots" (
  "consultant" text not null,
  "unit" bigint not null,
  "session" text not null,
  "capacity" bigint not null,
  "taken" bigint not null,
  constraint "booking_slots_key" primary key ("consultant", "unit"),
  constraint "booking_slots_places" check (taken >= 0 and taken <= capacity)
);

CREATE TABLE "bookings" (
  "id" text not null primary key,
  "person" text,
  "library" text not null,
  "kind" text not null,
  "consultant" text not null,
  "wall" text not null,
  "zone" text not null,
  "minutes" bigint not null,
  "from_unit" bigint not null,
  "to_unit" bigint not null,
  "state" text not null,
  "how" text not null,
  "contact" text,
  "language" text,
  "channel" text,
  "demo" bigint not null,
  "version" bigint not null,
  "open_no" bigint,
  "web_hour" bigint,
  "web_no" bigint,
  "made_at" bigint not null,
  constraint "bookings_open" unique ("person", "kind", "open_no"),
  constraint "bookings_web" unique ("library", "web_hour", "web_no")
);

CREATE INDEX "bookings_person" on "bookings" ("person", "wall");

CREATE INDEX "bookings_state" on "bookings" ("state", "wall");

CREATE INDEX "bookings_wall" on "bookings" ("wall");

CREATE TABLE "consultants" (
  "id" text not null primary key,
  "library" text not null,
  "source" text not null,
  "place" bigint not null,
  "plan" text not null
);

CREATE TABLE "counts" (
  "day" text not null,
  "name" text not null,
  "key" text not null,
  "n" bigint not null,
  constraint "counts_key" primary key ("day", "name", "key")
);

CREATE TABLE "done_effects" (
  "id" text not null primary key,
  "at" bigint not null
);

CREATE INDEX "done_effects_at" on "done_effects" ("at");

CREATE TABLE "identities" (
  "channel" text not null,
  "mark" text not null,
  "sealed" text not null,
  "person" text not null references "people" ("id") on delete cascade,
  "seen_at" bigint not null,
  "stopped_at" bigint,
  constraint "identities_key" primary key ("channel", "mark")
);

CREATE INDEX "identities_person" on "identities" ("person");

CREATE TABLE "letters" (
  "channel" text not null,
  "event_id" text not null,
  "seq" bigint not null,
  "person" text,
  "payload" text,
  "at" bigint not null,
  "done_at" bigint,
  constraint "letters_key" primary key ("channel", "event_id")
);

CREATE INDEX "letters_done" on "letters" ("done_at");

CREATE INDEX "letters_person" on "letters" ("person", "seq");

CREATE INDEX "letters_seq" on "letters" ("seq");

CREATE TABLE "people" (
  "id" text not null primary key,
  "language" text,
  "country" text,
  "zone" text,
  "library" text,
  "seen_day" text not null
);

CREATE TABLE "sessions" (
  "person" text not null primary key,
  "session" text not null,
  "answered_event" text,
  "answered_replies" text,
  "expires_at" bigint not null
);

CREATE INDEX "sessions_expiry" on "sessions" ("expires_at");

CREATE TABLE "sign_offs" (
  "article" text not null,
  "language" text not null,
  "text_hash" text not null,
  "signed_by" text not null,
  "signed_on" text not null,
  constraint "sign_offs_key" primary key ("article", "language")
);

CREATE TABLE "web_messages" (
  "seq" bigint not null primary key,
  "chat" text not null,
  "sealed" text not null,
  "at" bigint not null
);

CREATE INDEX "web_messages_at" on "web_messages" ("at");

CREATE INDEX "web_messages_chat" on "web_messages" ("chat", "seq");
