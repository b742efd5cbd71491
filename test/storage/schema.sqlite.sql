CREATE TABLE "announcement_followers" (
  "announcement" text not null references "announcements" ("id") on delete cascade,
  "person" text not null references "people" ("id") on delete cascade,
  constraint "announcement_followers_key" primary key ("announcement", "person")
);

CREATE INDEX "announcement_followers_person" on "announcement_followers" ("person");

CREATE TABLE "announcements" (
  "id" text not null primary key,
  "no" bigint not null,
  "state" text not null,
  "staff" text not null,
  "library" text,
  "topic" text not null,
  "content" text not null,
  "audience" text not null,
  "version" bigint not null,
  "due_at" bigint,
  "date_at" bigint,
  "size" bigint,
  "filled_to" text,
  "corrects" text,
  "approved_by" text,
  "paused_why" text,
  "blocked_is_fine" bigint not null,
  "holder" text,
  "lease_until" bigint,
  "progress" text,
  "books" text,
  "made_at" bigint not null,
  "changed_at" bigint not null,
  "begun_at" bigint,
  "done_at" bigint,
  constraint "announcements_no" unique ("no")
);

CREATE INDEX "announcements_date" on "announcements" ("date_at");

CREATE INDEX "announcements_state" on "announcements" ("state", "due_at");

CREATE TABLE "attachments" (
  "id" text not null primary key,
  "kind" text not null,
  "name" text not null,
  "mime" text not null,
  "content" text not null,
  "made_at" bigint not null
);

CREATE TABLE "blocks" (
  "mark" text not null primary key,
  "staff" text not null,
  "at" bigint not null
);

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
  "side" text,
  constraint "booking_events_key" primary key ("booking", "version")
);

CREATE TABLE "booking_guests" (
  "id" text not null primary key,
  "booking" text not null references "bookings" ("id") on delete cascade,
  "person" text not null,
  "language" text,
  "joined_at" bigint not null,
  constraint "booking_guests_once" unique ("booking", "person")
);

CREATE INDEX "booking_guests_person" on "booking_guests" ("person");

