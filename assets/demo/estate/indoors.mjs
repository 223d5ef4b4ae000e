// Inside the houses: landings, stairs, lifts and cellar corridors, and what an address names.
import { building } from "./buildings.mjs";
import { devices } from "./devices.mjs";
import { add, distance, scale } from "./geometry.mjs";
import { doorstep, nodes } from "./paths.mjs";

/** Numbers of nodes indoors begin here. */
const FIRST = 1001;
const STAIRS = { stairs: { s_per_floor: 15 } };
const lift = (device) => ({ lift: { ...(device ? { device } : {}), wait_s: 30, s_per_floor: 3 } });

export const landings = [];
export const ways = [];
const way = (from, to, kind, width) => ways.push({ from: from.id, to: to.id, kind, width });

/** One shaft of stairs behind a door: a landing on each floor, all at one spot. */
function shaft(b, index, inwards) {
  const at = add(b.doors[index], scale(b.out, -inwards));
  const made = b.floors.map((floor, i) => ({ id: FIRST + landings.length + i, at, building: b.id, floor: floor.label }));
  landings.push(...made);
  made.slice(1).forEach((above, i) => way(made[i], above, STAIRS, 1.2));
  const ground = made.find((_, i) => b.floors[i].ordinal === 0);
  const step = nodes.find((n) => distance(n.at, doorstep(b.id, index)) < 0.1);
  const door = devices.find((d) => d.id === `door-${b.id}${b.doors.length > 1 || /^\d/.test(b.id) ? `-${index + 1}` : ""}`);
  way(step, ground, { passage: { passes: "staff", ...(door ? { device: door.id } : {}) } }, 1.6);
  return made;
}
const towers = Array.from({ length: 12 }, (_, i) => building(i + 1));
for (const b of towers) {
  const shafts = b.doors.map((_, i) => shaft(b, i, 4.2));
  shafts.forEach((landing, i) => {
    const named = devices.filter((d) => d.id.startsWith(`lift-${b.id}-${i + 1}-`));
    for (const device of named.length > 0 ? named.map((d) => d.id) : [undefined]) {
      landing.slice(1).forEach((above, k) => way(landing[k], above, lift(device), 1.6));
    }
  });
  // The cellars of a house are one: from each unit to the next.
  for (const [level, floor] of b.floors.entries()) {
    if (floor.ordinal < 0) shafts.slice(1).forEach((landing, i) => way(shafts[i][level], landing[level], undefined, 1.8));
  }
}
for (const id of ["clubhouse", "kindergarten", "property", "pump-house"]) shaft(building(id), 0, 3);
// A car goes down a ramp, and so does who walks: from its mouth to each level of the garage.
for (const id of ["ramp-east", "ramp-west"]) {
  const b = building(id);
  const step = nodes.find((n) => distance(n.at, doorstep(id)) < 0.1);
  const foot = b.floors.filter((f) => f.ordinal < 0).map((floor, i) => ({ id: FIRST + landings.length + i, at: add(b.doors[0], scale(b.out, -24)), building: id, floor: floor.label }));
  landings.push(...foot);
  [...foot, step].slice(1).forEach((above, i) => way(foot[i], above, above === step ? undefined : STAIRS, 3));
}

/** Flats of a floor: two for each stair core of a slab, four around that of a tower. */
export function units(b) {
  if (!towers.includes(b)) return [];
  const flats = b.doors.length === 1 ? 4 : 2;
  const numbers = Array.from({ length: flats }, (_, i) => `0${i + 1}`);
  const living = b.floors.filter((f) => f.ordinal >= 0);
  const gap = living.findIndex((f) => f.label === "避难层");
  const spans = gap < 0 ? [living] : [living.slice(0, gap), living.slice(gap + 1)];
  return b.doors.map((_, i) => ({
    label: String(i + 1),
    at: add(b.doors[i], scale(b.out, -4.2)),
    door: `door-${b.id}-${i + 1}`,
    rooms: spans.map((span) => ({ from: span[0].label, to: span.at(-1).label, numbers })),
  }));
}
