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
  constraint booking_events_key PRIMARY KEY (booking, version)
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

CREATE INDEX bookings_person ON public.bookings USING btree (person, wall);

CREATE INDEX bookings_state ON public.bookings USING btree (state, wall);

CREATE INDEX bookings_wall ON public.bookings USING btree (wall);

create table consultants (
  id text not null,
  library text not null,
  source text not null,
  place bigint not null,
  plan text not null,
  constraint consultants_pkey PRIMARY KEY (id)
);

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

create table letters (
  channel text not null,
  event_id text not null,
  seq bigint not null,
  person text,
  payload text,
  at bigint not null,
  done_at bigint,
  constraint letters_key PRIMARY KEY (channel, event_id)
);

CREATE INDEX letters_done ON public.letters USING btree (done_at);

CREATE INDEX letters_person ON public.letters USING btree (person, seq);

CREATE INDEX letters_seq ON public.letters USING btree (seq);

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

create table web_messages (
  seq bigint not null,
  chat text not null,
  sealed text not null,
  at bigint not null,
  constraint web_messages_pkey PRIMARY KEY (seq)
);

CREATE INDEX web_messages_at ON public.web_messages USING btree (at);

CREATE INDEX web_messages_chat ON public.web_messages USING btree (chat, seq);
