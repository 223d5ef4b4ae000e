// Simulated cameras for a journey's server, which is told where they are.
import { expect } from "./castellan.mjs";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

async function isFree(port) {
  const probe = createServer();
  const listening = once(probe, "listening").then(() => true, () => false);
  probe.listen(port, "127.0.0.1");
  const free = await listening;
  if (free) {
    probe.close();
    await once(probe, "close");
  }
  return free;
}

/** A port with a free one after it: cameras are at the first, and take faults at the second. Journeys at the same time look elsewhere. */
async function twoPorts() {
  const first = 18_554 + 200 * Number(process.env.TEST_PARALLEL_INDEX);
  for (let port = first; port < first + 200; port += 2) {
    if ((await isFree(port)) && (await isFree(port + 1))) {
      return port;
    }
  }
  throw new Error("No two ports are free for the cameras.");
}

/** Gives a camera a fault, by the control that is beside the cameras. */
export async function suffer(port, line) {
  const control = connect(port + 1, "127.0.0.1");
  await once(control, "connect");
  control.end(`${line}\n`);
  const [said] = await once(control, "data");
  expect(said.toString()).toBe("ok\n");
}

/** Runs the estate's cameras while `visit` lasts; it is told their port. */
export async function withCameras(castellan, visit) {
  const port = await twoPorts();
  const csv = join(castellan.data, "cameras.csv");
  const words = ["walk", "--server", castellan.url, "--alarms-every", "off", "--doors-every", "off"];
  const cameras = ["--cameras", String(port), "--cameras-csv", csv];
  const walk = spawn(process.env.CASTELLAN_SIMULATOR, [...words, ...cameras], { stdio: "ignore" });
  const ended = once(walk, "exit");
  try {
    await expect(() => access(csv)).toPass({ timeout: 30_000 });
    const imported = ["camera", "import", "--untested", "--data", castellan.data, csv];
    await promisify(execFile)(process.env.CASTELLAN_SERVER, imported);
    await visit(port);
    expect(walk.exitCode).toBeNull();
  } finally {
    walk.kill("SIGTERM");
    await ended;
  }
}

/** What a window shows of a camera. */
export function pictureIn(window, camera, within = window.details) {
  const tile = within.locator(`.picture[data-camera="${camera}"]`);
  const second = () => tile.locator("video").evaluate((video) => video.currentTime);
  return {
    tile,
    glass: tile.locator(".glass"),
    /** Until it is live and moves. */
    async moves() {
      await expect(tile.locator("time")).toHaveText(/^\d+\.\d (秒|s)$/, { timeout: 45_000 });
      let before = await second();
      const goesOn = async () => {
        const [was, now] = [before, await second()];
        before = now;
        return now > was;
      };
      // A player that is built anew may begin a little earlier.
      await expect.poll(goesOn).toBe(true);
    },
  };
}
