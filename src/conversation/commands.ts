import { languages } from '../texts.ts';
import type { Turn } from './flow.ts';

/** What can be typed anywhere: `/book`, «меню», "English", «по-русски». */

const commands = [
  'start',
  'menu',
  'ask',
  'sos',
  'resources',
  'library',
  'book',
  'mybookings',
  'language',
  'country',
  'librarian',
  'privacy',
  'forget',
  'export',
  'clear',
  'join',
  'team',
  'inbox',
] as const;

/** @returns the action that the text stands for, null when it is no command. */
export function findCommand(text: string, turn: Pick<Turn, 'services'>): string | null {
  const trimmed = text.trim();
  const joining = /^\/join(?:@\w+)?\s+(.+)$/isu.exec(trimmed)?.[1];
  if (joining !== undefined) return `join:typed:${joining.replace(/[^\p{L}\p{N}]/gu, '').slice(0, 40)}`;
  const slash = /^\/([a-z]+)(?:@\w+)?(?:\s+(\S+))?$/i.exec(trimmed);
  if (slash) return commandOf(slash[1]?.toLowerCase() ?? '');

  // A wish in words is short; a longer text that contains one is a question.
  const said = trimmed
    .toLowerCase()
    .replace(/[.!?…,"«»]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (said === '' || said.length > 40) return null;
  for (const language of languages) {
    const words = turn.services.words(language, 'commands:thisLanguage');
    if (words.includes(said)) return `language:${language}`;
  }
  for (const command of commands) {
    if (languages.some((language) => turn.services.words(language, `commands:${command}`).includes(said)))
      return command;
  }
  for (const [key, action] of Object.entries(wishes)) {
    if (languages.some((language) => turn.services.words(language, `commands:${key}`).includes(said))) return action;
  }
  return null;
}

/** What is said in words alone. */
const wishes = { cancelBooking: 'mybookings:cancel', moveBooking: 'mybookings:move' };

/** An unknown command leads to the menu: nobody is left without a way on. */
function commandOf(word: string): string {
  return (commands as readonly string[]).includes(word) ? word : 'menu';
}
