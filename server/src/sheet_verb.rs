//! `castellan verify`: whether a case sheet says what the record says.

use crate::config::VerifyArgs;
use crate::sheet;
use crate::site_folder::SitePaths;
use anyhow::{Context as _, bail, ensure};
use castellan_domain::ids::Seq;
use castellan_domain::wire::sheet::{CaseSheet, SHEET_VERSION};
use std::fs::File;
use std::io::Read as _;
use std::process::ExitCode;

/// Bytes of a file that is read at most; a sheet of [`castellan_domain::sheet::SHEET_FACTS_MAX`] facts has fewer.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Writes the sheet anew from the record and compares each byte.
pub(crate) async fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let file = args.sheet.display();
    let mut text = String::new();
    let opened = File::open(&args.sheet).with_context(|| format!("{file} cannot be opened"))?;
    let read = opened.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
    read.with_context(|| format!("{file} cannot be read"))?;
    ensure!(
        text.len() as u64 <= FILE_BYTES_MAX,
        "{file} is too large for a case sheet"
    );
    let text = text.trim_end();
    let sheet: CaseSheet = serde_json::from_str(text)
        .with_context(|| format!("{file} is no case sheet (any more)"))?;
    ensure!(
        sheet.sheet == SHEET_VERSION,
        "{file} has the shape {} of a case sheet, and this program knows {SHEET_VERSION}",
        sheet.sheet
    );
    let paths = SitePaths::new(&args.data, &sheet.site);
    let Some(first) = sheet.facts.first() else {
        bail!("{file} holds no fact");
    };
    ensure!(
        paths.journal().exists(),
        "there is no record of {} in {}",
        sheet.site,
        args.data.display()
    );
    let begins_after = Seq(first.seq.0.saturating_sub(1));
    let of = (&sheet.site, sheet.incident);
    let recorded = sheet::write(&paths.journal(), of, begins_after, Some(sheet.upto)).await?;
    if serde_json::to_string(&recorded)? == text {
        println!(
            "{file} says of {} what the record says: {} facts, and the chain holds up to fact {} ({}).",
            sheet.incident,
            sheet.facts.len(),
            sheet.upto,
            sheet.hash
        );
        return Ok(ExitCode::SUCCESS);
    }
    let difference = sheet::difference(&sheet, &recorded);
    println!("{file} does not say what the record says: {difference}.");
    Ok(ExitCode::FAILURE)
}
