// The browser journeys: one real Chromium, the real server, nothing retried (a journey that fails now and then is a bug).
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium.mjs";

export default defineConfig({
  testDir: "./journeys",
  testMatch: "**/*.spec.mjs",
  outputDir: "./results",
  // While one journey waits, another draws.
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Software-drawn maps on two cores are slow; a journey that hangs is stopped all the same.
  timeout: 90_000,
  globalTimeout: 30 * 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["./times.mjs"]],
  use: {
    browserName: "chromium",
    launchOptions,
    // Drawn in software, a map costs what it has pixels; a journey that needs a larger screen asks for it.
    viewport: { width: 1280, height: 800 },
    locale: "zh-CN",
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    // A picture of each window would be taken before it is known whether the journey failed; `open` knows.
    screenshot: "off",
    trace: "off",
  },
});
