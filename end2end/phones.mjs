// Guards with their phones: opens pages at /g, and does what thumbs do there.
//
//   import { phones } from "../phones.mjs";
//   phones("…", async ({ carry, open, site }) => { const wang = await carry("wang-qiang"); … });
import { expect, test } from "./console.mjs";

/** A phone as guards carry it. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
/** Longer than a call is held. */
export const HELD_MS = 2_300;

export const phones = test.extend({
  /** `carry(person)` opens the page of a guard on a phone of its own. */
  carry: async ({ browser, castellan, locale }, use) => {
    const contexts = [];
    const panics = [];
    await use(async (person, { search = {}, ...options } = {}) => {
      const context = await browser.newContext({ ...PHONE, locale, baseURL: castellan.url, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.on("pageerror", (error) => panics.push(error.message));
      await page.goto(`/g?${new URLSearchParams({ ...(person ? { as: person } : {}), ...search })}`);
      if (person) {
        await expect(page.locator("main.guard-page")).toHaveAttribute("data-link", "live", { timeout: 45_000 });
      }
      return new Phone(page);
    });
    for (const context of contexts) {
      await context.close();
    }
    expect(panics, "the page never fails in any journey").toEqual([]);
  },
});

class Phone {
  constructor(page) {
    this.page = page;
    this.main = page.locator("main.guard-page");
    this.head = page.locator(".g-head");
    this.body = page.locator(".g-body");
    this.tap = page.locator(".g-tap");
    this.sos = page.locator("button.g-sos");
  }

  async face(name) {
    await expect(this.main).toHaveAttribute("data-face", name);
    // What has just changed under a finger is not tapped yet.
    await this.page.waitForTimeout(450);
  }

  /** Taps what says this to the command center. */
  async says(command) {
    await this.page.locator(`[data-tap="${command}"]`).click();
  }

  async hold(target) {
    const box = await target.boundingBox();
    await this.page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
    await this.page.mouse.down();
    await this.page.waitForTimeout(HELD_MS);
    await this.page.mouse.up();
  }
}
