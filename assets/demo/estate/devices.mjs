// Everything that reports: what it is called and where it hangs.
import { building } from "./buildings.mjs";
import { add, length, scale, sub } from "./geometry.mjs";
import { gardenGate } from "./paths.mjs";
import { gateAt, gateNames, gates, nearestOnRing, wall } from "./wall.mjs";

export const devices = [];
export function device(id, kind, zh, en, at, { b, floor, spot } = {}) {
  const place = { ...(b ? { building: String(b) } : {}), ...(floor ? { floor } : {}), ...(spot ? { spot: { zh: spot[0], en: spot[1] } } : {}), at };
  devices.push({ id, kind, name: { zh, en }, place });
}
/** A spot inside a building: so many metres right of and behind its middle. */
export const within = (id, du = 0, dv = 0) => add(building(id).middle, [du, dv]);
/** A spot beside a gate's road, on the wall: negative is to the left of who comes in. */
function besideGate(key, off, inwards = 0) {
  const along = { north: [-1, 0], east: [0, 1], south: [1, 0], west: [0, -1] }[key];
  const inside = { north: [0, -1], east: [-1, 0], south: [0, 1], west: [1, 0] }[key];
  return add(gateAt[key], add(scale(along, off), scale(inside, inwards)));
}
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

// Cameras: where each hangs, what it looks at, and how far.
const LOOKS = {
  pole: { up: 4, view: 80, range: 30 },
  wall: { up: 4.5, view: 55, range: 60 },
  roof: { view: 60, range: 150 },
  room: { up: 2.6, view: 95, range: 18 },
  car: { up: 2.4, view: 110, range: 3 },
};
function camera(id, zh, en, at, look, to, place) {
  device(id, "camera", `${zh} 摄像机`, `${en} camera`, at, place ?? { spot: [zh, en] });
  const { up = building(place.b).height_m, view, range } = LOOKS[look];
  const [du, dv] = sub(to, at);
  const degrees = (radians) => Math.round((radians * 180) / Math.PI);
  // Clockwise from the estate's own north; the estate's turn comes at the end.
  devices.at(-1).camera = { height_m: up, heading_deg: degrees(Math.atan2(du, dv)), tilt_deg: degrees(Math.atan2(up, length([du, dv]))), view_deg: view, range_m: range };
}
camera("cam-north-gate-in", "北门 入口", "North gate entrance", besideGate("north", -9, 1.5), "pole", besideGate("north", -2, -8));
camera("cam-north-gate-out", "北门 出口", "North gate exit", besideGate("north", 9, 1.5), "pole", besideGate("north", 2, 10));
camera("cam-east-gate", "东门", "East gate", besideGate("east", 7, 1.5), "pole", besideGate("east", 0, -6));
camera("cam-south-gate", "南门", "South gate", besideGate("south", 7.5, 1.5), "pole", besideGate("south", 0, -6));
camera("cam-west-gate", "西门", "West gate", besideGate("west", 5, 1.5), "pole", besideGate("west", 0, -6));
for (const [key, zh, en, out] of [["east", "东坡道", "East ramp", -1], ["west", "西坡道", "West ramp", 1]]) {
  const mouth = building(`ramp-${key}`).doors[0];
  camera(`cam-ramp-${key}`, zh, en, add(mouth, [out, 4.6]), "pole", add(mouth, [out * 9, 0]));
}
for (const [n, at, to] of [[5, [-70, 130], [-90, 168]], [6, [62, 130], [90, 168]], [11, [-90, 34], [0, 0]]]) {
  camera(`cam-tower-${n}`, `${n}号楼 楼顶云台`, `Building ${n} roof PTZ`, at, "roof", to, { b: n, spot: ["楼顶", "roof"] });
}
for (const n of [2, 4, 5, 6, 7, 8, 9, 11, 12]) {
  const name = devices.find((d) => d.id === `perimeter-${n}`).name;
  const at = nearestOnRing(wall, zones[n - 1]);
  camera(`cam-perimeter-${n}`, name.zh, name.en, add(at, scale(sub([0, 0], at), 2.2 / length(at))), "wall", nearestOnRing(wall, zones[n % 12]));
}
camera("cam-3-b1", "3号楼 B1层走道", "Building 3 B1 corridor", within(3, 12, 2), "room", within(3, -4, 2), { b: 3, floor: "B1", spot: ["走道", "corridor"] });
camera("cam-lift-7-2-2", "7号楼2单元 2号电梯轿厢", "Building 7 unit 2 lift 2 car", within(7, 15, 1), "car", within(7, 15, 2.4), { b: 7, spot: ["2单元 2号电梯", "unit 2 lift 2"] });
camera("cam-lake", "锦绣湖", "Lake", [26, 30], "wall", [5, 0]);
camera("cam-playground", "儿童乐园", "Playground", [99, -66], "pole", [82, -57]);
camera("cam-welcome-square", "迎宾广场", "Welcome square", [12.5, 131], "pole", [-6, 118]);
camera("cam-control-room", "监控中心", "Control room", within("property", -15.5, 6), "room", within("property", -9, 1), { b: "property", floor: "1", spot: ["监控中心", "control room"] });
// Before each entrance of a house, and of what children and guests use.
for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, "kindergarten", "clubhouse"]) {
  const { name, doors, out } = building(id);
  camera(`cam-entrance-${id}`, `${name.zh} 入口`, `${name.en} entrance`, add(doors[0], add(scale(out, 9), [3, 0])), "pole", doors[0]);
}
camera("cam-court", "篮球场", "Basketball court", [-79, -44], "wall", [-97, -35]);
