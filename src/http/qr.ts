import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import encodeQR from 'qr';

/** White around a code, in squares: the standard asks for four, and readers miss a code without it. */
const QUIET = 4;

/**
 * A QR code as a drawing of black squares on white, which prints sharp at any size. A quarter of it may be smudged or
 * torn (level Q).
 * @param label what a screen reader says instead
 */
export function qrDrawing(text: string, label: string): HtmlEscapedString | Promise<HtmlEscapedString> {
  const squares = encodeQR(text, 'raw', { ecc: 'quartile', border: QUIET });
  const side = squares.length;
  return html`<svg class="code" viewBox="0 0 ${side} ${side}" role="img" aria-label="${label}" shape-rendering="crispEdges"><rect width="${side}" height="${side}" fill="#fff"/><path fill="#000" d="${raw(runs(squares))}"/></svg>`;
}

/** Neighbours in a row are one rectangle: between single squares some printers leave hairlines. */
function runs(squares: readonly (readonly boolean[])[]): string {
  return squares
    .flatMap((row, y) => {
      const line = row.map((black) => (black ? '#' : ' ')).join('');
      return [...line.matchAll(/#+/g)].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`);
    })
    .join('');
}
