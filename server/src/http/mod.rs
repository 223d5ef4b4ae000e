//! HTTP: [`router`] lists every route, one file per noun answers them.

mod alarms;
mod assets;
mod commands;
mod errors;
mod ingest;
mod live;
mod origin;
pub(crate) mod router;
mod sites;

use crate::clock::Clock;
use crate::follower::Beside;
use crate::health::HealthBoard;
use crate::hub::Hub;
use crate::ingest::registry::Registry;
use crate::journal::Reader;
use crate::personal::PersonalRecord;
use crate::site_folder::PublishedEstate;
use crate::site_task::{QUEUE_MAX, Request, Ticket};
use crate::tables::TablesReader;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use castellan_domain::engine::Input;
use castellan_domain::ids::{Seq, SiteId};
use castellan_domain::wire::api::{Answer, QueueDepth};
use errors::ApiError;
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tracing::debug_span;

/// Longest wait for a turn. Beyond it the sender is told that the outcome is not known.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) site: SiteId,
    pub(crate) estate: PublishedEstate,
    pub(crate) registry: Registry,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) health: Arc<HealthBoard>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) reader: Reader,
    pub(crate) tables: TablesReader,
    pub(crate) beside: Arc<Beside>,
    /// Where the journal's hash chain does not hold, if anywhere.
    pub(crate) chain_broken_at: Option<Seq>,
    pub(crate) web: Option<PathBuf>,
}

/// What an address names. An address whose bytes are no text names nothing.
struct InPath<T>(T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_not_text) => Err(ApiError::NotFound),
        }
    }
}

impl App {
    /// enqueue: hands an input to the site task and waits for the end of its turn.
    pub(crate) async fn submit(
        &self,
        input: Input,
        personal: Option<PersonalRecord>,
        trace: u64,
    ) -> Result<Answer, ApiError> {
        let (reply, answer) = oneshot::channel();
        {
            let _span = debug_span!("enqueue", trace).entered();
            let ticket = Ticket {
                input,
                personal,
                trace,
                reply,
            };
            self.requests
                .try_send(Request::Handle(Box::new(ticket)))
                .map_err(|_full_or_closed| ApiError::Busy)?;
        }
        match timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok(result)) => result.map_err(ApiError::from),
            Ok(Err(_task_gone)) => Err(ApiError::NotRecorded),
            Err(_elapsed) => Err(ApiError::NoAnswer),
        }
    }

    /// How many inputs wait for their turn.
    pub(crate) fn queue(&self) -> QueueDepth {
        QueueDepth {
            waiting: QUEUE_MAX - self.requests.capacity(),
            limit: QUEUE_MAX,
        }
    }

    /// Refuses every site but the one that is served.
    fn check_site(&self, site: &str) -> Result<(), ApiError> {
        if site == self.site.as_str() {
            Ok(())
        } else {
            Err(ApiError::UnknownSite(site.chars().take(64).collect()))
        }
    }
}
