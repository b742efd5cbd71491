create table announcement_followers (
  announcement text not null,
  person text not null,
  constraint announcement_followers_announcement_fkey FOREIGN KEY (announcement) REFERENCES announcements(id) ON DELETE CASCADE,
  constraint announcement_followers_key PRIMARY KEY (announcement, person),
  constraint announcement_followers_person_fkey FOREIGN KEY (person) REFERENCES people(id) ON DELETE CASCADE
);

CREATE INDEX announcement_followers_person ON public.announcement_followers USING btree (person);

create table announcements (
  id text not null,
  no bigint not null,
  state text not null,
  staff text not null,
  library text,
  topic text not null,
  content text not null,
  audience text not null,
  version bigint not null,
  due_at bigint,
  date_at bigint,
  size bigint,
  filled_to text,
  corrects text,
  approved_by text,
  paused_why text,
  blocked_is_fine bigint not null,
  holder text,
  lease_until bigint,
  progress text,
  books text,
  made_at bigint not null,
  changed_at bigint not null,
  begun_at bigint,
  done_at bigint,
  constraint announcements_no UNIQUE (no),
  constraint announcements_pkey PRIMARY KEY (id)
);

CREATE INDEX announcements_date ON public.announcements USING btree (date_at);

CREATE INDEX announcements_state ON public.announcements USING btree (state, due_at);

create table attachments (
  id text not null,
  kind text not null,
  name text not null,
  mime text not null,
  content text not null,
  made_at bigint not null,
  constraint attachments_pkey PRIMARY KEY (id)
);

create table blocks (
  mark text not null,
  staff text not null,
  at bigint not null,
  constraint blocks_pkey PRIMARY KEY (mark)
);

create table booking_answers (
  mark text not null,
  outcome text not null,
  booking text,
  version bigint,
  at bigint not null,
  constraint booking_answers_pkey PRIMARY KEY (mark)
);

CREATE INDEX booking_answers_at ON public.booking_answers USING btree (at);

create table booking_events (
  booking text not null,
  version bigint not null,
  what text not null,
  state text not null,
  wall text not null,
  minutes bigint not null,
  at bigint not null,
  side text,
  constraint booking_events_key PRIMARY KEY (booking, version)
);

create table booking_guests (
  id text not null,
  booking text not null,
  person text not null,
  language text,
  joined_at bigint not null,
  constraint booking_guests_booking_fkey FOREIGN KEY (booking) REFERENCES bookings(id) ON DELETE CASCADE,
  constraint booking_guests_once UNIQUE (booking, person),
  constraint booking_guests_pkey PRIMARY KEY (id)
);

CREATE INDEX booking_guests_person ON public.booking_guests USING btree (person);

create table booking_proposals (
  booking text not null,
  guest text not null,
  wall text not null,
  version bigint not null,
  at bigint not null,
  constraint booking_proposals_booking_fkey FOREIGN KEY (booking) REFERENCES bookings(id) ON DELETE CASCADE,
  constraint booking_proposals_pkey PRIMARY KEY (booking)
);

create table booking_slots (
  consultant text not null,
  unit bigint not null,
  session text not null,
  capacity bigint not null,
  taken bigint not null,
  constraint booking_slots_key PRIMARY KEY (consultant, unit),
  constraint booking_slots_places CHECK (((taken >= 0) AND (taken <= capacity)))
);

create table booking_waits (
  id text not null,
  person text,
  library text not null,
  kind text not null,
  day text,
  language text,
  state text not null,
  wait_no bigint,
  made_at bigint not null,
  consultant text,
  wall text,
  from_unit bigint,
  to_unit bigint,
  offered_until bigint,
  settled_at bigint,
  constraint booking_waits_open UNIQUE (person, wait_no),
  constraint booking_waits_pkey PRIMARY KEY (id)
);

CREATE INDEX booking_waits_state ON public.booking_waits USING btree (state, library, kind, made_at);

create table booking_words (
  booking text not null,
  said text not null,
  at bigint not null,
  constraint booking_words_key PRIMARY KEY (booking, said)
);

create table bookings (
  id text not null,
  person text,
  library text not null,
  kind text not null,
  consultant text not null,
  wall text not null,
  zone text not null,
  minutes bigint not null,
  from_unit bigint not null,
  to_unit bigint not null,
  state text not null,
  how text not null,
  contact text,
  language text,
  channel text,
  demo bigint not null,
  version bigint not null,
  open_no bigint,
  web_hour bigint,
  web_no bigint,
  made_at bigint not null,
  constraint bookings_open UNIQUE (person, kind, open_no),
  constraint bookings_pkey PRIMARY KEY (id),
  constraint bookings_web UNIQUE (library, web_hour, web_no)
);

