// One alarm from the wire to its end, seen from two windows.
import { expect, test } from "../console.mjs";

test("an alarm sent by curl is claimed, noted, judged and closed, and both windows follow", async ({ open, site }) => {
  const [liNa, zhangWei] = await Promise.all([open("li-na"), open("zhang-wei")]);
  await expect(liNa.page.locator(".queue")).toContainText("没有待处理的报警");

  // As `curl -d` sends it.
  const id = await site.report("gas-3-b1", "gas_low", "active", { "content-type": "application/x-www-form-urlencoded" });
  expect(id).toBe("A-1");
  for (const window of [liNa, zhangWei]) {
    await expect(window.row(id)).toContainText("可燃气体低限预警");
    await expect(window.row(id)).toContainText("3号楼 B1层 走道");
    await expect(window.owner(id)).toContainText("待接警");
    await expect(window.page).toHaveTitle(/^◆1 锦绣花园$/);
  }

  await liNa.walkTo(id);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  await expect(zhangWei.owner(id)).toHaveText("李娜");

  await zhangWei.walkTo(id);
  await zhangWei.page.keyboard.press("Enter");
  await expect(zhangWei.sentence).toHaveText(/^李娜 (早 \d\.\d 秒接警|在 \d\d:\d\d 前已接警)。$/);
  await expect(zhangWei.owner(id)).toHaveText("李娜");
  await expect(zhangWei.details.locator("[data-owner]")).toHaveText("李娜");

  const words = "已电话确认:厨房阀门未关,巡逻2前往";
  await liNa.page.keyboard.press("t");
  await expect(liNa.page.locator(".note-form textarea")).toBeFocused();
  await liNa.page.keyboard.insertText(words);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.page.locator(".note-form")).toHaveCount(0);
  for (const window of [liNa, zhangWei]) {
    await expect(window.details.locator(".story .words", { hasText: words })).toBeVisible();
  }

  await liNa.page.keyboard.press("x");
  await expect(liNa.details.locator(".verdicts")).toContainText("环境干扰");
  await liNa.page.keyboard.press("2");
  // Gas is not dismissed from the chair alone; Esc takes back one step, and no more.
  await expect(liNa.details.locator(".bases")).toContainText("到场");
  await liNa.page.keyboard.press("Escape");
  await expect(liNa.details.locator(".verdicts")).toBeVisible();
  await liNa.page.keyboard.press("2");
  await liNa.page.keyboard.press("3");
  await expect(liNa.details.locator("dd[data-basis]")).toHaveText("电话");
  for (const window of [liNa, zhangWei]) {
    await window.letGo();
    await expect(window.row(id)).toHaveCount(0);
    await expect(window.judged.locator(`[data-alarm="${id}"] .owner`)).toHaveText("环境干扰");
    await expect(window.page).toHaveTitle("锦绣花园");
  }

  expect(await site.report("gas-3-b1", "gas_low", "cleared")).toBe(id);
  for (const window of [liNa, zhangWei]) {
    await expect(window.judged).toHaveCount(0);
    const closed = await window.open("closed");
    await expect(closed.locator(`[data-alarm="${id}"]`)).toContainText("已恢复");
  }

  const next = await site.report("gas-3-b1", "gas_low");
  expect(next).toBe("A-2");
  for (const window of [liNa, zhangWei]) {
    await window.letGo();
    await expect(window.row(next)).toBeVisible();
    await expect(window.owner(next)).toContainText("待接警");
    await expect((await window.open("closed")).locator(`[data-alarm="${id}"]`)).toBeVisible();
  }
});

test("a key that comes too soon after a row was selected does nothing", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_forced");
  const liNa = await open("li-na");
  const commands = [];
  liNa.page.on("request", (request) => request.url().endsWith("/commands") && commands.push(request.postData()));
  await expect(liNa.row(id)).toBeVisible();
  // Both within one task of the page, so that no slow machine can come between them.
  await liNa.row(id).evaluate((row) => {
    row.click();
    window.dispatchEvent(new KeyboardEvent("keydown", { code: "Enter", key: "Enter", bubbles: true }));
  });
  await expect(liNa.row(id)).toHaveAttribute("aria-pressed", "true");
  await liNa.settle();
  expect(commands).toEqual([]);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  expect(commands).toHaveLength(1);
});

test("a half-written note survives whatever happens to its alarm", async ({ open, site }) => {
  await site.armed("wall-4");
  const id = await site.report("perimeter-7", "perimeter");
  const liNa = await open("li-na");
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("t");
  const note = liNa.page.locator(".note-form textarea");
  await expect(note).toBeFocused();
  await liNa.page.keyboard.insertText("墙边有");
  expect(await site.report("perimeter-7", "perimeter")).toBe(id);
  await expect(liNa.row(id)).toContainText("×2");
  const claimed = await site.command("zhang-wei", { claim: { alarm: id } });
  expect(claimed.status).toBe(200);
  await expect(liNa.details.locator("[data-owner]")).toHaveText("张伟");
  await expect(note).toBeFocused();
  await liNa.page.keyboard.insertText("一只猫");
  await expect(note).toHaveValue("墙边有一只猫");
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.details.locator(".story .words", { hasText: "墙边有一只猫" })).toBeVisible();
});
