//! How long a notification waits.

use super::*;
use castellan_domain::time::Timestamp;

/// What became of one notification that waits since then, once a worker has looked at it; nothing, if it waits on.
async fn outcome(
    worker: &Worker,
    recorded: &mut mpsc::Receiver<Request>,
    created_at: Timestamp,
    memory: &mut Memory,
) -> Option<Settlement> {
    let parcel = Parcel {
        about: Seq(1),
        created_at,
        message: fixture::call(1),
        json: "{}".to_owned(),
    };
    let deliver = worker.deliver(vec![parcel], memory);
    tokio::pin!(deliver);
    let mut outcome = None;
    loop {
        let ticket = tokio::select! {
            _ = &mut deliver => return outcome,
            ticket = recorded.recv() => ticket.expect("the worker is there"),
        };
        if let Input::Notified(body) = &ticket.input {
            outcome = Some(body.outcome);
        }
        ticket.reply.answer(Ok(Ok(Accepted::Done { seq: Seq(9) })));
    }
}

#[tokio::test]
async fn what_nobody_takes_is_tried_for_an_hour_and_then_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let (worker, mut recorded, hands) = timed_worker(&folder).await;
    let (mut memory, since) = (Memory::default(), worker.clock.now());
    let first = outcome(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!(first, None);
    hands.pass(KEPT.as_micros());
    memory.addresses.clear();
    let last = outcome(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!((last, memory.attempts[&Seq(1)]), (None, 2), "it is tried");
    hands.pass(1_000_000);
    let after = outcome(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!(after, Some(Settlement::GivenUp));
}
