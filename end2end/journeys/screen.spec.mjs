// The screen itself: its two languages and themes, its keyboard, what screen readers get, and that it keeps still.
import { expect, test } from "../console.mjs";
import { brightness, decodePng } from "../pixels.mjs";
import { clippedTexts, visibleTexts } from "../texts.mjs";
import { readFileSync } from "node:fs";

const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const HAN = /\p{Script=Han}/u;
/** Latin letters on the Chinese screen: keys, units, numbers of alarms, switches and floors (13A, B1), the other language. */
const NOT_CHINESE = /^([A-Z]|[AID]-\d+|SW-\d+|Enter|Esc|Shift|English|F\d+|B\d+|ms|m|km|Home|End|PgUp|PgDn)$/;
const DESK = { viewport: { width: 1280, height: 800 } };
const LAWN = [120.1118, 30.2862];

const inChinese = (texts) => texts.filter(({ text }) => HAN.test(text) && text !== "中文");
const notInChinese = (texts) =>
  texts.filter(({ text }) => (text.match(/[A-Za-z][A-Za-z0-9-]*/g) ?? []).some((word) => !NOT_CHINESE.test(word)));

test("each language is whole, on every part of the screen, and switched without a reload", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  await site.report("gas-3-b1", "gas_high");
  await site.report("door-east-gate", "door_held");
  expect((await site.command("zhang-wei", { claim: { alarm: "A-2" } })).status).toBe(200);
  expect((await site.command("zhang-wei", { judge: { alarm: "A-2", verdict: "test", basis: "phone" } })).status).toBe(200);
  await site.position("guard-01", LAWN);
  const liNa = await open("li-na", { ...DESK, map: true });
  const { page } = liNa;
  await liNa.walkTo(id);
  await page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  const everyPart = async (wrong, language) => {
    await page.keyboard.press("x");
    await expect(page.locator(".verdicts")).toBeVisible();
    expect.soft(wrong(await visibleTexts(page)), `the screen in ${language}`).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await expect(page.locator(".note-form")).toBeVisible();
    expect.soft(wrong(await visibleTexts(page, { root: ".right" })), `the note in ${language}`).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect(page.locator("dialog.modal[open]")).toBeVisible();
    expect.soft(wrong(await visibleTexts(page, { root: "dialog.modal[open]" })), `the help in ${language}`).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog.modal[open]")).toHaveCount(0);
    for (const list of ["zones", "cameras", "shelved", "closed"]) {
      await liNa.open(list);
      expect.soft(wrong(await visibleTexts(page, { root: ".beside" })), `${list} in ${language}`).toEqual([]);
    }
    await liNa.open("people");
    await liNa.guard("wang-qiang").click();
    await expect(page.locator("[data-selected='wang-qiang']")).toBeVisible();
    expect.soft(wrong(await visibleTexts(page, { root: ".right" })), `a guard in ${language}`).toEqual([]);
    for (const place of ["device:door-north-gate", "device:sw-4", "building:5", "area:north", "area:lake"]) {
      await (await liNa.place(place)).click();
      await expect(page.locator(`[data-selected='${place}']`)).toBeVisible();
      expect.soft(wrong(await visibleTexts(page, { root: ".right" })), `${place} in ${language}`).toEqual([]);
    }
    await page.keyboard.press("Escape");
    await expect(page.locator(".right .empty")).toBeVisible();
    expect.soft(wrong(await visibleTexts(page, { root: ".right" })), `nothing selected in ${language}`).toEqual([]);
    await liNa.choose("change-person");
    await expect(page.locator(".who")).toBeVisible();
    expect.soft(wrong(await visibleTexts(page, { root: ".who" })), `the tiles in ${language}`).toEqual([]);
    await page.locator("[data-person='li-na']").click();
    await liNa.sound.click();
    await expect(page.locator("dialog.modal[open]")).toBeVisible();
    expect.soft(wrong(await visibleTexts(page, { root: "dialog.modal[open]" })), `the sound in ${language}`).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog.modal[open]")).toHaveCount(0);
    await liNa.settle();
    await page.keyboard.press("/");
    await expect(page.locator(".search input")).toBeFocused();
    expect.soft(wrong(await visibleTexts(page, { root: "dialog.modal[open]" })), `the search in ${language}`).toEqual([]);
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog.modal[open]")).toHaveCount(0);
    await liNa.walkTo(id);
  };

  await everyPart(notInChinese, "Chinese");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await liNa.choose("language");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  // What was already drawn changes too, not only what is drawn from now on.
  await expect(page.locator(".right .kind")).toContainText("Gas alarm, high limit");
  await expect(page).toHaveTitle("▲1 Jinxiu Garden");
  await everyPart(inChinese, "English");
  expect(await clippedTexts(page, ".top"), "the top bar in English at 1280").toEqual([]);
  expect(await clippedTexts(page, ".right"), "the details in English at 1280").toEqual([]);
  await page.reload();
  await liNa.ready();
  await expect(page.locator("html"), "the language is remembered").toHaveAttribute("lang", "en");
  await liNa.choose("language");
  await expect(page.locator(".right .kind")).toContainText("可燃气体高限报警");
});

