//! Which site this page is about.

use crate::api;
use crate::browser::{parameter, sleep};
use crate::connection::wait_ms;
use crate::copy::Fault;
use castellan_domain::ids::SiteId;

/// Failed attempts before the screen says so.
const QUIET_ATTEMPTS: u32 = 3;

/// Asks for the site that the address names, or the first one, until somebody answers. `missed` hears what keeps
/// it from being found.
pub async fn find_site(missed: impl Fn(Fault)) -> SiteId {
    let wanted = parameter("site");
    let is_wanted = |site: &SiteId| wanted.as_deref().is_none_or(|id| id == site.as_str());
    let mut attempt = 0;
    loop {
        match api::sites().await {
            Ok(sites) => {
                let mut sites = sites.into_iter().map(|one| one.site);
                if let Some(site) = sites.find(is_wanted) {
                    return site;
                }
                missed(Fault::SiteUnknown);
            }
            Err(_) if attempt >= QUIET_ATTEMPTS => missed(Fault::Unreachable),
            Err(_) => {}
        }
        attempt += 1;
        sleep(wait_ms(attempt, js_sys::Math::random())).await;
    }
}
