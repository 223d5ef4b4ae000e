// Found by a few letters, picked without a mouse; and one mark that stands for several alarms.
import { expect, test } from "../console.mjs";

const DESK = { viewport: { width: 1280, height: 800 } };

test("what is typed finds alarms and things of the estate, and Enter selects", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const results = page.locator(".search [role='option']");
  const look = async (typed) => {
    await page.keyboard.press("/");
    await expect(page.locator(".search input")).toBeFocused();
    await page.keyboard.insertText(typed);
  };
  await look("燃气");
  await expect(results.first(), "what is open comes first").toContainText("3号楼 B1层 走道");
  // Safari tells by the old number alone that Enter ended a composition.
  await liNa.endComposition();
  await expect(page.locator(".search input")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator(".search")).toHaveCount(0);
  await expect(liNa.details.locator(`[data-selected='${id}']`)).toBeVisible();

  await look("东门");
  await expect(results.first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(results.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(liNa.details.locator("[data-selected]")).toContainText("东门");

  await look("巡逻2");
  await page.keyboard.press("Enter");
  await expect(liNa.details.locator("[data-selected='wang-qiang']")).toBeVisible();
  await look("没有这个");
  await expect(page.locator(".search .none")).toBeVisible();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(page.locator(".search")).toHaveCount(0);
  expect((await site.alarm(id)).ownership.unclaimed, "nothing typed there commands").toBeDefined();
});

test("several alarms at one place are one mark with a count, and open as a list with the most urgent on top", async ({ open, site }) => {
  const held = await site.report("door-east-gate", "door_held");
  const forced = await site.report("door-east-gate", "tamper");
  const liNa = await open("li-na", { ...DESK, map: true });
  const { page } = liNa;
  await expect(page.locator(".map-plate:visible")).toHaveText("◆东门2 共 2");
  const at = await liNa.onMap((await site.alarm(held)).place.at);
  await liNa.map.click({ position: at });
  await expect(liNa.details.locator(`[data-selected='${forced}']`), "the most urgent").toBeVisible();
  const here = liNa.details.locator(".here button");
  await expect(here).toHaveCount(2);
  await expect(here.first()).toHaveAttribute("data-here", forced);
  await here.nth(1).click();
  await expect(liNa.details.locator(`[data-selected='${held}']`)).toBeVisible();
});
