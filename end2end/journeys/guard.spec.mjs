// A guard's phone and an operator's window: what one taps the other sees, and the other way round.
import { estate, expect } from "../console.mjs";
import { HELD_MS, phones } from "../phones.mjs";
import { clippedTexts, visibleTexts } from "../texts.mjs";
import { readFileSync } from "node:fs";

const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** The page notices after 4 s of silence; the rest is for slow machines. */
const NOTICED = { timeout: 9_000 };
/** A page that comes back waits up to 5 s between two attempts. */
const BACK = { timeout: 20_000 };

/** An operator who has just sent a guard for gas in the basement of building 3. */
async function sent(open, site, { type = "gas_low" } = {}) {
  await site.position("guard-01", [120.1106, 30.2872]);
  const liNa = await open("li-na");
  const id = await site.report("gas-3-b1", type);
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("d");
  const part = liNa.details.locator("[data-assignment]");
  await expect(part).toContainText("待接单");
  return { liNa, id, part };
}

phones("an offer is accepted, walked, worked on in silence and done, and the operator sees each step", async ({ carry, open, site }) => {
  await site.onDuty("wang-qiang");
  const wang = await carry("wang-qiang");
  await wang.face("idle");
  await expect(wang.head).toContainText("巡逻");
  const { liNa, part } = await sent(open, site);
  await wang.face("offer");
  await expect(wang.head).toContainText(/二级.*重要.*还剩 00:[0-3]\d/);
  await expect(wang.page.locator(".g-place")).toHaveText("3号楼 B1层");
  await expect(wang.page.locator(".g-type")).toHaveText("可燃气体低限预警");
  await expect(wang.page.locator(".g-line").first()).toContainText(/走楼梯|步行|乘电梯/);
  await expect(wang.page.locator(".g-ban")).toContainText("禁明火");
  await expect(wang.page.locator(".g-map .way")).toHaveAttribute("points", /,.* .*,/);
  const main = await wang.page.locator(".g-main").boundingBox();
  expect(main.height, "a glove finds it").toBeGreaterThanOrEqual(96);
  expect(main.y, "in the lower third").toBeGreaterThan((844 * 3) / 5);
  await wang.says("accept");
  await expect(part).toContainText("已接单");
  await wang.face("task");
  await expect(wang.tap).toHaveText("接单 · 已收到");
  await wang.says("set_out");
  await expect(part).toContainText("前往中");
  await expect(wang.page.locator('[data-tap="arrive"]')).toHaveText("我到场了");
  await wang.page.waitForTimeout(450);
  await wang.says("arrive");
  await expect(part).toContainText("已到场");
  await wang.page.waitForTimeout(450);
  await wang.says("go_quiet");
  await expect(wang.page.locator("[data-quiet]")).toHaveText(["5 分钟", "10 分钟", "20 分钟"]);
  await wang.page.locator("[data-quiet='10']").click();
  await expect(wang.page.locator('[data-tap="go_quiet"]')).toHaveText(/静默剩 (10:00|09:\d\d)/);
  await wang.says("ask_support");
  await expect(part).toContainText("求增援");
  await expect(liNa.page.locator(".open-alarms")).toContainText("求增援");
  await wang.says("finish");
  await expect(part).toContainText("已完成");
  await wang.face("idle");
});

phones("what a thumb rests on stays the same button while something else changes", async ({ carry, open, site }) => {
  await site.onDuty("wang-qiang");
  await site.onDuty("li-min");
  const wang = await carry("wang-qiang");
  await sent(open, site);
  const hands = ".g-hands [data-tap], .g-hands [data-action], .g-steps button";
  const mark = () => wang.page.locator(hands).evaluateAll((all) => {
    all.forEach((one) => (one.isMarked = true));
    return all.length;
  });
  const marked = () => wang.page.locator(hands).evaluateAll((all) => all.filter((one) => one.isMarked).length);
  const way = wang.page.locator(".g-line").first();
  await wang.face("offer");
  let [before, buttons] = [await way.innerText(), await mark()];
  await site.position("guard-01", [120.1112, 30.2866]);
  await expect(way).not.toHaveText(before);
  expect(await marked(), "of an offer").toBe(buttons);
  await wang.says("accept");
  await wang.face("task");
  before = await way.innerText();
  buttons = await mark();
  await site.position("guard-01", [120.1106, 30.2872]);
  await expect(way).not.toHaveText(before);
  expect((await site.command("li-na", { dispatch: { matter: { incident: "I-1" }, person: "li-min" } })).status).toBe(200);
  await expect(wang.page.locator(".g-others li")).toHaveCount(1);
  await wang.says("ask_support");
  await expect(wang.page.locator('[data-tap="ask_support"]')).toBeDisabled();
  expect(await marked(), "of a task").toBe(buttons);
});

