// Answers for the server while it cannot: a wall that starts before its server shows our own page, which says since when
// it waits and goes live by itself. It keeps nothing of the app: what it cannot fetch now it does not show, so no old
// build and no old picture is ever taken for the present.
//
// Its scope is /wall and nothing else.

const PAGE = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Castellan</title>
<style>
  body { margin: 0; height: 100vh; display: grid; place-content: center; background: #0b1220; color: #c9d4e5;
    font: 400 3.4vh/1.5 "Noto Sans SC Variable", system-ui, "PingFang SC", "Microsoft YaHei", sans-serif;
    font-variant-numeric: tabular-nums; cursor: none; }
  /* Above the frames in the middle of four screens, and left of them. */
  main { position: fixed; left: 5vh; bottom: 53vh; max-width: 82vh; }
  h1 { margin: 0 0 2vh; color: #eef3fb; font-size: 6.4vh; line-height: 1.25; font-weight: 600; }
  p { margin: 0; }
  time { color: #eef3fb; }
</style>
<body data-waiting>
<main role="status"><h1></h1><p id="since"></p><p id="advice"></p></main>
<script>
  const KEY = "castellan.waiting_since";
  const PROBE_EVERY_MS = 2000;
  const PROBE_LIMIT_MS = 5000;
  const kept = () => { try { return Number(sessionStorage.getItem(KEY)) || 0; } catch { return 0; } };
  const keep = (at) => { try { sessionStorage.setItem(KEY, String(at)); } catch { /* It begins anew with each try. */ } };
  const since = kept() || Date.now();
  keep(since);
  const named = new URLSearchParams(location.search).get("lang");
  let chosen = null;
  try { chosen = localStorage.getItem("castellan.language"); } catch { /* Nothing was chosen. */ }
  const zh = (named || chosen || navigator.language).toLowerCase().startsWith("zh");
  document.documentElement.lang = zh ? "zh-CN" : "en";
  const at = new Date(since);
  const two = (n) => String(n).padStart(2, "0");
  const clock = two(at.getHours()) + ":" + two(at.getMinutes());
  document.querySelector("h1").textContent = (zh ? "等待 " : "Waiting for ") + location.hostname;
  document.querySelector("#since").textContent = (zh ? "自 " : "since ") + clock + (zh ? "（本机时间）" : " (this machine's clock)");
  const isDuty = ["值守", "duty"].includes(new URLSearchParams(location.search).get("mode"));
  const back = zh ? "服务器没有应答，恢复后自动显示。" : "The server does not answer; the wall comes back by itself.";
  const radio = zh ? "请用对讲机，处置卡在抽屉 1。" : " Use the radio; the cards are in drawer 1.";
  document.querySelector("#advice").textContent = back + (isDuty ? radio : "");
  let answers = 0;
  async function probe() {
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
      answers = answer.ok ? answers + 1 : 0;
    } catch {
      answers = 0;
    }
    // One answer may be the last one of a server that goes.
    if (answers >= 2) {
      try { sessionStorage.removeItem(KEY); } catch { /* There was none. */ }
      location.reload();
      return;
    }
    setTimeout(probe, PROBE_EVERY_MS);
  }
  setTimeout(probe, PROBE_EVERY_MS);
</script>
`;

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
};
/** What a proxy says in the place of a server that is off. */
const NOBODY_THERE = [502, 503, 504];
/** A page that has not begun to come by then counts as none. */
const ANSWER_LIMIT_MS = 5000;

function waiting() {
  return new Response(PAGE, { status: 200, headers: HEADERS });
}

async function answer(request) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return NOBODY_THERE.includes(response.status) ? waiting() : response;
  } catch {
    return waiting();
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") {
    event.respondWith(answer(event.request));
  }
});
