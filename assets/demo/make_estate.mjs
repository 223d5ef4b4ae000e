#!/usr/bin/env node
// tidy: long because one drawing is read best as one sheet, in the order in which it is drawn.
// Draws the demo estate 锦绣花园 and writes estate.json beside this file.
//
//   node assets/demo/make_estate.mjs            write assets/demo/estate.json
//   node assets/demo/make_estate.mjs --check    fail if the committed file is not what this draws
//
// Everything is drawn in the estate's own metres: `u` to its right, `v` to its back, origin at the
// anchor. One turn and the anchor formula of domain/src/geo.rs make degrees of them at the very
// end. No packages, no randomness, no clock: the same file comes out every time. What must hold
// (nothing overlaps, no path through a building or the lake, one connected graph, …) is checked
// before anything is written; a violation ends the program with a sentence and exit code 1.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ANCHOR = { lon: 120.112, lat: 30.287 };
/** The houses look a little east of south; counter-clockwise seen from above. */
const TURN_DEG = 9;
const METRES_PER_DEGREE = 111_195.080_23;

function fail(sentence) {
  console.error(`make_estate: ${sentence}`);
  process.exit(1);
}

// ───────────────────────────────────────────────────────────────── geometry

const add = ([a, b], [c, d]) => [a + c, b + d];
const sub = ([a, b], [c, d]) => [a - c, b - d];
const scale = ([a, b], k) => [a * k, b * k];
const length = ([a, b]) => Math.hypot(a, b);
const distance = (p, q) => length(sub(p, q));
const lerp = (p, q, t) => [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t];
const cross = ([a, b], [c, d]) => a * d - b * c;
const turned = ([x, y], deg) => {
  const [s, c] = [Math.sin((deg * Math.PI) / 180), Math.cos((deg * Math.PI) / 180)];
  return [x * c - y * s, x * s + y * c];
};

function area(ring) {
  return ring.reduce((sum, p, i) => sum + cross(p, ring[(i + 1) % ring.length]), 0) / 2;
}
const counterClockwise = (ring) => (area(ring) < 0 ? [...ring].reverse() : ring);
const sides = (ring) => ring.map((p, i) => [p, ring[(i + 1) % ring.length]]);
const legs = (course) => course.slice(1).map((p, i) => [course[i], p]);

function contains(ring, [x, y]) {
  let inside = false;
  for (const [[ax, ay], [bx, by]] of sides(ring)) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Nearest point of a leg, and how far along it. */
function nearestOnLeg(p, [a, b]) {
  const along = sub(b, a);
  const square = along[0] ** 2 + along[1] ** 2;
  const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1]) / square));
  return { at: lerp(a, b, t), t };
}
const distanceToLegs = (p, list) => Math.min(...list.map((leg) => distance(p, nearestOnLeg(p, leg).at)));

function legsCross([a, b], [c, d]) {
  const side = (p, q, r) => Math.sign(cross(sub(q, p), sub(r, p)));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** Leaves out points that a straight line stands in for within `tolerance` metres. */
function simplified(course, tolerance) {
  if (course.length < 3) return course;
  const last = course.length - 1;
  let [worst, at] = [0, 0];
  for (let i = 1; i < last; i += 1) {
    const off = distance(course[i], nearestOnLeg(course[i], [course[0], course[last]]).at);
    if (off > worst) [worst, at] = [off, i];
  }
  if (worst <= tolerance) return [course[0], course[last]];
  return [...simplified(course.slice(0, at + 1), tolerance).slice(0, -1), ...simplified(course.slice(at), tolerance)];
}
function simplifiedRing(ring, tolerance) {
  const half = Math.floor(ring.length / 2);
  const there = simplified(ring.slice(0, half + 1), tolerance);
  const back = simplified([...ring.slice(half), ring[0]], tolerance);
  return [...there.slice(0, -1), ...back.slice(0, -1)];
}

/** A centripetal Catmull-Rom curve through points, sampled about every half metre. */
function curve(points, closed = false) {
  const n = points.length;
  if (n === 2) return points;
  const at = (i) => {
    if (closed) return points[(i + n) % n];
    if (i < 0) return sub(scale(points[0], 2), points[1]);
    if (i >= n) return sub(scale(points[n - 1], 2), points[n - 2]);
    return points[i];
  };
  const out = [];
  for (let i = 0; i < (closed ? n : n - 1); i += 1) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const t1 = Math.sqrt(distance(p0, p1));
    const t2 = t1 + Math.sqrt(distance(p1, p2));
    const t3 = t2 + Math.sqrt(distance(p2, p3));
    const steps = Math.max(2, Math.ceil(distance(p1, p2) / 0.5));
    for (let k = 0; k < steps; k += 1) {
      const t = t1 + ((t2 - t1) * k) / steps;
      const a1 = lerp(p0, p1, t / t1);
      const a2 = lerp(p1, p2, (t - t1) / (t2 - t1));
      const a3 = lerp(p2, p3, (t - t2) / (t3 - t2));
      const b1 = lerp(a1, a2, t / t2);
      const b2 = lerp(a2, a3, (t - t1) / (t3 - t1));
      out.push(lerp(b1, b2, (t - t1) / (t2 - t1)));
    }
  }
  if (!closed) out.push(points[n - 1]);
  return out;
}

/** A polygon with its corners rounded; each corner is `[u, v, radius]`. */
function rounded(corners) {
  const out = [];
  corners.forEach(([x, y, r = 0], i) => {
    const p = [x, y];
    const [before, after] = [corners.at(i - 1), corners[(i + 1) % corners.length]];
    if (r === 0) return out.push(p);
    const [d0, d1] = [before, after].map((q) => scale(sub(q, p), 1 / distance(q, p)));
    const half = Math.acos(Math.max(-1, Math.min(1, d0[0] * d1[0] + d0[1] * d1[1]))) / 2;
    const cut = Math.min(r / Math.tan(half), distance(before, p) * 0.49, distance(after, p) * 0.49);
    const radius = cut * Math.tan(half);
    const middle = add(p, scale(add(d0, d1), radius / Math.sin(half) / length(add(d0, d1))));
    const angle = (q) => Math.atan2(q[1] - middle[1], q[0] - middle[0]);
    const start = angle(add(p, scale(d0, cut)));
    let sweep = angle(add(p, scale(d1, cut))) - start;
    sweep -= Math.round(sweep / (2 * Math.PI)) * 2 * Math.PI;
    const steps = Math.max(2, Math.ceil(Math.abs(sweep) / (2 * Math.acos(1 - Math.min(0.9, 0.06 / radius)))));
    for (let k = 0; k <= steps; k += 1) {
      const turn = start + (sweep * k) / steps;
      out.push([middle[0] + radius * Math.cos(turn), middle[1] + radius * Math.sin(turn)]);
    }
    return out.length;
  });
  return out;
}

/** A closed course moved outwards (positive) by metres. */
function outset(ring, metres) {
  return ring.map((p, i) => {
    const along = sub(ring[(i + 1) % ring.length], ring.at(i - 1));
    return add(p, scale([along[1], -along[0]], metres / length(along)));
  });
}

/** The outline of a strip along an open course. */
function strip(course, width) {
  const side = (sign) =>
    course.map((p, i) => {
      const along = sub(course[Math.min(i + 1, course.length - 1)], course[Math.max(i - 1, 0)]);
      return add(p, scale([along[1], -along[0]], (sign * width) / 2 / length(along)));
    });
  return [...side(1), ...side(-1).reverse()];
}

const box = (u, v, w, h, r = 0, deg = 0) =>
  rounded([[-w / 2, -h / 2, r], [w / 2, -h / 2, r], [w / 2, h / 2, r], [-w / 2, h / 2, r]]).map((p) => add(turned(p, deg), [u, v]));
const ellipse = (u, v, a, b, deg = 0) =>
  Array.from({ length: 72 }, (_, i) => (i * Math.PI) / 36).map((t) => add(turned([a * Math.cos(t), b * Math.sin(t)], deg), [u, v]));
/** Part of a circle, from one angle to another in degrees. */
const arc = ([u, v], r, from, to) =>
  Array.from({ length: 25 }, (_, i) => ((from + ((to - from) * i) / 24) * Math.PI) / 180).map((t) => [u + r * Math.cos(t), v + r * Math.sin(t)]);

// ───────────────────────────────────────────────────────────────── house plans

/**
 * A slab of several units: balconies and bays to the south, one stair core per unit to the north.
 * `steps` moves single units forward or back; `stem` adds a wing to the south (an L or a T).
 */
