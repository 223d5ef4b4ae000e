//! What Linux tells about a process: the processor time it took and the memory it holds.

use anyhow::Context as _;
use nix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// Parts of a second in which `/proc/PID/stat` counts. 100 on every Linux that we build for.
const TICKS_PER_SECOND: u64 = 100;

/// What this process takes from a moment on.
#[derive(Debug)]
pub struct Spent {
    begun: Instant,
    cpu: Duration,
}

impl Spent {
    /// From now on.
    pub fn begin() -> anyhow::Result<Self> {
        Ok(Self {
            begun: Instant::now(),
            cpu: own_cpu_time()?,
        })
    }

    /// Seconds that passed, and processor time in seconds.
    pub fn so_far(&self) -> anyhow::Result<(f64, f64)> {
        let took_s = self.begun.elapsed().as_secs_f64();
        let cpu = own_cpu_time()?.saturating_sub(self.cpu);
        Ok((took_s, cpu.as_secs_f64()))
    }
}

/// Processor time of a process since its start, in user and in kernel mode, all threads.
pub fn cpu_time(pid: u32) -> anyhow::Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    parse_cpu_time(&text).with_context(|| format!("{path} is not as expected"))
}

/// The same of this process, to the nanosecond: what takes a few hundredths of a second is measured, too.
fn own_cpu_time() -> anyhow::Result<Duration> {
    let so_far = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
    Ok(so_far.into())
}

/// Processor time of all threads that a process has now, to the nanosecond: what is awake for moments only is
/// measured, too, where the ticks of [`cpu_time`] miss it.
pub fn run_time(pid: u32) -> anyhow::Result<Duration> {
    let path = format!("/proc/{pid}/task");
    let tasks = std::fs::read_dir(&path).with_context(|| format!("reading {path}"))?;
    let mut nanos = 0;
    for task in tasks {
        // A thread may end meanwhile.
        let text = std::fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        let first = text.split_ascii_whitespace().next();
        nanos += first.and_then(|text| text.parse().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanos))
}

/// Memory of a process that lies in RAM, in bytes.
pub fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    parse_resident(&text).with_context(|| format!("{path} is not as expected"))
}

fn parse_cpu_time(stat: &str) -> Option<Duration> {
    // The second field is the program's name in parentheses, and may hold spaces and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    // `rest` begins with field 3; utime is field 14, stime field 15.
    let user: u64 = fields.nth(11)?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis(
        (user + system) * (1_000 / TICKS_PER_SECOND),
    ))
}

fn parse_resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "4711 (nats) ser (ver)) S 1 2 3 4 5 6 7 8 9 10 250 31 99 98 20 0 8 0 1 2 3";
        assert_eq!(parse_cpu_time(stat), Some(Duration::from_millis(2_810)));
        assert_eq!(parse_cpu_time("4711 (cut"), None);
        assert_eq!(parse_cpu_time("4711 (short) S 1 2"), None);
    }

    #[test]
    fn resident_memory_is_in_bytes() {
        let status = "Name:\tcastellan\nVmHWM:\t   20000 kB\nVmRSS:\t   12345 kB\nThreads:\t3\n";
        assert_eq!(parse_resident(status), Some(12_345 * 1_024));
        assert_eq!(parse_resident("Name:\tkernel thread\n"), None);
    }

    #[test]
    fn our_own_process_has_both() {
        assert!(cpu_time(std::process::id()).is_ok());
        assert!(run_time(std::process::id()).is_ok_and(|spent| spent > Duration::ZERO));
        assert!(resident_bytes(std::process::id()).is_ok_and(|bytes| bytes > 0));
    }
}
