//! A display in another language, which knows the protocol from its page alone, ends with what the
//! server holds: of everything that a display is told, as much as its audience may see.

use crate::common::display::{Socket, hello, hello_text};
use crate::common::scene::{CALM, OPERATORS, Scene};
use crate::common::stranger::{Beside, Stranger};
use crate::common::{Castellan, alter, database, eventually, now_s};
use castellan_domain::audience::Audience;
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::AlarmId;
use serde_json::{Value, json};

/// Devices that speak for themselves in the scenario, other than in a drill or of duress.
const DEVICES: usize = 20;

/// A little of everything that people do with alarms; the one that stays claimed.
async fn alarms(scene: &Scene) -> AlarmId {
    let server = &scene.server;
    let mut alarms = Vec::new();
    for n in 0..4 {
        let device = format!("d-00{n}");
        alarms.push(server.raise(&device, "e-1", "camera_down").await);
    }
    server.raise("d-001", "e-2", "camera_down").await;
    // Smoke at two detectors in one building: one row that rises.
    server.raise("d-004", "smoke", "smoke_single").await;
    let fire = server.raise("d-008", "smoke", "smoke_single").await;
    let [alarm, shelved, passed_on, released] = alarms[..] else {
        panic!("four of them");
    };
    let commands = [
        json!({"claim": {"alarm": alarm}}),
        json!({"note": {"alarm": alarm, "text": "seen from the gate"}}),
        json!({"mute": {"alarm": fire}}),
        json!({"shelve": {"alarm": shelved, "for_s": 600, "reason": "known_fault"}}),
        json!({"unshelve": {"alarm": shelved}}),
        json!({"claim": {"alarm": passed_on}}),
        json!({"transfer": {"alarm": passed_on, "to": "chen-hui"}}),
        json!({"claim": {"alarm": released}}),
        json!({"release": {"alarm": released}}),
    ];
    scene.commands("zhou-jie", commands).await;
    let over = [("d-008", "over", "cleared")];
    scene.events("smoke_single", &over).await;
    server.raise("d-030", "late", "quick").await;
    // What one audience or another must not see: duress, and whoever calls for help.
    server.raise("d-006", "silent", "duress").await;
    let call = json!({"phone": "phone-2", "event_id": "c-1", "kind": "sos"});
    assert_eq!(scene.post("/ingest/v1/calls", call).await, 200);
    let drill = json!({"device": "d-009", "event_id": "drill", "type": "loitering",
        "state": "active", "drill": true, "occurred_at": "2001-01-01T00:00:00Z"});
    assert_eq!(scene.post("/ingest/v1/events", drill).await, 200);
    alarm
}

async fn is_flood(server: &Castellan, is: bool) {
    eventually("the flood is noticed", async || {
        let flood = server.snapshot().await.view.flood;
        (flood.is_some() == is).then_some(())
    })
    .await;
}

/// So much comes that like is folded into like; then more people come, and it is a flood no more.
/// Urgent rows, and the one that others were folded into.
async fn flood(scene: &mut Scene) -> (Vec<AlarmId>, AlarmId) {
    let mut urgent = Vec::new();
    for n in 10..22 {
        let device = format!("d-0{n}");
        urgent.push(scene.server.raise(&device, "f-1", "loitering").await);
    }
    is_flood(&scene.server, true).await;
    let row = scene.server.raise("d-000", "f-2", CALM).await;
    for device in ["d-002", "d-004", "d-008"] {
        assert_eq!(scene.server.raise(device, "f-2", CALM).await, row);
    }
    // What is folded speaks again, ends, and gets a row of its own.
    let again = [
        ("d-002", "f-3", "active"),
        ("d-008", "f-3", "cleared"),
        ("d-008", "f-4", "active"),
    ];
    scene.events(CALM, &again).await;
    let split = json!({"split": {"alarm": row, "source": {"device": "d-004"}}});
    scene.commands("zhou-jie", [split]).await;
    for report in scene.agree().await {
        let flood = &report["view"]["flood"];
        assert!(flood["shown"].as_u64() > Some(0), "{flood}");
        assert!(flood["folded"].as_u64() >= Some(3), "{flood}");
    }
    for n in 0..OPERATORS {
        let person = format!("operator-{n}");
        let on = json!({"go_on_duty": {"person": person}});
        scene.commands("li-na", [on]).await;
    }
    is_flood(&scene.server, false).await;
    for report in scene.agree().await {
        assert_eq!(report["view"].get("flood"), None);
    }
    (urgent, row)
}

