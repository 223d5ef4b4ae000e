// Notices when the app has stopped (a WebAssembly panic stops it for good) and reloads the page. Before that it
// says which language the page speaks: it is the first script that runs.
//
// The app sets `window.castellanBeat = performance.now()` every second, and never again after a panic.
// Four seconds of silence in a visible tab cover the screen, because a picture that no longer moves must not be
// believed: with the tick that is within five. After five more it reloads, unless the app was only slow.
// The page is reloaded only once the server has answered twice: a covered screen is better than a browser's error page,
// and one answer may be the last of a server that goes.
// Written for old browsers too: it also tells them that they are too old.
(function () {
  "use strict";

  var SILENCE_MS = 4000;
  var TICK_MS = 500;
  // A tick that comes this late means that the whole page slept; then the app's silence means nothing.
  var SLEPT_MS = 3000;
  var PROBE_EVERY_MS = 3000;
  var ANSWERS = 2;
  var ANSWERS_APART_MS = 1000;
  var PROBE_LIMIT_MS = 5000;
  var RELOAD_AFTER_MS = [5000, 15000, 35000, 65000];
  // Running well for this long, the next fault is a new one.
  var HEALTHY_MS = 5 * 60 * 1000;
  var COUNT_KEY = "castellan-reloads";

  // The language in the address, else the one that was chosen here before, else the browser's own. Everybody after
  // this script reads it from <html lang>: the boot script and the app too.
  function preferred() {
    var named = [(/[?&]lang=([^&#]*)/.exec(location.search) || [])[1]];
    try {
      named.push(localStorage.getItem("castellan.language"));
    } catch (blocked) {
      // Nothing was chosen that this browser could have kept.
    }
    named = named.concat(navigator.languages || [navigator.language]);
    for (var i = 0; i < named.length; i += 1) {
      var language = /^(zh|en)(-|$)/i.exec(named[i] || "");
      if (language) {
        return language[1].toLowerCase() === "zh" ? "zh-CN" : "en";
      }
    }
    return "en";
  }

  function chinese() {
    return document.documentElement.lang === "zh-CN";
  }

  // Until here both languages stand there; what needs scripts to be allowed stays in both.
  function speak() {
    document.documentElement.lang = preferred();
    document.title = chinese() ? "Castellan 智慧安防一张图" : "Castellan";
    var lines = document.querySelectorAll("#boot [lang]");
    for (var i = 0; i < lines.length; i += 1) {
      if (lines[i].lang !== document.documentElement.lang) {
        lines[i].parentNode.removeChild(lines[i]);
      }
    }
  }

  speak();

  var trustedSince = performance.now();
  var lastTick = trustedSince;
  var firstBeat = null;
  var rescue = null;

  function reloads() {
    try {
      return Number(sessionStorage.getItem(COUNT_KEY)) || 0;
    } catch (blocked) {
      // Without a memory every reload would look like the first one and follow at once, for ever.
      return 2;
    }
  }

  function rememberReloads(count) {
    try {
      sessionStorage.setItem(COUNT_KEY, String(count));
    } catch (blocked) {
      return;
    }
  }

  function line(zh, en) {
    var element = document.createElement("p");
    element.textContent = chinese() ? zh : en;
    element.style.margin = "0 0 0.6em";
    return element;
  }

  function cover() {
    var banner = document.createElement("div");
    banner.id = "castellan-stopped";
    banner.setAttribute("role", "alert");
    // Not from the style sheet, which may be what is missing.
    banner.style.cssText =
      "position:fixed;inset:0;z-index:2147483647;display:flex;flex-direction:column;align-items:center;" +
      "justify-content:center;padding:8vmin;text-align:center;background:#0b1220;color:#ffffff;" +
      "font:600 clamp(20px,3vmin,64px)/1.5 system-ui,sans-serif";
    banner.appendChild(line(
      "画面已停止更新，正在重新载入。服务器恢复后会自动刷新，其间请用对讲机联络。",
      "The screen has stopped; reloading. It comes back by itself once the server answers. Until then, use the radio."
    ));
    // A modal dialog is drawn above everything else, so it would stay readable as if it were true.
    var dialogs = document.querySelectorAll("dialog[open]");
    for (var i = 0; i < dialogs.length; i += 1) {
      dialogs[i].close();
    }
    document.body.appendChild(banner);
    return banner;
  }

  function probe(done) {
    var abort = new AbortController();
    var limit = setTimeout(function () {
      abort.abort();
    }, PROBE_LIMIT_MS);
    fetch("/healthz", { cache: "no-store", signal: abort.signal })
      .then(
        function (response) {
          return response.ok;
        },
        function () {
          return false;
        },
      )
      .then(function (ok) {
        clearTimeout(limit);
        done(ok);
      });
  }

  function startRescue(banner) {
    var count = reloads();
    var mine = { banner: banner, since: performance.now() };
    var answers = 0;
    rescue = mine;
    function attempt() {
      if (rescue !== mine) {
        return;
      }
      probe(function (ok) {
        if (rescue !== mine) {
          return;
        }
        answers = ok ? answers + 1 : 0;
        if (answers < ANSWERS) {
          setTimeout(attempt, ok ? ANSWERS_APART_MS : PROBE_EVERY_MS);
          return;
        }
        rememberReloads(count + 1);
        location.reload();
      });
    }
    setTimeout(attempt, RELOAD_AFTER_MS[Math.min(count, RELOAD_AFTER_MS.length - 1)]);
  }

  function endRescue() {
    if (rescue.banner) {
      rescue.banner.remove();
    }
    rescue = null;
  }

  function tick() {
    var now = performance.now();
    if (now - lastTick > SLEPT_MS) {
      trustedSince = now;
    }
    lastTick = now;
    var beat = window.castellanBeat;
    if (typeof beat !== "number") {
      return;
    }
    if (firstBeat === null) {
      firstBeat = now;
    }
    if (rescue) {
      // The app was only slow: what it shows now is true again.
      if (beat > rescue.since) {
        endRescue();
      }
      return;
    }
    if (document.visibilityState !== "visible") {
      return;
    }
    if (now - Math.max(beat, trustedSince) > SILENCE_MS) {
      startRescue(cover());
    } else if (now - firstBeat > HEALTHY_MS && reloads() > 0) {
      rememberReloads(0);
    }
  }

  document.addEventListener("visibilitychange", function () {
    // Timers of hidden tabs are slowed down; the app gets its full time again.
    trustedSince = performance.now();
  });

  window.addEventListener("castellan-load-failed", function () {
    if (!rescue) {
      startRescue(null);
    }
  });

  window.addEventListener("load", function () {
    if (document.documentElement.getAttribute("data-boot")) {
      return;
    }
    var box = document.getElementById("boot");
    box.textContent = "";
    box.appendChild(line(
      "载入失败：浏览器版本过旧，或网络中断。请改用新版 Chrome、Edge 或 Firefox，或稍后刷新页面。",
      "Loading failed: the browser is too old, or the network broke. Use a current Chrome, Edge or Firefox, or reload the page later."
    ));
    if (window.fetch && window.AbortController && !rescue) {
      startRescue(null);
    }
  });

  setInterval(tick, TICK_MS);
})();
