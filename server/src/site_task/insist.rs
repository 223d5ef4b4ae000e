//! What a worker found out and the record must have, however often it has to be said.

use super::{Lost, Reply, Request, Ticket};
use castellan_domain::engine::Input;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;
use tracing::warn;

/// Wait after a turn that was lost; it doubles up to [`AGAIN_MAX`].
const AGAIN_MIN: Duration = Duration::from_millis(500);
const AGAIN_MAX: Duration = Duration::from_mins(1);

/// Has an input recorded: comes back when it is, or when the server ends.
pub(crate) async fn have_recorded(requests: &mpsc::Sender<Request>, input: Input) {
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
            return;
        }
        let again_in = match answer.await {
            Ok(Ok(_)) => return,
            Ok(Err(Lost::NotRecorded)) => backoff(failed),
            Ok(Err(Lost::SetAside)) | Err(_) => AGAIN_MAX,
        };
        warn!(?again_in, "an outcome could not be recorded yet");
        sleep(again_in).await;
    }
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
