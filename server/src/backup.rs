//! A copy of a site's record that is checked before it counts, and the way back.

use crate::anchor::{AnchorFile, ChainAnchor, Why, wall_clock, written};
use crate::aside::{move_aside, whole_record};
use crate::config::RestoreArgs;
use crate::doctor::{Report, examine};
use crate::journal::{
    ChainHash, Journal, JournalError, Lies, Snapshots, copy::copy_database, lies_at,
};
use crate::json;
use crate::observations;
use crate::site_folder::{SiteFolder, SitePaths, sync_folder_of, write_whole};
use crate::sqlite::{has_content, with_logs};
use crate::tables::delete_tables;
use anyhow::{Context as _, bail, ensure};
use castellan_domain::ids::{JournalId, Seq, SiteId};
use castellan_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracing::info;

/// Raised whenever the folder that a backup makes gets a shape that an older Castellan cannot restore.
const BACKUP_VERSION: u32 = 1;
const MANIFEST: &str = "backup.json";
const MANIFEST_BYTES_MAX: u64 = 64 * 1024;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    version: u32,
    site: SiteId,
    journal: JournalId,
    /// The last fact in it, the chain's hash there, and when it was recorded.
    seq: Seq,
    hash: String,
    recorded_at: Timestamp,
}

/// Copies a record as of now, and checks the copy. Writers go on meanwhile. A copy that is not
/// whole stays beside the target, so that nobody takes it for a backup.
pub(crate) async fn make(paths: &SitePaths, target: &Path) -> anyhow::Result<Report> {
    let partial = partial(target);
    ensure!(
        has_content(&paths.journal()),
        "there is no journal {}, so there is nothing to back up",
        paths.journal().display()
    );
    ensure!(
        !target.exists(),
        "{} is there already; choose a folder that is not",
        target.display()
    );
    fs::create_dir_all(partial.parent().unwrap_or(Path::new("/")))?;
    fs::create_dir(&partial).with_context(|| {
        format!(
            "{} cannot be made; if a backup broke off there, delete it",
            partial.display()
        )
    })?;
    let copy = SitePaths {
        site: paths.site.clone(),
        folder: partial.clone(),
    };
    // The tables first: a copy of them that is behind the journal's is caught up, one that is ahead
    // would be thrown away. The estates last: they are on disk before a fact names them.
    let tables = copy_database(&paths.tables(), &copy.tables()).await;
    for (from, to) in [
        (paths.journal(), copy.journal()),
        (paths.tracks(), copy.tracks()),
    ] {
        if from.exists() {
            copy_database(&from, &to)
                .await
                .with_context(|| format!("{} cannot be copied", from.display()))?;
            File::open(&to)?.sync_all()?;
        }
    }
    copy_folder(&paths.estates(), &copy.estates())?;
    observations::copy(&paths.observations(), &copy.observations())
        .context("the log of observations cannot be copied")?;
    let manifest = manifest_of(&copy).await?;
    write_whole(&partial.join(MANIFEST), &serde_json::to_vec(&manifest)?)?;
    let mut report = check(&copy).await;
    if !report.is_whole() || tables.is_err() {
        // They follow from the facts: no reason to be without a backup.
        delete_tables(&copy)?;
        report = check(&copy).await;
        if report.is_whole() {
            report.note(
            "the tables cannot be copied or do not hold, and are left out; run `castellan doctor --rebuild`",
        );
        }
    }
    if report.is_whole() {
        fs::rename(&partial, target)?;
        sync_folder_of(target)?;
        info!(target = %target.display(), seq = %manifest.seq, "a backup was made");
    }
    Ok(report)
}

/// A copy is examined like a record.
async fn check(copy: &SitePaths) -> Report {
    let report = examine(copy, None).await;
    for database in [copy.journal(), copy.tables(), copy.tracks()] {
        for suffix in ["-wal", "-shm"] {
            // What reading left behind holds nothing. It may not be there, and may stay.
            let _ = fs::remove_file(with_suffix(&database, suffix));
        }
    }
    report
}

async fn manifest_of(copy: &SitePaths) -> anyhow::Result<Manifest> {
    let mut journal = Journal::examine(&copy.journal()).await?;
    journal.reread_head().await?;
    let (seq, hash) = journal.head();
    let last = journal.read_after(Seq(seq.0.saturating_sub(1))).await?;
    let recorded_at = match last.first() {
        Some(stored) => stored.decode()?.recorded_at,
        None => Timestamp::default(),
    };
    Ok(Manifest {
        version: BACKUP_VERSION,
        site: copy.site.clone(),
        journal: journal.id(),
        seq,
        hash: hash.to_hex(),
        recorded_at,
    })
}

/// Examines a folder that a backup made, or any other that holds a record and no server uses.
pub(crate) async fn examine_folder(folder: &Path) -> anyhow::Result<(SiteId, Report)> {
    let of = |site: SiteId| SitePaths {
        site,
        folder: folder.to_owned(),
    };
    if folder.join(MANIFEST).exists() {
        let manifest = read_manifest(folder)?;
        let paths = of(manifest.site.clone());
        let mut report = examine(&paths, None).await;
        if report.is_whole() && manifest_of(&paths).await? != manifest {
            report.fault(
                &format!("{} is not what its {MANIFEST} says", folder.display()),
                "Take another backup",
            );
        }
        return Ok((manifest.site, report));
    }
    let journal = folder.join("journal.db");
    let Lies::Journal {
        site: Some(site), ..
    } = lies_at(&journal).await?
    else {
        bail!("{} holds no record", folder.display());
    };
    let report = examine(&of(site.clone()), None).await;
    Ok((site, report))
}

