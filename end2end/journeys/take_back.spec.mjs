// What somebody just did can be taken back for ten seconds, by them and by nobody else.
import { expect, test } from "../console.mjs";

const DESK = { viewport: { width: 1280, height: 800 } };

test("whoever hands on an incident reads that it is not seen, takes it back, and leaves no way back to the next person", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const offered = liNa.details.locator(".offered");
  const owner = async () => (await site.alarm(id)).ownership.claimed?.by;
  const handOn = async () => {
    await liNa.details.locator("[data-action=transfer]").click();
    await liNa.details.locator("[data-heir=zhang-wei]").click();
    await expect(offered).toContainText("张伟 未开控制台，看不到事件 I-1 及其报警");
    await expect.poll(owner).toBe("zhang-wei");
  };
  await liNa.walkTo(id);
  await page.keyboard.press("Enter");
  await expect.poll(owner).toBe("li-na");

  await handOn();
  await page.keyboard.press("Backspace");
  await expect.poll(owner, "a plain operator takes it back").toBe("li-na");
  await expect(offered).toBeEmpty();

  await handOn();
  await liNa.choose("change-person");
  await page.locator("[data-person='wang-jianguo']").click();
  await expect(offered, "it was li-na's to take back").toBeEmpty();
  await page.keyboard.press("Backspace");
  await liNa.settle();
  expect(await owner()).toBe("zhang-wei");
});

test("after ten seconds nothing is offered any more, and no key takes it back", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_forced");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  await liNa.walkTo(id);
  await page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toContainText("李娜");
  await liNa.details.locator("[data-action=transfer]").click();
  await liNa.details.locator("[data-heir=zhang-wei]").click();
  await expect(liNa.details.locator(".offered button")).toBeVisible();
  await page.evaluate(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + 10_000;
  });
  await page.keyboard.press("Backspace");
  await liNa.settle();
  expect((await site.alarm(id)).ownership.claimed.by).toBe("zhang-wei");
});
