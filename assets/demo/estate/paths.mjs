// The paths: courses with junctions, cut into the edges of one graph.
import { building } from "./buildings.mjs";
import { add, curve, distance, ellipse, legs, lerp, nearestOnLeg, outset, scale, simplified, simplifiedRing } from "./geometry.mjs";
import { gateAt, gates, lake, wall } from "./wall.mjs";

export const nodes = [];
export const edges = [];
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
/** A spot just outside a building's door. */
export function doorstep(id, index = 0) {
  const b = building(id);
  return add(b.doors[index], scale(b.out, 0.7));
}

const FIRE_LANE = 4;
const FOOTPATH = 2.4;
const TRAIL = 1.8;

export const ring = course([[-6, 93], [60, 92], [114, 73], [136, 24], [136, -28], [117, -74], [62, -95], [2, -98], [-64, -95], [-117, -74], [-137, -26],
  [-136, 26], [-115, 73], [-70, 91]], 6, true, "ring road");

// The four gates.
const north = course([gateAt.north, on(ring, [-6, 93])], gates.north.road, false, "north gate road");
const east = course([gateAt.east, [180, -13], [158, -14], on(ring, [137, -12])], gates.east.road, false, "east gate road");
const south = course([gateAt.south, [4, -140], [6, -118], on(ring, [4, -98])], gates.south.road, false, "south gate road");
const west = course([gateAt.west, [-180, -14], [-158, -14], on(ring, [-137, -14])], gates.west.road, false, "west gate way");

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
const trailNorthWest = course([on(laneWest, [-36, 149]), ...alongWall([-56, 162], [-203, 4]), on(west, [-202.5, -14])], TRAIL, false, "north-west trail");
const trailSouthWest = course([on(west, [-202.5, -14]), ...alongWall([-203, -32], [-32, -163]), [-12, -152.5], on(south, [4, -150])], TRAIL, false, "south-west trail");

// To the doors.
const stub = (from, id, index = 0, width = FOOTPATH) => course([on(from, doorstep(id, index)), doorstep(id, index)], width, false, `path to ${id}`);
for (const [id, lane] of [[4, laneWest], [5, laneWest], [6, laneEast], [7, laneEast]]) {
  building(id).doors.forEach((_, i) => stub(lane, id, i, building(id).doors.length === 1 ? 3 : FOOTPATH));
}
const frontOf3 = course([on(ring, [-131, 55]), [-150, 60.5], [-182, 60.5], on(trailNorthWest, [-202, 60])], 3, false, "path of 3");
const frontOf8 = course([on(ring, [132, 58]), [148, 66], [196, 66], on(trailNorthEast, [204, 66])], 3, false, "path of 8");
const frontOf2 = course([on(ring, [-138, -26]), [-152, -27], [-188, -27], on(trailSouthWest, [-202, -28])], 3, false, "path of 2");
for (const [id, path] of [[3, frontOf3], [8, frontOf8], [2, frontOf2]]) building(id).doors.forEach((_, i) => stub(path, id, i));

const toPumps = course([on(ring, [-130, -55]), [-150, -66], [-172, -72], [-182, -74], on(trailSouthWest, [-202, -70])], 3, false, "path to the pump house");
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

export const lawn = ellipse(-10, -60, 36, 18, -4);
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
course([on(laneWest, [-180, 104]), on(trailNorthWest, [-202, 108])], FOOTPATH, false, "north-west short cut");
const gardenWay = course([on(laneEast, [182, 104]), on(trailNorthEast, [204, 108])], FOOTPATH, false, "garden gate path");
export const gardenGate = on(gardenWay, [193, 106]);

cutIntoEdges();
// What lies behind the garden gate is walked by nobody while it is locked.
const gateNode = nodes.find((n) => distance(n.at, gardenGate) < 0.1);
edges.find((e) => e.name === gardenWay.name && e.from === gateNode.id).kind = { passage: { passes: "nobody", device: "door-garden-gate" } };
