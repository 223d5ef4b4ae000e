//! A stand-in for the server: it takes what the simulator sends, and is slow, away or not Castellan
//! where a test wants it.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How the stand-in answers.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mood {
    Good,
    NotRecording,
    UnknownPhone,
    AnotherServer,
    OffSite,
    Silent,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub address: String,
    mood: Arc<Mutex<Mood>>,
    fixes: Arc<Mutex<Vec<Value>>>,
    pub events: Arc<Mutex<Vec<Value>>>,
    /// Everything else, in the order in which it came: the path and the body.
    pub others: Arc<Mutex<Vec<(String, Value)>>>,
    /// Phones that said where they are before their guard went on duty.
    pub early: Arc<Mutex<Vec<String>>>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(mood: Mood) -> Self {
        Self::start_with(mood, include_str!("../estate.json").to_owned()).await
    }

    pub(crate) async fn start_with(mood: Mood, estate: String) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let server = Self {
            address: format!("http://{}", listener.local_addr().expect("its address")),
            mood: Arc::new(Mutex::new(mood)),
            fixes: Arc::default(),
            events: Arc::default(),
            others: Arc::default(),
            early: Arc::default(),
            complaints: Arc::default(),
        };
        let sites =
            json!([{"site": "fixture", "name": {"zh": "样板", "en": "Fixture"}, "estate": "abc"}]);
        let router = Router::new()
            .route("/api/v1/sites", get(async move || Json(sites)))
            .route(
                "/api/v1/sites/fixture/estates/abc",
                get(async move || estate.clone()),
            )
            .route("/ingest/owntracks", post(take_fix))
            .route("/ingest/v1/events", post(take_event))
            .route("/ingest/v1/doors", post(take_other))
            .route("/ingest/v1/heard", post(take_other))
            .route("/api/v1/sites/fixture/commands", post(take_other))
            .with_state(server.clone());
        // Ends with the test's runtime.
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().expect("no panic while held") = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().expect("no panic while held")
    }

    pub(crate) fn fixes(&self) -> Vec<Value> {
        self.fixes.lock().expect("no panic while held").clone()
    }

    pub(crate) fn assert_content(&self) {
        assert_eq!(
            *self.complaints.lock().expect("no panic while held"),
            [""; 0]
        );
    }
}

type Answer = (StatusCode, [(&'static str, &'static str); 1], String);

const KEPT: [(&str, &str); 1] = [("x-test", "kept")];

async fn grumble(mood: Mood) -> Option<Answer> {
    match mood {
        Mood::Good => None,
        Mood::NotRecording => Some((
            StatusCode::SERVICE_UNAVAILABLE,
            KEPT,
            json!({"error": {"code": "not_recording", "message": "Not recorded"}}).to_string(),
        )),
        Mood::UnknownPhone => Some((
            StatusCode::FORBIDDEN,
            KEPT,
            json!({"error": {"code": "unknown_phone", "message": "No such phone"}}).to_string(),
        )),
        Mood::AnotherServer => Some((StatusCode::OK, KEPT, "<html>Welcome</html>".to_owned())),
        Mood::OffSite => Some((
            StatusCode::OK,
            [("x-castellan-discarded", "off_site")],
            "[]".to_owned(),
        )),
        Mood::Silent => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            None
        }
    }
}

async fn take_fix(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Answer {
    if let Some(answer) = grumble(server.mood()).await {
        return answer;
    }
    let fix: Value = serde_json::from_slice(&body).expect("JSON");
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
            .to_owned()
    };
    let user = header("x-limit-u");
    let right = fix["_type"] == "location"
        && fix["topic"] == format!("owntracks/{user}/{}", header("x-limit-d"))
        && header("authorization").starts_with("Basic ")
        && header("content-type").starts_with("application/json");
    if !right {
        server
            .complaints
            .lock()
            .expect("no panic while held")
            .push(format!("{headers:?} {fix}"));
    }
    let is_on_duty = |(_, body): &(String, Value)| {
        let person = body["command"]["go_on_duty"]["person"].as_str();
        person.is_some_and(|person| user == format!("phone-{person}"))
    };
    let others = server.others.lock().expect("no panic while held");
    if !others.iter().any(is_on_duty) {
        server.early.lock().expect("no panic while held").push(user);
    }
    drop(others);
    server.fixes.lock().expect("no panic while held").push(fix);
    (StatusCode::OK, KEPT, "[]".to_owned())
}

async fn take_event(State(server): State<Server>, body: Bytes) -> Answer {
    if let Some(answer) = grumble(server.mood()).await {
        return answer;
    }
    server
        .events
        .lock()
        .expect("no panic while held")
        .push(serde_json::from_slice(&body).expect("JSON"));
    (
        StatusCode::OK,
        KEPT,
        json!({"reported": {"outcome": "raised", "alarm": "A-12"}}).to_string(),
    )
}

async fn take_other(State(server): State<Server>, uri: Uri, body: Bytes) -> Answer {
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let mut others = server.others.lock().expect("no panic while held");
    let answer = match uri.path() {
        "/ingest/v1/heard" => json!("heard"),
        "/ingest/v1/doors" => json!({"reported": {"outcome": "state_kept", "alarm": null}}),
        _ => json!({"done": {"seq": 1}}),
    };
    others.push((uri.path().to_owned(), body));
    (StatusCode::OK, KEPT, answer.to_string())
}
