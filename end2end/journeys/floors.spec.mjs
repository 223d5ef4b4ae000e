// The floors of what is selected: named at the map's edge, lit on the map, as a plan, and all of them apart; and the keys of the map.
import { catchMap } from "../caught_map.mjs";
import { expect, test } from "../console.mjs";

const DESK = { viewport: { width: 1280, height: 800 } };

/** Which floors stand on the map, and how they look. */
function floorsOnTheMap(page) {
  return page.evaluate(() => {
    const { features } = globalThis.caughtMap.getStyle().sources.things.data;
    return features.filter(({ properties }) => properties.look !== "glass").map(({ properties }) => properties.look);
  });
}

test("the floor of an alarm is named, drawn and left again, and its building opens floor by floor", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  const liNa = await open("li-na", { ...DESK, map: true, watch: catchMap });
  const { page } = liNa;
  const buttons = page.locator(".floor-button");
  await expect(buttons, "nothing is selected").toHaveCount(0);
  await liNa.walkTo(id);
  await expect(buttons).toHaveText(["全部", "15", "1", "B1"]);
  await expect(buttons.last()).toHaveClass(/\bp1\b/);
  await expect(buttons.last()).toHaveAttribute("aria-pressed", "true");
  const plan = page.locator("[data-floor-inset]");
  await expect(plan).toHaveAttribute("data-floor-inset", "B1");
  await expect(plan).toContainText("3号楼 B1层");
  await expect(plan.locator(".alarm.p1.open")).toHaveCount(1);
  await expect.poll(() => floorsOnTheMap(page)).toEqual(["open"]);

  await buttons.filter({ hasText: "15" }).click();
  await expect(plan).toHaveAttribute("data-floor-inset", "15");
  await expect.poll(() => floorsOnTheMap(page), "beside the one in alarm").toEqual(["open", "looked-at"]);

  await buttons.first().focus();
  await page.keyboard.press("Enter");
  const all = page.locator(".map-stack");
  await expect(all.locator("[data-floor]")).toHaveCount(20);
  await expect(all.locator("[data-floor='B1']")).toHaveClass(/\bp1 open\b/);
  await expect(all).toContainText("B1层");
  await expect(plan).toHaveCount(0);
  await all.locator("[data-floor='B1'] > .top").dispatchEvent("click");
  await expect(plan).toHaveAttribute("data-floor-inset", "B1");
  await expect(all).toHaveCount(0);

  await liNa.choose("language");
  await expect(buttons.first()).toHaveText("All");
  await expect(plan).toContainText("Building 3 B1");
  await page.keyboard.press("Escape");
  await expect(buttons).toHaveCount(0);
});

test("keys show the plan, the tilt and the whole estate, and choose while something is being chosen", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  const liNa = await open("li-na", { ...DESK, map: true, reducedMotion: "reduce", watch: catchMap });
  const { page } = liNa;
  const seen = () => page.evaluate(() => {
    const map = globalThis.caughtMap;
    return { bearing: Math.round(map.getBearing()), pitch: Math.round(map.getPitch()), zoom: map.getZoom() };
  });
  const rest = await seen();
  expect(rest.pitch).toBeGreaterThan(20);
  await page.keyboard.press("2");
  await expect.poll(seen).toMatchObject({ bearing: 0, pitch: 0 });
  await page.keyboard.press("3");
  await expect.poll(seen).toMatchObject({ bearing: rest.bearing, pitch: rest.pitch });
  await page.evaluate(() => globalThis.caughtMap.jumpTo({ zoom: 20 }));
  await page.keyboard.press("0");
  await expect.poll(seen).toEqual(rest);

  await liNa.walkTo(id);
  await page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  await page.keyboard.press("x");
  await page.keyboard.press("2");
  await page.keyboard.press("Escape");
  expect(await seen(), "that was a verdict").toMatchObject({ pitch: rest.pitch });
});
