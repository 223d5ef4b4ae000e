// While nobody answers, others are called, and every screen says who is next, until a person answers.
import { test as base, estate, expect } from "../console.mjs";
import { Receiver } from "../receiver.mjs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const test = base.extend({
  receiver: async ({ castellan }, use) => {
    const receiver = await Receiver.start();
    await receiver.listenTo(castellan);
    await use(receiver);
    await receiver.stop();
  },
});

const LEADER = "wang-jianguo";
const MANAGER = "chen-gang";

test("a fire that nobody takes climbs, both windows count towards whoever is next, and a claim ends it", async ({ open, site, receiver }) => {
  await site.onDuty(LEADER);
  await site.onDuty(MANAGER);
  const [liNa, zhangWei] = await Promise.all([open("li-na"), open("zhang-wei")]);
  const id = await site.report("smoke-3-15", "fire_alarm");
  for (const window of [liNa, zhangWei]) {
    await expect(window.row(id).locator(".due")).toHaveText(/^\d+秒后呼班长$/);
    // With nothing selected, the panel beside the map shows it with its next rung.
    const top = window.page.locator(`[data-top="${id}"] .waits`);
    await expect(top.locator(".due")).toHaveText(/^\d+秒后呼班长$/);
    await expect(top.locator(".called")).toHaveText(/^已呼值班主管 陈刚 \d+秒前$/);
  }
  expect(receiver.people(id)).toEqual([MANAGER]);
  await expect.poll(() => receiver.people(id), { timeout: 45_000 }).toEqual([MANAGER, LEADER]);
  await expect(zhangWei.row(id).locator(".due")).toHaveText(/^\d+秒后无人可呼（项目经理）$/);

  await liNa.walkTo(id);
  await liNa.page.keyboard.press("Enter");
  const strip = liNa.details.locator(`[data-ladder="${id}"] .strip`);
  await expect(strip.locator(".answer")).toContainText("李娜 已应答");
  await expect(zhangWei.row(id).locator(".due")).not.toContainText("呼");
});

test("touched by nobody it climbs to its last rung, and both windows say that nobody is left to call", async ({ castellan, open, site, receiver }) => {
  // The estate's own ladder, of seconds.
  const unclaimed = [
    { after_s: 3, call: [{ rung: "shift_leader" }] },
    { after_s: 6, call: [{ rung: "project_manager" }] },
  ];
  await castellan.stop();
  castellan.estate = join(castellan.data, "estate.json");
  await writeFile(castellan.estate, JSON.stringify({ ...estate, ladders: [{ id: "e1", by_day: { unclaimed } }] }));
  await castellan.start();
  await site.onDuty(LEADER);
  await site.onDuty(MANAGER);
  const windows = await Promise.all([open("li-na"), open("zhang-wei")]);
  const id = await site.report("smoke-3-15", "fire_alarm");
  for (const window of windows) {
    await expect(window.row(id).locator(".due")).toHaveText("无人可呼：项目经理", { timeout: 20_000 });
    await expect(window.page.locator(`[data-top="${id}"] .waits .due`)).toHaveText("无人可呼：项目经理");
    // And it is a row of its own, by which somebody hears of it.
    await expect(window.queue).toContainText("无人可通知");
  }
  await expect.poll(() => receiver.people(id)).toEqual([MANAGER, LEADER]);
});

test("whoever accepted has a countdown to whoever is called, and who is asked in vain calls the shift leader", async ({ open, site, receiver }) => {
  await site.onDuty(LEADER);
  await site.onDuty(MANAGER);
  await site.onDuty("wang-qiang");
  const liNa = await open("li-na");
  const id = await site.report("gas-3-b1", "gas_high");
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("d");
  // Nobody else is on duty who could be asked.
  await expect(liNa.details.locator("[data-next-call='D-1']")).toHaveText(/^无人接单 · 已呼班长 \d+秒前$/, { timeout: 45_000 });
  expect(receiver.people("D-1")).toEqual([LEADER]);
  await liNa.page.keyboard.press("r");
  await liNa.page.keyboard.press("1");
  await expect(liNa.details.locator("[data-next-call='D-1']")).toHaveText("02:59后未到场则呼值班主管");
  // Two are wanted, and one was sent.
  await expect(liNa.details.locator("[data-ladder='I-1'] .calls li").first()).toContainText("班长 王建国", { timeout: 60_000 });
  await expect(liNa.details.locator("[data-next-call='I-1']")).toHaveText(/^派人不足 · 已呼班长 \d+秒前$/);
  await expect(liNa.details.locator("[data-ladder='I-1'] h3")).toHaveText("逐级上报 · I-1 派人不足");
});
