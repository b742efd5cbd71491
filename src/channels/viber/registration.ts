/**
 * Keeps the bot registered with Viber and knows whether Viber can still be reached: in the background, for as long as
 * the program runs. There is no polling: with the webhook lost, the bot would be deaf and silent about it.
 */
import type { ChannelDeps, ChannelHealth } from '../channel.ts';
import type { Answer, Client } from './client.ts';
import { isAlarm } from './send.ts';

/**
 * What to be told of besides messages, subscriptions and their ends, which always come. Without `delivered` and
 * `seen`: each message would cause two more callbacks from each device.
 */
const EVENT_TYPES = ['conversation_started', 'failed'];
const WEBHOOK_NOT_SET = 10;
/** Missing this many signs of life in a row is deafness. */
const MISSED_SIGNS = 3;

export type Timings = { livenessMs: number; firstRetryMs: number; lastRetryMs: number };

export type Registration = {
  start(): void;
  stop(): void;
  /** A good exchange with Viber, in either direction. */
  onContact(): void;
  /** The status of an answer to a send. */
  onStatus(status: number): void;
  health(): ChannelHealth;
};

export function createRegistration(
  client: Client,
  options: { webhookUrl: string; timings: Timings },
  deps: Pick<ChannelDeps, 'clock' | 'report'>,
): Registration {
  const { timings } = options;
  const stopping = new AbortController();
  let running = false;
  let lastContact: number | null = null;
  let problem: string | null = 'not registered yet';
  let registered = false;
  let wake: () => void = () => {};

  async function keep(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const trouble = registered ? await check() : await register();
      if (stopping.signal.aborted) return;
      if (trouble !== null && trouble !== problem)
        deps.report.log('warn', 'Viber cannot be reached as it should', { trouble });
      problem = trouble;
      failures = trouble === null ? 0 : failures + 1;
      await pause(trouble === null ? timings.livenessMs : retryMs(failures));
    }
  }

  async function register(): Promise<string | null> {
    const answer = await ask('set_webhook', { url: options.webhookUrl, event_types: EVENT_TYPES, send_name: true });
    if (typeof answer === 'string') return answer;
    registered = true;
    deps.report.log('info', 'Viber sends its updates here');
    return null;
  }

  /** Cheap, and it tells where Viber sends updates: another deployment with the same token would take them away. */
  async function check(): Promise<string | null> {
    const answer = await ask('get_account_info', {});
    if (typeof answer === 'string') return answer;
    if (typeof answer.webhook === 'string' && answer.webhook !== options.webhookUrl) {
      deps.report.log('warn', 'Viber sends its updates elsewhere, registering again');
      registered = false;
      return register();
    }
    return null;
  }

  async function ask(method: string, body: object): Promise<Answer | string> {
    try {
      const answer = await client.call(method, body);
      if (answer.status === 0) {
        onContact();
        return answer;
      }
      onStatus(answer.status);
      return `${method}: Viber status ${answer.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : `${method} failed`;
    }
  }

  function onContact(): void {
    lastContact = deps.clock.now();
  }

  function onStatus(status: number): void {
    if (!isAlarm(status)) {
      onContact();
      return;
    }
    if (status === WEBHOOK_NOT_SET) registered = false;
    problem = `Viber status ${status}`;
    deps.report.count('channel_alarms', { channel: 'viber', status: String(status) });
    deps.report.log('error', 'Viber refuses this account', { status });
    if (status === WEBHOOK_NOT_SET) wake();
  }

  function retryMs(failures: number): number {
    const longest = Math.min(timings.lastRetryMs, timings.firstRetryMs * 2 ** Math.min(failures - 1, 20));
    return longest * (0.5 + Math.random() / 2);
  }

  function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  return {
    start() {
      if (running) return;
      running = true;
      void keep();
    },
    stop() {
      stopping.abort();
      wake();
    },
    onContact,
    onStatus,
    health() {
      const silent = lastContact === null || deps.clock.now() - lastContact > MISSED_SIGNS * timings.livenessMs;
      return { ok: problem === null && !silent, lastContact, problem: problem ?? (silent ? 'no sign of life' : null) };
    },
  };
}