/// Doors, zones, phones, call signs and orders.
async fn site(scene: &mut Scene) {
    let commands = [
        json!({"arm": {"zone": "perimeter"}}),
        json!({"arm": {"zone": "yard"}}),
        json!({"disarm": {"zone": "yard"}}),
        json!({"bind_phone": {"phone": "phone-9", "person": "guard-3"}}),
        json!({"bind_phone": {"phone": "phone-8", "person": "guard-4"}}),
        json!({"unbind_phone": {"phone": "phone-8"}}),
        json!({"unbind_phone": {"phone": "phone-4"}}),
        json!({"give_call_sign": {"person": "guard-1",
            "call_sign": {"zh": "山鹰1", "en": "Eagle 1"}}}),
    ];
    scene.commands("li-na", commands).await;
    for (device, event, what) in [
        ("d-001", "g-1", "opened"),
        ("d-005", "g-1", "opened"),
        ("d-005", "g-2", "closed"),
    ] {
        let body = json!({"device": device, "event_id": event, "what": what});
        assert_eq!(scene.post("/ingest/v1/doors", body).await, 200);
    }
    for (door, status, outcome) in [("d-001", 204, "done"), ("d-005", 403, "refused")] {
        scene.driver.answer(status);
        let order = json!({"open_door": {"door": door}});
        scene.commands("li-na", [order]).await;
        eventually("the order is settled", async || {
            let actuations = json!(scene.server.snapshot().await.view.actuations);
            (actuations[door]["settled"]["outcome"] == outcome).then_some(())
        })
        .await;
    }
    let [staff, wall, visitor] = scene.agree().await;
    for seen in [staff, wall] {
        let view = &seen["view"];
        let zones = view["zones"].as_object().expect("zones");
        let by: Vec<_> = zones
            .values()
            .map(|zone| zone.get("by").is_some())
            .collect();
        assert_eq!(by.iter().filter(|by| **by).count(), 2, "two by hand");
        assert!(by.len() > 2, "and one by its schedule");
        let phones = json!({"phone-4": null, "phone-8": null, "phone-9": "guard-3"});
        assert_eq!(view["phones"], phones);
        assert!(view["doors"]["d-001"].get("open").is_some(), "{view}");
        assert!(view["doors"]["d-005"].get("closed").is_some(), "{view}");
    }
    let view = &visitor["view"];
    for hidden in ["people", "phones", "zones", "doors"] {
        assert_eq!(view[hidden], json!({}), "{hidden}");
    }
    assert_eq!(view.get("actuations"), None);
}

async fn console_is(server: &Castellan, state: &str) {
    eventually("the console is noticed", async || {
        let people = json!(server.snapshot().await.view.people);
        people["zhou-jie"]["console"].get(state).map(|_| ())
    })
    .await;
}

/// What nobody claimed in time is called overdue.
async fn overdue(scene: &mut Scene) {
    let times = |alarms: Value| {
        let alarms = alarms.as_object().cloned().into_iter().flatten();
        let mut quick = alarms.filter(|(_, alarm)| alarm["type"] == "quick");
        let (_, alarm) = quick.next().expect("the quick one");
        alarm["ownership"]["unclaimed"]["times_overdue"].as_u64()
    };
    eventually("it is overdue", async || {
        let alarms = scene.server.snapshot().await.view.alarms;
        (times(json!(alarms)) > Some(0)).then_some(())
    })
    .await;
    for mut report in scene.agree().await {
        assert!(times(report["view"]["alarms"].take()) > Some(0));
    }
}

