// A wall has no hands: it says what needs somebody, and mends itself.
import { catchMap, giveGraphicsBack, loseGraphics } from "../caught_map.mjs";
import { estate, expect, test } from "../console.mjs";
import { Receiver } from "../receiver.mjs";

/** The screen notices after 4 s of silence; the rest is for slow machines. */
const NOTICED = { timeout: 12_000 };
const BACK = { timeout: 30_000 };
const FIRST = { timeout: 60_000 };
const GAS = "gas-3-b1";

const cover = (page) => page.locator(".stale-cover");
const light = (page) => page.locator(".link-light");
const plate = (page) => page.locator(".wall-plate");

/** Opens a wall and waits until it is live. */
async function hang(page, { mode = "值守", lang = "zh", map = false } = {}) {
  await page.goto(`/wall?${new URLSearchParams({ mode, lang })}`);
  await expect(light(page)).toHaveAttribute("data-link", "live", FIRST);
  if (map) {
    await expect(page.locator("body")).toHaveAttribute("data-ready", "true", FIRST);
  }
}

async function plant(page) {
  await page.evaluate(() => {
    globalThis.castellanJourney = "planted";
  });
}

async function expectPlanted(page, why = "nothing reloaded it") {
  expect(await page.evaluate(() => globalThis.castellanJourney), why).toBe("planted");
}

/** What of the text outside of the map is too small, or lies where the frames of four screens meet. */
function unreadable(page) {
  return page.evaluate(() => {
    const [width, height] = [innerWidth, innerHeight];
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode()); ) {
      const text = node.textContent.trim();
      const element = node.parentElement;
      if (!text || element.closest("script, .map, [hidden]")) {
        continue;
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (!box.width) {
        continue;
      }
      const size = parseFloat(getComputedStyle(element).fontSize);
      const least = element.closest(".wall-plate, .wall-row") ? 0.03 : 0.017;
      if (size < height * least) {
        found.push(`small, ${((100 * size) / height).toFixed(2)} %: ${text}`);
      }
      const [right, left] = [box.right / width, box.left / width];
      if (left < 0.5 + 0.00625 && right > 0.5 - 0.00625) {
        found.push(`on the upright frame: ${text}`);
      }
      const lead = (box.height - size) / 2;
      const [top, bottom] = [(box.top + lead) / height, (box.bottom - lead) / height];
      if (top < 0.5 + 0.0074 && bottom > 0.5 - 0.0074) {
        found.push(`on the level frame: ${text}`);
      }
      if (box.right > width + 1 || box.bottom > height + 1 || box.left < -1) {
        found.push(`off the screen: ${text}`);
      }
    }
    return [...new Set(found)];
  });
}

test("what nobody has is read from across the room, off the frames, at both sizes and in both languages", async ({ page, castellan, site }) => {
  test.slow();
  const receiver = await Receiver.start();
  await receiver.listenTo(castellan);
  await page.setViewportSize({ width: 1920, height: 1080 });
  await site.report("door-east-gate", "door_held");
  await site.report("perimeter-3", "perimeter");
  await site.report("door-3-1", "door_forced");
  const gas = await site.report(GAS, "gas_high");
  for (const [lang, place, rung] of [["zh", "3号楼", /后呼|正在呼|无人可呼|已呼|后无人/], ["en", "Building 3", /in .+:|calling|no .+ to call|called/]]) {
    await hang(page, { lang });
    await expect(plate(page)).toHaveAttribute("data-alarm", gas);
    await expect(plate(page).locator(".place")).toContainText(place);
    await expect(plate(page).locator(".due")).toContainText(rung);
    await expect(page.locator(".wall-row")).toHaveCount(2);
    await expect(async () => {
      const open = (await site.queue()).length;
      await expect(page.locator(".wall-fold"), "the sums meet").toHaveAttribute("data-folded", String(open - 3), { timeout: 500 });
      await expect(page.locator("[data-figure=alarms] b")).toHaveText(String(open), { timeout: 500 });
    }).toPass(BACK);
    for (const [width, height] of [[1920, 1080], [3840, 2160]]) {
      await page.setViewportSize({ width, height });
      await expect(async () => expect(await unreadable(page), `${lang} ${height}`).toEqual([])).toPass({ timeout: 10_000 });
    }
    await page.setViewportSize({ width: 1920, height: 1080 });
  }
  // The matter that somebody takes leaves the plate for a line with their name.
  await site.command("li-na", { claim: { alarm: gas } });
  await expect(page.locator(`.wall-row[data-alarm="${gas}"] .owner`)).toContainText("Li Na");
  expect(await unreadable(page)).toEqual([]);
  await receiver.stop();
});

test("the map turns to what nobody has, after saying so", async ({ page, site }) => {
  await catchMap(page);
  await hang(page, { map: true });
  const middle = () => page.evaluate(() => globalThis.caughtMap.getCenter().toArray());
  const home = await middle();
  await expect(page.locator(".left")).toHaveCount(0);
  const door = await site.report("door-east-gate", "door_forced");
  await expect(page.locator(".wall-turning")).toContainText("即将转到 东门");
  const [lon, lat] = (await site.alarm(door)).place.at;
  await expect(async () => {
    const [x, y] = await middle();
    expect(Math.hypot(x - lon, y - lat)).toBeLessThan(0.0002);
  }).toPass();
  await expect(page.locator(".wall-turning")).toHaveCount(0);
  await site.command("li-na", { claim: { alarm: door } });
  await site.command("li-na", { judge: { alarm: door, verdict: "test" } });
  await site.report("door-east-gate", "door_forced", "cleared");
  await expect(page.locator(".left"), "nothing is open").toHaveCount(0, BACK);
  await expect(async () => {
    const [x, y] = await middle();
    expect(Math.hypot(x - home[0], y - home[1])).toBeLessThan(0.0002);
  }).toPass({ timeout: 30_000 });
});

