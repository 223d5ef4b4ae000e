// The browser journeys: one real Chromium, the real server, nothing retried (a journey that fails now and then is a bug).
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium.mjs";

export default defineConfig({
  testDir: "./journeys",
  testMatch: "**/*.spec.mjs",
  outputDir: "./results",
  workers: 1,
  retries: 0,
  forbidOnly: true,
  // Software-drawn maps on two cores are slow; a journey that hangs is stopped all the same.
  timeout: 90_000,
  globalTimeout: 30 * 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions,
    viewport: { width: 1920, height: 1080 },
    locale: "zh-CN",
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    screenshot: "only-on-failure",
    trace: "off",
  },
});