/// Somebody comes to a console and leaves it, owns something, and takes more without one.
async fn consoles(scene: &mut Scene, alarm: AlarmId, urgent: &[AlarmId]) {
    let mut socket = Socket::connect(&scene.server).await;
    socket.say(hello_text(hello())).await;
    let presence = json!({"t": "presence", "person": "zhou-jie"});
    socket.say(presence.to_string()).await;
    console_is(&scene.server, "here").await;
    drop(socket);
    console_is(&scene.server, "gone").await;
    let (taken, passed_on) = (urgent[0], urgent[1]);
    let claim = json!({"claim": {"alarm": taken}});
    scene.commands("zhou-jie", [claim]).await;
    let commands = [
        json!({"claim": {"alarm": passed_on}}),
        json!({"transfer": {"alarm": passed_on, "to": "zhou-jie"}}),
    ];
    scene.commands("chen-hui", commands).await;
    for report in scene.agree().await {
        for alarm in [alarm, taken, passed_on] {
            let claimed = &report["view"]["alarms"][alarm.to_string()]["ownership"]["claimed"];
            assert!(claimed.get("absent_due_at").is_some(), "{alarm}: {claimed}");
        }
    }
}

/// What is taken leaves the shelf, what is given back is seen by nobody, what is judged and goes on
/// returns, and what is judged closes with the last of its sources.
async fn ends(scene: &mut Scene, urgent: &[AlarmId], row: AlarmId) {
    let shelved = urgent[2];
    let commands = [
        json!({"shelve": {"alarm": shelved, "for_s": 600, "reason": "works"}}),
        json!({"claim": {"alarm": shelved}}),
        json!({"acknowledge": {"alarm": row}}),
        json!({"note": {"alarm": row, "text": "to be looked at"}}),
    ];
    scene.commands("li-na", commands).await;
    for report in scene.agree().await {
        let seen = &report["view"]["alarms"][row.to_string()]["acknowledged"];
        assert_eq!(seen["followed_up"], true, "{seen}");
    }
    let commands = [
        json!({"claim": {"alarm": row}}),
        json!({"release": {"alarm": row}}),
    ];
    scene.commands("li-na", commands).await;
    for report in scene.agree().await {
        let alarms = &report["view"]["alarms"];
        assert_eq!(alarms[shelved.to_string()].get("shelf"), None);
        assert_eq!(alarms[row.to_string()].get("acknowledged"), None);
    }
    let goes_on = urgent[3];
    let commands = [
        json!({"claim": {"alarm": goes_on}}),
        json!({"judge": {"alarm": goes_on, "verdict": "test"}}),
        json!({"claim": {"alarm": row}}),
        json!({"judge": {"alarm": row, "verdict": "device_fault"}}),
    ];
    scene.commands("li-na", commands).await;
    let again = [("d-013", "z-1", "momentary")];
    scene.events("loitering", &again).await;
    for report in scene.agree().await {
        let alarm = &report["view"]["alarms"][goes_on.to_string()];
        let returned = &alarm["ownership"]["unclaimed"]["returned"];
        assert_eq!(returned["why"], "again", "{alarm}");
    }
    let closed = |report: &Value| report["view"]["closed"].as_array().map(Vec::len);
    for (events, count) in [
        (
            &[("d-000", "z-1", "cleared"), ("d-002", "z-1", "cleared")][..],
            0,
        ),
        (&[("d-008", "z-1", "cleared")][..], 1),
        // What was closed stays so, and what comes now gets a row of its own.
        (
            &[("d-000", "z-2", "active"), ("d-002", "z-2", "active")][..],
            1,
        ),
    ] {
        scene.events(CALM, events).await;
        let [staff, wall, _] = scene.agree().await;
        assert_eq!(closed(&staff), Some(count), "{events:?}");
        assert_eq!(closed(&wall), Some(0), "which only a fold needs");
    }
}