test("the light theme is light everywhere, the map included, and is remembered", async ({ open, site }) => {
  await site.report("door-east-gate", "door_forced");
  const liNa = await open("li-na", { ...DESK, map: true });
  const dark = brightness(decodePng(await liNa.page.screenshot()));
  expect(dark).toBeLessThan(70);
  await liNa.choose("theme");
  await expect(liNa.page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(async () => {
    expect(brightness(await liNa.mapPixels())).toBeGreaterThan(170);
    expect(brightness(decodePng(await liNa.page.screenshot()))).toBeGreaterThan(190);
  }).toPass();
  await liNa.page.reload();
  await liNa.ready();
  await expect(liNa.page.locator("html")).toHaveAttribute("data-theme", "light");
});

/** Walks the page with Tab until it is back where it began; answers what was visited and what showed no focus. */
async function tabThrough(page) {
  const visited = [];
  const unseen = [];
  for (let step = 0; step < 200; step += 1) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) {
        return null;
      }
      if (element.dataset.visited) {
        return "again";
      }
      element.dataset.visited = "yes";
      const style = getComputedStyle(element);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      const box = element.getBoundingClientRect();
      const inView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
      const name = `${element.tagName.toLowerCase()}.${element.className} ${(element.textContent || element.getAttribute("aria-label") || "").slice(0, 20)}`;
      return { name, seen: element.matches(":focus-visible") && outlined && inView };
    });
    if (found === "again") {
      break;
    }
    // Past the last one comes the browser's own window, then the first one.
    if (found !== null) {
      visited.push(found.name);
      if (!found.seen) {
        unseen.push(found.name);
      }
    }
  }
  const missed = await page.evaluate(() => {
    const things = document.querySelectorAll("button, summary, a[href], input, textarea, select, canvas, [tabindex='0']");
    const missed = [];
    for (const thing of things) {
      const shown = thing.checkVisibility({ visibilityProperty: true }) && !thing.closest("[inert]") && !thing.disabled;
      if (shown && thing.tabIndex >= 0 && !thing.dataset.visited) {
        missed.push(`${thing.tagName.toLowerCase()}.${thing.className} ${thing.textContent.slice(0, 20)}`);
      }
      delete thing.dataset.visited;
    }
    return missed;
  });
  return { visited, unseen, missed };
}

