// The wall as it is drawn, and the hedges.
import { buildings } from "./buildings.mjs";
import { contains, distance, distanceToLegs, legs, lerp, outset, sides, simplified } from "./geometry.mjs";
import { innerLawns, parkings, sports, squares } from "./grounds.mjs";
import { edges, lawn, nodes, ring } from "./paths.mjs";
import { gateAt, gates, wall } from "./wall.mjs";

export const lines = [];
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
