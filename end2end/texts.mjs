// What a page says: every visible text, and whether it can be read whole.

/**
 * Every visible text and every name for screen readers, as `{ text, from }`.
 * `except` names elements whose words are data and not ours.
 */
export function visibleTexts(page, { root = "body", except = "" } = {}) {
  return page.evaluate(
    ([root, except]) => {
      const found = [];
      const path = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
      const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      const isData = (element) => except !== "" && element.closest(except) !== null;
      for (const element of document.querySelector(root).querySelectorAll("*")) {
        if (!shown(element) || isData(element)) {
          continue;
        }
        for (const name of ["aria-label", "title", "placeholder", "alt"]) {
          const text = element.getAttribute(name);
          if (text) {
            found.push({ text, from: `${path(element)}[${name}]` });
          }
        }
        for (const node of element.childNodes) {
          const text = node.nodeType === Node.TEXT_NODE ? node.textContent.trim() : "";
          if (text) {
            found.push({ text, from: path(element) });
          }
        }
      }
      return found;
    },
    [root, except],
  );
}

/** Texts that are cut: by their own box, by a box around it that cannot scroll, or by the edge of the page. */
export function clippedTexts(page, root = "body") {
  return page.evaluate((root) => {
    const found = [];
    for (const element of document.querySelector(root).querySelectorAll("*")) {
      // Names on the map come and go with what is drawn there; what is `unseen` is for screen readers only.
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".map, .unseen")) {
        continue;
      }
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.textContent.trim()) {
          continue;
        }
        const range = document.createRange();
        range.selectNodeContents(node);
        const text = range.getBoundingClientRect();
        if (text.width === 0) {
          continue;
        }
        let why = text.left < -1 || text.right > document.documentElement.clientWidth + 1 ? "the edge of the page" : "";
        for (let box = element; box && !why; box = box.parentElement) {
          const { overflowX, overflowY } = getComputedStyle(box);
          const rect = box.getBoundingClientRect();
          if (overflowX !== "visible" && (text.right > rect.right + 1 || text.left < rect.left - 1)) {
            why = `${box.tagName.toLowerCase()}.${box.className}, sideways`;
          }
          if (overflowY === "hidden" && (text.bottom > rect.bottom + 2 || text.top < rect.top - 2)) {
            why = `${box.tagName.toLowerCase()}.${box.className}, below`;
          }
        }
        if (why) {
          found.push(`${node.textContent.trim()} — cut by ${why}`);
        }
      }
    }
    return found;
  }, root);
}