phones("an offer is declined with a reason, and a withdrawn one is gone from the phone", async ({ carry, open, site }) => {
  for (const guard of ["wang-qiang", "li-min"]) {
    await site.onDuty(guard);
  }
  const [wang, liMin] = [await carry("wang-qiang"), await carry("li-min")];
  const { part } = await sent(open, site);
  await wang.face("offer");
  await wang.page.locator("[data-action=decline]").click();
  await wang.page.locator("[data-reason=cannotleavepost]").click();
  await expect(part.first()).toContainText("拒单 · 岗位离不开");
  await wang.face("idle");
  // The next one is asked by the rule, and no longer needed.
  await liMin.face("offer");
  await site.command("li-na", { recall: { assignment: "D-2" } });
  await liMin.face("idle");
  await expect(liMin.body).toContainText("没有任务");
});

phones("without a network taps wait, and go out once each in their order when it is back", async ({ carry, open, site }) => {
  await site.onDuty("wang-qiang");
  const wang = await carry("wang-qiang");
  const { part } = await sent(open, site);
  await wang.face("offer");
  await wang.page.context().setOffline(true);
  await wang.says("accept");
  await expect(wang.tap).toHaveText("接单 · 未发送");
  await wang.face("task");
  await wang.says("set_out");
  await wang.page.waitForTimeout(450);
  await expect(wang.tap).toHaveText("出发 · 未发送 · 待发 2");
  await expect(wang.main).toHaveAttribute("data-link", "stale", NOTICED);
  await expect(wang.head).toContainText("离线，待发 2");
  await expect(wang.page.locator(".g-strip.offline")).toContainText("请用对讲机");
  await expect(part).toContainText("待接单");
  await wang.page.context().setOffline(false);
  await expect(wang.main).toHaveAttribute("data-link", "live", BACK);
  await expect(part).toContainText("前往中", BACK);
  await expect(wang.tap).toHaveText("出发 · 已收到", BACK);
  const one = Object.values((await site.snapshot()).assignments)[0];
  const kinds = one.history.steps.map((step) => Object.keys(step.fact)[0]);
  expect(kinds).toEqual(["assignment_offered", "assignment_accepted", "assignment_set_out"]);
});

phones("a guard goes on duty, takes a break and goes off duty on the phone", async ({ carry, site }) => {
  const wang = await carry("wang-qiang");
  await expect(wang.body).toContainText("未上岗");
  await wang.page.waitForTimeout(450);
  await wang.says("go_on_duty");
  const duty = (nth) => wang.page.locator(`[data-duty="${nth}"]`);
  await expect(duty(0)).toHaveAttribute("aria-pressed", "true");
  await wang.page.waitForTimeout(450);
  await duty(1).click();
  await expect(wang.tap).toHaveText("休息 · 已收到");
  await expect.poll(async () => (await site.snapshot()).people["wang-qiang"].break_since).toBeTruthy();
  await expect(wang.body).toContainText("不自动派单");
  await duty(2).click();
  await expect(wang.body).toContainText("未上岗");
  await expect.poll(async () => (await site.snapshot()).people["wang-qiang"].duty.off?.since).toBeTruthy();
});

