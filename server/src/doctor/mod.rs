//! `castellan doctor`: checks every record under the data folder, and says where it breaks and what
//! to do. A stopped site is examined under its lock; a running one is asked to examine itself.

mod beside;
mod examine;
mod history;
mod report;

pub(crate) use examine::examine;
pub(crate) use report::Report;

use crate::admin::{self, Request};
use crate::anchor::AnchorFile;
use crate::config::DoctorArgs;
use crate::site_folder::{LockError, SiteFolder, SitePaths};
use crate::tables::{Projection, delete_tables};
use anyhow::Context as _;
use castellan_domain::ids::SiteId;
use castellan_domain::site::Site;
use std::process::ExitCode;

/// Checks every site under the data folder.
pub(crate) async fn run(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let mut whole = true;
    for site in SiteFolder::sites(&args.record.data)? {
        let report = one(args, &site).await.unwrap_or_else(|error| {
            // The other sites are examined all the same.
            let mut report = Report::default();
            report.fault(&format!("{error:#}"), "Nothing was examined");
            report
        });
        for line in report.lines(site.as_str()) {
            println!("{line}.");
        }
        whole &= report.is_whole();
    }
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn one(args: &DoctorArgs, site: &SiteId) -> anyhow::Result<Report> {
    let folder = match SiteFolder::lock(&args.record.data, site) {
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
        rebuild(folder.paths()).await?;
    }
    let anchors = AnchorFile::new(&args.record.anchors(), site);
    Ok(examine(folder.paths(), Some(&anchors)).await)
}

/// Folds tables and snapshots anew, from the first fact on.
async fn rebuild(paths: &SitePaths) -> anyhow::Result<()> {
    delete_tables(paths)?;
    let mut projection = Projection::begin(paths, Site::apply).await?;
    projection.start_over().await?;
    while projection.advance().await? {}
    projection
        .keep_snapshot()
        .await
        .context("a snapshot cannot be kept")
}
