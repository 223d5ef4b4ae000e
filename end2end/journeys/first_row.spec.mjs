// Lists wait for neither the map nor its fonts.
import { expect, test } from "../console.mjs";

test("the queue is read and worked while neither the map nor a font has come", async ({ open, site }) => {
  const id = await site.report("gas-3-b1", "gas_high");
  const held = [];
  const watch = (page) => page.route(/\/(vendor|fonts)\//, (route) => held.push(route.request().url()));
  const liNa = await open("li-na", { watch });
  await expect(liNa.row(id)).toContainText("3号楼");
  await liNa.walkTo(id);
  await liNa.page.keyboard.press("Enter");
  await expect(liNa.owner(id)).toContainText("李娜");
  expect(held.some((url) => url.includes("/vendor/")), "the map was asked for").toBe(true);
  expect(held.some((url) => url.includes("/fonts/")), "the fonts were asked for").toBe(true);
  await expect(liNa.page.locator("body")).toHaveAttribute("data-ready", "false");
});
