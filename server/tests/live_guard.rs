//! The phones of guards against the real server: each is told what its own person needs, in the turn in which
//! it is so, and of nothing and nobody else.

use crate::common::display::{Socket, hello, hello_text};
use crate::common::{Castellan, estate, now_s};
use castellan_client::http::Identity;
use castellan_client::live::{self, Heard};
use castellan_domain::audience::Audience;
use castellan_domain::dispatch::{DispatchCommand, Matter, Stage};
use castellan_domain::guard_view::{GuardDuty, GuardView};
use castellan_domain::ids::{AlarmId, AssignmentId, PersonId, Seq};
use castellan_domain::staff::StaffCommand;
use castellan_domain::text::Text;
use castellan_domain::wire::live::{
    ClientMessage, Hello, Presence, RefusedCode, ResumeBy, ServerMessage, Welcome,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The estate of the tests with duty kept and a type that is silent.
fn with_duty(folder: &Path) -> PathBuf {
    let document = std::fs::read_to_string(estate()).expect("so it is in a test");
    let mut document: Value = serde_json::from_str(&document).expect("so it is in a test");
    document["staffing"] = json!({"shifts": [{"name": {"zh": "白班", "en": "Day"}, "starts_at": "08:00"}], "duty": "recorded"});
    let path = folder.join("estate.json");
    std::fs::write(&path, document.to_string()).expect("so it is in a test");
    path
}

fn person(id: &str) -> PersonId {
    id.parse().expect("so it is in a test")
}

/// A guard's phone.
struct Phone {
    socket: Socket,
}

impl Phone {
    async fn open(server: &Castellan, identity: Identity) -> (Self, Welcome) {
        let (socket, welcome) = live::enter(server.address, Some(&identity), as_guard())
            .await
            .expect("so it is in a test");
        (
            Self {
                socket: Socket(socket),
            },
            welcome,
        )
    }

    async fn of(server: &Castellan, who: &str) -> Self {
        let (mut phone, welcome) = Self::open(server, Identity::Cookie(person(who))).await;
        assert_eq!(
            (welcome.audience, welcome.resume),
            (Audience::Guard, ResumeBy::Whole)
        );
        assert_eq!(phone.next().await.1.person.as_str(), who);
        phone
    }

    /// The next view. A phone hears nothing else but heartbeats.
    async fn next(&mut self) -> (Seq, GuardView) {
        match self.socket.hear_text().await {
            ServerMessage::Guard(message) => (message.seq, message.view),
            other => panic!("a phone is told {other:?}"),
        }
    }
}

fn as_guard() -> Hello {
    Hello {
        audience: Text::constant(Audience::Guard.name()),
        ..hello()
    }
}

async fn dispatch(server: &Castellan, alarm: AlarmId, who: &str) {
    let matter = Matter::Alarm(alarm);
    let person = person(who);
    let sent = server
        .command("li-na", DispatchCommand::Dispatch { matter, person }.into())
        .await;
    assert_eq!(sent.status, 200, "{}", sent.body);
}

async fn duty(server: &Castellan, who: &str) {
    let on = StaffCommand::GoOnDuty {
        person: person(who),
    };
    assert_eq!(server.command(who, on.into()).await.status, 200);
}

#[tokio::test]
async fn a_phone_sees_its_own_offer_and_its_end_in_the_same_turn_and_nobody_elses() {
    let data = tempfile::tempdir().unwrap();
    let document = with_duty(data.path());
    let server = Castellan::start_with(&data.path().join("data"), &document, &[]);
    for who in ["guard-1", "guard-2"] {
        duty(&server, who).await;
    }
    let mut one = Phone::of(&server, "guard-1").await;
    let mut two = Phone::of(&server, "guard-2").await;
    // Where people are and what devices say is none of a phone's business.
    assert_eq!(server.position("phone-2", now_s(), 100).await.status, 200);
    let alarm = server.raise("d-004", "e-1", "loitering").await;
    dispatch(&server, alarm, "guard-1").await;
    let (seq, view) = one.next().await;
    assert_eq!(view.tasks[0].stage, Stage::Offered);
    assert_eq!(
        view.tasks[0]
            .place
            .as_ref()
            .unwrap()
            .name
            .as_ref()
            .unwrap()
            .en
            .as_str(),
        "Building 3 B1"
    );
    assert!(seq >= server.health().await.seq);
    assert!(!serde_json::to_string(&view).unwrap().contains("guard-2"));

    let assignment = AssignmentId(1);
    let recalled = server
        .command("li-na", DispatchCommand::Recall { assignment }.into())
        .await;
    assert_eq!(recalled.status, 200);
    assert_eq!(one.next().await.1.tasks, []);
    let late = server
        .command("guard-1", DispatchCommand::Accept { assignment }.into())
        .await;
    assert_eq!(late.status, 409, "{}", late.body);

    dispatch(&server, alarm, "guard-2").await;
    let assignment = AssignmentId(2);
    assert_eq!(
        two.next().await.1.tasks[0].assignment,
        assignment,
        "the first view since it came"
    );
    let accepted = server
        .command("guard-2", DispatchCommand::Accept { assignment }.into())
        .await;
    assert_eq!(accepted.status, 200);
    assert_eq!(two.next().await.1.tasks[0].stage, Stage::Accepted);
    // Off duty in the middle of it: whatever bound them is gone, and the phone stays.
    let off = StaffCommand::GoOffDuty {
        person: person("guard-2"),
    };
    assert_eq!(server.command("guard-2", off.into()).await.status, 200);
    let off_duty = two.next().await.1;
    assert_eq!((off_duty.duty, off_duty.tasks), (GuardDuty::Off, vec![]));
}

#[tokio::test]
async fn whose_phone_it_is_says_the_handshake_and_who_is_not_sent_hears_why() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let (mut phone, _) = Phone::open(&server, Identity::Header(person("guard-1"))).await;
    assert_eq!(phone.next().await.1.person, person("guard-1"));
    for (who, code, part) in [
        (None, RefusedCode::UnknownPerson, "say whose by the header"),
        (
            Some("guard-99"),
            RefusedCode::UnknownPerson,
            "an id of this estate",
        ),
        (
            Some("li-na"),
            RefusedCode::CannotBeSent,
            "li-na is not sent to incidents",
        ),
    ] {
        let identity = who.map(|who| Identity::Header(person(who)));
        let refused = match live::enter(server.address, identity.as_ref(), as_guard()).await {
            Err(live::LiveError::Refused(refused)) => refused,
            other => panic!("{who:?}: {:?}", other.map(|(_, welcome)| welcome)),
        };
        assert_eq!(refused.code, code);
        assert!(refused.message.contains(part), "{}", refused.message);
    }
    assert_eq!(server.refusals("live", "cannot_be_sent").await, 1);
    assert_eq!(server.refusals("live", "unknown_person").await, 2);
    // A phone is no console: whoever carries it does not come to their desk by it.
    let presence = ClientMessage::Presence(Presence {
        person: Some(person("guard-1")),
        looking_at: None,
    });
    phone
        .socket
        .say(serde_json::to_string(&presence).unwrap())
        .await;
    assert_eq!(
        phone.socket.expect_refusal().await.code,
        RefusedCode::BadMessage
    );
    // It takes no snapshot either.
    let snapshot = server
        .get("/api/v1/sites/test-1/snapshot?audience=guard")
        .await;
    assert_eq!(
        (snapshot.status, snapshot.error().code.as_str()),
        (400, "unknown_audience")
    );
}