CREATE INDEX bookings_consultant ON public.bookings USING btree (consultant, wall);

CREATE INDEX bookings_library ON public.bookings USING btree (library, wall);

CREATE INDEX bookings_person ON public.bookings USING btree (person, wall);

CREATE INDEX bookings_state ON public.bookings USING btree (state, wall);

CREATE INDEX bookings_wall ON public.bookings USING btree (wall);

create table calendar_feeds (
  mark text not null,
  consultant text not null,
  made_at bigint not null,
  revoked_at bigint,
  constraint calendar_feeds_pkey PRIMARY KEY (mark)
);

CREATE INDEX calendar_feeds_consultant ON public.calendar_feeds USING btree (consultant);

create table closures (
  library text not null,
  day text not null,
  reason text not null,
  made_at bigint not null,
  constraint closures_key PRIMARY KEY (library, day)
);

create table consultants (
  id text not null,
  library text not null,
  source text not null,
  place bigint not null,
  plan text not null,
  constraint consultants_pkey PRIMARY KEY (id)
);

create table conversation_messages (
  id text not null,
  conversation bigint not null,
  seq bigint not null,
  side text not null,
  sealed text not null,
  at bigint not null,
  constraint conversation_messages_conversation_fkey FOREIGN KEY (conversation) REFERENCES conversations(no) ON DELETE CASCADE,
  constraint conversation_messages_pkey PRIMARY KEY (id),
  constraint conversation_messages_seq UNIQUE (conversation, seq)
);

CREATE INDEX conversation_messages_at ON public.conversation_messages USING btree (at);

create table conversations (
  no bigint not null,
  person text,
  library text,
  state text not null,
  staff bigint,
  language text not null,
  country text,
  opened_at bigint not null,
  touched_at bigint not null,
  constraint conversations_pkey PRIMARY KEY (no)
);

CREATE INDEX conversations_person ON public.conversations USING btree (person);

CREATE INDEX conversations_state ON public.conversations USING btree (state, touched_at);

create table counts (
  day text not null,
  name text not null,
  key text not null,
  n bigint not null,
  constraint counts_key PRIMARY KEY (day, name, key)
);

create table done_effects (
  id text not null,
  at bigint not null,
  constraint done_effects_pkey PRIMARY KEY (id)
);

CREATE INDEX done_effects_at ON public.done_effects USING btree (at);

create table family_invitations (
  mark text not null,
  booking text not null,
  made_at bigint not null,
  expires_at bigint not null,
  used_by text,
  constraint family_invitations_booking_fkey FOREIGN KEY (booking) REFERENCES bookings(id) ON DELETE CASCADE,
  constraint family_invitations_pkey PRIMARY KEY (mark)
);

CREATE INDEX family_invitations_booking ON public.family_invitations USING btree (booking);

create table identities (
  channel text not null,
  mark text not null,
  sealed text not null,
  person text not null,
  seen_at bigint not null,
  stopped_at bigint,
  constraint identities_key PRIMARY KEY (channel, mark),
  constraint identities_person_fkey FOREIGN KEY (person) REFERENCES people(id) ON DELETE CASCADE
);

CREATE INDEX identities_person ON public.identities USING btree (person);

create table join_codes (
  person text not null,
  mark text not null,
  expires_at bigint not null,
  used_by text,
  constraint join_codes_mark UNIQUE (mark),
  constraint join_codes_person_fkey FOREIGN KEY (person) REFERENCES people(id) ON DELETE CASCADE,
  constraint join_codes_pkey PRIMARY KEY (person)
);

create table join_tries (
  id text not null,
  person text not null,
  at bigint not null,
  constraint join_tries_pkey PRIMARY KEY (id)
);

CREATE INDEX join_tries_person ON public.join_tries USING btree (person, at);

create table joined_accounts (
  channel text not null,
  mark text not null,
  joining text not null,
  constraint joined_accounts_joining_fkey FOREIGN KEY (joining) REFERENCES joinings(id) ON DELETE CASCADE,
  constraint joined_accounts_key PRIMARY KEY (channel, mark, joining)
);

CREATE INDEX joined_accounts_joining ON public.joined_accounts USING btree (joining);

create table joinings (
  id text not null,
  carried text not null,
  at bigint not null,
  parted_at bigint,
  parted_by text,
  constraint joinings_pkey PRIMARY KEY (id)
);

