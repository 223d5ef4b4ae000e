// A real server for each journey: on a free port, with an empty data folder, stopped by its own process id.
//
//   import { test, expect } from "../castellan.mjs";
//   test("an alarm is claimed", async ({ page, castellan }) => { await page.goto("/"); await castellan.post(…); });
import { test as base } from "@playwright/test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export { expect } from "@playwright/test";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const HEALTHY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 5_000;
const REQUEST_LIMIT_MS = 15_000;
const LOG_LINES_MAX = 200;

function fromXtask(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set. The journeys are started by \`cargo xtask test --only journeys\`.`);
  }
  return value;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function freePort() {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** The server under test. `stop`, `kill` and `start` keep its port and its data. */
export class Castellan {
  #child = null;
  #ended = null;
  #log = [];

  constructor(port, data) {
    this.port = port;
    this.data = data;
    this.url = `http://127.0.0.1:${port}`;
    /** The estate that it runs. */
    this.estate = join(ROOT, "assets/demo/estate.json");
    /** What else it is started with. */
    this.words = [];
  }

  static async create() {
    const data = await mkdtemp(join(tmpdir(), "castellan-journey-"));
    return new Castellan(await freePort(), data);
  }

  async start() {
    if (this.#child) {
      throw new Error("The server already runs; stop or kill it first.");
    }
    const child = spawn(
      fromXtask("CASTELLAN_SERVER"),
      [
        "serve",
        ...["--data", this.data],
        ...["--listen", `127.0.0.1:${this.port}`],
        ...["--estate", this.estate],
        ...["--web", fromXtask("CASTELLAN_WEB")],
        ...this.words,
      ],
      { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const over = (how) => {
        this.#child = null;
        this.#keep(`(the server ended: ${how})`);
        resolve();
      };
      child.once("exit", (code, signal) => over(signal ?? `exit code ${code}`));
      child.once("error", (error) => over(error.message));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => text.trimEnd().split("\n").forEach((line) => this.#keep(line)));
    }
    await this.#healthy();
  }

  /** Asks the server to end, as a service manager would. */
  async stop() {
    await this.#end("SIGTERM");
  }

  /** Ends the server as a power cut would. */
  async kill() {
    await this.#end("SIGKILL");
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  async post(path, body, headers = {}) {
    return this.#request(path, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  }

  async get(path) {
    return this.#request(path, {});
  }

  lastLines() {
    return this.#log.join("\n");
  }

  async remove() {
    await this.stop();
    await rm(this.data, { recursive: true, force: true });
  }

  #keep(line) {
    this.#log.push(line);
    this.#log.splice(0, this.#log.length - LOG_LINES_MAX);
  }

  #request(path, options) {
    return fetch(this.url + path, { ...options, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  }

  async #healthy() {
    const deadline = Date.now() + HEALTHY_LIMIT_MS;
    while (Date.now() < deadline) {
      if (!this.#child) {
        throw new Error(`The server ended instead of starting:\n${this.lastLines()}`);
      }
      const answer = await this.get("/healthz").catch(() => null);
      if (answer?.ok) {
        return;
      }
      await pause(50);
    }
    throw new Error(`The server did not answer /healthz within ${HEALTHY_LIMIT_MS / 1000} s:\n${this.lastLines()}`);
  }

  async #end(signal) {
    const child = this.#child;
    if (!child) {
      return;
    }
    child.kill(signal);
    const patience = AbortSignal.timeout(STOP_LIMIT_MS);
    patience.addEventListener("abort", () => child.kill("SIGKILL"), { once: true });
    await this.#ended;
  }
}

export const test = base.extend({
  castellan: async ({}, use, testInfo) => {
    const castellan = await Castellan.create();
    // The worker may be ended from outside in the middle of a journey.
    const lastResort = () => castellan.kill();
    process.once("exit", lastResort);
    try {
      await castellan.start();
      await use(castellan);
    } finally {
      await castellan.remove();
      process.off("exit", lastResort);
      if (testInfo.status !== testInfo.expectedStatus) {
        process.stderr.write(`\nThe server's last lines (${testInfo.title}):\n${castellan.lastLines()}\n`);
      }
    }
  },
  baseURL: async ({ castellan }, use) => use(castellan.url),
});