phones("SOS by holding is an alarm, and the phone says when somebody has it", async ({ carry, open, site }) => {
  await site.onDuty("wang-qiang");
  const wang = await carry("wang-qiang");
  const calls = [];
  wang.page.on("request", (request) => request.url().endsWith("/ingest/v1/calls") && calls.push(request));
  const liNa = await open("li-na");
  // A touch is no call.
  await wang.sos.click();
  await expect(wang.sos).toHaveText("按住 2 秒 SOS");
  await wang.hold(wang.sos);
  await expect(wang.sos).toHaveText("SOS 已收到，待接警");
  await expect(wang.page.locator("[data-action=stop-sound]")).toBeVisible();
  const row = liNa.rows.filter({ hasText: "SOS" });
  await expect(row).toContainText("巡逻");
  const id = (await liNa.ids())[0];
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("Enter");
  await expect(wang.sos).toHaveText("李娜 已接警");
  await expect(wang.page.locator("[data-action=stop-sound]")).toBeHidden();
  // A key that stays down calls once, however often it repeats.
  expect(calls).toHaveLength(1);
  await wang.sos.focus();
  for (let repeat = 0; repeat < 2; repeat += 1) {
    await wang.page.keyboard.down(" ");
    await wang.page.waitForTimeout(HELD_MS);
  }
  await wang.page.keyboard.up(" ");
  expect(calls).toHaveLength(2);
});

phones("a call that somebody began says nothing to whoever takes over the page", async ({ carry, site }) => {
  await site.onDuty("wang-qiang");
  const wang = await carry("wang-qiang");
  let letThrough;
  const held = new Promise((resolve) => (letThrough = resolve));
  await wang.page.route("**/ingest/v1/calls", async (route) => {
    await held;
    await route.continue();
  });
  await wang.hold(wang.sos);
  await expect(wang.sos).toHaveText("SOS 已发送");
  await wang.page.locator("[data-action=not-me]").click();
  await wang.page.locator('[data-person="li-min"]').click();
  await expect(wang.head).toContainText("未上岗");
  const answered = wang.page.waitForResponse("**/ingest/v1/calls");
  letThrough();
  expect((await answered).status(), "the call itself is not lost").toBe(200);
  // What would be said of it would stand there by now.
  await wang.page.waitForTimeout(450);
  await expect(wang.sos).toHaveText("按住 2 秒 SOS");
});

phones("a silent call leaves no trace on the phone and is duress at the console", async ({ carry, open, site }) => {
  await site.onDuty("wang-qiang");
  const wang = await carry("wang-qiang");
  await wang.face("idle");
  const liNa = await open("li-na");
  const look = async () => wang.page.evaluate(() => {
    document.querySelectorAll(".num").forEach((one) => one.remove());
    return document.body.outerHTML;
  });
  const before = await look();
  const sounds = [];
  await wang.page.exposeFunction("heardSound", (what) => sounds.push(what));
  await wang.page.evaluate(() => {
    navigator.vibrate = () => globalThis.heardSound("vibration");
    globalThis.AudioContext = class { constructor() { globalThis.heardSound("sound"); } };
  });
  const during = [];
  const box = await wang.page.locator(".g-who").boundingBox();
  await wang.page.mouse.move(box.x + 30, box.y + 30);
  await wang.page.mouse.down();
  for (let look_ = 0; look_ < 5; look_ += 1) {
    during.push(await look());
    await wang.page.waitForTimeout(500);
  }
  await wang.page.mouse.up();
  const row = liNa.rows.filter({ hasText: "胁迫" });
  await expect(row).toContainText("巡逻");
  expect(during.filter((one) => one !== before), "while it is held").toEqual([]);
  expect(await look(), "once it is through").toBe(before);
  expect(sounds).toEqual([]);
  // Whoever called sees by two dots that it was received, where nobody else looks, and for a moment.
  await wang.page.locator(".g-link").click();
  await expect(wang.page.locator(".g-link")).toHaveText("已联网··");
  await expect(wang.page.locator(".g-link")).toHaveText("已联网");
});

phones("whoever is sent to a silent call reads where, and neither what nor how urgent", async ({ carry, open, site, castellan }) => {
  for (const guard of ["wang-qiang", "li-min"]) {
    await site.onDuty(guard);
  }
  const liMin = await carry("li-min");
  await site.position("guard-01", [120.1106, 30.2872]);
  await castellan.post("/ingest/v1/calls", { phone: "page:wang-qiang", event_id: "c-1", kind: "silent" });
  const liNa = await open("li-na");
  const [id] = await liNa.ids();
  await site.command("li-na", { claim: { alarm: id } });
  expect((await site.command("li-na", { dispatch: { matter: { alarm: id }, person: "li-min" } })).status).toBe(200);
  await liMin.face("offer");
  await expect(liMin.body).toContainText("到位观察，保持距离");
  await expect(liMin.page.locator(".g-ban")).toContainText("不靠近");
  const text = await liMin.main.innerText();
  for (const word of ["胁迫", "一级", "紧急", "Duress"]) {
    expect(text).not.toContain(word);
  }
});

