// Lets a journey or a measurement look into the page's map: what it shows, and how often it is drawn.

/** To be called before the page loads: its map library is wrapped before the page asks for it. */
export async function catchMap(page) {
  await page.addInitScript(() => {
    let promise;
    Object.defineProperty(globalThis, "castellanMaplibrePromise", {
      configurable: true,
      get: () => promise,
      set: (library) => {
        promise = library.then((library) => {
          class Caught extends library.Map {
            constructor(options) {
              super(options);
              globalThis.caughtMap = this;
              globalThis.caughtFrames = 0;
              this.on("render", () => {
                globalThis.caughtFrames += 1;
              });
            }
          }
          return { ...library, Map: Caught };
        });
        // Whoever awaits it hears of a failure.
        promise.catch(() => {});
      },
    });
  });
}

/** How many frames the map has drawn since the page began. */
export function framesDrawn(page) {
  return page.evaluate(() => globalThis.caughtFrames);
}

/** Takes the graphics card away from the map, as a driver does that starts anew; the card's own return gives it back. */
export async function loseGraphics(page) {
  await page.evaluate(() => {
    const gl = globalThis.caughtMap.getCanvas().getContext("webgl2");
    globalThis.lostCard = gl.getExtension("WEBGL_lose_context");
    globalThis.lostCard.loseContext();
  });
}

export async function giveGraphicsBack(page) {
  await page.evaluate(() => globalThis.lostCard.restoreContext());
}
