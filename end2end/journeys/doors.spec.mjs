// A door is opened from the desk: what follows is said first, it is ordered once, and every window says what came of it.
import { expect, test } from "../console.mjs";
import { Receiver } from "../receiver.mjs";

test("an operator opens a gate from the desk, and both windows say what came of it", async ({ open, site, castellan }) => {
  const driver = await Receiver.start();
  try {
    await driver.openDoorsOf(castellan);
    const held = await site.report("door-east-gate", "door_held");
    const [liNa, zhangWei] = await Promise.all([open("li-na"), open("zhang-wei")]);
    for (const { page } of [liNa, zhangWei]) {
      await page.keyboard.press("/");
      await page.locator(".search input").fill("door-east-gate");
      await page.locator(".search [role='option']").first().click();
    }
    const door = (window) => window.details.locator("[data-door='door-east-gate']");
    await door(liNa).locator("[data-action='open-door']").click();
    await expect(door(liNa).locator(".consequence p")).toHaveText("东门 将放开片刻，然后自行锁上。此刻站在门前的人都能进。");
    expect(driver.orders, "it was only asked").toEqual([]);
    await door(liNa).locator("[data-action='open-door-now']").click();
    for (const window of [liNa, zhangWei]) {
      await expect(door(window).getByRole("status")).toHaveText(/^已放开 \d\d:\d\d:\d\d · 李娜$/);
    }
    driver.status = 500;
    await door(zhangWei).locator("[data-action='open-door']").click();
    await door(zhangWei).locator("[data-action='open-door-now']").click();
    await expect(door(liNa).getByRole("status")).toHaveText(/^不知道门开了没有：请看画面或派人 .* · 张伟$/);
    expect(driver.orders, "each once").toEqual(["door-east-gate", "door-east-gate"]);
    expect((await site.alarm(held)).ownership.unclaimed, "no alarm is taken by it").toBeDefined();
  } finally {
    await driver.stop();
  }
});
