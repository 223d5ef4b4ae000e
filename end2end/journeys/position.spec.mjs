// Positions, from a phone's body to the pixels of the map.
import { expect, test } from "../console.mjs";
import { spawn } from "node:child_process";
import { once } from "node:events";

// Open ground, where nothing stands in front of a marker.
const LAKE = [120.1122, 30.2871];
const LAWN = [120.1118, 30.2862];
const SQUARE = [120.1131, 30.2865];
/** How far a marker may be from where the ground is drawn. */
const NEAR_PX = 12;
/** Two sights of one walker are different places from here on: a marker and a half. The recorded walk has to fit onto the estate, so that he is slow. */
const APART_PX = 18;

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** Waits until the map shows guards at exactly these places. */
async function expectGuardsAt(window, places) {
  const wanted = await Promise.all(places.map((place) => window.onMap(place)));
  await expect(async () => {
    const seen = await window.guardsSeen();
    expect(seen.length, `guards seen: ${JSON.stringify(seen)}`).toBe(wanted.length);
    for (const place of wanted) {
      const nearest = Math.min(...seen.map((patch) => distance(patch, place)));
      expect(nearest, `seen ${JSON.stringify(seen)}, wanted ${JSON.stringify(place)}`).toBeLessThan(NEAR_PX);
    }
  }).toPass({ timeout: 20_000 });
}

test("a phone's body moves its guard on the map, and a late one does not pull him back", async ({ open, site }) => {
  // As large as the screens of a control room.
  const liNa = await open("li-na", { map: true, viewport: { width: 1920, height: 1080 } });
  await liNa.open("people");
  const row = liNa.guard("wang-qiang");
  await expect(row).toHaveClass(/\bnever\b/);
  await expect(row).toContainText("未上线");
  await expectGuardsAt(liNa, []);
  await row.click();
  await expect(row).toHaveClass(/\bselected\b/);

  await site.position("guard-01", LAKE, { secondsAgo: 20 });
  await expect(row).toHaveClass(/\bfresh\b/);
  await expect(row, "it stays selected while it comes to life").toHaveClass(/\bselected\b/);
  await expect(row).toContainText(/巡逻2.*王强.*00:\d\d/);
  await expect(liNa.details).toContainText("± 6 m");
  await expectGuardsAt(liNa, [LAKE]);

  await site.position("guard-01", LAWN);
  await expectGuardsAt(liNa, [LAWN]);

  // The phone now sends what it could not send before. Somebody else's fix comes after it, so that this is known to have passed.
  await site.position("guard-01", LAKE, { secondsAgo: 10 });
  await site.position("guard-04", SQUARE);
  await expect(liNa.guard("zhou-liang")).toHaveClass(/\bfresh\b/);
  await expectGuardsAt(liNa, [LAWN, SQUARE]);
});

test("a click on a guard's marker selects him, a click beside it nobody", async ({ open, site }) => {
  await site.position("guard-01", LAWN);
  const liNa = await open("li-na", { map: true });
  await expectGuardsAt(liNa, [LAWN]);
  await liNa.open("people");
  const at = await liNa.onMap(LAWN);
  await liNa.map.click({ position: at });
  await expect(liNa.details.locator("[data-selected='wang-qiang']")).toContainText("巡逻2");
  await expect(liNa.guard("wang-qiang")).toHaveClass(/\bselected\b/);
  await liNa.map.click({ position: { x: at.x + 150, y: at.y + 60 } });
  await expect(liNa.details).toContainText("从列表或地图上选一条报警");
});

test("a recorded walk crosses the map", async ({ castellan, open, site }) => {
  test.setTimeout(150_000);
  await site.onDuty("wang-qiang");
  const liNa = await open("li-na", { map: true, viewport: { width: 1280, height: 800 } });
  await liNa.open("people");
  const track = new URL("../../simulator/tests/gpx/korita-zbevnica.gpx", import.meta.url).pathname;
  const words = ["replay", track, "--server", castellan.url, "--phone", "guard-01", "--onto-estate", "--speed", "100"];
  const replay = spawn(process.env.CASTELLAN_SIMULATOR, words, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(replay, "exit");
  const said = [];
  for (const stream of [replay.stdout, replay.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => said.push(text));
  }
  try {
    const places = [];
    await expect(async () => {
      expect(replay.exitCode, said.join("")).toBeNull();
      for (const patch of await liNa.guardsSeen()) {
        if (places.every((place) => distance(place, patch) > APART_PX)) {
          places.push(patch);
        }
      }
      expect(places.length, `seen so far: ${JSON.stringify(places)}\n${said.join("")}`).toBeGreaterThanOrEqual(3);
    }).toPass({ timeout: 100_000, intervals: [500] });
    await expect(liNa.guard("wang-qiang")).toHaveClass(/\bfresh\b/);
  } finally {
    replay.kill("SIGTERM");
    await ended;
  }
});
