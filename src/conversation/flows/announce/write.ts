import { type Language, languages } from '../../../texts.ts';
import type { Deed, IncomingFile } from '../../event.ts';
import type { Told, Turn } from '../../flow.ts';
import type { Choice } from '../../reply.ts';
import type { Step } from '../../session.ts';
import { askFirstWords, create, draftOf } from './begin.ts';
import { open, opened } from './card.ts';
import { notThere } from './list.ts';
import { allAndMenu, amount, asking, backTo, button, first, paragraphs, screen } from './parts.ts';

/** The words of an announcement in each language, what comes with them, and the address behind its button. */

/** What people read without scrolling back (voice.md). */
const longest = 900;
/** Of a line such as a sum. */
export const longestLine = 120;

// ---------------------------------------------------------------- words

export async function texts(no: number, turn: Turn): Promise<Told> {
  const { t, services, person } = turn;
  const found = await services.announcements.find(person, no);
  if (!found) return notThere(turn);
  const { words } = found.content;
  const written = languages.filter((language) => words[language] !== undefined);
  const name = (language: Language) => services.t(language, 'language:name');
  const rows: Choice[][] = languages.map((language) => [
    {
      label: t(written.includes(language) ? 'announce:rewrite' : 'announce:addText', { language: name(language) }),
      action: `announce:words:${no}:${language}`,
    },
    ...(written.includes(language) && written.length > 1
      ? [{ label: t('announce:removeText'), action: `announce:unwords:${no}:${language}` }]
      : []),
  ]);
  return screen(t('announce:whichText'), [...rows, backTo(no, turn)]);
}

export async function askText(no: number, given: string, turn: Turn): Promise<Told> {
  const { t, services, person } = turn;
  const language = languages.find((one) => one === given);
  const found = await services.announcements.find(person, no);
  if (!found || !language) return notThere(turn);
  const now = found.content.words[language];
  const text = paragraphs(
    t('announce:writeIn', { language: services.t(language, 'language:name') }),
    now === undefined ? '' : `${t('announce:nowIs')}\n${services.plain(now)}`,
  );
  return asking(text, [backTo(no, turn)], 'words', { no: String(no), language });
}

export async function removeText(no: number, given: string, turn: Turn): Promise<Told> {
  const language = languages.find((one) => one === given);
  const found = await turn.services.announcements.find(turn.person, no);
  // The last text stays: there would be nothing to send.
  if (!found || !language || Object.keys(found.content.words).length < 2) return texts(no, turn);
  const words = { language, text: null };
  const changed = await turn.services.announcements.change(turn.person, no, { words });
  return opened(no, changed, turn.t('announce:changed'), turn);
}

/** Words for the step where somebody stands; a photo may come with them. */
export async function hearWords(deed: Deed, step: Step, turn: Turn): Promise<Told | null> {
  if (deed.kind === 'unreadable' && deed.file) return first(turn.t('announce:wordsFirst'), askAgain(step, turn));
  if (deed.kind !== 'text') return null;
  const text = deed.text.trim();
  if (text === '') return askAgain(step, turn);
  const length = [...text].length;
  return length > longest ? tooLong(text, length, step, turn) : keep(text, step, turn, deed.file);
}

function askAgain({ step, told }: Step, turn: Turn): Told {
  if (step === 'first') return askFirstWords(told, turn);
  return asking(turn.t('announce:write'), [backTo(Number(told.no), turn)], step, told);
}

async function keep(text: string, { step, told }: Step, turn: Turn, file?: IncomingFile): Promise<Told> {
  const { t, services, person } = turn;
  if (step === 'first') {
    const no = await draftOf(text, told, turn);
    if (no === null) return notThere(turn);
    if (file) return takeFile(no, file, turn);
    return first(t('announce:drafted'), await open(no, turn));
  }
  const no = Number(told.no);
  const language = languages.find((one) => one === told.language) ?? turn.language;
  const changed = await services.announcements.change(person, no, { words: { language, text } });
  if (changed && file) return takeFile(no, file, turn);
  const going = changed?.state === 'sending' || changed?.state === 'paused';
  return opened(no, changed, t(going ? 'announce:changedGoing' : 'announce:changed'), turn);
}

