import { createServer } from 'node:http';

/**
 * A Telegram that says yes to everything at once, in a process of its own so that it costs the bot nothing. Counts the
 * messages to each chat; the parent asks by IPC.
 */
const sent = new Map<string, number>();
let total = 0;
/** When the last message came, epoch ms. */
let last = 0;
const body = Buffer.from(
  JSON.stringify({ ok: true, result: { message_id: 1, date: 1, chat: { id: 1, type: 'private' } } }),
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url?.endsWith('/sendMessage')) {
      const { chat_id } = JSON.parse(Buffer.concat(chunks).toString()) as { chat_id: number | string };
      sent.set(String(chat_id), (sent.get(String(chat_id)) ?? 0) + 1);
      total += 1;
      last = performance.timeOrigin + performance.now();
    }
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});
// A pause between rounds closes no connection under a bot that is about to use it again.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('message', (ask: 'total' | 'chats' | 'reset') => {
  if (ask === 'reset') {
    sent.clear();
    total = 0;
  }
  process.send?.(ask === 'chats' ? { chats: [...sent] } : { total, last });
});
