//! Who watches a camera is on record.

use crate::cameras::{CAMERA, Viewer, Yard, refused_with};
use crate::common::{Castellan, facts};
use castellan_domain::alarm::AlarmFact;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_watched_for_an_alarm_is_on_record_once_whatever_breaks() {
    let yard = Yard::open().await;
    let alarm = yard.server.raise("d-004", "e1", "gas_low").await;
    let why = format!("&alarm={alarm}");
    let watch = async |person: &str, why: &str, frames: usize| {
        let camera = format!("{CAMERA}?stream=main{why}");
        let socket = yard.ask(person, &camera).await;
        let mut viewer = Viewer {
            socket: socket.expect("a viewer is let in"),
        };
        for _ in 0..frames {
            viewer.frame().await;
        }
    };
    // Ten frames a second: a connection that broke after two seconds, and one that did not.
    watch("li-na", &why, 20).await;
    watch("li-na", &why, 40).await;
    // A glimpse.
    watch("zhao-min", &why, 5).await;
    // For no alarm; what was before comes at once, and is no look.
    watch("li-na", "", 80).await;
    for (person, more, status) in [
        ("guard-0", format!("?alarm={alarm}"), 403),
        ("li-na", "?alarm=A-9999".to_owned(), 404),
        ("li-na", "?alarm=nothing".to_owned(), 400),
        ("li-na", "?incident=I-1".to_owned(), 400),
    ] {
        let outcome = yard.ask(person, &format!("{CAMERA}{more}")).await;
        assert_eq!(refused_with(outcome), status, "{person} {more}");
    }
    let Yard { server, data, .. } = yard;
    // Nobody has been away for long enough: the stop ends it.
    server.stop();
    let of_no_alarm = facts(data.path(), "camera_viewed").await;
    let [fact] = &of_no_alarm[..] else {
        panic!("{of_no_alarm:?}");
    };
    assert_eq!(fact["body"]["camera"], CAMERA);
    assert_eq!(fact["body"]["by"], "li-na");
    assert!(fact["actor"].is_null(), "it is nobody's deed");
    let server = Castellan::start(data.path());
    let row = server.snapshot().await.view.alarms.remove(&alarm);
    let row = row.expect("it is open");
    let viewings = row
        .history
        .steps()
        .iter()
        .filter_map(|step| match &step.fact {
            AlarmFact::Viewed(body) => Some((step.times(), body)),
            _ => None,
        });
    let viewings: Vec<_> = viewings.collect();
    let [(1, viewed)] = viewings[..] else {
        panic!("{viewings:?}");
    };
    assert_eq!(
        (viewed.by.as_str(), viewed.camera.as_str()),
        ("li-na", CAMERA)
    );
    assert!(viewed.from < viewed.to, "{viewed:?}");
    server.stop();
}
