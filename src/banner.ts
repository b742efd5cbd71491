import type { Config } from './config.ts';
import { loadTexts } from './texts.ts';

/** What whoever starts the program reads first: where it is, what is on, and how to switch on the rest. */
export function banner(config: Config, address: string): string {
  const { t } = loadTexts(config.localesDir);
  const say = (key: string, values?: Record<string, string>) => t(config.defaultLanguage, `banner:${key}`, values);
  const here = address.replace('127.0.0.1', 'localhost').replace('0.0.0.0', 'localhost');
  const lines = [
    say('title'),
    '',
    `  ${say('web', { address: `${here}/chat` })}`,
    `  ${config.telegram ? say('telegramOn', { mode: say(config.telegram.mode) }) : say('telegramOff')}`,
    `  ${config.viber ? say('viberOn') : say('viberOff')}`,
    `  ${config.database.kind === 'postgres' ? say('postgresOn') : say('sqlite', { file: config.database.file })}`,
    `  ${config.redisUrl ? say('redisOn') : say('redisOff')}`,
    ...(config.demo ? [`  ${say('demo')}`] : []),
    ...(config.clockOffsetMs !== 0
      ? [
          `  ${say('clock', {
            offset: Temporal.Duration.from({ milliseconds: Math.round(config.clockOffsetMs) })
              .round({ largestUnit: 'hours' })
              .toString(),
          })}`,
        ]
      : []),
    '',
    `  ${say('stop')}`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}
