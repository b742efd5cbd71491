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

type Node = { i: number; axis: 0 | 1 | 2; left: Node | null; right: Node | null };

/**
 * A k-d tree over points on the sphere (x, y, z of the unit sphere, so that the date line and the poles need no care).
 * Tried beside a grid: the grid is as fast where libraries are dense, and slow from abroad, where people ask from.
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
      const across = target[node.axis] - here[node.axis];
      const [near, far] = across < 0 ? [node.left, node.right] : [node.right, node.left];
      visit(near);
      const limit = best[count - 1];
      if (limit === undefined || across * across <= limit.d) visit(far);
    };
    visit(root);
    return best.map(({ i }) => ({ item: at(items, i), km: kmBetween(point, at(items, i)) }));
  };
}

function isAfter(a: { i: number; d: number }, d: number, i: number): boolean {
  return a.d > d || (a.d === d && a.i > i);
}

function build(ids: number[], depth: number, xyz: readonly (readonly [number, number, number])[]): Node | null {
  if (ids.length === 0) return null;
  const axis = (depth % 3) as 0 | 1 | 2;
  ids.sort((a, b) => at(xyz, a)[axis] - at(xyz, b)[axis] || a - b);
  const middle = ids.length >> 1;
  return {
    i: at(ids, middle),
    axis,
    left: build(ids.slice(0, middle), depth + 1, xyz),
    right: build(ids.slice(middle + 1), depth + 1, xyz),
  };
}

function onSphere({ lat, lon }: Point): [number, number, number] {
  const phi = lat * radians;
  const lambda = lon * radians;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function chord(a: readonly [number, number, number], b: readonly [number, number, number]): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

function at<T>(list: readonly T[], i: number): T {
  return list[i] as T;
}
