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
  expect(await page.evaluate(() => typeof globalThis.castellanMaplibre), "nobody has asked for a map yet").toBe("undefined");
  const found = await page.evaluate(async () => {
    globalThis.castellanStartMap();
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
  await expect(stopped(page)).toHaveText(/^画面已停止更新[^A-Za-z]*$/);
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

test("one answer of the server is not enough to reload", async ({ page }) => {
  const state = fresh({ app: appThatBeatsFor(1) });
  let asked = 0;
  Object.defineProperty(state, "healthy", { get: () => (asked += 1) % 2 === 1 });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toHaveCount(0);
  await expect(async () => {
    await page.clock.runFor(2_000);
    expect(asked).toBeGreaterThan(6);
  }).toPass();
  await expect(stopped(page)).toBeVisible();
  expect(state.loads).toBe(1);
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

test("an app that cannot be loaded is said, and tried again", async ({ page }) => {
  const state = fresh({ app: null });
  await serve(page, state);
  await page.goto("http://castellan.test/");
  await expect(page.locator("#boot")).toContainText("载入失败");
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
  await expect(page.locator("#boot")).toHaveText(/^载入失败：浏览器版本过旧/);
});

/** What the page says in each language: before the app, when it cannot be loaded, without a boot script, when it stops. */
const SAID = {
  "zh-CN": ["正在载入 …", "载入失败，正在自动重试", "载入失败：浏览器版本过旧", "画面已停止更新"],
  en: ["Loading …", "Loading failed; trying again", "Loading failed: the browser is too old", "The screen has stopped"],
};

for (const [who, languages, address, chosen, lang] of [
  ["a browser in Chinese", ["zh-TW", "en"], "/", null, "zh-CN"],
  ["a browser in French that also reads Chinese", ["fr-FR", "zh-CN"], "/", null, "zh-CN"],
  ["a browser in English", ["en-GB", "zh-CN"], "/", null, "en"],
  ["a browser in German", ["de-DE"], "/", null, "en"],
  ["somebody who chose English before", ["zh-CN"], "/", "en", "en"],
  ["an address that names Chinese", ["en-GB"], "/?as=li-na&lang=zh", "en", "zh-CN"],
  ["an address that names no language of ours", ["zh-CN"], "/?lang=xx", null, "zh-CN"],
]) {
  test(`before the app runs, ${who} reads ${lang} and nothing else`, async ({ page }) => {
    await page.addInitScript(
      ([languages, chosen]) => {
        Object.defineProperty(navigator, "languages", { value: languages, configurable: true });
        if (chosen) {
          localStorage.setItem("castellan.language", chosen);
        }
      },
      [languages, chosen],
    );
    const [loading, failed, without, halted] = SAID[lang];
    const other = SAID[lang === "en" ? "zh-CN" : "en"];
    const boot = page.locator("#boot");
    const neverThere = "export default () => new Promise(() => {});";
    for (const [state, place, words] of [
      [fresh({ app: neverThere }), boot, loading],
      [fresh({ app: null, healthy: false }), boot, failed],
      [fresh({ boot: null, healthy: false }), boot, without],
      [fresh({ app: appThatBeatsFor(1), healthy: false }), stopped(page), halted],
    ]) {
      await page.unrouteAll();
      await serve(page, state);
      await page.goto(`http://castellan.test${address}`);
      if (words === halted) {
        await expect(boot).toHaveCount(0);
        await page.clock.runFor(12_000);
      }
      await expect(place).toContainText(words);
      await expect(place).not.toContainText(other[SAID[lang].indexOf(words)]);
      await expect(page.locator("html")).toHaveAttribute("lang", lang);
    }
  });
}
