// Words that were typed and not sent: they outlive Escape, another row, another person and a reload, and stay in the tab.
import { expect, test } from "../console.mjs";

const DESK = { viewport: { width: 1280, height: 800 } };
const kept = (page) => page.evaluate(() => sessionStorage.getItem("castellan.drafts"));

test("Escape keeps the words as a draft that the alarm shows, for whoever wrote it", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_forced");
  const other = await site.report("smoke-3-15", "smoke_single");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const note = page.locator(".note-form textarea");
  const draft = page.locator(".right .draft");
  await liNa.walkTo(id);
  await page.keyboard.press("t");
  await expect(note).toBeFocused();
  await page.keyboard.insertText("门锁被撬");
  await page.keyboard.press("Escape");
  await expect(note).toHaveCount(0);
  await expect(draft).toContainText("门锁被撬");
  await expect(liNa.row(id).locator(".has-draft")).toHaveText("草稿");

  await liNa.row(other).click();
  await expect(draft).toHaveCount(0);
  await liNa.choose("change-person");
  await page.locator("[data-person='zhang-wei']").click();
  await liNa.row(id).click();
  await expect(page.locator(`[data-selected='${id}']`)).toBeVisible();
  await expect(draft, "it is li-na's").toHaveCount(0);
  await liNa.choose("change-person");
  await page.locator("[data-person='li-na']").click();

  await draft.click();
  await expect(note).toHaveValue("门锁被撬");
  await expect(note).toBeFocused();
  await page.keyboard.insertText("，巡逻2前往");
  await page.keyboard.press("Enter");
  await expect(liNa.details.locator(".story .words", { hasText: "门锁被撬，巡逻2前往" })).toBeVisible();
  await expect(draft).toHaveCount(0);
  expect(await kept(page)).toBeNull();
});

test("a page that is loaded again in the middle of a note goes on in the note", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const commands = [];
  page.on("request", (request) => request.url().endsWith("/commands") && commands.push(request.postData()));
  const note = page.locator(".note-form textarea");
  await liNa.walkTo(id);
  await page.keyboard.press("t");
  await expect(note).toBeFocused();
  await page.keyboard.insertText("x2 号门");
  await page.reload();
  await expect(note).toBeFocused();
  await expect(note).toHaveValue("x2 号门");
  // Whoever types on presses no commands.
  await page.keyboard.type(" mqx1");
  await expect(note).toHaveValue("x2 号门 mqx1");
  await liNa.ready();
  expect(commands).toEqual([]);
  expect(await page.evaluate(() => [localStorage.length, document.cookie].join().includes("号门"))).toBe(false);
});

test("a note whose answer was lost by a reload is recorded once", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const note = page.locator(".note-form textarea");
  await liNa.walkTo(id);
  await page.keyboard.press("t");
  await expect(note).toBeFocused();
  await page.keyboard.insertText("已电话通知");
  let answered = 0;
  await page.route("**/commands", async (route) => {
    await route.fetch();
    answered += 1;
    // The page never hears of it.
  });
  await page.keyboard.press("Enter");
  await expect.poll(() => answered).toBe(1);
  await page.reload();
  await page.unroute("**/commands");
  await expect(note).toHaveValue("已电话通知");
  await liNa.ready();
  await page.keyboard.press("Enter");
  await expect(note).toHaveCount(0);
  await expect(liNa.details.locator(".story .words", { hasText: "已电话通知" })).toHaveCount(1);
  expect((await site.alarm(id)).notes).toHaveLength(1);
  expect(await kept(page)).toBeNull();
});

test("a note that is too long is neither cut nor sent, and says what is too much", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  await liNa.walkTo(id);
  await page.keyboard.press("t");
  const note = page.locator(".note-form textarea");
  await expect(note).toBeFocused();
  await page.keyboard.insertText("水".repeat(512));
  await page.keyboard.press("Enter");
  await expect(page.locator(".note-form .sentence")).toContainText("12");
  await expect(note).toHaveValue("水".repeat(512));
});

test("what one person began to register is kept for them, and the next one begins anew", async ({ open }) => {
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const form = page.locator(".registration");
  const place = form.locator("input").first();
  const sits = async (person) => {
    await liNa.choose("change-person");
    await page.locator(`[data-person='${person}']`).click();
    await page.keyboard.press("n");
    await expect(place).toBeFocused();
  };
  await page.keyboard.press("n");
  await expect(place).toBeFocused();
  await page.keyboard.insertText("3-2-15");
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
  await sits("zhang-wei");
  await expect(place).toHaveValue("");
  await page.keyboard.insertText("东门");
  await page.keyboard.press("Escape");
  await sits("li-na");
  await expect(place).toHaveValue("3-2-15");
});

test("what was said is registered however long it is, and is not cut", async ({ open, site }) => {
  const said = "水".repeat(512);
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const form = page.locator(".registration");
  const field = (nth) => form.locator("input").nth(nth);
  await page.keyboard.press("n");
  for (const [nth, typed] of [[0, "3-2-1502"], [1, "医疗"]]) {
    await expect(field(nth)).toBeFocused();
    await page.keyboard.insertText(typed);
    await expect(form.locator(".found").first()).toBeVisible();
    await page.keyboard.press("Enter");
  }
  await expect(field(2)).toBeFocused();
  await page.keyboard.insertText(said);
  await expect(form.locator(".sentence")).toContainText("多了 12 字");
  await expect(field(2)).toHaveValue(said);
  await page.keyboard.press("Enter");
  await expect(form).toHaveCount(0);
  await expect(liNa.details.locator("h2")).toContainText("1502");
  await page.locator(".right .draft").click();
  await expect(page.locator(".note-form textarea")).toHaveValue(said);
  expect((await site.alarm("A-1")).notes, "the words are not on record yet").toHaveLength(0);
});
