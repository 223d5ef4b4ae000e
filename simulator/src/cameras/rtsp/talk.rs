//! One connection's conversation: what is answered to each request, and what follows from it.

use super::digest::{Credentials, challenge, is_right};
use super::request::Request;
use super::rtp::PAYLOAD_TYPE;
use crate::cameras::camera::{Camera, Seat};
use crate::cameras::encoder::{PICTURES_PER_S, ParameterSets};
use crate::cameras::faults::LetsIn;
use crate::cameras::fleet::Fleet;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write as _;
use std::sync::Arc;

/// What a camera can do.
const METHODS: &str =
    "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN";
/// Seconds without a word after which a client counts as gone, as it is told.
pub(crate) const SESSION_S: u64 = 60;
/// The one stream of a camera.
const TRACK: &str = "trackID=0";

/// What follows from a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Stay,
    /// A stream is set up anew.
    SetUp,
    Play,
    Pause,
    /// The answer is sent, and then the connection ends.
    Close,
    /// It ends without an answer.
    Hang,
}

/// What a client set up.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Held as long as the stream is.
    pub(crate) seat: Seat,
    pub(crate) channel: u8,
    pub(crate) source: u32,
    pub(crate) first_sequence: u16,
}

/// One connection's conversation.
#[derive(Debug)]
pub(crate) struct Talk {
    nonce: String,
    session: String,
    stream: Option<Stream>,
}

/// An answer before it is written.
struct Answer {
    status: &'static str,
    headers: String,
    body: String,
    next: Next,
}

impl Answer {
    fn of(status: &'static str) -> Self {
        Self {
            status,
            headers: String::new(),
            body: String::new(),
            next: Next::Stay,
        }
    }

    fn with(self, name: &str, value: &str) -> Self {
        let headers = format!("{}{name}: {value}\r\n", self.headers);
        Self { headers, ..self }
    }

    fn then(self, next: Next) -> Self {
        Self { next, ..self }
    }
}

impl Talk {
    pub(crate) fn new(nonce: String, session: String) -> Self {
        Self {
            nonce,
            session,
            stream: None,
        }
    }

