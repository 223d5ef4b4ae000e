//! `castellan procedures`: what a person does with procedures away from a running server.

use crate::config::{PrintArgs, ProceduresArgs, ProceduresVerb};
use crate::procedures::{Sheet, default_procedures, load};
use crate::site_folder::{read_estate, stored_form};
use anyhow::Context as _;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// Does what was asked for.
pub(crate) fn run(args: &ProceduresArgs) -> anyhow::Result<ExitCode> {
    match &args.verb {
        ProceduresVerb::Check { paths } => check(paths),
        ProceduresVerb::Print(args) => print(args),
    }
}

fn check(paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    if paths.is_empty() {
        let count = default_procedures()?.len();
        println!("The {count} procedures that come with castellan hold.");
        return Ok(ExitCode::SUCCESS);
    }
    let loaded = load(paths);
    for fault in &loaded.faults {
        println!("{fault}");
    }
    let (held, faults) = (loaded.count(), loaded.faults.len());
    if faults == 0 {
        println!("{held} procedures hold.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{faults} faults; {held} procedures hold.");
    Ok(ExitCode::FAILURE)
}

fn print(args: &PrintArgs) -> anyhow::Result<ExitCode> {
    let estate = read_estate(&args.estate, args.procedures.as_deref())?;
    let (hash, _) = stored_form(&estate)?;
    let sheet = Sheet {
        estate: &estate,
        hash: &hash,
        language: args.language,
    };
    let target = args.target.display();
    fs::write(&args.target, sheet.to_string())
        .with_context(|| format!("{target} cannot be written; choose another place"))?;
    let count = estate.procedures.len();
    println!("{count} cards are in {target}. Open it in a browser and print it.");
    Ok(ExitCode::SUCCESS)
}
