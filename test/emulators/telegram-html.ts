/**
 * The HTML that the Bot API takes (core.telegram.org/bots/api#html-style), read strictly: what its page calls an error
 * is refused here, even where the server is lenient, so that a missing escape is found.
 */
export type Entity = { type: string; offset: number; length: number; url?: string };

/** `description` of the 400 that the server answers. */
export class CannotParse extends Error {
  override readonly name = 'CannotParse';
}

const TYPES: Record<string, string> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
};

const CHARACTERS: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** @throws CannotParse */
export function parseHtml(html: string): { text: string; entities: Entity[] } {
  let text = '';
  const entities: Entity[] = [];
  const open: { tag: string; offset: number; url?: string }[] = [];
  for (const [piece] of html.matchAll(/<[^>]*>?|&[^;&<>\s]*;?|[^<&]+/g)) {
    if (piece.startsWith('<')) {
      const [, close, name = '', attributes = ''] = /^<(\/?)([a-z0-9-]+)((?:\s[^>]*)?)>$/i.exec(piece) ?? [];
      const tag = name.toLowerCase();
      if (!(tag in TYPES)) throw new CannotParse(`can't parse entities: Unsupported start tag "${name}"`);
      if (!close) {
        const url = /\shref="([^"]*)"/.exec(attributes)?.[1];
        open.push({ tag, offset: text.length, ...(url === undefined ? {} : { url: decode(url) }) });
        continue;
      }
      const last = open.pop();
      if (last?.tag !== tag) throw new CannotParse(`can't parse entities: Unexpected end tag "${name}"`);
      const length = text.length - last.offset;
      const link = last.url === undefined || tag !== 'a' ? {} : { url: last.url };
      const opens = tag !== 'a' || /^(?:https?|tg):\/\/\S+$/.test(last.url ?? '');
      if (length > 0 && opens) entities.push({ type: TYPES[tag] ?? tag, offset: last.offset, length, ...link });
    } else if (piece.startsWith('&')) text += decode(piece);
    else if (piece.includes('>')) throw new CannotParse("can't parse entities: a bare > must be escaped");
    else text += piece;
  }
  if (open.length > 0) {
    throw new CannotParse(`can't parse entities: Can't find end tag corresponding to start tag "${open.at(-1)?.tag}"`);
  }
  return { text, entities };
}

function decode(text: string): string {
  return text.replace(/&([^;&<>\s]*;?)/g, (_, entity: string) => {
    const code = /^#(\d{1,6});$/.exec(entity)?.[1];
    const char = code ? String.fromCodePoint(Number(code)) : CHARACTERS[entity.replace(/;$/, '')];
    if (char === undefined || !entity.endsWith(';'))
      throw new CannotParse("can't parse entities: a bare & must be escaped");
    return char;
  });
}
