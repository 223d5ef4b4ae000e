// Two operators reach for the same alarm.
import { expect, test } from "../console.mjs";

const ROUNDS = [
  ["smoke-3-15", "smoke_single"],
  ["panic-east-gate", "panic"],
  ["door-north-gate", "door_held"],
];
const NAMES = { "li-na": "李娜", "zhang-wei": "张伟" };

test("of two hands that press Enter at once exactly one has the alarm, and the other reads whose it is", async ({ open, site }) => {
  const windows = { "li-na": await open("li-na"), "zhang-wei": await open("zhang-wei") };
  const all = Object.values(windows);
  const alarms = [];
  for (const [device, type] of ROUNDS) {
    alarms.push(await site.report(device, type));
  }
  for (const id of alarms) {
    await Promise.all(all.map((window) => window.walkTo(id)));
    const answers = all.map((window) => window.page.waitForResponse((answer) => answer.url().endsWith("/commands")));
    await Promise.all(all.map((window) => window.page.keyboard.press("Enter")));
    const statuses = (await Promise.all(answers)).map((answer) => answer.status());
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);

    const { by } = (await site.alarm(id)).ownership.claimed;
    const loser = by === "li-na" ? "zhang-wei" : "li-na";
    for (const window of all) {
      await expect(window.owner(id)).toHaveText(NAMES[by]);
      await expect(window.details.locator("[data-owner]")).toHaveText(NAMES[by]);
    }
    await expect(windows[loser].sentence).toHaveText(new RegExp(`^(几乎同时，)?${NAMES[by]} `));
    await expect(windows[by].sentence).toHaveCount(0);
  }
});

test("of two hands that press D at once exactly one sends a guard, and the other reads who was first", async ({ open, site }) => {
  await site.onDuty("wang-qiang");
  await site.onDuty("zhao-jun");
  const windows = { "li-na": await open("li-na"), "zhang-wei": await open("zhang-wei") };
  const all = Object.values(windows);
  const id = await site.report("gas-3-b1", "gas_low");
  await Promise.all(all.map((window) => window.walkTo(id)));
  await Promise.all(all.map((window) => expect(window.details.locator("[data-action=dispatch]")).toBeVisible()));
  const answers = all.map((window) => window.page.waitForResponse((answer) => answer.url().endsWith("/commands")));
  await Promise.all(all.map((window) => window.page.keyboard.press("d")));
  const statuses = (await Promise.all(answers)).map((answer) => answer.status());
  expect(statuses.sort()).toEqual([200, 409]);
  const { by } = (await site.alarm(id)).ownership.claimed;
  const loser = by === "li-na" ? "zhang-wei" : "li-na";
  for (const window of all) {
    await expect(window.owner(id)).toContainText(NAMES[by]);
    await expect(window.details.locator("[data-assignment]")).toHaveCount(1);
  }
  await expect(windows[loser].sentence).toHaveText(new RegExp(`^(几乎同时，${NAMES[by]} 先处理|${NAMES[by]} 先处理（早 \\d\\.\\d 秒）)。$`));
});
