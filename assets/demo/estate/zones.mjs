// The armed zones.
import { devices } from "./devices.mjs";

export const zoned = [];
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
