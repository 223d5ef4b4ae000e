// Pictures of a running Castellan, to be looked at by people:
//   node end2end/shots.mjs http://127.0.0.1:7878 shots [/ /wall …]
import { chromium } from "@playwright/test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchOptions } from "./chromium.mjs";

const SIZES = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 390, height: 844 },
];
const LANGUAGES = ["zh", "en"];
const THEMES = ["dark", "light"];
const READY_LIMIT_MS = 60_000;

const [url, folder, ...given] = process.argv.slice(2);
if (!url || !folder) {
  process.stderr.write("Usage: node end2end/shots.mjs <url of a running server> <folder> [path …]\n");
  process.exit(2);
}
const paths = given.length > 0 ? given : ["/"];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch(launchOptions);
try {
  for (const path of paths) {
    for (const viewport of SIZES) {
      for (const lang of LANGUAGES) {
        for (const theme of THEMES) {
          await shoot(path, viewport, lang, theme);
        }
      }
    }
  }
} finally {
  await browser.close();
}

async function shoot(path, viewport, lang, theme) {
  const context = await browser.newContext({ viewport, colorScheme: theme });
  const page = await context.newPage();
  page.on("pageerror", (error) => process.stderr.write(`${path}: ${error.message}\n`));
  const address = new URL(path, url);
  address.searchParams.set("lang", lang);
  address.searchParams.set("theme", theme);
  await page.goto(address.href, { timeout: READY_LIMIT_MS });
  const ready = await page.waitForSelector('body[data-ready="true"]', { state: "attached", timeout: READY_LIMIT_MS }).catch(() => null);
  const place = path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "console";
  const file = join(folder, `${place}-${viewport.width}x${viewport.height}-${lang}-${theme}.png`);
  await page.screenshot({ path: file, timeout: READY_LIMIT_MS });
  await context.close();
  process.stdout.write(`${file}\n`);
  if (!ready) {
    throw new Error(`${address.href} was not ready within ${READY_LIMIT_MS / 1000} s; the last picture shows how far it came.`);
  }
}
