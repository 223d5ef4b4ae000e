// Gas by keyboard alone, from two windows: one key sends a guard, the other window hears who was first, the answer
// comes by radio, one key goes on from stage to stage, and the incident is closed with the verdict of its alarm.
import { expect, test } from "../console.mjs";

test("D claims, opens the incident and asks a guard, who goes, arrives and is done", async ({ open, site }) => {
  await site.onDuty("wang-qiang");
  await site.onDuty("zhao-jun");
  const [liNa, zhangWei] = await Promise.all([open("li-na", { map: true }), open("zhang-wei")]);
  await site.position("guard-01", [120.1106, 30.2872]);
  const id = await site.report("gas-3-b1", "gas_low");
  await liNa.walkTo(id);
  const button = liNa.details.locator("[data-action=dispatch]");
  // The guard whose phone is near is named with the time that he takes; the other one, of whom nobody heard, is not.
  await expect(button).toContainText(/派单 巡逻\d 王强 (\d+分)?\d+秒/);
  await liNa.settle();
  await liNa.page.keyboard.press("d");
  for (const window of [liNa, zhangWei]) {
    await expect(window.owner(id)).toContainText("李娜");
  }
  const incident = liNa.details.locator("[data-incident]");
  await expect(incident).toContainText("I-1");
  await expect(incident.locator("[data-stage]")).toHaveText("已派单");
  const part = liNa.details.locator("[data-assignment]");
  await expect(part).toContainText("待接单");
  await expect(part.locator(".radio")).toContainText("3号楼 B1层 走道，可燃气体低限预警");

  await zhangWei.walkTo(id);
  await zhangWei.settle();
  await zhangWei.page.keyboard.press("d");
  await expect(zhangWei.sentence).toHaveText(/^李娜 (先处理（早 \d\.\d 秒）|在 \d\d:\d\d 前已接手)。$/);

  // One key calls back who was just sent, and the next one sends him again.
  await expect(liNa.page.locator("[data-action=take-back]")).toBeEnabled();
  await liNa.page.keyboard.press("Backspace");
  await expect(part).toHaveCount(0);
  await expect(button).toContainText("王强");
  await liNa.page.keyboard.press("d");
  await expect(part).toContainText("待接单");

  await liNa.page.keyboard.press("r");
  await expect(part.locator(".says [data-says]")).toHaveText(["1收到，前往", "2拒单"]);
  await liNa.page.keyboard.press("1");
  await expect(part).toContainText("已接单");
  // The map says how long he still takes, and the row the same.
  const left = liNa.map.locator(".map-name:visible em");
  await expect(left).toHaveText(/^\d:\d\d$/);
  await expect(part.locator(".way")).toHaveText(`走楼梯 ${await left.textContent()}`);
  for (const [step, stage] of [["arrive", "已到场"], ["finish", "已完成"]]) {
    await expect(part.locator(`[data-part=${step}] kbd`)).toHaveText("S");
    await liNa.settle();
    await liNa.page.keyboard.press("s");
    await expect(part).toContainText(stage);
    await expect(left).toHaveText(stage === "已到场" ? [stage] : []);
  }
  await expect(incident.locator("[data-stage]")).toHaveText("处置中");
  for (const [move, stage] of [["contained", "已控制"], ["resolved", "已处置"]]) {
    await expect(incident.locator(`[data-move=${move}] kbd`)).toHaveText("S");
    await liNa.settle();
    await liNa.page.keyboard.press("s");
    await expect(incident.locator("[data-stage]")).toHaveText(stage);
  }

  // What is closed has its verdicts: they are asked for, as by X, and then it is closed.
  await liNa.settle();
  await liNa.page.keyboard.press("s");
  const closing = liNa.details.locator(".closing");
  await expect(closing.locator("[data-unjudged]")).toContainText("3号楼 B1层 走道");
  await liNa.page.keyboard.press("3");
  await expect(closing).toContainText("核实方式");
  await expect(incident.locator("[data-stage]")).toHaveText("已处置");
  await liNa.page.keyboard.press("3");
  await expect(incident.locator("[data-stage]")).toHaveText("已结案");
  await expect(liNa.details.locator("dd[data-basis]")).toHaveText("电话");
  await liNa.letGo();
  await expect(liNa.row(id)).toHaveCount(0);
});

