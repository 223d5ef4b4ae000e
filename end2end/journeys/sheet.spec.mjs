// The case sheet of an incident: opened from its timeline, read in both languages, and given away as a file.
import { expect, test } from "../console.mjs";

test("an incident's case sheet says who did what, in both languages, and is there as a file", async ({ open, site }) => {
  await site.onDuty("wang-qiang");
  const liNa = await open("li-na");
  await site.position("guard-01", [120.1106, 30.2872]);
  const id = await site.report("gas-3-b1", "gas_low");
  await liNa.walkTo(id);
  await liNa.settle();
  await liNa.page.keyboard.press("d");
  const link = liNa.details.getByRole("link", { name: "处置单" });
  await expect(link).toBeVisible();
  const [page] = await Promise.all([liNa.page.waitForEvent("popup"), link.click()]);
  const sheet = page.locator(".case-sheet");
  await expect(sheet.locator("h1")).toContainText("3号楼 B1层");
  await expect(sheet.locator("header")).toContainText("处置单 I-1");
  await expect(sheet.locator("section")).toContainText([`${id}`, "王强", "2 项时限全部按时", "立案 I-1"]);
  await expect(sheet.locator("footer")).toContainText(/截至第 \d+ 条事实/);
  // Nothing but the sheet on paper.
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".top")).toBeHidden();
  await expect(sheet.locator("[data-action=print]")).toBeHidden();
  await page.emulateMedia({ media: "screen" });
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    sheet.getByRole("link", { name: "下载 JSON" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("I-1.json");
  const english = new URL(page.url());
  english.searchParams.set("lang", "en");
  await page.goto(english.href);
  await expect(sheet.locator("header")).toContainText("Case sheet I-1");
  await expect(sheet).not.toContainText(/接警|派单|时限/);
});
