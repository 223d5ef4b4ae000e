// What cameras see lies on the map, whoever walks is followed from picture to picture, and 覆盖率 is a number.
import { catchMap } from "../caught_map.mjs";
import { expect, test } from "../console.mjs";

const PLAYGROUND = [120.1130077, 30.2865881];
const ENTRANCE_3 = [120.1100569, 30.2872573];
const LAWN = [120.1118, 30.2862];

/** The cameras whose cones are drawn, in order, and the numbers beside them. */
function cones(page) {
  return page.evaluate(() => {
    const { features } = globalThis.caughtMap.getStyle().sources.cones.data;
    const of = (type) => features.filter(({ geometry }) => geometry.type === type);
    return {
      cameras: of("MultiPolygon").map(({ properties }) => properties.camera),
      numbers: of("Point").map(({ properties }) => properties.number),
      areas: of("MultiPolygon").map(({ geometry }) => geometry.coordinates.length),
    };
  });
}

test("the cones of an alarm's pictures are drawn, and a guard who walks is followed from picture to picture", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  await site.position("guard-01", PLAYGROUND);
  const liNa = await open("li-na", { map: true, watch: catchMap });
  const { page } = liNa;
  expect(await cones(page)).toEqual({ cameras: [], numbers: [], areas: [] });
  await liNa.walkTo(id);
  const tied = { cameras: ["cam-3-b1", "cam-entrance-3"], numbers: ["1", "2"] };
  await expect.poll(() => cones(page)).toMatchObject(tied);
  expect(Math.min(...(await cones(page)).areas)).toBeGreaterThan(0);
  const picture = (camera) => liNa.details.locator(`.picture[data-camera="${camera}"]`);
  await expect(picture("cam-3-b1").locator(".marks")).toHaveText("1");
  await expect(picture("cam-entrance-3").locator(".marks")).toHaveText("2");

  expect((await site.command("li-na", { claim: { alarm: id } })).status).toBe(200);
  expect((await site.command("li-na", { dispatch: { matter: { alarm: id }, person: "wang-qiang" } })).status).toBe(200);
  const { assignments } = await site.snapshot();
  const [{ id: assignment }] = Object.values(assignments);
  await expect(liNa.details.locator(".picture"), "who is only asked is not followed").toHaveCount(2);
  expect((await site.command("wang-qiang", { accept: { assignment } })).status).toBe(200);
  await expect(picture("cam-playground").locator(".marks")).toHaveText(/3.*巡逻2 王强/);
  await expect.poll(async () => (await cones(page)).cameras).toEqual([...tied.cameras, "cam-playground"]);
  // One that stands beside the map already says who walks in it.
  await site.position("guard-01", ENTRANCE_3);
  await expect(picture("cam-entrance-3").locator(".marks")).toHaveText(/2.*巡逻2 王强/);
  await expect(picture("cam-playground")).toHaveCount(0);
  // Where nobody sees them, none pretends.
  await site.position("guard-01", LAWN);
  await expect(picture("cam-entrance-3").locator(".marks")).toHaveText("2");

  const camera = await liNa.place("device:cam-lake");
  await camera.click();
  await expect.poll(() => cones(page)).toMatchObject({ cameras: ["cam-lake"], numbers: [] });
  await (await liNa.place("device:door-north-gate")).click();
  await expect.poll(() => cones(page)).toMatchObject({ cameras: [] });
});

test("the share of the public area that cameras watch is counted when somebody asks for it", async ({ open, site }) => {
  const liNa = await open("li-na", { map: true, watch: catchMap, search: { selected: "device:cam-tower-5" } });
  const { page } = liNa;
  const tool = page.locator(".coverage");
  const number = async (words) => Number((await tool.textContent()).match(words)[1]);
  const drawn = (kind) => page.evaluate((kind) => {
    const { features } = globalThis.caughtMap.getStyle().sources.coverage.data;
    return features.find(({ properties }) => properties.kind === kind)?.geometry.coordinates.length ?? 0;
  }, kind);
  await expect(tool.locator("p")).toBeEmpty();
  await tool.locator("[data-action=coverage]").click();
  await expect(tool).toContainText(/覆盖率 [\d.]+ %/, { timeout: 20_000 });
  const planned = await number(/覆盖率 ([\d.]+) %/);
  expect(await number(/没有它：([\d.]+) %/)).toBeLessThan(planned);
  await expect.poll(() => drawn("watched")).toBeGreaterThan(50);
  expect(await drawn("lost")).toBe(0);

  await site.report("cam-tower-6", "camera_down");
  await expect(tool).toContainText(/（现在 [\d.]+ %）/);
  expect(await number(/现在 ([\d.]+) %/)).toBeLessThan(planned);
  await expect.poll(() => drawn("lost")).toBeGreaterThan(0);
  await tool.locator("[data-action=coverage]").click();
  await expect(tool.locator("p")).toBeEmpty();
  await expect.poll(() => drawn("watched")).toBe(0);
});
