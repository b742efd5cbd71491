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
  'subscribe',
  'dates',
  'language',
  'country',
  'librarian',
  'privacy',
  'forget',
  'export',
  'clear',
  'close',
  'join',
  'team',
  'inbox',
  'announce',
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
  return commandsIn(turn.services.words).get(said) ?? null;
}

type Words = Turn['services']['words'];

const known = new WeakMap<Words, ReadonlyMap<string, string>>();

/** The actions by the words for them, in all languages. */
function commandsIn(words: Words): ReadonlyMap<string, string> {
  const found = known.get(words) ?? collectCommands(words);
  known.set(words, found);
  return found;
}

function collectCommands(words: Words): ReadonlyMap<string, string> {
  const all: (readonly [said: string, action: string])[] = [
    ...languages.flatMap((language) =>
      words(language, 'commands:thisLanguage').map((said) => [said, `language:${language}`] as const),
    ),
    ...[...commands.map((command) => [command, command] as const), ...Object.entries(wishes)].flatMap(([key, action]) =>
      languages.flatMap((language) => words(language, `commands:${key}`).map((said) => [said, action] as const)),
    ),
  ];
  // Of a word that stands twice, the first counts.
  return new Map(all.toReversed());
}

/** What is said in words alone. */
const wishes = {
  cancelBooking: 'mybookings:cancel',
  moveBooking: 'mybookings:move',
  unsubscribe: 'subscribe:stop',
  stop: 'subscribe:halt',
};

/** An unknown command leads to the menu: nobody is left without a way on. */
function commandOf(word: string): string {
  if (word === 'stop') return 'subscribe:stop';
  return (commands as readonly string[]).includes(word) ? word : 'menu';
}
