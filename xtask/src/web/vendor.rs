//! What we take from npm packages: the map library and the Chinese font, only the files that a browser asks for.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::files::{Files, read_text};

pub(super) struct Vendor {
    pub(super) map_script: String,
    pub(super) map_worker: String,
    pub(super) map_style: String,
    pub(super) font_style: String,
}

const MAP_FILES_MAX: usize = 20;
const FONT_SLICES_MAX: usize = 400;

pub(super) fn add(files: &mut Files, packages: &Path) -> Result<Vendor> {
    let map = packages.join("maplibre-gl");
    let folder = format!("vendor/maplibre-gl-{}", version(&map)?);
    let dist = map.join("dist");
    add_scripts(
        files,
        &dist,
        &folder,
        &["maplibre-gl.mjs", "maplibre-gl-worker.mjs"],
    )?;
    let map_style = files.add(
        &format!("{folder}/maplibre-gl.css"),
        read_text(&dist.join("maplibre-gl.css"))?,
    )?;
    let font_style = add_font(files, &packages.join("@fontsource-variable/noto-sans-sc"))?;
    Ok(Vendor {
        map_script: format!("/{folder}/maplibre-gl.mjs"),
        map_worker: format!("/{folder}/maplibre-gl-worker.mjs"),
        map_style,
        font_style,
    })
}

fn version(package: &Path) -> Result<String> {
    let manifest: Value = serde_json::from_str(&read_text(&package.join("package.json"))?)
        .with_context(|| format!("`{}/package.json` is not JSON", package.display()))?;
    let version = manifest["version"]
        .as_str()
        .with_context(|| format!("`{}/package.json` has no version", package.display()))?;
    Ok(version.to_owned())
}

/// Copies the entry scripts and, through their relative imports, all that they need.
fn add_scripts(files: &mut Files, dist: &Path, folder: &str, entries: &[&str]) -> Result<()> {
    let mut open: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    let mut seen = open.clone();
    while let Some(name) = open.pop() {
        let text = read_text(&dist.join(&name))?;
        for import in relative_imports(&text) {
            if !seen.contains(&import) {
                seen.push(import.clone());
                open.push(import);
            }
        }
        if seen.len() > MAP_FILES_MAX {
            bail!(
                "`{}` imports more than {MAP_FILES_MAX} files; look at what the new version does before shipping it.",
                dist.display()
            );
        }
        files.add(&format!("{folder}/{name}"), without_source_map(&text))?;
    }
    Ok(())
}

/// `x.mjs` for each `from"./x.mjs"` or `import("./x.mjs")`.
fn relative_imports(script: &str) -> Vec<String> {
    let mut imports = Vec::new();
    for (position, _) in script.match_indices("./") {
        let before = script[..position].trim_end();
        let Some(before) = before.strip_suffix(['"', '\'', '`']) else {
            continue;
        };
        let before = before.trim_end().trim_end_matches('(').trim_end();
        if !before.ends_with("from") && !before.ends_with("import") {
            continue;
        }
        let name = script[position + 2..]
            .split(['"', '\'', '`'])
            .next()
            .unwrap_or_default();
        if name.ends_with("js") && !name.contains('$') {
            imports.push(name.to_owned());
        }
    }
    imports
}

/// The maps are megabytes that we do not ship; without the comment no browser asks for them.
fn without_source_map(script: &str) -> &str {
    match script.rfind("//# sourceMappingURL=") {
        Some(position) if !script[position..].trim_end().contains('\n') => &script[..position],
        _ => script,
    }
}

/// The font is cut into slices by the characters they hold; a browser loads those that a text needs.
fn add_font(files: &mut Files, package: &Path) -> Result<String> {
    let folder = format!("fonts/noto-sans-sc-{}", version(package)?);
    let style = read_text(&package.join("wght.css"))?;
    let slices = slices(&style);
    if slices.is_empty() || slices.len() > FONT_SLICES_MAX {
        bail!(
            "`{}/wght.css` names {} font files; expected between 1 and {FONT_SLICES_MAX}.",
            package.display(),
            slices.len()
        );
    }
    for slice in slices {
        let path = package.join("files").join(slice);
        let content =
            fs::read(&path).with_context(|| format!("`{}` could not be read", path.display()))?;
        files.add(&format!("{folder}/files/{slice}"), content)?;
    }
    files.add(
        &format!("{folder}/LICENSE.txt"),
        read_text(&package.join("LICENSE"))?,
    )?;
    files.add(&format!("{folder}/wght.css"), style)
}

fn slices(style: &str) -> Vec<&str> {
    let mut slices: Vec<&str> = style
        .split("url(./files/")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    slices.sort_unstable();
    slices.dedup();
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_however_they_are_written() {
        let script = r#"import{a}from"./shared.mjs";export * from './b.mjs';import "./c.mjs";const d=import(`./d.mjs`);
            const not=["./e.mjs"],nor=fetch("./f.mjs"),x=import("./styles.css")"#;
        assert_eq!(
            relative_imports(script),
            ["shared.mjs", "b.mjs", "c.mjs", "d.mjs"]
        );
    }

    #[test]
    fn only_a_closing_source_map_comment_is_cut() {
        assert_eq!(
            without_source_map("code();\n//# sourceMappingURL=a.mjs.map\n"),
            "code();\n"
        );
        let inner = "x(\"//# sourceMappingURL=\");\ncode();";
        assert_eq!(without_source_map(inner), inner);
    }

    #[test]
    fn font_slices_are_named_once() {
        let style = "src: url(./files/b.woff2) format('woff2-variations');\nsrc: url(./files/a.woff2);url(./files/b.woff2)";
        assert_eq!(slices(style), ["a.woff2", "b.woff2"]);
    }
}
