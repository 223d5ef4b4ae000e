// What the map draws, and the rows by which a keyboard reaches the same.
import { catchMap } from "../caught_map.mjs";
import { expect, test } from "../console.mjs";

const LAWN = [120.1118, 30.2862];
const DESK = { viewport: { width: 1280, height: 800 } };

/** Everything in the map's sources that has an id, as rows name it; and which of it is in the picture. */
function onTheMap(page) {
  return page.evaluate(() => {
    const kinds = { devices: "device", buildings: "building", areas: "area" };
    const map = globalThis.caughtMap;
    const style = map.getStyle();
    const drawn = new Set();
    for (const [source, kind] of Object.entries(kinds)) {
      for (const feature of style.sources[source].data.features) {
        drawn.add(`${kind}:${feature.properties.id}`);
      }
    }
    const rendered = new Set();
    for (const { source, properties } of map.queryRenderedFeatures()) {
      if (kinds[source]) {
        rendered.add(`${kinds[source]}:${properties.id}`);
      }
    }
    // A cone is its camera's, coverage is a number beside the map, and a thing in alarm is its alarm's.
    const known = ["ground", "lines", "paths", "labels", "selected", "cones", "coverage", "things", ...Object.keys(kinds)];
    return { drawn: [...drawn].sort(), rendered: [...rendered].sort(), others: Object.keys(style.sources).filter((name) => !known.includes(name)) };
  });
}

test("everything drawn on the map is also a row that the keyboard reaches and selects", async ({ open, site }) => {
  await site.report("gas-3-b1", "gas_high");
  await site.report("door-east-gate", "tailgating", "momentary");
  await site.position("guard-01", LAWN);
  const liNa = await open("li-na", { ...DESK, map: true, watch: catchMap });
  const { page } = liNa;
  const { drawn, rendered, others } = await onTheMap(page);
  expect(others, "a new source needs its rows, and its place in this journey").toEqual([]);
  expect(drawn.length).toBeGreaterThan(150);
  expect(rendered.length, "buildings and borders are in the picture").toBeGreaterThan(20);
  expect(rendered.filter((name) => !drawn.includes(name))).toEqual([]);

  const named = [];
  const unreachable = [];
  for (const list of ["devices", "cameras", "places", "people"]) {
    // Each list is opened by keyboard, too.
    await liNa.opens(list).focus();
    await page.keyboard.press("Enter");
    const rows = page.locator(`.beside[data-list="${list}"]`).locator("[data-place], [data-guard]");
    await expect(rows.first()).toBeVisible();
    named.push(...(await rows.evaluateAll((rows) => rows.flatMap((row) => row.dataset.place ?? []))));
    unreachable.push(...(await rows.evaluateAll((rows) => rows.filter((row) => row.tagName !== "BUTTON" || row.tabIndex < 0).map((row) => row.outerHTML))));
  }
  expect(named.sort(), "the map and the lists name the same").toEqual(drawn);
  // What moves or flashes is drawn by our own layer: everybody heard and every open alarm.
  await expect(liNa.guard("wang-qiang")).toHaveClass(/\bfresh\b/);
  const view = await site.snapshot();
  for (const { id } of Object.values(view.alarms)) {
    await expect(liNa.row(id)).toBeVisible();
    unreachable.push(...(await liNa.row(id).evaluateAll((rows) => rows.filter((row) => row.tagName !== "BUTTON" || row.tabIndex < 0).map((row) => row.outerHTML))));
  }
  expect(unreachable).toEqual([]);

  // One of each kind by keyboard alone: selected, marked on the map, explained, in the address.
  for (const name of ["device:door-north-gate", "device:cam-lake", "building:5", "area:lake", "area:north"]) {
    const row = await liNa.place(name);
    await row.focus();
    await page.keyboard.press("Enter");
    await expect(liNa.details.locator(`[data-selected="${name}"]`)).toBeVisible();
    await expect(row).toHaveAttribute("aria-pressed", "true");
    expect(new URL(page.url()).searchParams.get("selected")).toBe(name);
    const marked = () => page.evaluate(() => globalThis.caughtMap.queryRenderedFeatures({ layers: ["selected-point", "selected-outline"] }).length);
    await expect.poll(marked, `${name} is marked on the map`).toBeGreaterThan(0);
  }
  await page.reload();
  await liNa.ready();
  await expect(liNa.details.locator("[data-selected='area:north']"), "the address brings it back").toContainText("北责任区");
});

test("a door says what it is, and a device that stopped reporting leads to its alarm", async ({ castellan, open, site }) => {
  const door = async (what) => {
    const answer = await castellan.post("/ingest/v1/doors", { device: "door-clubhouse", event_id: `e-${what}-${Date.now()}`, what });
    expect(answer.status, await answer.text()).toBe(200);
  };
  // By day nobody is alarmed by this door.
  await site.armed("clubhouse");
  const liNa = await open("li-na", { ...DESK, search: { selected: "device:door-clubhouse" } });
  const details = liNa.details.locator("[data-selected='device:door-clubhouse']");
  await expect(details).toContainText("状态未知");
  await door("granted");
  await door("opened");
  await expect(details).toContainText(/打开 00:\d\d · 剩余 00:\d\d/);
  await door("closed");
  await expect(details).toContainText(/关闭 00:\d\d/);
  await expect(liNa.rows, "nobody forced it").toHaveCount(0);
  // Whoever was let through has ten seconds.
  await expect(details).toContainText(/关闭 00:[1-5]\d/, { timeout: 30_000 });
  await door("opened");
  const forced = details.locator(".alarms-here button");
  await expect(forced).toContainText("强行开门");
  await forced.click();
  await expect(liNa.details.locator("[data-selected='A-1']")).toBeVisible();
});
