// A quiet screen: the map is drawn when something on it changes, and what pulses does so without it.
import { catchMap, framesDrawn, giveGraphicsBack, loseGraphics } from "../caught_map.mjs";
import { expect, test } from "../console.mjs";
import { brightness, decodePng } from "../pixels.mjs";
import { secondsPass } from "../tones.mjs";

const DESK = { viewport: { width: 1280, height: 800 } };
const LAWN = [120.1118, 30.2862];
const LAKE = [120.1122, 30.2871];
/** Seconds of the page's own clock in which nothing may be drawn. */
const QUIET_S = 5;

/** Waits until what loads and fades in is over. */
async function comesToRest(page) {
  await expect(async () => {
    const before = await framesDrawn(page);
    await secondsPass(page, 2);
    expect(await framesDrawn(page)).toBe(before);
  }).toPass({ timeout: 60_000 });
}

test("no frame of the map is drawn while nothing on it changes, though an alarm pulses and a phone reports", async ({ open, site }) => {
  const alarm = await site.report("gas-3-b1", "gas_high");
  await site.position("guard-01", LAWN, { secondsAgo: 4 });
  const liNa = await open("li-na", { ...DESK, map: true, watch: catchMap });
  const { page } = liNa;
  await expect(page.locator(`[data-pulse="${alarm}"]`)).toBeVisible();
  await liNa.open("people");
  await comesToRest(page);

  const before = await framesDrawn(page);
  await site.position("guard-01", LAWN);
  await expect(liNa.guard("wang-qiang")).toContainText("00:00");
  await secondsPass(page, QUIET_S);
  expect(await framesDrawn(page), "a phone that lies still is no change").toBe(before);

  await site.position("guard-01", LAKE);
  await expect.poll(() => framesDrawn(page), "and one that moves is").toBeGreaterThan(before);
});

test("a plate names what is in alarm above the lit floor, calls, takes nothing from the keyboard, and a claim calms it", async ({ open, site }) => {
  const alarm = await site.report("gas-3-b1", "gas_high");
  const others = ["door-east-gate", "door-north-gate", "door-clubhouse"];
  for (const door of others) {
    await site.report(door, "door_held");
  }
  const liNa = await open("li-na", { ...DESK, map: true });
  const { page } = liNa;
  const plate = page.locator(`[data-badge="${alarm}"]:visible`);
  await expect(plate).toHaveText(/▲3号楼 B1 燃气/);
  await expect(page.locator("[data-badge]:visible")).toHaveCount(4);
  const glyph = page.locator("[data-pulse]");
  await expect(glyph, "the most urgent alone").toHaveCount(1);
  await expect(glyph).toHaveAttribute("data-pulse", alarm);
  /** What stands there in alarm: how it looks, and how high. */
  const things = () => page.evaluate(() => {
    const { features } = globalThis.caughtMap.getStyle().sources.things.data;
    return features.map(({ properties: { look, priority, from_m, to_m } }) => ({ look, priority, high: to_m - from_m, from_m }));
  });
  const slab = async () => (await things()).find(({ priority }) => priority === 1);
  await expect.poll(slab, "a cellar lies on the ground").toMatchObject({ look: "open", from_m: 0 });
  expect((await slab()).high).toBeLessThan(5);
  expect((await things()).filter(({ look }) => look === "glass").length, "its house is glass").toBe(1);

  const box = async () => {
    const [box, map] = [await plate.boundingBox(), await liNa.map.boundingBox()];
    return { x: box.x + box.width / 2 - map.x, y: box.y + box.height - map.y };
  };
  const place = await liNa.onMap((await site.alarm(alarm)).place.at);
  const at = await box();
  expect(at.y, "above its foot").toBeLessThan(place.y);
  await page.evaluate(() => globalThis.caughtMap.panBy([-60, 40], { duration: 0 }));
  await expect.poll(async () => Math.hypot((await box()).x - at.x, (await box()).y - at.y), "it goes along").toBeGreaterThan(5);

  const found = await glyph.evaluate((element) => {
    const [animation] = element.getAnimations();
    const keys = animation.effect.getKeyframes().flatMap((frame) => Object.keys(frame));
    return {
      moves: [...new Set(keys)].filter((key) => !["offset", "computedOffset", "easing", "composite"].includes(key)).sort(),
      lasts_ms: animation.effect.getTiming().duration,
      pointer: getComputedStyle(element).pointerEvents,
      hidden: element.closest("[aria-hidden='true']") !== null,
      reached: element.tabIndex >= 0 || element.parentElement.tabIndex >= 0,
    };
  });
  expect(found).toMatchObject({ moves: ["opacity"], pointer: "none", hidden: true, reached: false });
  expect(found.lasts_ms, "at most once a second").toBeGreaterThanOrEqual(1_000);

  await liNa.walkTo(alarm);
  await page.keyboard.press("Enter");
  await expect(liNa.owner(alarm)).toHaveText("李娜");
  await expect(glyph).toHaveCount(0);
  await expect(plate, "it says who has it").toHaveText(/▲3号楼 B1 燃气李娜/);
  await expect.poll(slab, "and is half lit").toMatchObject({ look: "owned" });
});

