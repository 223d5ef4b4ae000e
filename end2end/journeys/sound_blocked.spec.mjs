// The same in a browser that plays nothing before somebody touches the page.
import { launchOptions } from "../chromium.mjs";
import { expect, test } from "../console.mjs";
import { countTones, secondsPass, tonesBegun } from "../tones.mjs";

test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, "--autoplay-policy=document-user-activation-required"] } });

const DESK = { viewport: { width: 1280, height: 800 } };

test("a tab that may not play says so, and plays with the first key", async ({ open, site }) => {
  const liNa = await open("li-na", { ...DESK, watch: countTones });
  const { page } = liNa;
  await site.report("gas-3-b1", "gas_high");
  await expect(liNa.sound).toHaveAttribute("data-sounding", "life");
  await secondsPass(page, 3);
  await expect(liNa.sound, "no green by mere hope").toHaveAttribute("data-sound", "waits");
  await expect(liNa.sound).toHaveText("点此试音");
  await expect(liNa.sound).toHaveAttribute("title", /点击或按键/);
  expect(await tonesBegun(page)).toBe(0);
  await page.keyboard.press("ArrowDown");
  await expect(liNa.sound).toHaveAttribute("data-sound", "plays");
  await expect.poll(() => tonesBegun(page), "and what sounds is heard").toBeGreaterThanOrEqual(3);
});
