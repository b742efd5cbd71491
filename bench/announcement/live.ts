import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { secret } from './deployment.ts';

/** People who talk to the bot while it tells many something: so many updates a second, by webhook, each from another chat. */
export type Live = {
  /** Ends the talking. */
  stop(): Promise<readonly Said[]>;
};

/** `at`: epoch ms when the update was handed over; `ackMs`: until our 200; null: there was none. */
export type Said = { chat: number; at: number; ackMs: number | null };

const firstChat = 5_000_000_000;
const texts = ['шеф не платить', '/menu', 'де найближча бібліотека', '/menu', 'як оформити пенсію', '/menu'];

/**
 * Everybody says hello once, so that nobody is new when it counts. No faster than half of what the platform allows: what it
 * refuses here would be counted, and slow the bot down for minutes after.
 * @param perSecond what the platform allows; 0: without a limit
 */
export async function greet(ports: readonly number[], chats: number, perSecond: number): Promise<void> {
  const agent = new Agent({ connections: 16 });
  for (let from = 0; from < chats; from += 16) {
    const some = Array.from({ length: Math.min(16, chats - from) }, (_, place) => firstChat + from + place);
    const paced = perSecond > 0 ? wait((some.length / perSecond) * 2_000) : null;
    await Promise.all([...some.map((chat, i) => post(agent, ports[i % ports.length] ?? 0, chat, '/start')), paced]);
  }
  await agent.close();
}

export function talk(ports: readonly number[], perSecond: number, chats: number): Live {
  const agent = new Agent({ connections: 32 });
  const said: Said[] = [];
  const underWay = new Set<Promise<void>>();
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond);
    for (; sent < due; sent++) {
      const chat = firstChat + (sent % chats);
      const one: Said = { chat, at: performance.timeOrigin + performance.now(), ackMs: null };
      said.push(one);
      const text = texts[(sent + Math.floor(sent / chats)) % texts.length] ?? '/menu';
      const work: Promise<void> = post(agent, ports[sent % ports.length] ?? 0, chat, text)
        .then((ms) => {
          one.ackMs = ms;
        })
        .catch(() => undefined)
        .finally(() => underWay.delete(work));
      underWay.add(work);
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      await agent.close();
      return said;
    },
  };
}

/** How long each waited for the first message of the answer, from handing over the update; null: none came. */
export function waits(said: readonly Said[], answers: readonly [chat: number, at: number][]): (number | null)[] {
  const of = Map.groupBy(answers, ([chat]) => chat);
  const next = new Map<Said, number>();
  for (const theirs of Map.groupBy(said, ({ chat }) => chat).values()) {
    for (const [i, one] of theirs.entries()) next.set(one, theirs[i + 1]?.at ?? Number.POSITIVE_INFINITY);
  }
  return said.map((one) => {
    const until = next.get(one) ?? Number.POSITIVE_INFINITY;
    const first = (of.get(one.chat) ?? []).find(([, at]) => at >= one.at && at < until);
    return first ? first[1] - one.at : null;
  });
}

let updateIds = 1;

/** @returns ms until the 200 */
async function post(agent: Agent, port: number, chat: number, text: string): Promise<number> {
  updateIds += 1;
  const from = { id: chat, is_bot: false, first_name: 'Оксана', language_code: 'uk' };
  const update = {
    update_id: updateIds,
    message: {
      ...{ message_id: updateIds, date: 1_764_000_000, text, from },
      chat: { id: chat, type: 'private', first_name: 'Оксана' },
    },
  };
  const began = performance.now();
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/webhooks/telegram`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
    body: JSON.stringify(update),
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`the bot answered ${statusCode}`);
  return performance.now() - began;
}
