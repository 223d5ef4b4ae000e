// What the ground is: streets, water, squares, courts, car parks, lawns.
import { buildings } from "./buildings.mjs";
import { add, arc, area, box, contains, counterClockwise, curve, ellipse, legs, length, rounded, scale, sides, simplified, simplifiedRing, strip, sub } from "./geometry.mjs";
import { lawns, mask } from "./lawns.mjs";
import { edges, lawn } from "./paths.mjs";
import { gateAt, gates, island, lake, pond, wall } from "./wall.mjs";

export const grounds = [];
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

export const squares = [
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
export const sports = [
  [box(-97, -36, 30, 17, 1, 8), "篮球场", "Basketball court"],
  [curve([[66, -54], [74, -47], [88, -48], [97, -56], [93, -65], [80, -66], [69, -63]], true), "儿童乐园", "Playground"],
  [curve([[98, -146], [104, -132], [112, -128], [121, -134], [122, -146], [111, -151]], true), "幼儿园操场", "Kindergarten playground"],
  [box(148, 22, 14, 7, 1), "羽毛球场", "Badminton court"],
];
export const parkings = [
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
export const pools = [box(-18.5, 118, 4.5, 20, 2.2), box(6.5, 118, 4.5, 20, 2.2), ellipse(-6, 80, 3.4, 3.4)];

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
for (const [key, out] of [["north", [-6, 190]], ["east", [231, -13]], ["south", [4, -190]], ["west", [-226, -14]]]) {
  ground("road", strip([gateAt[key], out], gates[key].road + 1.5));
}
const lawnNames = [[[-112, 10], "银杏园", "Ginkgo garden"], [[112, 6], "桂花园", "Osmanthus garden"], [[-40, 84], "樱花园", "Cherry garden"]];
// Widest first: an island of lawn in a hole of a lawn comes after both.
export const innerLawns = lawns(inner, 1.8, 14);
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
