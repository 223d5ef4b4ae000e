//! What every test of the server shares: the real binary on a port of its own, requests to it,
//! and its databases seen from outside. Each wait has an end; each child process is stopped by its
//! handle when its owner goes.

pub(crate) mod authority;
pub(crate) mod channels;
pub(crate) mod cramped;
pub(crate) mod display;
pub(crate) mod fake_camera;
pub(crate) mod receiver;
pub(crate) mod record;
pub(crate) mod relay;
pub(crate) mod scene;
pub(crate) mod spoiled_camera;
pub(crate) mod stranger;

use castellan_client::http::{Client, Failure, Identity, Reply};
use castellan_domain::answer::Accepted;
use castellan_domain::audience::Audience;
use castellan_domain::ids::{AlarmId, CommandId};
use castellan_domain::wire::api::{
    CommandRequest, ErrorDetail, Health, PERSON_HEADER, Snapshot, WireCommand,
};
use serde::de::DeserializeOwned;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// No test waits longer than this for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The site of the fixture estate.
pub(crate) const SITE: &str = "test-1";
/// Alarm types of the fixture estate that no test outlives unclaimed and no flood folds, by night as
/// by day.
pub(crate) const CALM_TYPES: [&str; 3] = ["loitering", "camera_down", "device_silent"];

/// The fixture estate.
pub(crate) fn estate() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/estate.json")
}

/// The program with our arguments and none of the surrounding environment's.
pub(crate) fn program(args: &[&str]) -> Command {
    wrapped(&[], args)
}

/// The program behind a command that ends by becoming it.
pub(crate) fn wrapped(wrapper: &[&str], args: &[&str]) -> Command {
    let binary = env!("CARGO_BIN_EXE_castellan");
    let mut command = match wrapper {
        [] => Command::new(binary),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(binary);
            command
        }
    };
    for name in [
        "DATA",
        "KEY_FILE",
        "LISTEN",
        "ESTATE",
        "PROCEDURES",
        "WEB",
        "LOG_FORMAT",
        "CHANNELS",
        "NOTIFY_WEBHOOK",
        "NOTIFY_SECRET_FILE",
        "ACTUATOR_URL",
        "ACTUATOR_SECRET_FILE",
        "OBSERVATION_DAYS",
    ] {
        command.env_remove(format!("CASTELLAN_{name}"));
    }
    command
        .args(args)
        .env("RUST_LOG", "info")
        // A small one: many servers run beside each other here.
        .env("CASTELLAN_BALLAST_MIB", "1")
        .env("NO_COLOR", "1");
    command
}

