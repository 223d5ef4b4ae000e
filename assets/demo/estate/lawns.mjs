// Lawns: whatever is left, with its corners rounded. Found on a grid of 40 cm cells by distance.
import { area, distance, nearestOnLeg, sides, simplifiedRing } from "./geometry.mjs";

const CELL = 0.4;
const GRID = { u: -232, v: -192, w: 1160, h: 960 };
export function mask() {
  const cells = new Uint8Array(GRID.w * GRID.h);
  const column = (u) => Math.max(0, Math.min(GRID.w - 1, Math.round((u - GRID.u) / CELL)));
  const row = (v) => Math.max(0, Math.min(GRID.h - 1, Math.round((v - GRID.v) / CELL)));
  const at = (i, j) => [GRID.u + i * CELL, GRID.v + j * CELL];
  const inBox = (points, margin, paint) => {
    const [us, vs] = [points.map((p) => p[0]), points.map((p) => p[1])];
    for (let j = row(Math.min(...vs) - margin); j <= row(Math.max(...vs) + margin); j += 1) {
      for (let i = column(Math.min(...us) - margin); i <= column(Math.max(...us) + margin); i += 1) {
        if (paint(at(i, j))) cells[j * GRID.w + i] = 1;
      }
    }
  };
  const along = (list, margin) => {
    for (const leg of list) inBox(leg, margin, (p) => distance(p, nearestOnLeg(p, leg).at) <= margin);
  };
  const fill = (outline, margin = 0, value = 1) => {
    const vs = outline.map((p) => p[1]);
    for (let j = row(Math.min(...vs)); j <= row(Math.max(...vs)); j += 1) {
      const v = GRID.v + j * CELL;
      const crossings = sides(outline)
        .filter(([[, a], [, b]]) => a > v !== b > v)
        .map(([[au, av], [bu, bv]]) => au + ((bu - au) * (v - av)) / (bv - av))
        .sort((a, b) => a - b);
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        for (let i = Math.ceil((crossings[k] - GRID.u) / CELL); GRID.u + i * CELL <= crossings[k + 1]; i += 1) cells[j * GRID.w + i] = value;
      }
    }
    if (margin > 0) along(sides(outline), margin);
  };
  return { cells, fill, along };
}
/** Squared distance in cells to the nearest cell that is `value` (Felzenszwalb and Huttenlocher). */
function distances(cells, value) {
  const { w, h } = GRID;
  const field = Float64Array.from(cells, (c) => (c === value ? 0 : 1e12));
  const line = (n, get, set) => {
    const [f, hull, bounds] = [new Float64Array(n), new Int32Array(n), new Float64Array(n + 1)];
    for (let q = 0; q < n; q += 1) f[q] = get(q);
    let k = 0;
    [bounds[0], bounds[1]] = [-Infinity, Infinity];
    for (let q = 1; q < n; q += 1) {
      let s;
      do {
        const r = hull[k];
        s = (f[q] + q * q - (f[r] + r * r)) / (2 * (q - r));
      } while (s <= bounds[k] && --k >= 0);
      k += 1;
      hull[k] = q;
      [bounds[k], bounds[k + 1]] = [s, Infinity];
    }
    k = 0;
    for (let q = 0; q < n; q += 1) {
      while (bounds[k + 1] < q) k += 1;
      set(q, (q - hull[k]) ** 2 + f[hull[k]]);
    }
  };
  for (let i = 0; i < w; i += 1) line(h, (j) => field[j * w + i], (j, d) => (field[j * w + i] = d));
  for (let j = 0; j < h; j += 1) line(w, (i) => field[j * w + i], (i, d) => (field[j * w + i] = d));
  return field;
}
/** Outlines (counter-clockwise) and holes (clockwise) where the field is positive. */
function contours(field) {
  const { w, h } = GRID;
  const next = new Map();
  const points = new Map();
  const edge = (i, j, horizontal) => {
    const key = (j * w + i) * 2 + (horizontal ? 0 : 1);
    if (!points.has(key)) {
      const [a, b] = [field[j * w + i], horizontal ? field[j * w + i + 1] : field[(j + 1) * w + i]];
      const t = a / (a - b);
      points.set(key, [GRID.u + (i + (horizontal ? t : 0)) * CELL, GRID.v + (j + (horizontal ? 0 : t)) * CELL]);
    }
    return key;
  };
  for (let j = 0; j < h - 1; j += 1) {
    for (let i = 0; i < w - 1; i += 1) {
      const corner = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]].map(([x, y]) => field[y * w + x] > 0);
      const side = [() => edge(i, j, true), () => edge(i + 1, j, false), () => edge(i, j + 1, true), () => edge(i, j, false)];
      // Walking around the cell counter-clockwise: leave where the inside ends, come in where it begins.
      const [outs, ins] = [[], []];
      for (let k = 0; k < 4; k += 1) {
        if (corner[k] && !corner[(k + 1) % 4]) outs.push(k);
        if (!corner[k] && corner[(k + 1) % 4]) ins.push(k);
      }
      for (const k of outs) {
        const to = ins.length === 1 ? ins[0] : ins.find((m) => m === (k + 3) % 4);
        next.set(side[k](), side[to]());
      }
    }
  }
  const rings = [];
  while (next.size > 0) {
    const [start] = next.keys();
    const found = [];
    for (let key = start; next.has(key); ) {
      found.push(points.get(key));
      const to = next.get(key);
      next.delete(key);
      key = to;
    }
    rings.push(found);
  }
  return rings;
}
export function lawns(blocked, corner, least) {
  const { w, h } = GRID;
  const free = distances(blocked.cells, 1);
  const core = Uint8Array.from(free, (d) => (Math.sqrt(d) * CELL > corner ? 1 : 0));
  const out = distances(core, 1).map((d) => corner - 0.15 - Math.sqrt(d) * CELL);
  let smooth = Float64Array.from(out);
  for (let pass = 0; pass < 3; pass += 1) {
    const from = smooth;
    smooth = Float64Array.from(from);
    for (let j = 1; j < h - 1; j += 1) {
      for (let i = 1; i < w - 1; i += 1) {
        const k = j * w + i;
        smooth[k] = (4 * from[k] + 2 * (from[k - 1] + from[k + 1] + from[k - w] + from[k + w]) + from[k - w - 1] + from[k - w + 1] + from[k + w - 1] + from[k + w + 1]) / 16;
      }
    }
  }
  const wide = (r) => Math.abs(area(r)) > least;
  return {
    outlines: contours(smooth).filter(wide).map((r) => simplifiedRing(r, 0.12)),
    /** The same outlines drawn further in. */
    inside: (metres) => contours(smooth.map((d) => d - metres)).filter(wide),
  };
}
