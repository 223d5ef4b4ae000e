// What is true when the server dies, the network breaks, and everything comes back. Nothing here reloads the page.
import { expect, test } from "../console.mjs";
import { decodePng, strongestColour } from "../pixels.mjs";

const LAWN = [120.1118, 30.2862];
/** The screen notices after 4 s of silence; the rest is for slow machines. */
const NOTICED = { timeout: 9_000 };
/** A reconnecting page waits up to 5 s between attempts. */
const BACK = { timeout: 20_000 };

/** A mark that only a page that was never reloaded still has. */
async function plant(window) {
  await window.page.evaluate(() => {
    globalThis.castellanJourney = "planted";
  });
}

async function expectPlanted(window) {
  expect(await window.page.evaluate(() => globalThis.castellanJourney)).toBe("planted");
}

/** Seconds in an age like `? 02:05` or `00:07`. */
function seconds(age) {
  const [minutes, secs] = age.replace("? ", "").split(":").map(Number);
  return minutes * 60 + secs;
}

test("the server is killed and comes back: the page notices by itself, and nothing is lost", async ({ castellan, open, site }) => {
  const liNa = await open("li-na", { map: true });
  await plant(liNa);
  const id = await site.report("smoke-3-15", "smoke_single");
  const waiting = await site.report("door-east-gate", "door_held");
  await site.position("guard-01", LAWN);
  const positionSentAt = Date.now();
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  await liNa.open("people");
  await expect(liNa.guard("wang-qiang")).toHaveClass(/\bfresh\b/);
  await expect(async () => expect(strongestColour(await liNa.mapPixels())).toBeGreaterThan(120)).toPass();

  await castellan.kill();
  await expect(liNa.cover).toBeVisible(NOTICED);
  await expect(liNa.cover).toContainText("实时数据中断");
  expect(await liNa.cover.boundingBox(), "it lies over the map").toEqual(await liNa.map.boundingBox());
  await expect(liNa.cover).toContainText(/自 \d\d:\d\d:\d\d/);
  await expect(liNa.cover).toContainText("对讲机");
  await expect(liNa.light).toHaveText("实时数据中断");
  expect(strongestColour(await liNa.mapPixels()), "the map has no colour left").toBeLessThan(40);
  await expect(liNa.row(id), "the list stays readable").toContainText("烟感报警");
  for (const list of [".queue-head", ".people-line", ".cells", ".beside > header", ".right", ".top"]) {
    await expect(liNa.page.locator(`${list} > .as-of`), `${list} says of which moment it is`).toHaveText(/^数据截至 \d\d:\d\d:\d\d$/);
  }
  await expect(liNa.page.locator(".top .clock"), "no clock that stands still").toHaveCount(0);
  await expect(liNa.page, "nobody is called by counts that may be wrong").toHaveTitle("实时数据中断 锦绣花园");
  await expect(liNa.row(waiting).locator(".due"), "nothing counts down").toHaveText("剩余 --:--");
  expect(strongestColour(decodePng(await liNa.page.locator(".left").screenshot())), "the lists have no colour left").toBeLessThan(40);
  const sent = [];
  liNa.page.on("request", (request) => request.url().endsWith("/commands") && sent.push(request.postData()));
  for (const key of ["x", "m", "Enter"]) {
    await liNa.page.keyboard.press(key);
    await expect(liNa.sentence).toContainText("没有发出去：画面已停止更新");
  }
  expect(sent, "nothing is done by a list that may be wrong").toEqual([]);

  await liNa.page.keyboard.press("t");
  await liNa.page.keyboard.insertText("断线时写的");
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.sentence).toContainText("没有发出去");
  await expect(liNa.page.locator(".note-form textarea"), "the words are not lost").toHaveValue("断线时写的");

  await castellan.start();
  await expect(liNa.cover).toBeHidden(BACK);
  await expect(liNa.light).toHaveAttribute("data-link", "live");
  await expect(liNa.owner(id)).toHaveText("李娜");
  const next = await site.report("panic-front-desk", "panic");
  await expect(liNa.row(next)).toBeVisible();
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.details.locator(".story .words", { hasText: "断线时写的" })).toBeVisible();
  await expectPlanted(liNa);

  // A window that was not there before gets them from the server alone.
  const zhangWei = await open("zhang-wei", { map: true });
  await expect(zhangWei.owner(id)).toHaveText("李娜");
  for (const window of [liNa, zhangWei]) {
    await window.open("people");
    const age = window.guard("wang-qiang").locator(".age");
    await expect(age).toHaveText(/^(\? )?\d\d:\d\d$/);
    await expect(async () => {
      const waited = Math.floor((Date.now() - positionSentAt) / 1_000);
      expect(seconds(await age.textContent()), "an old position does not become a new one").toBeGreaterThanOrEqual(waited - 3);
    }).toPass();
  }
  const place = await zhangWei.onMap(LAWN);
  await zhangWei.map.click({ position: place });
  await expect(zhangWei.details.locator("[data-selected='wang-qiang']")).toBeVisible();
});