/// Runs the program to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    let mut child = program(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let end = Instant::now() + PATIENCE;
    while child.try_wait().expect("its state is known").is_none() {
        if Instant::now() > end {
            child.kill().expect("it can be stopped");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().expect("its output is readable")
}

/// `castellan doctor`: whether all is well, and what it says.
pub(crate) fn doctor(data: &Path) -> (bool, String) {
    let output = run(&["doctor", "--data", text(data)]);
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// A server that is up.
pub(crate) struct Castellan {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    client: Client,
    log: Arc<Mutex<String>>,
}

impl Castellan {
    /// Starts it with the fixture estate and waits until it listens.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &estate(), &[])
    }

    /// Starts it with another estate or more arguments.
    pub(crate) fn start_with(data: &Path, estate: &Path, more: &[&str]) -> Self {
        Self::start_wrapped(&[], data, estate, more)
    }

    /// Starts it behind a command that ends by becoming it.
    pub(crate) fn start_wrapped(
        wrapper: &[&str],
        data: &Path,
        estate: &Path,
        more: &[&str],
    ) -> Self {
        let at: &[&str] = if more.contains(&"--listen") {
            &["serve"]
        } else {
            &["serve", "--listen", "127.0.0.1:0"]
        };
        let mut child = wrapped(wrapper, at)
            .args(["--data", text(data), "--estate", text(estate)])
            .args(more)
            // The room on the disk of whoever runs the tests is nothing that they are about.
            .env("CASTELLAN_BALLAST_MIB", "1")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (found, address) = mpsc::channel();
        let stderr = child.stderr.take().expect("stderr is piped");
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("listening on http://")
                    && let Some((address, _)) = rest.split_once('/')
                {
                    // The test may have given up waiting.
                    let _ = found.send(address.to_owned());
                }
                let mut log = kept.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self {
            child,
            address: nowhere,
            client: speaking_to(nowhere),
            log,
        };
        match address.recv_timeout(PATIENCE) {
            Ok(address) => {
                server.address = address.parse().expect("it prints an address");
                server.client = speaking_to(server.address);
            }
            Err(error) => panic!("the server did not come up: {error}\n{}", server.log()),
        }
        server
    }

    /// What it has written to its log so far.
    pub(crate) fn log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself; then nothing is left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Tells it to stop (SIGTERM) and waits until it has; gives its log.
    pub(crate) fn stop(mut self) -> String {
        self.tell_to_stop();
        assert_eq!(self.wait().code(), Some(0), "{}", self.log());
        self.log()
    }

    /// Tells it to stop.
    pub(crate) fn tell_to_stop(&self) {
        let pid = self.pid().to_string();
        let told = Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &pid])
            .status()
            .expect("a shell");
        assert!(told.success());
    }

    /// Waits for its own end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("its state is known") {
                return status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The address of something that it serves.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// An address below the site's.
    pub(crate) fn site_url(&self, path: &str) -> String {
        self.url(&format!("/api/v1/sites/{SITE}/{path}"))
    }

    /// Reads.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.client.get(path).await)
    }

    /// Reads as somebody of the staff.
    pub(crate) async fn get_as(&self, person: &str, path: &str) -> Answer {
        let person = person.parse().expect("a person");
        let client = self.client.by(Identity::Header(person));
        Answer::of(client.get(path).await)
    }

    /// Sends a body with headers.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        Answer::of(self.client.post(path, headers, body).await)
    }

    /// Sends an event.
    pub(crate) async fn event(&self, device: &str, event: &str, kind: &str, state: &str) -> Answer {
        let body = event_body(device, event, kind, state);
        self.post("/ingest/v1/events", &[], body).await
    }

    /// Raises an alarm and gives its number.
    pub(crate) async fn raise(&self, device: &str, event: &str, kind: &str) -> AlarmId {
        let answer = self.event(device, event, kind, "active").await;
        match answer.json() {
            Accepted::Reported {
                alarm: Some(alarm), ..
            } => alarm,
            other => panic!("no alarm but {other:?}"),
        }
    }

    /// Sends a phone's position, centimetre-wise east of the anchor.
    pub(crate) async fn position(&self, phone: &str, tst_s: i64, east: i32) -> Answer {
        let body = position_body(tst_s, east);
        self.post("/ingest/owntracks", &[("x-limit-u", phone)], body)
            .await
    }

    /// Gives a command with an id of its own.
    pub(crate) async fn command(&self, person: &str, command: WireCommand) -> Answer {
        self.command_as(person, uuid::Uuid::new_v4(), command).await
    }

    /// Gives a command.
    pub(crate) async fn command_as(
        &self,
        person: &str,
        id: uuid::Uuid,
        command: WireCommand,
    ) -> Answer {
        let request = CommandRequest {
            command_id: CommandId(id),
            expected: None,
            command,
        };
        let body = serde_json::to_string(&request).expect("a command is JSON");
        let path = format!("/api/v1/sites/{SITE}/commands");
        self.post(&path, &[(PERSON_HEADER, person)], body).await
    }

    /// What is under health.
    pub(crate) async fn health(&self) -> Health {
        self.get_as("li-na", &format!("/api/v1/sites/{SITE}/health"))
            .await
            .json()
    }

    /// How often an adapter refused or discarded for this reason.
    pub(crate) async fn refusals(&self, adapter: &str, code: &str) -> u64 {
        let adapters = self.health().await.adapters;
        let adapter = adapters.iter().find(|known| known.adapter == adapter);
        adapter
            .and_then(|known| known.refusals.iter().find(|refusal| refusal.code == code))
            .map_or(0, |refusal| refusal.count)
    }

    /// The snapshot, whichever run of the server tells it.
    pub(crate) async fn recorded(&self) -> Snapshot {
        Snapshot {
            run: 0,
            ..self.snapshot().await
        }
    }

    /// The folded state.
    pub(crate) async fn snapshot(&self) -> Snapshot {
        self.snapshot_for(Audience::Staff).await
    }

    /// The folded state as an audience may see it.
    pub(crate) async fn snapshot_for(&self, audience: Audience) -> Snapshot {
        let site = SITE.parse().expect("a site");
        let snapshot = self.client.snapshot(&site, audience).await;
        snapshot.expect("a snapshot")
    }
}