    pub(crate) const fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref()
    }

    /// The bytes of the answer, and what follows.
    pub(crate) fn answer(&mut self, request: &Request, fleet: &Fleet) -> (String, Next) {
        let Some(number) = request.header("CSeq") else {
            return ("RTSP/1.0 400 Bad Request\r\n\r\n".to_owned(), Next::Close);
        };
        let answer = self.respond(request, fleet);
        let mut text = format!(
            "RTSP/1.0 {}\r\nCSeq: {number}\r\n{}",
            answer.status, answer.headers
        );
        if !answer.body.is_empty() {
            // Writing into a text does not fail.
            let _ = write!(text, "Content-Length: {}\r\n", answer.body.len());
        }
        text += "\r\n";
        text += &answer.body;
        (text, answer.next)
    }

    fn respond(&mut self, request: &Request, fleet: &Fleet) -> Answer {
        let camera = fleet.find(name(&request.uri));
        if camera.is_some_and(|camera| camera.faults().lets_in == LetsIn::Nobody) {
            return Answer::of("").then(Next::Hang);
        }
        if request.method == "OPTIONS" {
            return Answer::of("200 OK").with("Public", METHODS);
        }
        if !METHODS.split(", ").any(|method| method == request.method) {
            return Answer::of("501 Not Implemented");
        }
        if !self.may_watch(request, camera, fleet.credentials()) {
            let challenge = challenge(&self.nonce);
            return Answer::of("401 Unauthorized").with("WWW-Authenticate", &challenge);
        }
        let Some(camera) = camera else {
            return Answer::of("404 Not Found");
        };
        match request.method.as_str() {
            "DESCRIBE" => describe(request, camera),
            "SETUP" => self.set_up(request, camera),
            _ => self.go_on(request),
        }
    }

    fn may_watch(
        &self,
        request: &Request,
        camera: Option<&Arc<Camera>>,
        credentials: &Credentials,
    ) -> bool {
        let has_new_password =
            camera.is_some_and(|camera| camera.faults().lets_in == LetsIn::Strangers);
        let header = request.header("Authorization").unwrap_or_default();
        !has_new_password && is_right(header, &request.method, &self.nonce, credentials)
    }

    fn set_up(&mut self, request: &Request, camera: &Arc<Camera>) -> Answer {
        let transport = request.header("Transport").unwrap_or_default();
        let Some(channel) = channel(transport) else {
            return Answer::of("461 Unsupported Transport");
        };
        if !self.names_session(request, true) {
            return Answer::of("454 Session Not Found");
        }
        let seat = match self.stream.take() {
            Some(before) if Arc::ptr_eq(before.seat.camera(), camera) => Some(before.seat),
            Some(_) | None => camera.take_seat(),
        };
        let Some(seat) = seat else {
            return Answer::of("453 Not Enough Bandwidth");
        };
        let stream = Stream {
            seat,
            channel,
            source: fastrand::u32(..),
            first_sequence: fastrand::u16(..),
        };
        let transport = format!(
            "RTP/AVP/TCP;unicast;interleaved={channel}-{};ssrc={:08X}",
            channel + 1,
            stream.source
        );
        self.stream = Some(stream);
        let session = format!("{};timeout={SESSION_S}", self.session);
        let answer = Answer::of("200 OK").with("Transport", &transport);
        answer.with("Session", &session).then(Next::SetUp)
    }

    /// What is asked of a stream that is set up.
    fn go_on(&mut self, request: &Request) -> Answer {
        let keeps_alive = request.method.ends_with("_PARAMETER");
        if !self.names_session(request, keeps_alive) {
            return Answer::of("454 Session Not Found");
        }
        let done = Answer::of("200 OK").with("Session", &self.session);
        let Some(stream) = self.stream.as_ref().filter(|_| !keeps_alive) else {
            return if keeps_alive {
                done
            } else {
                Answer::of("455 Method Not Valid in This State")
            };
        };
        match request.method.as_str() {
            "PLAY" => {
                let url = request.uri.trim_end_matches('/').trim_end_matches(TRACK);
                let info = format!(
                    "url={}/{TRACK};seq={}",
                    url.trim_end_matches('/'),
                    stream.first_sequence
                );
                let done = done.with("Range", "npt=0.000-").with("RTP-Info", &info);
                done.then(Next::Play)
            }
            "PAUSE" => done.then(Next::Pause),
            _ => done.then(Next::Close),
        }
    }

    /// Whether a request names this session, or none where none is needed.
    fn names_session(&self, request: &Request, may_be_absent: bool) -> bool {
        match request.header("Session") {
            Some(session) => session.split(';').next() == Some(self.session.as_str()),
            None => may_be_absent,
        }
    }
}

/// The camera's name in an address: `rtsp://host:port/NAME/trackID=0`.
fn name(uri: &str) -> &str {
    let path = uri
        .strip_prefix("rtsp://")
        .and_then(|rest| rest.split_once('/'));
    let path = path.map_or("", |(_, path)| path);
    path.split(['/', '?']).next().unwrap_or_default()
}

/// The channel that a client wants for its packets; nothing if it wants them over another connection.
fn channel(transport: &str) -> Option<u8> {
    // A client may name several ways, the one that it likes best first.
    let way = transport
        .split(',')
        .find(|way| way.trim_start().starts_with("RTP/AVP/TCP"))?;
    let wanted = way
        .split(';')
        .find_map(|part| part.trim().strip_prefix("interleaved="));
    let first = wanted.and_then(|channels| channels.split('-').next()?.parse::<u8>().ok());
    Some(first.unwrap_or(0).min(254))
}

fn describe(request: &Request, camera: &Camera) -> Answer {
    let base = format!("{}/", request.uri.trim_end_matches('/'));
    let answer = Answer::of("200 OK").with("Content-Type", "application/sdp");
    Answer {
        body: description(camera.id().as_str(), camera.sets()),
        ..answer.with("Content-Base", &base)
    }
}

