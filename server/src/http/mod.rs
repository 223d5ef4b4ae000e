//! HTTP: [`router`] lists every route, one file per noun answers them.

mod alarms;
mod assets;
mod cameras;
mod clips;
mod commands;
pub(crate) mod connections;
mod errors;
mod extract;
mod figures;
mod history;
mod identity;
mod ingest;
mod live;
mod metrics;
mod origin;
mod positions;
pub(crate) mod router;
mod sheets;
mod sites;
mod steps;

use crate::actuations::Actuations;
use crate::cameras::Cameras;
use crate::clips::Clips;
use crate::clock::Clock;
use crate::disk::Disk;
use crate::follower::Beside;
use crate::health::HealthBoard;
use crate::hub::Hub;
use crate::ingest::registry::Registry;
use crate::journal::Reader;
use crate::metrics::Turns;
use crate::observations::{ObservationLog, Pending};
use crate::outbox::Outbox;
use crate::personal::PersonalRecord;
use crate::requests::{Lost, QUEUE_MAX, Reply, Request, Ticket, may_wait};
use crate::site_folder::{PublishedEstate, SitePaths};
use crate::site_task::SetAsides;
use crate::tables::TablesReader;
use crate::tracks::Tracks;
use castellan_domain::answer::Answer;
use castellan_domain::engine::Input;
use castellan_domain::ids::{Seq, SiteId};
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::QueueDepth;
use connections::Connections;
use errors::ApiError;
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
    pub(crate) paths: SitePaths,
    pub(crate) estate: PublishedEstate,
    pub(crate) registry: Registry,
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) health: Arc<HealthBoard>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) started_at: Timestamp,
    pub(crate) reader: Reader,
    pub(crate) disk: Arc<Disk>,
    pub(crate) outbox: Option<Arc<Outbox>>,
    pub(crate) actuations: Option<Arc<Actuations>>,
    pub(crate) cameras: Arc<Cameras>,
    pub(crate) clips: Arc<Clips>,
    pub(crate) set_asides: Arc<SetAsides>,
    pub(crate) turns: Arc<Turns>,
    pub(crate) connections: Connections,
    pub(crate) tracks: Tracks,
    pub(crate) observations: ObservationLog,
    pub(crate) tables: TablesReader,
    pub(crate) beside: Arc<Beside>,
    /// Where the journal's hash chain does not hold, if anywhere.
    pub(crate) chain_broken_at: Option<Seq>,
    pub(crate) web: Option<PathBuf>,
}

impl App {
    /// enqueue: hands an input to the site task and waits for the end of its turn.
    pub(crate) async fn submit(
        &self,
        adapter: &'static str,
        input: Input,
        personal: Option<PersonalRecord>,
        trace: u64,
    ) -> Result<Answer, ApiError> {
        let raw = match &input {
            Input::Observed(observation) => observation.raw(),
            _ => None,
        };
        let noted = self.observations.pending(adapter, raw);
        let asked = debug_span!("enqueue", trace).in_scope(|| {
            ask(&self.requests, noted, |reply| {
                Box::new(Ticket {
                    input,
                    personal,
                    trace,
                    reply,
                })
            })
        });
        asked?.answer().await
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

/// A question that waits for the site task.
#[derive(Debug)]
struct Asked(oneshot::Receiver<Result<Answer, Lost>>);

/// Puts a question into the queue, if there is a place for such a one.
fn ask(
    requests: &mpsc::Sender<Request>,
    noted: Option<Pending>,
    question: impl FnOnce(Reply) -> Request,
) -> Result<Asked, ApiError> {
    let (sender, answer) = oneshot::channel();
    let question = question(Reply { sender, noted });
    if !may_wait(&question.input, requests.capacity()) {
        return Err(ApiError::Busy);
    }
    requests
        .try_send(question)
        .map_err(|_full_or_closed| ApiError::Busy)?;
    Ok(Asked(answer))
}

impl Asked {
    /// Waits for the end of its turn, but not for ever.
    async fn answer(self) -> Result<Answer, ApiError> {
        match timeout(ANSWER_WITHIN, self.0).await {
            Ok(Ok(result)) => result.map_err(ApiError::from),
            Ok(Err(_task_gone)) => Err(ApiError::NotRecorded),
            Err(_elapsed) => Err(ApiError::NoAnswer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::alarm::AlarmCommand;
    use castellan_domain::ids::{AlarmId, CommandId, DeviceId, EventId, PersonId, PhoneId};
    use castellan_domain::observation::{Call, CallKind, Doubts, Observation};

    fn question(input: Input) -> impl FnOnce(Reply) -> Request {
        |reply| {
            Box::new(Ticket {
                input,
                personal: None,
                trace: 0,
                reply,
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_turn_longer_than_thirty_seconds() {
        let question = || question(Input::DeadlineReached);
        let (requests, mut inbox) = mpsc::channel(1);
        let asked = ask(&requests, None, question()).expect("there is room");
        let started = tokio::time::Instant::now();
        assert_eq!(asked.answer().await, Err(ApiError::NoAnswer));
        assert_eq!(started.elapsed(), ANSWER_WITHIN);
        // The question still stands in the queue of a task that does not come round to it.
        let full = ask(&requests, None, question());
        assert_eq!(full.err(), Some(ApiError::Busy));

        drop(inbox.try_recv());
        let asked = ask(&requests, None, question()).expect("there is room");
        drop(inbox);
        assert_eq!(asked.answer().await, Err(ApiError::NotRecorded));
        let closed = ask(&requests, None, question());
        assert_eq!(closed.err(), Some(ApiError::Busy));
    }

    #[test]
    fn positions_and_signs_of_life_never_take_the_place_of_a_call_for_help() {
        let received_at = Timestamp::from_secs(1_795_000_000);
        let phone = PhoneId::constant("guard-01");
        let heard = Input::Observed(Observation::PhoneHeard {
            phone: phone.clone(),
            received_at,
        });
        let device = DeviceId::constant("d-001");
        let alive = Input::Observed(Observation::Heard {
            device,
            received_at,
        });
        let call = Input::Observed(Observation::Call(Call {
            phone,
            kind: CallKind::Sos,
            event: EventId::constant("e-1"),
            at: None,
            claimed_at: None,
            received_at,
            drill: false,
            doubts: Doubts::default(),
        }));
        let claim = Input::Commanded {
            command_id: CommandId(uuid::Uuid::nil()),
            by: PersonId::constant("wang"),
            expected: None,
            command: AlarmCommand::Claim { alarm: AlarmId(1) }.into(),
        };

        let (requests, _inbox) = mpsc::channel(QUEUE_MAX);
        let is_taken = |input: &Input| ask(&requests, None, question(input.clone())).is_ok();
        let waiting = (0..=QUEUE_MAX).take_while(|_| is_taken(&heard)).count();
        assert!(waiting > QUEUE_MAX / 2 && waiting < QUEUE_MAX, "{waiting}");
        assert!(!is_taken(&alive));
        assert!(is_taken(&call) && is_taken(&claim) && is_taken(&Input::DeadlineReached));
        let urgent = (0..=QUEUE_MAX).take_while(|_| is_taken(&call)).count();
        assert_eq!(waiting + 3 + urgent, QUEUE_MAX);
    }
}
