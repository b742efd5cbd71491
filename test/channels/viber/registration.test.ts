import { describe, expect, test } from 'vitest';
import { startViber } from '../../emulators/viber.ts';
import { registered, startBot, until } from './bot.ts';

describe('the line to Viber', () => {
  test('is set up by asking for what we use, and no receipts of each device', async () => {
    await using viber = await startViber();
    await using bot = await startBot(viber);
    await registered(viber);
    expect(viber.webhook).toBe(`${bot.publicUrl}/webhooks/viber`);
    expect(viber.eventTypes).toEqual(['conversation_started', 'failed']);
    expect(viber.calls[0]?.body).toMatchObject({ send_name: true });
    await until(() => bot.channel.health().ok, 'healthy');
  });

  test('that is down at the start is tried again until it stands, and the start is not stopped by it', async () => {
    await using viber = await startViber();
    viber.fail({ kind: 'http', status: 502, method: 'set_webhook' });
    viber.fail({ kind: 'drop', method: 'set_webhook' });
    viber.fail({ kind: 'status', status: 1, method: 'set_webhook' });
    await using bot = await startBot(viber, { idle: true });
    expect(bot.channel.health()).toEqual({ ok: false, lastContact: null, problem: 'not registered yet' });
    expect(bot.channel.start()).toBeUndefined();
    await registered(viber);
    await until(() => bot.channel.health().ok, 'healthy');
    expect(viber.calls.filter((call) => call.method === 'set_webhook')).toHaveLength(4);
  });

  test('with a wrong token raises the alarm and says so', async () => {
    await using viber = await startViber();
    await using bot = await startBot({ apiRoot: viber.apiRoot, token: 'wrong-token' });
    await until(() => bot.lines.some((line) => line.level === 'error'), 'an alarm');
    expect(bot.counts).toContainEqual({ name: 'channel_alarms', labels: { channel: 'viber', status: '2' } });
    await until(() => bot.channel.health().problem === 'set_webhook: Viber status 2', 'the problem is told');
    expect(JSON.stringify(bot.lines)).not.toContain('wrong-token');
  });

  test('taken away by another deployment is taken back', async () => {
    await using viber = await startViber();
    await using first = await startBot(viber, { config: { timings: { livenessMs: 20 } } });
    await registered(viber);
    await using _second = await startBot(viber, { config: { timings: { livenessMs: 3_600_000 } } });
    await until(() => viber.calls.filter((call) => call.method === 'set_webhook').length >= 3, 'registered again');
    await until(() => viber.webhook.startsWith(first.publicUrl), 'the first has it back');
  });

  test('gone silent is not called healthy', async () => {
    await using viber = await startViber();
    let now = 1_795_000_000_000;
    await using bot = await startBot(viber, { now: () => now });
    await until(() => bot.channel.health().ok, 'healthy');
    now += 3_600_000;
    expect(bot.channel.health()).toMatchObject({ ok: false, problem: 'no sign of life' });
    await viber.person().says('hello');
    expect(bot.channel.health()).toEqual({ ok: true, lastContact: now, problem: null });
  });

  test('is let go on stop: nothing is asked of Viber any more, while answers still go out', async () => {
    await using viber = await startViber();
    await using bot = await startBot(viber, { config: { timings: { livenessMs: 1 } } });
    const asked = () => viber.calls.filter((call) => call.method === 'get_account_info').length;
    await until(() => asked() > 2, 'Viber is looked at');
    await bot.channel.stop();
    const maria = viber.person();
    await maria.subscribes();
    const before = asked();
    for (let sent = 0; sent < 30; sent++) await bot.channel.send(maria.id, { text: 'x' });
    // One may have been under way.
    expect(asked()).toBeLessThanOrEqual(before + 1);
  });
});
