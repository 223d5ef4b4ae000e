// A scene in real browsers at the pace of life, outside of the journeys: it takes minutes (docs/scenes.md).
import { defineConfig } from "@playwright/test";
import journeys from "../playwright.config.mjs";

export default defineConfig({
  ...journeys,
  testDir: ".",
  outputDir: "../results/scenes",
  workers: 1,
  timeout: 12 * 60_000,
  globalTimeout: 15 * 60_000,
  reporter: "list",
});