test("an incident that came back with all its verdicts is taken by Enter, and stands out until then", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  const zhangWei = await open("zhang-wei");
  expect((await site.command("li-na", { claim: { alarm: id } })).status).toBe(200);
  const judge = { alarm: id, verdict: "genuine" };
  expect((await site.command("li-na", { judge })).status).toBe(200);
  await expect(zhangWei.row(id)).not.toHaveClass(/unclaimed/);
  const top = zhangWei.page.locator(`[data-top="${id}"]`);
  await expect(top).toHaveCount(0);
  expect((await site.command("li-na", { release_incident: { incident: "I-1" } })).status).toBe(200);
  await expect(zhangWei.row(id)).toHaveClass(/unclaimed/);
  await expect(zhangWei.row(id)).toContainText("退回");
  await expect(top.locator(".due")).not.toBeEmpty();
  await expect(zhangWei.page.locator("[data-filter='nobodys']")).toHaveText("待接1");
  await zhangWei.walkTo(id);
  await zhangWei.page.keyboard.press("Enter");
  await expect(zhangWei.row(id)).not.toHaveClass(/unclaimed/);
  const { incidents } = await site.snapshot();
  expect(Object.values(incidents)[0].owner.person.by).toBe("zhang-wei");
  await zhangWei.page.locator("[data-filter='state']").selectOption("open");
  await expect(zhangWei.rows).toHaveCount(1);
});

test("whoever loads the page again reads who was sent, however late the estate document comes", async ({ open, site }) => {
  await site.onDuty("wang-qiang");
  const [liNa, zhangWei] = await Promise.all([open("li-na"), open("zhang-wei")]);
  const id = await site.report("gas-3-b1", "gas_low");
  await liNa.walkTo(id);
  await liNa.settle();
  await liNa.page.keyboard.press("d");
  await zhangWei.walkTo(id);
  const part = zhangWei.details.locator("[data-assignment]");
  await expect(part).toContainText("王强");
  // Nothing else happens that would make the page read anew.
  await zhangWei.page.route("**/estates/*", async (route) => {
    await expect(zhangWei.details.locator("[data-incident]"), "the record is here before").toBeVisible();
    await route.continue();
  });
  await zhangWei.page.reload();
  await expect(part).toContainText("王强", { timeout: 10_000 });
});

test("a high gas alarm is an incident at once, and whoever claims it has the list of who could go", async ({ open, site }) => {
  await site.onDuty("wang-qiang");
  await site.onDuty("zhao-jun");
  const liNa = await open("li-na");
  const id = await site.report("gas-3-b1", "gas_high");
  await liNa.walkTo(id);
  await expect(liNa.details.locator("[data-incident] [data-stage]")).toHaveText("待处置");
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toContainText("李娜");
  await liNa.page.keyboard.press("Shift+D");
  const people = liNa.details.locator(".candidates [data-send]");
  // Whoever leaves a post with too few is named with what is left there.
  await expect(people.filter({ hasText: "赵军" })).toContainText("东门岗将无人");
  await expect(people.first()).toContainText("没有已知路线");
  // One thing is open at a time, so that a digit means what is read.
  await liNa.page.keyboard.press("x");
  await expect(people).toHaveCount(0);
  await liNa.page.keyboard.press("Shift+D");
  await expect(people.first().locator("kbd")).toHaveText("1");
  await liNa.page.keyboard.press("1");
  await expect(people).toHaveCount(0);
  const sent = liNa.details.locator("[data-assignment]");
  await expect(sent).toContainText("待接单");
  await expect(liNa.details.locator("[data-hole]")).toHaveText("东门岗将无人");
  // R answers for whoever was asked first, and stands on that button alone.
  await liNa.page.keyboard.press("Shift+D");
  await liNa.page.keyboard.press("1");
  await expect(sent).toHaveCount(2);
  await expect(sent.locator("[data-part=radio] kbd")).toHaveText(["R"]);
  await expect(sent.first().locator("[data-part=radio] kbd")).toHaveText("R");
  await liNa.page.keyboard.press("r");
  await liNa.page.keyboard.press("1");
  await expect(sent.first()).toContainText("已接单");
  await expect(sent.nth(1).locator("[data-part=radio] kbd")).toHaveText("R");
  // R again is the next one: whoever goes says by radio that they are silent for a while, and asks for more people.
  await liNa.page.keyboard.press("r");
  await liNa.page.keyboard.press("r");
  await expect(sent.first().locator(".says")).toContainText("求增援");
  await liNa.page.keyboard.press("6");
  await expect(sent.first().locator(".says [data-says]")).toHaveText(["15 分钟", "210 分钟", "320 分钟"]);
  await liNa.page.keyboard.press("2");
  await expect(sent.first().locator(".time-left")).toHaveText(/^静默 还剩 (10:00|09:\d\d)$/);
  await liNa.page.keyboard.press("r");
  await liNa.page.keyboard.press("r");
  await liNa.page.keyboard.press("7");
  await expect(sent.first().locator(".support")).toHaveText("求增援");
  // Whoever is sent next is the answer.
  await site.onDuty("li-min");
  await expect(liNa.details.locator("[data-action=dispatch]")).toContainText("李敏");
  await liNa.page.keyboard.press("d");
  await expect(sent).toHaveCount(3);
  await expect(liNa.details.locator(".support")).toHaveCount(0);
});

