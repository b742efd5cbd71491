/** Pictures and documents for tests: small, but what they say they are. */
import { randomUUID } from 'node:crypto';
import type { Media } from '../../src/conversation/reply.ts';

/** One pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const jpeg = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  Buffer.alloc(200, 7),
]);
export const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');

/** A picture of so many bytes. */
export function pictureOf(bytes: number): Buffer {
  return Buffer.concat([jpeg, Buffer.alloc(Math.max(0, bytes - jpeg.length))]).subarray(0, bytes);
}

/** `asked`: how often the bytes were asked for. */
export function media(content: Buffer, name = 'Афіша клубу.jpg', mime = 'image/jpeg'): Media & { asked(): number } {
  let asked = 0;
  return {
    id: randomUUID(),
    name,
    mime,
    content: async () => {
      asked += 1;
      return content;
    },
    asked: () => asked,
  };
}
