import type {
  AnnouncementFollowersTable,
  AnnouncementsTable,
  AttachmentsTable,
  SubscriberLibrariesTable,
  SubscribersTable,
  SubscriberTopicsTable,
} from './announcements.ts';
import type {
  BookingAnswersTable,
  BookingEventsTable,
  BookingSlotsTable,
  BookingsTable,
  ConsultantsTable,
} from './bookings.ts';
import type { BookingWaitsTable, CalendarFeedsTable, ClosuresTable } from './calendar.ts';
import type { CountsTable } from './counts.ts';
import type { DoneEffectsTable } from './done-effects.ts';
import type { BookingGuestsTable, BookingProposalsTable, FamilyInvitationsTable } from './families.ts';
import type { IdentitiesTable } from './identities.ts';
import type { JoinCodesTable, JoinedAccountsTable, JoiningsTable, JoinTriesTable } from './joinings.ts';
import type { KeysTable } from './keys.ts';
import type { LettersTable } from './letters.ts';
import type { BookingWordsTable, OutboxTable } from './outbox.ts';
import type { PeopleTable } from './people.ts';
import type { BlocksTable, ConversationMessagesTable, ConversationsTable } from './questions.ts';
import type { SessionsTable } from './sessions.ts';
import type { SignOffsTable } from './sign-offs.ts';
import type { StaffAuditTable, StaffInvitationsTable, StaffTable } from './staff.ts';
import type { UnansweredTable } from './unanswered.ts';
import type { WebMessagesTable } from './web-messages.ts';

/** Every table by its name. A new one: a file here, a line below, a migration. */
export type Tables = {
  announcement_followers: AnnouncementFollowersTable;
  announcements: AnnouncementsTable;
  attachments: AttachmentsTable;
  blocks: BlocksTable;
  booking_answers: BookingAnswersTable;
  booking_events: BookingEventsTable;
  booking_guests: BookingGuestsTable;
  booking_proposals: BookingProposalsTable;
  booking_slots: BookingSlotsTable;
  booking_waits: BookingWaitsTable;
  booking_words: BookingWordsTable;
  bookings: BookingsTable;
  calendar_feeds: CalendarFeedsTable;
  closures: ClosuresTable;
  consultants: ConsultantsTable;
  conversation_messages: ConversationMessagesTable;
  conversations: ConversationsTable;
  counts: CountsTable;
  done_effects: DoneEffectsTable;
  family_invitations: FamilyInvitationsTable;
  identities: IdentitiesTable;
  join_codes: JoinCodesTable;
  join_tries: JoinTriesTable;
  joined_accounts: JoinedAccountsTable;
  joinings: JoiningsTable;
  keys: KeysTable;
  letters: LettersTable;
  outbox: OutboxTable;
  people: PeopleTable;
  sessions: SessionsTable;
  sign_offs: SignOffsTable;
  staff: StaffTable;
  staff_audit: StaffAuditTable;
  staff_invitations: StaffInvitationsTable;
  subscriber_libraries: SubscriberLibrariesTable;
  subscriber_topics: SubscriberTopicsTable;
  subscribers: SubscribersTable;
  unanswered: UnansweredTable;
  web_messages: WebMessagesTable;
};
