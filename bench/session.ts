import type { Deed } from '../src/conversation/event.ts';
import { readSession, writeSession } from '../src/conversation/session.ts';
import { createSeal } from '../src/storage/seal.ts';
import { village } from '../test/conversation/talk.ts';
import { atMost, type Finding, told } from './measure.ts';

/** What is stored of a talk, sealed, at each step of a booking by somebody of whom all is known. */
export async function session(): Promise<Finding[]> {
  const home = await village();
  const seal = createSeal([Buffer.alloc(32, 1)]);
  const halyna = home.person('Галина', { language: 'uk', country: 'pl', library: 'bar-public' });
  const sizes: number[] = [];
  const note = () => {
    const text = writeSession(halyna.session);
    if (readSession(text) === null) throw new Error('a session that can not be read back');
    sizes.push(seal.seal(text, `session:${halyna.person}`).length);
  };
  await halyna.sends('menu');
  note();
  const usual = sizes[0] ?? Number.NaN;
  await halyna.sends('book:lib:bar-public');
  note();
  for (const next of [/^book:kind:/, /^book:at:/, /^book:how:/, /^book:name/]) {
    const buttons = halyna.replies.flatMap((reply) => (reply.rows ?? []).flat());
    if (!buttons.some((button) => 'action' in button && next.test(button.action))) continue;
    await halyna.presses(next);
    note();
  }
  const words: Deed = { kind: 'text', text: 'Галина' };
  await halyna.does(words);
  note();
  await home.close();
  return [
    told('stored session, nowhere in particular', usual, 'bytes'),
    atMost('stored session, the largest of a booking', Math.max(...sizes), 'bytes', 300),
  ];
}
