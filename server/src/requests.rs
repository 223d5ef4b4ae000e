//! What a site's one owner is asked, and the way back to whoever asks.

use crate::observations::Pending;
use crate::personal::PersonalRecord;
use castellan_domain::answer::Answer;
use castellan_domain::engine::Input;
use castellan_domain::ids::Seq;
use castellan_domain::observation::Observation;
use castellan_domain::wire::history::ObservationOutcome;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;
use tracing::warn;

/// Inputs that may wait for their turn; one more is refused with 503.
pub(crate) const QUEUE_MAX: usize = 4_096;
/// Places in that queue which positions and signs of life leave free: they are said again, and must
/// not stand in the way of a call for help. One more of them is refused with 503.
const LEFT_FREE: usize = 1_024;
/// Wait after a turn that was lost; it doubles up to [`AGAIN_MAX`].
const AGAIN_MIN: Duration = Duration::from_millis(500);
const AGAIN_MAX: Duration = Duration::from_mins(1);

/// Why an input came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lost {
    /// Its turn could not be recorded: nothing of it happened, and it may be sent again.
    #[error("this could not be recorded")]
    NotRecorded,
    /// It broke the engine, and would again.
    #[error("this was set aside")]
    SetAside,
}

/// What can be asked.
pub(crate) type Request = Box<Ticket>;

/// Whether an input may take one of the places that are free.
pub(crate) const fn may_wait(input: &Input, free: usize) -> bool {
    match input {
        Input::Observed(
            Observation::PhoneFix(_) | Observation::PhoneHeard { .. } | Observation::Heard { .. },
        ) => free > LEFT_FREE,
        _ => free > 0,
    }
}

/// An input with its return address.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) input: Input,
    /// Words to be stored with it.
    pub(crate) personal: Option<PersonalRecord>,
    /// Ties together what the log says about this input, from receive to send.
    pub(crate) trace: u64,
    pub(crate) reply: Reply,
}

/// The way back to whoever sent an input, past the log of observations.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) sender: oneshot::Sender<Result<Answer, Lost>>,
    /// What is noted of an observation when it is answered.
    pub(crate) noted: Option<Pending>,
}

impl Reply {
    /// Tells the sender. It may have given up waiting; what was recorded stays recorded.
    pub(crate) fn answer(self, result: Result<Answer, Lost>) {
        if let Some(noted) = self.noted {
            let outcome = outcome(&result, noted.fact());
            noted.conclude(outcome);
        }
        drop(self.sender.send(result));
    }
}

fn outcome(result: &Result<Answer, Lost>, fact: Option<Seq>) -> ObservationOutcome {
    match result {
        Ok(Ok(answer)) => ObservationOutcome::Accepted {
            answer: answer.clone(),
            fact,
        },
        Ok(Err(refusal)) => ObservationOutcome::Refused(refusal.clone()),
        Err(Lost::NotRecorded) => ObservationOutcome::NotRecorded,
        Err(Lost::SetAside) => ObservationOutcome::SetAside,
    }
}

/// Has what a worker found out recorded, however often it has to be said: comes back with what the engine
/// answered when it is, or with nothing when the server ends.
pub(crate) async fn have_recorded(
    requests: &mpsc::Sender<Request>,
    input: Input,
) -> Option<Answer> {
    for failed in 1.. {
        let (sender, answer) = oneshot::channel();
        let noted = None;
        let ticket = Ticket {
            input: input.clone(),
            personal: None,
            trace: rand::random(),
            reply: Reply { sender, noted },
        };
        if requests.send(Box::new(ticket)).await.is_err() {
            // The site task is gone, and the server ends with it.
            return None;
        }
        let again_in = match answer.await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(Lost::NotRecorded)) => backoff(failed),
            Ok(Err(Lost::SetAside)) | Err(_) => AGAIN_MAX,
        };
        warn!(?again_in, "an outcome could not be recorded yet");
        sleep(again_in).await;
    }
    None
}

/// Wait after so many failures in a row.
pub(crate) fn backoff(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1);
    let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
    AGAIN_MIN.saturating_mul(factor).min(AGAIN_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_away_is_asked_once_a_minute_at_last() {
        assert_eq!(backoff(1), AGAIN_MIN);
        assert_eq!(backoff(2), AGAIN_MIN * 2);
        for failures in [8, 32, 33, u32::MAX] {
            assert_eq!(backoff(failures), AGAIN_MAX);
        }
    }
}
