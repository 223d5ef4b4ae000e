// Nine chosen pictures on a second monitor: all are live, one that freezes is covered alone, and nobody's console is there.
import { expect, test } from "../console.mjs";
import { pictureIn, suffer, withCameras } from "../yard.mjs";

const NINE = [
  "cam-3-b1",
  "cam-lake",
  "cam-court",
  "cam-playground",
  "cam-east-gate",
  "cam-west-gate",
  "cam-south-gate",
  "cam-north-gate-in",
  "cam-entrance-3",
];

test("nine chosen pictures are live, and one that freezes is covered while the others play on", async ({ castellan, open, site }) => {
  test.setTimeout(240_000);
  await withCameras(castellan, async (port) => {
    const liNa = await open("li-na", { path: "/cameras" });
    const { page } = liNa;
    const choice = page.locator(".choice");
    const toChoose = (camera) => choice.locator(`[data-choose="${camera}"]`);
    // Found by the place, in either language.
    await choice.locator("input").fill("锦绣湖");
    await expect(choice.locator("[data-choose]")).toHaveCount(1);
    await choice.locator("input").fill("no such place");
    await expect(choice).toContainText("没有这样的摄像机");
    await choice.locator("input").fill("");
    for (const camera of NINE) {
      await toChoose(camera).click();
    }
    await expect(page.locator("[data-action=choose]")).toHaveText("选择画面 9/9");
    await expect(toChoose("cam-entrance-1")).toBeDisabled();
    await expect(choice).toContainText("最多 9 路");
    await page.locator("[data-action=choose]").click();
    await expect(choice).toHaveCount(0);

    const pictures = NINE.map((camera) => pictureIn(liNa, camera, page.locator(".chosen")));
    for (const picture of pictures) {
      await picture.moves();
    }
    const cells = await page.locator(".chosen").boundingBox();
    const boxes = await page.locator(".chosen > .picture").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
    expect(boxes).toHaveLength(9);
    const area = boxes.reduce((sum, { width, height }) => sum + width * height, 0);
    expect(area / (cells.width * cells.height), "they fill the screen").toBeGreaterThan(0.98);

    await suffer(port, "freeze cam-lake");
    const [, lake] = pictures;
    await expect(lake.tile.locator(".cover")).toContainText(/自 \d\d:\d\d:\d\d/, { timeout: 20_000 });
    expect(await lake.tile.locator(".cover").boundingBox()).toEqual(await lake.tile.boundingBox());
    for (const picture of pictures.filter((picture) => picture !== lake)) {
      await picture.moves();
    }
    await suffer(port, "thaw cam-lake");
    await lake.moves();

    // What nobody has is said, and who watches has no console here.
    const alarm = await site.report("gas-3-b1", "gas_high");
    await expect(page.locator(`.top [data-alarm="${alarm}"]`)).toContainText("3号楼 B1层");
    await expect(page.locator(".top .total.p1")).toContainText("1");
    expect((await site.snapshot()).people["li-na"]?.console ?? "never").toBe("never");

    // A picture is laid large over the others, and the address brings all back.
    const [, , court] = pictures;
    await court.tile.locator(".enlarge").click();
    await expect(court.tile).toHaveClass(/enlarged/);
    expect(await court.glass.boundingBox()).toEqual(cells);
    await court.moves();
    await page.keyboard.press("Escape");
    await expect(page.locator(".chosen .enlarged")).toHaveCount(0);
    await page.reload();
    await expect(page.locator(".chosen > .picture")).toHaveCount(9);
    await expect(choice).toHaveCount(0);
    await pictures[0].moves();
  });
});

test("an address that asks for too much says what it leaves out, and whoever is nobody is asked who they are", async ({ open }) => {
  const show = [...NINE, "cam-entrance-1", "cam-gone"].join(",");
  const liNa = await open("li-na", { path: "/cameras", search: { show } });
  await expect(liNa.page.locator(".chosen > .picture")).toHaveCount(9);
  await expect(liNa.page.locator(".cameras-page > header")).toContainText("网址里有 2 路未显示");
  const nobody = await open(null, { path: "/cameras", search: { show } });
  await expect(nobody.page.locator(".who .tile").first()).toBeVisible();
  await expect(nobody.page.locator(".picture")).toHaveCount(0);
});
