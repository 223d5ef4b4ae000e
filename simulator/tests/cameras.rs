//! The simulated cameras as those who watch them have them: over a real connection, with a real player too where there
//! is one on this machine.

use crate::stand_in::{Mood, Server};
use castellan_domain::estate::Estate;
use castellan_simulator::cameras::{Cameras, CamerasError, Options};
use castellan_simulator::walk;
use md5::{Digest as _, Md5};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_mins(1);

fn options() -> Options {
    Options {
        port: 0,
        user: "viewer".to_owned(),
        password: Some("secret".to_owned()),
        csv: None,
        has_bar: true,
        hour: None,
    }
}

async fn start() -> Cameras {
    let estate = Estate::parse(include_bytes!("estate.json")).expect("an estate");
    let cameras = Cameras::start(&estate, &options()).await;
    cameras.expect("two free ports")
}

fn hex(words: &str) -> String {
    let digest = Md5::digest(words.as_bytes());
    format!("{:032x}", u128::from_be_bytes(digest.into()))
}

/// A packet of the stream.
struct Packet {
    ends_picture: bool,
    ticks: u32,
    /// What the NAL unit is of which it is all or a part.
    kind: u8,
}

/// A player that knows no more than it needs.
struct Player {
    stream: BufReader<TcpStream>,
    url: String,
    nonce: String,
    password: &'static str,
    number: u32,
    /// Of the last picture.
    ticks: u32,
}

impl Player {
    async fn connect(address: SocketAddr, password: &'static str) -> Self {
        let stream = TcpStream::connect(address).await.expect("it works");
        Self {
            stream: BufReader::new(stream),
            url: format!("rtsp://{address}/cam-1"),
            nonce: String::new(),
            password,
            number: 0,
            ticks: 0,
        }
    }

    /// The head of the answer.
    async fn ask(&mut self, method: &str, headers: &str) -> String {
        self.number += 1;
        let (url, nonce) = (&self.url, &self.nonce);
        let secret = hex(&format!("viewer:castellan:{}", self.password));
        let proof = hex(&format!(
            "{secret}:{nonce}:{}",
            hex(&format!("{method}:{url}"))
        ));
        let request = format!(
            "{method} {url} RTSP/1.0\r\nCSeq: {}\r\nAuthorization: Digest username=\"viewer\", realm=\"castellan\", nonce=\"{nonce}\", uri=\"{url}\", response=\"{proof}\"\r\n{headers}\r\n",
            self.number
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("it works");
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            // Pictures may come before the answer.
            if head.is_empty()
                && self.stream.fill_buf().await.expect("it works").first() == Some(&b'$')
            {
                self.packet().await.expect("it works");
                continue;
            }
            assert!(
                self.stream.read_line(&mut head).await.expect("it works") > 0,
                "{head}"
            );
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("it works"))];
        self.stream.read_exact(&mut body).await.expect("it works");
        head + &String::from_utf8(body).expect("it works")
    }

    /// Goes as far as to play.
    async fn play(address: SocketAddr) -> Self {
        let mut player = Self::connect(address, "secret").await;
        let refused = player.ask("DESCRIBE", "").await;
        let nonce = refused
            .split("nonce=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        player.nonce = nonce.expect("a question").to_owned();
        let described = player.ask("DESCRIBE", "").await;
        assert!(described.contains("a=rtpmap:96 H264/90000"), "{described}");
        let answer = player
            .ask(
                "SETUP",
                "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
            )
            .await;
        let session = answer
            .split("Session: ")
            .nth(1)
            .and_then(|rest| rest.split(';').next());
        let session = format!("Session: {}\r\n", session.expect("a session"));
        let answer = player.ask("PLAY", &session).await;
        assert!(answer.starts_with("RTSP/1.0 200"), "{answer}");
        player
    }

    /// The next packet of the stream; nothing when the connection ends.
    async fn packet(&mut self) -> Option<Packet> {
        loop {
            let mut frame = [0; 4];
            timeout(PATIENCE, self.stream.read_exact(&mut frame))
                .await
                .expect("something comes")
                .ok()?;
            assert_eq!(frame[0], b'$');
            let mut body = vec![0; usize::from(u16::from_be_bytes([frame[2], frame[3]]))];
            self.stream.read_exact(&mut body).await.ok()?;
            if frame[1] == 0 {
                let kind = if body[12] & 0x1f == 28 {
                    body[13]
                } else {
                    body[12]
                };
                return Some(Packet {
                    ends_picture: body[1] & 0x80 != 0,
                    ticks: u32::from_be_bytes(body[4..8].try_into().expect("it works")),
                    kind: kind & 0x1f,
                });
            }
        }
    }

    /// What the next picture is made of, and its ticks.
    async fn picture(&mut self) -> (Vec<u8>, u32) {
        let mut kinds = Vec::new();
        loop {
            let packet = self.packet().await.expect("the stream goes on");
            if kinds.last() != Some(&packet.kind) {
                kinds.push(packet.kind);
            }
            if packet.ends_picture {
                self.ticks = packet.ticks;
                return (kinds, packet.ticks);
            }
        }
    }
}

/// Pictures among which something must be seen that was ordered.
const SOON: usize = 30;

impl Player {
    /// Whether the camera's clock soon makes such a step from one picture to the next.
    async fn leaps(&mut self, is_such: impl Fn(i32) -> bool) -> bool {
        for _ in 0..SOON {
            let before = self.ticks;
            let (_, ticks) = self.picture().await;
            if is_such(ticks.wrapping_sub(before).cast_signed()) {
                return true;
            }
        }
        false
    }
}

