//! The load generator against a stand-in for the server: every position once and in order, and
//! whatever is not kept is counted as refused.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use castellan_bench::load::march::March;
use castellan_bench::load::phones::{Phones, Tally};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Heard = Arc<Mutex<BTreeMap<String, Vec<i64>>>>;

/// Keeps the times of every phone's positions; discards those of one phone and is away for another.
async fn stand_in(heard: Heard) -> SocketAddr {
    let take = async move |headers: HeaderMap, Json(body): Json<Value>| {
        let phone = headers["x-limit-u"].to_str().expect("a name").to_owned();
        let tst = body["tst"].as_i64().expect("whole seconds");
        let mut answer = HeaderMap::new();
        let status = match phone.as_str() {
            "p-00003" => {
                let name = HeaderName::from_static("x-castellan-discarded");
                answer.insert(name, "off_site".parse().expect("a value"));
                StatusCode::OK
            }
            "p-00004" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        };
        let mut heard = heard.lock().expect("not poisoned");
        heard.entry(phone).or_default().push(tst);
        (status, answer, Json(json!([])))
    };
    let router = Router::new().route("/ingest/owntracks", post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn every_update_is_sent_once_in_order_and_what_is_not_kept_is_counted() {
    const PEOPLE: u32 = 100;
    let heard = Heard::default();
    let address = stand_in(heard.clone()).await;
    let rehearsal = March::new(PEOPLE, PEOPLE, 0, Duration::from_secs(5)).expect("a march");
    let phones = Phones::connect(address).await.expect("it listens");
    let phones = phones.assemble(rehearsal).await.expect("all in place");
    let march = March::new(PEOPLE, PEOPLE, 250, Duration::ZERO).expect("a march");
    let tally = Arc::new(Tally::default());
    let marching = phones.march(march, tally.clone());
    tokio::time::timeout(Duration::from_mins(1), marching)
        .await
        .expect("250 updates at 100 a second end")
        .expect("no failure");

    let posted = tally.posted();
    // People 3 and 4 had three updates each.
    assert_eq!((posted.stored, posted.refused), (244, 6));
    assert_eq!((posted.late.count, posted.answered.count), (250, 250));
    let heard = heard.lock().expect("not poisoned");
    assert_eq!(heard.len(), PEOPLE as usize);
    for (phone, times) in heard.iter() {
        let number: usize = phone[2..].parse().expect("a number");
        assert_eq!(times.len(), if number < 50 { 4 } else { 3 }, "{phone}");
        assert!(times.is_sorted_by(|a, b| a < b), "{phone}: {times:?}");
    }
}
