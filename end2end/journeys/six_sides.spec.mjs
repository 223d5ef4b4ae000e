// What an alarm can be beside claimed and judged: acknowledged, muted, shelved, handed on, corrected, a drill.
import { expect, test } from "../console.mjs";
import { randomUUID } from "node:crypto";

const DESK = { viewport: { width: 1280, height: 800 } };

test("a key acknowledges, mutes and shelves, and a second window sees by whom", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  // The second browser's clock is an hour ahead: the server's time is the only one that counts.
  const watch = (page) => page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 3_600_000;
  });
  const [liNa, zhangWei] = [await open("li-na", DESK), await open("zhang-wei", { ...DESK, watch })];
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("q");
  for (const window of [liNa, zhangWei]) {
    await expect(window.owner(id)).toHaveText("✓ 李娜");
  }
  await liNa.page.keyboard.press("m");
  await expect(liNa.details.locator(".marks-list .muted")).toHaveText(/^静音 00:\d\d（李娜）$/);
  await zhangWei.walkTo(id);
  await zhangWei.page.keyboard.press("m");
  await expect(zhangWei.sentence).toHaveText(/^李娜 已静音，剩余 00:\d\d。$/);

  // The reason first, then how long: the third and the second.
  await liNa.page.keyboard.press("h");
  await expect(liNa.page.locator(".shelves")).toContainText("检修");
  await liNa.page.keyboard.press("3");
  await expect(liNa.page.locator("[data-reason='3']")).toHaveAttribute("aria-pressed", "true");
  await liNa.page.keyboard.press("2");
  for (const window of [liNa, zhangWei]) {
    await window.letGo();
    await expect(window.row(id)).toHaveCount(0);
    const shelved = (await window.open("shelved")).locator(`[data-alarm="${id}"]`);
    await expect(shelved.locator(".owner")).toHaveText("施工 · 李娜");
    await expect(shelved.locator(".age")).toHaveText(/^(1:00:00|59:\d\d)$/);
  }
  await (await zhangWei.open("shelved")).locator("[data-action='unshelve']").click();
  for (const window of [liNa, zhangWei]) {
    await window.letGo();
    await expect(window.owner(id)).toHaveText("✓ 张伟");
  }
});

test("an urgent alarm is not put aside, and a key that cannot work says why", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  const liNa = await open("li-na", DESK);
  await liNa.walkTo(id);
  await expect(liNa.page.locator("[data-action='claim']")).toBeVisible();
  await expect(liNa.page.locator("[data-action='shelve'], [data-action='acknowledge']")).toHaveCount(0);
  await liNa.page.keyboard.press("h");
  await expect(liNa.sentence).toHaveText("一级报警不能挂起，请接警。");
  await liNa.page.keyboard.press("q");
  await expect(liNa.sentence).toHaveText("一、二级报警不能只签收，请接警（Enter）。");
});

test("an alarm is handed on, released and its verdict corrected", async ({ open, site }) => {
  await site.armed("wall-4");
  const id = await site.report("perimeter-7", "perimeter");
  const [liNa, zhangWei] = [await open("li-na", DESK), await open("zhang-wei", DESK)];
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  await liNa.page.locator("[data-action='transfer']").click();
  await liNa.page.locator("[data-heir='zhang-wei']").click();
  await expect(liNa.owner(id)).toHaveText("张伟");
  await expect(liNa.page.locator("[data-action='judge']"), "it is no longer hers").toHaveCount(0);

  await zhangWei.walkTo(id);
  await zhangWei.page.locator("[data-action='release']").click();
  await zhangWei.letGo();
  await expect(zhangWei.row(id).locator(".returned")).toHaveText("退回");
  await expect(zhangWei.owner(id)).toHaveText("张伟 放弃接警");
  await expect(zhangWei.details.locator(".marks-list .returned")).toHaveText("退回：放弃接警（张伟）");

  await zhangWei.page.locator("[data-action='claim']").click();
  await zhangWei.page.locator("[data-action='judge']").click();
  await zhangWei.page.locator("[data-verdict='2']").click();
  await expect(zhangWei.details.locator("[data-state]")).toContainText("环境干扰");
  await zhangWei.page.locator("[data-action='correct']").click();
  await zhangWei.page.locator("[data-verdict='1']").click();
  await expect(zhangWei.details.locator("[data-state]")).toContainText("真警");
  await expect(zhangWei.details.locator(".story li", { hasText: "更正结论" })).toContainText("环境干扰 → 真警");
});

test("a drill says so on its row, in its details and at its step", async ({ castellan, open }) => {
  const event = { device: "smoke-3-15", type: "smoke_single", state: "active", event_id: randomUUID(), drill: true };
  const answer = await castellan.post("/ingest/v1/events", event);
  const id = (await answer.json()).reported.alarm;
  const liNa = await open("li-na", DESK);
  await expect(liNa.row(id).locator(".drill-tag")).toHaveText("演练");
  await liNa.row(id).click();
  await expect(liNa.details.locator(".drill-tag").first()).toHaveText("演练");
  await expect(liNa.details.locator(".story .drill-tag")).toHaveText("演练");
});
