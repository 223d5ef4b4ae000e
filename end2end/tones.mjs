// Counts the tones that a page begins, and waits by the page's own clock.
import { expect } from "@playwright/test";

/** To be called before the page loads. */
export async function countTones(page) {
  await page.addInitScript(() => {
    globalThis.tonesBegun = 0;
    const begin = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function start(...at) {
      globalThis.tonesBegun += 1;
      return begin.apply(this, at);
    };
  });
}

/** How many tones the page has begun since it was loaded. */
export function tonesBegun(page) {
  return page.evaluate(() => globalThis.tonesBegun);
}

/** Waits until the clock of the page has gone on by so many seconds. */
export async function secondsPass(page, seconds) {
  const clock = page.locator(".top .clock");
  for (let second = 0; second < seconds; second += 1) {
    await expect(clock).not.toHaveText(await clock.textContent());
  }
}
