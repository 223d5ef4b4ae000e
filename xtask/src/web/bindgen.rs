//! wasm-bindgen as a library: no second tool to install, and its version is pinned beside the app's.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::content_hash::content_hash;

/// The browser app after wasm-bindgen.
pub(super) struct App {
    pub(super) script: String,
    pub(super) wasm: Vec<u8>,
    /// Scripts that crates brought along, as paths below `assets/`.
    pub(super) snippets: Vec<(String, String)>,
}

pub(super) fn generate(wasm: &Path, keep_names: bool) -> Result<App> {
    let mut bindgen = Bindgen::new();
    // Our files have hashed names, so the script must not guess where the wasm is: `init` is always told.
    bindgen
        .input_path(wasm)
        .out_name("castellan")
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(!keep_names)
        .remove_producers_section(!keep_names);
    let mut output = bindgen.web(true)?.generate_output().with_context(|| {
        format!(
            "wasm-bindgen could not read `{}`. Is `wasm-bindgen` in Cargo.lock the same version as `wasm-bindgen-cli-support`?",
            wasm.display()
        )
    })?;
    let mut snippets = Vec::new();
    for (crate_name, scripts) in output.snippets() {
        for (index, script) in scripts.iter().enumerate() {
            snippets.push((format!("{crate_name}/inline{index}.js"), script.clone()));
        }
    }
    for (path, script) in output.local_modules() {
        snippets.push((path.clone(), script.clone()));
    }
    let script = output.js().to_owned();
    let wasm = output.wasm_mut().emit_wasm();
    let (script, snippets) = with_hashed_snippets(script, snippets);
    Ok(App {
        script,
        wasm,
        snippets,
    })
}

/// wasm-bindgen names snippets by crate, not by content; a folder named by content lets browsers keep them for ever.
fn with_hashed_snippets(
    script: String,
    mut snippets: Vec<(String, String)>,
) -> (String, Vec<(String, String)>) {
    if snippets.is_empty() {
        return (script, snippets);
    }
    snippets.sort();
    let whole: Vec<&str> = snippets
        .iter()
        .flat_map(|(path, text)| [path.as_str(), text])
        .collect();
    let folder = format!("snippets-{}", content_hash(whole.join("\n").as_bytes()));
    // Only where they are fetched from: the wasm itself asks for them by their old names.
    let script = ['"', '\''].into_iter().fold(script, |script, quote| {
        script.replace(
            &format!("from {quote}./snippets/"),
            &format!("from {quote}./{folder}/"),
        )
    });
    let snippets = snippets
        .into_iter()
        .map(|(path, text)| (format!("{folder}/{path}"), text))
        .collect();
    (script, snippets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_imports_snippets_from_the_folder_they_are_put_in() {
        let name = "./snippets/castellan-app-1a2b/inline0.js";
        let script =
            format!("import * as import1 from \"{name}\"\nreturn {{ \"{name}\": import1 }};");
        let (script, snippets) = with_hashed_snippets(
            script,
            vec![("castellan-app-1a2b/inline0.js".into(), "export {}".into())],
        );
        let (path, _) = &snippets[0];
        assert!(
            path.starts_with("snippets-") && path.ends_with("/castellan-app-1a2b/inline0.js"),
            "{path}"
        );
        assert!(script.contains(&format!("from \"./{path}\"")), "{script}");
        assert!(
            script.contains(&format!("\"{name}\": import1")),
            "what the wasm asks for keeps its name: {script}"
        );
    }
}
