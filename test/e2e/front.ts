import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What stands between the platforms and several processes: each request goes to the next of them in turn. `twice` sends
 * it to all at once, as a platform does that repeats too early; `loses` passes it on and drops the answer so many times.
 */
export async function startFront() {
  const targets: string[] = [];
  let next = 0;
  let twice = false;
  let losses = 0;

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name)
        ? [[name, value]]
        : [],
    );
    next += 1;
    const chosen = twice ? targets : [targets[next % targets.length] ?? ''];
    const answers = await Promise.all(
      chosen.map(async (target) => {
        const answer = await fetch(`${target}${request.url}`, { method: 'POST', headers, body: Buffer.concat(chunks) });
        return { status: answer.status, body: await answer.text() };
      }),
    );
    if (losses > 0) {
      losses -= 1;
      request.socket.destroy();
      return;
    }
    const first = answers[0] ?? { status: 502, body: '' };
    response.writeHead(first.status).end(first.body);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Where requests go. */
    to(...urls: string[]): void {
      targets.splice(0, targets.length, ...urls);
    },
    twice(yes: boolean): void {
      twice = yes;
    },
    loses(answers: number): void {
      losses = answers;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
