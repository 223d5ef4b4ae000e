// What a console sounds like, in a browser that lets pages play by themselves. No ear is needed: every tone begins at an oscillator.
import { launchOptions } from "../chromium.mjs";
import { expect, test } from "../console.mjs";
import { countTones, secondsPass, tonesBegun } from "../tones.mjs";

test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, "--autoplay-policy=no-user-gesture-required"] } });

const DESK = { viewport: { width: 1280, height: 800 } };

test("the sound for life is confirmed once a shift, begins by itself, and ends everywhere in the turn of the claim", async ({ open, site }) => {
  const liNa = await open("li-na", { ...DESK, watch: countTones });
  const { page } = liNa;
  await expect(liNa.sound, "it could play, and nobody has heard it").toHaveAttribute("data-sound", "plays");
  await expect(liNa.sound).toHaveText("点此试音");
  await liNa.sound.click();
  const heard = page.locator("[data-action='heard']");
  await expect(heard, "first it is listened to").toBeDisabled();
  const before = await tonesBegun(page);
  await page.locator("[data-action='play-life']").click();
  await expect.poll(() => tonesBegun(page)).toBeGreaterThanOrEqual(before + 2);
  await heard.click();
  await expect(liNa.sound).toHaveAttribute("data-sound", "heard");
  await expect(liNa.sound).toHaveText(/^声音 \d\d:\d\d 已听到$/);

  // Nobody touches the page from here on.
  await page.reload();
  await liNa.ready();
  await expect(liNa.sound, "an untouched start is green once it has played").toHaveAttribute("data-sound", "heard");
  const zhangWei = await open("zhang-wei", { ...DESK, watch: countTones });
  await expect(zhangWei.sound, "it was not him who heard it").toHaveAttribute("data-sound", "plays");
  const windows = [liNa, zhangWei];
  const quiet = await Promise.all(windows.map(({ page }) => tonesBegun(page)));
  const id = await site.report("gas-3-b1", "gas_high");
  for (const [at, window] of windows.entries()) {
    await expect(window.sound).toHaveAttribute("data-sounding", "life");
    await expect.poll(() => tonesBegun(window.page), "again and again").toBeGreaterThanOrEqual(quiet[at] + 4);
  }
  await zhangWei.walkTo(id);
  await zhangWei.page.keyboard.press("Enter");
  for (const window of windows) {
    await expect(window.owner(id)).toHaveText("张伟");
    await expect(window.sound).not.toHaveAttribute("data-sounding");
  }
  const after = await Promise.all(windows.map(({ page }) => tonesBegun(page)));
  await secondsPass(page, 4);
  expect(await Promise.all(windows.map(({ page }) => tonesBegun(page))), "silence").toEqual(after);
});

test("a muted alarm is silent on every console, and the next one is heard", async ({ open, site }) => {
  await site.armed("wall-4");
  const id = await site.report("perimeter-7", "perimeter");
  const [liNa, zhangWei] = [await open("li-na", { ...DESK, watch: countTones }), await open("zhang-wei", { ...DESK, watch: countTones })];
  for (const window of [liNa, zhangWei]) {
    await expect(window.sound).toHaveAttribute("data-sounding", "pulses");
  }
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("m");
  for (const window of [liNa, zhangWei]) {
    await expect(window.sound).not.toHaveAttribute("data-sounding");
  }
  await site.report("panic-front-desk", "panic");
  for (const window of [liNa, zhangWei]) {
    await expect(window.sound).toHaveAttribute("data-sounding", "life");
  }
});

test("a page at which nobody works makes no sound", async ({ open, site }) => {
  const window = await open("li-na", { ...DESK, watch: countTones });
  await window.page.goto("/nothing");
  await expect(window.light).toHaveAttribute("data-link", "live");
  await site.report("gas-3-b1", "gas_high");
  await expect(window.page).toHaveTitle(/▲1/);
  await secondsPass(window.page, 3);
  expect(await tonesBegun(window.page)).toBe(0);
  await expect(window.sound).toHaveCount(0);
});
