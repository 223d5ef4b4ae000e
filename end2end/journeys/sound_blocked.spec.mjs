// The same in a browser that plays nothing before somebody touches the page.
import { launchOptions } from "../chromium.mjs";
import { expect, test } from "../console.mjs";
import { countTones, tonesBegun } from "../tones.mjs";

test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, "--autoplay-policy=document-user-activation-required"] } });

const DESK = { viewport: { width: 1280, height: 800 } };

test("a tab that may not play says so, and plays with the first key", async ({ open, site }) => {
  const liNa = await open("li-na", { ...DESK, watch: countTones, ready: false });
  const { page } = liNa;
  // Whatever Playwright asks of a page counts as a touch of it, which would let it play; this does not.
  const untouched = await page.context().newCDPSession(page);
  const read = async (expression) => (await untouched.send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  const sound = (what) => read(`document.querySelector(".sound-light")?.${what}`);
  await expect.poll(() => sound("dataset.sound"), "the page is there").toBe("waits");
  await site.report("gas-3-b1", "gas_high");
  await expect.poll(() => sound("dataset.sounding")).toBe("life");
  for (let second = 0; second < 3; second += 1) {
    const clock = `document.querySelector(".top .clock").textContent`;
    const now = await read(clock);
    await expect.poll(() => read(clock)).not.toBe(now);
  }
  expect(await sound("dataset.sound"), "no green by mere hope").toBe("waits");
  expect(await sound("textContent")).toBe("点此试音");
  expect(await sound("title")).toMatch(/点击或按键/);
  expect(await read("tonesBegun")).toBe(0);
  await page.keyboard.press("ArrowDown");
  await expect(liNa.sound).toHaveAttribute("data-sound", "plays");
  await expect.poll(() => tonesBegun(page), "and what sounds is heard").toBeGreaterThanOrEqual(3);
});

test("a wall that may not play says so, and a touch proves nothing", async ({ page }) => {
  await page.goto("/wall?mode=值守&lang=zh");
  // Whatever Playwright asks of a page counts as a touch of it.
  const untouched = await page.context().newCDPSession(page);
  const read = async (expression) => (await untouched.send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  await expect.poll(() => read(`document.querySelector(".link-light")?.dataset.link`), { timeout: 60_000 }).toBe("live");
  await expect.poll(() => read(`document.querySelector(".wall-unheard")?.textContent`)).toBe("声音未证实");
  await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(3_000);
  await expect(page.locator(".wall-unheard"), "after the next power cut nobody presses a key").toBeVisible();
});
