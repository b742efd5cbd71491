import { staff } from '../../src/cli/staff.ts';
import { secretKey, type startVistka } from '../vistka.ts';
import type { Visitor } from './visitor.ts';

/** Somebody becomes the librarian of a library, by a link made at the terminal. `now`: the bot's clock, UTC ms. */
export async function becomesLibrarian(
  who: Visitor,
  library: string,
  { vistka, now }: { vistka: Awaited<ReturnType<typeof startVistka>>; now: number },
): Promise<void> {
  const env = {
    ...{ DATA_DIR: vistka.dataDir, SECRET_KEY: secretKey, DEMO: '1', PUBLIC_URL: vistka.url },
    CLOCK_OFFSET: Temporal.Duration.from({ seconds: Math.round((now - Date.now()) / 1000) }).toString(),
  };
  const { out } = await staff(['invite', '--role', 'librarian', '--library', library, '--json'], env);
  await who.starts(`staff-${(JSON.parse(out) as { code: string }).code}`);
  await who.hears(/Вас запрошують/);
  await who.presses('Приєднатися');
  await who.hears(/Вітаю в команді/);
}

/** Asks for courses and events, and for the news of that library. */
export async function asksForNews(who: Visitor, library: string): Promise<void> {
  await who.starts(`lib-${library}`);
  await who.hears(/Вітаю/);
  await who.says('/subscribe');
  await who.presses('☐ Курси й події');
  await who.hears(/Обрано: Курси й події/);
  await who.presses('Готово');
  await who.hears(/Ваша бібліотека/);
  await who.presses(/^☐ /);
  await who.hears(/Зараз надсилаю/);
  await who.presses('Готово');
  await who.hears(/Ось що ви обрали/);
}
