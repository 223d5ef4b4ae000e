// The cameras that see an alarm's place are beside the map by themselves, live, and what stands still is covered.
import { expect, test } from "../console.mjs";
import { suffer, withCameras } from "../yard.mjs";

test("a gas alarm brings its pictures, and one that freezes is covered until it moves again", async ({ castellan, open, site }) => {
  test.setTimeout(150_000);
  await withCameras(castellan, async (port) => {
    const liNa = await open("li-na");
    const picture = (camera) => liNa.details.locator(`.picture[data-camera="${camera}"]`);
    const age = (camera) => picture(camera).locator("time");
    const live = async (camera) => expect(age(camera)).toHaveText(/^\d+\.\d 秒$/, { timeout: 45_000 });
    const shownTo = (camera) => picture(camera).locator("video").evaluate((video) => video.currentTime);

    const id = await site.report("gas-3-b1", "gas_high");
    await liNa.walkTo(id);
    await expect(liNa.details.locator(".picture")).toHaveCount(2);
    for (const camera of ["cam-3-b1", "cam-entrance-3"]) {
      await live(camera);
      const before = await shownTo(camera);
      await expect.poll(() => shownTo(camera)).toBeGreaterThan(before);
    }
    await expect(picture("cam-entrance-3")).toContainText("附近");
    // The pictures take no focus from the row.
    await expect(liNa.row(id)).toHaveAttribute("aria-pressed", "true");

    await suffer(port, "freeze cam-3-b1");
    const cover = picture("cam-3-b1").locator(".cover");
    await expect(cover).toContainText(/自 \d\d:\d\d:\d\d/, { timeout: 20_000 });
    expect(await cover.boundingBox()).toEqual(await picture("cam-3-b1").boundingBox());
    await live("cam-entrance-3");

    await suffer(port, "thaw cam-3-b1");
    await live("cam-3-b1");
    await expect(cover).toHaveCount(0);
  });
});

test("a browser that plays no stream shows stills with their age, grey once they are old", async ({ castellan, open, site }) => {
  test.setTimeout(150_000);
  await withCameras(castellan, async (port) => {
    const liNa = await open("li-na");
    // As on a phone that has none.
    await liNa.page.evaluate(() => delete window.MediaSource);
    const id = await site.report("gas-3-b1", "gas_high");
    await liNa.walkTo(id);
    const picture = liNa.details.locator('.picture[data-camera="cam-3-b1"]');
    const still = picture.locator(".still");
    await expect(picture.locator("figcaption")).toContainText(/静图\d 秒/, { timeout: 45_000 });
    expect(await still.evaluate((image) => [image.naturalWidth, image.naturalHeight])).toEqual([640, 360]);
    const first = await still.getAttribute("src");
    await expect(still).not.toHaveAttribute("src", first);
    await expect(still).not.toHaveClass(/old/);

    await suffer(port, "offline cam-3-b1");
    await suffer(port, "drop cam-3-b1");
    await expect(still).toHaveClass(/old/, { timeout: 20_000 });
    await expect(picture.locator("time.behind")).toHaveText(/^\d+ 秒$/);
  });
});