CREATE TABLE "booking_proposals" (
  "booking" text not null primary key references "bookings" ("id") on delete cascade,
  "guest" text not null,
  "wall" text not null,
  "version" bigint not null,
  "at" bigint not null
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

CREATE TABLE "booking_waits" (
  "id" text not null primary key,
  "person" text,
  "library" text not null,
  "kind" text not null,
  "day" text,
  "language" text,
  "state" text not null,
  "wait_no" bigint,
  "made_at" bigint not null,
  "consultant" text,
  "wall" text,
  "from_unit" bigint,
  "to_unit" bigint,
  "offered_until" bigint,
  "settled_at" bigint,
  constraint "booking_waits_open" unique ("person", "wait_no")
);

CREATE INDEX "booking_waits_state" on "booking_waits" ("state", "library", "kind", "made_at");

CREATE TABLE "booking_words" (
  "booking" text not null,
  "said" text not null,
  "at" bigint not null,
  constraint "booking_words_key" primary key ("booking", "said")
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

CREATE INDEX "bookings_consultant" on "bookings" ("consultant", "wall");

CREATE INDEX "bookings_library" on "bookings" ("library", "wall");

CREATE INDEX "bookings_person" on "bookings" ("person", "wall");

CREATE INDEX "bookings_state" on "bookings" ("state", "wall");

CREATE INDEX "bookings_wall" on "bookings" ("wall");

CREATE TABLE "calendar_feeds" (
  "mark" text not null primary key,
  "consultant" text not null,
  "made_at" bigint not null,
  "revoked_at" bigint
);

CREATE INDEX "calendar_feeds_consultant" on "calendar_feeds" ("consultant");

CREATE TABLE "closures" (
  "library" text not null,
  "day" text not null,
  "reason" text not null,
  "made_at" bigint not null,
  constraint "closures_key" primary key ("library", "day")
);

CREATE TABLE "consultants" (
  "id" text not null primary key,
  "library" text not null,
  "source" text not null,
  "place" bigint not null,
  "plan" text not null
);

CREATE TABLE "conversation_messages" (
  "id" text not null primary key,
  "conversation" bigint not null references "conversations" ("no") on delete cascade,
  "seq" bigint not null,
  "side" text not null,
  "sealed" text not null,
  "at" bigint not null,
  constraint "conversation_messages_seq" unique ("conversation", "seq")
);

CREATE INDEX "conversation_messages_at" on "conversation_messages" ("at");

CREATE TABLE "conversations" (
  "no" bigint not null primary key,
  "person" text,
  "library" text,
  "state" text not null,
  "staff" bigint,
  "language" text not null,
  "country" text,
  "opened_at" bigint not null,
  "touched_at" bigint not null
);

CREATE INDEX "conversations_person" on "conversations" ("person");

CREATE INDEX "conversations_state" on "conversations" ("state", "touched_at");

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

CREATE TABLE "family_invitations" (
  "mark" text not null primary key,
  "booking" text not null references "bookings" ("id") on delete cascade,
  "made_at" bigint not null,
  "expires_at" bigint not null,
  "used_by" text
);

CREATE INDEX "family_invitations_booking" on "family_invitations" ("booking");

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

CREATE TABLE "join_codes" (
  "person" text not null primary key references "people" ("id") on delete cascade,
  "mark" text not null,
  "expires_at" bigint not null,
  "used_by" text,
  constraint "join_codes_mark" unique ("mark")
);

CREATE TABLE "join_tries" (
  "id" text not null primary key,
  "person" text not null,
  "at" bigint not null
);

CREATE INDEX "join_tries_person" on "join_tries" ("person", "at");

CREATE TABLE "joined_accounts" (
  "channel" text not null,
  "mark" text not null,
  "joining" text not null references "joinings" ("id") on delete cascade,
  constraint "joined_accounts_key" primary key ("channel", "mark", "joining")
);

CREATE INDEX "joined_accounts_joining" on "joined_accounts" ("joining");

CREATE TABLE "joinings" (
  "id" text not null primary key,
  "carried" text not null,
  "at" bigint not null,
  "parted_at" bigint,
  "parted_by" text
);

CREATE TABLE "keys" (
  "name" text primary key,
  "sealed" text not null
);

CREATE TABLE "letters" (
  "channel" text not null,
  "event_id" text not null,
  "seq" bigint not null,
  "person" text,
  "payload" text,
  "at" bigint not null,
  "done_at" bigint,
  "mark" text,
  constraint "letters_key" primary key ("channel", "event_id")
);

CREATE INDEX "letters_done" on "letters" ("done_at");

CREATE INDEX "letters_person" on "letters" ("person", "seq");

CREATE INDEX "letters_seq" on "letters" ("seq");

CREATE TABLE "outbox" (
  "id" text not null primary key,
  "person" text not null,
  "kind" text not null,
  "payload" text,
  "due_at" bigint not null,
  "not_after" bigint not null,
  "about" text,
  "dedupe" text not null,
  "priority" bigint not null,
  "state" text not null,
  "why" text,
  "attempts" bigint not null,
  "unsure" bigint not null,
  "holder" text,
  "lease_until" bigint,
  "settled_at" bigint,
  "channel" text,
  "receipt" text,
  constraint "outbox_dedupe" unique ("dedupe")
);

CREATE INDEX "outbox_about" on "outbox" ("about", "state", "due_at", "id");

CREATE INDEX "outbox_due" on "outbox" ("state", "priority", "due_at", "id");

CREATE INDEX "outbox_person" on "outbox" ("person");

CREATE INDEX "outbox_settled" on "outbox" ("settled_at");

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

CREATE TABLE "staff" (
  "id" text not null primary key,
  "no" bigint not null,
  "person" text,
  "role" text not null,
  "library" text,
  "name" text,
  "joined_at" bigint not null,
  "ended_at" bigint,
  constraint "staff_no" unique ("no")
);

CREATE INDEX "staff_person" on "staff" ("person");

CREATE TABLE "staff_audit" (
  "id" text not null primary key,
  "staff" text not null,
  "what" text not null,
  "about" text,
  "library" text,
  "at" bigint not null
);

CREATE INDEX "staff_audit_at" on "staff_audit" ("at");

CREATE TABLE "staff_invitations" (
  "mark" text not null primary key,
  "role" text not null,
  "library" text,
  "made_by" text not null,
  "made_at" bigint not null,
  "expires_at" bigint not null,
  "used_by" text
);

CREATE TABLE "subscriber_libraries" (
  "library" text not null,
  "person" text not null references "subscribers" ("person") on delete cascade,
  constraint "subscriber_libraries_key" primary key ("library", "person")
);

CREATE INDEX "subscriber_libraries_person" on "subscriber_libraries" ("person");

CREATE TABLE "subscriber_topics" (
  "topic" text not null,
  "person" text not null references "subscribers" ("person") on delete cascade,
  constraint "subscriber_topics_key" primary key ("topic", "person")
);

CREATE INDEX "subscriber_topics_person" on "subscriber_topics" ("person");

CREATE TABLE "subscribers" (
  "person" text not null primary key references "people" ("id") on delete cascade,
  "consent_at" bigint not null,
  "consent" text not null,
  "quiet" text,
  "stopped_at" bigint,
  "stopped_why" text
);

CREATE TABLE "unanswered" (
  "id" text not null primary key,
  "day" text not null,
  "language" text not null,
  "article" text,
  "sealed" text not null
) without rowid;

CREATE INDEX "unanswered_day" on "unanswered" ("day");

CREATE TABLE "web_messages" (
  "seq" bigint not null primary key,
  "chat" text not null,
  "sealed" text not null,
  "at" bigint not null
);

CREATE INDEX "web_messages_at" on "web_messages" ("at");

CREATE INDEX "web_messages_chat" on "web_messages" ("chat", "seq");
