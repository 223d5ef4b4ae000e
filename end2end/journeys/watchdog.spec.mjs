// The watchdog and the boot script alone, with a made-up app: what a person sees when the app stops or never comes.
import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";

const assets = new URL("../../assets/", import.meta.url);
const watchdog = readFileSync(new URL("watchdog.js", assets), "utf8");
const boot = readFileSync(new URL("boot.js", assets), "utf8");

const MARKS = {
  build: "b", script: "/app.js", wasm: "/app.wasm", style: "/style.css", boot: "/boot.js", watchdog: "/watchdog.js",
  icon: "data:,", assets: "{}", map_script: "/map.mjs", map_worker: "/worker.mjs", map_style: "/map.css", font_style: "/font.css",
};

/** Serves the real page; `state.healthy` decides what /healthz answers, `state.app` is the made-up app. */
async function serve(page, state) {
  let html = readFileSync(new URL("index.html", assets), "utf8");
  for (const [name, value] of Object.entries(MARKS)) {
    html = html.replaceAll(`{{${name}}}`, value);
  }
  const script = (body) => ({ contentType: "text/javascript", body });
  await page.route("http://castellan.test/**", (route) => {
    const path = new URL(route.request().url()).pathname;
    const answers = {
      "/": () => {
        state.loads += 1;
        return {
          contentType: "text/html",
          headers: { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:" },
          body: html,
        };
      },
      "/healthz": () => ({ status: state.healthy ? 200 : 503, body: "" }),
      "/app.js": () => (state.app === null ? { status: 500, body: "" } : script(state.app)),
      "/boot.js": () => (state.boot === null ? { status: 500, body: "" } : script(boot)),
      "/watchdog.js": () => script(watchdog),
      "/map.mjs": () => script("export const setWorkerUrl = (url) => { globalThis.workerUrl = url; };"),
      "/style.css": () => ({ contentType: "text/css", body: "" }),
      "/map.css": () => ({ contentType: "text/css", body: "" }),
      "/font.css": () => ({ contentType: "text/css", body: "" }),
    };
    return route.fulfill(answers[path]?.() ?? { status: 404, body: "" });
  });
}

/** An app that beats for `seconds` and then stops without a word. */
const appThatBeatsFor = (seconds) => `
  export default function init({ module_or_path }) {
    globalThis.wasmUrl = module_or_path;
    document.getElementById("boot").remove();
    let left = ${seconds};
    globalThis.castellanBeat = performance.now();
    setInterval(() => { if ((left -= 1) > 0) globalThis.castellanBeat = performance.now(); }, 1000);
  }`;

const stopped = (page) => page.locator("#castellan-stopped");
const fresh = (more) => ({ healthy: true, loads: 0, app: appThatBeatsFor(1e9), boot: true, ...more });

test.use({ screenshot: "only-on-failure" });

test.beforeEach(async ({ page }) => {
  await page.clock.install();
});

test("the app is given its wasm and the map library, under the content security policy", async ({ page }) => {
  const state = fresh();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toHaveCount(0);
  const found = await page.evaluate(async () => {
    await Promise.all([globalThis.castellanMaplibrePromise, globalThis.castellanFontsPromise]);
    return { wasm: globalThis.wasmUrl, worker: globalThis.workerUrl, map: typeof globalThis.castellanMaplibre };
  });
  expect(found).toEqual({ wasm: "/app.wasm", worker: "/worker.mjs", map: "object" });
  await page.clock.runFor(60_000);
  await expect(stopped(page)).toHaveCount(0);
  expect(errors).toEqual([]);
  expect(state.loads).toBe(1);
});

test("an app that stops is covered, and reloaded once the server answers", async ({ page }) => {
  const state = fresh({ app: appThatBeatsFor(5), healthy: false });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toHaveCount(0);
  // Its last beat comes after four seconds.
  await page.clock.runFor(6_000);
  await expect(stopped(page)).toHaveCount(0);
  await page.clock.runFor(3_000);
  await expect(stopped(page)).toContainText("画面已停止更新");
  await expect(stopped(page)).toContainText("The screen has stopped");
  await page.clock.runFor(20_000);
  expect(state.loads, "no reload while the server is away").toBe(1);
  state.healthy = true;
  state.app = appThatBeatsFor(1e9);
  await expect(async () => {
    await page.clock.runFor(3_000);
    expect(state.loads).toBe(2);
  }).toPass();
  await expect(stopped(page)).toHaveCount(0);
});

test("a second stop waits longer before it reloads", async ({ page }) => {
  const state = fresh({ app: appThatBeatsFor(2) });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toHaveCount(0);
  await expect(async () => {
    await page.clock.runFor(1_000);
    expect(state.loads).toBe(2);
  }).toPass();
  await expect(page.locator("#boot")).toHaveCount(0);
  await page.clock.runFor(10_000);
  await expect(stopped(page)).toBeVisible();
  await page.clock.runFor(4_000);
  expect(state.loads).toBe(2);
  await expect(async () => {
    await page.clock.runFor(2_000);
    expect(state.loads).toBe(3);
  }).toPass();
});

test("an app that was only slow is uncovered again", async ({ page }) => {
  const state = fresh({ app: appThatBeatsFor(1), healthy: false });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toHaveCount(0);
  await page.clock.runFor(15_000);
  await expect(stopped(page)).toBeVisible();
  await page.evaluate(() => {
    globalThis.castellanBeat = performance.now() + 1;
  });
  await page.clock.runFor(1_000);
  await expect(stopped(page)).toHaveCount(0);
  expect(state.loads).toBe(1);
});

test("a tab that becomes visible again gets its full time", async ({ page }) => {
  const state = fresh({ app: appThatBeatsFor(1), healthy: false });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toHaveCount(0);
  const show = (visibility) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, visibility);
  await show("hidden");
  await page.clock.runFor(60_000);
  await expect(stopped(page)).toHaveCount(0);
  await show("visible");
  await page.clock.runFor(2_000);
  await expect(stopped(page)).toHaveCount(0);
  await page.clock.runFor(4_000);
  await expect(stopped(page)).toBeVisible();
});

test("an app that cannot be loaded is said in both languages, and tried again", async ({ page }) => {
  const state = fresh({ app: null });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toContainText("载入失败");
  await expect(page.locator("#boot")).toContainText("trying again by itself");
  state.app = appThatBeatsFor(1e9);
  await expect(async () => {
    await page.clock.runFor(1_000);
    await expect(page.locator("#boot")).toHaveCount(0, { timeout: 500 });
  }).toPass();
  expect(state.loads).toBeGreaterThan(1);
});

test("when not even the boot script arrives, the page says so", async ({ page }) => {
  const state = fresh({ boot: null, healthy: false });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toContainText("载入失败");
  await expect(page.locator("#boot")).toContainText("Loading failed");
});
