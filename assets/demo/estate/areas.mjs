// Areas that are watched: beats, posts, and where nobody may be.
import { building } from "./buildings.mjs";
import { counterClockwise, ellipse, lerp, outset, rounded, sides, simplifiedRing } from "./geometry.mjs";
import { crews } from "./people.mjs";
import { gateAt, gateNames, lake, pond, wall } from "./wall.mjs";

/** The part of an outline on one side of a line: `keep` is positive there. */
function cut(ring, keep) {
  return sides(ring).flatMap(([a, b]) => {
    const [at, next] = [keep(a), keep(b)];
    const crossing = at >= 0 !== next >= 0 ? [lerp(a, b, at / (at - next))] : [];
    return at >= 0 ? [a, ...crossing] : crossing;
  });
}
export const areas = [];
const watched = (id, kind, zh, en, outline, ids) => areas.push({ id, name: { zh, en }, kind, outline: simplifiedRing(counterClockwise(outline), 0.15), people: ids });
// Just outside the wall: who walks along it has not left.
const bounds = outset(wall, 2);
watched("north", "responsibility", "北责任区", "North beat", cut(bounds, ([, v]) => v - 12), ["sun-wei", "xu-lei", "cao-yang"]);
watched("south", "responsibility", "南责任区", "South beat", cut(bounds, ([, v]) => -v), ["li-min", "zhou-liang", "jiang-bo"]);
watched("middle", "responsibility", "湖责任区", "Lake beat", rounded([[-118, -88, 30], [118, -88, 30], [118, 106, 30], [-118, 106, 30]]), ["wang-qiang", "he-yong", "han-xuesong"]);
for (const [key, [zh, en]] of Object.entries(gateNames)) {
  watched(`post-${key}`, "responsibility", `${zh}岗`, `${en} post`, ellipse(...gateAt[key], 30, 30), crews[key].people);
}
watched("lake", "forbidden", "锦绣湖 水面", "Lake water", outset(lake, -3), []);
watched("pond", "forbidden", "荷塘 水面", "Lotus pond water", outset(pond, -1.5), []);
watched("pump-house", "forbidden", "泵房 禁区", "Pump house, no entry", building("pump-house").outline, ["wang-jianguo"]);
watched("kindergarten", "forbidden", "幼儿园 禁区", "Kindergarten, no entry", building("kindergarten").outline, ["wang-jianguo", "lin-tao"]);
