// The operator's keys on the keyboards and with the hands that there are.
import { expect, test } from "../console.mjs";

const DESK = { viewport: { width: 1280, height: 800 } };
/** Where a French keyboard has what an American one has elsewhere. */
const FRENCH = [["KeyQ", "a"], ["KeyA", "q"], ["KeyW", "z"], ["KeyZ", "w"], ["KeyM", ","], ["Semicolon", "m"], ["KeyX", "x"]];

/** The commands that a window sends from now on. */
function commands(page) {
  const sent = [];
  page.on("request", (request) => request.url().endsWith("/commands") && sent.push(JSON.parse(request.postData()).command));
  return sent;
}

/** Holds a key down: it repeats as a keyboard does. */
async function hold(page, key, use) {
  await page.keyboard.down(key);
  for (let times = 0; times < 5; times += 1) {
    await page.keyboard.down(key);
  }
  await use();
  await page.keyboard.down(key);
  await page.keyboard.down(key);
  await page.keyboard.up(key);
}

test("a key that is held does its work once: Enter on a row and on a switch, T for a note", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_forced");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const sent = commands(page);
  await liNa.walkTo(id);
  await hold(page, "Enter", () => expect(liNa.owner(id)).toHaveText("李娜"));
  expect(sent).toEqual([{ claim: { alarm: id } }]);

  await liNa.open("zones");
  const zone = page.locator("[data-zone='wall-4']");
  const button = zone.locator("[data-action='arm']");
  const before = await button.textContent();
  await button.focus();
  await hold(page, "Enter", () => expect(button).not.toHaveText(before));
  await expect(button).toBeEnabled();
  expect(sent).toHaveLength(2);

  await liNa.walkTo(id);
  const note = page.locator(".note-form textarea");
  await hold(page, "t", () => expect(note).toBeFocused());
  await expect(note).toHaveValue("");
  await hold(page, "o", () => expect(note).toHaveValue(/^o{6,}$/));
  const typed = await note.inputValue();
  await hold(page, "Enter", () => expect(page.locator(".note-form")).toHaveCount(0));
  expect(sent.slice(2)).toEqual([{ note: { alarm: id, text: typed } }]);
});

test("on a French keyboard letters are where they are printed, and ? is help", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  const watch = (page) =>
    page.addInitScript((keys) => {
      Object.defineProperty(navigator, "keyboard", { value: { getLayoutMap: async () => new Map(keys) } });
    }, FRENCH);
  const liNa = await open("li-na", { ...DESK, watch });
  const { page } = liNa;
  const sent = commands(page);
  await liNa.walkTo(id);
  const press = (code, key, shiftKey = false) =>
    page.evaluate(
      (init) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true })),
      { code, key, shiftKey },
    );
  await press("KeyM", ",");
  await press("KeyM", "?", true);
  await expect(page.locator("dialog.modal[open]")).toBeVisible();
  await expect(page.locator("dialog.modal[open]")).toContainText("M · Shift+F8");
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog.modal[open] .keys")).toHaveCount(0);
  expect(sent).toEqual([]);
  await press("Semicolon", "m");
  await expect.poll(() => sent).toEqual([{ mute: { alarm: id } }]);
});

test("what a Chinese input method composes commands nothing, leaves no note and sends none", async ({ open, site }) => {
  const id = await site.report("door-east-gate", "door_held");
  const liNa = await open("li-na", DESK);
  const { page } = liNa;
  const sent = commands(page);
  await liNa.walkTo(id);
  await page.evaluate(() => {
    for (const code of ["Enter", "KeyX", "KeyM", "KeyQ"]) {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { code, key: "Process", keyCode: 229, bubbles: true }));
    }
  });
  await page.keyboard.press("t");
  const note = page.locator(".note-form textarea");
  await expect(note).toBeFocused();
  const browser = await page.context().newCDPSession(page);
  await browser.send("Input.imeSetComposition", { text: "wuyan", selectionStart: 5, selectionEnd: 5 });
  await expect(note).toHaveValue("wuyan");
  await page.keyboard.press("Enter");
  await browser.send("Input.imeSetComposition", { text: "wuyan", selectionStart: 5, selectionEnd: 5 });
  await page.keyboard.press("Escape");
  await expect(note, "Escape leaves the composition").toBeFocused();
  await browser.send("Input.insertText", { text: "无烟" });
  await expect(note).toHaveValue(/无烟/);
  expect(sent).toEqual([]);
  await page.keyboard.press("Enter");
  await expect.poll(() => sent).toHaveLength(1);
});
