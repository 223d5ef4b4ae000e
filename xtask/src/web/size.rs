//! What a browser loads before the first picture, weighed as it travels.

use std::fmt;

use anyhow::{Result, bail};

use super::files::Files;

/// A console opens over a guard house's slow line. The goal is 1,500,000 (G11).
const FIRST_LOAD_BYTES_MAX: usize = 1_500_000;

struct Part {
    path: String,
    bytes: usize,
    bytes_sent: usize,
}

/// The files of the first load: page, app, styles and map library (fonts come later, slice by slice).
pub(crate) struct FirstLoad {
    parts: Vec<Part>,
    compressed: bool,
}

impl FirstLoad {
    pub(super) fn weigh(files: &Files) -> Self {
        let mut compressed = false;
        let mut parts: Vec<Part> = files
            .iter()
            .filter(|(path, _)| is_first(path))
            .map(|(path, content)| {
                let twin = files.get(&format!("{path}.br"));
                compressed |= twin.is_some();
                Part {
                    path: path.to_owned(),
                    bytes: content.len(),
                    bytes_sent: twin.map_or(content.len(), <[u8]>::len),
                }
            })
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.bytes_sent));
        Self { parts, compressed }
    }

    fn bytes_sent(&self) -> usize {
        self.parts.iter().map(|part| part.bytes_sent).sum()
    }

    pub(super) fn expect_light(&self) -> Result<()> {
        let sent = self.bytes_sent();
        if sent > FIRST_LOAD_BYTES_MAX {
            bail!(
                "The first load is {} KB compressed, {} KB more than allowed. The table says what weighs most:\n{self}",
                kilobytes(sent),
                kilobytes(sent - FIRST_LOAD_BYTES_MAX)
            );
        }
        Ok(())
    }
}

fn is_first(path: &str) -> bool {
    let in_folder = ["assets/", "vendor/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    let loaded = [".js", ".mjs", ".wasm", ".css"]
        .iter()
        .any(|end| path.ends_with(end));
    path == "index.html" || (in_folder && loaded)
}

/// Rounded up: a file of one byte is not nothing.
fn kilobytes(bytes: usize) -> usize {
    bytes.div_ceil(1000)
}

impl fmt::Display for FirstLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.compressed { "brotli" } else { "as is" };
        writeln!(
            f,
            "  first load                                        plain      {how}"
        )?;
        for part in &self.parts {
            writeln!(
                f,
                "  {:<44} {:>7} KB  {:>7} KB",
                part.path,
                kilobytes(part.bytes),
                kilobytes(part.bytes_sent)
            )?;
        }
        let plain: usize = self.parts.iter().map(|part| part.bytes).sum();
        write!(
            f,
            "  {:<44} {:>7} KB  {:>7} KB",
            "in all",
            kilobytes(plain),
            kilobytes(self.bytes_sent())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_travels_is_counted_and_too_much_is_refused() -> Result<()> {
        let mut files = Files::default();
        files.add("index.html", vec![0; 1_000])?;
        files.add("assets/castellan-1.wasm", vec![0; 3_000_000])?;
        files.add(
            "assets/castellan-1.wasm.br",
            vec![0; FIRST_LOAD_BYTES_MAX - 60_000],
        )?;
        files.add("fonts/noto/a.css", vec![0; 900_000])?;
        files.add("assets/sounds/gong-1.ogg", vec![0; 900_000])?;
        let load = FirstLoad::weigh(&files);
        assert_eq!(load.bytes_sent(), FIRST_LOAD_BYTES_MAX - 59_000);
        load.expect_light()?;
        files.add("vendor/map-1/map.mjs", vec![0; 200_000])?;
        let sentence = FirstLoad::weigh(&files)
            .expect_light()
            .expect_err("too heavy")
            .to_string();
        assert!(sentence.contains("141 KB more than allowed"), "{sentence}");
        Ok(())
    }
}