create table keys (
  name text not null,
  sealed text not null,
  constraint keys_pkey PRIMARY KEY (name)
);

create table letters (
  channel text not null,
  event_id text not null,
  seq bigint not null,
  person text,
  payload text,
  at bigint not null,
  done_at bigint,
  mark text,
  constraint letters_key PRIMARY KEY (channel, event_id)
);

CREATE INDEX letters_done ON public.letters USING btree (done_at);

CREATE INDEX letters_person ON public.letters USING btree (person, seq);

CREATE INDEX letters_seq ON public.letters USING btree (seq);

create table outbox (
  id text not null,
  person text not null,
  kind text not null,
  payload text,
  due_at bigint not null,
  not_after bigint not null,
  about text,
  dedupe text not null,
  priority bigint not null,
  state text not null,
  why text,
  attempts bigint not null,
  unsure bigint not null,
  holder text,
  lease_until bigint,
  settled_at bigint,
  channel text,
  receipt text,
  constraint outbox_dedupe UNIQUE (dedupe),
  constraint outbox_pkey PRIMARY KEY (id)
);

CREATE INDEX outbox_about ON public.outbox USING btree (about, state, due_at, id);

CREATE INDEX outbox_due ON public.outbox USING btree (state, priority, due_at, id);

CREATE INDEX outbox_person ON public.outbox USING btree (person);

CREATE INDEX outbox_settled ON public.outbox USING btree (settled_at);

create table people (
  id text not null,
  language text,
  country text,
  zone text,
  library text,
  seen_day text not null,
  constraint people_pkey PRIMARY KEY (id)
);

create table sessions (
  person text not null,
  session text not null,
  answered_event text,
  answered_replies text,
  expires_at bigint not null,
  constraint sessions_pkey PRIMARY KEY (person)
);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

create table sign_offs (
  article text not null,
  language text not null,
  text_hash text not null,
  signed_by text not null,
  signed_on text not null,
  constraint sign_offs_key PRIMARY KEY (article, language)
);

create table staff (
  id text not null,
  no bigint not null,
  person text,
  role text not null,
  library text,
  name text,
  joined_at bigint not null,
  ended_at bigint,
  constraint staff_no UNIQUE (no),
  constraint staff_pkey PRIMARY KEY (id)
);

CREATE INDEX staff_person ON public.staff USING btree (person);

create table staff_audit (
  id text not null,
  staff text not null,
  what text not null,
  about text,
  library text,
  at bigint not null,
  constraint staff_audit_pkey PRIMARY KEY (id)
);

CREATE INDEX staff_audit_at ON public.staff_audit USING btree (at);

create table staff_invitations (
  mark text not null,
  role text not null,
  library text,
  made_by text not null,
  made_at bigint not null,
  expires_at bigint not null,
  used_by text,
  constraint staff_invitations_pkey PRIMARY KEY (mark)
);

create table subscriber_libraries (
  library text not null,
  person text not null,
  constraint subscriber_libraries_key PRIMARY KEY (library, person),
  constraint subscriber_libraries_person_fkey FOREIGN KEY (person) REFERENCES subscribers(person) ON DELETE CASCADE
);

CREATE INDEX subscriber_libraries_person ON public.subscriber_libraries USING btree (person);

create table subscriber_topics (
  topic text not null,
  person text not null,
  constraint subscriber_topics_key PRIMARY KEY (topic, person),
  constraint subscriber_topics_person_fkey FOREIGN KEY (person) REFERENCES subscribers(person) ON DELETE CASCADE
);

CREATE INDEX subscriber_topics_person ON public.subscriber_topics USING btree (person);

create table subscribers (
  person text not null,
  consent_at bigint not null,
  consent text not null,
  quiet text,
  stopped_at bigint,
  stopped_why text,
  constraint subscribers_person_fkey FOREIGN KEY (person) REFERENCES people(id) ON DELETE CASCADE,
  constraint subscribers_pkey PRIMARY KEY (person)
);

create table unanswered (
  id text not null,
  day text not null,
  language text not null,
  article text,
  sealed text not null,
  constraint unanswered_pkey PRIMARY KEY (id)
);

CREATE INDEX unanswered_day ON public.unanswered USING btree (day);

create table web_messages (
  seq bigint not null,
  chat text not null,
  sealed text not null,
  at bigint not null,
  constraint web_messages_pkey PRIMARY KEY (seq)
);

CREATE INDEX web_messages_at ON public.web_messages USING btree (at);

CREATE INDEX web_messages_chat ON public.web_messages USING btree (chat, seq);
