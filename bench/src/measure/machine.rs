//! The machine in general terms: what somebody needs to read the figures, and no more.

use std::fs;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

pub(crate) struct Machine {
    pub(crate) cores: usize,
    processor: String,
    memory_gib: u64,
    filesystem: String,
}

impl Machine {
    /// `folder` is where the records of the measured servers lie.
    pub(crate) fn look(folder: &Path) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let unknown = || "unknown".to_owned();
        Self {
            cores: thread::available_parallelism().map_or(1, usize::from),
            processor: processor(&read("/proc/cpuinfo")).unwrap_or_else(unknown),
            memory_gib: memory_gib(&read("/proc/meminfo")).unwrap_or_default(),
            filesystem: filesystem(&read("/proc/mounts"), folder).unwrap_or_else(unknown),
        }
    }

    pub(crate) fn sentence(&self) -> String {
        let Self {
            cores,
            processor,
            memory_gib,
            filesystem,
        } = self;
        format!("{cores} cores ({processor}), {memory_gib} GiB of memory, records on {filesystem}")
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "cores": self.cores, "processor": self.processor, "memory_gib": self.memory_gib,
            "filesystem": self.filesystem,
        })
    }
}

/// The load average of the last minute, as the system tells it.
pub(crate) fn load() -> String {
    let read = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = read.split(' ').next().unwrap_or_default();
    first.trim().to_owned()
}

fn processor(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo
        .lines()
        .find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory_gib(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some((kibibytes + 512 * 1_024) / (1_024 * 1_024))
}

/// The kind of filesystem that a folder lies on: that of the longest mount point above it.
fn filesystem(mounts: &str, folder: &Path) -> Option<String> {
    let above = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (point, kind) = (fields.next()?, fields.next()?);
        folder.starts_with(point).then_some((point.len(), kind))
    });
    // Of two on one point the later one counts: it covers the other.
    above
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_read_from_proc() {
        assert_eq!(
            processor("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n").as_deref(),
            Some("Some CPU @ 2 GHz")
        );
        assert_eq!(processor(""), None);
        assert_eq!(
            memory_gib("MemTotal:       24683520 kB\nMemFree: 1 kB\n"),
            Some(24)
        );
    }

    #[test]
    fn the_nearest_mount_point_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmpfiles xfs rw 0 0\n";
        let kind = |folder: &str| filesystem(mounts, Path::new(folder));
        assert_eq!(kind("/home/x").as_deref(), Some("ext4"));
        assert_eq!(kind("/tmp/x").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/tmpfiles/x").as_deref(), Some("xfs"));
    }
}
