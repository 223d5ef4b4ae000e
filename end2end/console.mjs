// A person at the console: opens windows, and does what hands and eyes do there.
//
//   import { test, expect } from "../console.mjs";
//   test("…", async ({ castellan, open }) => { const liNa = await open("li-na"); … });
import { test as base, expect } from "./castellan.mjs";
import { catchMap } from "./caught_map.mjs";
import { decodePng, patches } from "./pixels.mjs";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

export { expect } from "./castellan.mjs";

/** The colour on the dark map of guards at rest; the names on the ground are nearly as quiet. */
export const GUARD = [0x77, 0x8b, 0xae];
const SITE = "/api/v1/sites/jinxiu";
/** The estate that every journey's server runs. */
export const estate = JSON.parse(readFileSync(new URL("../assets/demo/estate.json", import.meta.url), "utf8"));
/** A key acts on a row that has been selected for 400 ms. */
const SETTLED_MS = 450;

/** One window. */
export class Window {
  constructor(page) {
    this.page = page;
    /** What went wrong in the page; a journey may forgive some of it. */
    this.panics = [];
    page.on("pageerror", (error) => this.panics.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("panicked at")) {
        this.panics.push(message.text());
      }
    });
    this.queue = page.locator(".open-alarms > .rows");
    this.rows = this.queue.locator(".row");
    this.details = page.locator(".right");
    this.sentence = page.locator(".right .sentence");
    this.light = page.locator(".link-light");
    this.sound = page.locator(".sound-light");
    this.menu = page.locator(".menu");
    this.cover = page.locator(".stale-cover");
    this.map = page.locator(".middle");
  }

  /** Until the first state has come; with `map`, until the map has drawn too. */
  async ready({ map = false } = {}) {
    await expect(this.light).toHaveAttribute("data-link", "live", { timeout: 45_000 });
    await expect(this.page.locator(".top .site")).not.toBeEmpty();
    if (map) {
      await expect(this.page.locator("body")).toHaveAttribute("data-ready", "true", { timeout: 60_000 });
    }
  }

  /** Enter ends what an input method composed in the focused field, as Safari tells it: by the old number alone. */
  async endComposition() {
    await this.page.evaluate(() => {
      const enter = { key: "Enter", code: "Enter", keyCode: 229, bubbles: true, cancelable: true };
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", enter));
    });
  }

  /** An alarm's row in the queue. */
  row(id) {
    return this.queue.locator(`[data-alarm="${id}"]`);
  }

  owner(id) {
    return this.row(id).locator(".owner");
  }

  guard(person) {
    return this.page.locator(`[data-guard="${person}"]`);
  }

  /** The judged alarms whose condition still exists. */
  get judged() {
    return this.page.locator(".folded.still");
  }

  /** The button that opens a list beside the queue: people, zones, cameras, devices, places, shelved, closed. */
  opens(list) {
    return this.page.locator(`[data-opens="${list}"]`).first();
  }

  /** Opens a list beside the queue, in the place of another one, if it is not open. */
  async open(list) {
    const button = this.opens(list);
    await expect(button).toBeVisible();
    if ((await button.getAttribute("aria-expanded")) !== "true") {
      await button.click();
    }
    const opened = this.page.locator(`.beside[data-list="${list}"]`);
    await expect(opened).toBeVisible();
    return opened;
  }

  /** The row of something that stands still, by the name that addresses have for it; its list is opened. */
  async place(name) {
    const camera = estate.devices.some(({ id, kind }) => name === `device:${id}` && kind === "camera");
    const list = camera ? "cameras" : name.startsWith("device:") ? "devices" : "places";
    return (await this.open(list)).locator(`[data-place="${name}"]`);
  }

  /** A button of the menu of whoever works here: theme, language, help, change-person. */
  inMenu(action) {
    return this.menu.locator(`[data-action="${action}"]`);
  }

  /** Opens the menu, and presses what is asked for in it. */
  async choose(action) {
    if (!(await this.menu.isVisible())) {
      await this.page.locator(".top .person").click();
    }
    await this.inMenu(action).click();
    await this.closeMenu();
  }

  async closeMenu() {
    if (await this.menu.isVisible()) {
      await this.page.keyboard.press("Escape");
      await expect(this.menu).toBeHidden();
    }
  }

  /** Walks down the queue with the arrow keys to an alarm, and waits until keys act on it. */
  async walkTo(id) {
    await expect(this.row(id)).toBeVisible();
    const marked = () => this.rows.evaluateAll((all) => all.findIndex((row) => row.getAttribute("aria-pressed") === "true"));
    if ((await marked()) < 0) {
      // The first step goes to what is shown as the most urgent, wherever its row is.
      await this.page.keyboard.press("ArrowDown");
    }
    const rows = await this.ids();
    const steps = rows.indexOf(id) - (await marked());
    for (let step = 0; step < Math.abs(steps); step += 1) {
      await this.page.keyboard.press(steps > 0 ? "ArrowDown" : "ArrowUp");
    }
    await expect(this.row(id)).toHaveAttribute("aria-pressed", "true");
    await this.settle();
  }

  /** The time that a row must be selected before a key acts on it. Nothing on the screen tells when it is over. */
  async settle() {
    await this.page.waitForTimeout(SETTLED_MS);
  }

  /** Takes the hand off the queue, which then falls into order at once instead of after ten seconds. */
  async letGo() {
    await this.map.hover();
    await this.page.evaluate(() => document.activeElement?.blur());
  }

  ids() {
    return this.rows.evaluateAll((rows) => rows.map((row) => row.dataset.alarm));
  }

  /** Where the map library draws a place on the ground, in pixels from the map's top left. */
  onMap(place) {
    return this.page.evaluate((place) => {
      const { x, y } = globalThis.caughtMap.project(place);
      return { x, y };
    }, place);
  }

  /** The map's pixels. Names and buttons that lie over it are in the picture, as they are for a person. */
  async mapPixels() {
    return decodePng(await this.map.screenshot({ animations: "allow" }));
  }

  /** Where guards are seen on the map, the clearest first. */
  async guardsSeen() {
    return patches(await this.mapPixels(), GUARD, { tolerance: 6 });
  }
}

