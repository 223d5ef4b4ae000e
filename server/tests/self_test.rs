//! Self-tests: what comes in gets as far as the walls have painted, or there is a row.

use crate::common::display::Display;
use crate::common::{Castellan, estate};
use castellan_domain::audience::Audience;
use castellan_domain::self_test::{Ended, SelfTestFault};
use castellan_domain::stream::Replica;
use castellan_domain::view::View;

fn ended(view: &View) -> Option<Ended> {
    view.self_test?.ended
}

fn row(view: &View) -> Option<bool> {
    let mut alarms = view.alarms.values();
    let row = alarms.find(|alarm| alarm.kind.as_str() == "canary_failed")?;
    Some(row.condition.is_active())
}

/// Tests every two seconds; a wall then has two seconds to paint.
fn start(data: &tempfile::TempDir) -> Castellan {
    Castellan::start_with(data.path(), &estate(), &["--self-test-s", "2"])
}

async fn wall(server: &Castellan) -> Display {
    let mut wall = Display::resume(server, Replica::new(Audience::Wall)).await;
    wall.until(server, |wall| wall.replica.is_ready()).await;
    wall
}

/// A wall that says what it has painted hears on until this holds.
async fn paint_until(server: &Castellan, wall: &mut Display, holds: impl Fn(&View) -> bool) {
    let end = std::time::Instant::now() + crate::common::PATIENCE;
    while !holds(wall.replica.view()) {
        assert!(std::time::Instant::now() < end, "waited in vain");
        let seq = wall.replica.view().seq;
        let painted = format!(r#"{{"t":"painted_upto","seq":{seq}}}"#);
        wall.socket.say(painted).await;
        wall.step(server).await;
    }
}

#[tokio::test]
async fn a_test_is_passed_once_the_wall_has_painted_it_and_a_wall_that_stands_still_is_a_row() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&data);
    let mut painting = wall(&server).await;
    paint_until(&server, &mut painting, |view| {
        ended(view).is_some_and(|ended| ended.is_passed() && ended.walls == 1)
    })
    .await;
    assert_eq!(row(painting.replica.view()), None);

    // It is connected and hears, and paints nothing.
    let frozen = wall(&server).await;
    paint_until(&server, &mut painting, |view| row(view) == Some(true)).await;
    let ended_with = ended(painting.replica.view()).expect("a test");
    assert_eq!(
        ended_with.fault,
        Some(SelfTestFault::NotPainted { walls: 1 })
    );
    drop(frozen);
    paint_until(&server, &mut painting, |view| row(view) == Some(false)).await;
}

#[tokio::test]
async fn where_no_wall_is_connected_a_test_goes_as_far_as_the_record() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&data);
    let mut console = Display::open(&server).await;
    console
        .until(&server, |console| ended(console.replica.view()).is_some())
        .await;
    let ended = ended(console.replica.view()).expect("a test");
    assert!(ended.is_passed() && ended.walls == 0, "{ended:?}");
}
