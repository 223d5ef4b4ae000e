//! Finds a server's site and reads its estate, waiting for a server that is not up yet.

use anyhow::{Context as _, bail};
use castellan_client::http::{Client, Failure};
use castellan_domain::estate::Estate;
use castellan_domain::ids::SiteId;
use castellan_domain::wire::api::SiteSummary;
use std::time::{Duration, Instant};

/// How long a server that is just starting is waited for.
pub const START_PATIENCE: Duration = Duration::from_mins(1);

/// The estate of a site, waiting for a server that is not up yet.
pub async fn fetch_estate(
    client: &Client,
    wanted: Option<&SiteId>,
    patience: Duration,
) -> anyhow::Result<Estate> {
    let began = Instant::now();
    let mut said = false;
    loop {
        match try_fetch(client, wanted).await {
            Ok(found) => return found,
            Err(why) if began.elapsed() >= patience => {
                bail!(
                    "gave up waiting for the server after {} s: {why}",
                    patience.as_secs()
                );
            }
            Err(why) => {
                if !said {
                    tracing::info!("waiting for the server: {why}");
                    said = true;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
}

/// The outer error is worth another try, the inner one is final.
async fn try_fetch(
    client: &Client,
    wanted: Option<&SiteId>,
) -> Result<anyhow::Result<Estate>, String> {
    let sites = match client.sites().await {
        Ok(sites) => sites,
        Err(Failure::Away(why)) => return Err(why),
        Err(refused) => return Ok(Err(refused).context("the server gave no list of sites")),
    };
    let site = match choose(&sites, wanted) {
        Ok(site) => site,
        Err(error) => return Ok(Err(error)),
    };
    match client.estate(&site.site, &site.estate).await {
        Ok(estate) => Ok(Ok(estate)),
        Err(Failure::Away(why)) => Err(why),
        Err(refused) => Ok(Err(refused).with_context(|| format!("no estate of {}", site.site))),
    }
}

fn choose<'a>(
    sites: &'a [SiteSummary],
    wanted: Option<&SiteId>,
) -> anyhow::Result<&'a SiteSummary> {
    let names = || {
        let names: Vec<&str> = sites.iter().map(|site| site.site.as_str()).collect();
        names.join(", ")
    };
    match (wanted, sites) {
        (_, []) => bail!("the server has no site yet: import an estate first"),
        (Some(wanted), sites) => sites
            .iter()
            .find(|site| site.site == *wanted)
            .with_context(|| format!("the server has no site {wanted}, only {}", names())),
        (None, [only]) => Ok(only),
        (None, [first, ..]) => {
            tracing::warn!(
                "the server has the sites {}; taking {}",
                names(),
                first.site
            );
            Ok(first)
        }
    }
}