/// Gives an order, and waits until it is obeyed.
async fn order(cameras: &Cameras, words: &str) {
    let stream = TcpStream::connect(cameras.control())
        .await
        .expect("it works");
    let mut stream = BufReader::new(stream);
    stream
        .write_all(format!("{words}\n").as_bytes())
        .await
        .expect("it works");
    let mut answer = String::new();
    stream.read_line(&mut answer).await.expect("it works");
    assert_eq!(answer, "ok\n");
}

#[tokio::test]
async fn a_player_sees_a_key_frame_at_once_and_then_pictures() {
    let cameras = start().await;
    let mut player = Player::play(cameras.address()).await;
    let (kinds, ticks) = player.picture().await;
    assert_eq!(kinds, [7, 8, 5], "parameter sets and a key frame");
    let (kinds, next) = player.picture().await;
    assert_eq!(kinds, [1]);
    assert!(next.wrapping_sub(ticks) > 0);
    // Another one begins with a key frame of its own.
    let mut other = Player::play(cameras.address()).await;
    assert_eq!(other.picture().await.0, [7, 8, 5]);
}

#[tokio::test]
async fn faults_come_on_command() {
    let cameras = start().await;
    let mut player = Player::play(cameras.address()).await;
    player.picture().await;
    order(&cameras, "clock cam-1 -3600").await;
    assert!(
        player.leaps(|step| step < -3_500 * 90_000).await,
        "an hour back"
    );
    order(&cameras, "freeze cam-1").await;
    let thaws = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        order(&cameras, "thaw cam-1").await;
    };
    let (has_gap, ()) = tokio::join!(player.leaps(|step| step > 45_000), thaws);
    assert!(has_gap, "no picture for half a second");
    order(&cameras, "seats cam-1 1").await;
    let mut second = Player::connect(cameras.address(), "secret").await;
    let question = second.ask("DESCRIBE", "").await;
    second.nonce = question.split('"').nth(3).unwrap().to_owned();
    let transport = "Transport: RTP/AVP/TCP;interleaved=0-1\r\n";
    assert!(
        second
            .ask("SETUP", transport)
            .await
            .starts_with("RTSP/1.0 453")
    );
    order(&cameras, "drop *").await;
    while player.packet().await.is_some() {}
    order(&cameras, "password cam-1").await;
    assert!(second.ask("DESCRIBE", "").await.starts_with("RTSP/1.0 401"));
}

#[tokio::test]
async fn what_is_no_request_is_answered_and_closed_and_costs_nobody_else_anything() {
    let cameras = start().await;
    let mut stream = TcpStream::connect(cameras.address()).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "RTSP/1.0 400 Bad Request\r\n\r\n");
    let mut player = Player::play(cameras.address()).await;
    assert_eq!(player.picture().await.0, [7, 8, 5]);
}

#[tokio::test]
async fn words_that_would_break_a_file_of_cameras_and_ports_that_are_taken_are_refused() {
    let estate = Estate::parse(include_bytes!("estate.json")).unwrap();
    for password in ["", "a,b", "a\"b", "a b", "密码", &"x".repeat(65)] {
        let options = Options {
            password: Some(password.to_owned()),
            ..options()
        };
        let error = Cameras::start(&estate, &options).await.unwrap_err();
        assert!(matches!(error, CamerasError::Word), "{password}: {error}");
    }
    let first = start().await;
    let options = Options {
        port: first.address().port(),
        ..options()
    };
    let error = Cameras::start(&estate, &options).await.unwrap_err();
    assert!(error.to_string().contains("choose another one"), "{error}");
}

#[tokio::test]
async fn an_estate_that_lives_writes_down_where_its_cameras_are() {
    let server = Server::start(Mood::Good).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cameras.csv");
    let options = walk::Options {
        server: server.address.clone(),
        site: None,
        guards: None,
        speed: 1.0,
        alarms_every_s: None,
        doors_every_s: None,
        by_day: false,
        has_opening: false,
        seed: 1,
        cameras: Some(Options {
            csv: Some(path.clone()),
            password: None,
            ..options()
        }),
    };
    let written = async {
        while !std::fs::read_to_string(&path).is_ok_and(|text| text.lines().count() > 1) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let stop = async {
        timeout(PATIENCE, written).await.expect("the file comes");
    };
    walk::run(&options, stop).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "camera,main,sub,still,user,password");
    let fields: Vec<&str> = lines[1].split(',').collect();
    let ["cam-1", url, "", "", "viewer", password] = fields[..] else {
        panic!("{text}");
    };
    assert!(
        url.starts_with("rtsp://127.0.0.1:") && url.ends_with("/cam-1"),
        "{url}"
    );
    assert_eq!(password.len(), 16, "it is drawn");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o077,
            0
        );
    }
}

/// A real player. It is in Debian's package `ffmpeg`.
#[tokio::test]
async fn ffprobe_reads_what_a_camera_sends() {
    let cameras = start().await;
    let url = format!("rtsp://viewer:secret@{}/cam-1", cameras.address());
    let words = [
        "-v",
        "error",
        "-rtsp_transport",
        "tcp",
        "-count_packets",
        "-read_intervals",
        "%+#15",
        "-show_entries",
        "stream=codec_name,width,height,nb_read_packets",
        "-of",
        "csv=p=0",
        &url,
    ];
    let run = tokio::process::Command::new("ffprobe")
        .args(words)
        .kill_on_drop(true)
        .output();
    let output = match timeout(PATIENCE, run).await.expect("it ends") {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("ffprobe is not on this machine: what it makes of a camera was not tried.");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert_eq!((said.trim(), wrong.trim()), ("h264,640,360,15", ""));
}
