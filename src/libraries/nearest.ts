type Point = { lat: number; lon: number };

const EARTH_KM = 6371.0088;
const radians = Math.PI / 180;

/** Great-circle distance in kilometres (haversine). */
export function kmBetween(a: Point, b: Point): number {
  const dLat = (b.lat - a.lat) * radians;
  const dLon = (b.lon - a.lon) * radians;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Items nearest to a point, nearest first (equal distances: in the order given), at most `count`, only those that `where` keeps. */
export type Nearest<T> = (point: Point, count: number, where?: (item: T) => boolean) => { item: T; km: number }[];

type Vector = readonly [number, number, number];
/** `low` and `high` are the corners of the box around everything under the node. */
type Node = { i: number; low: Vector; high: Vector; left: Node | null; right: Node | null };

/**
 * A k-d tree with a box around each branch over points on the sphere (x, y, z of the unit sphere, so that the date line and the poles need no care).
 * The boxes are for those who ask from abroad: with plain splitting planes a point far outside visits half of the tree.
 */
export function createNearest<T extends Point>(items: readonly T[]): Nearest<T> {
  const xyz = items.map(onSphere);
  const root = build(
    items.map((_, i) => i),
    0,
    xyz,
  );

  return function nearest(point, count, where = () => true) {
    if (!(count > 0) || !Number.isFinite(point.lat) || !Number.isFinite(point.lon)) return [];
    const target = onSphere(point);
    /** The best so far, nearest first; `d` is the squared chord. */
    const best: { i: number; d: number }[] = [];
    const visit = (node: Node | null): void => {
      if (!node) return;
      const here = at(xyz, node.i);
      const d = chord(here, target);
      const worst = best[count - 1];
      if ((worst === undefined || d < worst.d || (d === worst.d && node.i < worst.i)) && where(at(items, node.i))) {
        let k = best.length;
        while (k > 0 && isAfter(at(best, k - 1), d, node.i)) k--;
        best.splice(k, 0, { i: node.i, d });
        best.length = Math.min(best.length, count);
      }
      for (const [child, away] of nearerFirst(node, target)) {
        const limit = best[count - 1];
        if (limit === undefined || away <= limit.d) visit(child);
      }
    };
    visit(root);
    return best.map(({ i }) => ({ item: at(items, i), km: kmBetween(point, at(items, i)) }));
  };
}

function isAfter(a: { i: number; d: number }, d: number, i: number): boolean {
  return a.d > d || (a.d === d && a.i > i);
}

function build(ids: number[], depth: number, xyz: readonly Vector[]): Node | null {
  if (ids.length === 0) return null;
  const axis = depth % 3;
  ids.sort((a, b) => (at(xyz, a)[axis] ?? 0) - (at(xyz, b)[axis] ?? 0) || a - b);
  const middle = ids.length >> 1;
  const i = at(ids, middle);
  const left = build(ids.slice(0, middle), depth + 1, xyz);
  const right = build(ids.slice(middle + 1), depth + 1, xyz);
  const here = at(xyz, i);
  const corner = (pick: (...values: number[]) => number, side: 'low' | 'high'): Vector => {
    const along = (k: 0 | 1 | 2): number => pick(here[k], (left?.[side] ?? here)[k], (right?.[side] ?? here)[k]);
    return [along(0), along(1), along(2)];
  };
  return { i, low: corner(Math.min, 'low'), high: corner(Math.max, 'high'), left, right };
}

/** The branches with the squared distance to their boxes, the nearer first. */
function nearerFirst({ left, right }: Node, target: Vector): [Node, number][] {
  const all: [Node, number][] = [];
  if (left) all.push([left, toBox(left, target)]);
  if (right) all.push([right, toBox(right, target)]);
  const [one, other] = all;
  return one && other && other[1] < one[1] ? [other, one] : all;
}

function toBox({ low, high }: Node, [x, y, z]: Vector): number {
  const outside = (value: number, from: number, to: number): number => Math.max(from - value, 0, value - to);
  return outside(x, low[0], high[0]) ** 2 + outside(y, low[1], high[1]) ** 2 + outside(z, low[2], high[2]) ** 2;
}

function onSphere({ lat, lon }: Point): Vector {
  const phi = lat * radians;
  const lambda = lon * radians;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function chord(a: Vector, b: Vector): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

function at<T>(list: readonly T[], i: number): T {
  return list[i] as T;
}
