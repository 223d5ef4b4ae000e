// What is done about an alarm: prohibitions, steps, and the card of a telephone call.
import { expect, test } from "../console.mjs";

test("prohibitions are pinned once claimed, and a card says what to tell 119", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  const liNa = await open("li-na");
  await liNa.walkTo(id);

  const steps = liNa.details.locator('[data-procedure="gas"]');
  await expect(steps).toContainText("处置流程 · 燃气");
  await expect(steps.locator(".prohibitions li").first()).toHaveText("禁明火");
  await expect(steps.locator("ol > li")).toHaveCount(7);
  await expect(steps.locator("ol > li").first()).toHaveClass(/next/);
  await expect(steps.locator(".next")).toContainText("派2人走楼梯带检漏仪");

  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  const pinned = liNa.details.locator(".selected-alarm > .prohibitions");
  await expect(pinned.locator("li")).toHaveCount(6);
  await expect(steps.locator(".prohibitions")).toHaveCount(0);

  // However far one scrolls, they stay in sight.
  await steps.locator("ol > li").last().scrollIntoViewIfNeeded();
  await expect(pinned).toBeInViewport({ ratio: 1 });

  await steps.getByRole("button", { name: "119 火警" }).click();
  const card = liNa.page.locator('[data-card="119"]');
  await expect(card).toContainText("锦绣花园 3号楼 B1层 走道");
  await expect(card).toContainText("可燃气体高限报警");
  await expect(card).toContainText("0571-0000-1200");
  await expect(card).toContainText("报警电话由人打");
  await expect(card).not.toContainText("演练");

  // Before the card no key reaches the alarm; Esc closes the card and nothing else.
  await liNa.page.keyboard.press("x");
  await liNa.page.keyboard.press("Escape");
  await expect(card).toBeHidden();
  await expect(liNa.details.locator(".verdicts")).toHaveCount(0);
  await expect(liNa.row(id)).toHaveAttribute("aria-pressed", "true");
});

test("a question shows where each answer leads, and a false alarm leaves nothing to do", async ({ open, site }) => {
  const id = await site.report("smoke-3-15", "smoke_single");
  const liNa = await open("li-na");
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  const steps = liNa.details.locator('[data-procedure="fire"]');
  await expect(steps.locator(".next .answer")).toHaveText(["真火 → 第 2 步", "误报 → 第 7 步"]);
  for (const key of ["x", "3", "2"]) {
    await liNa.page.keyboard.press(key);
  }
  await expect(liNa.details.locator("dd[data-basis]")).toHaveText("画面");
  await expect(steps).toHaveCount(0);
  await expect(liNa.details.locator(".prohibitions")).toHaveCount(0);
});
