// How long after its address was entered a console shows its first alarm, and its map. Nothing of it is cached.

const LOAD_LIMIT_MS = 120_000;
const LINES = [
  { title: "as it is", goals: [1.5, 4], slow: null },
  { title: "processor ÷ 4, 10 Mbit/s, 20 ms", goals: [2.5, 8], slow: { cpu: 4, bits: 10_000_000, latency: 20 } },
];

export async function firstLoads(chromium, url, alarm, viewport, rounds) {
  const loads = LINES.map((line) => ({ ...line, seen: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const load of loads) {
      load.seen.push(await once(chromium, url, alarm, viewport, load.slow));
    }
  }
  return loads.map(({ title, goals, seen }) => ({
    title,
    goals,
    row: spread(seen.map(({ row }) => row)),
    map: spread(seen.map(({ map }) => map)),
  }));
}

async function once(chromium, url, alarm, viewport, slow) {
  const page = await chromium.window(viewport);
  try {
    await page.addInitScript(noteTimes, alarm);
    if (slow) {
      const session = await page.context().newCDPSession(page);
      const bytes = slow.bits / 8;
      await session.send("Network.enable");
      await session.send("Network.emulateNetworkConditions", { offline: false, latency: slow.latency, downloadThroughput: bytes, uploadThroughput: bytes });
      await session.send("Emulation.setCPUThrottlingRate", { rate: slow.cpu });
    }
    await page.goto(`${url}/?as=li-na`, { timeout: LOAD_LIMIT_MS, waitUntil: "commit" });
    await page.waitForFunction(() => globalThis.seenAt?.row && globalThis.seenAt?.map, null, { timeout: LOAD_LIMIT_MS });
    return await page.evaluate(() => globalThis.seenAt);
  } finally {
    await page.context().close();
  }
}

/** Runs in the page: notes when the alarm can be read, with its kind and its place, and when the map has drawn. */
function noteTimes(alarm) {
  globalThis.seenAt = {};
  const look = () => {
    const { seenAt } = globalThis;
    const row = document.querySelector(`.open-alarms [data-alarm="${alarm}"]`);
    const said = (part) => row?.querySelector(part)?.textContent.trim();
    if (!seenAt.row && said(".what") && said(".place")) {
      // Once it has been painted.
      requestAnimationFrame(() => setTimeout(() => (seenAt.row ??= performance.now()), 0));
    }
    if (!seenAt.map && document.body?.dataset.ready === "true") {
      requestAnimationFrame(() => setTimeout(() => (seenAt.map ??= performance.now()), 0));
    }
    if (!seenAt.row || !seenAt.map) {
      setTimeout(look, 10);
    }
  };
  look();
}

function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { least: sorted[0], median: sorted[Math.floor(sorted.length / 2)], most: sorted.at(-1) };
}