/** Nothing is thrown away: it stands in the chat, and what fits is offered. */
function tooLong(text: string, length: number, { step, told }: Step, turn: Turn): Told {
  const { t, services, language } = turn;
  const short = shortened(text);
  const values = { count: length - longest, over: amount(length - longest, language), most: amount(longest, language) };
  return asking(
    paragraphs(t('announce:tooLong', values), t('announce:wouldFit'), services.plain(short)),
    [
      [button('announce:takeShort', 'short', turn)],
      told.no === undefined ? allAndMenu(turn) : backTo(Number(told.no), turn),
    ],
    step,
    { ...told, short },
  );
}

/** The whole sentences that fit, else the whole words. */
function shortened(text: string): string {
  const fits = [...text].slice(0, longest).join('');
  const sentences = /^.*[.!?…](?=\s|$)/su.exec(fits)?.[0];
  if (sentences && sentences.length > longest / 3) return sentences;
  return fits.replace(/\s+\S*$/u, '');
}

export async function takeShort(turn: Turn): Promise<Told> {
  const { at } = turn.session;
  const short = at?.flow === 'announce' ? at.told.short : undefined;
  return at && short !== undefined ? keep(short, at, turn) : create(turn);
}

// ---------------------------------------------------------------- a picture or a document

const mebibyte = 1024 * 1024;
const most = { picture: mebibyte, file: 5 * mebibyte };

export async function askFile(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (!found) return notThere(turn);
  const remove = found.content.attachment ? [[button('announce:removeFile', `nofile:${no}`, turn)]] : [];
  return asking(turn.t('announce:askFile'), [...remove, backTo(no, turn)], 'file', { no: String(no) });
}

export async function hearFile(deed: Deed, step: Step, turn: Turn): Promise<Told | null> {
  const no = Number(step.told.no);
  if (deed.kind !== 'text' && deed.kind !== 'unreadable') return null;
  if (deed.file) return takeFile(no, deed.file, turn);
  return first(turn.t('announce:fileNotYet'), await askFile(no, turn));
}

async function takeFile(no: number, file: IncomingFile, turn: Turn): Promise<Told> {
  const { services, person, event, t } = turn;
  // Nothing is fetched for somebody whose it is not.
  if (!(await services.announcements.find(person, no))) return notThere(turn);
  const fetched = await services.fetchFile(event.channel, file);
  if (!fetched) return first(t('announce:fileUnknown'), await askFile(no, turn));
  if ((fetched.content.length * 3) / 4 > most[fetched.kind] + 2) {
    return first(t(`announce:fileTooLarge.${fetched.kind}`), await askFile(no, turn));
  }
  return opened(
    no,
    await services.announcements.attach(person, no, fetched),
    t(`announce:fileAdded.${fetched.kind}`),
    turn,
  );
}

export async function removeFile(no: number, turn: Turn): Promise<Told> {
  const changed = await turn.services.announcements.change(turn.person, no, { attachment: null });
  return opened(no, changed, turn.t('announce:changed'), turn);
}

// ---------------------------------------------------------------- a link

const longestAddress = 500;

export async function askLink(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (!found) return notThere(turn);
  const remove = found.content.link === null ? [] : [[button('announce:removeLink', `nolink:${no}`, turn)]];
  return asking(turn.t('announce:askLink'), [...remove, backTo(no, turn)], 'link', { no: String(no) });
}

export async function hearLink(text: string, step: Step, turn: Turn): Promise<Told> {
  const no = Number(step.told.no);
  const read = readLink(text);
  if ('fault' in read) return first(turn.t(`announce:linkFault.${read.fault}`), await askLink(no, turn));
  const changed = await turn.services.announcements.change(turn.person, no, { link: read.link });
  return opened(no, changed, turn.t('announce:linkAdded'), turn);
}

export async function removeLink(no: number, turn: Turn): Promise<Told> {
  const changed = await turn.services.announcements.change(turn.person, no, { link: null });
  return opened(no, changed, turn.t('announce:changed'), turn);
}

/** An address on the web under which nobody can listen in or hide who they are. */
function readLink(text: string): { link: string } | { fault: 'none' | 'insecure' | 'long' } {
  const typed = text.trim();
  if (/^http:\/\//i.test(typed)) return { fault: 'insecure' };
  const whole = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(\/\S*)?$/u.test(typed) ? `https://${typed}` : typed;
  if (!/^https:\/\/\S+$/i.test(whole) || !URL.canParse(whole)) return { fault: 'none' };
  const url = new URL(whole);
  if (url.username !== '' || url.password !== '' || !/\.[a-z]/i.test(url.hostname)) return { fault: 'none' };
  return url.href.length > longestAddress ? { fault: 'long' } : { link: url.href };
}
