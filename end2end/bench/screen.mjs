// What a console costs the machine that shows it, beside maplibre-gl alone, and how long it takes to be there:
//   cargo xtask bench screen [--quick]          (method and figures: docs/performance.md)
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";
import { catchMap, framesDrawn } from "../caught_map.mjs";
import { Castellan } from "../castellan.mjs";
import { drawAlone, framesAlone, pulseAlone, serveAlone, tickAlone, walkAlone } from "./alone.mjs";
import { Chromium, pause } from "./chromium.mjs";
import { firstLoads } from "./loading.mjs";
import { Scenes, WALKS } from "./scenes.mjs";

const VIEWPORT = { width: 1920, height: 1080 };
const READY_LIMIT_MS = 60_000;
/** What loads and fades in is not what is measured. */
const SETTLE_MS = 6_000;

const quick = process.argv.includes("--quick");
const [result] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const spans = quick ? { windows: 3, seconds: 4 } : { windows: 7, seconds: 8 };
const rounds = quick ? 2 : 5;

const ends = [];
async function endAll() {
  for (const end of ends.splice(0).reverse()) {
    await end().catch((fault) => process.stderr.write(`${fault.message}\n`));
  }
}
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => endAll().finally(() => process.exit(130)));
}

/** The console with its guards, and what maplibre-gl needs to draw the same. */
async function openConsole(chromium, castellan, scenes) {
  await scenes.stand();
  const page = await chromium.window(VIEWPORT);
  await catchMap(page);
  await page.goto(`${castellan.url}/?as=li-na`);
  await page.waitForSelector('body[data-ready="true"]', { state: "attached", timeout: READY_LIMIT_MS });
  return page;
}

async function ours(chromium, page, scenes) {
  const frames = () => framesDrawn(page);
  await pause(SETTLE_MS);
  const rest = await chromium.watch(spans, frames);
  const alarm = await scenes.alarm();
  await page.waitForSelector(`[data-pulse="${alarm}"] i`, { timeout: READY_LIMIT_MS });
  await pause(SETTLE_MS);
  const pulse = await chromium.watch(spans, frames);
  const at = await scenes.placeOf(alarm);
  await scenes.end(alarm);
  await scenes.walk();
  await pause(SETTLE_MS);
  const walk = await chromium.watch(spans, frames);
  await scenes.stand();
  return { rest, pulse, walk, at };
}

async function alone(chromium, shown, box, at, framesPerSecond) {
  const peer = await serveAlone(process.env.CASTELLAN_WEB, box);
  ends.push(async () => peer.close());
  const scene = async (dress) => {
    const page = await chromium.window(VIEWPORT);
    await drawAlone(page, peer.url, shown);
    await dress(page);
    await pause(SETTLE_MS);
    const seen = await chromium.watch(spans, () => framesAlone(page));
    await page.context().close();
    return seen;
  };
  return {
    rest: await scene(tickAlone),
    pulse: await scene((page) => pulseAlone(page, at)),
    walk: await scene((page) => walkAlone(page, WALKS, Math.max(framesPerSecond, 0.5))),
  };
}

/** What the app's map shows, for a map that has nothing of ours. */
function shownBy(page) {
  return page.evaluate(() => {
    const map = globalThis.caughtMap;
    return { style: map.getStyle(), center: map.getCenter().toArray(), zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() };
  });
}

const one = (number) => number.toFixed(1);
const SCENES = [
  ["rest", "nothing moves", 3],
  ["pulse", "one P1 that nobody has", 15],
  ["walk", "twelve guards walk", 60],
];

function table(mine, theirs) {
  const row = ([key, title, goal]) => {
    const [us, them] = [mine[key], theirs[key]];
    const ratio = them.both >= 1 ? (us.both / them.both).toFixed(2) : "–";
    return [
      title,
      `**${one(us.both)}** (${one(us.median)}–${one(us.most)})`,
      `${one(us.renderer)} / ${one(us.gpu)}`,
      one(us.frames),
      `≤ ${goal}`,
      `${one(them.both)} (${one(them.median)}–${one(them.most)})`,
      one(them.frames),
      ratio,
    ];
  };
  const head = ["scene", "% of a core, lowest (median–most)", "renderer / GPU process", "map frames/s", "goal %", "maplibre-gl alone, %", "frames/s", "ratio"];
  return [head, head.map(() => "---"), ...SCENES.map(row)].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function loadTable(loads) {
  const head = ["", "first row s, median (least–most)", "goal", "map s, median (least–most)", "goal"];
  const seconds = ({ least, median, most }) => `**${(median / 1_000).toFixed(2)}** (${(least / 1_000).toFixed(2)}–${(most / 1_000).toFixed(2)})`;
  const rows = loads.map(({ title, row, map, goals }) => [title, seconds(row), `≤ ${goals[0]}`, seconds(map), `≤ ${goals[1]}`]);
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

async function main() {
  const castellan = await Castellan.create();
  ends.push(() => castellan.remove());
  await castellan.start();
  const chromium = await Chromium.launch();
  ends.push(() => chromium.close());
  const scenes = new Scenes(castellan);
  ends.push(() => scenes.close());

  const machine = `${cpus().length} cores, ${cpus()[0].model.trim()}; Chromium ${await chromium.version()}`;
  process.stdout.write(`${machine}; ${VIEWPORT.width} × ${VIEWPORT.height}, software GL; load ${loadavg().map(one).join(" ")}\n\n`);
  const page = await openConsole(chromium, castellan, scenes);
  const mine = await ours(chromium, page, scenes);
  const shown = await shownBy(page);
  const box = await page.locator("#map").boundingBox();
  await page.context().close();
  const theirs = await alone(chromium, shown, box, mine.at, mine.walk.frames);
  process.stdout.write(`${table(mine, theirs)}\n\n`);
  await scenes.stand();
  const alarm = await scenes.alarm();
  const loads = await firstLoads(chromium, castellan.url, alarm, VIEWPORT, rounds);
  process.stdout.write(`${loadTable(loads)}\n\nload at the end ${loadavg().map(one).join(" ")}\n`);
  if (result) {
    await mkdir(dirname(result), { recursive: true });
    await writeFile(result, JSON.stringify({ machine, quick, mine, theirs, loads }, null, 2));
  }
}

try {
  await main();
} finally {
  await endAll();
}