#[tokio::test]
async fn a_page_calls_silently_and_says_where_it_is_in_its_persons_name() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut phone = Phone::of(&server, "guard-1").await;
    let wall = live::enter(
        server.address,
        None,
        Hello {
            audience: Text::constant("wall"),
            ..hello()
        },
    );
    let mut wall = Socket(wall.await.unwrap().0);
    assert_eq!(
        server.position("page:guard-1", now_s(), 200).await.status,
        200
    );
    assert_eq!(
        server.position("page:guard-99", now_s(), 200).await.status,
        401
    );
    let body = json!({"phone": "page:guard-1", "event_id": "c-1", "kind": "silent"}).to_string();
    let called = server.post("/ingest/v1/calls", &[], body).await;
    assert_eq!(called.status, 200, "{}", called.body);
    let call = phone.next().await.1.call.unwrap();
    assert!(call.silent && call.taken_by.is_none());
    let view = server.snapshot().await.view;
    let alarm = view
        .alarms
        .values()
        .find(|alarm| alarm.kind.is_duress())
        .unwrap();
    assert_eq!(alarm.source.person(), Some(&person("guard-1")));
    assert!(!alarm.place.is_unknown(), "where the page was last");
    // The wall hears of the turn and of nothing in it.
    let head = server.health().await.seq;
    loop {
        match wall.hear().await {
            Heard::Text(ServerMessage::Changes(changes), text) => {
                assert!(
                    !text.contains("duress") && !text.contains("guard_sos"),
                    "{text}"
                );
                if changes.upto >= head {
                    break;
                }
            }
            Heard::Text(..) | Heard::Frame(_) => {}
            Heard::End(code) => panic!("the server hung up ({code:?})"),
        }
    }
}

#[tokio::test]
async fn a_hello_for_a_guard_is_no_damaged_message_without_a_person() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut socket = Socket::connect(&server).await;
    socket.say(hello_text(as_guard())).await;
    assert_eq!(
        socket.expect_refusal().await.code,
        RefusedCode::UnknownPerson
    );
}