/** What the site itself says. */
export class Site {
  #castellan;
  #onDuty = new Set();

  constructor(castellan) {
    this.#castellan = castellan;
  }

  async snapshot() {
    const answer = await this.#castellan.get(`${SITE}/snapshot?audience=staff`);
    expect(answer.status).toBe(200);
    return (await answer.json()).view;
  }

  /** The alarm as the server holds it. */
  async alarm(id) {
    const alarms = Object.values((await this.snapshot()).alarms);
    return alarms.find((alarm) => alarm.id === id);
  }

  /** The alarms that need somebody, in the order in which a queue must show them. */
  async queue() {
    const open = Object.values((await this.snapshot()).alarms).filter((alarm) => alarm.judgement === "open" && !alarm.shelf);
    const number = (alarm) => Number(alarm.id.slice(2));
    const drill = (alarm) => (alarm.drill ? 1 : 0);
    const seen = (alarm) => (alarm.ownership.claimed || alarm.acknowledged ? 1 : 0);
    return open.sort((a, b) => a.priority - b.priority || drill(a) - drill(b) || seen(a) - seen(b) || number(a) - number(b));
  }

  /** Reports an event as a device would; answers the alarm that it belongs to. */
  async report(device, type, state = "active", headers = {}) {
    const answer = await this.#castellan.post("/ingest/v1/events", { device, type, state, event_id: randomUUID() }, headers);
    const body = await answer.text();
    expect(answer.status, body).toBe(200);
    return JSON.parse(body).reported.alarm;
  }

  /** A command, as another program would send it. */
  async command(person, command) {
    const body = { command_id: randomUUID(), command };
    return this.#castellan.post(`${SITE}/commands`, body, { "x-castellan-person": person });
  }

  /** Puts a guard on duty, once: the estate tracks nobody else. */
  async onDuty(person) {
    if (!this.#onDuty.has(person)) {
      this.#onDuty.add(person);
      expect((await this.command(person, { go_on_duty: { person } })).status).toBe(200);
    }
  }

  /** Sees to it that a zone is armed, whatever the time of day says. */
  async armed(zone) {
    expect([200, 409]).toContain((await this.command("zhang-wei", { arm: { zone } })).status);
  }

  /** The body that the OwnTracks app for Android sends. */
  async position(phone, [lon, lat], { secondsAgo = 0, accuracy = 6 } = {}) {
    await this.onDuty(estate.people.find((person) => person.phone === phone).id);
    const tst = Math.floor(Date.now() / 1_000) - secondsAgo;
    const body = {
      _type: "location",
      _id: "5f0c1a7e",
      acc: accuracy,
      alt: 23,
      batt: 86,
      bs: 1,
      cog: 0,
      conn: "m",
      created_at: tst,
      lat,
      lon,
      m: 2,
      t: "u",
      tid: phone.slice(-2),
      topic: `owntracks/${phone}/android`,
      tst,
      vac: 4,
      vel: 0,
    };
    const answer = await this.#castellan.post("/ingest/owntracks", body, { "x-limit-u": phone, "x-limit-d": "android" });
    expect(answer.status, await answer.text()).toBe(200);
    return answer;
  }
}

export const test = base.extend({
  site: async ({ castellan }, use) => use(new Site(castellan)),

  /** `open(person, options)` opens a window of its own browser profile; `path` and `search` are its address. */
  open: async ({ browser, castellan, viewport, locale }, use, testInfo) => {
    const windows = [];
    const contexts = [];
    await use(async (person, { path = "/", search = {}, map = false, ready = true, watch = () => {}, ...options } = {}) => {
      const context = await browser.newContext({ viewport, locale, baseURL: castellan.url, ...options });
      contexts.push(context);
      const page = await context.newPage();
      const window = new Window(page);
      windows.push(window);
      if (map) {
        await catchMap(page);
      }
      await watch(page);
      const address = new URLSearchParams({ ...(person ? { as: person } : {}), ...search });
      await page.goto(`${path}?${address}`);
      if (ready) {
        await window.ready({ map });
      }
      return window;
    });
    const panics = windows.flatMap((window) => window.panics);
    if (panics.length > 0 || testInfo.status !== testInfo.expectedStatus) {
      for (const [at, { page }] of windows.entries()) {
        // A page that has crashed gives no picture, and the journey has failed already.
        await page.screenshot({ path: testInfo.outputPath(`window-${at + 1}.png`) }).catch(() => {});
      }
    }
    for (const context of contexts) {
      await context.close();
    }
    expect(panics, "the app never fails in any journey").toEqual([]);
  },
});
