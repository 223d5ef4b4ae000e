//! Faults on command: a line for each, on a port of this machine. `docs/simulated-cameras.md` lists the words.

use super::camera::Camera;
use super::faults::Fault;
use super::fleet::Fleet;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Bytes of one line; a longer one ends its connection.
const LINE_BYTES_MAX: u64 = 256;
/// Connections at once; a further one is closed.
const CONNECTIONS_MAX: usize = 8;
/// A connection without a line for so long is closed.
const SILENT_MAX: Duration = Duration::from_mins(10);

/// What one line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    List,
    /// One camera by its name, or all of them: `*`.
    Do(String, Fault),
}

/// Why a line does nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum LineError {
    #[error(
        "there is no such word; say list, drop, freeze, thaw, black, stutter, clock, password, offline, online, seats or heal"
    )]
    Word,
    #[error("say which camera, or * for all")]
    Camera,
    #[error("say how many, as a whole number")]
    Number,
    #[error("there is no camera {0}")]
    Unknown(String),
}

/// Serves them until it is dropped.
pub(crate) async fn serve(listener: TcpListener, fleet: Arc<Fleet>) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
            continue;
        };
        let fleet = Arc::clone(&fleet);
        tokio::spawn(async move {
            if let Err(error) = listen(stream, &fleet).await {
                tracing::debug!("whoever commanded faults left: {error}");
            }
            drop(seat);
        });
    }
}

async fn listen(mut stream: TcpStream, fleet: &Fleet) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    let mut line = String::new();
    loop {
        line.clear();
        let mut limited = (&mut read).take(LINE_BYTES_MAX);
        let count = tokio::time::timeout(SILENT_MAX, limited.read_line(&mut line)).await??;
        if count == 0 || !line.ends_with('\n') {
            return Ok(());
        }
        write.write_all(obey(&line, fleet).as_bytes()).await?;
    }
}

/// Does what a line says, and says how it went.
fn obey(line: &str, fleet: &Fleet) -> String {
    match read(line).and_then(|asked| carry_out(asked, fleet)) {
        Ok(said) => said + "ok\n",
        Err(why) => format!("error: {why}\n"),
    }
}

fn carry_out(asked: Line, fleet: &Fleet) -> Result<String, LineError> {
    let (name, fault) = match asked {
        Line::List => return Ok(fleet.all().map(|camera| state(camera)).collect()),
        Line::Do(name, fault) => (name, fault),
    };
    if name == "*" {
        fleet.all().for_each(|camera| camera.suffer(fault));
    } else {
        fleet
            .find(&name)
            .ok_or(LineError::Unknown(name))?
            .suffer(fault);
    }
    Ok(String::new())
}

fn state(camera: &Camera) -> String {
    let (id, taken) = (camera.id(), camera.seats_taken());
    format!("{id}: {}, set up {taken} times\n", camera.faults().words())
}

fn read(line: &str) -> Result<Line, LineError> {
    let mut words = line.split_whitespace();
    let word = words.next().unwrap_or_default();
    if word == "list" {
        return Ok(Line::List);
    }
    let (camera, number) = (words.next(), words.next());
    let fault = match word {
        "drop" => Fault::Drop,
        "freeze" => Fault::Freeze,
        "thaw" => Fault::Thaw,
        "black" => Fault::Black,
        "stutter" => Fault::Stutter,
        "password" => Fault::NewPassword,
        "offline" => Fault::Offline,
        "online" => Fault::Online,
        "heal" => Fault::Heal,
        "clock" => Fault::Clock {
            seconds: whole(number)?,
        },
        "seats" => Fault::Seats(whole(number)?),
        _ => return Err(LineError::Word),
    };
    let camera = camera.ok_or(LineError::Camera)?;
    Ok(Line::Do(camera.to_owned(), fault))
}

fn whole<T: std::str::FromStr>(word: Option<&str>) -> Result<T, LineError> {
    word.and_then(|word| word.parse().ok())
        .ok_or(LineError::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cameras::fleet;

    #[test]
    fn each_line_is_obeyed_or_answered_with_a_sentence() {
        let fleet = fleet::fixture();
        let camera = fleet.find("cam-1").unwrap();
        for (line, answer, words) in [
            ("freeze cam-1\n", "ok\n", "freeze"),
            ("thaw *", "ok\n", "well"),
            ("  black   cam-1 \r\n", "ok\n", "black"),
            ("clock cam-1 -3600", "ok\n", "black, clock -3600"),
            ("seats cam-1 2", "ok\n", "black, clock -3600, seats 2"),
            (
                "clock cam-1",
                "error: say how many, as a whole number\n",
                "black, clock -3600, seats 2",
            ),
            (
                "seats cam-1 -2",
                "error: say how many, as a whole number\n",
                "black, clock -3600, seats 2",
            ),
            (
                "freeze cam-9",
                "error: there is no camera cam-9\n",
                "black, clock -3600, seats 2",
            ),
            (
                "freeze",
                "error: say which camera, or * for all\n",
                "black, clock -3600, seats 2",
            ),
            ("heal cam-1", "ok\n", "well"),
            ("list", "cam-1: well, set up 0 times\nok\n", "well"),
        ] {
            assert_eq!(obey(line, &fleet), answer, "{line}");
            assert_eq!(camera.faults().words(), words, "{line}");
        }
        for line in ["", "melt cam-1", "\u{0}"] {
            assert!(
                obey(line, &fleet).starts_with("error: there is no such word"),
                "{line}"
            );
        }
    }
}