/// What the stream is (RFC 8866, 6184).
fn description(name: &str, sets: &ParameterSets) -> String {
    let profile = sets.sequence.get(1..4).unwrap_or_default();
    let profile = match profile {
        [profile, constraints, level] => format!("{profile:02X}{constraints:02X}{level:02X}"),
        _ => String::new(),
    };
    let (sequence, picture) = (BASE64.encode(&sets.sequence), BASE64.encode(&sets.picture));
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        &format!("s={name}"),
        "t=0 0",
        "a=control:*",
        &format!("m=video 0 RTP/AVP {PAYLOAD_TYPE}"),
        "c=IN IP4 0.0.0.0",
        &format!("a=rtpmap:{PAYLOAD_TYPE} H264/90000"),
        &format!(
            "a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sequence},{picture}"
        ),
        &format!("a=framerate:{PICTURES_PER_S}"),
        &format!("a=control:{TRACK}"),
        "",
    ]
    .join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::super::request::take;
    use super::*;
    use crate::cameras::faults::Fault;
    use crate::cameras::fleet;
    use bytes::BytesMut;

    const BASE: &str = "rtsp://127.0.0.1:8554";

    fn talk() -> Talk {
        Talk::new("n1".into(), "s1".into())
    }

    fn ask(
        talk: &mut Talk,
        fleet: &Fleet,
        method: &str,
        path: &str,
        headers: &str,
    ) -> (String, Next) {
        let uri = format!("{BASE}{path}");
        let credentials = fleet.credentials();
        let proof = super::super::digest::proof(method, &uri, "n1", credentials);
        let text = format!("{method} {uri} RTSP/1.0\r\nCSeq: 7\r\n{proof}\r\n{headers}\r\n");
        let request = take(&mut BytesMut::from(text.as_bytes())).unwrap().unwrap();
        talk.answer(&request, fleet)
    }

    fn status(answer: &str) -> &str {
        answer
            .strip_prefix("RTSP/1.0 ")
            .and_then(|rest| rest.get(..3))
            .unwrap_or_default()
    }

    const TCP: &str = "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n";
    const SESSION: &str = "Session: s1\r\n";

    #[test]
    fn a_viewer_describes_sets_up_plays_pauses_and_leaves() {
        let fleet = fleet::fixture();
        let camera = fleet.find("cam-1").unwrap();
        let mut talk = talk();
        let (answer, _) = ask(&mut talk, &fleet, "DESCRIBE", "/cam-1", "");
        assert!(
            answer.contains("m=video 0 RTP/AVP 96")
                && answer.contains("Content-Base: rtsp://127.0.0.1:8554/cam-1/")
        );
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
        let (answer, next) = ask(&mut talk, &fleet, "SETUP", "/cam-1/trackID=0", TCP);
        assert_eq!(next, Next::SetUp);
        assert!(
            answer.contains("interleaved=2-3") && answer.contains("Session: s1;timeout=60"),
            "{answer}"
        );
        assert_eq!(
            (talk.stream().unwrap().channel, camera.seats_taken()),
            (2, 1)
        );
        let (answer, next) = ask(&mut talk, &fleet, "PLAY", "/cam-1/", SESSION);
        assert_eq!(next, Next::Play);
        assert!(
            answer.contains("RTP-Info: url=rtsp://127.0.0.1:8554/cam-1/trackID=0;seq="),
            "{answer}"
        );
        assert_eq!(
            ask(&mut talk, &fleet, "PAUSE", "/cam-1/", SESSION).1,
            Next::Pause
        );
        assert_eq!(
            ask(&mut talk, &fleet, "GET_PARAMETER", "/cam-1/", SESSION).1,
            Next::Stay
        );
        assert_eq!(
            ask(&mut talk, &fleet, "TEARDOWN", "/cam-1/", SESSION).1,
            Next::Close
        );
        drop(talk);
        assert_eq!(camera.seats_taken(), 0);
    }

    #[test]
    fn each_wrong_request_has_its_answer() {
        let fleet = fleet::fixture();
        for (method, path, headers, expected) in [
            ("OPTIONS", "/whatever", "", "200"),
            ("RECORD", "/cam-1", "", "501"),
            ("describe", "/cam-1", "", "501"),
            ("DESCRIBE", "/cam-2", "", "404"),
            ("DESCRIBE", "/", "", "404"),
            ("DESCRIBE", "/cam-1?channel=1", "", "200"),
            (
                "SETUP",
                "/cam-1",
                "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n",
                "461",
            ),
            ("SETUP", "/cam-1", "", "461"),
            (
                "SETUP",
                "/cam-1",
                "Transport: RTP/AVP/UDP;unicast,RTP/AVP/TCP;interleaved=0-1\r\n",
                "200",
            ),
            (
                "SETUP",
                "/cam-1",
                "Transport: RTP/AVP/TCP;interleaved=999\r\n",
                "200",
            ),
            (
                "SETUP",
                "/cam-1",
                "Session: other\r\nTransport: RTP/AVP/TCP\r\n",
                "454",
            ),
            ("PLAY", "/cam-1", SESSION, "455"),
            ("PLAY", "/cam-1", "", "454"),
            ("PLAY", "/cam-1", "Session: other\r\n", "454"),
            ("GET_PARAMETER", "/cam-1", "", "200"),
            ("GET_PARAMETER", "/cam-1", "Session: other\r\n", "454"),
        ] {
            let (answer, _) = ask(&mut talk(), &fleet, method, path, headers);
            assert_eq!(status(&answer), expected, "{method} {path} {headers}");
            assert!(answer.contains("CSeq: 7\r\n"));
        }
        let mut nameless = BytesMut::from(&b"OPTIONS * RTSP/1.0\r\n\r\n"[..]);
        let request = take(&mut nameless).unwrap().unwrap();
        let (answer, next) = talk().answer(&request, &fleet);
        assert_eq!((status(&answer), next), ("400", Next::Close));
    }

    #[test]
    fn without_the_password_nothing_is_shown_and_after_a_new_one_neither() {
        let fleet = fleet::fixture();
        let camera = fleet.find("cam-1").unwrap();
        let text = format!("DESCRIBE {BASE}/cam-1 RTSP/1.0\r\nCSeq: 7\r\n\r\n");
        let request = take(&mut BytesMut::from(text.as_bytes())).unwrap().unwrap();
        let (answer, _) = talk().answer(&request, &fleet);
        assert_eq!(status(&answer), "401");
        assert!(
            answer.contains("WWW-Authenticate: Digest realm=\"castellan\", nonce=\"n1\""),
            "{answer}"
        );
        camera.suffer(Fault::NewPassword);
        assert_eq!(
            status(&ask(&mut talk(), &fleet, "DESCRIBE", "/cam-1", "").0),
            "401"
        );
        camera.suffer(Fault::Heal);
        assert_eq!(
            status(&ask(&mut talk(), &fleet, "DESCRIBE", "/cam-1", "").0),
            "200"
        );
        camera.suffer(Fault::Offline);
        assert_eq!(
            ask(&mut talk(), &fleet, "DESCRIBE", "/cam-1", "").1,
            Next::Hang
        );
    }

    #[test]
    fn a_camera_with_two_seats_refuses_the_third_until_one_is_free() {
        let fleet = fleet::fixture();
        fleet.find("cam-1").unwrap().suffer(Fault::Seats(2));
        let mut talks = [talk(), talk(), talk()];
        let statuses = talks.each_mut().map(|talk| {
            let (answer, _) = ask(talk, &fleet, "SETUP", "/cam-1", TCP);
            status(&answer).to_owned()
        });
        assert_eq!(statuses, ["200", "200", "453"]);
        let [first, second, mut third] = talks;
        // Setting up again takes no second seat.
        let mut second = second;
        assert_eq!(
            status(&ask(&mut second, &fleet, "SETUP", "/cam-1", TCP).0),
            "200"
        );
        drop(first);
        assert_eq!(
            status(&ask(&mut third, &fleet, "SETUP", "/cam-1", TCP).0),
            "200"
        );
    }
}
