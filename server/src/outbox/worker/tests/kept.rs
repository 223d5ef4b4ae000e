//! What waits, for how long and for whom.

use super::*;
use castellan_domain::staff::PersonState;
use castellan_domain::time::Timestamp;

/// What is recorded once a worker looks at one notification that waits since then.
async fn told(
    worker: &Worker,
    recorded: &mut mpsc::Receiver<Request>,
    created_at: Timestamp,
    memory: &mut Memory,
) -> Option<Input> {
    let parcel = Parcel {
        about: Seq(1),
        created_at,
        message: fixture::call(1),
        json: "{}".to_owned(),
    };
    let deliver = worker.deliver(vec![parcel], memory);
    tokio::pin!(deliver);
    let mut told = None;
    loop {
        let ticket = tokio::select! {
            _ = &mut deliver => return told,
            ticket = recorded.recv() => ticket.expect("the worker is there"),
        };
        assert!(told.is_none(), "one word is enough");
        told = Some(ticket.input);
        ticket.reply.answer(Ok(Ok(Accepted::Done { seq: Seq(9) })));
    }
}

/// How it ended, if it did.
fn ended(told: Option<Input>) -> Option<Settlement> {
    match told {
        Some(Input::Notified(body)) => Some(body.outcome),
        Some(Input::Failing(_)) | None => None,
        other => panic!("a worker tells what became of it: {other:?}"),
    }
}

#[tokio::test]
async fn what_nobody_takes_for_an_hour_fails_at_once_and_is_given_up_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (worker, mut recorded, hands) = worker_in(&folder, View::default()).await;
    let (mut memory, since) = (Memory::default(), worker.clock.now());
    let first = told(&worker, &mut recorded, since, &mut memory).await;
    assert!(matches!(first, Some(Input::Failing(_))), "{first:?}");
    hands.pass(KEPT.as_micros());
    memory.addresses.clear();
    let still = told(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!(ended(still), None, "it is tried to the last moment");
    hands.pass(1_000_000);
    let after = told(&worker, &mut recorded, since, &mut memory).await;
    assert_eq!(ended(after), Some(Settlement::GivenUp));
}

#[tokio::test]
async fn what_waits_for_somebody_who_went_home_is_not_sent() {
    let then = Hands::new().clock(0).now();
    let before = then - Span::from_secs(10);
    for (duty, since, is_sent) in [
        (DutyKept::Recorded, Some(before), true),
        (DutyKept::Recorded, Some(then), false),
        (DutyKept::Recorded, None, true),
        (DutyKept::Assumed, Some(then), true),
    ] {
        let person = PersonId::new("chen-gang").unwrap();
        let mut view = View::default();
        let state = PersonState {
            duty: Duty::Off { since },
            ..PersonState::default()
        };
        view.people.insert(person, state);
        let folder = tempfile::tempdir().unwrap();
        let (mut worker, mut recorded, _) = worker_in(&folder, view).await;
        let carrier = worker.carrier.as_mut().unwrap();
        Arc::make_mut(&mut carrier.teller.estate).staffing.duty = duty;
        let mut memory = Memory::default();
        let outcome = told(&worker, &mut recorded, then, &mut memory).await;
        let refused = (!is_sent).then_some(Settlement::Refused);
        assert_eq!(ended(outcome), refused, "off duty since {since:?}");
    }
}
