// Which Chromium the journeys and the screenshots use, and how it is started.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function find() {
  if (process.env.CASTELLAN_CHROMIUM) {
    return process.env.CASTELLAN_CHROMIUM;
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  }
  throw new Error("No Chromium on this machine: run `cargo xtask setup`, or set CASTELLAN_CHROMIUM to its full path.");
}

export const launchOptions = {
  executablePath: find(),
  headless: true,
  timeout: 60_000,
  args: [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // The map needs WebGL2; machines without a graphics card draw it in software.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
  ],
};
