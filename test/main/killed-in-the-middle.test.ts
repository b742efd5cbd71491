import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startTelegram } from '../emulators/telegram.ts';
import { type Run, run } from './process.ts';

it('killed with kill -9 among many messages, three times, it has answered each of them in the end, in order', async () => {
  const telegram = await startTelegram();
  const dataDir = mkdtempSync(join(tmpdir(), 'vistka-kill-'));
  const env = {
    PORT: '0',
    DATA_DIR: dataDir,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'silent',
  };
  const people = Array.from({ length: 25 }, () => telegram.person());
  const countries = ['Польща', 'Чехія', 'Німеччина', 'Італія'];
  const heard = () => people.reduce((sum, person) => sum + person.messages().length, 0);
  const named = (person: (typeof people)[number]) =>
    person
      .messages()
      .flatMap((message) => /Запам’ятовую: ([^.]+)/.exec(message.text)?.[1] ?? [])
      .filter((country, i, all) => country !== all[i - 1]);
  let program: Run = run(env);
  try {
    await program.serves();
    for (const country of countries) {
      for (const person of people) {
        person.says('/country');
        person.says(country);
      }
    }
    for (const part of [0.2, 0.45, 0.7]) {
      await telegram.until(() => heard() >= people.length * countries.length * 2 * part);
      program.kill('SIGKILL');
      await program.ended;
      program = run(env);
      await program.serves();
    }
    await telegram.until(() => people.every((person) => named(person).length === countries.length), 40_000);
    await telegram.settled();
    for (const person of people) {
      // What was on its way when the process died may be heard twice; nothing is missing and nothing out of order.
      expect(named(person)).toEqual(countries);
      expect(person.messages().length).toBeLessThanOrEqual(countries.length * 2 + 3);
    }
  } finally {
    program.kill('SIGKILL');
    await program.ended;
    await telegram.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 120_000);
