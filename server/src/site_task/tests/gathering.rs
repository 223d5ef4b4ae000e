//! What one turn takes, and how long positions wait for more.

use super::super::*;
use super::world::World;
use crate::requests::QUEUE_MAX;
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{DeviceId, PhoneId};
use castellan_domain::observation::PhoneFix;

fn position() -> Request {
    let fix = PhoneFix {
        phone: PhoneId::new("p-1").unwrap(),
        occurred_at: Timestamp::from_secs(1),
        received_at: Timestamp::from_secs(1),
        at: LonLat::new(120.1, 30.0).unwrap(),
        accuracy_dm: None,
        battery_percent: None,
    };
    let (ticket, _) = World::ticket(Input::Observed(Observation::PhoneFix(fix)));
    Box::new(ticket)
}

/// A device says that it is there.
fn heard() -> Request {
    let (ticket, _) = World::ticket(Input::Observed(Observation::Heard {
        device: DeviceId::new("d-1").unwrap(),
        received_at: Timestamp::from_secs(1),
    }));
    Box::new(ticket)
}

/// Gathers while these come, each after so many milliseconds. What was taken, and after how long.
async fn gathered(first: Request, coming: Vec<(u64, Request)>) -> (usize, u128) {
    let (requests, mut inbox) = mpsc::channel(QUEUE_MAX);
    let begun = Instant::now();
    for (at_ms, request) in coming {
        let requests = requests.clone();
        if at_ms == 0 {
            requests.try_send(request).unwrap();
            continue;
        }
        tokio::spawn(async move {
            sleep_until(begun + Duration::from_millis(at_ms)).await;
            requests.send(request).await.ok();
        });
    }
    let tickets = gather(first, &mut inbox, begun + POSITIONS_WAIT).await;
    (tickets.len(), begun.elapsed().as_millis())
}

#[tokio::test(start_paused = true)]
async fn positions_wait_a_moment_for_more_and_no_longer() {
    let wait_ms = POSITIONS_WAIT.as_millis();
    assert_eq!(gathered(position(), Vec::new()).await, (1, wait_ms));
    let coming = vec![(1, position()), (3, position()), (9, position())];
    assert_eq!(gathered(position(), coming).await, (3, wait_ms));
}

#[tokio::test(start_paused = true)]
async fn whatever_is_no_position_is_taken_at_once() {
    assert_eq!(gathered(heard(), vec![(1, position())]).await, (1, 0));
    let coming = vec![(1, position()), (2, heard()), (3, position())];
    assert_eq!(gathered(position(), coming).await, (3, 2));
    let coming = vec![(0, heard()), (0, position()), (1, position())];
    assert_eq!(gathered(position(), coming).await, (3, 0));
}

#[tokio::test(start_paused = true)]
async fn enough_positions_wait_for_no_more_and_a_turn_takes_256() {
    let at_once = |count: usize| (1..count).map(|_| (0, position())).collect::<Vec<_>>();
    let mut coming = at_once(POSITIONS_ENOUGH);
    coming.push((1, position()));
    assert_eq!(gathered(position(), coming).await, (POSITIONS_ENOUGH, 0));
    let many = gathered(position(), at_once(300)).await;
    assert_eq!(many, (TURN_INPUTS_MAX, 0));
}
