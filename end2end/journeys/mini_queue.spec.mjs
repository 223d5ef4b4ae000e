// What nobody has, over every other program: in a small window, or as notifications where the browser has none.
import { expect, test as base } from "../console.mjs";
import { Receiver } from "../receiver.mjs";
import { clippedTexts, visibleTexts } from "../texts.mjs";

const test = base.extend({
  /** Whoever is called can be reached. */
  receiver: async ({ castellan }, use) => {
    const receiver = await Receiver.start();
    await receiver.listenTo(castellan);
    await use(receiver);
    await receiver.stop();
  },
});

/** The page notices after 4 s of silence; the rest is for slow machines. */
const NOTICED = { timeout: 9_000 };
/** A page that comes back waits up to 5 s between two attempts. */
const BACK = { timeout: 20_000 };
/** As large as it is asked for. */
const SIZE = { width: 360, height: 240 };

/** Opens the small window, which this browser counts as a page. */
async function openMini(window) {
  const opens = window.page.context().waitForEvent("page");
  await window.choose("mini-queue");
  const page = await opens;
  await page.setViewportSize(SIZE);
  return { page, rows: page.locator(".small-row"), claim: page.locator("[data-action=claim]") };
}

test("what nobody has stands in a small window, and Enter claims there what has been on top for a moment", async ({ open, site, receiver }) => {
  await site.onDuty("wang-jianguo");
  await site.onDuty("chen-gang");
  const liNa = await open("li-na");
  const mini = await openMini(liNa);
  await expect(mini.page.locator(".none")).toHaveText("没有待接警");
  await expect(mini.claim).toBeDisabled();
  const door = await site.report("door-east-gate", "door_held");
  const gas = await site.report("gas-3-b1", "gas_low");
  const fire = await site.report("smoke-5-refuge", "fire_alarm");
  await expect(mini.rows).toHaveCount(3);
  const ids = () => mini.rows.evaluateAll((rows) => rows.map((row) => row.dataset.alarm));
  expect((await ids())[0], "the most urgent on top").toBe(fire);
  await expect(mini.page.locator("h1")).toHaveText("待接警 3");
  await expect(mini.rows.first()).toContainText("▲");
  await expect(mini.rows.first()).toContainText("一级");
  await expect(mini.rows.first().locator(".place")).toContainText("5号楼");
  await expect(mini.rows.first().locator(".age")).toHaveText(/^00:\d\d$/);
  await expect(mini.rows.first().locator(".due")).toHaveText(/^\d+秒后呼班长$/);
  expect(receiver.people(fire)).toEqual(["chen-gang"]);
  await liNa.settle();
  await mini.page.keyboard.press("Enter");
  await expect(liNa.owner(fire)).toHaveText("李娜");
  await expect(mini.rows).toHaveCount(2);
  await liNa.settle();
  await mini.claim.click();
  await expect(liNa.owner(gas)).toHaveText("李娜");
  expect(await ids()).toEqual([door]);
  // Beyond five they are counted.
  for (const door of ["door-1-1", "door-2-1", "door-4-1", "door-6-1", "door-7-1", "door-8-1"]) {
    await site.report(door, "door_held");
  }
  await expect(mini.page.locator("footer")).toContainText("另 2 起");
  await expect(mini.rows).toHaveCount(5);
  for (const row of await mini.rows.all()) {
    await expect(row).toBeInViewport({ ratio: 1 });
  }
  await liNa.choose("mini-queue");
  await expect.poll(() => mini.page.isClosed()).toBe(true);
});

test("the small window has the console's language and theme, and says when it is old", async ({ open, site }) => {
  const liNa = await open("li-na");
  const fire = await site.report("smoke-5-refuge", "fire_alarm");
  await site.report("smoke-3-15", "smoke_single");
  const mini = await openMini(liNa);
  await expect(mini.rows).toHaveCount(2);
  expect(await clippedTexts(mini.page, "header, footer")).toEqual([]);
  await liNa.choose("language");
  await liNa.choose("theme");
  await expect(mini.page.locator("html")).toHaveAttribute("lang", "en");
  await expect(mini.page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(mini.rows.first()).toContainText("P1");
  const strange = (await visibleTexts(mini.page)).filter(({ text }) => /[\u4e00-\u9fff]/.test(text));
  expect(strange).toEqual([]);
  await liNa.page.context().setOffline(true);
  await expect(mini.page.locator(".link-light")).toHaveText("Live data interrupted", NOTICED);
  await expect(mini.page.locator(".as-of")).toHaveText(/\d\d:\d\d:\d\d/);
  await expect(mini.page.locator("ol")).toHaveCSS("filter", "grayscale(1)");
  await expect(mini.rows.first().locator(".due"), "nothing counts down").toContainText("--:--");
  await mini.page.keyboard.press("Enter");
  await expect(mini.page.locator(".mini-said")).toBeVisible();
  await liNa.page.context().setOffline(false);
  await expect(mini.page.locator(".link-light")).toHaveAttribute("data-link", "live", BACK);
  await expect(mini.rows).toHaveCount(2);
  expect((await site.alarm(fire)).ownership.claimed, "nobody claims by an old picture").toBeUndefined();
  // What one person opened does not stay open for the next.
  await liNa.choose("change-person");
  await expect.poll(() => mini.page.isClosed()).toBe(true);
});

/** A browser without such a window, whose notifications are written down. */
function withoutWindow(answer) {
  return (page) =>
    page.addInitScript((answer) => {
      Object.defineProperty(globalThis, "documentPictureInPicture", { value: undefined });
      globalThis.notices = new Map();
      globalThis.Notification = class {
        static requestPermission = async () => answer;
        constructor(title, { tag, body }) {
          this.tag = tag;
          globalThis.notices.set(tag, { title, body, click: () => this.onclick() });
        }
        close() {
          globalThis.notices.delete(this.tag);
        }
      };
    }, answer);
}

test("without such a window each urgent alarm is a notification until somebody has it", async ({ open, site }) => {
  const liNa = await open("li-na", { watch: withoutWindow("granted") });
  const notices = () => liNa.page.evaluate(() => [...globalThis.notices].map(([tag, { title, body }]) => `${tag} ${title} ${body}`));
  await liNa.choose("mini-queue");
  const fire = await site.report("smoke-5-refuge", "fire_alarm");
  await site.report("door-east-gate", "door_held");
  await expect(liNa.rows).toHaveCount(2);
  await expect.poll(notices).toEqual([expect.stringMatching(`^castellan-${fire} ▲ 一级 5号楼.*火警`)]);
  await liNa.page.evaluate(([tag]) => globalThis.notices.get(tag).click(), [`castellan-${fire}`]);
  await expect(liNa.row(fire)).toHaveAttribute("aria-pressed", "true");
  await site.command("zhang-wei", { claim: { alarm: fire } });
  await expect.poll(notices).toEqual([]);
  await liNa.page.context().setOffline(true);
  await expect.poll(notices, NOTICED).toEqual([expect.stringContaining("实时数据中断")]);
});

test("where notifications are forbidden the menu says so", async ({ open }) => {
  const liNa = await open("li-na", { watch: withoutWindow("denied") });
  await liNa.page.locator(".top .person").click();
  await expect(liNa.inMenu("mini-queue")).toHaveText("系统通知");
  await liNa.inMenu("mini-queue").click();
  await expect(liNa.inMenu("mini-queue")).toHaveText("浏览器未允许系统通知");
});
