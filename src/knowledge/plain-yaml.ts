/**
 * A fast reader for the plain YAML that content is written in: block maps and lists, one-line `[…]` and `{…}`, plain
 * and quoted scalars, `|` blocks, comments. The whole content is read at every start, and a full YAML parser takes
 * most of a second for it. Whatever is not plain makes it give up (`undefined`), and the full parser, which also knows
 * line numbers, reads the file instead. A test holds the two equal on every content file.
 */

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };
type Line = { indent: number; text: string; at: number };

class NotPlain extends Error {}

export function readPlainYaml(source: string): Plain | undefined {
  try {
    return new Reader(source).document();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

const keyPattern = /^([A-Za-z0-9_][A-Za-z0-9_-]*|"[^"\\]*"|'[^']*'):(?: +|$)/;
const blank = /^\s*(?:#.*)?$/;

class Reader {
  readonly #raw: string[];
  #at = 0;
  #line: Line | undefined;

  constructor(source: string) {
    if (source.includes('\t') || source.includes('\r') || source.startsWith('\uFEFF')) throw new NotPlain();
    this.#raw = source.split('\n');
    this.#advance(0);
  }

  document(): Plain {
    if (!this.#line) return null;
    if (this.#line.indent !== 0) throw new NotPlain();
    const value = this.#block(0);
    if (this.#line) throw new NotPlain();
    return value;
  }

  #advance(from: number): void {
    for (this.#at = from; this.#at < this.#raw.length; this.#at++) {
      const raw = this.#raw[this.#at] ?? '';
      if (blank.test(raw)) continue;
      const text = raw.trimStart();
      this.#line = { indent: raw.length - text.length, text: text.trimEnd(), at: this.#at };
      if (this.#line.indent === 0 && /^(?:---|\.\.\.|%)/.test(text)) throw new NotPlain();
      return;
    }
    this.#line = undefined;
  }

  #block(indent: number): Plain {
    const text = this.#line?.text ?? '';
    if (text === '-' || text.startsWith('- ')) return this.#list(indent);
    if (keyPattern.test(text)) return this.#map(indent);
    throw new NotPlain();
  }

  #list(indent: number): Plain[] {
    const list: Plain[] = [];
    while (this.#line && this.#line.indent === indent) {
      const { text, at } = this.#line;
      if (text !== '-' && !text.startsWith('- ')) break;
      const rest = text.slice(1).trimStart();
      if (rest === '' || rest.startsWith('#')) {
        this.#advance(at + 1);
        list.push(this.#nested(indent + 1));
      } else if (rest === '-' || rest.startsWith('- ') || keyPattern.test(rest)) {
        const inner = indent + (text.length - rest.length);
        this.#line = { indent: inner, text: rest, at };
        list.push(this.#block(inner));
      } else {
        list.push(this.#value(rest, at, indent));
      }
    }
    if (this.#line && this.#line.indent > indent) throw new NotPlain();
    return list;
  }

  #map(indent: number): Plain {
    const map: { [key: string]: Plain } = {};
    while (this.#line && this.#line.indent === indent) {
      const { text, at } = this.#line;
      const found = keyPattern.exec(text);
      if (!found) break;
      const key = (found[1] ?? '').replace(/^["']|["']$/g, '');
      if (Object.hasOwn(map, key) || key === '__proto__') throw new NotPlain();
      const rest = text.slice(found[0].length).trimStart();
      if (rest === '' || rest.startsWith('#')) {
        this.#advance(at + 1);
        const next: Line | undefined = this.#line;
        const isList = next?.indent === indent && (next.text === '-' || next.text.startsWith('- '));
        map[key] = isList ? this.#list(indent) : this.#nested(indent + 1);
      } else {
        map[key] = this.#value(rest, at, indent);
      }
    }
    if (this.#line && this.#line.indent > indent) throw new NotPlain();
    return map;
  }

  #nested(atLeast: number): Plain {
    return this.#line && this.#line.indent >= atLeast ? this.#block(this.#line.indent) : null;
  }

  #value(text: string, at: number, indent: number): Plain {
    if (/^\|[-]?$/.test(text)) return this.#literal(text, at, indent);
    const value = scalarLine(text);
    this.#advance(at + 1);
    // A scalar that goes on in a deeper line is not plain.
    if (this.#line && this.#line.indent > indent) throw new NotPlain();
    return value;
  }

  #literal(mark: string, at: number, indent: number): string {
    const lines: string[] = [];
    let next = at + 1;
    let depth = -1;
    for (; next < this.#raw.length; next++) {
      const raw = this.#raw[next] ?? '';
      const text = raw.trimStart();
      if (text === '') {
        if (raw.length > Math.max(depth, 0)) throw new NotPlain();
        lines.push('');
        continue;
      }
      const own = raw.length - text.length;
      if (depth < 0) {
        if (own <= indent) break;
        if (lines.length > 0) throw new NotPlain();
        depth = own;
      }
      if (own < depth) {
        if (own > indent) throw new NotPlain();
        break;
      }
      lines.push(raw.slice(depth));
    }
    while (lines.at(-1) === '') lines.pop();
    this.#advance(next);
    return lines.length === 0 ? '' : lines.join('\n') + (mark === '|' ? '\n' : '');
  }
}

function scalarLine(text: string): Plain {
  const first = text[0] ?? '';
  if (first === '"' || first === "'" || first === '[' || first === '{') {
    const flow = new Flow(text);
    const value = flow.value();
    flow.end();
    return value;
  }
  const comment = text.search(/\s#/);
  const plain = comment < 0 ? text : text.slice(0, comment).trimEnd();
  return plainScalar(plain, /: |:$/);
}

function plainScalar(text: string, forbidden: RegExp): Plain {
  if (text === '' || /^[&*!|>%@`#,\]}]/.test(text) || /^[-?:](?:\s|$)/.test(text) || forbidden.test(text))
    throw new NotPlain();
  if (/^(?:null|Null|NULL|~)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]+$/.test(text)) return Number.parseInt(text, 10);
  if (/^[-+]?[0-9]+\.[0-9]+$/.test(text)) return Number.parseFloat(text);
  // Other shapes of numbers (exponents, hexadecimal, infinity) are left to the full parser.
  if (
    /^[-+.]?(?:\d|\.inf|\.nan)/i.test(text) &&
    /^[-+]?(?:\.?\d+\.?\d*(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|\.inf|\.nan)$/i.test(text)
  ) {
    throw new NotPlain();
  }
  return text;
}

/** Quoted scalars and one-line flow collections. */
class Flow {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  value(): Plain {
    const first = this.#text[this.#at];
    if (first === '[') return this.#list();
    if (first === '{') return this.#map();
    if (first === '"' || first === "'") return this.#quoted(first);
    const found = /^[^,[\]{}\n"'][^,[\]{}\n"]*/.exec(this.#text.slice(this.#at));
    if (!found || / #/.test(found[0])) throw new NotPlain();
    this.#at += found[0].length;
    return plainScalar(found[0].trim(), /:(?:\s|$)/);
  }

  end(): void {
    if (!/^\s*(?:\s#.*)?$/.test(this.#text.slice(this.#at))) throw new NotPlain();
  }

  #quoted(mark: string): string {
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      if (mark === '"' && this.#text[at] === '\\') {
        if (!/["\\/nt]/.test(this.#text[at + 1] ?? '')) throw new NotPlain();
        at++;
      } else if (this.#text[at] === mark) {
        if (mark === "'" && this.#text[at + 1] === "'") {
          at++;
          continue;
        }
        const inner = this.#text.slice(this.#at + 1, at);
        this.#at = at + 1;
        return mark === '"' ? String(JSON.parse(`"${inner}"`)) : inner.replaceAll("''", "'");
      }
    }
    throw new NotPlain();
  }

  #list(): Plain[] {
    const list: Plain[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === ']') break;
      list.push(this.value());
      this.#separator(']');
    }
    this.#at++;
    return list;
  }

  #map(): Plain {
    const map: { [key: string]: Plain } = {};
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === '}') break;
      const found = /^([A-Za-z_][A-Za-z0-9_-]*): +/.exec(this.#text.slice(this.#at));
      if (!found || Object.hasOwn(map, found[1] ?? '')) throw new NotPlain();
      this.#at += found[0].length;
      map[found[1] ?? ''] = this.value();
      this.#separator('}');
    }
    this.#at++;
    return map;
  }

  #separator(end: string): void {
    this.#space();
    if (this.#text[this.#at] === ',') this.#at++;
    else if (this.#text[this.#at] !== end) throw new NotPlain();
  }

  #space(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }
}
