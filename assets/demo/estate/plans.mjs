// House plans: what a building of each kind looks like from above, and where its doors are.
import { arc, rounded, scale } from "./geometry.mjs";

/**
 * A slab of several units: balconies and bays to the south, one stair core per unit to the north.
 * `steps` moves single units forward or back; `stem` adds a wing to the south (an L or a T).
 */
export function slab({ wide, deep, units, steps = [], stem }) {
  const unit = wide / units;
  const step = (i) => steps[i] ?? 0;
  const south = [];
  const north = [];
  const doors = [];
  const covered = (x) => stem && x > stem.from - 0.6 && x < stem.to + 0.6;
  const bay = (list, y, from, to, out) => {
    if (!covered(from) && !covered(to)) list.push([from, y], [from, y - out], [to, y - out], [to, y]);
  };
  let stemDone = false;
  for (let i = 0; i < units; i += 1) {
    const x0 = -wide / 2 + i * unit;
    const y = -deep / 2 + step(i);
    const top = deep / 2 + step(i);
    const wing = () => {
      if (!stem || stemDone || stem.from >= x0 + unit) return;
      const foot = y - stem.length;
      const middle = (stem.from + stem.to) / 2;
      if (stem.from > x0) south.push([stem.from, y]);
      south.push([stem.from, foot], [middle - 4.5, foot], [middle - 4.5, foot - 1.4], [middle + 4.5, foot - 1.4], [middle + 4.5, foot]);
      south.push([stem.to, foot], [stem.to, y - stem.length * 0.62], [stem.to + 1.2, y - stem.length * 0.62]);
      south.push([stem.to + 1.2, y - stem.length * 0.3], [stem.to, y - stem.length * 0.3], [stem.to, y]);
      stemDone = true;
    };
    if (!covered(x0)) south.push([x0, y]);
    if (stem && stem.from <= x0) wing();
    bay(south, y, x0 + unit * 0.09, x0 + unit * 0.3, 1.5);
    bay(south, y, x0 + unit * 0.34, x0 + unit * 0.44, 0.6);
    wing();
    bay(south, y, x0 + unit * 0.47, x0 + unit * 0.53, -1.8);
    bay(south, y, x0 + unit * 0.56, x0 + unit * 0.66, 0.6);
    bay(south, y, x0 + unit * 0.7, x0 + unit * 0.91, 1.5);
    if (!covered(x0 + unit)) south.push([x0 + unit, y]);
    const core = x0 + unit / 2;
    north.push([x0, top], [x0 + unit * 0.1, top], [x0 + unit * 0.1, top - 1.3], [x0 + unit * 0.24, top - 1.3], [x0 + unit * 0.24, top]);
    north.push([core - 3.4, top], [core - 3.4, top + 2.6], [core + 3.4, top + 2.6], [core + 3.4, top]);
    north.push([x0 + unit * 0.76, top], [x0 + unit * 0.76, top - 1.3], [x0 + unit * 0.9, top - 1.3], [x0 + unit * 0.9, top], [x0 + unit, top]);
    doors.push([core, top + 2.6]);
  }
  const end = (x, sign, i) => {
    const y = step(i);
    return [[x, y - deep * 0.16], [x + sign * 0.9, y - deep * 0.16], [x + sign * 0.9, y + deep * 0.14], [x, y + deep * 0.14]];
  };
  const outline = [...south, ...end(wide / 2, 1, units - 1), ...north.reverse(), ...end(-wide / 2, -1, 0).reverse()];
  return { outline, doors };
}

const mirrored = (half) => [...half, ...half.map(([x, y]) => [-x, y]).reverse()];

/** A point tower with four flats around one core, recessed on every side. */
export function crossTower(k = 1) {
  const half = [[3, -7], [3, -10.5], [5.4, -10.5], [5.4, -12.6], [11.6, -12.6], [11.6, -11], [15.5, -11], [15.5, -3.6], [13, -3.6], [13, 1.8],
    [15.5, 1.8], [15.5, 9.6], [12.6, 9.6], [12.6, 11.6], [6.6, 11.6], [6.6, 9], [4, 9], [4, 13.4]].map((p) => scale(p, k));
  return { outline: mirrored(half), doors: [[0, 13.4 * k]] };
}

/** A point tower whose two wings open towards the sun like a butterfly's. */
export function butterflyTower(k = 1) {
  const half = [[2.4, -3.4], [2.4, -5], [4.5, -5], [11.4, -10.8], [13.3, -8.5], [14.3, -9.3], [17.5, -5.5], [16.5, -4.7], [18.4, -2.4],
    [13.8, 1.5], [11.4, 1.5], [11.4, 8.6], [7.6, 8.6], [7.6, 11], [3.8, 11], [3.8, 13.4]].map((p) => scale(p, k));
  return { outline: mirrored(half), doors: [[0, 13.4 * k]] };
}

/** Part of a ring, with a porch on its outer side: it embraces what lies before it. */
export function crescent(inner, outer, spanDeg) {
  const [right, left] = [90 - spanDeg / 2, 90 + spanDeg / 2];
  const porch = [[4.5, outer + 3], [-4.5, outer + 3]];
  const outline = [...arc([0, 0], outer, right, 84), ...porch, ...arc([0, 0], outer, 96, left), ...arc([0, 0], inner, left, right)];
  return { outline, doors: [[0, outer + 3]] };
}

/** A long bar with three rounded group rooms towards the garden. */
export function comb() {
  const tooth = (x, reach) => {
    const arc = Array.from({ length: 13 }, (_, i) => Math.PI + (i * Math.PI) / 12);
    return [[x - 5.2, -3], ...arc.map((t) => [x + 5.2 * Math.cos(t), -reach + 5.2 * Math.sin(t)]), [x + 5.2, -3]];
  };
  const bar = rounded([[23, -3, 2.5], [23, 7, 4.5], [5, 7], [5, 9.5], [-3, 9.5], [-3, 7], [-23, 7, 4.5], [-23, -3, 2.5]]);
  return { outline: [...tooth(-15.5, 8), ...tooth(0, 10.5), ...tooth(15.5, 8), ...bar], doors: [[1, 9.5]] };
}
