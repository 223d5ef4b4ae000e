// What is not known or not believed is said where it is read, on every desk's width, and nothing is done by it.
import { expect, test } from "../console.mjs";

const WIDTHS = [1366, 1920];

/** Whether all of a mark's words can be seen where it stands. */
const isWhole = (mark) =>
  mark.evaluate((mark) => {
    const words = document.createRange();
    words.selectNodeContents(mark);
    const text = words.getBoundingClientRect();
    const box = mark.closest(".about").getBoundingClientRect();
    return text.width > 0 && text.right <= box.right + 1 && text.left >= box.left - 1;
  });

test("a call from 0, 0 says who calls and that nobody knows where, and the map stays where it is", async ({ castellan, open, site }) => {
  const door = await site.report("door-east-gate", "tamper");
  await site.onDuty("wang-qiang");
  const call = { phone: "guard-01", event_id: "c-1", kind: "sos", at: [0, 0] };
  expect((await castellan.post("/ingest/v1/calls", call)).status).toBe(200);
  const [id] = (await site.queue()).map((alarm) => alarm.id);
  for (const width of WIDTHS) {
    const liNa = await open("li-na", { map: true, viewport: { width, height: 768 } });
    const row = liNa.row(id);
    await expect(row.locator(".place")).toHaveText("巡逻2 · 位置未知");
    await expect(row.locator(".doubt")).toHaveText("位置存疑");
    expect(await isWhole(row.locator(".doubt")), `the doubt at ${width}`).toBe(true);
    await row.click();
    await expect(liNa.details.locator("[data-selected]")).toHaveAttribute("data-selected", id);
    await expect(liNa.details.locator(".marks-list .doubt")).toHaveText("上报的位置为 0,0（手机没有定位），未采用");
    // The other alarm's mark is where it was.
    await liNa.map.click({ position: await liNa.onMap((await site.alarm(door)).place.at) });
    await expect(liNa.details.locator("[data-selected]")).toHaveAttribute("data-selected", door);
  }
});

test("a guard whose phone speaks and tells no new place is missed for that reason, in the row itself", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  // Six minutes of a dead fix would be six minutes of this journey: the row is told as the site would tell it.
  const silent = (alarm) => ({
    ...alarm,
    type: "guard_silent",
    family: "guard_silent",
    source: { person: "li-min" },
    silence: { position: { since: alarm.raised_at - 360_000_000 } },
    place: { ...alarm.place, known: { last: alarm.raised_at - 360_000_000 } },
  });
  const watch = (page) =>
    page.route("**/snapshot?*", async (route) => {
      const answer = await route.fetch();
      const snapshot = await answer.json();
      snapshot.view.alarms[id] = silent(snapshot.view.alarms[id]);
      await route.fulfill({ response: answer, json: snapshot });
    });
  for (const width of WIDTHS) {
    const liNa = await open("li-na", { watch, viewport: { width, height: 768 } });
    const row = liNa.row(id);
    await expect(row.locator(".place")).toContainText("巡逻5");
    await expect(row.locator(".what")).toHaveText("定位未更新");
    expect(await isWhole(row.locator(".what")), `the reason at ${width}`).toBe(true);
    await row.click();
    await expect(liNa.details.locator(".marks-list .missing")).toHaveText("手机在线，定位 6 分钟未更新");
  }
});
