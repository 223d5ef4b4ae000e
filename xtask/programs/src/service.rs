//! Programs that keep running beside us (server, simulator): their lines are shown with a name, the last ones are kept.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;

/// Enough of a log to show why a program gave up.
const KEPT_LINES: usize = 30;
const HEALTH_POLL: Duration = Duration::from_millis(100);

/// A running program. Dropping it stops it.
pub struct Service {
    name: &'static str,
    child: Child,
    /// At most [`KEPT_LINES`].
    kept: Arc<Mutex<VecDeque<String>>>,
}

impl Service {
    /// Starts it and shows its lines.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        // A group of its own: Ctrl-C in the terminal reaches only us, and we stop the simulator before the server.
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = process::spawn(command, name)?;
        let kept = Arc::new(Mutex::new(VecDeque::with_capacity(KEPT_LINES)));
        if let Some(stdout) = child.stdout.take() {
            forward(name, stdout, Arc::clone(&kept));
        }
        if let Some(stderr) = child.stderr.take() {
            forward(name, stderr, Arc::clone(&kept));
        }
        Ok(Self { name, child, kept })
    }

    /// Its process id, for `/proc`. Stays ours until the program was waited for.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the program ended, if it did.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .with_context(|| format!("looking after `{}`", self.name))
    }

    /// Fails, with the last lines of its log, once the program has ended.
    pub fn expect_running(&mut self) -> Result<()> {
        let Some(status) = self.ended()? else {
            return Ok(());
        };
        // Its last words may still be on their way through the pipe.
        thread::sleep(Duration::from_millis(200));
        bail!(
            "`{}` ended ({status}). Its last lines:\n{}",
            self.name,
            self.last_lines()
        )
    }

    /// What it wrote last.
    pub(crate) fn last_lines(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_empty() {
            return "    (it printed nothing)".into();
        }
        kept.iter()
            .map(|line| format!("    {line}"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Asks it to end, and kills it if it does not.
    pub fn stop(&mut self) -> Result<()> {
        process::stop(&mut self.child).with_context(|| format!("stopping `{}`", self.name))
    }

    /// Ends it with no chance to tidy up, as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        self.child
            .kill()
            .and_then(|()| self.child.wait().map(drop))
            .with_context(|| format!("killing `{}`", self.name))
    }

    /// Waits until `GET /healthz` answers 200, at most `limit`.
    pub fn wait_healthy(&mut self, address: SocketAddr, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            self.expect_running()?;
            if health(address).is_ok_and(|healthy| healthy) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                bail!(
                    "`{}` did not answer http://{address}/healthz within {} s. Its last lines:\n{}",
                    self.name,
                    limit.as_secs(),
                    self.last_lines()
                );
            }
            thread::sleep(HEALTH_POLL);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("{error:#}");
        }
    }
}

fn forward(
    name: &'static str,
    stream: impl Read + Send + 'static,
    kept: Arc<Mutex<VecDeque<String>>>,
) {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            println!("{name:>9} | {line}");
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == KEPT_LINES {
                kept.pop_front();
            }
            kept.push_back(line);
        }
    });
}

fn health(address: SocketAddr) -> std::io::Result<bool> {
    let limit = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut start = Vec::new();
    stream.take(64).read_to_end(&mut start)?;
    Ok(start.starts_with(b"HTTP/1.1 200"))
}

/// A port of this machine alone.
pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Fails with a sentence when something else listens on the port.
pub fn expect_port_free(port: u16, verb: &str) -> Result<()> {
    match TcpListener::bind(loopback(port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "Port {port} cannot be used ({error}). Stop what listens there (perhaps another Castellan), or choose another one: `cargo xtask {verb} --port {}`.",
            if port < 65000 { port + 1 } else { port - 1 }
        ),
    }
}

/// Becomes true at Ctrl-C, at a polite kill and when the terminal closes.
pub fn interrupt_flag() -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    ctrlc::set_handler(move || seen.store(true, Ordering::SeqCst))
        .context("Ctrl-C could not be listened to")?;
    Ok(flag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_gives_up_is_reported_with_its_last_lines() -> Result<()> {
        let mut service = Service::start(
            "server",
            &mut shell("echo the estate file is broken >&2; exit 4"),
        )?;
        let sentence = service
            .wait_healthy(loopback(9), Duration::from_secs(10))
            .expect_err("it ended")
            .to_string();
        assert!(sentence.contains("the estate file is broken"), "{sentence}");
        Ok(())
    }

    #[test]
    fn only_the_last_lines_are_kept() -> Result<()> {
        let mut service = Service::start("counter", &mut shell("seq 1 100"))?;
        while service.ended()?.is_none() {
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(Duration::from_millis(200));
        let lines = service.last_lines();
        assert_eq!(lines.lines().count(), KEPT_LINES);
        assert!(lines.ends_with("100"), "{lines}");
        Ok(())
    }

    #[test]
    fn health_is_the_status_line_and_waiting_for_it_is_bounded() -> Result<()> {
        let listener = TcpListener::bind(loopback(0))?;
        let address = listener.local_addr()?;
        let answers = thread::spawn(move || -> std::io::Result<()> {
            for status in ["503 Service Unavailable", "200 OK"] {
                let (mut stream, _) = listener.accept()?;
                let mut request = [0_u8; 512];
                let _read = stream.read(&mut request)?;
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")?;
            }
            Ok(())
        });
        let mut service = Service::start("server", &mut shell("exec sleep 60"))?;
        service.wait_healthy(address, Duration::from_secs(10))?;
        assert!(answers.join().is_ok_and(|served| served.is_ok()));
        let sentence = service
            .wait_healthy(loopback(9), Duration::from_millis(300))
            .expect_err("nobody listens")
            .to_string();
        assert!(sentence.contains("did not answer"), "{sentence}");
        service.stop()?;
        assert!(service.ended()?.is_some());
        Ok(())
    }

    #[test]
    fn a_taken_port_is_said_with_a_way_out() -> Result<()> {
        let listener = TcpListener::bind(loopback(0))?;
        let port = listener.local_addr()?.port();
        let sentence = expect_port_free(port, "demo")
            .expect_err("it is taken")
            .to_string();
        assert!(sentence.contains("cargo xtask demo --port"), "{sentence}");
        Ok(())
    }
}