impl Drop for Castellan {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A bare HTTP client that knows no proxy and waits no longer than a test.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .timeout(PATIENCE)
        .build()
        .expect("a client")
}

/// The helper that everybody uses, with a test's patience.
fn speaking_to(address: SocketAddr) -> Client {
    let client = Client::new(&format!("http://{address}"), usize::MAX).expect("a client");
    client.patient(PATIENCE)
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer(Reply);

impl std::ops::Deref for Answer {
    type Target = Reply;

    fn deref(&self) -> &Reply {
        &self.0
    }
}

impl Answer {
    fn of(reply: Result<Reply, Failure>) -> Self {
        Self(reply.expect("the server answers"))
    }

    /// The body of a 200.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", self.body);
        serde_json::from_str(&self.body).expect("an answer in its documented form")
    }

    /// The error of anything else.
    pub(crate) fn error(&self) -> ErrorDetail {
        self.0
            .error()
            .unwrap_or_else(|| panic!("{} without an error: {:?}", self.status, self.body))
    }
}

/// An event's body.
pub(crate) fn event_body(device: &str, event: &str, kind: &str, state: &str) -> String {
    json!({"device": device, "event_id": event, "type": kind, "state": state}).to_string()
}

/// A position's body as OwnTracks sends it, `east` ten-millionths of a degree from the anchor.
pub(crate) fn position_body(tst_s: i64, east: i32) -> String {
    let lon = f64::from(1_201_120_000 + east) / 1e7;
    json!({"_type": "location", "lat": 30.287, "lon": lon, "tst": tst_s, "acc": 5, "batt": 80})
        .to_string()
}

/// Seconds since 1970 by this machine's clock.
pub(crate) fn now_s() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    i64::try_from(since.as_secs()).expect("before the end of time")
}

/// Where a site's database lies.
pub(crate) fn database(data: &Path, name: &str) -> PathBuf {
    data.join("sites").join(SITE).join(name)
}

/// A second hand on a database, as another program would have.
pub(crate) async fn open(path: &Path) -> SqliteConnection {
    use sqlx::Connection as _;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5));
    SqliteConnection::connect_with(&options)
        .await
        .expect("the database opens")
}

/// Changes a database from outside.
pub(crate) async fn alter(path: &Path, statement: &'static str) {
    let mut db = open(path).await;
    sqlx::query(statement)
        .execute(&mut db)
        .await
        .expect("the statement runs");
    // Whoever closes last tidies up: not while the test goes on.
    sqlx::Connection::close(db).await.expect("it closes");
}

/// Asks again and again until the answer is there.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The facts whose kind begins so, as the record has them.
pub(crate) async fn facts(data: &Path, kind: &str) -> Vec<serde_json::Value> {
    use sqlx::Row as _;
    let like = format!("%\"kind\":\"{kind}%");
    let rows = sqlx::query("SELECT bytes FROM facts WHERE bytes LIKE ? ORDER BY seq").bind(like);
    let mut journal = open(&database(data, "journal.db")).await;
    let rows = rows.fetch_all(&mut journal).await.expect("the query runs");
    let read = |row: &sqlx::sqlite::SqliteRow| serde_json::from_str(&row.get::<String, _>(0));
    rows.iter().map(|row| read(row).expect("JSON")).collect()
}
