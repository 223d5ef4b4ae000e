//! Brotli beside every file that shrinks, made once per content and kept in the target folder.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::SystemTime;

use anyhow::{Context, Result};

use super::files::Files;
use crate::content_hash::content_hash;

const COMPRESSIBLE: [&str; 10] = [
    "js",
    "mjs",
    "wasm",
    "css",
    "html",
    "json",
    "geojson",
    "svg",
    "txt",
    "webmanifest",
];
/// The largest window of standard brotli.
const WINDOW_LOG2: u32 = 22;
/// Builds of a few weeks; older ones are thrown away.
const CACHE_FILES_MAX: usize = 400;

/// Adds `<path>.br` for every compressible file.
pub(super) fn add_compressed(mut files: Files, quality: u32, cache: &Path) -> Result<Files> {
    fs::create_dir_all(cache)
        .with_context(|| format!("`{}` could not be made", cache.display()))?;
    let mut jobs: Vec<(&str, &[u8])> = files
        .iter()
        .filter(|(path, _)| is_compressible(path))
        .collect();
    // Largest first, so that the last thread does not start the largest file when the others are done.
    jobs.sort_by_key(|(_, content)| std::cmp::Reverse(content.len()));
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(jobs.len());
    let done: Vec<(String, Vec<u8>)> = thread::scope(|scope| {
        let work = || -> Result<Vec<(String, Vec<u8>)>> {
            let mut done = Vec::new();
            while let Some((path, content)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push((format!("{path}.br"), cached(content, quality, cache)?));
            }
            Ok(done)
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::with_capacity(jobs.len());
        for thread in threads {
            all.extend(thread.join().map_err(|_| {
                anyhow::anyhow!("A thread that compressed files panicked; its message is above.")
            })??);
        }
        Ok::<_, anyhow::Error>(all)
    })?;
    for (path, content) in done {
        files.add(&path, content)?;
    }
    prune(cache)?;
    Ok(files)
}

fn is_compressible(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, end)| COMPRESSIBLE.contains(&end))
}

fn cached(content: &[u8], quality: u32, cache: &Path) -> Result<Vec<u8>> {
    let file = cache.join(format!(
        "{}-{}-{quality}.br",
        content_hash(content),
        content.len()
    ));
    if let Ok(known) = fs::read(&file) {
        return Ok(known);
    }
    let compressed = compress(content, quality)?;
    // Through another name, so that a build that is broken off leaves no half file behind.
    let unfinished = file.with_extension(format!("{:?}.part", thread::current().id()));
    fs::write(&unfinished, &compressed)
        .with_context(|| format!("`{}` could not be written", unfinished.display()))?;
    fs::rename(&unfinished, &file)
        .with_context(|| format!("`{}` could not be written", file.display()))?;
    Ok(compressed)
}

fn compress(content: &[u8], quality: u32) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer =
        brotli::CompressorWriter::new(&mut compressed, 64 * 1024, quality, WINDOW_LOG2);
    writer.write_all(content)?;
    writer.flush()?;
    drop(writer);
    Ok(compressed)
}

fn prune(cache: &Path) -> Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(cache)? {
        let entry = entry?;
        let written = entry
            .metadata()?
            .modified()
            .unwrap_or(SystemTime::UNIX_EPOCH);
        files.push((written, entry.path()));
    }
    files.sort();
    for (_, path) in files
        .iter()
        .take(files.len().saturating_sub(CACHE_FILES_MAX))
    {
        fs::remove_file(path)
            .with_context(|| format!("`{}` could not be removed", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_get_a_smaller_twin_that_unpacks_to_the_same() -> Result<()> {
        let cache =
            std::env::temp_dir().join(format!("castellan-xtask-brotli-{}", std::process::id()));
        let text = "一张图 one map\n".repeat(500);
        for round in ["made", "from the cache"] {
            let mut files = Files::default();
            files.add("index.html", text.as_str())?;
            files.add("fonts/a.woff2", "already packed")?;
            let files = add_compressed(files, 5, &cache)?;
            let twin = files.get("index.html.br").context(round)?;
            assert!(twin.len() < 200, "{round}: {}", twin.len());
            let mut unpacked = Vec::new();
            brotli::BrotliDecompress(&mut &*twin, &mut unpacked)?;
            assert_eq!(unpacked, text.as_bytes(), "{round}");
            assert!(files.get("fonts/a.woff2.br").is_none());
        }
        assert_eq!(fs::read_dir(&cache)?.count(), 1);
        fs::remove_dir_all(&cache)?;
        Ok(())
    }
}
