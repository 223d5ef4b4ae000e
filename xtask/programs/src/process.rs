//! Running other programs: found before they are started, waited for with a limit, ended by their own id.

use std::env;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const POLL: Duration = Duration::from_millis(30);
/// How long a program may take to end after it was asked to, before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// The full path of a program on `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    find_in(name, env::split_paths(&env::var_os("PATH")?))
}

fn find_in(name: &str, folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    folders
        .map(|folder| folder.join(name))
        .find(|path| is_program(path))
}

/// Whether this is a file that can be run.
pub fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Runs a program in the open and fails unless it ends well within `limit`.
pub fn run(command: &mut Command, what: &str, limit: Duration) -> Result<()> {
    let mut child = spawn(command.stdin(Stdio::null()), what)?;
    let status = wait(&mut child, what, limit)?;
    expect_success(status, what)
}

/// Runs a program and returns what it printed; its complaints stay visible.
pub fn capture(command: &mut Command, what: &str, limit: Duration) -> Result<String> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()), what)?;
    // Read beside the wait: a full pipe would otherwise stop the program for ever.
    let reader = child.stdout.take().map(|mut stdout| {
        thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).map(|_| text)
        })
    });
    let status = wait(&mut child, what, limit)?;
    let text = match reader.map(thread::JoinHandle::join) {
        Some(Ok(text)) => {
            text.with_context(|| format!("What `{what}` printed could not be read"))?
        }
        _ => bail!("What `{what}` printed was lost. Run it again."),
    };
    expect_success(status, what)?;
    Ok(text)
}

/// Runs a program in the open, and hears each line that it prints when it prints it.
pub fn run_heard(
    command: &mut Command,
    what: &str,
    limit: Duration,
    mut hear: impl FnMut(&str) + Send,
) -> Result<()> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()), what)?;
    let stdout = child.stdout.take().map(BufReader::new);
    let status = thread::scope(|scope| {
        scope.spawn(move || {
            for line in stdout.into_iter().flat_map(|lines| lines.split(b'\n')) {
                let Ok(line) = line else { break };
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                hear(&line);
            }
        });
        wait(&mut child, what, limit)
    })?;
    expect_success(status, what)
}

fn expect_success(status: ExitStatus, what: &str) -> Result<()> {
    if !status.success() {
        bail!("`{what}` failed ({status}); what it printed above says why.");
    }
    Ok(())
}

/// Starts a program; where it is not there, the error names it.
pub(crate) fn spawn(command: &mut Command, what: &str) -> Result<Child> {
    command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let program = command.get_program().to_string_lossy().into_owned();
            anyhow::anyhow!("`{what}` needs the program `{program}`, which is not there. Run `cargo xtask setup`.")
        }
        _ => anyhow::Error::new(error).context(format!("`{what}` could not be started")),
    })
}

fn wait(child: &mut Child, what: &str, limit: Duration) -> Result<ExitStatus> {
    if let Some(status) = wait_until(child, Instant::now() + limit)
        .with_context(|| format!("waiting for `{what}`"))?
    {
        Ok(status)
    } else {
        stop(child)?;
        bail!(
            "`{what}` did not end within {} minutes and was stopped.",
            limit.as_secs() / 60
        )
    }
}

fn wait_until(child: &mut Child, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

/// Asks a child to end and kills it if it does not. Only ever its own id, which stays ours until it was waited for.
pub(crate) fn stop(child: &mut Child) -> Result<()> {
    if child.try_wait()?.is_some() {
        return Ok(());
    }
    if let Ok(id) = i32::try_from(child.id()) {
        // A child that ended between the two lines is no error: the wait below finds it.
        let _already_gone = kill(Pid::from_raw(id), Signal::SIGTERM);
    }
    if wait_until(child, Instant::now() + STOP_LIMIT)?.is_none() {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(
            &mut Command::new("castellan-no-such-program"),
            "a step",
            Duration::from_secs(5),
        );
        let sentence = error.expect_err("cannot start").to_string();
        assert!(
            sentence.contains("castellan-no-such-program")
                && sentence.contains("cargo xtask setup"),
            "{sentence}"
        );
        assert!(find_program("castellan-no-such-program").is_none());
        assert!(find_program("sh").is_some());
    }

    #[test]
    fn what_a_program_prints_is_returned_even_when_it_is_more_than_a_pipe_holds() -> Result<()> {
        let mut command = Command::new("sh");
        command.args(["-c", "head -c 300000 /dev/zero | tr '\\0' x"]);
        assert_eq!(
            capture(&mut command, "printing", Duration::from_secs(20))?.len(),
            300_000
        );
        Ok(())
    }

    #[test]
    fn each_line_is_heard_and_a_failure_is_one_all_the_same() {
        let mut heard = Vec::new();
        let failed = run_heard(
            Command::new("sh").args(["-c", "echo one; printf '\\377\\ntwo'; exit 3"]),
            "printing",
            Duration::from_secs(20),
            |line| heard.push(line.to_owned()),
        );
        assert!(failed.is_err());
        assert_eq!(heard, ["one", "\u{fffd}", "two"]);
    }

    #[test]
    fn a_failure_and_a_program_that_never_ends_are_errors() {
        assert!(
            run(
                Command::new("sh").args(["-c", "exit 3"]),
                "failing",
                Duration::from_secs(20)
            )
            .is_err()
        );
        let error = run(
            Command::new("sleep").arg("600"),
            "sleeping",
            Duration::from_millis(100),
        );
        let sentence = error.expect_err("must be stopped").to_string();
        assert!(sentence.contains("did not end"), "{sentence}");
    }

    #[test]
    fn stopping_is_harmless_when_the_program_already_ended() -> Result<()> {
        let mut child = spawn(Command::new("sh").args(["-c", "exit 0"]), "ending")?;
        child.wait()?;
        stop(&mut child)
    }
}
