// What must hold before anything is written.
import { areas } from "./areas.mjs";
import { building, buildings } from "./buildings.mjs";
import { devices } from "./devices.mjs";
import { area, contains, distance, distanceToLegs, legs, legsCross, lerp, selfCrossing, sides } from "./geometry.mjs";
import { grounds, parkings, pools, sports } from "./grounds.mjs";
import { doorstep, edges, nodes } from "./paths.mjs";
import { landings, units, ways } from "./indoors.mjs";
import { people, posts } from "./people.mjs";
import { gateAt, gates, lake, pond, wall } from "./wall.mjs";
import { behind } from "./wiring.mjs";
import { zoned } from "./zones.mjs";

export const problems = [];
export const must = (holds, sentence) => holds || problems.push(sentence);
const spot = ([u, v]) => `(${u.toFixed(1)}, ${v.toFixed(1)})`;

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
{
  const byId = new Map([...nodes, ...landings].map((n) => [n.id, n]));
  must(byId.size === nodes.length + landings.length, "Two nodes have one number.");
  const all = [...edges.filter((e) => e.kind?.passage?.passes !== "nobody"), ...ways];
  const reached = new Set([nodes[0].id]);
  for (let before = 0; before !== reached.size; ) {
    before = reached.size;
    for (const { from, to } of all) if (reached.has(from) || reached.has(to)) reached.add(from).add(to);
  }
  for (const n of byId.values()) must(reached.has(n.id), `Nobody can walk to node ${n.id}${n.floor ? ` on floor ${n.floor} of ${n.building}` : ""}.`);
  for (const n of landings) must(contains(building(n.building).outline, n.at), `Landing ${n.id} is not inside ${building(n.building).name.en} at ${spot(n.at)}.`);
  for (const b of buildings.slice(0, 12)) for (const u of units(b)) must(u.rooms.length > 0 && devices.some((d) => d.id === u.door), `Unit ${u.label} of ${b.name.en} lacks rooms or its door.`);
}
for (const p of posts) for (const id of p.people) must(people.some((one) => one.id === id), `Post ${p.id} has ${id}, who is not on the staff.`);
must(people.filter((p) => p.role === "guard").length === 24, "Two shifts have 24 guards.");
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
for (const [what, ids] of [["zone", zoned.map((z) => z.id)], ["area", areas.map((a) => a.id)], ["device", devices.map((d) => d.id)], ["building", buildings.map((b) => b.id)], ["person", people.map((p) => p.id)], ["post", posts.map((p) => p.id)]]) {
  ids.forEach((id, i) => must(ids.indexOf(id) === i, `There are two of ${what} ${id}.`));
}
