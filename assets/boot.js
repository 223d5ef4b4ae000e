// Starts the app, then the map library and the font. The page's content security policy allows no inline script,
// so the addresses come from this script's own `data-` attributes.
//
// The lists come first: what the map needs is fetched once the app runs, and read once the app calls for it.
//
// What the app finds:
//   castellanStartMap         to be called once there is something to draw
//   castellanMaplibrePromise  the map library, some time after that call
//   castellanFontsPromise     settles when the Chinese font's list of slices is known to the page
// When loading fails, the person reads why, and `castellan-load-failed` lets the watchdog try again.

const from = document.getElementById("castellan-boot").dataset;
// The watchdog looks for this mark: without it not even this script arrived.
document.documentElement.dataset.boot = "started";

const MAP_RETRY_MS = [1000, 5000, 15000];

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function loadStyle(url) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url;
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`${url} could not be loaded`));
    document.head.append(link);
  });
}

/** Lets the browser fetch what it will be asked for, after everything that it was asked for already. */
function fetchAhead(url) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = url;
  link.fetchPriority = "low";
  document.head.append(link);
}

/**
 * No one sees through a map. The library asks for a canvas that others could shine through, and without a graphics card a
 * processor would blend all of it into each picture of the page.
 */
function drawMapsOpaque() {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, wishes) {
    return getContext.call(this, kind, kind === "webgl2" ? { ...wishes, alpha: false } : wishes);
  };
}

async function loadMap() {
  drawMapsOpaque();
  for (let attempt = 0; ; attempt += 1) {
    try {
      // A browser remembers a failed import by its address, so every further attempt needs another one.
      const again = attempt === 0 ? "" : `?attempt=${attempt}`;
      const [maplibre] = await Promise.all([import(from.mapScript + again), loadStyle(from.mapStyle)]);
      maplibre.setWorkerUrl(from.mapWorker);
      globalThis.castellanMaplibre = maplibre;
      return maplibre;
    } catch (error) {
      if (attempt >= MAP_RETRY_MS.length) {
        throw error;
      }
      await pause(MAP_RETRY_MS[attempt]);
    }
  }
}

function say(zh, en) {
  const box = document.getElementById("boot") ?? document.body.appendChild(document.createElement("div"));
  box.id = "boot";
  box.setAttribute("role", "alert");
  box.dataset.failed = "true";
  const line = document.createElement("p");
  // The watchdog, which runs first, has chosen it.
  line.textContent = document.documentElement.lang === "zh-CN" ? zh : en;
  box.replaceChildren(line);
}

/** A wall starts with the power, perhaps before its server: from then on our own page waits in the place of an error. */
function keepWall() {
  try {
    // It waits no longer.
    sessionStorage.removeItem("castellan.waiting_since");
  } catch {
    // Nothing could be kept there.
  }
  // Where a browser has none (it wants TLS or this machine), the wall works without.
  navigator.serviceWorker?.register("/wall-worker.js", { scope: "/wall", updateViaCache: "none" }).catch(() => {});
}

async function start() {
  if (typeof WebAssembly !== "object") {
    say(
      "此浏览器无法运行本系统（缺少 WebAssembly）。请改用新版 Chrome、Edge 或 Firefox。",
      "This browser cannot run Castellan (it has no WebAssembly). Use a current Chrome, Edge or Firefox.",
    );
    return;
  }
  let appRuns;
  globalThis.castellanFontsPromise = new Promise((resolve) => (appRuns = resolve)).then(() => loadStyle(from.fontStyle));
  globalThis.castellanMaplibrePromise = new Promise((resolve) => (globalThis.castellanStartMap = resolve)).then(loadMap);
  // Whoever awaits them hears of a failure; that nobody does yet is not an error of the page.
  globalThis.castellanMaplibrePromise.catch(() => {});
  globalThis.castellanFontsPromise.catch(() => {});
  try {
    const app = await import(from.script);
    await app.default({ module_or_path: from.wasm });
    if (document.documentElement.dataset.page === "wall") {
      keepWall();
    }
    // A guard's phone has neither map nor a font of ours: it is cheap, and in a basement.
    if (document.documentElement.dataset.page !== "guard-page") {
      fetchAhead(from.mapScript);
      appRuns();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof WebAssembly.CompileError) {
      say(
        `此浏览器版本过旧，无法运行本系统。请改用新版 Chrome、Edge 或 Firefox。（${reason}）`,
        `This browser is too old to run Castellan. Use a current Chrome, Edge or Firefox. (${reason})`,
      );
      return;
    }
    say(
      `载入失败，正在自动重试。若持续失败，请检查网络和服务器。（${reason}）`,
      `Loading failed; trying again by itself. If this stays, check the network and the server. (${reason})`,
    );
    window.dispatchEvent(new Event("castellan-load-failed"));
  }
}

await start();
