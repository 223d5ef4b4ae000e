// Scene A, 燃气 3号楼 B1, with everybody at a window of their own: two operators, the guard and the engineer on their phones;
// 李敏 has a radio, and the one who hears it writes down what she says. The simulator is the gas, the legs of the guards and
// the judge of the milestones. At 2:30 the server is killed and started again, and no page is loaded anew.
import { Receiver } from "../receiver.mjs";
import { expect } from "../console.mjs";
import { phones } from "../phones.mjs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const SCENE = readFileSync(new URL("../../simulator/scenes/gas.toml", import.meta.url), "utf8");
/** Who acts at a window here, and not by the file. */
const AT_A_WINDOW = ["wang-qiang", "liang-yu", "li-min"];
/** The first second comes so long after the simulator has spoken. */
const LEAD_MS = 20_000;

/** The scene without what people do at their windows. */
function byHand() {
  const lines = SCENE.split(/\n(?=\[)/);
  const acts = (line) => AT_A_WINDOW.some((person) => line.startsWith("[[act]]") && line.includes(`by = "${person}"`));
  return lines.filter((line) => !acts(line)).join("\n").replace("accepts_after_s = 4\n", "");
}

/** The simulator as it plays, and what it says. */
class Scene {
  said = [];
  #ended;

  constructor(file, url) {
    const child = spawn(process.env.CASTELLAN_SIMULATOR, ["scene", file, "--server", url, "--by-hand"], { stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    this.#ended = once(child, "exit");
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => this.#hear(text));
    }
  }

  #hear(text) {
    for (const line of text.trimEnd().split("\n")) {
      this.said.push(line);
      process.stdout.write(`${line}\n`);
      if (line.includes("it begins in a moment")) {
        this.begins = Date.now() + LEAD_MS;
      }
    }
  }

  async hasBegun() {
    await expect.poll(() => this.begins, { timeout: 60_000 }).toBeDefined();
  }

  /** Waits for a moment of the scene, such as 2:30. */
  async at(minutes, seconds) {
    const wait = this.begins + (minutes * 60 + seconds) * 1_000 - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(wait, 0)));
  }

  async end() {
    const [code] = await this.#ended;
    return code;
  }

  stop() {
    this.child.kill("SIGTERM");
  }
}

