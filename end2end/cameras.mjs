// Simulated cameras beside a journey's server.
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

/** A port with a free one after it: cameras are at the first, and take faults at the second. */
async function twoPorts() {
  for (let port = 18_554; port < 18_954; port += 2) {
    if ((await isFree(port)) && (await isFree(port + 1))) {
      return port;
    }
  }
  throw new Error("No two ports are free for the cameras.");
}

/** Lets the cameras suffer something: a line of their control. */
export async function suffer(port, line) {
  const control = connect(port + 1, "127.0.0.1");
  await once(control, "connect");
  control.end(`${line}\n`);
  const [said] = await once(control, "data");
  expect(said.toString()).toBe("ok\n");
}

/** The estate lives and is seen by cameras that the server knows, for as long as `journey` takes. */
export async function withCameras(castellan, journey) {
  const port = await twoPorts();
  const csv = join(castellan.data, "cameras.csv");
  const words = ["walk", "--server", castellan.url, "--alarms-every", "off", "--doors-every", "off"];
  const cameras = ["--cameras", String(port), "--cameras-csv", csv];
  const walk = spawn(process.env.CASTELLAN_SIMULATOR, [...words, ...cameras], { stdio: "ignore" });
  const ended = once(walk, "exit");
  try {
    await expect(() => access(csv)).toPass({ timeout: 30_000 });
    const imported = ["camera", "import", "--data", castellan.data, csv];
    await promisify(execFile)(process.env.CASTELLAN_SERVER, imported);
    await journey(port);
    expect(walk.exitCode).toBeNull();
  } finally {
    walk.kill("SIGTERM");
    await ended;
  }
}
