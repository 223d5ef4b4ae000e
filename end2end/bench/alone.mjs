// The peer: the same estate, drawn by maplibre-gl alone in a page that has nothing else.
//
// What moves is done as the library's own examples do it: a GeoJSON source that is given new data for each frame, and
// an image that draws itself anew for each frame ("Animate a point", "Add an animated icon to the map").
import { createServer } from "node:http";
import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import { join, normalize } from "node:path";

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="MAP/maplibre-gl.css">
<style>body { margin: 0; background: #0b1220 } #map { position: absolute; left: LEFTpx; top: TOPpx; width: WIDTHpx; height: HEIGHTpx }</style>
<div id="map"></div><script type="module">import * as maplibre from "/MAP/maplibre-gl.mjs";
maplibre.setWorkerUrl("/MAP/maplibre-gl-worker.mjs"); globalThis.maplibre = maplibre;</script>`;
const KINDS = { ".css": "text/css", ".mjs": "text/javascript", ".html": "text/html" };

/** Serves the map library from the folder of the browser app, and the page. `box` is where the app has its map. */
export async function serveAlone(web, box) {
  const vendor = join(web, "vendor");
  const [map] = (await readdir(vendor)).filter((name) => name.startsWith("maplibre-gl-"));
  const page = PAGE.replaceAll("MAP", `vendor/${map}`)
    .replace("LEFT", box.x)
    .replace("TOP", box.y)
    .replace("WIDTH", box.width)
    .replace("HEIGHT", box.height);
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://peer").pathname);
    const kind = KINDS[path.slice(path.lastIndexOf("."))] ?? "text/html";
    const content = path === "/" ? page : await readFile(join(web, path)).catch(() => null);
    response.writeHead(content === null ? 404 : 200, { "content-type": kind }).end(content ?? "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => server.close(),
  };
}

/** Draws what the app's map shows. `shown` is its style and camera. */
export async function drawAlone(page, url, shown) {
  await page.goto(url);
  await page.waitForFunction(() => globalThis.maplibre, null, { timeout: 30_000 });
  await page.evaluate((shown) => {
    const map = new globalThis.maplibre.Map({
      container: "map",
      ...shown,
      attributionControl: false,
      renderWorldCopies: false,
      fadeDuration: 150,
      canvasContextAttributes: { antialias: false },
    });
    globalThis.aloneFrames = 0;
    map.on("render", () => {
      globalThis.aloneFrames += 1;
    });
    globalThis.alone = map;
    map.once("idle", () => {
      globalThis.aloneIdle = true;
    });
  }, shown);
  await page.waitForFunction(() => globalThis.aloneIdle, null, { timeout: 60_000 });
}

/** A clock beside the map, as every console has: whatever shows the second composes its page anew with it. */
export async function tickAlone(page) {
  await page.evaluate(() => {
    const clock = document.createElement("div");
    clock.style.cssText = "position: absolute; right: 160px; top: 8px; color: #c9d4e5; font: 22px sans-serif";
    document.body.append(clock);
    setInterval(() => {
      clock.textContent = new Date().toLocaleTimeString("zh-CN", { hour12: false });
    }, 1_000);
  });
}

export function framesAlone(page) {
  return page.evaluate(() => globalThis.aloneFrames);
}

/** A pulsing dot, as in the library's example. */
export async function pulseAlone(page, at) {
  await page.evaluate((at) => {
    const size = 80;
    const dot = {
      width: size,
      height: size,
      data: new Uint8Array(size * size * 4),
      onAdd() {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = size;
        this.context = canvas.getContext("2d", { willReadFrequently: true });
      },
      render() {
        const phase = (performance.now() % 1_500) / 1_500;
        const { context } = this;
        context.clearRect(0, 0, size, size);
        context.beginPath();
        context.arc(size / 2, size / 2, 16 * (1.15 + 1.35 * phase), 0, Math.PI * 2);
        context.strokeStyle = `rgba(255, 77, 79, ${0.9 * (1 - phase)})`;
        context.lineWidth = 2;
        context.stroke();
        this.data = context.getImageData(0, 0, size, size).data;
        globalThis.alone.triggerRepaint();
        return true;
      },
    };
    globalThis.alone.addImage("pulse", dot);
    const point = { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } };
    globalThis.alone.addSource("pulse", { type: "geojson", data: point });
    globalThis.alone.addLayer({ id: "pulse", type: "symbol", source: "pulse", layout: { "icon-image": "pulse", "icon-allow-overlap": true } });
  }, at);
}

/** People who walk to and fro between two places, drawn `framesPerSecond` times in a second. */
export async function walkAlone(page, walks, framesPerSecond) {
  await page.evaluate(
    ({ walks, framesPerSecond }) => {
      const people = () => {
        const turn = (performance.now() / 60_000) % 2;
        const along = turn < 1 ? turn : 2 - turn;
        const feature = ([from, to]) => ({
          type: "Feature",
          properties: {},
          geometry: { type: "Point", coordinates: [0, 1].map((axis) => from[axis] + (to[axis] - from[axis]) * along) },
        });
        return { type: "FeatureCollection", features: walks.map(feature) };
      };
      globalThis.alone.addSource("people", { type: "geojson", data: people() });
      globalThis.alone.addLayer({ id: "people", type: "circle", source: "people", paint: { "circle-radius": 7, "circle-color": "#7ce0c3" } });
      setInterval(() => globalThis.alone.getSource("people").setData(people()), 1_000 / framesPerSecond);
    },
    { walks, framesPerSecond },
  );
}
