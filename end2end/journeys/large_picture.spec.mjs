// A picture is laid large over the map and goes on; whoever has the alarm and looks has followed it up, and it is on record.
import { expect, test } from "../console.mjs";
import { pictureIn, withCameras } from "../yard.mjs";

test("a picture grows over the map without a gap, and to look at it is a follow-up", async ({ castellan, open, site }) => {
  test.setTimeout(150_000);
  await withCameras(castellan, async () => {
    const liNa = await open("li-na");
    const opened = [];
    liNa.page.on("websocket", (socket) => opened.push(socket.url()));
    const [own, entrance] = ["cam-3-b1", "cam-entrance-3"].map((camera) => pictureIn(liNa, camera));
    const id = await site.report("gas-3-b1", "gas_low");
    await liNa.walkTo(id);
    await own.moves();
    await entrance.moves();
    await liNa.page.keyboard.press("Enter");
    await expect(liNa.owner(id)).toContainText("李娜");
    const followedUp = liNa.details.locator(".story").getByText("已看画面");
    const row = await liNa.row(id).boundingBox();
    const map = await liNa.map.boundingBox();

    await own.tile.locator(".enlarge").click();
    await expect(own.tile).toHaveClass(/enlarged/);
    expect(await own.glass.boundingBox()).toEqual(map);
    expect(await liNa.row(id).boundingBox()).toEqual(row);
    // The row still has the focus.
    await expect(liNa.row(id)).toBeFocused();
    await own.moves();
    await expect(followedUp).toHaveCount(1, { timeout: 20_000 });

    await liNa.page.keyboard.press("ArrowRight");
    await expect(entrance.tile).toHaveClass(/enlarged/);
    await entrance.moves();
    await liNa.page.keyboard.press("Escape");
    await expect(liNa.details.locator(".picture.enlarged")).toHaveCount(0);
    await own.moves();
    await expect(followedUp).toHaveCount(1);

    // One connection for each picture, and each says for what.
    const cameras = opened.filter((url) => url.includes("/live/cameras/"));
    expect(cameras).toHaveLength(2);
    expect(cameras.every((url) => url.endsWith(`&alarm=${id}`)), cameras.join(" ")).toBe(true);

    await liNa.page.keyboard.press("v");
    await expect(own.tile).toHaveClass(/enlarged/);
    await liNa.page.keyboard.press("v");
    await expect(entrance.tile).toHaveClass(/enlarged/);
    await liNa.page.keyboard.press("v");
    await expect(liNa.details.locator(".picture.enlarged")).toHaveCount(0);
  });
});

/** An iPhone's: only a managed source, which takes nothing for a second after each two. */
function manage() {
  const Plain = window.MediaSource;
  delete window.MediaSource;
  window.refused = 0;
  window.managed = 0;
  window.ManagedMediaSource = class extends Plain {
    constructor() {
      super();
      window.managed += 1;
      this.begun = performance.now();
    }
    get streaming() {
      return (performance.now() - this.begun) % 3_000 < 2_000;
    }
    addSourceBuffer(kind) {
      const buffer = super.addSourceBuffer(kind);
      const append = buffer.appendBuffer.bind(buffer);
      buffer.appendBuffer = (bytes) => {
        if (!this.streaming) {
          window.refused += 1;
        }
        append(bytes);
      };
      return buffer;
    }
  };
}

test("a browser with a managed source plays when that takes pieces", async ({ castellan, open, site }) => {
  test.setTimeout(150_000);
  await withCameras(castellan, async () => {
    const id = await site.report("gas-3-b1", "gas_high");
    const liNa = await open("li-na", { watch: (page) => page.addInitScript(manage) });
    await liNa.walkTo(id);
    const own = pictureIn(liNa, "cam-3-b1");
    // Through two of its pauses.
    for (let look = 0; look < 8; look += 1) {
      await own.moves();
      await liNa.page.waitForTimeout(700);
    }
    expect(await liNa.page.evaluate(() => window.managed)).toBeGreaterThan(0);
    expect(await liNa.page.evaluate(() => window.refused)).toBe(0);
  });
});