/// `castellan restore`
pub(crate) async fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let manifest = read_manifest(&args.from)?;
    let site = &manifest.site;
    let from = SitePaths {
        site: site.clone(),
        folder: args.from.clone(),
    };
    let report = check(&from).await;
    for line in report.lines(site.as_str()) {
        println!("{line}.");
    }
    ensure!(
        report.is_whole() && manifest_of(&from).await? == manifest,
        "the backup {} is not whole or not what it says; nothing was restored. Take an older one",
        args.from.display()
    );
    let folder = SiteFolder::lock(&args.record.data, site)?;
    let to = folder.paths();
    let restoring = to.restoring();
    make_way(to).await?;
    write_whole(&restoring, b"a restore is not done; run it again\n")?;
    copy_folder(&from.estates(), &to.estates())?;
    observations::copy(&from.observations(), &to.observations())
        .context("the log of observations cannot be copied")?;
    for (from, to) in [(from.tables(), to.tables()), (from.tracks(), to.tracks())] {
        if from.exists() {
            copy_file(&from, &to)?;
        }
    }
    Snapshots::beside(&to.journal()).clear()?;
    // Before the journal is there: it would be one that ends before its anchors do.
    let anchored = anchor_restored(args, &manifest);
    // The journal last and at once: with it the record is there.
    let draft = with_suffix(&to.journal(), ".restoring");
    copy_file(&from.journal(), &draft)?;
    fs::rename(&draft, to.journal())?;
    sync_folder_of(&to.journal())?;
    fs::remove_file(&restoring)?;
    println!(
        "{site}: restored up to fact {} of {}. Displays that know more take the snapshot by themselves.",
        manifest.seq,
        written(manifest.recorded_at)
    );
    anchored?;
    Ok(ExitCode::SUCCESS)
}

/// A record is never overwritten. What is left of one that has lost its facts is set aside.
async fn make_way(to: &SitePaths) -> anyhow::Result<()> {
    let lies = lies_at(&to.journal()).await;
    let has_facts = match &lies {
        Ok(Lies::Journal { head, .. }) => *head > Seq(0),
        Ok(Lies::Nothing) | Err(JournalError::LogAlone(_)) => false,
        Err(_) => true,
    };
    ensure!(
        !has_facts,
        "{} is part of a record, and a record is never overwritten; move {} away first, or restore into \
         another --data",
        to.journal().display(),
        to.folder.display()
    );
    let living = [to.journal(), to.tracks()];
    let mut living = living
        .iter()
        .flat_map(|path| with_logs(path))
        .chain([to.observations()]);
    // Its own leftovers are written over: a restore that broke off is run again.
    if to.restoring().exists() || !living.any(|path| path.exists()) {
        return Ok(());
    }
    let folder = move_aside(to, &whole_record(to)).with_context(|| {
        format!(
            "what is left in {} cannot be set aside",
            to.folder.display()
        )
    })?;
    println!(
        "{}: what was left of a record without facts is kept in {}.",
        to.site,
        folder.display()
    );
    Ok(())
}

/// Writes down that what was anchored behind this point is gone on purpose.
fn anchor_restored(args: &RestoreArgs, manifest: &Manifest) -> anyhow::Result<()> {
    let anchors = AnchorFile::new(&args.record.anchors(), &manifest.site);
    let hash = ChainHash::from_hex(&manifest.hash).context("the backup's hash is none")?;
    anchors
        .append(&ChainAnchor {
            at: wall_clock(),
            why: Why::Restored,
            journal: manifest.journal,
            seq: manifest.seq,
            hash,
        })
        .with_context(|| {
            format!(
                "the record is restored, but {} cannot be written: the doctor will miss what was anchored \
                 since the backup",
                anchors.path().display()
            )
        })
}

fn read_manifest(folder: &Path) -> anyhow::Result<Manifest> {
    let path = folder.join(MANIFEST);
    let what = || format!("{} is no backup of ours", folder.display());
    let about = fs::metadata(&path).with_context(what)?;
    ensure!(about.len() <= MANIFEST_BYTES_MAX, what());
    let manifest: Manifest = json::strict(&fs::read(&path)?).with_context(what)?;
    ensure!(
        manifest.version == BACKUP_VERSION,
        "{} was made by another Castellan (version {} of backups, this one knows {BACKUP_VERSION})",
        folder.display(),
        manifest.version
    );
    Ok(manifest)
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let from = entry?.path();
        if let Some(name) = from.file_name()
            && from.extension().is_some_and(|end| end == "json")
        {
            copy_file(&from, &to.join(name))?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to)
        .and_then(|_bytes| File::open(to)?.sync_all())
        .and_then(|()| sync_folder_of(to))
        .with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))
}

/// Where a backup lies until it is whole.
pub(crate) fn partial(target: &Path) -> PathBuf {
    with_suffix(target, ".partial")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(suffix);
    path.into()
}
