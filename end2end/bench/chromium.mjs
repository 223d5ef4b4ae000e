// One Chromium of its own, and what its processes cost.
import { chromium } from "@playwright/test";
import { loadavg } from "node:os";
import { launchOptions } from "../chromium.mjs";

/** A neighbour can only add: the lowest window is nearest to what the screen itself costs. */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Chromium {
  #browser;
  #session;

  static async launch() {
    const chromiumOfOurs = new Chromium();
    chromiumOfOurs.#browser = await chromium.launch(launchOptions);
    chromiumOfOurs.#session = await chromiumOfOurs.#browser.newBrowserCDPSession();
    return chromiumOfOurs;
  }

  async version() {
    return this.#browser.version();
  }

  /** A window with an empty cache. */
  async window(viewport) {
    const context = await this.#browser.newContext({ viewport, locale: "zh-CN" });
    return context.newPage();
  }

  async close() {
    await this.#browser.close();
  }

  /** Seconds of processor time that each kind of process has used. */
  async #used() {
    const { processInfo } = await this.#session.send("SystemInfo.getProcessInfo");
    const used = { renderer: 0, gpu: 0, others: 0 };
    for (const { type, cpuTime } of processInfo) {
      const kind = type === "renderer" ? "renderer" : type === "GPU" ? "gpu" : "others";
      used[kind] += cpuTime;
    }
    return used;
  }

  /**
   * Watches for some windows of time. Percent of a core of the renderer and the GPU process, the lowest and the median
   * window, and how many frames the map drew in a second; `frames` counts them.
   */
  async watch({ windows, seconds }, frames) {
    const seen = [];
    for (let window = 0; window < windows; window += 1) {
      const [before, drawnBefore, begun] = [await this.#used(), await frames(), performance.now()];
      await pause(seconds * 1_000);
      const [after, drawnAfter, ended] = [await this.#used(), await frames(), performance.now()];
      const took = (ended - begun) / 1_000;
      const percent = (kind) => ((after[kind] - before[kind]) / took) * 100;
      seen.push({
        renderer: percent("renderer"),
        gpu: percent("gpu"),
        both: percent("renderer") + percent("gpu"),
        frames: (drawnAfter - drawnBefore) / took,
        load: loadavg()[0],
      });
    }
    const lowest = seen.reduce((least, one) => (one.both < least.both ? one : least));
    return {
      ...lowest,
      median: median(seen.map(({ both }) => both)),
      most: Math.max(...seen.map(({ both }) => both)),
      frames: median(seen.map(({ frames }) => frames)),
      load: Math.max(...seen.map(({ load }) => load)),
      windows: seen,
    };
  }
}
