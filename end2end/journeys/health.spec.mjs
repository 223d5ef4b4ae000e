// Health: who reports without being known is named with what to do, and an answer that does not come is said.
import { expect, test } from "../console.mjs";

test("health says what needs somebody, in both languages, and since when it is old", async ({ castellan, open }) => {
  const liNa = await open("li-na");
  await liNa.page.locator(".top .person").click();
  const [page] = await Promise.all([liNa.page.waitForEvent("popup"), liNa.inMenu("health").click()]);
  const health = page.locator(".health-page");
  await expect(health.locator("h1")).toContainText(/系统正常，自|项需要处理/);
  await expect(health.locator(".health-counts section")).toContainText(["摄像机", "服务器", "显示端连接"]);

  const stranger = { device: "d-999", type: "gas_low", event_id: "h-1" };
  expect((await castellan.post("/ingest/v1/events", stranger)).status).toBe(404);
  const trouble = health.locator(".troubles > li", { hasText: "d-999" });
  await expect(trouble).toContainText("1 个发送方不在登记表里", { timeout: 20_000 });
  await expect(trouble).toContainText("加进园区文件");
  await expect(health.locator("h1")).toContainText("项需要处理");

  const english = new URL(page.url());
  english.searchParams.set("lang", "en");
  await page.goto(english.href);
  await expect(trouble).toContainText("1 senders are not in the registry");
  await expect(health.locator("h1")).toContainText(/needs? somebody/);
  await expect(page.locator("main")).not.toContainText(/设备|正常|处理/);

  // The link lives on, and this one question is not answered.
  await page.route("**/health", (route) => (route.request().isNavigationRequest() ? route.continue() : route.abort()));
  await expect(health.locator(".is-old")).toContainText(/The server does not answer\. What stands here is of \d/, { timeout: 20_000 });
  await expect(trouble).toBeVisible();
});