test("everything is reached, seen and used by keyboard alone", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  await site.report("door-east-gate", "door_held");
  const window = await open(null, { ...DESK, map: true });
  const { page } = window;

  // The tiles: Tab stays among them until one is chosen.
  await expect(page.locator(".who")).toBeVisible();
  const tiles = await tabThrough(page);
  expect(tiles.unseen).toEqual([]);
  expect(tiles.visited.filter((name) => !name.includes("tile")), "behind the tiles nothing is reached").toEqual([
    "button.plain English",
  ]);
  expect(tiles.visited).toHaveLength(7);
  await page.locator("[data-person='li-na']").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".who")).toHaveCount(0);

  await window.walkTo(id);
  const screen = await tabThrough(page);
  expect(screen.unseen, "without a visible focus").toEqual([]);
  expect(screen.missed, "not reached").toEqual([]);

  // Enter on a focused button is that button's, not the selected alarm's.
  await page.locator(".top .person").focus();
  await page.keyboard.press("Enter");
  await window.inMenu("language").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.keyboard.press("Space");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await window.closeMenu();
  expect((await site.alarm(id)).ownership.unclaimed, "nothing was claimed meanwhile").toBeDefined();

  // A row that is focused is selected by Enter, and claimed by the next one.
  await page.keyboard.press("Escape");
  await expect(page.locator(`.right [data-top='${id}']`), "the most urgent that nobody has").toContainText("3号楼 B1层 走道");
  await window.row("A-2").focus();
  await page.keyboard.press("Enter");
  await expect(window.row("A-2")).toHaveAttribute("aria-pressed", "true");
  await window.settle();
  await page.keyboard.press("Enter");
  await expect(window.owner("A-2")).toHaveText("李娜");
  expect((await site.alarm(id)).ownership.unclaimed).toBeDefined();

  // The arrow keys take the focus along, so that Enter means what is selected.
  await page.keyboard.press("ArrowUp");
  await expect(window.row(id)).toHaveAttribute("aria-pressed", "true");
  await expect(window.row(id)).toBeFocused();
  await window.settle();
  await page.keyboard.press("Enter");
  await expect(window.owner(id)).toHaveText("李娜");

  // The help opens, keeps the focus in it, and gives it back.
  await page.locator(".top .person").focus();
  await page.keyboard.press("?");
  await expect(page.locator("dialog.modal[open]")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.locator("dialog.modal[open]")).toHaveCount(0);
  await expect(page.locator(".top .person")).toBeFocused();

  // On the map, the arrow keys are the map's.
  const selected = new URL(page.url()).searchParams.get("selected");
  await page.locator(".map canvas").focus();
  await page.keyboard.press("ArrowDown");
  await expect(window.row(selected)).toHaveAttribute("aria-pressed", "true");
});