test("before visitors it is true, and nobody is named", async ({ page, site }) => {
  const gas = await site.report(GAS, "gas_high");
  await site.report("panic-front-desk", "duress");
  await site.command("li-na", { claim: { alarm: gas } });
  const said = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => said.push(String(payload))));
  for (const [mode, lang] of [["展示", "zh"], ["", "en"]]) {
    await hang(page, { mode, lang });
    await expect(page.locator("[data-figure=open] b")).toHaveText("1", BACK);
    await expect(page.locator(".left, .right, .top")).toHaveCount(0);
    const seen = await page.locator("body").innerText();
    for (const { name } of estate.people) {
      expect(seen).not.toContain(name[lang]);
    }
  }
  expect(said.some((text) => text.includes('"t":"heartbeat"'))).toBe(true);
  expect(said.filter((text) => text.includes("li-na"))).toEqual([]);
});

test("a wall that starts before its server waits on a page of our own, and goes live by itself", async ({ page, castellan }) => {
  await hang(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
  await castellan.stop();
  await page.goto("/wall?mode=值守&lang=zh");
  const waiting = page.locator("[data-waiting]");
  await expect(waiting.locator("h1")).toHaveText("等待 127.0.0.1");
  await expect(waiting.locator("#since")).toHaveText(/^自 \d\d:\d\d/);
  await expect(waiting.locator("#advice")).toContainText("对讲机");
  const since = await waiting.locator("#since").textContent();
  await page.reload();
  await expect(waiting.locator("#since"), "another start of the page does not begin anew").toHaveText(since);
  await castellan.start();
  await expect(light(page)).toHaveAttribute("data-link", "live", BACK);
  await expect(waiting).toHaveCount(0);
  expect(await page.evaluate(() => sessionStorage.getItem("castellan.waiting_since"))).toBeNull();
});

test("a server that is gone for seconds is said, with what to do, and nothing is loaded again", async ({ page, castellan, site }) => {
  const gas = await site.report(GAS, "gas_high");
  await hang(page);
  await plant(page);
  await castellan.kill();
  await expect(cover(page)).toContainText("实时数据中断", NOTICED);
  await expect(cover(page)).toContainText(/自 \d\d:\d\d:\d\d/);
  await expect(cover(page)).toContainText("请用对讲机，处置卡在抽屉 1");
  await expect(page.locator(".top .clock"), "no clock that stands still").toHaveCount(0);
  await castellan.start();
  await expect(cover(page)).toBeHidden(BACK);
  await expect(page.locator(`[data-alarm="${gas}"]`)).toBeVisible();
  await expectPlanted(page);
});

test("a server that is gone for an hour changes nothing but how long", async ({ page, castellan, site }) => {
  await page.clock.install();
  await hang(page);
  await plant(page);
  await castellan.kill();
  await page.clock.runFor(6_000);
  await expect(cover(page)).toContainText("实时数据中断", NOTICED);
  const since = await cover(page).locator(".since").textContent();
  for (let minutes = 0; minutes < 60; minutes += 10) {
    await page.clock.fastForward("10:00");
  }
  await expect(cover(page).locator(".since"), "since when it was true").toHaveText(since);
  await expectPlanted(page);
  await castellan.start();
  await expect(async () => {
    await page.clock.runFor(2_000);
    await expect(cover(page)).toBeHidden({ timeout: 500 });
  }).toPass({ timeout: 45_000 });
  const gas = await site.report(GAS, "gas_high");
  await expect(page.locator(`[data-alarm="${gas}"]`)).toBeVisible();
  await expectPlanted(page);
});

test("a graphics card that is lost ten times comes back each time, and the lists never need it", async ({ page, site }) => {
  await catchMap(page);
  await hang(page, { map: true });
  await plant(page);
  const sentence = page.locator(".map-sentence");
  for (let time = 0; time < 10; time += 1) {
    await loseGraphics(page);
    await expect(sentence).not.toBeEmpty();
    if (time === 0) {
      await site.report(GAS, "gas_high");
      await expect(plate(page)).toBeVisible();
    }
    await giveGraphicsBack(page);
    await expect(sentence).toBeEmpty();
  }
  await expect(plate(page)).toBeVisible();
  await expectPlanted(page);
});

test("without WebGL2 the lists stand and the wall says that it has no map", async ({ page, site }) => {
  await page.addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (kind, wishes) {
      return kind.startsWith("webgl") ? null : getContext.call(this, kind, wishes);
    };
  });
  const gas = await site.report(GAS, "gas_high");
  await hang(page);
  await expect(page.locator(".map-sentence")).toContainText("地图");
  await expect(page.locator(`.wall-plate[data-alarm="${gas}"]`)).toBeVisible();
});
