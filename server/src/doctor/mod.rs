//! The examination of a site's record: where it breaks, and what to do.

mod beside;
mod clips;
mod examine;
mod history;
mod report;

pub(crate) use examine::examine;
pub(crate) use report::Report;

use crate::site_folder::SitePaths;
use crate::tables::{Projection, delete_tables};
use anyhow::Context as _;
use castellan_domain::site::Site;

/// Folds tables and snapshots anew, from the first fact on.
pub(crate) async fn rebuild(paths: &SitePaths) -> anyhow::Result<()> {
    delete_tables(paths)?;
    let mut projection = Projection::begin(paths, Site::apply).await?;
    projection.start_over().await?;
    while projection.advance().await? {}
    projection
        .keep_snapshot()
        .await
        .context("a snapshot cannot be kept")
}
