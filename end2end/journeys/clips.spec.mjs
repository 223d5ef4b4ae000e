// What was filmed of an alarm plays in its timeline, for whoever has it, and for nobody else.
import { expect, test } from "../console.mjs";
import { withCameras } from "../yard.mjs";

test("the clip of a gas alarm plays in its timeline for whoever has it, and is refused to others", async ({ castellan, open, site }) => {
  test.setTimeout(180_000);
  await withCameras(castellan, async () => {
    const liNa = await open("li-na");
    const id = await site.report("gas-3-b1", "gas_high");
    await liNa.walkTo(id);
    await expect(liNa.details.locator('.picture[data-camera="cam-3-b1"] time')).toHaveText(/ 秒$/, { timeout: 45_000 });
    await site.command("li-na", { claim: { alarm: id } });
    await site.report("gas-3-b1", "gas_high", "cleared");

    // Thirty seconds after it came.
    const step = liNa.details.locator(".story li", { has: liNa.page.locator(`[data-clip="${id}-1"]`) });
    const play = step.locator(`[data-clip="${id}-1"]`);
    await expect(play).toBeVisible({ timeout: 60_000 });
    await expect(step).toContainText(/\d\d:\d\d:\d\d–\d\d:\d\d:\d\d/);
    await play.click();
    const clip = liNa.map.locator(".clip");
    const second = () => clip.locator("video").evaluate((video) => video.currentTime);
    await expect.poll(second, { timeout: 20_000 }).toBeGreaterThan(0.5);
    await expect(clip.locator(".replay")).toHaveText(/^回放 \d\d:\d\d:\d\d$/);
    await clip.locator('[data-action="clip-toggle"]').click();
    const before = await second();
    await clip.locator('[data-action="clip-ahead"]').click();
    await expect.poll(second).toBeGreaterThan(before + 4);
    await clip.locator('[data-action="clip-back"]').press("ArrowLeft");
    await expect.poll(second).toBeLessThan(before + 1);

    const zhangWei = await open("zhang-wei");
    await zhangWei.walkTo(id);
    await expect(zhangWei.details.locator(".story")).toContainText("录像只有接警人、班长及以上可以查看。");
    await expect(zhangWei.details.locator(".play-clip")).toHaveCount(0);
    await expect(zhangWei.details.locator(".story")).toContainText("查看录像");

    await liNa.page.keyboard.press("Escape");
    await expect(clip).toHaveCount(0);
    await expect(liNa.row(id)).toHaveAttribute("aria-pressed", "true");
  });
});