test("Space records the steps of the procedure, one is left out for a reason, and the other window sees who did what", async ({
  open,
  site,
}) => {
  await site.onDuty("wang-qiang");
  const [liNa, zhangWei] = await Promise.all([open("li-na"), open("zhang-wei")]);
  const id = await site.report("gas-3-b1", "gas_high");
  await liNa.walkTo(id);
  await expect(liNa.details.locator("[data-incident]")).toContainText("I-1");
  await liNa.settle();
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toContainText("李娜");
  const next = liNa.details.locator(".procedure .next");
  await expect(next).toContainText("派2人走楼梯带检漏仪");
  await liNa.page.keyboard.press("Space");
  await expect(liNa.details.locator("[data-taken=send]")).toContainText("李娜");
  await expect(next).toContainText("设警戒");
  // What was recorded by mistake is taken back by one key, once that is offered: the fact may be here before the answer.
  await expect(liNa.page.locator("[data-action=take-back]")).toBeEnabled();
  await liNa.page.keyboard.press("Backspace");
  await expect(next).toContainText("派2人走楼梯带检漏仪");
  await expect(next.locator("[data-take]")).toBeEnabled();
  await liNa.settle();
  await liNa.page.keyboard.press("Space");
  await expect(next).toContainText("设警戒");
  await expect(next.locator("[data-take]")).toBeEnabled();
  await liNa.page.keyboard.press("Shift+Space");
  await expect(liNa.details.getByRole("group", { name: "为何跳过？" })).toBeVisible();
  await liNa.page.keyboard.press("2");
  await expect(liNa.details.locator("[data-taken=cordon]")).toContainText("跳过：他人已做");
  await zhangWei.walkTo(id);
  await expect(zhangWei.details.locator("[data-taken=cordon]")).toContainText("李娜");
  await expect(zhangWei.details.locator(".procedure .next")).toContainText("工程仅关授权操作的阀门");

  // A reason that was being chosen for a step is none for the next one, when somebody else took that step meanwhile.
  const reasons = liNa.details.getByRole("group", { name: "为何跳过？" });
  await liNa.page.keyboard.press("Shift+Space");
  await expect(reasons).toBeVisible();
  const step = await next.getAttribute("data-step");
  expect((await site.command("zhang-wei", { take_step: { incident: "I-1", step } })).status).toBe(200);
  await expect(liNa.details.locator(`[data-taken=${step}]`)).toContainText("张伟");
  await expect(reasons).toHaveCount(0);
  const after = await next.getAttribute("data-step");
  await liNa.page.keyboard.press("2");
  await liNa.settle();
  await expect(next).toHaveAttribute("data-step", after);
});

