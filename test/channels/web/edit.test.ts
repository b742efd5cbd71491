import { expect, test } from 'vitest';
import { BadPayload, ChannelDown } from '../../../src/channels/errors.ts';
import { unpack } from '../../../src/channels/web/transcripts.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { createHarness, memoryTranscripts } from '../../browser/web-harness.ts';
import { media, pdf, png } from '../samples.ts';

const chat = 'a-chat';

function opened(transcripts = memoryTranscripts()) {
  const { web } = createHarness({ transcripts });
  return {
    send: (reply: Reply) => web.send(chat, reply),
    edit: async (receipt: string | null, reply: Reply) => web.edit?.(chat, receipt ?? '', reply),
    shown: () => (transcripts.chats.get(chat) ?? []).map((entry) => unpack(entry.message)?.message),
    web,
  };
}

test('a picture and a PDF are shown from our own address, with their names', async () => {
  const { send, shown } = opened();
  const poster = media(png, 'Афіша.png', 'image/png');
  const terms = media(pdf, 'terms.pdf', 'application/pdf');
  await send({ text: 'Клуб', picture: poster });
  await send({ text: '', file: terms });
  expect(shown()).toMatchObject([
    { picture: { src: `/media/${poster.id}/file.png`, name: 'Афіша.png' } },
    { file: { href: `/media/${terms.id}/terms.pdf`, name: 'terms.pdf' } },
  ]);
  expect([poster.asked(), terms.asked()]).toEqual([0, 0]);
  await expect(send({ text: '', picture: { ...poster, id: '../../x' } })).rejects.toThrow(BadPayload);
});

test('a change takes the place of the message, and leaves its picture', async () => {
  const { send, edit, shown } = opened();
  const receipt = await send({ text: 'о 15:00', picture: media(png), rows: [[{ label: 'Меню', action: 'menu' }]] });
  await send({ text: 'Інше' });
  await edit(receipt, { text: 'о **16:00**' });
  const [first, , change] = shown();
  expect(change).toMatchObject({ replaces: Number(receipt), picture: first?.picture });
  expect(change?.rows).toBeUndefined();
  // The receipt stays good.
  await edit(receipt, { text: 'о 17:00' });
  expect(shown().at(-1)).toMatchObject({ replaces: Number(receipt), text: [{ text: 'о 17:00' }] });
});

test.each(['', '0', 'x', '999', '1.5'])('a change by the receipt %j is refused', async (receipt) => {
  const { send, edit } = opened();
  await send({ text: 'a' });
  await expect(edit(receipt, { text: 'b' })).rejects.toThrow(BadPayload);
});

test("what another chat was sent, a person's own words, and what is gone can not be changed", async () => {
  const { send, edit, web } = opened();
  const elsewhere = await web.send('another', { text: 'a' });
  await expect(edit(elsewhere, { text: 'b' })).rejects.toThrow(BadPayload);
  const receipt = await send({ text: 'a' });
  await web.clear?.(chat);
  await expect(edit(receipt, { text: 'b' })).rejects.toThrow(BadPayload);
});

test('a transcript that can not be written is no refusal', async () => {
  const transcripts = memoryTranscripts();
  const { send, edit } = opened(transcripts);
  const receipt = await send({ text: 'a' });
  transcripts.append = async () => {
    throw new Error('the disk is full');
  };
  await expect(edit(receipt, { text: 'b' })).rejects.toThrow(ChannelDown);
});
