// The queue has room: heights by priority alone, counts that filter, keys that walk.
import { estate, expect, test } from "../console.mjs";

const CONTROL_ROOM = { viewport: { width: 1920, height: 1080 } };
const LAPTOP = { viewport: { width: 1366, height: 768 } };
const DOORS = estate.devices.filter(({ kind }) => kind === "door").map(({ id }) => id);

/** One alarm of the first priority, two of the second, and doors that stand open. */
async function busy(site, doors) {
  const urgent = await site.report("gas-3-b1", "gas_high");
  const second = await site.report("door-east-gate", "door_forced");
  await site.report("fire-panel-1", "fire_panel_fault");
  for (const door of DOORS.filter((id) => id !== "door-east-gate").slice(0, doors)) {
    await site.report(door, "door_held");
  }
  return { urgent, second };
}

function rowsInSight(window) {
  return window.queue.evaluate((list) => {
    const box = list.getBoundingClientRect();
    return [...list.querySelectorAll(".row")].filter((row) => row.getBoundingClientRect().bottom <= box.bottom + 1).length;
  });
}

test("a row is as high as its priority, filled while nobody has it, and a claim moves nothing", async ({ open, site }) => {
  const { urgent, second } = await busy(site, 3);
  const liNa = await open("li-na", CONTROL_ROOM);
  await expect(liNa.rows).toHaveCount(6);
  const boxes = () => liNa.rows.evaluateAll((rows) => rows.map((row) => [row.dataset.alarm, Math.round(row.getBoundingClientRect().top), row.offsetHeight]));
  const before = await boxes();
  expect(before.map(([, , height]) => height)).toEqual([88, 64, 64, 44, 44, 44]);
  const fill = (id) => liNa.row(id).evaluate((row) => getComputedStyle(row).backgroundColor);
  const plates = [await fill(urgent), await fill(second)];
  await expect(liNa.row(urgent).locator(".due")).toHaveText(/^剩余 00:\d\d$/);
  const width = () => liNa.row(urgent).locator(".bar i").evaluate((bar) => bar.getBoundingClientRect().width);
  const full = await width();
  await expect.poll(width, "the bar drains").toBeLessThan(full);
  await liNa.walkTo(urgent);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(urgent)).toHaveText("李娜");
  expect(await boxes(), "not a pixel moves").toEqual(before);
  await expect.poll(() => fill(urgent), "no fill for whoever has it").not.toBe(plates[0]);
  expect(await fill(second)).toBe(plates[1]);
});

test("twelve rows fit a control room's screen, seven a laptop's, and zoomed in the claim stays in sight", async ({ open, site }) => {
  const { urgent } = await busy(site, 14);
  const room = await open("li-na", CONTROL_ROOM);
  await expect.poll(() => rowsInSight(room)).toBeGreaterThanOrEqual(12);
  const laptop = await open("li-na", LAPTOP);
  await expect.poll(() => rowsInSight(laptop)).toBeGreaterThanOrEqual(7);
  // What a zoom of 150 % leaves of the laptop's pixels, and one of 200 % of the control room's.
  for (const viewport of [{ width: 911, height: 512 }, { width: 960, height: 540 }]) {
    const zoomed = await open("li-na", { viewport, search: { selected: urgent } });
    for (const part of [zoomed.row(urgent), zoomed.map, zoomed.page.locator("[data-action='claim']")]) {
      await expect(part).toBeInViewport({ ratio: 0.95 });
    }
    expect(await zoomed.page.evaluate(() => document.scrollingElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
  }
});

test("the counts filter, the address keeps it, and what is left out is still said to be there", async ({ open, site }) => {
  const { urgent, second } = await busy(site, 3);
  await site.command("zhang-wei", { claim: { alarm: second } });
  const liNa = await open("li-na", CONTROL_ROOM);
  const { page } = liNa;
  const chip = (name) => page.locator(`[data-filter="${name}"]`);
  await expect(chip("p3")).toHaveText("●3");
  await expect(chip("nobodys")).toHaveText("待接5");
  await expect(chip("others")).toHaveText("他人1");
  await chip("p3").click();
  await expect(liNa.rows).toHaveCount(3);
  await expect(chip("p1"), "the counts stay whole").toHaveText("▲1");
  const leftOut = page.locator(".left-out");
  await expect(leftOut).toContainText("▲1");
  await expect(leftOut).toContainText("◆2");
  expect(new URL(page.url()).searchParams.get("priority")).toBe("3");

  const next = await site.report("panic-front-desk", "panic");
  await expect(leftOut).toContainText("▲2");
  await page.keyboard.press("g");
  await expect(liNa.details.locator(`[data-selected="${next}"]`), "a key leads to it all the same").toBeVisible();

  await page.reload();
  await liNa.ready();
  await expect(liNa.rows).toHaveCount(3);
  await page.locator("[data-action='show-all']").click();
  await expect(liNa.rows).toHaveCount(7);
  await expect(leftOut).toHaveCount(0);
  expect(new URL(page.url()).searchParams.get("priority")).toBeNull();

  await chip("others").click();
  await expect.poll(() => liNa.ids()).toEqual([second]);
  await chip("others").click();
  await chip("type").selectOption("gas_high");
  await expect.poll(() => liNa.ids()).toEqual([urgent]);
  await chip("type").selectOption("");
  await chip("place").selectOption("3");
  await expect.poll(() => liNa.ids()).toEqual([urgent]);
});

test("keys go to the ends, by the page, and on while they are held", async ({ open, site }) => {
  await busy(site, 20);
  const liNa = await open("li-na", LAPTOP);
  const { page } = liNa;
  // So many are a flood: some share a row.
  const ids = (await site.queue()).map((alarm) => alarm.id);
  expect(ids.length).toBeGreaterThan(10);
  await expect.poll(() => liNa.ids()).toEqual(ids);
  const selected = () => new URL(page.url()).searchParams.get("selected");
  const at = async (id) => {
    await expect(liNa.row(id)).toHaveAttribute("aria-pressed", "true");
    await expect(liNa.row(id)).toBeFocused();
    await expect(liNa.row(id)).toBeInViewport();
  };
  await page.keyboard.press("End");
  await at(ids.at(-1));
  await page.keyboard.press("Home");
  await at(ids[0]);
  await page.keyboard.press("PageDown");
  await expect.poll(async () => ids.indexOf(selected())).toBeGreaterThanOrEqual(3);
  await page.keyboard.press("PageUp");
  await at(ids[0]);
  await page.keyboard.down("ArrowDown");
  for (let times = 0; times < 6; times += 1) {
    await page.keyboard.down("ArrowDown");
  }
  await page.keyboard.up("ArrowDown");
  await at(ids[7]);
});