function slab({ wide, deep, units, steps = [], stem }) {
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
function crossTower(k = 1) {
  const half = [[3, -7], [3, -10.5], [5.4, -10.5], [5.4, -12.6], [11.6, -12.6], [11.6, -11], [15.5, -11], [15.5, -3.6], [13, -3.6], [13, 1.8],
    [15.5, 1.8], [15.5, 9.6], [12.6, 9.6], [12.6, 11.6], [6.6, 11.6], [6.6, 9], [4, 9], [4, 13.4]].map((p) => scale(p, k));
  return { outline: mirrored(half), doors: [[0, 13.4 * k]] };
}

/** A point tower whose two wings open towards the sun like a butterfly's. */
function butterflyTower(k = 1) {
  const half = [[2.4, -3.4], [2.4, -5], [4.5, -5], [11.4, -10.8], [13.3, -8.5], [14.3, -9.3], [17.5, -5.5], [16.5, -4.7], [18.4, -2.4],
    [13.8, 1.5], [11.4, 1.5], [11.4, 8.6], [7.6, 8.6], [7.6, 11], [3.8, 11], [3.8, 13.4]].map((p) => scale(p, k));
  return { outline: mirrored(half), doors: [[0, 13.4 * k]] };
}

/** Part of a ring, with a porch on its outer side: it embraces what lies before it. */
function crescent(inner, outer, spanDeg) {
  const [right, left] = [90 - spanDeg / 2, 90 + spanDeg / 2];
  const porch = [[4.5, outer + 3], [-4.5, outer + 3]];
  const outline = [...arc([0, 0], outer, right, 84), ...porch, ...arc([0, 0], outer, 96, left), ...arc([0, 0], inner, left, right)];
  return { outline, doors: [[0, outer + 3]] };
}

/** A long bar with three rounded group rooms towards the garden. */
function comb() {
  const tooth = (x, reach) => {
    const arc = Array.from({ length: 13 }, (_, i) => Math.PI + (i * Math.PI) / 12);
    return [[x - 5.2, -3], ...arc.map((t) => [x + 5.2 * Math.cos(t), -reach + 5.2 * Math.sin(t)]), [x + 5.2, -3]];
  };
  const bar = rounded([[23, -3, 2.5], [23, 7, 4.5], [5, 7], [5, 9.5], [-3, 9.5], [-3, 7], [-23, 7, 4.5], [-23, -3, 2.5]]);
  return { outline: [...tooth(-15.5, 8), ...tooth(0, 10.5), ...tooth(15.5, 8), ...bar], doors: [[1, 9.5]] };
}

// ───────────────────────────────────────────────────────────────── buildings

/** Storeys as printed in the lift. Many houses avoid the digit 4: `3A`, `13A`, `23A`. */
function floors(storeys, basements, { no4 = false, refuge } = {}) {
  const list = Array.from({ length: basements }, (_, i) => ({ label: `B${basements - i}`, ordinal: i - basements }));
  for (let i = 0; i < storeys; i += 1) {
    const number = i + 1;
    let label = String(number);
    if (no4 && number % 10 === 4) label = `${number - 1}A`;
    if (number === refuge) label = "避难层";
    list.push({ label, ordinal: i });
  }
  return list;
}

const buildings = [];
function build(id, zh, en, plan, [u, v], deg, height_m, floorList) {
  const put = (p) => add(turned(p, deg), [u, v]);
  const entry = { id, name: { zh, en }, outline: counterClockwise(plan.outline.map(put)), doors: plan.doors.map(put), out: turned(plan.out ?? [0, 1], deg), middle: [u, v], height_m, floors: floorList };
  buildings.push(entry);
  return entry;
}
const house = (number, ...rest) => build(String(number), `${number}号楼`, `Building ${number}`, ...rest);

// Clockwise from the south-west corner, the two towers at the lake last. Low to the south, high to the north.
house(1, slab({ wide: 48, deep: 14, units: 2, steps: [0, 2.4] }), [-146, -117], 0, 33, floors(11, 1));
house(2, slab({ wide: 40, deep: 14, units: 2, steps: [0, -2.2] }), [-170, -43], 0, 42, floors(14, 1));
house(3, slab({ wide: 44, deep: 14.5, units: 2, stem: { from: -22, to: -8.4, length: 15 } }), [-170, 44], 0, 54, floors(18, 2, { no4: true }));
house(4, slab({ wide: 50, deep: 15, units: 2, steps: [-2.6, 0] }), [-142, 122], 0, 54, floors(18, 1));
house(5, crossTower(1.06), [-64, 123], 0, 99, floors(33, 2, { no4: true, refuge: 16 }));
house(6, crossTower(1.06), [56, 123], 0, 93, floors(31, 2, { no4: true }));
house(7, slab({ wide: 52, deep: 15, units: 2, steps: [0, -2.6] }), [138, 122], 0, 78, floors(26, 2, { no4: true }));
house(8, slab({ wide: 46, deep: 14.5, units: 2, stem: { from: -6.6, to: 6.6, length: 12 } }), [172, 50], 0, 54, floors(18, 2, { no4: true }));
house(9, slab({ wide: 46, deep: 14, units: 2, steps: [2.2, 0] }), [150, -110], 0, 36, floors(12, 1));
house(10, slab({ wide: 60, deep: 14, units: 3, steps: [0, 2.4, 0] }), [-60, -130], 0, 33, floors(11, 1));
house(11, butterflyTower(), [-90, 34], 10, 57, floors(19, 2, { no4: true }));
house(12, butterflyTower(), [96, 34], -10, 60, floors(20, 2, { no4: true }));

build("clubhouse", "会所", "Clubhouse", crescent(31, 44, 74), [-6, 22], 0, 9, floors(2, 1));
build("kindergarten", "幼儿园", "Kindergarten", comb(), [64, -128], 0, 11, floors(3, 0));
build("property", "物业中心", "Property office",
  { outline: rounded([[-17, -7, 1.5], [-4, -7], [-4, -4.6], [6, -4.6], [6, -7], [17, -7, 5], [17, 8, 1.5], [3, 8], [3, 10], [-3, 10], [-3, 8], [-17, 8, 5]]), doors: [[0, 10]] },
  [178, -52], 0, 9, floors(2, 1));
build("pavilion", "望湖亭", "Lake pavilion", { outline: ellipse(0, 0, 3.6, 3.6).filter((_, i) => i % 12 === 6), doors: [[0, 3.6]] }, [19, -36.5], 0, 5, floors(1, 0));
build("pump-house", "泵房", "Pump house", { outline: rounded([[-7, -4.5, 0.8], [7, -4.5, 0.8], [7, 2], [4, 2], [4, 4.5], [-7, 4.5, 0.8]]), doors: [[5.5, 2]] },
  [-186, -86], 0, 4.5, floors(1, 1));
const cabin = (w, h) => ({ outline: rounded([[-w / 2, -h / 2, 1.2], [w / 2, -h / 2, 1.2], [w / 2, h / 2, 1.2], [-w / 2, h / 2, 1.2]]), doors: [] });
build("gate-north", "北门岗亭", "North gate house", cabin(9, 5), [6.5, 161.5], 0, 4, floors(1, 0));
build("gate-east", "东门岗亭", "East gate house", cabin(5, 7), [202.6, -3.4], 0, 4, floors(1, 0));
build("gate-south", "南门岗亭", "South gate house", cabin(6, 4.5), [13.5, -160.6], 0, 4, floors(1, 0));
/** A glass roof over a garage ramp, its mouth to the west. */
const canopy = { outline: rounded([[-15, -4], [13, -4, 4], [13, 4, 4], [-15, 4]]), doors: [[-15, 0]] };
build("ramp-east", "东坡道", "East ramp", { ...canopy, out: [-1, 0] }, [178, 10], 0, 3.6, floors(1, 2));
build("ramp-west", "西坡道", "West ramp", { outline: canopy.outline.map(([x, y]) => [-x, y]), doors: [[15, 0]], out: [1, 0] }, [-178, 2], 0, 3.6, floors(1, 2));

const building = (id) => {
  const found = buildings.find((b) => b.id === String(id));
  if (!found) fail(`There is no building ${id}; correct the id.`);
  return found;
};

// ───────────────────────────────────────────────────────────────── wall, gates, water

const wall = counterClockwise(rounded([[-208, -148, 26], [-60, -168, 90], [168, -168, 46], [210, -108, 60], [210, 118, 52], [172, 168, 40], [-152, 168, 46], [-208, 126, 40]]));
/** Each gap is as wide as its road and two walkways. */
const gates = {
  north: { at: [-6, 168], gap: 15, road: 7 },
  east: { at: [210, -13], gap: 13, road: 6 },
  south: { at: [4, -168], gap: 12, road: 6 },
};

const lake = curve([[-47, 2], [-44, -14], [-28, -23], [-6, -18], [14, -21], [36, -28], [54, -18], [58, -1], [46, 14], [28, 16], [12, 25], [-10, 29], [-34, 22]], true);
const pond = curve([[74, -12], [70, -22], [75, -32], [86, -33], [92, -25], [88, -14], [80, -8]], true);
const island = curve([[24, -8], [30, -12], [38, -10], [39, -4], [31, -1], [25, -3]], true);

// ───────────────────────────────────────────────────────────────── paths

const nodes = [];
const edges = [];
const node = (at) => nodes.push({ id: nodes.length + 1, at }) && nodes.at(-1);

/** A course on which junctions can be put afterwards. */
const courses = [];
function course(points, width, closed = false, name = "") {
  const line = curve(points, closed);
  const entry = { line: closed ? [...line, line[0]] : line, width, closed, stops: [], name };
  courses.push(entry);
  if (!closed) for (const end of [0, entry.line.length - 1]) entry.stops.push({ where: end, node: joint(entry.line[end]) });
  return entry;
}
/** The node at a place, made if there is none within half a metre. */
function joint(at) {
  return nodes.find((n) => distance(n.at, at) < 0.5) ?? node(at);
}
/** A junction on a course, at the point nearest to `at`. */
function on(entry, at) {
  let [best, where] = [Infinity, 0];
  legs(entry.line).forEach((leg, i) => {
    const near = nearestOnLeg(at, leg);
    const off = distance(at, near.at);
    if (off < best) [best, where] = [off, i + near.t];
  });
  const point = lerp(entry.line[Math.floor(where)], entry.line[Math.min(Math.floor(where) + 1, entry.line.length - 1)], where % 1);
  const known = entry.stops.find((s) => distance(s.node.at, point) < 3);
  if (known) return known.node.at;
  const made = joint(point);
  entry.stops.push({ where, node: made });
  return made.at;
}
function cutIntoEdges() {
  for (const { line, width, closed, stops, name } of courses) {
    stops.sort((a, b) => a.where - b.where);
    const pairs = stops.slice(1).map((stop, i) => [stops[i], stop]);
    if (closed) pairs.push([stops.at(-1), stops[0]]);
    for (const [a, b] of pairs) {
      const first = Math.floor(a.where) + 1;
      const between = b.where > a.where || !closed
        ? line.slice(first, Math.ceil(b.where))
        : [...line.slice(first, -1), ...line.slice(0, Math.ceil(b.where))];
      const full = simplified([a.node.at, ...between, b.node.at], 0.15);
      edges.push({ from: a.node.id, to: b.node.id, full, width, name });
    }
  }
}
const gateAt = Object.fromEntries(Object.entries(gates).map(([key, gate]) => [key, nearestOnRing(wall, gate.at)]));
function nearestOnRing(ring, p) {
  return sides(ring).map((leg) => nearestOnLeg(p, leg).at).reduce((a, b) => (distance(p, a) <= distance(p, b) ? a : b));
}
/** A spot just outside a building's door. */
function doorstep(id, index = 0) {
  const b = building(id);
  return add(b.doors[index], scale(b.out, 0.7));
}

const FIRE_LANE = 4;
const FOOTPATH = 2.4;
const TRAIL = 1.8;

const ring = course([[-6, 93], [60, 92], [114, 73], [136, 24], [136, -28], [117, -74], [62, -95], [2, -98], [-64, -95], [-117, -74], [-137, -26],
  [-136, 26], [-115, 73], [-70, 91]], 6, true, "ring road");

// The three gates.
const north = course([gateAt.north, on(ring, [-6, 93])], gates.north.road, false, "north gate road");
const east = course([gateAt.east, [180, -13], [158, -14], on(ring, [137, -12])], gates.east.road, false, "east gate road");
const south = course([gateAt.south, [4, -140], [6, -118], on(ring, [4, -98])], gates.south.road, false, "south gate road");

// Fire lanes behind the northern row.
const laneWest = course([on(north, [-6, 149]), [-40, 149.5], [-100, 149.5], [-140, 148], [-168, 139], [-182, 116], [-177, 92], [-156, 74], on(ring, [-121, 65])], FIRE_LANE, false, "west fire lane");
const laneEast = course([on(north, [-6, 149]), [30, 149.5], [90, 149.5], [138, 148], [168, 139], [184, 117], [181, 94], [160, 77], on(ring, [123, 65])], FIRE_LANE, false, "east fire lane");

// Along the inside of the wall, for whoever walks the perimeter.
const beside = outset(wall, -5.5).flatMap((p, i, all) => {
  const q = all[(i + 1) % all.length];
  const steps = Math.max(1, Math.round(distance(p, q)));
  return Array.from({ length: steps }, (_, k) => lerp(p, q, k / steps));
});
function alongWall(from, to) {
  const index = (p) => beside.reduce((best, q, i) => (distance(p, q) < distance(p, beside[best]) ? i : best), 0);
  const [start, stop] = [index(from), index(to)];
  const count = (stop - start + beside.length) % beside.length;
  const stops = Math.round(count / 8);
  return Array.from({ length: stops + 1 }, (_, k) => beside[(start + Math.round((k * count) / stops)) % beside.length]);
}
const trailSouthEast = course([on(south, [4, -150]), [18, -152.5], ...alongWall([36, -163], [205, -48]), [195, -26], on(east, [192.5, -13])], TRAIL, false, "south-east trail");
const trailNorthEast = course([on(east, [192.5, -13]), [195.5, 0], [199, 10], ...alongWall([205, 26], [44, 162]), on(laneEast, [24, 149])], TRAIL, false, "north-east trail");
const trailWest = course([on(laneWest, [-36, 149]), ...alongWall([-56, 162], [-32, -163]), [-12, -152.5], on(south, [4, -150])], TRAIL, false, "west trail");

// To the doors.
const stub = (from, id, index = 0, width = FOOTPATH) => course([on(from, doorstep(id, index)), doorstep(id, index)], width, false, `path to ${id}`);
for (const [id, lane] of [[4, laneWest], [5, laneWest], [6, laneEast], [7, laneEast]]) {
  building(id).doors.forEach((_, i) => stub(lane, id, i, building(id).doors.length === 1 ? 3 : FOOTPATH));
}
const frontOf3 = course([on(ring, [-131, 55]), [-150, 60.5], [-182, 60.5], on(trailWest, [-202, 60])], 3, false, "path of 3");
const frontOf8 = course([on(ring, [132, 58]), [148, 66], [196, 66], on(trailNorthEast, [204, 66])], 3, false, "path of 8");
const frontOf2 = course([on(ring, [-138, -26]), [-152, -27], [-188, -27], on(trailWest, [-202, -28])], 3, false, "path of 2");
for (const [id, path] of [[3, frontOf3], [8, frontOf8], [2, frontOf2]]) building(id).doors.forEach((_, i) => stub(path, id, i));

const toPumps = course([on(ring, [-130, -55]), [-150, -66], [-172, -72], [-182, -74], on(trailWest, [-202, -70])], 3, false, "path to the pump house");
stub(toPumps, "pump-house");
const frontOf1 = course([on(ring, [-108, -80]), [-120, -95], [-146, -99.5], [-164, -95], on(toPumps, [-170, -72])], 3, false, "path of 1");
const frontOf10 = course([on(ring, [-104, -83]), [-94, -103], [-76, -112], [-44, -112], [-26, -108], on(ring, [-16, -98])], 3, false, "path of 10");
const frontOf9 = course([on(ring, [121, -66]), [136, -84], [154, -90.5], [176, -86], on(trailSouthEast, [203, -82])], 3, false, "path of 9");
for (const [id, path] of [[1, frontOf1], [10, frontOf10], [9, frontOf9]]) building(id).doors.forEach((_, i) => stub(path, id, i));

stub(ring, "kindergarten", 0, FIRE_LANE);
stub(east, "property", 0, 3);
stub(ring, "ramp-east", 0, 5.5);
stub(ring, "ramp-west", 0, 5.5);

// The middle garden.
const shore = course(simplifiedRing(outset(lake, 6), 1), FOOTPATH, true, "lake path");
const fountainRound = course(ellipse(-6, 80, 6.4, 6.4).filter((_, i) => i % 6 === 0), 3, true, "fountain round");
course([on(ring, [-6, 93]), on(fountainRound, [-6, 86.4])], 4, false, "clubhouse avenue");
course([on(fountainRound, [-6, 73.6]), doorstep("clubhouse")], 4, false, "path to clubhouse");
course([on(fountainRound, [-12, 79]), [-27, 75], [-42, 63], [-40, 46], on(shore, [-33, 29])], FOOTPATH, false, "west terrace path");
course([on(fountainRound, [0, 79]), [15, 75], [30, 63], [29, 46], on(shore, [24, 24])], FOOTPATH, false, "east terrace path");
stub(shore, "pavilion", 0, 2);

const lawn = ellipse(-10, -60, 36, 18, -4);
const lawnRound = course(ellipse(-10, -60, 39, 21, -4).filter((_, i) => i % 6 === 0), FOOTPATH, true, "lawn round");
course([on(ring, [2, -98]), on(lawnRound, [0, -82])], 3, false, "south garden path");
course([on(lawnRound, [-10, -39]), on(shore, [-7, -25])], FOOTPATH, false, "lawn to lake");
course([on(lawnRound, [-48, -56]), [-64, -56], [-82, -61], [-102, -60], on(ring, [-123, -63])], FOOTPATH, false, "south-west garden path");
const playPath = course([on(lawnRound, [29, -62]), [46, -70], [68, -77], [94, -73], on(ring, [119, -70])], FOOTPATH, false, "south-east garden path");
course([on(shore, [42, -33]), [52, -44], [50, -58], on(playPath, [48, -71])], FOOTPATH, false, "lake to playground");

const fromWest = course([on(ring, [-137, -14]), [-116, -14], [-96, -4], [-74, -4], on(shore, [-53, 0])], FOOTPATH, false, "west garden path");
const fromEast = course([on(ring, [137, -12]), [116, -6], [92, 1], [76, -1], on(shore, [64, -1])], FOOTPATH, false, "east garden path");
course([on(fromWest, [-85, -4]), [-74, -20], [-70, -38], on(courses.find((c) => c.name === "south-west garden path"), [-66, -57])], FOOTPATH, false, "court path");
const westGarden = course([on(ring, [-72, 90]), [-62, 72], [-58, 56], [-63, 36], [-58, 16], on(shore, [-52, 8])], FOOTPATH, false, "north-west garden path");
const eastGarden = course([on(ring, [66, 91]), [58, 72], [60, 54], [66, 34], [64, 18], on(shore, [60, 8])], FOOTPATH, false, "north-east garden path");
course([on(ring, [-104, 79]), [-96, 66], doorstep(11)], 3, false, "path to 11");
course([doorstep(11), [-84, 59], [-72, 62], on(westGarden, [-59, 60])], FOOTPATH, false, "garden path to 11");
course([on(ring, [106, 78]), [101, 66], doorstep(12)], 3, false, "path to 12");
course([doorstep(12), [90, 59], [78, 61], on(eastGarden, [59, 58])], FOOTPATH, false, "garden path to 12");

course([on(playPath, [82, -75]), [83.5, -67.4]], FOOTPATH, false, "way to the playground");
course([on(frontOf10, [-97, -97]), [-104, -108.4]], FIRE_LANE, false, "way to the car park");

// Front gardens of the northern corners, and the short cut with the garden gate.
course([on(ring, [-94, 83]), [-108, 97], [-138, 103], [-164, 101], on(laneWest, [-180, 104])], FOOTPATH, false, "front garden of 4");
course([on(ring, [92, 83]), [106, 97], [136, 102], [164, 101], on(laneEast, [182, 104])], FOOTPATH, false, "front garden of 7");
course([on(laneWest, [-180, 104]), on(trailWest, [-202, 108])], FOOTPATH, false, "north-west short cut");
const gardenWay = course([on(laneEast, [182, 104]), on(trailNorthEast, [204, 108])], FOOTPATH, false, "garden gate path");
const gardenGate = on(gardenWay, [193, 106]);

cutIntoEdges();

// ───────────────────────────────────────────────────────────────── grounds

const grounds = [];
const ground = (kind, outline, zh, en) => grounds.push({ kind, ...(zh ? { name: { zh, en } } : {}), outline: counterClockwise(outline) });

/** The block inside the four streets; its seam outside the wall is planted. */
const block = counterClockwise(rounded([[-219, -155, 30], [-60, -179.5, 120], [172, -179.5, 40], [221, -116, 70], [221, 122, 60], [178, 180, 40], [-158, 180, 50], [-219, 130, 44]]));
const streets = [
  ["锦绣路", "Jinxiu Road", 18, [[-3000, -260], [-1500, 60], [-420, 186], [-220, 194], [0, 193], [200, 194], [420, 202], [1300, 270], [3000, 520]]],
  ["望湖街", "Wanghu Street", 14, [[520, 3000], [300, 1200], [246, 420], [233, 200], [231, 0], [233, -130], [240, -300], [300, -900], [420, -1600]]],
  ["文澜街", "Wenlan Street", 13, [[-1800, -520], [-900, -262], [-420, -188], [-230, -176], [-60, -192], [160, -193], [240, -194], [480, -204], [1300, -250], [2400, -300]]],
  ["云栖路", "Yunqi Road", 16, [[-3000, 200], [-1400, 520], [-420, 640], [0, 652], [420, 664], [1300, 744], [3000, 1020]]],
  ["听松街", "Tingsong Street", 12, [[1000, 3000], [720, 1200], [640, 420], [616, 100], [622, -240], [700, -1000], [820, -1600]]],
  ["临河街", "Linhe Street", 10, [[-800, 3000], [-470, 1200], [-400, 560], [-360, 210], [-348, 60], [-354, -110], [-346, -280], [-400, -700], [-420, -1400]]],
];
const river = curve([[-600, 3000], [-350, 1200], [-302, 560], [-268, 210], [-258, 60], [-264, -110], [-256, -280], [-300, -700], [-320, -1400]]);

const squares = [
  box(-6, 118, 40, 30, 8), // inside the north gate
  box(-6, 173.5, 30, 9, 2), // before the north gate
  ellipse(-6, 80, 10.5, 10.5),
  [...arc([-6, 22], 29.6, 50, 130), [-27, 27], [15, 24]], // terrace at the lake
  box(4, -138, 15, 20, 5),
  box(65, -107, 30, 15, 5),
  box(178, -38.4, 22, 6, 1.5),
  ellipse(50, -50, 9, 6.5, -40),
  ellipse(-71, -37, 8, 8),
  ellipse(-142, 103.2, 6, 6), // resting places where garden paths meet
  ellipse(138, 102.2, 6, 6),
  ellipse(-59, 60, 5.5, 5.5),
  ellipse(59, 58, 5.5, 5.5),
  ellipse(-86, -4, 5.5, 5.5),
  ellipse(-10, -38.4, 4.5, 4.5),
  ellipse(-48, -57, 4.5, 4.5),
  ellipse(29, -62, 4.5, 4.5),
  box(-64, 137.5, 16, 6, 2), // before the tower doors
  box(56, 137.5, 16, 6, 2),
];
/** Round beds with a tree, set into the paving. */
const treeBeds = [
  ...[-22, -14, 2, 10].flatMap((u) => [130, 106].map((v) => [u, v])).filter(([u]) => Math.abs(u + 6) > 6),
  ...[55, 60, 70, 75].flatMap((u) => [-103, -110.5].map((v) => [u, v])),
  ...[-18, -13.5, 1.5, 6].map((u) => [u, 173]),
  ...[[-23, 40], [-14, 45.5], [2, 45.5], [11, 40]],
  ...[[-75, -34], [-75, -40], [54, -46], [57, -50]],
].map(([u, v]) => ellipse(u, v, 1.5, 1.5).filter((_, i) => i % 6 === 0));
const named = { 0: ["迎宾广场", "Welcome square"], 3: ["观湖平台", "Lake terrace"], 5: ["幼儿园广场", "Kindergarten square"] };
const sports = [
  [box(-97, -36, 30, 17, 1, 8), "篮球场", "Basketball court"],
  [curve([[66, -54], [74, -47], [88, -48], [97, -56], [93, -65], [80, -66], [69, -63]], true), "儿童乐园", "Playground"],
  [curve([[98, -146], [104, -132], [112, -128], [121, -134], [122, -146], [111, -151]], true), "幼儿园操场", "Kindergarten playground"],
  [box(148, 22, 14, 7, 1), "羽毛球场", "Badminton court"],
];
const parkings = [
  [box(152.5, -29.2, 22, 23.6, 2), "访客停车场", "Visitor car park"],
  [box(-104, -124, 15, 30, 3)],
  [box(-104, 125.6, 17, 43, 3)],
  [box(97, 125.6, 17, 43, 3)],
  [box(-170, -21.8, 30, 5.6, 1)],
  [box(-166, 65.4, 26, 5.6, 1)],
  [box(179, 70.6, 24, 5.6, 1)],
  [box(-146, -94.4, 20, 5.6, 1)],
  [box(-60, -107.2, 30, 5.6, 1)],
  [box(-92, 154.8, 44, 5.6, 1)],
  [box(84, 154.8, 44, 5.6, 1)],
];
const pools = [box(-18.5, 118, 4.5, 20, 2.2), box(6.5, 118, 4.5, 20, 2.2), ellipse(-6, 80, 3.4, 3.4)];

// Lawns: whatever is left, with its corners rounded. Found on a grid of 40 cm cells by distance.
const CELL = 0.4;
const GRID = { u: -232, v: -192, w: 1160, h: 960 };
function mask() {
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
function lawns(blocked, corner, least) {
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

const inner = mask();
inner.cells.fill(1);
inner.fill(wall, 0, 0);
const seam = mask();
seam.cells.fill(1);
seam.fill(block, 0, 0);
seam.fill(wall, 0, 1);
inner.along(sides(wall), 1.2);
seam.along(sides(wall), 1);
seam.along(sides(block), 3.2);
for (const key of Object.keys(gates)) seam.fill(ellipse(...gateAt[key], gates[key].gap * 0.9, gates[key].gap * 0.9));
for (const { full, width } of edges) inner.along(legs(full), width / 2 + (width >= 5 ? 1.3 : 0.8));
for (const b of buildings) inner.fill(b.outline, 2);
for (const s of squares) inner.fill(s, 0.5);
for (const [s] of [...sports, ...parkings]) inner.fill(s, 1.2);
for (const s of [lake, pond, ...pools]) inner.fill(s, 0.9);
inner.fill(lawn, 0.6);

ground("land", block);
for (const [side, far, near] of [["west", -34, -13], ["east", 13, 34]]) {
  ground("green", [...outsetCourse(river, far), ...outsetCourse(river, near).reverse()], ...(side === "east" ? ["滨河绿带", "Riverside green"] : []));
}
function outsetCourse(line, metres) {
  return simplified(line.map((p, i) => {
    const along = sub(line[Math.min(i + 1, line.length - 1)], line[Math.max(i - 1, 0)]);
    return add(p, scale([-along[1], along[0]], metres / length(along)));
  }), 0.15);
}
ground("water", strip(simplified(river, 0.1), 24), "锦绣河", "Jinxiu River");
for (const [zh, en, width, points] of streets) ground("road", strip(simplified(curve(points), 0.1), width), zh, en);
for (const [key, out] of [["north", [-6, 190]], ["east", [231, -13]], ["south", [4, -190]]]) {
  ground("road", strip([gateAt[key], out], gates[key].road + 1.5));
}
const lawnNames = [[[-112, 10], "银杏园", "Ginkgo garden"], [[112, 6], "桂花园", "Osmanthus garden"], [[-40, 84], "樱花园", "Cherry garden"]];
// Widest first: an island of lawn in a hole of a lawn comes after both.
const innerLawns = lawns(inner, 1.8, 14);
for (const r of innerLawns.outlines.sort((a, b) => Math.abs(area(b)) - Math.abs(area(a)))) {
  if (area(r) < 0) {
    ground("land", r);
    continue;
  }
  const label = lawnNames.find(([p]) => contains(r, p));
  ground("green", r, ...(label ? label.slice(1) : []));
}
for (const r of lawns(seam, 1.4, 14).outlines) if (area(r) > 0) ground("green", r);
// Holes are land over green, so everything that stands on a lawn comes after the lawns.
squares.forEach((s, i) => ground("square", s, ...(named[i] ?? [])));
for (const [s, zh, en] of sports) ground("sport", s, zh, en);
for (const [s, zh, en] of parkings) ground("parking", s, zh, en);
ground("green", lawn, "阳光草坪", "Sunny lawn");
ground("water", simplifiedRing(lake, 0.1), "锦绣湖", "Jinxiu Lake");
ground("green", simplifiedRing(island, 0.08));
ground("water", simplifiedRing(pond, 0.08), "荷塘", "Lotus pond");
for (const p of pools) ground("water", p);
for (const bed of treeBeds) ground("green", bed);

// ───────────────────────────────────────────────────────────────── wall and hedges

const lines = [];
const wallLine = sides(wall).flatMap(([a, b]) => {
  const steps = Math.max(1, Math.ceil(distance(a, b) / 0.5));
  return Array.from({ length: steps }, (_, k) => lerp(a, b, k / steps));
});
{
  const open = wallLine.map((p) => Object.keys(gates).some((key) => distance(p, gateAt[key]) < gates[key].gap / 2));
  const first = open.findIndex((o, i) => o && !open[(i + 1) % open.length]) + 1;
  let piece = [];
  for (let k = 0; k < wallLine.length; k += 1) {
    const i = (first + k) % wallLine.length;
    if (!open[i]) piece.push(wallLine[i]);
    if (open[i] || k === wallLine.length - 1) {
      if (piece.length > 1) lines.push({ kind: "perimeter", course: simplified(piece, 0.08) });
      piece = [];
    }
  }
}
const hedge = (course) => lines.push({ kind: "hedge", course: simplified(course, 0.1) });
/** A hedge around an outline, left open where `gap` is nearer than `metres`. */
function hedgeAround(outline, out, ...gaps) {
  let piece = [];
  const dense = sides(outset(outline, out)).flatMap(([a, b]) => Array.from({ length: Math.max(1, Math.ceil(distance(a, b))) }, (_, k) => lerp(a, b, k / Math.ceil(distance(a, b) || 1))));
  const isOpen = (p) => gaps.some(([at, metres]) => distance(p, at) < metres) ||
    edges.some(({ full, width }) => distanceToLegs(p, legs(full)) < width / 2 + 0.6) || buildings.some((b) => contains(b.outline, p));
  const start = Math.max(0, dense.findIndex(isOpen));
  for (let k = 0; k <= dense.length; k += 1) {
    const p = dense[(start + k) % dense.length];
    if (!isOpen(p)) piece.push(p);
    if (isOpen(p) || k === dense.length) {
      if (piece.length > 3) hedge(piece);
      piece = [];
    }
  }
}
hedgeAround(lawn, 0.2, [[-10, -39], 4], [[0, -79], 4]);
hedgeAround(sports[0][0], 1, [[-83, -40], 3]);
hedgeAround(sports[2][0], 1, [[100, -136], 4]);
hedgeAround(parkings[0][0], 1, [[152, -17], 10]);
hedgeAround(parkings[1][0], 1, [[-104, -109], 8]);
hedgeAround(parkings[2][0], 1, [[-104, 146], 9]);
hedgeAround(parkings[3][0], 1, [[97, 146], 9]);
hedgeAround(squares[0], 0.6, [[-6, 133], 5], [[-6, 103], 5]);
// Low hedges follow the garden paths inside the ring road and open at every junction.
{
  const ringPoints = ring.line;
  const gardenLegs = edges.filter(({ full, width }) => width < 3 && full.every((p) => contains(ringPoints, p) || distanceToLegs(p, legs(ringPoints)) < 1)).flatMap(({ full }) => legs(full));
  for (const outline of innerLawns.inside(1.1)) {
    if (!contains(ringPoints, outline[0])) continue;
    let run = [];
    const close = () => {
      const long = run.length > 1 ? legs(run).reduce((sum, [p, q]) => sum + distance(p, q), 0) : 0;
      if (long > 7) hedge(run);
      run = [];
    };
    for (const p of [...outline, outline[0]]) {
      if (distanceToLegs(p, gardenLegs) < 4.5 && nodes.every((n) => distance(n.at, p) > 6.5)) run.push(p);
      else close();
    }
    close();
  }
}
for (const [a, b] of [[[190.5, 87], [192.6, 104.2]], [[193.4, 107.8], [194, 124]]]) hedge([a, b]);

// ───────────────────────────────────────────────────────────────── devices

const devices = [];
function device(id, kind, zh, en, at, { b, floor, spot } = {}) {
  const place = { ...(b ? { building: String(b) } : {}), ...(floor ? { floor } : {}), ...(spot ? { spot: { zh: spot[0], en: spot[1] } } : {}), at };
  devices.push({ id, kind, name: { zh, en }, place });
}
/** A spot inside a building: so many metres right of and behind its middle. */
const within = (id, du = 0, dv = 0) => add(building(id).middle, [du, dv]);
/** A spot beside a gate's road, on the wall: negative is to the left of who comes in. */
function besideGate(key, off, inwards = 0) {
  const along = { north: [-1, 0], east: [0, 1], south: [1, 0] }[key];
  const inside = { north: [0, -1], east: [-1, 0], south: [0, 1] }[key];
  return add(gateAt[key], add(scale(along, off), scale(inside, inwards)));
}
const gateNames = { north: ["北门", "North gate"], east: ["东门", "East gate"], south: ["南门", "South gate"] };

// Doors: every unit door, then gates and service doors.
for (let n = 1; n <= 12; n += 1) {
  building(n).doors.forEach((at, i) => {
    const single = building(n).doors.length === 1;
    const [zh, en] = single ? [`${n}号楼 单元门`, `Building ${n} entrance`] : [`${n}号楼${i + 1}单元 单元门`, `Building ${n} unit ${i + 1} door`];
    device(`door-${n}-${i + 1}`, "door", zh, en, at, { b: n, spot: single ? ["单元门", "entrance"] : [`${i + 1}单元门`, `unit ${i + 1} door`] });
  });
}
for (const [key, [zh, en]] of Object.entries(gateNames)) device(`door-${key}-gate`, "door", zh, en, besideGate(key, -gates[key].road / 2 - 1.6), { spot: [zh, en] });
device("door-garden-gate", "door", "花园门", "Garden gate", gardenGate, { spot: ["花园门", "Garden gate"] });
device("door-property", "door", "物业中心 大门", "Property office entrance", building("property").doors[0], { b: "property", spot: ["大门", "entrance"] });
device("door-control-room", "door", "监控中心 门", "Control room door", within("property", -8, 4), { b: "property", floor: "1", spot: ["监控中心", "control room"] });
device("door-pump-house", "door", "泵房 门", "Pump house door", building("pump-house").doors[0], { b: "pump-house", spot: ["门", "door"] });
device("door-kindergarten", "door", "幼儿园 大门", "Kindergarten entrance", building("kindergarten").doors[0], { b: "kindergarten", spot: ["大门", "entrance"] });
device("door-clubhouse", "door", "会所 大门", "Clubhouse entrance", building("clubhouse").doors[0], { b: "clubhouse", spot: ["大门", "entrance"] });
device("door-loading", "door", "会所 卸货门", "Clubhouse loading door", within("clubhouse", -18, 33), { b: "clubhouse", floor: "1", spot: ["卸货口", "loading bay"] });
device("door-fire-5", "door", "5号楼 1层 消防门", "Building 5 ground floor fire door", within(5, 12, -8), { b: 5, floor: "1", spot: ["消防门", "fire door"] });
device("door-fire-7", "door", "7号楼 1层 消防门", "Building 7 ground floor fire door", within(7, 20, -4), { b: 7, floor: "1", spot: ["消防门", "fire door"] });
device("door-switch-room", "door", "6号楼 B1层 配电室门", "Building 6 B1 switch room door", within(6, 8, 1), { b: 6, floor: "B1", spot: ["配电室", "switch room"] });

// Barriers.
for (const key of ["north", "east", "south"]) device(`barrier-${key}-gate`, "barrier", `${gateNames[key][0]} 道闸`, `${gateNames[key][1]} barrier`, besideGate(key, 0, 1.5), { spot: gateNames[key] });
device("barrier-ramp-east", "barrier", "东坡道 道闸", "East ramp barrier", add(building("ramp-east").doors[0], [-1.5, 0]), { spot: ["东坡道", "East ramp"] });

// Gas and carbon monoxide, in basements and kitchens.
for (const [n, du, dv] of [[1, 6, 1], [3, 4, 1.5], [5, 0, -2], [7, -6, 0], [8, 5, 2], [10, 0, 2]]) {
  device(`gas-${n}-b1`, "detector", `${n}号楼 B1层走道 可燃气体探测器`, `Building ${n} B1 corridor gas detector`, within(n, du, dv), { b: n, floor: "B1", spot: ["走道", "corridor"] });
}
device("gas-kindergarten-kitchen", "detector", "幼儿园 厨房 可燃气体探测器", "Kindergarten kitchen gas detector", within("kindergarten", 17, 2), { b: "kindergarten", floor: "1", spot: ["厨房", "kitchen"] });
device("gas-clubhouse-kitchen", "detector", "会所 厨房 可燃气体探测器", "Clubhouse kitchen gas detector", within("clubhouse", 18, 33), { b: "clubhouse", floor: "1", spot: ["厨房", "kitchen"] });
device("co-garage-east", "detector", "东坡道 B1层 一氧化碳探测器", "East ramp B1 carbon monoxide detector", within("ramp-east", 6), { b: "ramp-east", floor: "B1", spot: ["车道", "driveway"] });

// Smoke and heat.
const smoke = (id, b, floor, spot, place, at) => {
  const name = building(b).name;
  const [zh, en] = floor === "避难层" ? [floor, "refuge floor"] : [`${floor}层`, floor.startsWith("B") ? floor : `floor ${floor}`];
  device(id, "detector", `${name.zh} ${zh}${spot[0]} 烟感`, `${name.en} ${en} ${spot[1]} smoke detector`, at ?? within(b, ...place), { b, floor, spot });
};
smoke("smoke-3-15", 3, "15", ["走道", "corridor"], [-4, 2]);
smoke("smoke-5-refuge", 5, "避难层", ["前室", "lobby"], [0, 6]);
smoke("smoke-6-b1", 6, "B1", ["配电室", "switch room"], [8, 2]);
smoke("smoke-7-13a", 7, "13A", ["走道", "corridor"], [12, 0]);
smoke("smoke-9-6", 9, "6", ["走道", "corridor"], [-11, 3]);
smoke("smoke-11-8", 11, "8", ["走道", "corridor"], [0, 5]);
smoke("smoke-kindergarten-2", "kindergarten", "2", ["走道", "corridor"], [-10, 2]);
smoke("smoke-control-room", "property", "1", ["监控中心", "control room"], [-11, 2]);
device("heat-ebike-8", "detector", "8号楼 电动车充电区 测温探测器", "Building 8 e-bike charging heat detector", within(8, -18, -9.5), { b: 8, spot: ["电动车充电区", "e-bike charging area"] });

// Water.
device("water-pump-house", "detector", "泵房 水浸探测器", "Pump house water detector", within("pump-house", -3, 0), { b: "pump-house", floor: "B1", spot: ["水泵间", "pump room"] });
device("water-ramp-east", "detector", "东坡道 B1层 水浸探测器", "East ramp B1 water detector", within("ramp-east", 10, 1), { b: "ramp-east", floor: "B1", spot: ["坡底", "foot of the ramp"] });
device("water-ramp-west", "detector", "西坡道 B1层 水浸探测器", "West ramp B1 water detector", within("ramp-west", -10, 1), { b: "ramp-west", floor: "B1", spot: ["坡底", "foot of the ramp"] });

// The wall in twelve zones, counter-clockwise from the south-west corner.
const zones = [[-150, -160], [-60, -168], [86, -168], [210, -78], [210, 40], [204, 140], [96, 168], [-52, 168], [-124, 168], [-208, 104], [-208, 10], [-208, -100]];
const wallNames = [["南墙", "South wall"], ["东墙", "East wall"], ["北墙", "North wall"], ["西墙", "West wall"]];
zones.forEach((at, i) => {
  const [zh, en] = wallNames[Math.floor(i / 3)];
  const name = [`${zh}${i + 1}区`, `${en} zone ${i + 1}`];
  device(`perimeter-${i + 1}`, "detector", ...name, nearestOnRing(wall, at), { spot: name });
});

// Movement, in rooms that are empty at night.
for (const [id, zh, en, place, du, dv] of [["property", "物业中心 1层大厅", "Property office hall", ["大厅", "hall"], 0, 4], ["kindergarten", "幼儿园 1层走道", "Kindergarten ground floor corridor", ["走道", "corridor"], -12, 2],
  ["clubhouse", "会所 1层大厅", "Clubhouse hall", ["大厅", "hall"], 3, 38]]) {
  device(`motion-${id}`, "detector", `${zh} 移动探测器`, `${en} motion detector`, within(id, du, dv), { b: id, floor: "1", spot: place });
}

// Panels.
device("panel-main", "panel", "监控中心 报警主机", "Control room alarm panel", within("property", -13, 0), { b: "property", floor: "1", spot: ["监控中心", "control room"] });
device("fire-panel-1", "fire_panel", "监控中心 消防主机", "Control room fire panel", within("property", -13, 4), { b: "property", floor: "1", spot: ["监控中心", "control room"] });

// Buttons and posts.
for (const [n, du, dv] of [[3, 8, 6], [5, -3, 11], [7, -10, 6], [11, 2, 9]]) {
  device(`call-point-${n}-1`, "manual_call_point", `${n}号楼 1层大堂 手动报警按钮`, `Building ${n} ground floor lobby manual call point`, within(n, du, dv), { b: n, floor: "1", spot: ["大堂", "lobby"] });
}
device("call-point-kindergarten-1", "manual_call_point", "幼儿园 1层门厅 手动报警按钮", "Kindergarten ground floor hall manual call point", within("kindergarten", 3, 6), { b: "kindergarten", floor: "1", spot: ["门厅", "hall"] });
device("help-lake", "help_point", "锦绣湖 求助柱", "Lake help point", [-38, 31.5], { spot: ["锦绣湖边", "Lake shore"] });
device("help-playground", "help_point", "儿童乐园 求助柱", "Playground help point", [64, -65], { spot: ["儿童乐园", "Playground"] });
device("help-court", "help_point", "篮球场 求助柱", "Basketball court help point", [-80, -43], { spot: ["篮球场", "Basketball court"] });
device("panic-east-gate", "panic_button", "东门岗亭 紧急按钮", "East gate house panic button", within("gate-east"), { b: "gate-east" });
device("panic-kindergarten", "panic_button", "幼儿园 门卫 紧急按钮", "Kindergarten porter panic button", within("kindergarten", -2, 7), { b: "kindergarten", floor: "1", spot: ["门卫室", "porter's room"] });
device("panic-front-desk", "panic_button", "物业中心 前台 紧急按钮", "Property office front desk panic button", within("property", 5, 3), { b: "property", floor: "1", spot: ["前台", "front desk"] });

// Lifts.
for (const [n, unit, lift, du] of [[5, 1, 1, -2], [5, 1, 2, 2], [6, 1, 1, -2], [7, 1, 1, -13], [7, 2, 1, 11], [7, 2, 2, 15]]) {
  const single = building(n).doors.length === 1;
  const spot = single ? [`${lift}号电梯`, `lift ${lift}`] : [`${unit}单元 ${lift}号电梯`, `unit ${unit} lift ${lift}`];
  device(`lift-${n}-${unit}-${lift}`, "lift", single ? `${n}号楼 ${spot[0]}` : `${n}号楼${spot[0]}`, `Building ${n} ${spot[1]}`, within(n, du, 3), { b: n, spot });
}

// Cameras.
const camera = (id, zh, en, at, place) => device(id, "camera", `${zh} 摄像机`, `${en} camera`, at, place ?? { spot: [zh, en] });
camera("cam-north-gate-in", "北门 入口", "North gate entrance", besideGate("north", -9, 1.5));
camera("cam-north-gate-out", "北门 出口", "North gate exit", besideGate("north", 9, 1.5));
camera("cam-east-gate", "东门", "East gate", besideGate("east", 7, 1.5));
camera("cam-south-gate", "南门", "South gate", besideGate("south", 7.5, 1.5));
camera("cam-ramp-east", "东坡道", "East ramp", add(building("ramp-east").doors[0], [-1, 4.6]));
camera("cam-ramp-west", "西坡道", "West ramp", add(building("ramp-west").doors[0], [1, 4.6]));
for (const [n, at] of [[5, [-70, 130]], [6, [62, 130]], [11, [-90, 34]]]) {
  camera(`cam-tower-${n}`, `${n}号楼 楼顶云台`, `Building ${n} roof PTZ`, at, { b: n, spot: ["楼顶", "roof"] });
}
for (const n of [2, 4, 5, 6, 7, 8, 9, 11, 12]) {
  const name = devices.find((d) => d.id === `perimeter-${n}`).name;
  const at = nearestOnRing(wall, zones[n - 1]);
  camera(`cam-perimeter-${n}`, name.zh, name.en, add(at, scale(sub([0, 0], at), 2.2 / length(at))));
}
camera("cam-3-b1", "3号楼 B1层走道", "Building 3 B1 corridor", within(3, 12, 2), { b: 3, floor: "B1", spot: ["走道", "corridor"] });
camera("cam-lift-7-2-2", "7号楼2单元 2号电梯轿厢", "Building 7 unit 2 lift 2 car", within(7, 15, 1), { b: 7, spot: ["2单元 2号电梯", "unit 2 lift 2"] });
camera("cam-lake", "锦绣湖", "Lake", [26, 30]);
camera("cam-playground", "儿童乐园", "Playground", [99, -66]);
camera("cam-welcome-square", "迎宾广场", "Welcome square", [12.5, 131]);
camera("cam-control-room", "监控中心", "Control room", within("property", -15.5, 6), { b: "property", floor: "1", spot: ["监控中心", "control room"] });

// ───────────────────────────────────────────────────────────────── network, doors, silence

// One switch in the control room, and five behind it. What hangs on a fire line or an alarm bus is behind its panel.
const switchPlaces = [["物业中心", "Property office", "property", -10, 0, "1"], ["西区", "West", 3, 6, 0, "B1"], ["南区", "South", 10, 6, 0, "B1"], ["北区", "North", 5, 6, -6, "B1"],
  ["东区", "East", 8, 10, 1, "B1"], ["湖区", "Lake", "clubhouse", -8, 36, "B1"]];
switchPlaces.forEach(([zh, en, b, du, dv, floor], i) => {
  device(`sw-${i + 1}`, "network", `SW-${i + 1} ${zh}交换机`, `SW-${i + 1} ${en} switch`, within(b, du, dv), { b, floor, spot: ["弱电间", "wiring closet"] });
});
const behind = {
  "sw-1": ["sw-2", "sw-3", "sw-4", "sw-5", "sw-6", "panel-main", "fire-panel-1", "door-property", "door-control-room", "cam-control-room", "panic-front-desk", "cam-tower-5"],
  "sw-2": ["door-2-1", "door-2-2", "door-3-1", "door-3-2", "door-4-1", "door-4-2", "door-11-1", "cam-3-b1", "cam-perimeter-11", "cam-perimeter-12", "cam-ramp-west", "cam-tower-11"],
  "sw-3": ["door-1-1", "door-1-2", "door-9-1", "door-9-2", "door-10-1", "door-10-2", "door-10-3", "door-south-gate", "barrier-south-gate", "cam-south-gate", "cam-perimeter-2", "door-kindergarten", "panic-kindergarten", "door-pump-house"],
  // The north wall and its gate: twelve, of which one is shown and eleven are folded when it dies.
  "sw-4": ["cam-north-gate-in", "cam-north-gate-out", "cam-perimeter-7", "cam-perimeter-8", "cam-perimeter-9", "cam-welcome-square", "door-north-gate", "barrier-north-gate", "door-5-1", "door-6-1", "door-7-1", "door-7-2"],
  "sw-5": ["door-8-1", "door-8-2", "door-12-1", "door-east-gate", "barrier-east-gate", "barrier-ramp-east", "cam-east-gate", "cam-ramp-east", "cam-perimeter-4", "cam-perimeter-5", "cam-perimeter-6", "panic-east-gate", "cam-tower-6", "cam-lift-7-2-2"],
  "sw-6": ["door-clubhouse", "door-loading", "door-garden-gate", "cam-lake", "cam-playground", "help-lake", "help-playground", "help-court"],
};
const found = (id) => devices.find((d) => d.id === id) ?? fail(`There is no device ${id}; correct the id.`);
for (const [upstream, ids] of Object.entries(behind)) for (const id of ids) found(id).upstream = upstream;
for (const d of devices) {
  if (d.id.startsWith("perimeter-") || d.id.startsWith("motion-") || d.id.startsWith("gas-")) d.upstream = "panel-main";
  if (d.id.startsWith("smoke-") || d.kind === "manual_call_point") d.upstream = "fire-panel-1";
}

// What is blind without them: gates, fire protection, the perimeter's only views, the pumps.
const critical = [/^sw-/, /^(panel-main|fire-panel-1)$/, /^smoke-/, /^heat-/, /^(door|barrier)-(north|east|south)-gate$/, /^cam-(north-gate-in|north-gate-out|east-gate|south-gate)$/, /^cam-perimeter-/, /^perimeter-/, /^water-pump-house$/];
for (const d of devices) if (critical.some((one) => one.test(d.id))) d.critical = true;

// Whose silence says something, in seconds. A call point, a button and a lift say nothing until they are needed.
const reports = { network: 120, panel: 120, fire_panel: 120, door: 180, barrier: 180, camera: 180, help_point: 300 };
for (const d of devices) {
  const wired = d.kind === "detector" && (d.id.startsWith("perimeter-") ? 180 : 300);
  // Fire doors and the switch room have contacts on the alarm bus, without a controller that reports by itself.
  const every = /^door-(fire-\d|switch-room)$/.test(d.id) ? 0 : reports[d.kind] ?? wired;
  if (every) d.report_every_s_max = every;
}

// Doors and how long they may stand open. A fire door has no controller and so reports no grants.
for (const d of devices.filter((d) => d.kind === "door")) {
  d.door = { held_open_s_max: d.id.startsWith("door-fire-") ? 30 : d.id === "door-loading" ? 600 : 60 };
  if (!/^door-(fire-\d|loading|garden-gate)$/.test(d.id)) d.door.reports_grants = true;
}

// ───────────────────────────────────────────────────────────────── armed zones

const zoned = [];
const zone = (id, zh, en, members, more = {}) => zoned.push({ id, name: { zh, en }, devices: members, ...more });
const WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const daily = (from, to) => ({ days: WEEK, from, to });
// Always, but for ten minutes of testing after the day shift has taken over.
const always = [daily("08:20", "08:10")];
for (let n = 1; n <= 6; n += 1) {
  const parts = [2 * n - 1, 2 * n];
  const members = parts.flatMap((part) => [`perimeter-${part}`, `cam-perimeter-${part}`]).filter((id) => devices.some((d) => d.id === id));
  const neighbours = [(n + 4) % 6 + 1, n % 6 + 1].map((other) => `wall-${other}`);
  zone(`wall-${n}`, `周界 ${parts.join("–")}区`, `Perimeter ${parts.join("–")}`, members, { adjacent: neighbours, schedule: always });
}
zone("property", "物业中心", "Property office", ["door-property", "motion-property"], { schedule: [daily("20:00", "08:00"), { days: ["sat", "sun"], from: "08:00", to: "20:00" }] });
zone("kindergarten", "幼儿园", "Kindergarten", ["door-kindergarten", "motion-kindergarten"], { schedule: [{ days: WEEK.slice(0, 5), from: "18:30", to: "07:00" }, { days: ["sat", "sun"], from: "07:00", to: "07:00" }] });
zone("clubhouse", "会所", "Clubhouse", ["door-clubhouse", "motion-clubhouse"], { schedule: [daily("22:30", "07:00")] });
zone("pump-house", "泵房", "Pump house", ["door-pump-house"], { schedule: always });
zone("switch-room", "配电室", "Switch room", ["door-switch-room"], { schedule: always });
zone("garden-gate", "花园门", "Garden gate", ["door-garden-gate"]);

// ───────────────────────────────────────────────────────────────── people

const person = (id, zh, en, role, call, phone) => ({ id, name: { zh, en }, role, ...(call ? { call_sign: { zh: call[0], en: call[1] } } : {}), ...(phone ? { phone } : {}) });
const patrol = (n) => [`巡逻${n}`, `Patrol ${n}`];
const guards = [
  ["wang-qiang", "王强", "Wang Qiang", patrol(2)],
  ["li-min", "李敏", "Li Min", patrol(5)],
  ["zhao-jun", "赵军", "Zhao Jun", ["东门", "East gate"]],
  ["zhou-liang", "周亮", "Zhou Liang", patrol(3)],
  ["sun-wei", "孙伟", "Sun Wei", patrol(1)],
  ["xu-lei", "徐磊", "Xu Lei", patrol(4)],
  ["he-yong", "何勇", "He Yong", patrol(6)],
  ["wu-bin", "吴斌", "Wu Bin", ["北门1", "North gate 1"]],
  ["zheng-kai", "郑凯", "Zheng Kai", ["南门", "South gate"]],
  ["ma-jun", "马骏", "Ma Jun", ["东门2", "East gate 2"]],
  ["gao-feng", "高峰", "Gao Feng", ["北门2", "North gate 2"]],
  ["lin-tao", "林涛", "Lin Tao", ["机动1", "Reserve 1"]],
];
const people = [
  person("li-na", "李娜", "Li Na", "operator"),
  person("zhang-wei", "张伟", "Zhang Wei", "operator"),
  person("wang-jianguo", "王建国", "Wang Jianguo", "shift_leader", ["班长", "Shift leader"]),
  person("chen-gang", "陈刚", "Chen Gang", "duty_manager", ["值班主管", "Duty manager"]),
  ...guards.map(([id, zh, en, call], i) => person(id, zh, en, "guard", call, `guard-${String(i + 1).padStart(2, "0")}`)),
];
const shift = (zh, en, starts_at) => ({ name: { zh, en }, starts_at });
const staffing = { shifts: [shift("白班", "Day shift", "08:00"), shift("夜班", "Night shift", "20:00")], night: { from: "22:00", to: "06:00" }, duty: "recorded", position_every_s_max: 60 };

// ───────────────────────────────────────────────────────────────── areas

/** The part of an outline on one side of a line: `keep` is positive there. */
function cut(ring, keep) {
  return sides(ring).flatMap(([a, b]) => {
    const [at, next] = [keep(a), keep(b)];
    const crossing = at >= 0 !== next >= 0 ? [lerp(a, b, at / (at - next))] : [];
    return at >= 0 ? [a, ...crossing] : crossing;
  });
}
const areas = [];
const watched = (id, kind, zh, en, outline, ids) => areas.push({ id, name: { zh, en }, kind, outline: simplifiedRing(counterClockwise(outline), 0.15), people: ids });
// Just outside the wall: who walks along it has not left.
const bounds = outset(wall, 2);
watched("north", "responsibility", "北责任区", "North beat", cut(bounds, ([, v]) => v - 12), ["sun-wei", "xu-lei"]);
watched("south", "responsibility", "南责任区", "South beat", cut(bounds, ([, v]) => -12 - v), ["wang-qiang", "zhou-liang"]);
watched("middle", "responsibility", "湖责任区", "Lake beat", rounded([[-118, -88, 30], [118, -88, 30], [118, 106, 30], [-118, 106, 30]]), ["li-min", "he-yong"]);
for (const [key, [zh, en], ids] of [["east", gateNames.east, ["zhao-jun", "ma-jun"]], ["north", gateNames.north, ["wu-bin", "gao-feng"]], ["south", gateNames.south, ["zheng-kai"]]]) {
  watched(`post-${key}`, "responsibility", `${zh}岗`, `${en} post`, ellipse(...gateAt[key], 30, 30), ids);
}
watched("lake", "forbidden", "锦绣湖 水面", "Lake water", outset(lake, -3), []);
watched("pond", "forbidden", "荷塘 水面", "Lotus pond water", outset(pond, -1.5), []);
watched("pump-house", "forbidden", "泵房 禁区", "Pump house, no entry", building("pump-house").outline, ["wang-jianguo"]);
watched("kindergarten", "forbidden", "幼儿园 禁区", "Kindergarten, no entry", building("kindergarten").outline, ["wang-jianguo", "lin-tao"]);

// ───────────────────────────────────────────────────────────────── what must hold

const problems = [];
const must = (holds, sentence) => holds || problems.push(sentence);
const spot = ([u, v]) => `(${u.toFixed(1)}, ${v.toFixed(1)})`;

function selfCrossing(outline) {
  const all = sides(outline);
  for (let i = 0; i < all.length; i += 1) {
    for (let j = i + 2; j < all.length; j += 1) {
      if ((i > 0 || j < all.length - 1) && legsCross(all[i], all[j])) return all[j][0];
    }
  }
  return null;
}
for (const [what, outline] of [...buildings.map((b) => [b.name.en, b.outline]), ...grounds.map((g, i) => [`Ground ${i} (${g.kind})`, g.outline])]) {
  const at = selfCrossing(outline);
  must(!at, `${what} crosses its own outline at ${at && spot(at)}.`);
  must(area(outline) > 1, `${what} is not a counter-clockwise outline of more than a square metre.`);
}

const ringsTouch = (a, b, metres) =>
  contains(a, b[0]) || contains(b, a[0]) || sides(a).some((s) => sides(b).some((t) => legsCross(s, t))) ||
  a.some((p) => distanceToLegs(p, sides(b)) < metres) || b.some((p) => distanceToLegs(p, sides(a)) < metres);
buildings.forEach((b, i) => {
  for (const other of buildings.slice(i + 1)) must(!ringsTouch(b.outline, other.outline, 4), `${b.name.en} stands less than 4 m from ${other.name.en}.`);
  for (const p of b.outline) {
    must(contains(wall, p), `${b.name.en} reaches over the wall at ${spot(p)}.`);
    must(distanceToLegs(p, sides(wall)) > 1.5, `${b.name.en} touches the wall at ${spot(p)}.`);
  }
  for (const [what, outline] of [["the lake", lake], ["the pond", pond], ...pools.map((p) => ["a pool", p]), ...sports.map(([o, , en]) => [en, o]), ...parkings.map(([o]) => ["a car park", o])]) {
    must(!ringsTouch(b.outline, outline, 1), `${b.name.en} stands in ${what}.`);
  }
});
for (const [i, outline] of [lake, pond, ...pools, ...sports.map(([o]) => o), ...parkings.map(([o]) => o)].entries()) {
  must(outline.every((p) => contains(wall, p)), `Garden piece ${i} lies outside the wall.`);
}

for (const { full, width, name, from, to } of edges) {
  const what = `The ${name} from ${from} to ${to}`;
  must(from !== to, `${what} leads nowhere.`);
  must(width >= 1.6 && width <= 7, `${what} is ${width} m wide; 1.6 to 7 m are wanted.`);
  for (const p of full.slice(1, -1)) must(contains(wall, p) && distanceToLegs(p, sides(wall)) > width / 2, `${what} runs into the wall at ${spot(p)}.`);
  for (const b of buildings) {
    must(!legs(full).some((leg) => sides(b.outline).some((side) => legsCross(leg, side))) && !full.some((p) => contains(b.outline, p)), `${what} goes through ${b.name.en}.`);
    const dense = legs(full).flatMap(([p, q]) => [0, 0.25, 0.5, 0.75, 1].map((t) => lerp(p, q, t)));
    const tight = dense.find((p) => distanceToLegs(p, sides(b.outline)) < width / 2 + 0.2 && !b.doors.some((d) => distance(d, p) < width / 2 + 1));
    must(!tight, `${what} scrapes along ${b.name.en} at ${tight && spot(tight)}.`);
  }
  for (const [wet, outline] of [["the lake", lake], ["the pond", pond], ["a pool", pools[0]], ["a pool", pools[1]], ["the fountain", pools[2]]]) {
    const near = full.find((p) => contains(outline, p)) ?? outline.find((p) => distanceToLegs(p, legs(full)) < width / 2 + 0.3);
    must(!near, `${what} runs into ${wet} at ${near && spot(near)}.`);
  }
  for (const [outline, , en] of [...sports, ...parkings.map((p) => [p[0], 0, "a car park"])]) {
    must(!legs(full).some((leg) => sides(outline).some((side) => legsCross(leg, side))), `${what} goes through ${en}.`);
  }
}
edges.forEach((a, i) => {
  for (const b of edges.slice(i + 1)) {
    for (const s of legs(a.full)) for (const t of legs(b.full)) must(!legsCross(s, t), `The ${a.name} and the ${b.name} cross without a junction near ${spot(s[0])}.`);
  }
});
{
  const reached = new Set([nodes[0].id]);
  for (let before = 0; before !== reached.size; ) {
    before = reached.size;
    for (const { from, to } of edges) if (reached.has(from) || reached.has(to)) reached.add(from).add(to);
  }
  for (const n of nodes) must(reached.has(n.id), `Nobody can walk to node ${n.id} at ${spot(n.at)}.`);
  must(nodes.length >= 60 && nodes.length <= 140, `There are ${nodes.length} nodes; 60 to 140 are wanted.`);
  nodes.forEach((a, i) => nodes.slice(i + 1).forEach((b) => must(distance(a.at, b.at) > 1.2, `Nodes ${a.id} and ${b.id} lie on each other at ${spot(a.at)}.`)));
  for (const key of Object.keys(gates)) must(nodes.some((n) => distance(n.at, gateAt[key]) < 0.1), `No path leads to the ${key} gate.`);
  for (const b of buildings) b.doors.forEach((_, i) => must(nodes.some((n) => distance(n.at, doorstep(b.id, i)) < 0.1), `No path leads to door ${i + 1} of ${b.name.en}.`));
}
for (const d of devices) {
  must(contains(wall, d.place.at) || distanceToLegs(d.place.at, sides(wall)) < 0.5, `Device ${d.id} is outside the wall at ${spot(d.place.at)}.`);
  const b = d.place.building && building(d.place.building);
  const indoors = ["detector", "manual_call_point", "lift", "panel", "fire_panel", "panic_button", "network"].includes(d.kind) && b && d.id !== "heat-ebike-8";
  if (indoors) must(contains(b.outline, d.place.at), `Device ${d.id} is not inside ${b.name.en} at ${spot(d.place.at)}.`);
  if (b && d.place.floor) must(b.floors.some((f) => f.label === d.place.floor), `Device ${d.id} is on floor ${d.place.floor}, which ${b.name.en} does not have.`);
  if (!b) must(!buildings.some((o) => contains(o.outline, d.place.at)) && ![lake, pond, ...pools].some((w) => contains(w, d.place.at)), `Device ${d.id} stands in a building or in the water at ${spot(d.place.at)}.`);
}
for (const z of zoned) for (const id of z.devices) must(devices.some((d) => d.id === id), `Zone ${z.id} has no device ${id}.`);
for (const a of areas) {
  const at = selfCrossing(a.outline);
  must(!at, `Area ${a.id} crosses its own outline at ${at && spot(at)}.`);
  for (const id of a.people) must(people.some((p) => p.id === id), `Area ${a.id} is for ${id}, who is not on the staff.`);
}
must(behind["sw-4"].length === 12, "Scene B counts twelve devices behind SW-4.");
for (const [what, ids] of [["zone", zoned.map((z) => z.id)], ["area", areas.map((a) => a.id)], ["device", devices.map((d) => d.id)], ["building", buildings.map((b) => b.id)], ["person", people.map((p) => p.id)]]) {
  ids.forEach((id, i) => must(ids.indexOf(id) === i, `There are two of ${what} ${id}.`));
}

// ───────────────────────────────────────────────────────────────── degrees, and out

const eastwards = METRES_PER_DEGREE * Math.cos((ANCHOR.lat * Math.PI) / 180);
/** The anchor formula of domain/src/geo.rs, after the estate's turn; seven decimals are a centimetre. */
function degrees(at) {
  const [x, y] = turned(at, TURN_DEG);
  return [Number((ANCHOR.lon + x / eastwards).toFixed(7)), Number((ANCHOR.lat + y / METRES_PER_DEGREE).toFixed(7))];
}
const estate = {
  site: "jinxiu",
  name: { zh: "锦绣花园", en: "Jinxiu Garden" },
  time_zone: "Asia/Shanghai",
  datum: "WGS-84",
  anchor: [ANCHOR.lon, ANCHOR.lat],
  home: { centre: degrees([9, 2]), zoom: 17.13, bearing_deg: 14, pitch_deg: 48 },
  grounds: grounds.map((g) => ({ ...g, outline: g.outline.map(degrees) })),
  buildings: buildings.map(({ id, name, outline, height_m, floors: list }) => ({ id, name, outline: outline.map(degrees), height_m, floors: list })),
  lines: lines.map((l) => ({ ...l, course: l.course.map(degrees) })),
  paths: {
    nodes: nodes.map((n) => ({ id: n.id, at: degrees(n.at) })),
    edges: edges.map(({ from, to, full, width }) => ({ from, to, ...(full.length > 2 ? { via: full.slice(1, -1).map(degrees) } : {}), width_m: width })),
  },
  devices: devices.map((d) => ({ ...d, place: { ...d.place, at: degrees(d.place.at) } })),
  people,
  staffing,
  zones: zoned,
  areas: areas.map((a) => ({ ...a, outline: a.outline.map(degrees) })),
};
function written(value, depth = 0) {
  const pad = "  ".repeat(depth + 1);
  if (Array.isArray(value) && typeof value[0] === "object") return `[\n${value.map((v) => pad + JSON.stringify(v)).join(",\n")}\n${"  ".repeat(depth)}]`;
  if (depth === 0 || value?.nodes) return `{\n${Object.entries(value).map(([k, v]) => `${pad}${JSON.stringify(k)}: ${written(v, depth + 1)}`).join(",\n")}\n${"  ".repeat(depth)}}`;
  return JSON.stringify(value);
}
const text = `${written(estate)}\n`;
must(text.length < 900_000, `The document has ${text.length} bytes; fewer than 900,000 are wanted.`);

const target = fileURLToPath(new URL("estate.json", import.meta.url));
const summary = `${buildings.length} buildings, ${grounds.length} grounds, ${nodes.length} nodes, ${edges.length} paths, ${devices.length} devices, ${zoned.length} zones, ${areas.length} areas, ${people.length} people, ${text.length} bytes`;
if (problems.length > 0) {
  for (const sentence of new Set(problems)) console.error(`make_estate: ${sentence}`);
  process.exitCode = 1;
} else if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("make_estate: estate.json is not what this program draws; run it without --check and commit the result.");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
  process.stdout.write(`make_estate: wrote ${summary}.\n`);
}
