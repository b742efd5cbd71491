import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type Asset = { content: string; type: string; etag: string };
export type Assets = ReadonlyMap<string, Asset>;

const FILES = {
  'base.css': 'text/css; charset=utf-8',
  'frame.css': 'text/css; charset=utf-8',
  'conversation.css': 'text/css; charset=utf-8',
  'small.css': 'text/css; charset=utf-8',
  'chat.js': 'text/javascript; charset=utf-8',
  'connection.js': 'text/javascript; charset=utf-8',
  'leave.js': 'text/javascript; charset=utf-8',
  'log.js': 'text/javascript; charset=utf-8',
  'messages.js': 'text/javascript; charset=utf-8',
  'outbox.js': 'text/javascript; charset=utf-8',
  'words.js': 'text/javascript; charset=utf-8',
  'mark.svg': 'image/svg+xml',
};

/** Everything that the page loads, read once. @throws when a file is missing */
export function loadAssets(): Assets {
  return new Map(
    Object.entries(FILES).map(([name, type]) => {
      const content = readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
      const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
      return [name, { content, type, etag: `"${hash}"` }];
    }),
  );
}