/// What is not in the record: positions and who left, latest values, who looks at what.
async fn beside(scene: &mut Scene) {
    let presence = json!({"person": "li-na", "looking_at": {"alarm": "A-1"}});
    scene.strangers[0].do_it(&format!("present {presence}"));
    let heard = json!({"device": "d-030"});
    assert_eq!(scene.post("/ingest/v1/heard", heard).await, 200);
    for (phone, east) in [("phone-1", 1_000), ("phone-2", 2_000), ("phone-9", 3_000)] {
        let answer = scene.server.position(phone, now_s() - 9, east).await;
        assert_eq!(answer.header("x-castellan-discarded"), None);
    }
    scene.agree_beside(|audience| holds(&audience, 3, 0)).await;
    let off = json!({"go_off_duty": {"person": "guard-2"}});
    scene.commands("li-na", [off]).await;
    scene.agree_beside(|audience| holds(&audience, 2, 0)).await;
    let reports = scene.agree().await;
    let anchor = LonLat::new(120.112, 30.287).expect("that of the fixture");
    for report in &reports[..2] {
        for (guard, east) in [("guard-1", 1_000), ("guard-3", 3_000)] {
            let lon = f64::from(1_201_120_000 + east) / 1e7;
            let there = LonLat::new(lon, 30.287).expect("a place");
            let there = Anchor::new(anchor).offset(there).expect("near");
            let at = &report["positions"][guard];
            assert_eq!(
                (&at["x_cm"], &at["y_cm"], &at["accuracy_dm"]),
                (&json!(there.x_cm), &json!(there.y_cm), &json!(50))
            );
            let phone = &report["latest"][format!("person {guard}")];
            assert_eq!(phone["battery_percent"], 80);
        }
    }
    let [staff, _, visitor] = reports;
    let viewer = &staff["viewers"]["viewers"][0];
    assert_eq!(viewer["looking_at"], json!({"alarm": "A-1"}));
    for hidden in ["positions", "latest"] {
        assert_eq!(visitor[hidden], json!({}), "{hidden}");
    }
}

/// How much of what is in no record an audience holds, of so many guards and people who reported.
fn holds(audience: &Audience, guards: usize, unrecorded: usize) -> Beside {
    let is_seen = usize::from(audience.sees_persons());
    Beside {
        positions: is_seen * guards,
        latest: is_seen * (DEVICES + guards),
        unrecorded,
        viewers: usize::from(*audience == Audience::Staff),
    }
}

/// Nothing can be recorded, and everybody is told what they may know of what came meanwhile.
async fn outage(scene: &mut Scene) {
    let journal = database(&scene.folder.path().join("data"), "journal.db");
    let fail =
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    alter(&journal, fail).await;
    for (device, kind) in [("d-002", "panic"), ("d-014", "duress")] {
        let answer = scene.server.event(device, "o-1", kind, "active").await;
        assert_eq!(answer.status, 503, "{}", answer.body);
    }
    for _ in 0..2 {
        let call = json!({"phone": "phone-1", "event_id": "c-2", "kind": "sos"});
        assert_eq!(scene.post("/ingest/v1/calls", call).await, 503);
    }
    let notices = |audience| match audience {
        Audience::Staff => 3,
        Audience::Wall => 2,
        Audience::WallVisitor => 0,
        Audience::Guard => unreachable!("a phone holds no copy"),
    };
    scene
        .agree_beside(|audience| holds(&audience, 1, notices(audience.clone())))
        .await;
    let since = scene.server.health().await.not_recording_since;
    assert!(since.is_some());
    for report in scene.beats().await {
        assert_eq!(report["beat"]["not_recording_since"], json!(since));
    }
    scene.agree().await;
    alter(&journal, "DROP TRIGGER fail").await;
    eventually("it records again", async || {
        let since = scene.server.health().await.not_recording_since;
        since.is_none().then_some(())
    })
    .await;
    scene.agree_beside(|audience| holds(&audience, 1, 0)).await;
    scene.agree().await;
    for report in scene.beats().await {
        assert_eq!(report["beat"].get("not_recording_since"), None);
    }
}

