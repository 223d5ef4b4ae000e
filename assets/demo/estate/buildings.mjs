// The buildings, from the south-west corner clockwise, and their floors.
import { add, counterClockwise, ellipse, rounded, turned } from "./geometry.mjs";
import { butterflyTower, comb, crescent, crossTower, slab } from "./plans.mjs";
import { fail } from "./sentences.mjs";

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

export const buildings = [];
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
build("gate-west", "西门岗亭", "West gate house", cabin(4, 4), [-196, -6.5], 0, 4, floors(1, 0));
/** A glass roof over a garage ramp, its mouth to the west. */
const canopy = { outline: rounded([[-15, -4], [13, -4, 4], [13, 4, 4], [-15, 4]]), doors: [[-15, 0]] };
build("ramp-east", "东坡道", "East ramp", { ...canopy, out: [-1, 0] }, [178, 10], 0, 3.6, floors(1, 2));
build("ramp-west", "西坡道", "West ramp", { outline: canopy.outline.map(([x, y]) => [-x, y]), doors: [[15, 0]], out: [1, 0] }, [-178, 2], 0, 3.6, floors(1, 2));

export const building = (id) => {
  const found = buildings.find((b) => b.id === String(id));
  if (!found) fail(`There is no building ${id}; correct the id.`);
  return found;
};
