// The pictures of the README, each in both languages, from a server of its own:
//   CASTELLAN_SERVER=target/debug/castellan CASTELLAN_WEB=dist/web-test node end2end/pictures.mjs shots
// Look at each before it goes into docs/screenshots as a JPEG.
import { chromium } from "@playwright/test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Castellan } from "./castellan.mjs";
import { launchOptions } from "./chromium.mjs";
import { Site, Window, estate } from "./console.mjs";
import { Receiver } from "./receiver.mjs";

const WALL = { width: 1920, height: 1080 };
const DESK = { width: 1280, height: 720 };
/** Where guards stand, on the ground and in nobody's way. */
const GROUND = [
  [120.1118, 30.2862], [120.1131, 30.2865], [120.1122, 30.2878], [120.1109, 30.2869],
  [120.1136, 30.2876], [120.1128, 30.2858], [120.1112, 30.2882], [120.1141, 30.2869],
];
/** A page has found its rest: fonts, tiles, and what comes up softly. */
const REST_MS = 2_500;
const [folder] = process.argv.slice(2);
if (!folder) {
  process.stderr.write("Usage: node end2end/pictures.mjs <folder>\n");
  process.exit(2);
}

const phones = estate.people.filter((person) => person.phone).slice(0, GROUND.length);
await mkdir(folder, { recursive: true });
const browser = await chromium.launch(launchOptions);
try {
  for (const lang of ["zh", "en"]) {
    await pictures(lang);
  }
} finally {
  await browser.close();
}

async function pictures(lang) {
  const receiver = await Receiver.start();
  const castellan = await Castellan.create();
  try {
    await receiver.listenTo(castellan);
    await told(new Site(castellan), castellan, lang);
  } finally {
    await castellan.remove();
    await receiver.stop();
  }
}

async function told(site, castellan, lang) {
  for (const leader of ["wang-jianguo", "chen-gang", "huang-jian"]) {
    await site.onDuty(leader);
  }
  const walk = () => Promise.all(phones.map(({ phone }, at) => site.position(phone, GROUND[at])));
  const shoot = async (window, name, clip) => {
    await window.page.waitForTimeout(REST_MS);
    const path = join(folder, `${name}-${lang}.png`);
    await window.page.screenshot({ path, clip });
    process.stdout.write(`${path}\n`);
  };
  const open = async (viewport, search = {}) => {
    const context = await browser.newContext({ viewport, baseURL: castellan.url, colorScheme: "dark" });
    const window = new Window(await context.newPage());
    await window.page.goto(`/?${new URLSearchParams({ as: "li-na", lang, theme: "dark", ...search })}`);
    await window.ready({ map: true });
    return window;
  };
  const close = (window) => window.page.context().close();

  await walk();
  const wall = await open(WALL);
  await shoot(wall, "quiet");

  await site.report("door-east-gate", "door_held");
  const gas = await site.report("gas-3-b1", "gas_high");
  await walk();
  await shoot(wall, "urgent");
  await close(wall);

  const call = { phone: "guard-12", event_id: "picture", kind: "sos", at: [0, 0] };
  await castellan.post("/ingest/v1/calls", call);
  const sos = (await site.queue()).find((alarm) => alarm.source.person).id;
  const desk = await open(DESK, { selected: sos });
  await walk();
  await shoot(desk, "doubt");
  await desk.page.context().setOffline(true);
  await desk.cover.waitFor();
  await shoot(desk, "stale");
  await close(desk);

  await site.command("li-na", { claim: { alarm: gas } });
  const judge = await open(DESK, { selected: gas });
  await judge.page.waitForTimeout(REST_MS);
  await judge.page.keyboard.press("x");
  await judge.page.keyboard.press("3");
  await judge.details.locator(".choices").first().scrollIntoViewIfNeeded();
  await shoot(judge, "basis", await judge.details.boundingBox());
  await close(judge);
}