/// Which messages an audience was told, and nothing that it must not know in any of them.
fn told(scene: &mut Scene) {
    const PERSONS: &str = "guard- phone- li-na zhou-jie chen-hui operator- Eagle";
    const SECURITY: &str = "perimeter yard open_door";
    for stranger in &mut scene.strangers {
        let audience = stranger.audience.clone();
        let messages = match audience {
            Audience::Staff => "echo facts handles heartbeat latest positions unrecorded viewers",
            Audience::Wall => "changes echo handles heartbeat latest positions unrecorded",
            Audience::WallVisitor => "changes echo heartbeat",
            Audience::Guard => unreachable!("a phone holds no copy"),
        };
        let messages: Vec<_> = messages.split(' ').collect();
        assert_eq!(
            stranger.ask("report")["heard"],
            json!(messages),
            "{audience:?}"
        );
        for (words, may) in [
            ("duress", audience.sees_duress()),
            (PERSONS, audience.sees_persons()),
            (SECURITY, audience.sees_security()),
        ] {
            for word in words.split(' ') {
                let overheard = stranger.ask(&format!("overheard {word}"));
                assert_eq!(overheard, may, "{audience:?} and {word}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_written_from_the_page_alone_shows_what_the_server_holds() {
    let mut scene = Scene::new().await;
    for guard in ["guard-1", "guard-2", "guard-3"] {
        let on = json!({"go_on_duty": {"person": guard}});
        scene.commands("li-na", [on]).await;
    }
    let alarm = alarms(&scene).await;
    scene.agree().await;
    let (urgent, row) = flood(&mut scene).await;
    site(&mut scene).await;
    overdue(&mut scene).await;
    consoles(&mut scene, alarm, &urgent).await;
    ends(&mut scene, &urgent, row).await;
    beside(&mut scene).await;

    // The connection breaks, and what happens meanwhile is not lost.
    for stranger in &mut scene.strangers {
        stranger.do_it("painted");
    }
    let commands = [
        json!({"judge": {"alarm": alarm, "verdict": "environment"}}),
        json!({"correct_verdict": {"alarm": alarm, "verdict": "genuine"}}),
        json!({"disarm": {"zone": "perimeter"}}),
        json!({"go_off_duty": {"person": "guard-3"}}),
    ];
    scene.commands("zhou-jie", commands).await;
    let moved = scene.server.position("phone-1", now_s(), 5_000).await;
    assert_eq!(moved.status, 200);
    for stranger in &mut scene.strangers {
        stranger.do_it("cut");
    }
    for report in scene.agree().await {
        assert_eq!(
            (&report["snapshots"], &report["resumed"], &report["gaps"]),
            (&json!(1), &json!(1), &json!(0))
        );
    }
    scene.agree_beside(|audience| holds(&audience, 1, 0)).await;
    outage(&mut scene).await;
    told(&mut scene);

    // Another run, and another estate document: whoever is not the staff takes the snapshot.
    scene.restart("Another name");
    let [staff, wall, visitor] = scene.agree().await;
    assert!(staff["chain_checked"].as_u64() >= Some(80), "{staff}");
    for (report, counts) in [(staff, [1, 2]), (wall, [2, 1]), (visitor, [2, 1])] {
        let taken = json!([report["snapshots"], report["resumed"]]);
        assert_eq!(taken, json!(counts));
    }
}

#[tokio::test]
async fn what_a_stranger_says_wrong_is_refused_by_name() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut stranger = Stranger::new(&server, Audience::Staff, &[]);
    let hello = |field: &str, value: Value| {
        let mut hello: Value = serde_json::from_str(&hello_text(hello())).expect("JSON");
        hello[field] = value;
        hello.to_string()
    };
    for (said, code) in [
        (hello("protocol", json!(2)), "wrong_protocol"),
        (hello("site", json!("elsewhere")), "unknown_site"),
        (hello("audience", json!("everybody")), "unknown_audience"),
        (hello("t", json!("subscribe")), "bad_message"),
    ] {
        let told = stranger.ask(&format!("refusal {said}"));
        assert_eq!(told["close"], 1008, "{told}");
        assert_eq!(told["refused"]["code"], code, "{told}");
        let words = told["refused"]["message"].as_str();
        assert!(words.is_some_and(|words| words.contains(' ')), "{told}");
        assert_eq!(server.refusals("live", code).await, 1);
    }
    // It costs the one who is connected nothing.
    server.raise("d-000", "after", "loitering").await;
    stranger.agree(&server).await;
}
