// Long words, hostile words, many alarms, and people who are not on the staff.
import { estate, expect, test } from "../console.mjs";

const devices = estate.devices;

test("a note of 500 characters is kept and wraps, and markup in a note is only text", async ({ open, site }) => {
  const id = await site.report("cam-lake", "camera_down");
  const liNa = await open("li-na", { viewport: { width: 1280, height: 800 } });
  await liNa.walkTo(id);
  // Without a space a browser finds nowhere to break.
  const long = `${"水".repeat(200)}${"x".repeat(300)}`;
  const hostile = '<img src=x onerror="globalThis.castellanHurt=1"><b>粗</b>';
  for (const words of [long, hostile]) {
    await liNa.page.keyboard.press("t");
    const note = liNa.page.locator(".note-form textarea");
    await expect(note).toBeFocused();
    await liNa.page.keyboard.insertText(words);
    await liNa.page.keyboard.press("Enter");
    await expect(liNa.page.locator(".note-form")).toHaveCount(0);
    await expect(liNa.details.locator(".story .words").filter({ hasText: words })).toHaveText(words);
  }
  const shown = liNa.details.locator(".story .words").filter({ hasText: long });
  const [words, column] = [await shown.boundingBox(), await liNa.details.boundingBox()];
  expect(words.x + words.width).toBeLessThanOrEqual(column.x + column.width);
  expect(words.height, "several lines").toBeGreaterThan(100);
  expect(await liNa.details.evaluate((column) => column.scrollWidth - column.clientWidth)).toBe(0);
  await expect(liNa.details.locator("img, .words b")).toHaveCount(0);
  expect(await liNa.page.evaluate(() => globalThis.castellanHurt)).toBeUndefined();
});

test("a note with a tab in it, as it comes from a table, is kept too", async ({ open, site }) => {
  const id = await site.report("cam-lake", "camera_down");
  const liNa = await open("li-na", { viewport: { width: 1280, height: 800 } });
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("t");
  await expect(liNa.page.locator(".note-form textarea")).toBeFocused();
  await liNa.page.keyboard.insertText("车牌\t浙A12345");
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.details.locator(".story .words").filter({ hasText: /车牌\s浙A12345/ })).toBeVisible();
});

test("three hundred alarms at once: the counts are right and one is claimed as ever", async ({ open, site }) => {
  const types = [["door_forced", 2], ["device_silent", 4], ["tamper", 2]];
  const events = types.flatMap(([type]) => devices.map((device) => [device.id, type])).slice(0, 299);
  const liNa = await open("li-na", { viewport: { width: 1280, height: 800 } });
  const waiting = [...events];
  const sender = async () => {
    for (let event = waiting.pop(); event; event = waiting.pop()) {
      await site.report(...event);
    }
  };
  await Promise.all(Array.from({ length: 16 }, sender));
  const urgent = await site.report("panic-front-desk", "panic");
  // Within the flood some devices share a row, and the flood has a row of its own: none is lost.
  const queue = await site.queue();
  const reported = queue.filter((alarm) => alarm.type !== "alarm_flood");
  expect(reported.reduce((sum, alarm) => sum + 1 + (alarm.joined?.length ?? 0), 0)).toBe(300);
  await expect(liNa.rows).toHaveCount(queue.length);
  const count = (priority) => queue.filter((alarm) => alarm.priority === priority).length;
  for (const priority of [1, 2, 3, 4]) {
    await expect(liNa.page.locator(`.totals .p${priority}`)).toHaveText(new RegExp(`^\\D+${count(priority)}$`));
  }
  expect(await liNa.ids()).toEqual(queue.map((alarm) => alarm.id));
  await liNa.walkTo(urgent);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(urgent)).toHaveText("李娜");
  expect((await site.alarm(urgent)).ownership.claimed.by).toBe("li-na");
  const title = ["▲", "◆", "●", "■"].map((sign, at) => [sign, count(at + 1)]).filter(([, many]) => many > 0);
  await expect(liNa.page).toHaveTitle(new RegExp(`^${title.map((part) => part.join("")).join(" ")} `));
});

test("whoever is not on the staff chooses a tile, and the choice is remembered", async ({ open }) => {
  const window = await open(null, { viewport: { width: 1280, height: 800 } });
  const { page } = window;
  const tiles = page.locator(".who .tile");
  await expect(tiles).toHaveCount(6);
  await expect(tiles).toContainText(["李娜", "张伟", "王建国", "陈刚", "苏晴", "方志远"]);
  await expect(page.locator(".who"), "guards do not work at a console").not.toContainText("王强");
  await page.locator("[data-person='wang-jianguo']").click();
  await expect(page.locator(".who")).toHaveCount(0);
  await page.reload();
  await window.ready();
  await expect(page.locator(".top .person")).toHaveText("王建国");
  await expect(page.locator(".who")).toHaveCount(0);

  for (const stranger of ["nobody", "wang-qiang", "%00 <b>"]) {
    await page.goto(`/?${new URLSearchParams({ as: stranger })}`);
    await window.ready();
    if (stranger.includes("<")) {
      // It is no id at all, so the choice of before counts.
      await expect(page.locator(".top .person")).toHaveText("王建国");
    } else {
      await expect(tiles).toHaveCount(6);
    }
  }
});

test("a person who hands over is not followed by the name in the address", async ({ open }) => {
  const window = await open("li-na", { viewport: { width: 1280, height: 800 } });
  const { page } = window;
  // Sockets and pictures can send no header: whom they are for goes by the cookie.
  const seated = async () => (await page.context().cookies()).map(({ name, value, sameSite }) => [name, value, sameSite]);
  expect(await seated()).toEqual([["castellan_person", "li-na", "Strict"]]);
  await window.choose("change-person");
  expect(await seated()).toEqual([]);
  await page.locator("[data-person='zhang-wei']").click();
  await expect(page.locator(".top .person")).toHaveText("张伟");
  expect(await seated()).toEqual([["castellan_person", "zhang-wei", "Strict"]]);
  await page.reload();
  await window.ready();
  await expect(page.locator(".top .person")).toHaveText("张伟");
  expect(await seated()).toEqual([["castellan_person", "zhang-wei", "Strict"]]);
});

test("an address without a page says so, works as no desk, and leads home", async ({ open, site }) => {
  const id = await site.report("smoke-3-15", "smoke_single");
  const window = await open("li-na", { viewport: { width: 1280, height: 800 } });
  const { page } = window;
  await page.goto("/nothing?lang=en");
  await expect(page.locator("main h2")).toHaveText("There is no such page");
  await expect(page.locator("body")).toHaveAttribute("data-ready", "true", { timeout: 60_000 });
  await expect(window.light, "what is the same on every page is there").toHaveAttribute("data-link", "live");
  await page.keyboard.press("g");
  await expect(page, "keys select nothing that is not in sight").toHaveURL(/\/nothing\?lang=en$/);
  await page.locator("main a").click();
  await window.ready();
  await expect(window.row(id)).toBeVisible();
});
