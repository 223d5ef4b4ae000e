// The cameras that see an alarm's place are beside the map by themselves, live, and what stands still is covered.
import { expect, test } from "../console.mjs";
import { suffer, withCameras } from "../cameras.mjs";

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
    for (const camera of ["cam-3-b1", "cam-ramp-west"]) {
      await live(camera);
      const before = await shownTo(camera);
      await expect.poll(() => shownTo(camera)).toBeGreaterThan(before);
    }
    await expect(picture("cam-ramp-west")).toContainText("附近");
    // The pictures take no focus from the row.
    await expect(liNa.row(id)).toHaveAttribute("aria-pressed", "true");

    await suffer(port, "freeze cam-3-b1");
    const cover = picture("cam-3-b1").locator(".cover");
    await expect(cover).toContainText(/自 \d\d:\d\d:\d\d/, { timeout: 20_000 });
    expect(await cover.boundingBox()).toEqual(await picture("cam-3-b1").boundingBox());
    await live("cam-ramp-west");

    await suffer(port, "thaw cam-3-b1");
    await live("cam-3-b1");
    await expect(cover).toHaveCount(0);
  });
});
