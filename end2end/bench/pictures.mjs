// What nine pictures cost the machine that shows them, how old they are, and whether anything of them stays:
//   cargo xtask bench pictures [--quick]          (method and figures: docs/performance.md)
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";
import { Castellan } from "../castellan.mjs";
import { withCameras } from "../yard.mjs";
import { Chromium, pause } from "./chromium.mjs";

const VIEWPORT = { width: 1920, height: 1080 };
const LIVE_LIMIT_MS = 90_000;
const PLAYED_LIMIT_MS = 20_000;
const SETTLE_MS = 6_000;
const LOOK_EVERY_MS = 250;
const NINE = ["cam-3-b1", "cam-lake", "cam-court", "cam-playground", "cam-east-gate", "cam-west-gate", "cam-south-gate", "cam-north-gate-in", "cam-entrance-3"];
/** What a page may not gather while its pictures come and go. */
const KINDS = ["HTMLVideoElement", "MediaSource", "SourceBuffer", "WebSocket"];
const GROWTH_MAX = 1.1;
/** What was looked at is let go by this name, or looking would hold it. */
const HELD = "held";

const quick = process.argv.includes("--quick");
const [result] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const spans = quick ? { windows: 3, seconds: 5 } : { windows: 5, seconds: 12 };
const cycles = quick ? 30 : 300;

const one = (number) => number.toFixed(1);

/** Until each picture has an age, and so is live. */
async function allLive(page) {
  const live = (count) => document.querySelectorAll(".chosen > .picture figcaption:not(.cover) time:not(:empty)").length === count;
  await page.waitForFunction(live, NINE.length, { timeout: LIVE_LIMIT_MS });
}

/** Until each picture has played, not all of them at one moment; a machine that is too busy for it goes on all the same. */
async function allPlayed(page) {
  const played = (count) => {
    globalThis.played ??= new Set();
    document.querySelectorAll(".chosen video").forEach((video) => video.buffered.length > 0 && globalThis.played.add(video.closest("figure").dataset.camera));
    return globalThis.played.size === count;
  };
  await page.evaluate(() => delete globalThis.played);
  return page.waitForFunction(played, NINE.length, { timeout: PLAYED_LIMIT_MS }).then(
    () => true,
    () => false,
  );
}

/** Frames that were shown, and those of them that were dropped. */
function frames(page) {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll(".chosen video")].map((video) => video.getVideoPlaybackQuality());
    const sum = (what) => all.reduce((sum, quality) => sum + quality[what], 0);
    return { total: sum("totalVideoFrames"), dropped: sum("droppedVideoFrames") };
  });
}

/** Looks at what the tiles say until it is stopped: ages in seconds, and how many tiles are covered. */
function lookAt(page) {
  const seen = { ages: [], covered: 0, goesOn: true };
  const look = async () => {
    while (seen.goesOn) {
      const { ages, covered } = await page.evaluate(() => ({
        ages: [...document.querySelectorAll(".chosen figcaption:not(.cover) time")].map((time) => Number.parseFloat(time.textContent)),
        covered: document.querySelectorAll(".chosen .cover").length,
      }));
      seen.ages.push(...ages);
      seen.covered += covered;
      await pause(LOOK_EVERY_MS);
    }
  };
  const ended = look();
  return async () => {
    seen.goesOn = false;
    await ended;
    // A tile cuts off what is below a tenth.
    const sorted = seen.ages.sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] + 0.1;
    return { looks: sorted.length, p50: at(0.5), p95: at(0.95), most: at(1), covered: seen.covered };
  };
}

async function watchNine(chromium, page) {
  await pause(SETTLE_MS);
  const [before, stop] = [await frames(page), lookAt(page)];
  const seen = await chromium.watch(spans, async () => (await frames(page)).total);
  const [after, ages] = [await frames(page), await stop()];
  return { ...seen, shown: after.total - before.total, dropped: after.dropped - before.dropped, ages };
}

