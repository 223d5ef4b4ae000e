// What happened to an alarm: the record, newest first, and the way to what the row has let go of.
import { expect, test } from "../console.mjs";

const DESK = { viewport: { width: 1280, height: 800 } };

test("a claim stays its maker's after the alarm was handed on and given back", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_low");
  await site.command("li-na", { claim: { alarm: id } });
  await site.command("li-na", { transfer: { alarm: id, to: "zhang-wei" } });
  const liNa = await open("li-na", DESK);
  await liNa.walkTo(id);
  const line = (words) => liNa.details.locator(".story li", { hasText: words });
  await expect(line("转交").locator(".detail")).toHaveText("李娜 → 张伟");
  await expect(line("接警").locator(".by")).toHaveText("李娜");
  await site.command("zhang-wei", { release: { alarm: id } });
  await expect(line("放弃接警").locator(".by")).toHaveText("张伟");
  // Newest first, and how it began last.
  await expect(liNa.details.locator(".story li").first()).toContainText("放弃接警");
  await expect(liNa.details.locator(".story li").last()).toContainText("报警");
});

test("a button brings the steps that the row has let go of", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  await site.command("li-na", { claim: { alarm: id } });
  for (let note = 1; note <= 70; note += 1) {
    const answer = await site.command("li-na", { note: { alarm: id, text: `第 ${note} 条` } });
    expect(answer.status).toBe(200);
  }
  const liNa = await open("li-na", DESK);
  await liNa.walkTo(id);
  const words = liNa.details.locator(".story .words");
  const earlier = liNa.details.locator("[data-action='earlier']");
  await expect(earlier).toHaveText("更早的 8 步");
  await expect(words).toHaveCount(63);
  await earlier.click();
  await expect(earlier).toHaveCount(0);
  await expect(words).toHaveCount(70);
  await expect(words.first()).toHaveText("第 70 条");
  await expect(words.last()).toHaveText("第 1 条");
  await expect(liNa.details.locator(".story .step", { hasText: "接警" })).toHaveCount(1);
  // The row goes on: what was fetched stays, and nothing is missing.
  await site.command("li-na", { note: { alarm: id, text: "第 71 条" } });
  await expect(words.first()).toHaveText("第 71 条");
  await expect(words).toHaveCount(71);
  await expect(earlier).toHaveCount(0);
});

test("a button brings the steps that an incident has let go of", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  await site.command("li-na", { claim: { alarm: id } });
  const judged = await site.command("li-na", { judge: { alarm: id, verdict: "genuine" } });
  expect(judged.status).toBe(200);
  for (let step = 1; step <= 70; step += 1) {
    const answer = await site.command("li-na", { set_incident_priority: { incident: "I-1", priority: 1 + (step % 2) } });
    expect(answer.status).toBe(200);
  }
  const liNa = await open("li-na", DESK);
  await liNa.walkTo(id);
  const earlier = liNa.details.locator("[data-action='earlier']");
  await expect(earlier).toHaveText(/^事件更早的 \d+ 步$/);
  await earlier.click();
  await expect(earlier).toHaveCount(0);
  await expect(liNa.details.locator(".story .step", { hasText: "立案" })).toHaveCount(1);
});
