// The simulator's guards see what they are asked, as their phones would, and answer by themselves.
import { expect, test } from "../console.mjs";
import { spawn } from "node:child_process";
import { once } from "node:events";

test("a guard who is asked accepts and sets out, and turns back when called back", async ({ castellan, open, site }) => {
  test.setTimeout(150_000);
  const words = ["walk", "--server", castellan.url, "--alarms-every", "off", "--doors-every", "off"];
  const walk = spawn(process.env.CASTELLAN_SIMULATOR, words, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(walk, "exit");
  const said = [];
  for (const stream of [walk.stdout, walk.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => said.push(text));
  }
  try {
    const liNa = await open("li-na");
    const id = await site.report("gas-3-b1", "gas_low");
    await liNa.walkTo(id);
    // By then the guards are heard of.
    await expect(liNa.details.locator("[data-action=dispatch]")).toContainText(/派单 .+ (\d+分)?\d+秒/, { timeout: 30_000 });
    // Some decline, some are silent, one has only a radio: the operator asks the next one until somebody goes.
    const going = liNa.details.locator("[data-assignment]", { has: liNa.page.locator(".stage", { hasText: "前往中" }) });
    await expect(async () => {
      await liNa.page.keyboard.press("d");
      await expect(going.first(), said.join("")).toBeVisible({ timeout: 20_000 });
    }).toPass({ timeout: 110_000 });
    const one = await going.first().getAttribute("data-assignment");
    const called = liNa.details.locator(`[data-assignment="${one}"]`);
    await called.locator("[data-part=recall]").click();
    await expect(called).toHaveCount(0);
    expect(walk.exitCode, said.join("")).toBeNull();
  } finally {
    walk.kill("SIGTERM");
    await ended;
  }
});