test("alarms and incidents are put together and apart by hand, each with its way back, and a leader opens one again", async ({
  open,
  site,
}) => {
  const liNa = await open("li-na");
  const gas = await site.report("gas-3-b1", "gas_high");
  const lift = await site.report("lift-5-1-1", "lift_entrapment");
  const door = await site.report("door-east-gate", "door_forced");
  for (const alarm of [gas, lift, door]) {
    expect((await site.command("li-na", { claim: { alarm } })).status).toBe(200);
  }
  const members = liNa.details.locator(".members");
  const count = async (title) => expect(members.locator("summary")).toHaveText(`事件内报警 ${title}`);
  const back = liNa.page.locator("[data-action=take-back]");
  const takeBack = async (words) => {
    await expect(liNa.page.locator(".offered")).toContainText(words);
    await expect(back).toBeEnabled();
    await liNa.page.keyboard.press("Backspace");
    await expect(liNa.page.locator(".offered p")).toHaveCount(0);
  };
  await liNa.walkTo(gas);
  await members.locator("summary").click();
  await members.locator(`[data-join="${door}"]`).click();
  await count(2);
  await takeBack(`${door} 已并入 I-1`);
  await count(1);
  await members.locator(`[data-join="${door}"]`).click();
  await count(2);
  // What is chosen gets an incident of its own.
  await members.locator(`[data-tick="${door}"]`).click();
  await members.locator("[data-split]").click();
  await count(1);
  await takeBack("已从 I-1 拆出 I-3");
  await count(2);
  await members.locator(`[data-leave="${door}"]`).click();
  await count(1);
  await members.locator("[data-merge=I-2]").click();
  await expect(liNa.details.locator("[data-incident=I-2]")).toBeVisible();
  await count(2);
  await takeBack("I-1 已合并到 I-2");
  await expect(liNa.details.locator("[data-incident=I-4]")).toBeVisible();
  await members.locator("[data-priority=p2]").click();
  await expect(members.locator("[data-priority=p2]")).toHaveAttribute("aria-pressed", "true");
  await takeBack("I-4 现为 2 级");
  await expect(members.locator("[data-priority=p1]")).toHaveAttribute("aria-pressed", "true");
  await liNa.details.locator("[data-move=closed]").click();
  await liNa.page.keyboard.press("1");
  await expect(liNa.details.locator("[data-incident=I-4] [data-stage]")).toHaveText("已结案");

  const leader = await open("wang-jianguo", { search: { selected: gas } });
  await leader.details.locator("[data-move=reopened]").click();
  await expect(leader.details.locator("[data-incident=I-4] [data-stage]")).toHaveText("待处置");
  await expect(liNa.details.locator("[data-incident=I-4] [data-stage]")).toHaveText("待处置");
  await expect(liNa.row(gas)).toBeVisible();
});

test("a click on the map is the place of what is registered", async ({ open }) => {
  const liNa = await open("li-na", { map: true });
  const form = liNa.page.locator(".registration");
  await liNa.page.keyboard.press("n");
  await expect(form.locator("input").first()).toBeFocused();
  await liNa.map.locator("#map").click({ position: { x: 300, y: 300 } });
  await expect(form.locator("input").nth(1)).toBeFocused();
  const place = await form.locator("input").first().inputValue();
  expect(place).not.toBe("");
  await liNa.page.keyboard.type("医疗");
  await expect(form.locator(".found").first()).toContainText("医疗求助");
  await liNa.page.keyboard.press("Enter");
  await liNa.page.keyboard.press("Enter");
  await expect(form).toHaveCount(0);
  await expect(liNa.details.locator("h2")).toHaveText(place);
  // Esc closes the form wherever the focus is, and then a click selects again.
  await liNa.page.keyboard.press("n");
  await liNa.map.locator("#map").click({ position: { x: 300, y: 300 } });
  await liNa.page.evaluate(() => document.activeElement?.blur());
  await liNa.page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
});

test("N registers a call by the keyboard alone, and what was typed outlives a reload", async ({ open }) => {
  const liNa = await open("li-na");
  const form = liNa.page.locator(".registration");
  await liNa.page.keyboard.press("n");
  await liNa.page.keyboard.type("3-2-1502");
  await expect(form.locator(".found").first()).toContainText("1502");
  await liNa.endComposition();
  await expect(form.locator("input").first()).toBeFocused();
  // An Enter that is held takes one thing, and goes through no field by itself.
  await liNa.page.keyboard.down("Enter");
  await expect(form.locator("input").nth(1)).toBeFocused();
  await liNa.page.keyboard.down("Enter");
  await liNa.page.keyboard.up("Enter");
  await expect(form.locator("input").nth(1)).toBeFocused();
  await expect(form.locator("input").nth(1)).toHaveValue("");
  await liNa.page.keyboard.type("医疗");
  await liNa.page.reload();
  await expect(form.locator("input").nth(1)).toHaveValue("医疗");
  await expect(form.locator(".found").first()).toContainText("医疗求助");
  await liNa.page.keyboard.press("Enter");
  await liNa.page.keyboard.type("老人胸闷，家属在门口等");
  await liNa.endComposition();
  await expect(form.locator("input").nth(2)).toHaveValue("老人胸闷，家属在门口等");
  await liNa.page.keyboard.press("Enter");
  await expect(form).toHaveCount(0);
  await expect(liNa.details.locator("h2")).toContainText("1502");
  await expect(liNa.details.locator("[data-incident]")).toContainText("I-1");
  await expect(liNa.owner("A-1")).toContainText("李娜");
  await expect(liNa.details.locator(".story")).toContainText("老人胸闷，家属在门口等");
  await expect(liNa.details.locator(".facts")).toContainText("人工登记");
});
