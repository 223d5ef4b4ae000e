// What is behind which switch or panel, whose silence says something, and how long doors may stand open.
import { device, devices, within } from "./devices.mjs";
import { fail } from "./sentences.mjs";

// One switch in the control room, and five behind it. What hangs on a fire line or an alarm bus is behind its panel.
const switchPlaces = [["物业中心", "Property office", "property", -10, 0, "1"], ["西区", "West", 3, 6, 0, "B1"], ["南区", "South", 10, 6, 0, "B1"], ["北区", "North", 5, 6, -6, "B1"],
  ["东区", "East", 8, 10, 1, "B1"], ["湖区", "Lake", "clubhouse", -8, 36, "B1"]];
switchPlaces.forEach(([zh, en, b, du, dv, floor], i) => {
  device(`sw-${i + 1}`, "network", `SW-${i + 1} ${zh}交换机`, `SW-${i + 1} ${en} switch`, within(b, du, dv), { b, floor, spot: ["弱电间", "wiring closet"] });
});
export const behind = {
  "sw-1": ["sw-2", "sw-3", "sw-4", "sw-5", "sw-6", "panel-main", "fire-panel-1", "door-property", "door-control-room", "cam-control-room", "panic-front-desk", "cam-tower-5"],
  "sw-2": ["door-2-1", "door-2-2", "door-3-1", "door-3-2", "door-4-1", "door-4-2", "door-11-1", "cam-3-b1", "cam-perimeter-11", "cam-perimeter-12", "cam-ramp-west", "cam-tower-11", "door-west-gate", "cam-west-gate", "cam-entrance-2", "cam-entrance-3", "cam-entrance-4", "cam-entrance-11"],
  "sw-3": ["door-1-1", "door-1-2", "door-9-1", "door-9-2", "door-10-1", "door-10-2", "door-10-3", "door-south-gate", "barrier-south-gate", "cam-south-gate", "cam-perimeter-2", "door-kindergarten", "panic-kindergarten", "door-pump-house", "cam-entrance-1", "cam-entrance-9", "cam-entrance-10", "cam-entrance-kindergarten"],
  // The north wall and its gate: twelve, of which one is shown and eleven are folded when it dies.
  "sw-4": ["cam-north-gate-in", "cam-north-gate-out", "cam-perimeter-7", "cam-perimeter-8", "cam-perimeter-9", "cam-welcome-square", "door-north-gate", "barrier-north-gate", "door-5-1", "door-6-1", "door-7-1", "door-7-2"],
  "sw-5": ["door-8-1", "door-8-2", "door-12-1", "door-east-gate", "barrier-east-gate", "barrier-ramp-east", "cam-east-gate", "cam-ramp-east", "cam-perimeter-4", "cam-perimeter-5", "cam-perimeter-6", "panic-east-gate", "cam-tower-6", "cam-lift-7-2-2", "cam-entrance-7", "cam-entrance-8", "cam-entrance-12"],
  "sw-6": ["door-clubhouse", "door-loading", "door-garden-gate", "cam-lake", "cam-playground", "help-lake", "help-playground", "help-court", "cam-entrance-5", "cam-entrance-6", "cam-entrance-clubhouse", "cam-court"],
};
const found = (id) => devices.find((d) => d.id === id) ?? fail(`There is no device ${id}; correct the id.`);
for (const [upstream, ids] of Object.entries(behind)) for (const id of ids) found(id).upstream = upstream;
for (const d of devices) {
  if (d.id.startsWith("perimeter-") || d.id.startsWith("motion-") || d.id.startsWith("gas-")) d.upstream = "panel-main";
  if (d.id.startsWith("smoke-") || d.kind === "manual_call_point") d.upstream = "fire-panel-1";
}

// What is blind without them: gates, fire protection, the perimeter's only views, the pumps.
const critical = [/^sw-/, /^(panel-main|fire-panel-1)$/, /^smoke-/, /^heat-/, /^(door|barrier)-(north|east|south|west)-gate$/, /^cam-(north-gate-in|north-gate-out|east-gate|south-gate|west-gate)$/, /^cam-perimeter-/, /^perimeter-/, /^water-pump-house$/];
for (const d of devices) if (critical.some((one) => one.test(d.id))) d.critical = true;

// Whose silence says something, in seconds. A call point, a button and a lift say nothing until they are needed.
const reports = { network: 120, panel: 120, fire_panel: 120, door: 180, barrier: 180, camera: 180, help_point: 300 };
for (const d of devices) {
  const wired = d.kind === "detector" && (d.id.startsWith("perimeter-") ? 180 : 300);
  // Fire doors and the switch room have contacts on the alarm bus, without a controller that reports by itself.
  const every = /^door-(fire-\d|switch-room)$/.test(d.id) ? 0 : reports[d.kind] ?? wired;
  if (every) d.report_every_s_max = every;
}

// Doors and how long they may stand open. A fire door has no controller and so reports no grants.
for (const d of devices.filter((d) => d.kind === "door")) {
  d.door = { held_open_s_max: d.id.startsWith("door-fire-") ? 30 : d.id === "door-loading" ? 600 : 60 };
  if (!/^door-(fire-\d|loading|garden-gate)$/.test(d.id)) d.door.reports_grants = true;
  // Where visitors ring: gates and units.
  if (/^door-(\d+-\d+|(north|east|south|west)-gate)$/.test(d.id)) d.door.remote_release = true;
}
