//! What people read and want.

use crate::http::{ANSWER_BYTES_MAX, Client, DOCUMENT_BYTES_MAX, Failure, send, strange};
use castellan_domain::answer::Accepted;
use castellan_domain::audience::Audience;
use castellan_domain::estate::Estate;
use castellan_domain::ids::{EstateHash, SiteId};
use castellan_domain::wire::api::{CommandRequest, SiteSummary, Snapshot};
use reqwest::Method;

/// Bytes of an estate document at most, as `Estate::parse` has it.
const ESTATE_BYTES_MAX: usize = 8 * 1024 * 1024;

impl Client {
    /// The sites of the server.
    pub async fn sites(&self) -> Result<Vec<SiteSummary>, Failure> {
        let request = self.request(Method::GET, "/api/v1/sites");
        let reply = send(request, ANSWER_BYTES_MAX).await?;
        reply.taken("the list of sites")
    }

    /// The estate document of a site, read and checked.
    pub async fn estate(&self, site: &SiteId, hash: &EstateHash) -> Result<Estate, Failure> {
        let path = format!("/api/v1/sites/{site}/estates/{hash}");
        let request = self.request(Method::GET, &path);
        let reply = send(request, ESTATE_BYTES_MAX).await?.judged()?;
        Estate::parse(reply.body.as_bytes())
            .map_err(|error| strange(reply.status, &error.to_string()))
    }

    /// The folded state of a site as an audience may see it.
    pub async fn snapshot(&self, site: &SiteId, audience: Audience) -> Result<Snapshot, Failure> {
        let audience = audience.name();
        let path = format!("/api/v1/sites/{site}/snapshot?audience={audience}");
        let request = self.request(Method::GET, &path);
        let reply = send(request, DOCUMENT_BYTES_MAX).await?;
        reply.taken("the snapshot")
    }

    /// Gives a command, as whoever this client is for.
    pub async fn command(
        &self,
        site: &SiteId,
        command: &CommandRequest,
    ) -> Result<Accepted, Failure> {
        let path = format!("/api/v1/sites/{site}/commands");
        let request = self.request(Method::POST, &path).json(command);
        let reply = send(request, ANSWER_BYTES_MAX).await?;
        reply.taken("the answer to a command")
    }
}
