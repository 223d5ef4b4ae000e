//! Puts the files of the browser app together and fills their addresses into `index.html`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::bindgen::App;
use super::files::{Files, below, read_text};
use super::vendor;
use crate::content_hash::content_hash;

const LICENCES: &str = "Castellan is Apache-2.0. It contains MapLibre GL JS (BSD-3-Clause, see the head of its script) \
and Noto Sans SC (OFL-1.1, see fonts/).\n";

/// Everything that goes into the folder, with `index.html` naming it.
pub(super) fn assemble(root: &Path, packages: &Path, app: App) -> Result<Files> {
    let mut files = Files::default();
    let vendor = vendor::add(&mut files, packages)?;
    let assets = root.join("assets");
    for (path, script) in app.snippets {
        files.add(&format!("assets/{path}"), script)?;
    }
    let script = files.add_hashed("assets/castellan.js", app.script)?;
    let wasm = files.add_hashed("assets/castellan.wasm", app.wasm)?;
    let style = files.add_hashed("assets/style.css", styles(&root.join("style"))?)?;
    let boot = files.add_hashed("assets/boot.js", read_text(&assets.join("boot.js"))?)?;
    let watchdog = files.add_hashed(
        "assets/watchdog.js",
        read_text(&assets.join("watchdog.js"))?,
    )?;
    let pictures = pictures(&mut files, &assets)?;
    let icon = pictures
        .get("icons/castellan.svg")
        .cloned()
        .unwrap_or_else(|| "data:,".into());
    let list = serde_json::to_string(&pictures)?;
    // The names carry the contents' hashes, so their hash changes when any of the app changes.
    let build = content_hash(
        [&script, &wasm, &style, &boot, &watchdog, &list]
            .map(String::as_str)
            .concat()
            .as_bytes(),
    );
    let page = fill(
        &read_text(&assets.join("index.html"))?,
        &[
            ("build", &build),
            ("script", &script),
            ("wasm", &wasm),
            ("style", &style),
            ("boot", &boot),
            ("watchdog", &watchdog),
            ("icon", &icon),
            ("assets", &list),
            ("map_script", &vendor.map_script),
            ("map_worker", &vendor.map_worker),
            ("map_style", &vendor.map_style),
            ("font_style", &vendor.font_style),
        ],
    )?;
    files.add("index.html", page)?;
    // At the root, because a worker answers for what lies below it.
    let worker = read_text(&assets.join("wall-worker.js"))?;
    files.add("wall-worker.js", worker)?;
    files.add("build.txt", format!("{build}\n"))?;
    files.add("LICENCES.txt", LICENCES)?;
    Ok(files)
}

/// Every style sheet in one: tokens, then base, then the rest by name.
fn styles(folder: &Path) -> Result<String> {
    let mut sheets: Vec<String> = below(folder)?
        .into_iter()
        .filter(|path| Path::new(path).extension().is_some_and(|end| end == "css"))
        .collect();
    sheets.sort_by_key(|path| match path.as_str() {
        "tokens.css" => (0, String::new()),
        "base.css" => (1, String::new()),
        other => (2, other.to_owned()),
    });
    let mut whole = String::new();
    for sheet in sheets {
        let text = read_text(&folder.join(&sheet))?;
        if text.contains("@import") {
            bail!(
                "`style/{sheet}` has an @import; every sheet below style/ is already included, so remove it."
            );
        }
        whole.push_str(&text);
        whole.push('\n');
    }
    Ok(whole)
}

/// Icons and sounds under hashed names; the app finds them through the list `#castellan-assets` in the page.
fn pictures(files: &mut Files, assets: &Path) -> Result<BTreeMap<String, String>> {
    let mut urls = BTreeMap::new();
    for folder in ["icons", "sounds"] {
        for path in below(&assets.join(folder))? {
            let name = format!("{folder}/{path}");
            let content = fs::read(assets.join(&name))
                .with_context(|| format!("`assets/{name}` could not be read"))?;
            let url = files.add_hashed(&format!("assets/{name}"), content)?;
            urls.insert(name, url);
        }
    }
    Ok(urls)
}

/// Replaces every `{{name}}`; one that is unknown, or never used, is a mistake.
fn fill(template: &str, values: &[(&str, &str)]) -> Result<String> {
    let mut page = template.to_owned();
    for (name, value) in values {
        let mark = format!("{{{{{name}}}}}");
        if !page.contains(&mark) {
            bail!(
                "assets/index.html does not use {mark}. Put it back, or stop offering it in xtask/src/web/page.rs."
            );
        }
        page = page.replace(&mark, &value.replace('<', "\\u003c"));
    }
    if let Some(position) = page.find("{{") {
        let rest: String = page[position..].chars().take(30).collect();
        bail!("assets/index.html asks for something that the build does not know: `{rest}…`");
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_filled_completely_or_not_at_all() -> Result<()> {
        assert_eq!(
            fill(
                "<a href={{x}}>{{y}}",
                &[("x", "/1"), ("y", "{\"a\":\"/b\"}")]
            )?,
            "<a href=/1>{\"a\":\"/b\"}"
        );
        assert!(fill("{{x}} {{z}}", &[("x", "1")]).is_err(), "unknown mark");
        assert!(fill("plain", &[("x", "1")]).is_err(), "unused value");
        Ok(())
    }

    #[test]
    fn style_sheets_come_in_the_declared_order() -> Result<()> {
        let folder =
            std::env::temp_dir().join(format!("castellan-xtask-style-{}", std::process::id()));
        fs::create_dir_all(folder.join("alarms"))?;
        for (name, text) in [
            ("alarms/list.css", "c"),
            ("base.css", "b"),
            ("tokens.css", "a"),
            ("wall.css", "d"),
            ("notes.md", "x"),
        ] {
            fs::write(folder.join(name), text)?;
        }
        assert_eq!(styles(&folder)?, "a\nb\nc\nd\n");
        fs::write(folder.join("wall.css"), "@import 'x.css';")?;
        assert!(styles(&folder).is_err());
        fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