test("what needs somebody and is out of sight has an arrow at the rim, and a click on it goes there", async ({ open, site }) => {
  const alarm = await site.report("door-east-gate", "door_forced");
  const liNa = await open("li-na", { ...DESK, map: true });
  const { page } = liNa;
  await page.evaluate(() => globalThis.caughtMap.jumpTo({ center: [120.1102, 30.2871], zoom: 19 }));
  const arrow = page.locator(`.map-plate.arrow[data-badge="${alarm}"]:visible`);
  await expect(arrow).toHaveText(/◆东门\d+0 m/);
  const [box, map] = [await arrow.boundingBox(), await liNa.map.boundingBox()];
  await liNa.map.click({ position: { x: box.x + box.width / 2 - map.x, y: box.y + box.height / 2 - map.y } });
  await expect(liNa.details.locator("[data-selected]")).toHaveAttribute("data-selected", alarm);
  await expect(arrow).toHaveCount(0);
});

test("whoever asked for little motion sees the glyph stand still", async ({ open, site }) => {
  const alarm = await site.report("gas-3-b1", "gas_high");
  const liNa = await open("li-na", { ...DESK, map: true, reducedMotion: "reduce" });
  const glyph = liNa.page.locator(`[data-pulse="${alarm}"]`);
  await expect(glyph).toBeVisible();
  expect(await glyph.evaluate((element) => element.getAnimations().length)).toBe(0);
});

test("what was switched and selected while the graphics card was gone is right once it is back", async ({ open }) => {
  const liNa = await open("li-na", { ...DESK, map: true, watch: catchMap });
  const { page } = liNa;
  expect(brightness(await liNa.mapPixels())).toBeLessThan(70);
  await loseGraphics(page);
  await expect(page.locator(".map-sentence")).not.toBeEmpty();
  await liNa.choose("theme");
  await liNa.choose("language");
  await (await liNa.place("building:5")).click();
  await expect(liNa.details.locator("[data-selected='building:5']")).toBeVisible();
  await giveGraphicsBack(page);
  await expect(page.locator(".map-sentence")).toBeEmpty();
  await expect.poll(async () => brightness(await liNa.mapPixels()), "it is light").toBeGreaterThan(170);
  const marked = () => page.evaluate(() => globalThis.caughtMap.queryRenderedFeatures({ layers: ["selected-outline"] }).length);
  await expect.poll(marked, "what is selected is marked").toBeGreaterThan(0);
  const name = () => page.evaluate(() => JSON.stringify(globalThis.caughtMap.getLayoutProperty("building-name", "text-field")));
  await expect.poll(name, "names are in the other language").toContain("en");
});

/** How far an element's middle stands out from its corner, where the ground is, and the strongest of its pixels. */
async function standsOut(locator) {
  const image = decodePng(await locator.screenshot());
  const [across, down] = [image.width >> 1, image.height >> 1];
  const at = (x, y) => Math.abs(image.data[(y * image.width + x) * image.channels] - image.data[0]);
  const row = Array.from({ length: image.width }, (_, x) => at(x, down));
  return { middle: at(across, down), most: Math.max(...row) };
}

test("colours that the browser forces keep the link light and the guards' dots", async ({ open, site }) => {
  await site.position("guard-01", LAWN);
  for (const colorScheme of ["dark", "light"]) {
    const liNa = await open("li-na", { ...DESK, forcedColors: "active", colorScheme });
    await liNa.open("people");
    await expect(liNa.guard("wang-qiang")).toHaveClass(/\bfresh\b/);
    // On a busy machine the light may be unsure for a moment, and hollow.
    await expect(async () => {
      await expect(liNa.light).toHaveAttribute("data-link", "live");
      const light = await standsOut(liNa.light.locator(".dot"));
      expect(light.middle, `the light, ${colorScheme}`).toBeGreaterThan(120);
    }).toPass({ timeout: 30_000 });
    const heard = await standsOut(liNa.guard("wang-qiang").locator(".mark"));
    expect(heard.middle, `who was heard, ${colorScheme}`).toBeGreaterThan(120);
    const never = await standsOut(liNa.guard("zhou-liang").locator(".mark"));
    expect(never.most, `who was not, ${colorScheme}`).toBeGreaterThan(60);
    expect(never.middle, `and is hollow, ${colorScheme}`).toBeLessThan(40);
  }
});