phones("scene A plays from the detector to the closed incident, and the death of the server costs a few grey seconds", async ({
  carry,
  castellan,
  open,
  site,
}, testInfo) => {
  const receiver = await Receiver.start();
  await receiver.listenTo(castellan);
  const file = join(castellan.data, "gas.toml");
  await writeFile(file, byHand());
  const [liNa, zhangWei] = [await open("li-na", { map: true }), await open("zhang-wei")];
  const [wang, liang] = [await carry("wang-qiang"), await carry("liang-yu")];
  let loads = 0;
  for (const { page } of [liNa, zhangWei, wang, liang]) {
    page.on("load", () => (loads += 1));
  }
  const see = (name, window = liNa) => window.page.screenshot({ path: testInfo.outputPath(`${name}.png`) });
  const press = (key) => liNa.page.keyboard.press(key);
  const part = (name) => liNa.details.locator("[data-assignment]").filter({ hasText: name });
  const stage = liNa.details.locator("[data-incident] [data-stage]");
  const scene = new Scene(file, castellan.url);
  try {
    await scene.hasBegun();

    // 25 %LEL, and 20 seconds later 51 %: the same row rises.
    await scene.at(0, 0);
    const row = liNa.rows.first();
    await expect(row).toContainText("可燃气体低限预警");
    const id = await row.getAttribute("data-alarm");
    await scene.at(0, 20);
    for (const window of [liNa, zhangWei]) {
      await expect(window.row(id)).toContainText("可燃气体高限报警");
      await expect(window.row(id)).toHaveClass(/p1/);
    }
    await expect(liNa.rows).toHaveCount(1);
    await see("0-20-it-rises");
    await liNa.walkTo(id);

    await scene.at(0, 26);
    await press("Enter");
    for (const window of [liNa, zhangWei]) {
      await expect(window.owner(id)).toHaveText("李娜");
    }
    await expect(liNa.details.locator(".selected-alarm > .prohibitions")).toContainText("禁明火");

    await scene.at(0, 33);
    const button = liNa.details.locator("[data-action=dispatch]");
    await expect(button).toContainText(/王强 1分\d+秒/);
    await press("d");
    await expect(part("王强").locator(".radio")).toContainText("走楼梯，收到请回答");
    await expect(button).toContainText("李敏");
    await press("d");
    await expect(part("李敏")).toContainText("待接单");
    // Whoever is next leaves a hole behind, and that is said before anybody is asked.
    await expect(liNa.details.locator("[data-hole]")).toHaveText("东门岗仅剩1人");
    await see("0-34-two-are-asked");
    await wang.face("offer");
    await expect(wang.page.locator(".g-line").first()).toContainText("走楼梯");
    await see("0-35-the-offer", wang);
    await wang.says("accept");
    await expect(part("王强")).toContainText(/已接单|前往中/);

    // The steps, as they are done: two are sent, the gas company is called.
    await press("Space");
    await expect(liNa.details.locator("[data-taken=send]")).toContainText("李娜");
    await liNa.details.locator("[data-step=call] [data-take]").click();
    await expect(liNa.details.locator("[data-taken=call]")).toContainText("李娜");

    await scene.at(0, 56);
    await expect(part("李敏")).toContainText("超时未接");
    await expect(part("赵军")).toContainText("待接单");

    await scene.at(1, 0);
    await press("Shift+D");
    const people = liNa.details.locator(".candidates [data-send]");
    const engineer = await people.filter({ hasText: "黄健" }).locator("kbd").textContent();
    await press(engineer);
    await expect(part("黄健")).toContainText("待接单");

    // R: 李敏 says on the radio that she goes, and nobody waits for 赵军 any more.
    await scene.at(1, 5);
    await press("r");
    await expect(part("李敏").locator(".says")).toBeVisible();
    await press("1");
    await expect(part("李敏")).toContainText(/已接单|前往中/);
    await expect(part("赵军")).toHaveCount(0);
    await see("1-05-on-the-way");

    await expect(part("王强")).toContainText("已到场", { timeout: 75_000 });
    await expect(stage).toHaveText("处置中");
    await expect(part("王强").locator(".time-left")).toHaveText(/^静默 还剩 0?\d+:\d\d$/);
    await press("Space");
    await expect(liNa.details.locator("[data-taken=cordon]")).toContainText("李娜");

    // The engineer hears nothing for a minute: his deputy is asked, and goes.
    await scene.at(2, 2);
    await liang.face("offer");
    await scene.at(2, 20);
    await liang.says("accept");
    await expect(part("梁宇")).toContainText(/已接单|前往中/);
    await expect(part("黄健")).toHaveCount(0);

    // The server dies as in a power cut. The pages say so, and are back without being loaded again.
    await scene.at(2, 30);
    const silence = async () => {
      const words = await part("王强").locator(".time-left").textContent();
      const [minutes, seconds] = words.match(/\d+/g).map(Number);
      return Date.now() + (minutes * 60 + seconds) * 1_000;
    };
    const ends = await silence();
    const calls = receiver.calls.length;
    await castellan.kill();
    for (const window of [liNa, zhangWei]) {
      await expect(window.cover).toContainText("实时数据中断", { timeout: 8_000 });
    }
    await see("2-35-the-server-is-dead");
    await castellan.start();
    for (const window of [liNa, zhangWei]) {
      await window.ready();
      await expect(window.cover).toBeHidden();
    }
    expect(Math.abs((await silence()) - ends), "the silence ends when it was to end").toBeLessThan(3_000);
    await expect(liNa.owner(id)).toHaveText("李娜");
    expect(receiver.calls.length, "nobody is called twice").toBe(calls);

    await expect(part("李敏")).toContainText("已到场", { timeout: 60_000 });
    // The valves are the engineer's.
    await scene.at(3, 20);
    await liang.page.locator(".g-steps button").first().click();
    await expect(liNa.details.locator("[data-taken=valves]")).toContainText("梁宇");
    // A step that has just become the next one is not taken by a key that was meant for another.
    await liNa.page.waitForTimeout(450);
    await press("Space");
    await expect(liNa.details.locator("[data-taken=evacuate]")).toContainText("李娜");

    await scene.at(4, 0);
    await wang.says("go_quiet");
    await expect(part("王强").locator(".time-left")).not.toContainText("静默");
    await wang.says("finish");
    await expect(part("王强")).toContainText("已完成");
    await wang.face("idle");

    await scene.at(5, 1);
    await expect(liNa.row(id)).toContainText("已恢复");
    await expect(stage).toHaveText("处置中");

    await scene.at(5, 55);
    await press("Space");
    await expect(liNa.details.locator("[data-taken=measure]")).toContainText("李娜");
    await scene.at(6, 1);
    await press("Shift+S");
    await expect(stage).toHaveText("已控制");
    await press("Space");
    await expect(liNa.details.locator("[data-taken=clear]")).toContainText("李娜");

    // 李敏 says on the radio that she can be heard again, and has done.
    await scene.at(6, 30);
    const heard = async (digit) => {
      await press("r");
      while (!(await part("李敏").locator(".says").isVisible())) {
        await press("r");
      }
      await press(digit);
    };
    await heard("6");
    await expect(part("李敏").locator(".time-left")).not.toContainText("静默");
    await heard("5");
    await expect(part("李敏")).toContainText("已完成");

    await scene.at(7, 0);
    await press("x");
    await press("1");
    await expect(liNa.row(id)).toContainText("真警");
    await scene.at(7, 6);
    await press("Shift+S");
    await expect(stage).toHaveText("已处置");
    await scene.at(7, 11);
    await press("Shift+S");
    await expect(stage).toHaveText("已结案");
    await expect(zhangWei.row(id)).toHaveCount(0);
    await see("7-11-closed");

    expect(await scene.end(), scene.said.join("\n")).toBe(0);
    expect(loads, "no page was loaded again").toBe(0);
  } finally {
    scene.stop();
    await receiver.stop();
  }
});
