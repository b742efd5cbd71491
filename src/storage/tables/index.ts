import type {
  BookingAnswersTable,
  BookingEventsTable,
  BookingSlotsTable,
  BookingsTable,
  ConsultantsTable,
} from './bookings.ts';
import type { CountsTable } from './counts.ts';
import type { DoneEffectsTable } from './done-effects.ts';
import type { IdentitiesTable } from './identities.ts';
import type { LettersTable } from './letters.ts';
import type { PeopleTable } from './people.ts';
import type { SessionsTable } from './sessions.ts';
import type { SignOffsTable } from './sign-offs.ts';
import type { WebMessagesTable } from './web-messages.ts';

/** Every table by its name. A new one: a file here, a line below, a migration. */
export type Tables = {
  booking_answers: BookingAnswersTable;
  booking_events: BookingEventsTable;
  booking_slots: BookingSlotsTable;
  bookings: BookingsTable;
  consultants: ConsultantsTable;
  counts: CountsTable;
  done_effects: DoneEffectsTable;
  identities: IdentitiesTable;
  letters: LettersTable;
  people: PeopleTable;
  sessions: SessionsTable;
  sign_offs: SignOffsTable;
  web_messages: WebMessagesTable;
};