test("by the page's own clock the map is covered within five seconds of the last heartbeat", async ({ castellan, open }) => {
  const liNa = await open("li-na", { watch: (page) => page.clock.install() });
  await expect(liNa.light).toHaveAttribute("data-link", "live");
  // From here on no time passes in the page but what is let pass: a heartbeat that comes, comes at this moment.
  await expect(async () => liNa.page.clock.pauseAt((await liNa.page.evaluate(() => Date.now())) + 200)).toPass();
  await castellan.kill();
  await expect(liNa.cover).toBeHidden();
  await liNa.page.clock.runFor(5_000);
  await expect(liNa.cover).toBeVisible();
  await expect(liNa.page.locator(".queue-head > .as-of")).toBeVisible();
});

test("the network breaks in the middle of fifty alarms: afterwards the queue is what the server has", async ({ open, site }) => {
  const doors = [1, 2, 3, 4].flatMap((building) => [`door-${building}-1`, `door-${building}-2`]);
  const walls = Array.from({ length: 12 }, (_, zone) => `perimeter-${zone + 1}`);
  const events = [
    ...doors.flatMap((door) => [[door, "door_forced"], [door, "door_held"]]),
    ...walls.flatMap((wall) => [[wall, "perimeter"], [wall, "tamper"]]),
    ...["help-lake", "help-playground", "help-court"].flatMap((point) => [[point, "panic"], [point, "tamper"]]),
    ...["lift-5-1-1", "lift-5-1-2", "lift-6-1-1", "lift-7-1-1"].map((lift) => [lift, "lift_entrapment"]),
  ];
  expect(events).toHaveLength(50);
  for (const zone of [1, 2, 3, 4, 5, 6]) {
    await site.armed(`wall-${zone}`);
  }
  const report = async (some) => {
    for (const [device, type] of some) {
      await site.report(device, type);
    }
  };
  const liNa = await open("li-na", { viewport: { width: 1280, height: 800 } });
  await plant(liNa);
  await report(events.slice(0, 18));
  // So many are a flood, whose own row comes a moment later.
  await expect.poll(async () => (await site.queue()).some((alarm) => alarm.type === "alarm_flood")).toBe(true);
  const before = (await site.queue()).length;
  await expect(liNa.rows).toHaveCount(before);

  await liNa.page.context().setOffline(true);
  await report(events.slice(18, 27));
  // Within the flood some share a row, so the queue says which there are.
  const [first, judged, ...others] = (await site.queue()).map((alarm) => alarm.id);
  for (const alarm of [first, judged, others.at(-1)]) {
    expect((await site.command("zhang-wei", { claim: { alarm } })).status).toBe(200);
  }
  expect((await site.command("zhang-wei", { judge: { alarm: judged, verdict: "test" } })).status).toBe(200);
  await expect(liNa.cover).toBeVisible(NOTICED);
  // What was on its way when the line broke may have come; since then nothing does.
  const kept = await liNa.rows.count();
  await report(events.slice(27, 36));
  expect((await site.queue()).length).toBeGreaterThan(kept);
  await expect(liNa.rows).toHaveCount(kept);

  await liNa.page.context().setOffline(false);
  await report(events.slice(36));
  await expect(liNa.cover).toBeHidden(BACK);
  const wanted = (await site.queue()).map((alarm) => [alarm.id, `p${alarm.priority}`, Boolean(alarm.ownership.claimed)]);
  expect(wanted.length).toBeGreaterThan(before);
  await expect(async () => {
    const shown = await liNa.rows.evaluateAll((rows) =>
      rows.map((row) => [row.dataset.alarm, row.className.match(/\bp\d\b/)[0], !row.classList.contains("unclaimed")]),
    );
    expect(shown).toEqual(wanted);
  }).toPass();
  await expect(liNa.owner(first)).toHaveText("张伟");
  const counts = [1, 2, 3, 4].map((priority) => String(wanted.filter(([, look]) => look === `p${priority}`).length));
  for (const [index, count] of counts.entries()) {
    await expect(liNa.page.locator(`.totals .p${index + 1}`)).toContainText(count);
  }
  await expectPlanted(liNa);
});
