//! Verbs of the command line about a record that a server may be running on. A stopped site's folder
//! is locked for as long as they work; a running server is asked to do it itself.

use crate::admin::{self, Request};
use crate::anchor::AnchorFile;
use crate::backup;
use crate::config::{BackupArgs, DoctorArgs};
use crate::doctor::{self, Report};
use crate::site_folder::{LockError, SiteFolder, SitePaths};
use anyhow::{bail, ensure};
use castellan_domain::ids::SiteId;
use std::process::ExitCode;

/// `castellan doctor`: checks every site under the data folder.
pub(crate) async fn doctor(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    if let Some(folder) = &args.folder {
        ensure!(
            !args.rebuild,
            "--rebuild is for sites; a folder that was put away stays as it is"
        );
        let (site, report) = backup::examine_folder(folder).await?;
        return Ok(say(&site, &report));
    }
    let mut whole = true;
    for site in SiteFolder::sites(&args.record.data)? {
        let report = examined(args, &site).await.unwrap_or_else(|error| {
            // The other sites are examined all the same.
            let mut report = Report::default();
            report.fault(&format!("{error:#}"), "Nothing was examined");
            report
        });
        whole &= say(&site, &report) == ExitCode::SUCCESS;
    }
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Says what was found, and gives the exit code for it.
fn say(site: &SiteId, report: &Report) -> ExitCode {
    for line in report.lines(site.as_str()) {
        println!("{line}.");
    }
    if report.is_whole() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn examined(args: &DoctorArgs, site: &SiteId) -> anyhow::Result<Report> {
    let folder = match SiteFolder::lock_to_read(&args.record.data, site) {
        Ok(folder) => folder,
        Err(in_use @ LockError::InUse(_)) => {
            let request = Request::Examine {
                rebuild: args.rebuild,
            };
            let paths = SitePaths::new(&args.record.data, site);
            return Ok(admin::ask(&paths, &request, in_use).await?);
        }
        Err(error) => return Err(error.into()),
    };
    if args.rebuild && folder.paths().journal().exists() {
        doctor::rebuild(folder.paths()).await?;
    }
    let anchors = AnchorFile::new(&args.record.anchors(), site);
    Ok(doctor::examine(folder.paths(), Some(&anchors)).await)
}

/// `castellan backup`: copies one site's record.
pub(crate) async fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let site = the_site(args)?;
    let target = std::path::absolute(&args.target)?;
    let report = match SiteFolder::lock_to_read(&args.record.data, &site) {
        Ok(folder) => backup::make(folder.paths(), &target).await?,
        Err(in_use @ LockError::InUse(_)) => {
            let paths = SitePaths::new(&args.record.data, &site);
            let request = Request::Backup {
                target: target.clone(),
            };
            admin::ask(&paths, &request, in_use).await?
        }
        Err(error) => return Err(error.into()),
    };
    for line in report.lines(site.as_str()) {
        println!("{line}.");
    }
    if report.is_whole() {
        println!("{site}: the backup is {}.", target.display());
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{site}: the copy is not whole, so it lies in {} and is no backup.",
        backup::partial(&target).display()
    );
    Ok(ExitCode::FAILURE)
}

fn the_site(args: &BackupArgs) -> anyhow::Result<SiteId> {
    let mut sites = SiteFolder::sites(&args.record.data)?;
    if let Some(wanted) = &args.site {
        ensure!(
            sites.contains(wanted),
            "there is no site {wanted} under {}",
            args.record.data.display()
        );
        return Ok(wanted.clone());
    }
    match (sites.pop(), sites.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => bail!("there is no site under {}", args.record.data.display()),
        _ => bail!("there are several sites; say which one with --site"),
    }
}
