//! A server whose disk is small: a file system of its own somewhere under its data folder.
//!
//! It lives in a namespace of the server's own (`unshare`, of util-linux), which needs no rights where
//! the system allows user namespaces, and ends with it.

use super::{Castellan, SITE, estate, eventually, open, text};
use castellan_domain::alarm::{Alarm, Source};
use castellan_domain::wire::api::DiskLevel;
use sqlx::Row as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A server with a small file system somewhere under its data folder.
pub(crate) struct Cramped {
    pub(crate) server: Castellan,
    /// Where the small file system is seen from here.
    pub(crate) small: PathBuf,
    /// Where the journal is seen from here.
    journals: PathBuf,
    pub(crate) data: tempfile::TempDir,
}

impl Cramped {
    /// All data on a file system of this many MiB.
    pub(crate) fn whole(mib: u32, ballast_mib: u32) -> Self {
        let script =
            format!("mount -t tmpfs -o size={mib}m tmpfs \"$1\" || exit 1; shift; exec \"$@\"");
        Self::start(&script, "", &format!("sites/{SITE}"), ballast_mib)
    }

    /// One database on a file system of its own.
    pub(crate) fn only(database: &str, kib: u32) -> Self {
        let script = format!(
            "mkdir -p \"$1/small\" \"$1/sites/{SITE}\" && \
             mount -t tmpfs -o size={kib}k tmpfs \"$1/small\" && \
             ln -s \"$1/small/{database}\" \"$1/sites/{SITE}/{database}\" || exit 1; \
             shift; exec \"$@\""
        );
        Self::start(&script, "small", "small", 0)
    }

    /// One folder of a site on a file system of its own.
    pub(crate) fn folder(name: &str, kib: u32) -> Self {
        let small = format!("sites/{SITE}/{name}");
        let script = format!(
            "mkdir -p \"$1/{small}\" && mount -t tmpfs -o size={kib}k tmpfs \"$1/{small}\" || exit 1; \
             shift; exec \"$@\""
        );
        Self::start(&script, &small, &format!("sites/{SITE}"), 0)
    }

    /// The anchors of this record on a file system of their own, which is full before the server runs.
    pub(crate) fn anchors(data: tempfile::TempDir) -> Self {
        let script = "mv \"$1/anchors\" \"$1/kept\" && mkdir \"$1/anchors\" && \
             mount -t tmpfs -o size=64k tmpfs \"$1/anchors\" && \
             cp \"$1\"/kept/*.log \"$1/anchors\" || exit 1; \
             head -c 1000000 /dev/zero > \"$1/anchors/filler\" 2> /dev/null; \
             shift; exec \"$@\"";
        Self::start_in(data, script, "anchors", &format!("sites/{SITE}"), 0)
    }

    fn start(script: &str, small: &str, journals: &str, ballast_mib: u32) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        Self::start_in(data, script, small, journals, ballast_mib)
    }

    fn start_in(
        data: tempfile::TempDir,
        script: &str,
        small: &str,
        journals: &str,
        ballast_mib: u32,
    ) -> Self {
        let path = text(data.path()).to_owned();
        let wrapper = ["unshare", "-rm", "sh", "-c", script, "sh", &path];
        let ballast = ballast_mib.to_string();
        let more = ["--ballast-mib", &ballast];
        let server = Castellan::start_wrapped(&wrapper, data.path(), &estate(), &more);
        let root = format!("/proc/{}/root{path}", server.pid());
        Self {
            server,
            small: Path::new(&root).join(small),
            journals: Path::new(&root).join(journals),
            data,
        }
    }

    /// Takes all room but this much.
    pub(crate) fn fill(&self, leave_kib: u64) {
        let mut filler = File::create(self.small.join("filler")).expect("room for a name");
        let block = vec![7; 4_096];
        while filler.write_all(&block).is_ok() {}
        let taken = filler.metadata().expect("its size").len();
        filler
            .set_len(taken.saturating_sub(leave_kib * 1_024))
            .expect("it can be made smaller");
    }

    /// Gives the room back.
    pub(crate) fn empty(&self) {
        std::fs::remove_file(self.small.join("filler")).expect("the filler goes");
    }

    pub(crate) async fn level(&self) -> DiskLevel {
        self.server.health().await.disk.level
    }

    /// The row of the system of this type, once there is one.
    pub(crate) async fn row(&self, kind: &str) -> Alarm {
        eventually(kind, async || {
            let alarms = self.server.snapshot().await.view.alarms.into_values();
            let mut rows = alarms.filter(|alarm| alarm.kind.as_str() == kind);
            let row = rows.next()?;
            assert_eq!(row.source, Source::System);
            assert!(rows.next().is_none(), "one row of {kind}");
            Some(row)
        })
        .await
    }

    /// How many facts of a kind are on disk.
    pub(crate) async fn facts(&self, kind: &str) -> i64 {
        self.facts_like(&format!("%\"kind\":\"{kind}\"%")).await
    }

    /// How many facts on disk look like this. Counted in a copy: by its name in another namespace a
    /// database cannot be opened.
    pub(crate) async fn facts_like(&self, pattern: &str) -> i64 {
        let copy = tempfile::tempdir().expect("a folder");
        for part in ["journal.db", "journal.db-wal"] {
            std::fs::copy(self.journals.join(part), copy.path().join(part)).expect("a copy");
        }
        let row = sqlx::query("SELECT COUNT(*) FROM facts WHERE bytes LIKE $1")
            .bind(pattern.to_owned())
            .fetch_one(&mut open(&copy.path().join("journal.db")).await)
            .await;
        row.expect("the query runs").get(0)
    }
}
