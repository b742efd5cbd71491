import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, startRedis } from '../servers.ts';
import { startVistka } from '../vistka.ts';
import { onTelegram, visitor } from './visitor.ts';

let redis: Server;
let vistka: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  redis = await startRedis();
  vistka = await startVistka({ telegram: 'polling', redisUrl: redis.url });
});
afterAll(async () => {
  redis.process.kill('SIGCONT');
  await vistka.stop();
  await redis.stop();
});

const readiness = async () => {
  const response = await fetch(`${vistka.url}/readyz`);
  return { status: response.status, body: (await response.json()) as { ok: boolean } };
};

/** Asks until the program says so itself. */
async function becomes(status: number): Promise<void> {
  const until = Date.now() + 15_000;
  while ((await readiness()).status !== status) {
    if (Date.now() > until) throw new Error(`/readyz did not become ${status}`);
    await sleep(50);
  }
}

it('danger and questions are answered while Redis is frozen, booking pauses kindly, and all goes on afterwards', async () => {
  const { telegram } = vistka;
  const oksana = visitor('Telegram by polling', onTelegram(telegram.person(), telegram.until));
  await oksana.says('/country');
  await oksana.presses('Польща');
  await oksana.hears(/Запам’ятовую/);
  await oksana.says('/book');
  await oksana.presses('Тисмениця');
  await oksana.hears(/Це безкоштовно/);
  expect((await readiness()).status).toBe(200);

  redis.process.kill('SIGSTOP');
  await oksana.says('шеф забрав паспорт і не випускає нас');
  expect((await oksana.hears(/дзвоніть/)).text).toMatch(/^112/);
  await oksana.says('мені вже два місяці не платять зарплату, що робити?');
  const answer = await oksana.hears(/Не платять зарплату/);
  expect(answer.text).not.toContain('Де ви працюєте');
  await oksana.presses(/\d\d:\d\d/);
  expect((await oksana.hears(/частина моєї пам’яті недоступна/)).buttons).toEqual(['Запитати', 'Я в небезпеці']);
  await oksana.says('/book');
  await oksana.hears(/частина моєї пам’яті недоступна/);
  await becomes(503);

  redis.process.kill('SIGCONT');
  await becomes(200);
  await oksana.says('/book');
  await oksana.presses(/\d\d:\d\d/);
  await oksana.hears(/Як поговорити/);
});