async function seriousViolations(page, within) {
  const found = await page.evaluate(async (within) => {
    const outcome = await globalThis.axe.run(within ?? document, { resultTypes: ["violations"] });
    return outcome.violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`) }));
  }, within);
  return found.filter(({ impact }) => impact === "serious" || impact === "critical");
}

test("screen readers and weak eyes get what they need, in both themes and languages", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  await site.armed("wall-4");
  await site.report("perimeter-7", "perimeter");
  await site.report("door-east-gate", "door_held");
  await site.report("cam-lake", "camera_down");
  await site.report("smoke-9-6", "smoke_single");
  for (const command of [{ claim: { alarm: "A-5" } }, { note: { alarm: "A-5", text: "误触" } }, { judge: { alarm: "A-5", verdict: "test", basis: "phone" } }]) {
    expect((await site.command("zhang-wei", command)).status).toBe(200);
  }
  await site.position("guard-01", LAWN);
  const liNa = await open("li-na", { ...DESK, map: true });
  const { page } = liNa;
  // Through the debugger, because the page's content security policy allows no foreign script.
  await page.evaluate(AXE);
  await liNa.walkTo(id);
  await page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  await liNa.open("places");
  await page.keyboard.press("x");
  await expect(page.locator(".verdicts")).toBeVisible();
  for (const round of [0, 1, 2, 3]) {
    if (round > 0) {
      await liNa.choose("language");
    }
    if (round === 2) {
      await liNa.choose("theme");
    }
    const look = `${await page.locator("html").getAttribute("lang")} ${await page.locator("html").getAttribute("data-theme")}`;
    expect.soft(await seriousViolations(page), `the console, ${look}`).toEqual([]);
    await liNa.choose("help");
    await expect(page.locator("dialog.modal[open]")).toBeVisible();
    expect.soft(await seriousViolations(page, "dialog.modal[open]"), `the help, ${look}`).toEqual([]);
    await page.keyboard.press("Escape");
    await liNa.choose("change-person");
    await expect(page.locator(".who")).toBeVisible();
    expect.soft(await seriousViolations(page, ".who"), `the tiles, ${look}`).toEqual([]);
    await page.locator("[data-person='li-na']").click();
    await expect(page.locator(".who")).toHaveCount(0);
  }
});

test("a whole session says nothing on the browser's console and asks no other host", async ({ castellan, open, site }) => {
  const faults = [];
  const hosts = new Set();
  const watch = (page) => {
    page.on("console", (message) => {
      const reactive = message.type() === "warning" && message.text().includes("reactive");
      if (message.type() === "error" || reactive) {
        faults.push(`${message.type()}: ${message.text().slice(0, 300)}`);
      }
    });
    page.on("pageerror", (error) => faults.push(`page error: ${error.message}`));
    page.on("requestfailed", (request) => faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
    page.on("response", (response) => response.status() >= 400 && faults.push(`${response.status()}: ${response.url()}`));
    page.on("request", (request) => hosts.add(new URL(request.url()).host || "(none)"));
    page.on("websocket", (socket) => hosts.add(new URL(socket.url()).host));
  };
  const liNa = await open("li-na", { ...DESK, map: true, watch });
  const { page } = liNa;
  const id = await site.report("smoke-3-15", "smoke_single");
  await site.position("guard-01", LAWN);
  await liNa.row(id).click();
  await liNa.settle();
  await page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toHaveText("李娜");
  await page.locator("[data-action='note']").click();
  await page.locator(".note-form textarea").fill("现场确认,无烟");
  await page.locator("[data-action='send-note']").click();
  await expect(liNa.details.locator(".story .words", { hasText: "无烟" })).toBeVisible();
  await liNa.choose("language");
  await liNa.choose("theme");
  for (const button of await page.locator(".map-button").all()) {
    await button.click();
  }
  await liNa.choose("help");
  await page.keyboard.press("Escape");
  await liNa.open("people");
  await liNa.guard("wang-qiang").click();
  await expect(page.locator("[data-selected='wang-qiang']")).toBeVisible();
  await liNa.open("devices");
  await liNa.row(id).click();
  await page.locator("[data-action='judge']").click();
  await page.locator("[data-verdict='3']").click();
  await page.locator("button[data-basis='3']").click();
  await liNa.letGo();
  await expect(liNa.row(id)).toHaveCount(0);
  await site.report("smoke-3-15", "smoke_single", "cleared");
  await (await liNa.open("closed")).locator(`[data-alarm="${id}"]`).click();
  await expect(liNa.details.locator("[data-state]")).toContainText("Device fault");
  expect([...hosts].filter((host) => host !== new URL(castellan.url).host && host !== "(none)")).toEqual([]);
  expect(faults).toEqual([]);
});

test("the queue keeps still under the hand, and tells what has come", async ({ open, site }) => {
  const first = await site.report("door-east-gate", "door_held");
  // In a pump house water is more urgent than elsewhere.
  const second = await site.report("water-pump-house", "water_leak");
  await site.armed("wall-4");
  const third = await site.report("perimeter-7", "perimeter");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  await expect.poll(() => liNa.ids()).toEqual([second, third, first]);
  const boxes = () => liNa.rows.evaluateAll((rows) => rows.map((row) => Math.round(row.getBoundingClientRect().top)));
  await liNa.row(first).hover();
  const before = await boxes();

  const urgent = await site.report("gas-3-b1", "gas_high");
  const arrivals = page.locator(".arrivals");
  await expect(arrivals).toContainText("▲1");
  expect(await liNa.ids(), "nothing is sorted in").toEqual([second, third, first]);
  expect(await boxes(), "not a pixel moves").toEqual(before);
  await expect(page.locator(".totals .p1"), "the totals know it at once").toContainText("1");

  await page.keyboard.press("g");
  await expect(liNa.details.locator(`[data-selected="${urgent}"]`)).toContainText("可燃气体高限报警");
  expect(await liNa.ids(), "and still not").toEqual([second, third, first]);

  // The bar can be reached with the mouse: it does not vanish on the way.
  await page.keyboard.press("Escape");
  await arrivals.click();
  await expect(liNa.details.locator(`[data-selected="${urgent}"]`)).toBeVisible();

  await liNa.letGo();
  await expect.poll(() => liNa.ids()).toEqual([urgent, second, third, first]);
  await expect(arrivals).toHaveCount(0);
});
