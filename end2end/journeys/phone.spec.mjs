// The console on a phone: 390 × 844, by touch.
import { expect, test } from "../console.mjs";
import { clippedTexts } from "../texts.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

test("on a phone an alarm is claimed by touch, nothing scrolls sideways and no text is cut", async ({ open, site }) => {
  const id = await site.report("gas-kindergarten-kitchen", "gas_high");
  await site.report("smoke-5-refuge", "smoke_single");
  await site.report("fire-panel-1", "fire_panel_fault");
  await site.report("door-1-1", "tailgating");
  await site.position("guard-08", [120.1122, 30.2871]);
  for (const lang of ["zh", "en"]) {
    const window = await open("li-na", { ...PHONE, search: { lang } });
    const { page } = window;
    if (lang === "zh") {
      await window.row(id).tap();
      const claim = page.locator("[data-action='claim']");
      await claim.scrollIntoViewIfNeeded();
      const box = await claim.boundingBox();
      expect(box.height, "large enough for a thumb").toBeGreaterThanOrEqual(44);
      await claim.tap();
      await expect(page.locator(".right [data-owner]")).toHaveText("李娜");
    } else {
      await window.row(id).tap();
      await expect(page.locator(".right [data-owner]")).toHaveText("Li Na");
    }
    await window.open("people");
    await expect(window.guard("wu-bin")).toHaveClass(/\bfresh\b/);
    await page.locator("[data-action='judge']").tap();
    await expect(page.locator(".verdicts")).toBeVisible();
    const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
    expect(width, "no sideways scrolling").toBeLessThanOrEqual(390);
    expect(await clippedTexts(page), `cut texts in ${lang}`).toEqual([]);
    const runsOver = await page.locator(".row.one .about").evaluateAll((all) => {
      const words = document.createRange();
      const runs = (about) => {
        words.selectNodeContents(about);
        return words.getBoundingClientRect().right > about.nextElementSibling.getBoundingClientRect().left;
      };
      return all.filter(runs).map((about) => about.textContent);
    });
    expect(runsOver, `what runs into whose in ${lang}`).toEqual([]);
  }
});

test("on a phone the tiles fit and one is chosen by touch", async ({ open }) => {
  const window = await open(null, PHONE);
  await expect(window.page.locator(".who")).toBeVisible();
  expect(await clippedTexts(window.page, ".who")).toEqual([]);
  await window.page.locator("[data-person='zhang-wei']").tap();
  await expect(window.page.locator(".who")).toHaveCount(0);
  await expect(window.page.locator(".top .person")).toHaveText("张伟");
});