phones("nobody is asked who they are twice, and whoever is not sent is told so", async ({ carry }) => {
  const phone = await carry(null);
  const tile = phone.page.locator('[data-person="wang-qiang"]');
  await expect(tile).toContainText("王强");
  await expect(phone.page.locator('[data-person="li-na"]')).toHaveCount(0);
  await tile.click();
  await phone.face("idle");
  await phone.page.reload();
  await phone.face("idle");
  const other = await carry(null, { search: { as: "li-na", lang: "en" } });
  await expect(other.body).toContainText("This person is not sent");
});

phones("the page says where it is while it is seen, and loads neither map nor font", async ({ carry, site }) => {
  await site.onDuty("wang-qiang");
  const [longitude, latitude] = estate.anchor;
  const asked = [];
  const phone = await carry(null, { geolocation: { longitude, latitude, accuracy: 8 }, permissions: ["geolocation"] });
  phone.page.on("request", (request) => asked.push(request.url()));
  await phone.page.goto("/g?as=wang-qiang");
  await phone.face("idle");
  await expect(phone.body).toContainText("定位 仅亮屏");
  const headers = { "X-Castellan-Person": "li-na" };
  const health = await (await fetch(new URL("/api/v1/sites/jinxiu/health", phone.page.url()), { headers })).json();
  const adapter = health.adapters.find((one) => one.adapter === "owntracks");
  expect(adapter.accepted).toBeGreaterThan(0);
  // A call says where, as long as that is the present.
  const call = async () => {
    const sent = phone.page.waitForRequest("**/ingest/v1/calls");
    await phone.hold(phone.sos);
    return (await sent).postDataJSON();
  };
  expect((await call()).at).toEqual([longitude, latitude]);
  await phone.page.context().setGeolocation(null);
  await phone.page.evaluate(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + 30_000;
  });
  expect((await call()).at, "half a minute later, without another fix").toBeUndefined();
  expect(asked.filter((url) => /maplibre|\.woff2|estates\//.test(url))).toEqual([]);
});

/** Words of the other language; names of the estate come in both. */
const STRANGE = { zh: /[a-z]{4,}/i, en: /[\u4e00-\u9fff]/ };

for (const lang of ["zh", "en"]) {
  phones(`in ${lang} every face of the page is read whole on three sizes of phones`, async ({ carry, open, site }) => {
    await site.onDuty("wang-qiang");
    const wang = await carry("wang-qiang", { search: { lang } });
    const whole = async (face) => {
      for (const [width, height] of [[390, 844], [360, 640], [844, 390]]) {
        await wang.page.setViewportSize({ width, height });
        await wang.face(face);
        expect(await clippedTexts(wang.page, "main.guard-page"), `${face} ${width}x${height}`).toEqual([]);
        const hands = await wang.page.locator("footer.g-hands").boundingBox();
        expect(Math.round(hands.y + hands.height), "hands reach all").toBeLessThanOrEqual(height);
        await expect(wang.sos).toBeInViewport({ ratio: 1 });
      }
      await wang.page.evaluate(AXE);
      const { violations } = await wang.page.evaluate(() => globalThis.axe.run(document));
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`), face).toEqual([]);
      const texts = await visibleTexts(wang.page, { root: "main.guard-page", except: "[data-action=language]" });
      const strange = texts.filter(({ text }) => STRANGE[lang].test(text));
      expect(strange, face).toEqual([]);
    };
    await whole("idle");
    await wang.page.locator(".g-help summary").click();
    await whole("idle");
    await sent(open, site, { type: "gas_high" });
    await whole("offer");
    await wang.says("accept");
    await whole("task");
    await wang.page.context().setOffline(true);
    await wang.says("set_out");
    await expect(wang.main).toHaveAttribute("data-link", "stale", NOTICED);
    await whole("task");
  });
}
