#!/usr/bin/env node
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
//
// What is drawn lies in estate/, a file for each subject, each built on the ones before: geometry, plans,
// buildings, wall, paths, lawns, grounds, hedges, devices, indoors, wiring, zones, people, areas, checks.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { areas } from "./estate/areas.mjs";
import { buildings } from "./estate/buildings.mjs";
import { must, problems } from "./estate/checks.mjs";
import { devices } from "./estate/devices.mjs";
import { turned } from "./estate/geometry.mjs";
import { grounds } from "./estate/grounds.mjs";
import { lines } from "./estate/hedges.mjs";
import { landings, units, ways } from "./estate/indoors.mjs";
import { edges, nodes } from "./estate/paths.mjs";
import { people, posts, staffing } from "./estate/people.mjs";
import { zoned } from "./estate/zones.mjs";

const ANCHOR = { lon: 120.112, lat: 30.287 };
/** The houses look a little east of south; counter-clockwise seen from above. */
const TURN_DEG = 9;
const METRES_PER_DEGREE = 111_195.080_23;

const eastwards = METRES_PER_DEGREE * Math.cos((ANCHOR.lat * Math.PI) / 180);
/** The anchor formula of domain/src/geo.rs, after the estate's turn; seven decimals are a centimetre. */
function degrees(at) {
  const [x, y] = turned(at, TURN_DEG);
  return [Number((ANCHOR.lon + x / eastwards).toFixed(7)), Number((ANCHOR.lat + y / METRES_PER_DEGREE).toFixed(7))];
}
/** A direction, after the estate's turn. */
const heading = (deg) => (deg - TURN_DEG + 720) % 360;
const housed = (b) => units(b).map((u) => ({ ...u, at: degrees(u.at) }));
const estate = {
  site: "jinxiu",
  name: { zh: "锦绣花园", en: "Jinxiu Garden" },
  time_zone: "Asia/Shanghai",
  callback: "0571-0000-1200",
  datum: "WGS-84",
  anchor: [ANCHOR.lon, ANCHOR.lat],
  home: { centre: degrees([9, 2]), zoom: 17.13, bearing_deg: 14, pitch_deg: 48 },
  grounds: grounds.map((g) => ({ ...g, outline: g.outline.map(degrees) })),
  buildings: buildings.map((b) => ({ id: b.id, name: b.name, outline: b.outline.map(degrees), height_m: b.height_m, floors: b.floors, ...(units(b).length > 0 ? { units: housed(b) } : {}) })),
  lines: lines.map((l) => ({ ...l, course: l.course.map(degrees) })),
  paths: {
    nodes: [
      ...nodes.map((n) => ({ id: n.id, at: degrees(n.at) })),
      ...landings.map((n) => ({ id: n.id, at: degrees(n.at), inside: { building: n.building, floor: n.floor } })),
    ],
    edges: [
      ...edges.map(({ from, to, full, width, kind }) => ({ from, to, ...(full.length > 2 ? { via: full.slice(1, -1).map(degrees) } : {}), width_m: width, ...(kind ? { kind } : {}) })),
      ...ways.map(({ from, to, width, kind }) => ({ from, to, width_m: width, ...(kind ? { kind } : {}) })),
    ],
  },
  devices: devices.map((d) => ({ ...d, place: { ...d.place, at: degrees(d.place.at) }, ...(d.camera ? { camera: { ...d.camera, heading_deg: heading(d.camera.heading_deg) } } : {}) })),
  people,
  posts: posts.map((p) => ({ ...p, place: { ...p.place, at: degrees(p.place.at) } })),
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
const summary = `${buildings.length} buildings, ${grounds.length} grounds, ${nodes.length} nodes, ${edges.length} paths, ${landings.length} landings, ${ways.length} ways indoors, ${posts.length} posts, ${devices.length} devices, ${zoned.length} zones, ${areas.length} areas, ${people.length} people, ${text.length} bytes`;
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
