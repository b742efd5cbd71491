import { createServer } from 'node:http';
import { Bot, type Context, type SessionFlavor, session, webhookCallback } from 'grammy';
import { Redis } from 'ioredis';

/** What we are compared with: grammY as its manual shows it, an echo with a session in Redis, by webhook. */
type Counter = SessionFlavor<{ messages: number }>;

const redis = new Redis(process.env.REDIS_URL ?? '');
const bot = new Bot<Context & Counter>(process.env.TELEGRAM_BOT_TOKEN ?? '', {
  client: { apiRoot: process.env.TELEGRAM_API_ROOT ?? '' },
  botInfo: { id: 1, is_bot: true, first_name: 'Echo', username: 'echo_bot' } as never,
});
bot.use(
  session({
    initial: () => ({ messages: 0 }),
    storage: {
      async read(key) {
        const text = await redis.get(key);
        return text === null ? undefined : JSON.parse(text);
      },
      async write(key, value) {
        await redis.set(key, JSON.stringify(value), 'EX', 259_200);
      },
      async delete(key) {
        await redis.del(key);
      },
    },
  }),
);
bot.on('message:text', async (ctx) => {
  ctx.session.messages += 1;
  await ctx.reply(ctx.message.text, { reply_markup: { inline_keyboard: [[{ text: 'Menu', callback_data: 'menu' }]] } });
});
createServer(webhookCallback(bot, 'http', { secretToken: process.env.TELEGRAM_WEBHOOK_SECRET ?? '' })).listen(
  Number(process.env.PORT),
  '127.0.0.1',
);