/** What the page holds, once everything that nobody holds is gone. */
async function held(session) {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const metric = (name) => metrics.find((one) => one.name === name).value;
  const counts = { heapMiB: metric("JSHeapUsedSize") / 2 ** 20, nodes: metric("Nodes"), listeners: metric("JSEventListeners") };
  const objects = async (kind) => {
    const { result } = await session.send("Runtime.evaluate", { expression: `${kind}.prototype`, objectGroup: HELD });
    const { objects } = await session.send("Runtime.queryObjects", { prototypeObjectId: result.objectId, objectGroup: HELD });
    return objects;
  };
  for (const kind of KINDS) {
    const { objectId } = await objects(kind);
    const length = { objectId, functionDeclaration: "function () { return this.length; }", returnByValue: true };
    counts[kind] = (await session.send("Runtime.callFunctionOn", length)).result.value;
  }
  const { objectId } = await objects("WebAssembly.Memory");
  const bytes = "function () { return this.reduce((sum, one) => sum + one.buffer.byteLength, 0); }";
  const wasm = await session.send("Runtime.callFunctionOn", { objectId, functionDeclaration: bytes, returnByValue: true });
  counts.wasmMiB = wasm.result.value / 2 ** 20;
  await session.send("Runtime.releaseObjectGroup", { objectGroup: HELD });
  return counts;
}

/** Takes all pictures out of the choice and in again, so often. */
async function comeAndGo(page, session) {
  await page.locator("[data-action=choose]").click();
  const press = () =>
    page.evaluate((nine) => {
      nine.forEach((camera) => document.querySelector(`[data-choose="${camera}"]`).click());
    }, NINE);
  const looks = [];
  let whole = 0;
  for (let cycle = 1; cycle <= cycles; cycle += 1) {
    await press();
    await page.waitForFunction(() => !document.querySelector(".chosen .picture"), null, { timeout: LIVE_LIMIT_MS });
    await press();
    whole += Number(await allPlayed(page));
    if (cycle === Math.round(cycles / 10) || cycle === cycles) {
      // Players that were taken away end at their next beat.
      await pause(SETTLE_MS);
      looks.push(await held(session));
    }
  }
  const [first, last] = looks;
  const grown = Object.entries(last).filter(([what, now]) => now > first[what] * GROWTH_MAX);
  return { cycles, whole, first, last, grown: grown.map(([what]) => what) };
}

function table(nine, gone) {
  const lines = [
    ["nine pictures, % of a core, lowest (median–most)", `**${one(nine.both)}** (${one(nine.median)}–${one(nine.most)}); renderer ${one(nine.renderer)}, GPU process ${one(nine.gpu)}`],
    ["frames a second, all nine", one(nine.frames)],
    ["frames dropped", `${nine.dropped} of ${nine.shown}`],
    ["age, p50 / p95 / most, s", `${one(nine.ages.p50)} / **${one(nine.ages.p95)}** / ${one(nine.ages.most)} of ${nine.ages.looks} looks; covered in ${nine.ages.covered}`],
  ];
  const head = ["what", `after ${Math.round(gone.cycles / 10)} rounds`, `after ${gone.cycles}`, "ratio"];
  const row = ([what, first]) => [what, one(first), one(gone.last[what]), (gone.last[what] / first).toFixed(2)];
  const rows = [head, head.map(() => "---"), ...Object.entries(gone.first).map(row)];
  const draw = (rows) => rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const whole = `In ${gone.whole} of ${gone.cycles} rounds all nine played.`;
  return `${draw([["", ""], ["---", "---"], ...lines])}\n\n${draw(rows)}\n\n${whole}`;
}

async function main() {
  // Cameras look for ports by it, as they do in journeys.
  process.env.TEST_PARALLEL_INDEX ??= "7";
  const castellan = await Castellan.create();
  let chromium = null;
  try {
    await castellan.start();
    chromium = await Chromium.launch();
    const machine = `${cpus().length} cores, ${cpus()[0].model.trim()}; Chromium ${await chromium.version()}`;
    process.stdout.write(`${machine}; ${VIEWPORT.width} × ${VIEWPORT.height}, software GL; load ${loadavg().map(one).join(" ")}\n\n`);
    await withCameras(castellan, async () => {
      const page = await chromium.window(VIEWPORT);
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable");
      await page.goto(`${castellan.url}/cameras?as=li-na&show=${NINE.join(",")}`);
      await allLive(page);
      const nine = await watchNine(chromium, page);
      const gone = await comeAndGo(page, session);
      process.stdout.write(`${table(nine, gone)}\n\nload at the end ${loadavg().map(one).join(" ")}\n`);
      if (gone.grown.length > 0) {
        process.exitCode = 1;
        process.stdout.write(`More than ${GROWTH_MAX} × of what it was: ${gone.grown.join(", ")}\n`);
      }
      if (result) {
        await mkdir(dirname(result), { recursive: true });
        await writeFile(result, JSON.stringify({ machine, quick, nine, gone }, null, 2));
      }
    });
  } finally {
    await chromium?.close();
    await castellan.remove();
  }
}

await main();
